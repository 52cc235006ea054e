"""Energies, gradients and minima against closed forms and integrals that use no Monte Carlo."""

import numpy as np
import pytest
from scipy import optimize
from sklearn.exceptions import ConvergenceWarning

from course_lib.resampling import blocking
from course_lib.vmc import (
    AutodiffTrialFunction,
    Gaussian,
    HydrogenLike,
    PadeJastrow,
    Product,
    coulomb_repulsion,
    energy_gradient,
    estimate_energy,
    harmonic_trap,
    local_energy,
    minimise_energy,
    nucleus,
    random_positions,
    sample,
    stochastic_reconfiguration,
    total,
)

HELIUM = total(nucleus(2), coulomb_repulsion())
TRAP = total(harmonic_trap(), coulomb_repulsion())


def helium_energy(alpha, beta, n=40):
    """<H> of exp(-alpha (r1 + r2)) exp(r12 / (2 (1 + beta r12))), by quadrature.

    In perimetric coordinates x = -r1 + r2 + r12 and so on, all from 0 to infinity, the volume element is
    r1 r2 r12 dx dy dz, and |grad psi|^2 / 2 stands for the kinetic energy: no Laplacian is needed.
    """
    nodes, weights = np.polynomial.laguerre.laggauss(n)
    weights = weights * np.exp(nodes)
    x, y, z = np.meshgrid(nodes / alpha, nodes / alpha, nodes / (2 * alpha), indexing="ij")
    w = weights[:, None, None] * weights[None, :, None] * weights[None, None, :]
    r1, r2, u = (y + z) / 2, (x + z) / 2, (x + y) / 2
    w = w * r1 * r2 * u * np.exp(-2 * alpha * (r1 + r2) + u / (1 + beta * u))
    slope = 0.5 / (1 + beta * u) ** 2
    cosines = (r1**2 - r2**2 + u**2) / (2 * r1 * u) + (r2**2 - r1**2 + u**2) / (2 * r2 * u)
    kinetic = alpha**2 + slope**2 - alpha * slope * cosines
    return np.sum(w * (kinetic - 2 / r1 - 2 / r2 + 1 / u)) / np.sum(w)


def trap_energy(theta):
    """<H> of exp(-alpha (r1^2 + r2^2)) exp(r12 / (1 + beta r12)) in the plane, omega = 1, by quadrature.

    The centre of mass is a Gaussian of its own and gives alpha + 1/(4 alpha); what is left is an integral
    over r12. Written in torch, so that it can be differentiated.
    """
    import torch

    theta = torch.as_tensor(theta, dtype=torch.float64)
    alpha, beta = theta
    nodes, weights = (torch.from_numpy(a) for a in np.polynomial.legendre.leggauss(200))
    r = 6 * (nodes + 1)
    w = weights * r * torch.exp(-alpha * r**2 + 2 * r / (1 + beta * r))
    relative = (-alpha * r + 1 / (1 + beta * r) ** 2) ** 2 + r**2 / 4 + 1 / r
    return alpha + 1 / (4 * alpha) + torch.sum(w * relative) / torch.sum(w)


def minimum(function, start):
    return optimize.minimize(lambda theta: float(function(theta)), start, method="Nelder-Mead").fun


def test_the_integrals_behind_the_tests_are_right():
    # Without the correlation (beta -> infinity makes the factor constant) helium's energy has a closed form.
    assert helium_energy(1.6, 1e9) == pytest.approx(1.6**2 - 27 / 8 * 1.6, abs=1e-9)
    assert helium_energy(1.84, 0.35) == pytest.approx(helium_energy(1.84, 0.35, n=50), abs=1e-9)
    # For the trap, published: about 3.0 (exact) with this function, 2.9996 to 3.0004.
    assert minimum(trap_energy, [0.5, 0.4]) == pytest.approx(3.0, abs=1e-3)


@pytest.mark.parametrize("n_dimensions", [1, 2, 3])
@pytest.mark.parametrize("n_particles", [1, 2, 5])
@pytest.mark.parametrize("method", ["metropolis", "importance"])
def test_the_oscillator_is_exact_at_one_half(n_dimensions, n_particles, method):
    rng = np.random.default_rng(0)
    R = random_positions(100, n_particles, n_dimensions, rng=rng)
    energy = estimate_energy(Gaussian(0.5), harmonic_trap(), R, 50, step=0.5, method=method, rng=rng)
    assert energy.mean == pytest.approx(n_particles * n_dimensions / 2, rel=1e-13)
    assert energy.variance < 1e-24
    assert energy.error < 1e-13
    assert energy.n_samples == 5000


def test_the_oscillator_of_another_frequency():
    R = random_positions(10, 2, 3, rng=np.random.default_rng(0))
    np.testing.assert_allclose(local_energy(Gaussian(1.5), harmonic_trap(3.0), R), 9.0, rtol=1e-12)


def test_hydrogen_is_exact_at_one():
    rng = np.random.default_rng(0)
    R = random_positions(100, 1, 3, rng=rng)
    energy = estimate_energy(HydrogenLike(1.0), nucleus(1), R, 50, step=0.8, unit="Ha", rng=rng)
    assert energy.mean == pytest.approx(-0.5, rel=1e-13)
    assert energy.variance < 1e-24
    assert str(energy) == "-0.5 ± 0 Ha"


# trial function, potential, particles, dimensions, step, exact energy
CASES = {
    "oscillator 1-D": (Gaussian(0.35), harmonic_trap(), 1, 1, 0.5, 0.35 / 2 + 1 / (8 * 0.35)),
    "oscillator 3-D": (Gaussian(0.7), harmonic_trap(), 1, 3, 0.3, 3 * (0.35 + 1 / 5.6)),
    "five in a plane": (Gaussian(0.4), harmonic_trap(), 5, 2, 0.3, 10 * (0.2 + 1 / 3.2)),
    "hydrogen": (HydrogenLike(0.8), nucleus(1), 1, 3, 0.5, 0.8**2 / 2 - 0.8),
    "helium": (HydrogenLike(27 / 16), HELIUM, 2, 3, 0.1, -((27 / 16) ** 2)),
    "helium, correlated": (
        Product(HydrogenLike(1.6), PadeJastrow(0.5, 0.2)),
        HELIUM,
        2,
        3,
        0.1,
        helium_energy(1.6, 0.2),
    ),
    "trap, correlated": (Product(Gaussian(0.4), PadeJastrow(1.0, 0.8)), TRAP, 2, 2, 0.3, None),
}


@pytest.mark.parametrize("method", ["metropolis", "importance"])
@pytest.mark.parametrize("name", CASES)
def test_energies_agree_with_their_integrals(name, method):
    trial, potential, n_particles, n_dimensions, step, exact = CASES[name]
    exact = float(trap_energy(trial.theta)) if exact is None else exact
    rng = np.random.default_rng(0)
    R = random_positions(500, n_particles, n_dimensions, rng=rng)
    step = {"metropolis": 2 * np.sqrt(step / n_particles), "importance": step}[method]
    energy = estimate_energy(trial, potential, R, 600, step=step, method=method, burn_in=150, thin=4, rng=rng)
    assert abs(energy.mean - exact) < 4 * energy.error
    assert energy.error < 0.01 * abs(exact)


def test_an_energy_with_the_wrong_sign_of_a_potential_is_noticed():
    rng = np.random.default_rng(0)
    R = random_positions(500, 2, 3, rng=rng)
    wrong = total(nucleus(2), lambda R: -coulomb_repulsion()(R))
    energy = estimate_energy(HydrogenLike(27 / 16), wrong, R, 200, step=0.5, burn_in=50, rng=rng)
    assert abs(energy.mean + (27 / 16) ** 2) > 20 * energy.error


def test_the_gradient_is_exact_on_an_exact_sample():
    # Gauss-Hermite nodes of order three have the weights 1/6, 4/6, 1/6: as a sample of six points they give
    # every mean of a polynomial up to degree five, and E_L O has degree four.
    for alpha in (0.3, 0.5, 0.9):
        x = np.sqrt(3 / (4 * alpha)) * np.array([-1.0, 0, 0, 0, 0, 1.0])
        R = np.array(np.meshgrid(x, x, x)).reshape(3, -1).T[:, np.newaxis, :]
        trial = Gaussian(alpha)
        E_L = local_energy(trial, harmonic_trap(), R)
        assert E_L.mean() == pytest.approx(3 * (alpha / 2 + 1 / (8 * alpha)), rel=1e-12)
        gradient = energy_gradient(E_L, trial.parameter_gradient(R))
        assert gradient[0] == pytest.approx(3 * (1 / 2 - 1 / (8 * alpha**2)), rel=1e-12, abs=1e-12)


def samples_of(trial, potential, n_particles, n_dimensions, step, seed, n_steps=2000, n_walkers=500):
    rng = np.random.default_rng(seed)
    run = sample(
        trial,
        random_positions(n_walkers, n_particles, n_dimensions, rng=rng),
        n_steps,
        step=step,
        method="importance",
        burn_in=150,
        thin=5,
        observe=lambda R: np.column_stack([local_energy(trial, potential, R), trial.parameter_gradient(R)]),
        rng=rng,
    )
    return run.observed[:, :, 0], run.observed[:, :, 1:]


def gradient_and_error(E_L, O):
    terms = 2 * (E_L - E_L.mean())[:, :, np.newaxis] * (O - O.mean(axis=(0, 1)))
    return energy_gradient(E_L, O), np.array([blocking(terms[:, :, i]).error for i in range(O.shape[2])])


@pytest.mark.slow
def test_the_gradient_agrees_with_autodiff_of_the_exact_energy():
    import torch

    theta = torch.tensor([0.4, 0.8], dtype=torch.float64, requires_grad=True)
    (exact,) = torch.autograd.grad(trap_energy(theta), theta)
    trial = Product(Gaussian(0.4), PadeJastrow(1.0, 0.8))
    gradient, error = gradient_and_error(*samples_of(trial, TRAP, 2, 2, 0.3, seed=0))
    assert np.all(np.abs(gradient - exact.numpy()) < 4 * error)
    assert np.all(error < 0.05 * np.abs(exact.numpy()))
    assert np.all(np.abs(gradient / 2 - exact.numpy()) > 4 * error)  # the factor 2 is seen


@pytest.mark.slow
def test_the_gradient_agrees_with_differences_of_heliums_energy():
    h = 1e-4
    exact = [
        (helium_energy(1.6 + h, 0.2) - helium_energy(1.6 - h, 0.2)) / (2 * h),
        (helium_energy(1.6, 0.2 + h) - helium_energy(1.6, 0.2 - h)) / (2 * h),
    ]
    trial = Product(HydrogenLike(1.6), PadeJastrow(0.5, 0.2))
    gradient, error = gradient_and_error(*samples_of(trial, HELIUM, 2, 3, 0.1, seed=0))
    assert np.all(np.abs(gradient - exact) < 4 * error)
    assert np.all(error < 0.1 * np.abs(exact))


def test_gradient_with_walkers_and_steps_as_axes():
    rng = np.random.default_rng(0)
    E_L, O = rng.normal(size=(6, 5)), rng.normal(size=(6, 5, 3))
    covariance = [np.cov(E_L.ravel(), O[:, :, i].ravel(), ddof=0)[0, 1] for i in range(3)]
    np.testing.assert_allclose(energy_gradient(E_L, O), 2 * np.array(covariance))
    np.testing.assert_allclose(energy_gradient(E_L.ravel(), O.reshape(30, 3)), energy_gradient(E_L, O))


@pytest.mark.parametrize(("E_L", "O"), [((5,), (5,)), ((5,), (4, 2)), ((5, 1), (5, 2)), ((1,), (1, 2))])
def test_gradient_of_shapes_that_do_not_match(E_L, O):
    with pytest.raises(ValueError, match="expected local_energies of shape"):
        energy_gradient(np.ones(E_L), np.ones(O))


@pytest.mark.parametrize(("n", "p"), [(200, 5), (30, 30), (12, 40)])
def test_stochastic_reconfiguration_solves_its_equation(n, p):
    rng = np.random.default_rng(0)
    O, gradient = rng.normal(size=(n, p)), rng.normal(size=p)
    S = np.cov(O.T, ddof=0)
    d = stochastic_reconfiguration(O, gradient, shift=0.01)
    np.testing.assert_allclose((S + 0.01 * np.eye(p)) @ d, gradient, rtol=0, atol=1e-9)
    np.testing.assert_allclose(stochastic_reconfiguration(O + 7.0, gradient, 0.01), d, rtol=1e-6)


def test_the_natural_gradient_knows_no_units():
    # theta' = 10 theta has O' = O / 10, gradient' = gradient / 10, and has to move by d' = 10 d.
    rng = np.random.default_rng(0)
    O, gradient = rng.normal(size=(50, 1)), np.array([0.7])
    d = stochastic_reconfiguration(O, gradient, shift=0.0)
    np.testing.assert_allclose(stochastic_reconfiguration(O / 10, gradient / 10, shift=0.0), 10 * d)


@pytest.mark.parametrize(
    ("O", "gradient", "shift", "message"),
    [
        (np.ones((5, 2)), np.ones(3), 0.1, "expected O of shape"),
        (np.ones(5), np.ones(1), 0.1, "expected O of shape"),
        (np.ones((5, 2)), np.ones(2), -0.1, "shift must be a finite number >= 0"),
        (np.ones((5, 2)), np.ones(2), np.nan, "shift must be a finite number >= 0"),
        (
            np.ones((5, 2)),
            np.ones(2),
            0.0,
            "singular to rounding, with shift = 0.0, 5 samples and 2 parameters",
        ),
        (np.arange(10.0)[:, np.newaxis] * [1, 1], np.ones(2), 0.0, "take a larger shift"),
        (np.arange(6.0).reshape(2, 3), np.ones(3), 0.0, "singular"),
    ],
)
def test_stochastic_reconfiguration_of_bad_input(O, gradient, shift, message):
    with pytest.raises(ValueError, match=message):
        stochastic_reconfiguration(O, gradient, shift)


def test_a_local_energy_that_is_not_finite():
    R = random_positions(5, 2, 3, rng=np.random.default_rng(0))
    R[3, 1] = 0.0  # on the nucleus
    with pytest.raises(ValueError, match=r"not finite for 1 of 5 walkers; the first is walker 3 at R = \[\["):
        local_energy(HydrogenLike(2.0), HELIUM, R)
    R[1, 0] = R[1, 1]  # on each other
    with pytest.raises(
        ValueError, match=r"walker 1 at R = .*kinetic energy -?\d.* and potential inf\. A particle"
    ):
        local_energy(Gaussian(0.5), TRAP, R)
    with pytest.raises(
        ValueError, match=r"2 of 5 walkers; the first is walker 1 .*start the walkers elsewhere"
    ):
        local_energy(Product(HydrogenLike(2.0), PadeJastrow(0.5, 0.3)), HELIUM, R)
    with pytest.raises(ValueError, match="not finite"):
        estimate_energy(
            HydrogenLike(2.0), HELIUM, np.zeros((5, 2, 3)), 1, step=1e-300, rng=np.random.default_rng(0)
        )


def test_shapes_that_local_energy_refuses():
    R = np.ones((4, 2, 3))
    with pytest.raises(ValueError, match=r"potential must return shape \(4,\).*got \(4, 2\)"):
        local_energy(Gaussian(0.5), lambda R: np.sum(R**2, axis=2), R)
    with pytest.raises(ValueError, match=r"potential must return shape \(4,\).*got \(\)"):
        local_energy(Gaussian(0.5), lambda R: 0.0, R)
    with pytest.raises(ValueError, match=r"R must have shape \(n_walkers, n_particles, n_dimensions\)"):
        local_energy(Gaussian(0.5), harmonic_trap(), np.ones((4, 3)))

    class Wrong(Gaussian):
        def laplacian(self, R):
            return super().laplacian(R)[:, np.newaxis]

    with pytest.raises(ValueError, match=r"kinetic_energy must return shape \(4,\).*got \(4, 4\)"):
        local_energy(Wrong(0.5), harmonic_trap(), R)


def test_an_energy_prints_as_in_a_lab_book():
    rng = np.random.default_rng(0)
    R = random_positions(100, 1, 3, rng=rng)
    energy = estimate_energy(HydrogenLike(0.8), nucleus(1), R, 100, step=1.0, burn_in=50, unit="Ha", rng=rng)
    digits = len(str(energy).split()[2]) - 2
    assert str(energy) == f"{energy.mean:.{digits}f} ± {energy.error:.{digits}f} Ha"
    assert energy.R.shape == R.shape
    assert 0 < energy.acceptance < 1


@pytest.mark.slow
def test_error_bars_of_energies_cover():
    # 100 seeds: the bar of one standard error should hold the exact energy in 68 of them.
    exact, inside = 3 * (0.2 + 1 / 3.2), 0
    for seed in range(100):
        rng = np.random.default_rng(seed)
        R = random_positions(100, 1, 3, rng=rng)
        energy = estimate_energy(Gaussian(0.4), harmonic_trap(), R, 200, step=0.7, burn_in=100, rng=rng)
        inside += abs(energy.mean - exact) < energy.error
    assert 60 <= inside <= 75


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::course_lib.resampling.CorrelatedSamplesWarning")  # of 3 of the 1000
def test_error_bars_of_a_single_walker_cover():
    # The same with one walker a run: 1000 walkers, each of them an experiment of its own.
    exact, rng = 3 * (0.2 + 1 / 3.2), np.random.default_rng(0)
    run = sample(
        Gaussian(0.4),
        random_positions(1000, 1, 3, rng=rng),
        4000,
        step=0.7,
        burn_in=200,
        observe=lambda R: local_energy(Gaussian(0.4), harmonic_trap(), R),
        rng=rng,
    )
    results = [blocking(walker) for walker in run.observed.T]
    assert 600 <= sum(abs(b.mean - exact) < b.error for b in results) <= 750
    naive = sum(abs(b.mean - exact) < b.errors[0] for b in results)
    assert naive < 350  # as if the steps were independent


def test_minimisation_of_the_oscillator_ends_without_variance():
    for method, eta in (("gradient", 0.1), ("natural", 0.1)):
        rng = np.random.default_rng(0)
        R = random_positions(200, 2, 2, rng=rng)
        result = minimise_energy(
            Gaussian(0.9),
            harmonic_trap(),
            R,
            n_iterations=80,
            n_steps=40,
            step=0.5,
            eta=eta,
            method=method,
            burn_in=100,
            rng=rng,
        )
        assert result.converged
        assert result.trial.theta[0] == pytest.approx(0.5, abs=1e-3)
        assert result.energy.mean == pytest.approx(2.0, abs=1e-4)
        assert result.thetas.shape == (80, 1)
        assert result.energies.shape == result.errors.shape == (80,)
        assert result.energies[0] > result.energies[-1]


MINIMISE = {
    "helium": (
        Product(HydrogenLike(1.6), PadeJastrow(0.5, 0.5)),
        HELIUM,
        3,
        {"step": 0.15, "eta": 0.1, "method": "natural", "n_iterations": 50},
    ),
    "trap": (
        Product(Gaussian(0.6), PadeJastrow(1.0, 0.6)),
        TRAP,
        2,
        {"step": 0.3, "eta": 0.1, "method": "natural", "n_iterations": 50},
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", MINIMISE)
def test_minimisation_of_two_electrons(name):
    trial, potential, n_dimensions, options = MINIMISE[name]
    rng = np.random.default_rng(0)
    R = random_positions(500, 2, n_dimensions, rng=rng)
    result = minimise_energy(
        trial, potential, R, n_steps=100, thin=5, burn_in=200, sampler="importance", rng=rng, **options
    )
    assert result.converged
    energy = estimate_energy(
        result.trial,
        potential,
        result.energy.R,
        4000,
        step=options["step"],
        method="importance",
        thin=5,
        rng=rng,
    )
    lowest = minimum({"helium": lambda t: helium_energy(*t), "trap": trap_energy}[name], trial.theta)
    # The variational minimum, which is above the exact energy; parameters that are off by their noise add
    # less than one standard error.
    assert abs(energy.mean - lowest) < 4 * energy.error
    if name == "helium":
        assert energy.error < 0.002
        assert -2.9037 < energy.mean + 2 * energy.error < -2.875
    else:
        assert energy.mean == pytest.approx(3.0, rel=0.003)


def test_minimisation_with_autodiff():
    rng = np.random.default_rng(0)
    trial = AutodiffTrialFunction(lambda R, theta: -theta[0] * (R**2).sum((1, 2)), [0.8])
    result = minimise_energy(
        trial,
        harmonic_trap(),
        random_positions(100, 1, 2, rng=rng),
        n_iterations=30,
        n_steps=20,
        thin=2,
        step=1.0,
        eta=0.3,
        rng=rng,
    )
    assert result.trial.theta[0] == pytest.approx(0.5, abs=0.02)


def quick(rng, **options):
    R = random_positions(100, 1, 3, rng=rng)
    arguments = {"n_iterations": 10, "n_steps": 20, "step": 1.0, "eta": 0.05} | options
    return minimise_energy(Gaussian(0.8), harmonic_trap(), R, rng=rng, **arguments)


def test_a_minimisation_that_stops_early_says_so():
    with pytest.warns(ConvergenceWarning, match=r"gradient is \[.*\] after 2 iterations.*do more iterations"):
        result = quick(np.random.default_rng(0), n_iterations=2, eta=0.001, unit="hbar omega")
    assert not result.converged
    assert str(result).endswith("hbar omega after 2 iterations, not converged")


def test_a_learning_rate_that_is_too_large_is_no_convergence():
    # Hydrogen has E'' = 1, so that eta = 2.2 > 2 overshoots: alpha - 1 grows by -1.2 from -0.2 in each step.
    rng = np.random.default_rng(0)
    R = random_positions(1000, 1, 3, rng=rng)
    with pytest.warns(ConvergenceWarning, match="change eta = 2.2: if the energies jump up and down"):
        result = minimise_energy(
            HydrogenLike(0.8),
            nucleus(1),
            R,
            n_iterations=4,
            n_steps=200,
            step=1.0,
            eta=2.2,
            burn_in=100,
            rng=rng,
        )
    assert not result.converged
    # The gradient's error 2 sqrt(Var E_L Var O / n) is 2 * 0.16 * 1.1 / sqrt(2e5 / 20) = 0.0035, times eta
    # 0.008, and three such errors, the first two grown by 1.2 and 1.44, make 0.017.
    np.testing.assert_allclose(result.thetas[:, 0] - 1, -0.2 * (-1.2) ** np.arange(4), atol=4 * 0.017)


def test_a_learning_rate_that_leaves_the_range_of_alpha():
    with pytest.raises(ValueError, match=r"Gaussian must be > 0.*take a smaller eta"):
        quick(np.random.default_rng(0), eta=10.0)


def test_the_callback_sees_every_iteration():
    seen = []
    with pytest.warns(ConvergenceWarning):
        result = quick(
            np.random.default_rng(0),
            n_iterations=4,
            eta=0.001,
            callback=lambda k, trial, energy: seen.append((k, trial.theta.copy(), energy)),
        )
    assert [k for k, _, _ in seen] == [0, 1, 2, 3]
    np.testing.assert_array_equal([theta for _, theta, _ in seen], result.thetas)
    np.testing.assert_array_equal([energy.mean for _, _, energy in seen], result.energies)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"method": "newton"}, 'method must be "gradient" or "natural"'),
        ({"sampler": "gibbs"}, 'method must be "metropolis" or "importance"'),
        ({"eta": 0.0}, "eta must be a finite number > 0"),
        ({"n_iterations": 0}, "n_iterations must be an integer >= 1"),
    ],
)
def test_minimisation_of_bad_input(options, message):
    with pytest.raises(ValueError, match=message):
        quick(np.random.default_rng(0), **options)
    with pytest.raises(TypeError, match="rng"):
        minimise_energy(
            Gaussian(0.8), harmonic_trap(), np.ones((4, 1, 3)), n_iterations=1, n_steps=1, step=1.0, eta=0.1
        )
