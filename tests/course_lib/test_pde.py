"""Truth comes from scipy's solve_ivp on another discretisation, closed forms, and published values."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp
from scipy.optimize import minimize_scalar

from course_lib import pde
from course_lib.pde import allen_cahn, burgers, damped_oscillator, wave_1d, wave_2d


def order(errors):
    """Order of convergence from errors at spacings that halve."""
    return np.log2(np.array(errors[:-1]) / errors[1:])


class TestDampedOscillator:
    @pytest.mark.parametrize(
        ("d", "omega_0"), [(0.0, 3.0), (2.0, 20.0), (4.0, 4.0), (3.999999, 4.0), (4.000001, 4.0), (9.0, 2.0)]
    )
    def test_agrees_with_solve_ivp(self, d, omega_0):
        t = np.linspace(0, 2, 50)
        solution = solve_ivp(
            lambda _, u: [u[1], -2 * d * u[1] - omega_0**2 * u[0]],
            (0, 2),
            [1.0, 0.0],
            method="DOP853",
            t_eval=t,
            rtol=1e-12,
            atol=1e-13,
        )
        np.testing.assert_allclose(damped_oscillator(t, d, omega_0), solution.y[0], atol=1e-10)

    @pytest.mark.parametrize("d", [0.5, 4.0, 7.0])
    def test_residual_by_finite_differences(self, d):
        t, h = np.linspace(0.1, 2, 30), 1e-4
        before, now, after = (damped_oscillator(t + shift, d, 4.0) for shift in (-h, 0, h))
        residual = (after - 2 * now + before) / h**2 + d * (after - before) / h + 16 * now
        # the formulas err by h^2 times a fourth derivative, below 4^4 + 14^4, and by rounding of 1e-16 / h^2
        assert np.abs(residual).max() < 1e-3

    def test_strong_damping_for_long_does_not_overflow(self):
        # the slow root is -1 / (40 + sqrt(1599)): the other exponential is e^-80000
        assert damped_oscillator(1000.0, 40.0, 1.0) == pytest.approx(
            np.exp(-1000 / (40 + np.sqrt(1599))) * (0.5 + 20 / np.sqrt(1599)), rel=1e-12
        )

    @pytest.mark.parametrize(
        ("d", "omega_0"), [(-1.0, 2.0), (1.0, 0.0), (1.0, -2.0), (np.nan, 1.0), (1.0, np.inf)]
    )
    def test_bad_input(self, d, omega_0):
        with pytest.raises(ValueError, match=r"damping must be >= 0"):
            damped_oscillator(1.0, d, omega_0)


def burgers_by_lines(n, nu, t_end):
    """Central differences on n intervals, LSODA in time."""
    x = np.linspace(-1, 1, n + 1)
    dx = x[1] - x[0]

    def slope(_, inside):
        u = np.concatenate([[0.0], inside, [0.0]])
        return -inside * (u[2:] - u[:-2]) / (2 * dx) + nu * (u[2:] - 2 * inside + u[:-2]) / dx**2

    start = -np.sin(np.pi * x[1:-1])
    options = {"method": "LSODA", "rtol": 1e-9, "atol": 1e-10, "lband": 1, "uband": 1}
    return x[1:-1], solve_ivp(slope, (0, t_end), start, **options).y[:, -1]


class TestBurgers:
    def test_a_method_of_lines_converges_to_it(self):
        errors = []
        for n in (100, 200, 400):
            x, u = burgers_by_lines(n, 0.05, 0.7)
            errors.append(np.abs(u - burgers(x, 0.7, nu=0.05)).max())
        np.testing.assert_allclose(order(errors), 2, atol=0.1)
        assert errors[-1] < 2e-3

    def test_steepest_slope_of_basdevant(self):
        # Basdevant et al. (1986), table of spectral results: -152.00516 at pi t = 1.6037
        def slope(pi_t, h=1e-5):
            return float(burgers(h, pi_t / np.pi)) / h  # u is odd in x

        found = minimize_scalar(slope, bounds=(1.4, 1.8), method="bounded", options={"xatol": 1e-6})
        assert found.fun == pytest.approx(-152.00516, rel=1e-5)
        assert found.x == pytest.approx(1.6037, abs=2e-4)

    def test_residual_where_it_is_steep(self):
        x, t, nu, h = np.linspace(-0.02, 0.02, 41), 0.6, 0.01 / np.pi, 1e-4
        u = {k: burgers(x + k * h, t) for k in (-2, -1, 0, 1, 2)}
        u_x = (8 * (u[1] - u[-1]) - (u[2] - u[-2])) / (12 * h)
        u_xx = (16 * (u[1] + u[-1]) - (u[2] + u[-2]) - 30 * u[0]) / (12 * h**2)
        u_t = (burgers(x, t + h) - burgers(x, t - h)) / (2 * h)
        # 1e-4 of the largest term, u u_x; the front is 60 steps h wide and the formulas are of fourth order
        assert np.abs(u_t + u[0] * u_x - nu * u_xx).max() < 1e-4 * np.abs(u[0] * u_x).max()

    def test_start_ends_and_symmetry(self):
        x, t = np.linspace(-1, 1, 31), np.array([0.0, 0.3, 1.0])
        u = burgers(x[:, None], t)
        assert u.shape == (31, 3)
        np.testing.assert_allclose(u[:, 0], -np.sin(np.pi * x), atol=1e-14)
        np.testing.assert_allclose(u[[0, -1]], 0, atol=1e-13)
        np.testing.assert_allclose(u, -u[::-1], atol=1e-13)

    def test_a_finer_rule_changes_nothing(self):
        # the rule written out at one point, with 20 001 nodes
        x, t, nu = 0.01, 0.4, 0.01 / np.pi
        z = np.linspace(-30, 30, 20001)
        y = x - z * np.sqrt(4 * nu * t)
        exponent = -np.cos(np.pi * y) / (2 * np.pi * nu) - z**2
        weight = np.exp(exponent - exponent.max())
        assert burgers(x, t, nu) == pytest.approx(
            -np.sum(np.sin(np.pi * y) * weight) / weight.sum(), rel=1e-12
        )

    def test_many_points_are_those_of_single_calls(self):
        rng = np.random.default_rng(1)
        x, t = rng.uniform(-1, 1, 5000), rng.uniform(0, 1, 5000)
        u = burgers(x, t)
        for i in (0, 1999, 2500, 4999):
            assert u[i] == pytest.approx(float(burgers(x[i], t[i])), abs=1e-13)
        assert burgers(np.empty((0, 2)), 1.0).shape == (0, 2)

    @pytest.mark.parametrize(("t", "nu"), [(-0.1, 0.1), (0.1, 0.0), (0.1, -1.0), (np.nan, 0.1)])
    def test_bad_input(self, t, nu):
        with pytest.raises(ValueError, match=r"viscosity > 0"):
            burgers(0.0, t, nu)


def allen_cahn_by_lines(n, t_end):
    x = np.linspace(-1, 1, n + 1)
    dx = x[1] - x[0]

    def slope(_, inside):
        u = np.concatenate([[-1.0], inside, [-1.0]])
        return 1e-3 * (u[2:] - 2 * inside + u[:-2]) / dx**2 + 5 * (inside - inside**3)

    start = x[1:-1] ** 2 * np.cos(np.pi * x[1:-1])
    options = {"method": "LSODA", "rtol": 1e-9, "atol": 1e-10, "lband": 1, "uband": 1}
    return x[1:-1], solve_ivp(slope, (0, t_end), start, **options).y[:, -1]


class TestAllenCahn:
    def test_a_method_of_lines_converges_to_it(self):
        for t_end in (0.3, 1.0):
            errors = []
            for n in (400, 800, 1600):
                x, u = allen_cahn_by_lines(n, t_end)
                errors.append(np.abs(u - allen_cahn(x, t_end)).max())
            np.testing.assert_allclose(order(errors), 2, atol=0.1)

    @pytest.mark.slow
    def test_accuracy_of_the_docstring(self):
        t = np.linspace(0, 1, 6)
        # every second point of 1024 is one of 512
        fine = pde._allen_cahn_path(1.0, n=1024, method="Radau", tolerance=1e-12)(t)[1::2]
        x = np.cos(np.pi * np.arange(1, 257) / 512)
        assert np.abs(allen_cahn(x[:, None], t) - fine).max() < 5e-9

    def test_start_ends_and_shapes(self):
        x, t = np.linspace(-1, 1, 41), np.linspace(0, 1.5, 4)
        u = allen_cahn(x[:, None], t)
        assert u.shape == (41, 4)
        np.testing.assert_allclose(u[:, 0], x**2 * np.cos(np.pi * x), atol=1e-12)
        np.testing.assert_allclose(u[[0, -1]], -1, atol=1e-12)
        assert u[7, 2] == pytest.approx(float(allen_cahn(x[7], t[2])), abs=1e-12)
        assert allen_cahn(np.empty((0, 2)), 1.0).shape == (0, 2)

    @pytest.mark.parametrize(("x", "t"), [(1.1, 0.1), (0.0, -0.1), (np.nan, 0.1), (0.0, np.inf)])
    def test_bad_input(self, x, t):
        with pytest.raises(ValueError, match=r"abs\(x\) must be <= 1"):
            allen_cahn(x, t)


def gaussian_between_walls(x, t):
    """D'Alembert on [0, 1] with c = 1: the start, continued as an odd function of period 2, splits in two."""

    def start(x):
        x = (x + 1) % 2 - 1
        return np.sign(x) * np.exp(-(((np.abs(x) - 0.4) / 0.05) ** 2))

    return (start(x - t) + start(x + t)) / 2


def stretched(x):
    """Mode of u_tt = (1 + x)^2 u_xx on [0, e - 1]; its frequency is sqrt(pi^2 + 1/4)."""
    return np.sqrt(1 + x) * np.sin(np.pi * np.log1p(x))


class TestWave1D:
    @pytest.mark.parametrize("t_end", [0.2, 0.8, 1.7])
    def test_order_against_dalembert_with_reflections(self, t_end):
        errors = []
        for n in (200, 400, 800):
            x, dt = np.linspace(0, 1, n + 1), 0.5 / n
            u = wave_1d(gaussian_between_walls(x, 0.0), 1.0, 1 / n, dt, round(t_end / dt))
            errors.append(np.abs(u[-1] - gaussian_between_walls(x, t_end)).max())
        np.testing.assert_allclose(order(errors)[-1], 2, atol=0.1)

    def test_a_fixed_end_turns_the_pulse_over(self):
        x = np.linspace(0, 1, 401)
        u = wave_1d(gaussian_between_walls(x, 0.0), 1.0, 1 / 400, 1 / 400, 320)
        # at c dt / dx = 1 the scheme is exact: the half that went left is back at 0.4 after a way of 0.8
        assert u[320, 160] == pytest.approx(-0.5, abs=1e-9)

    def test_order_in_a_speed_that_varies(self):
        errors = []
        for n in (50, 100, 200):
            x = np.linspace(0, np.e - 1, n + 1)
            dt = 1 / (2 * n)
            u = wave_1d(stretched(x), 1 + x, x[1], dt, 2 * n)
            errors.append(np.abs(u[-1] - stretched(x) * np.cos(np.sqrt(np.pi**2 + 0.25))).max())
        np.testing.assert_allclose(order(errors), 2, atol=0.1)

    def test_energy_is_conserved(self):
        rng = np.random.default_rng(3)
        x, c, dx, dt = np.linspace(0, 1, 101), rng.uniform(0.5, 1.0, 101), 0.01, 0.009
        u = wave_1d(np.exp(-(((x - 0.5) / 0.05) ** 2)), c, dx, dt, 1000)
        kinetic = np.sum((np.diff(u, axis=0) / (dt * c)) ** 2, axis=1)
        slope = np.diff(u, axis=1) / dx
        energy = kinetic + np.sum(slope[1:] * slope[:-1], axis=1)
        np.testing.assert_allclose(energy, energy[0], rtol=1e-11)

    def test_ends_are_held_and_zero_steps_are_the_start(self):
        u = wave_1d(np.ones(11), 1.0, 0.1, 0.1, 5)
        assert np.all(u[:, [0, -1]] == 0)
        assert wave_1d(np.ones(11), 1.0, 0.1, 0.1, 0).shape == (1, 11)


class TestWave2D:
    def test_order_against_a_standing_wave(self):
        errors = []
        for n in (20, 40, 80):
            x = np.linspace(0, 1, n + 1)
            mode = np.outer(np.sin(np.pi * x), np.sin(2 * np.pi * x))
            u = wave_2d(mode, 1.0, 1 / n, 0.5 / n, 2 * n)
            errors.append(np.abs(u[-1] - mode * np.cos(np.sqrt(5) * np.pi)).max())
        np.testing.assert_allclose(order(errors), 2, atol=0.1)

    def test_order_in_a_speed_that_varies(self):
        # u = stretched(x) sin(pi y / L) cos(omega t) solves the equation in the c below, for any omega
        errors, L, omega = [], np.e - 1, 4.0
        for n in (20, 40, 80):
            x = np.linspace(0, L, n + 1)
            c = omega / np.sqrt((np.pi / L) ** 2 + (np.pi**2 + 0.25) / (1 + x) ** 2)
            mode = np.outer(stretched(x), np.sin(np.pi * x / L))
            u = wave_2d(mode, np.broadcast_to(c[:, None], mode.shape), x[1], 0.4 / n, 2 * n)
            errors.append(np.abs(u[-1] - mode * np.cos(omega * 0.8)).max())
        np.testing.assert_allclose(order(errors), 2, atol=0.1)

    def test_energy_is_conserved(self):
        rng = np.random.default_rng(3)
        x, dx, dt = np.linspace(0, 1, 41), 0.025, 0.017
        c = rng.uniform(0.5, 1.0, (41, 51))
        start = np.exp(-((x[:, None] - 0.5) ** 2 + (np.linspace(0, 1.25, 51) - 0.4) ** 2) / 0.02)
        u = wave_2d(start, c, dx, dt, 400)
        energy = np.sum((np.diff(u, axis=0) / (dt * c)) ** 2, axis=(1, 2))
        for axis in (1, 2):
            slope = np.diff(u, axis=axis) / dx
            energy += np.sum(slope[1:] * slope[:-1], axis=(1, 2))
        np.testing.assert_allclose(energy[1:], energy[1], rtol=1e-11)

    def test_stable_just_below_the_limit(self):
        # the fastest mode of the grid changes sign at each point; above the limit it grows without bound
        n = 20
        start = np.outer((-1.0) ** np.arange(n + 1), (-1.0) ** np.arange(n + 1))
        u = wave_2d(start, 1.0, 1.0, 0.999 / np.sqrt(2), 2000)
        assert np.abs(u).max() < 10

    def test_agrees_with_one_dimension_far_from_the_other_walls(self):
        x = np.linspace(0, 1, 51)
        start = np.exp(-(((x - 0.5) / 0.1) ** 2))
        line = wave_1d(start, 1 + x / 2, 0.02, 0.008, 20)
        sheet = wave_2d(
            np.repeat(start[:, None], 81, axis=1), np.repeat(1 + x[:, None] / 2, 81, axis=1), 0.02, 0.008, 20
        )
        np.testing.assert_allclose(sheet[:, :, 40], line, atol=1e-13)


class TestBadInputOfWaves:
    def test_too_large_a_step_says_what_to_take(self):
        with pytest.raises(ValueError, match=r"unstable above 1: take dt <= 0\.05"):
            wave_1d(np.ones(11), 2.0, 0.1, 0.06, 3)
        with pytest.raises(ValueError, match=r"unstable above 0\.707: take dt <= 0\.0354"):
            wave_2d(np.ones((11, 11)), np.full((11, 11), 2.0), 0.1, 0.05, 3)
        wave_1d(np.ones(11), 2.0, 0.1, 0.05, 3)

    @pytest.mark.parametrize(
        ("change", "match"),
        [
            ({"u_0": np.ones((4, 4))}, "u_0 must have 1 axes"),
            ({"u_0": np.ones(2)}, "u_0 must have 1 axes"),
            ({"c": np.ones(10)}, "c must be positive"),
            ({"c": 0.0}, "c must be positive"),
            ({"c": -np.ones(11)}, "c must be positive"),
            ({"c": np.nan}, "c must be positive"),
            ({"dx": 0.0}, "dx and dt must be > 0"),
            ({"dt": -0.1}, "dx and dt must be > 0"),
            ({"n_steps": 2.5}, "n_steps must be an integer"),
            ({"n_steps": -1}, "n_steps must be an integer"),
        ],
    )
    def test_wave_1d(self, change, match):
        good = {"u_0": np.ones(11), "c": 1.0, "dx": 0.1, "dt": 0.05, "n_steps": 3}
        with pytest.raises(ValueError, match=match):
            wave_1d(**(good | change))

    def test_wave_2d_wants_a_plane(self):
        with pytest.raises(ValueError, match=r"u_0 must have 2 axes"):
            wave_2d(np.ones(11), 1.0, 0.1, 0.05, 3)
