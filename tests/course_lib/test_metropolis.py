"""The samplers draw from abs(psi)^2: chi-square against integrals, and spoilt samplers that it rejects."""

import tracemalloc

import numpy as np
import pytest
from scipy import integrate, stats

from course_lib import metropolis
from course_lib.metropolis import AcceptanceWarning, random_positions, sample
from course_lib.trial_functions import Gaussian, HydrogenLike, PadeJastrow, Product, TrialFunction

METHODS = {"metropolis": 1.0, "importance": 0.4}  # and a step that suits all of the functions below


def jastrow_distance_cdf(alpha, beta):
    """CDF of r_12 for two particles in a plane with psi = exp(-alpha sum r^2 + r_12 / (1 + beta r_12))."""
    r = np.linspace(0, 8, 4001)
    density = r * np.exp(-alpha * r**2 + 2 * r / (1 + beta * r))  # the centre of mass integrates out
    cumulative = integrate.cumulative_simpson(density, x=r, initial=0)
    return lambda x: np.interp(x, r, cumulative / cumulative[-1])


def radius(R):
    return np.linalg.norm(R[:, 0], axis=1)


def distance(R):
    return np.linalg.norm(R[:, 0] - R[:, 1], axis=1)


# trial function, shape of a walker, quantity, its CDF under abs(psi)^2
TARGETS = {
    "oscillator, x": (Gaussian(0.5), (1, 1), lambda R: R[:, 0, 0], stats.norm(scale=np.sqrt(0.5)).cdf),
    "oscillator, r": (Gaussian(0.4), (1, 3), radius, lambda r: stats.gamma(1.5).cdf(0.8 * r**2)),
    "hydrogen, r": (HydrogenLike(1.0), (1, 3), radius, lambda r: stats.gamma(3).cdf(2 * r)),
    "trap, r_12": (
        Product(Gaussian(0.5), PadeJastrow(1.0, 0.4)),
        (2, 2),
        distance,
        jastrow_distance_cdf(0.5, 0.4),
    ),
}


def p_value(name, method, seed, step=None, n_walkers=20_000, n_bins=20):
    """Chi-square test of the last positions of many walkers, one each, in bins of equal probability.

    The walkers are independent of each other, and start where the target is not.
    """
    trial, shape, quantity, cdf = TARGETS[name]
    rng = np.random.default_rng(seed)
    R = random_positions(n_walkers, *shape, scale=1.5, rng=rng)
    run = sample(trial, R, 150, step=step or METHODS[method], method=method, rng=rng)
    counts = np.histogram(cdf(quantity(run.R)), bins=n_bins, range=(0, 1))[0]
    return stats.chisquare(counts).pvalue


@pytest.mark.slow
@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("name", TARGETS)
def test_positions_are_distributed_as_psi_squared(name, method):
    # Of the 24 p-values of a right sampler one is below 0.001 once in 40 times; the seeds are fixed.
    assert min(p_value(name, method, seed) for seed in range(3)) > 1e-3


def test_the_samplers_pass_quickly_too():
    for method in METHODS:
        assert p_value("oscillator, r", method, seed=0, n_walkers=4000) > 1e-3


SPOILT = {
    "importance without the ratio of the Green's functions": (
        "importance",
        "_log_green_ratio",
        lambda *args: 0.0,
    ),
    "importance with that ratio upside down": (
        "importance",
        "_log_green_ratio",
        lambda *args, right=metropolis._log_green_ratio: -right(*args),
    ),
    "importance that accepts all": (
        "importance",
        "_accept",
        lambda log_q, rng: rng.random(log_q.shape) < 0.999,
    ),
    "metropolis that accepts all": (
        "metropolis",
        "_accept",
        lambda log_q, rng: rng.random(log_q.shape) < 0.999,
    ),
    "metropolis with psi instead of its square": (
        "metropolis",
        "_accept",
        lambda log_q, rng, right=metropolis._accept: right(log_q / 2, rng),
    ),
    "metropolis with a proposal that is not symmetric": (
        "metropolis",
        "_propose_uniform",
        lambda trial, R, drift, step, rng: (R + rng.uniform(-step, 1.2 * step, size=R.shape), None, 0.0),
    ),
}


@pytest.mark.parametrize("spoilt", SPOILT)
def test_spoilt_samplers_are_rejected(spoilt, monkeypatch):
    method, function, replacement = SPOILT[spoilt]
    monkeypatch.setattr(metropolis, function, replacement)
    assert p_value("oscillator, x", method, seed=0, n_walkers=4000) < 1e-6


def test_the_ratio_of_greens_functions_is_that_of_normal_densities():
    rng = np.random.default_rng(0)
    R, R_new, drift, drift_new = rng.normal(size=(4, 5, 2, 3))
    step = 0.3

    def log_density(end, start, drift):  # of proposing `end` from `start`
        return stats.norm(start + step * drift, np.sqrt(step)).logpdf(end).sum(axis=(1, 2))

    expected = log_density(R, R_new, drift_new) - log_density(R_new, R, drift)
    np.testing.assert_allclose(metropolis._log_green_ratio(R, R_new, drift, drift_new, step), expected)


def test_acceptance_is_its_integral():
    # For psi^2 = exp(-x^2) in one dimension, integrate min(1, psi(x + u)^2 / psi(x)^2) over x and u.
    x, u = np.meshgrid(np.linspace(-6, 6, 2001), np.linspace(-1.5, 1.5, 2001), indexing="ij")
    p = np.exp(-(x[:, 0] ** 2))
    q = np.minimum(1, np.exp(x**2 - (x + u) ** 2)).mean(axis=1)
    expected = np.sum(p * q) / np.sum(p)
    rng = np.random.default_rng(1)
    R = random_positions(1000, 1, 1, scale=np.sqrt(0.5), rng=rng)
    run = sample(Gaussian(0.5), R, 1000, step=1.5, rng=rng)
    # A million moves: the standard error is at most 0.0005 times the square root of the inefficiency, < 3.
    assert run.acceptance == pytest.approx(expected, abs=4 * 0.0005 * np.sqrt(3))


class Box(TrialFunction):
    """psi = cos(pi x / 2) between two walls at x = -1 and 1, and zero outside."""

    def log_psi(self, R):
        x = R[:, 0, 0]
        inside = np.abs(x) < 1
        return np.where(inside, np.log(np.cos(np.pi / 2 * np.where(inside, x, 0.0))), -np.inf)

    def gradient(self, R):
        return np.where(np.abs(R) < 1, -np.pi / 2 * np.tan(np.pi / 2 * R), np.nan)


@pytest.mark.parametrize("method", METHODS)
def test_where_psi_is_zero_no_walker_goes(method):
    rng = np.random.default_rng(0)
    R = rng.uniform(-0.9, 0.9, size=(4000, 1, 1))
    run = sample(Box(), R, 200, step=0.2, method=method, rng=rng)
    x = run.R[:, 0, 0]
    assert np.abs(x).max() < 1
    counts = np.histogram((x + 1) / 2 + np.sin(np.pi * x) / (2 * np.pi), bins=20, range=(0, 1))[0]
    assert stats.chisquare(counts).pvalue > 1e-3


def test_what_is_observed_and_when():
    rng = np.random.default_rng(0)
    R = random_positions(7, 2, 3, rng=rng)
    seen = []

    def observe(R):
        seen.append(R.copy())
        return R.sum(axis=(1, 2))

    run = sample(Gaussian(0.5), R, 10, step=0.5, burn_in=5, thin=3, observe=observe, rng=rng)
    assert run.observed.shape == (3, 7)
    np.testing.assert_array_equal(run.observed, [r.sum(axis=(1, 2)) for r in seen])
    assert sample(Gaussian(0.5), R, 10, step=0.5, rng=rng).observed is None
    columns = sample(Gaussian(0.5), R, 4, step=0.5, observe=lambda R: R[:, 0], rng=rng)
    assert columns.observed.shape == (4, 7, 3)


@pytest.mark.parametrize("method", METHODS)
def test_the_same_seed_gives_the_same_walk_and_leaves_the_start_alone(method):
    R = random_positions(10, 1, 3, rng=np.random.default_rng(0))
    before = R.copy()
    a, b, c = (
        sample(Gaussian(0.5), R, 20, step=0.5, method=method, rng=np.random.default_rng(seed))
        for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(R, before)
    np.testing.assert_array_equal(a.R, b.R)
    assert not np.array_equal(a.R, c.R)


@pytest.mark.parametrize("method", METHODS)
def test_two_runs_in_a_row_are_one_run(method):
    R, rng = random_positions(10, 1, 3, rng=np.random.default_rng(0)), np.random.default_rng(1)
    half = sample(Gaussian(0.5), R, 20, step=0.5, method=method, rng=rng)
    two = sample(Gaussian(0.5), half.R, 20, step=0.5, method=method, rng=rng)
    one = sample(Gaussian(0.5), R, 40, step=0.5, method=method, rng=np.random.default_rng(1))
    np.testing.assert_allclose(two.R, one.R, rtol=1e-12)


def peak_memory(n_walkers, n_steps, **options):
    rng = np.random.default_rng(0)
    R = random_positions(n_walkers, 1, 3, rng=rng)
    tracemalloc.start()
    try:
        sample(Gaussian(0.5), R, n_steps, step=0.7, rng=rng, **options)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("method", METHODS)
def test_memory_is_linear_in_walkers_and_does_not_grow_with_steps(method):
    peak_memory(10, 10, method=method)  # what Python and numpy set up once
    few, many = (peak_memory(5000, n_steps, method=method) for n_steps in (10, 300))
    assert many < few + 5000 * 8  # one number for each walker would already be too much
    small, middle, large = (
        peak_memory(n_walkers, 10, method=method) for n_walkers in (20_000, 40_000, 80_000)
    )
    assert large - middle == pytest.approx(2 * (middle - small), rel=0.05)
    assert large < 12 * 80_000 * 3 * 8  # twelve copies of the positions


def test_only_what_is_observed_is_kept():
    plain = peak_memory(1000, 200)
    observed = peak_memory(1000, 200, thin=2, observe=lambda R: R[:, 0, 0])
    assert observed - plain == pytest.approx(100 * 1000 * 8, rel=0.1)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"step": 0.0}, ValueError, "step must be a finite number > 0, got 0.0"),
        ({"step": -1.0}, ValueError, "step must be a finite number > 0"),
        ({"step": np.nan}, ValueError, "step must be a finite number > 0"),
        ({"step": [0.1, 0.2]}, ValueError, "step must be a finite number > 0"),
        ({"method": "gibbs"}, ValueError, 'must be "metropolis" or "importance", got \'gibbs\''),
        ({"n_steps": 0}, ValueError, "n_steps must be an integer >= 1"),
        ({"thin": 0}, ValueError, "thin must be an integer >= 1"),
        ({"thin": 11}, ValueError, "thin = 11 is more than n_steps = 10"),
        ({"burn_in": -1}, ValueError, "burn_in must be an integer >= 0"),
        ({"rng": None}, TypeError, "rng must be a numpy.random.Generator"),
        ({"R": np.zeros((4, 3))}, ValueError, r"R must have shape \(n_walkers, n_particles, n_dimensions\)"),
        ({"R": np.zeros((0, 1, 3))}, ValueError, "not be empty"),
        ({"R": np.full((4, 1, 3), np.nan)}, ValueError, "R must be finite"),
    ],
)
def test_bad_input(change, error, message):
    R = np.zeros((4, 1, 3))
    arguments = {"R": R, "n_steps": 10, "step": 0.5, "rng": np.random.default_rng(0)} | change
    with pytest.raises(error, match=message):
        sample(Gaussian(0.5), **arguments)


def test_no_generator():
    with pytest.raises(TypeError, match="rng"):
        sample(Gaussian(0.5), np.zeros((4, 1, 3)), 10, step=0.5)
    with pytest.raises(TypeError, match=r"rng must be a numpy\.random\.Generator, got int"):
        random_positions(4, 1, 3, rng=0)


@pytest.mark.parametrize("bad", [(0, 1, 3), (4, 0, 3), (4, 1, 2.5)])
def test_random_positions_need_counts(bad):
    with pytest.raises(ValueError, match="must be an integer >= 1"):
        random_positions(*bad, rng=np.random.default_rng(0))


def test_a_start_where_psi_vanishes():
    R = np.array([[[0.0]], [[2.0]], [[3.0]]])
    with pytest.raises(ValueError, match="not finite where 2 of 3 walkers start"):
        sample(Box(), R, 10, step=0.1, rng=np.random.default_rng(0))


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("method", METHODS)
def test_a_trial_function_that_is_undefined_somewhere(value, method):
    class Broken(Gaussian):
        def log_psi(self, R):
            return np.where(R[:, 0, 0] > 1, value, super().log_psi(R))

    with pytest.raises(ValueError, match=r"NaN or infinite for \d+ proposed moves, the first to R = "):
        sample(Broken(0.5), np.zeros((50, 1, 1)), 100, step=0.5, method=method, rng=np.random.default_rng(0))


def test_a_drift_that_is_not_defined():
    # On the nucleus exp(-alpha r) has no gradient.
    with pytest.raises(ValueError, match="log psi or its gradient is NaN"):
        sample(
            HydrogenLike(1.0),
            np.zeros((4, 1, 3)),
            10,
            step=0.1,
            method="importance",
            rng=np.random.default_rng(0),
        )


def test_log_psi_of_the_wrong_shape():
    class Wrong(Gaussian):
        def log_psi(self, R):
            return -self.theta[0] * np.sum(R**2, axis=2)

    with pytest.raises(ValueError, match=r"log_psi must return shape \(4,\), .* got \(4, 1\): sum over"):
        sample(Wrong(0.5), np.zeros((4, 1, 3)), 10, step=0.5, rng=np.random.default_rng(0))


def test_acceptance_of_zero_and_one_warns():
    R, rng = np.full((10, 1, 3), 0.01), np.random.default_rng(0)
    with pytest.warns(AcceptanceWarning, match="acceptance is 0 over 500 moves, .* take a smaller step"):
        run = sample(Gaussian(0.5), R, 50, step=1e6, rng=rng)
    assert run.acceptance == 0
    with pytest.warns(AcceptanceWarning, match="acceptance is 1 over 500 moves, .* take a larger step"):
        assert sample(Gaussian(0.5), R, 50, step=1e-9, rng=rng).acceptance == 1
    with pytest.warns(AcceptanceWarning, match="take a larger step"):
        sample(Gaussian(0.5), R, 50, step=1e-9, method="importance", rng=rng)


def test_the_result_prints_its_acceptance():
    run = sample(Gaussian(0.5), np.zeros((10, 1, 3)), 50, step=0.5, rng=np.random.default_rng(0))
    assert str(run) == f"10 walkers, acceptance {run.acceptance:.3f}"
