"""The Gaussian-binary machine as a wave function: hidden sums, finite differences, energies and samples."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from course_lib import nqs, spin_rbm, spin_vmc, spins
from course_lib.nqs import GaussianBinaryRBM
from course_lib.trial_functions import PadeJastrow, Product, trial_function_errors
from course_lib.vmc import (
    coulomb_repulsion,
    estimate_energy,
    harmonic_trap,
    local_energy,
    minimise_energy,
    random_positions,
    sample,
    total,
)

TRAP = total(harmonic_trap(), coulomb_repulsion())


def machine(n_visible=4, n_hidden=3, seed=0, **kwargs):
    return GaussianBinaryRBM.random(n_visible, n_hidden, scale=0.5, rng=np.random.default_rng(seed), **kwargs)


def positions(n_walkers=8, n_particles=2, n_dimensions=2, seed=1):
    return random_positions(n_walkers, n_particles, n_dimensions, rng=np.random.default_rng(seed))


def test_psi_squared_is_the_marginal_of_the_lectures_energy():
    rbm, R = machine(sigma=0.9), positions()
    x = R.reshape(8, 4)
    marginal = np.zeros(8)
    for h in product((0, 1), repeat=3):
        energy = np.sum((x - rbm.a) ** 2, axis=1) / (2 * 0.9**2) - np.dot(rbm.b, h) - x @ rbm.W @ h / 0.9**2
        marginal += np.exp(-energy)
    np.testing.assert_allclose(np.exp(2 * rbm.log_psi(R)), marginal, rtol=1e-12)


@pytest.mark.parametrize(("n_particles", "n_dimensions", "sigma"), [(1, 1, 0.5), (2, 2, 1.3), (3, 3, 0.8)])
def test_derivatives_against_finite_differences(n_particles, n_dimensions, sigma):
    R = positions(6, n_particles, n_dimensions)
    rbm = machine(n_particles * n_dimensions, sigma=sigma)
    assert trial_function_errors(rbm, R).largest < 1e-7


def test_derivatives_of_the_product_with_a_jastrow_factor():
    # Walkers whose particles meet closer than 0.3 are left out: there the differences suffer from the cusp.
    R = positions(20)
    R = R[np.linalg.norm(R[:, 0] - R[:, 1], axis=1) > 0.3]
    trial = Product(machine(), PadeJastrow(1.0, 0.7))
    assert trial.theta.size == 4 + 3 + 12 + 1
    assert trial_function_errors(trial, R).largest < 1e-6


@pytest.mark.parametrize("derivative", ["gradient", "laplacian", "parameter_gradient"])
def test_wrong_derivatives_are_noticed(derivative):
    class Forgetful(GaussianBinaryRBM):
        pass

    right = getattr(GaussianBinaryRBM, derivative)
    setattr(Forgetful, derivative, lambda self, R: right(self.with_parameters(0.9 * self.theta), R))
    rbm = machine()
    errors = trial_function_errors(Forgetful(rbm.a, rbm.b, rbm.W), positions())
    assert getattr(errors, derivative) > 0.01
    assert sum(value > 1e-7 for value in vars(errors).values()) == 1


@pytest.mark.parametrize(
    ("n_particles", "n_dimensions", "omega"), [(1, 1, 1.0), (2, 2, 1.0), (5, 3, 1.0), (2, 3, 2.5)]
)
def test_without_interaction_the_energy_is_exact(n_particles, n_dimensions, omega):
    n = n_particles * n_dimensions
    rbm = GaussianBinaryRBM(np.zeros(n), np.zeros(2), np.zeros((n, 2)), sigma=1 / np.sqrt(2 * omega))
    E_L = local_energy(rbm, harmonic_trap(omega), positions(50, n_particles, n_dimensions))
    np.testing.assert_allclose(E_L, omega * n / 2, rtol=1e-12)


@pytest.mark.parametrize("n_dimensions", [1, 2, 3])
def test_particles_without_interaction_are_learnt(n_dimensions):
    # The state is exact, so the variance vanishes, and with it the error of the mean.
    rng = np.random.default_rng(n_dimensions)
    rbm = GaussianBinaryRBM.random(2 * n_dimensions, 2, scale=0.2, rng=rng)
    R = random_positions(200, 2, n_dimensions, rng=rng)
    learnt = minimise_energy(
        rbm,
        harmonic_trap(),
        R,
        n_iterations=100,
        n_steps=20,
        thin=5,
        step=1.0,
        eta=0.2,
        method="natural",
        burn_in=50,
        rng=rng,
    )
    assert learnt.energies[0] - n_dimensions > 0.005
    assert learnt.energy.mean == pytest.approx(n_dimensions, abs=1e-5)
    assert learnt.energy.variance < 1e-5


def test_samples_follow_the_marginal():
    # One particle on a line, one hidden unit: two Gaussians of width sigma at a and at a + w, as completing
    # the square in the energy shows, with weights 1 and exp(b + ((a + w)^2 - a^2) / (2 sigma^2)).
    a, b, w, sigma, rng = -0.4, -0.5, 1.5, 0.6, np.random.default_rng(0)
    rbm = GaussianBinaryRBM([a], [b], [[w]], sigma)
    weight = np.exp(b + ((a + w) ** 2 - a**2) / (2 * sigma**2))

    def cdf(x):
        lower, upper = stats.norm.cdf(x, a, sigma), stats.norm.cdf(x, a + w, sigma)
        return (lower + weight * upper) / (1 + weight)

    R = sample(rbm, random_positions(4000, 1, 1, rng=rng), 200, step=1.5, rng=rng).R.ravel()
    assert stats.kstest(R, cdf).pvalue > 1e-3
    assert stats.kstest(R, lambda x: stats.norm.cdf(x, R.mean(), R.std())).pvalue < 1e-6


def two_electrons(trial, seed, eta):
    """Minimised energy of two electrons in a trap, with parameters learnt and energy measured separately."""
    rng = np.random.default_rng(seed)
    R = random_positions(500, 2, 2, rng=rng)
    learnt = minimise_energy(
        trial,
        TRAP,
        R,
        n_iterations=120,
        n_steps=20,
        thin=5,
        step=1.0,
        eta=eta,
        method="natural",
        shift=0.01,
        burn_in=100,
        tolerance=0.05,
        rng=rng,
    )
    return estimate_energy(learnt.trial, TRAP, learnt.energy.R, 500, step=1.0, thin=5, rng=rng)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_two_electrons(seed):
    # 3 a.u. exactly (Taut 1993). Without a cusp the local energy has a tail like 1/r, and its variance grows
    # with the number of samples: the bar of the plain machine is only a guide, so the window is wide.
    rbm = GaussianBinaryRBM.random(4, 2, rng=np.random.default_rng(seed))
    plain = two_electrons(rbm, seed, eta=0.1)
    assert 3.03 < plain.mean < 3.10
    assert plain.variance > 0.5
    correlated = two_electrons(Product(rbm, PadeJastrow(1.0, 1.0)), seed, eta=0.1)
    assert correlated.mean == pytest.approx(3.0, rel=0.003)
    assert correlated.mean > 3.0 - 4 * correlated.error
    assert correlated.variance < 0.01


def test_without_a_cusp_the_local_energy_diverges():
    # On a line through the point where the electrons meet, E_L r tends to 1; with the cusp it stays bounded.
    rbm = machine()
    r = np.array([1e-2, 1e-4, 1e-6])
    R = np.zeros((3, 2, 2))
    R[:, 0, 0], R[:, 1, 0] = r / 2, -r / 2
    np.testing.assert_allclose((local_energy(rbm, TRAP, R) * r)[1:], 1.0, rtol=1e-2)
    with_cusp = local_energy(Product(rbm, PadeJastrow(1.0, 0.7)), TRAP, R)
    assert np.ptp(with_cusp) < 0.2


def test_one_module_has_all_names():
    for module in (spins, spin_rbm, spin_vmc):
        for name in set(module.__all__) - {"check_spins"}:
            assert getattr(nqs, name) is getattr(module, name)
            assert name in nqs.__all__


def test_bad_input():
    rbm = machine()
    with pytest.raises(ValueError, match=r"n_particles \* n_dimensions; got \(4,\), \(3,\) and \(3, 4\)"):
        GaussianBinaryRBM(rbm.a, rbm.b, rbm.W.T)
    with pytest.raises(ValueError, match="finite"):
        GaussianBinaryRBM(rbm.a, rbm.b * np.nan, rbm.W)
    for sigma in (0.0, -1.0, np.inf, [1.0]):
        with pytest.raises(ValueError, match="sigma must be a finite number > 0"):
            GaussianBinaryRBM(rbm.a, rbm.b, rbm.W, sigma)
    with pytest.raises(ValueError, match="4 visible units, but each walker 6 coordinates"):
        rbm.log_psi(positions(5, 2, 3))
    with pytest.raises(ValueError, match="19 parameters, got 18"):
        rbm.with_parameters(rbm.theta[1:])
    with pytest.raises(TypeError, match="rng must be a numpy"):
        GaussianBinaryRBM.random(4, 2, rng=None)
    with pytest.raises(ValueError, match="n_hidden must be an integer >= 1"):
        GaussianBinaryRBM.random(4, 0, rng=np.random.default_rng(0))
    R = np.zeros((1, 2, 2))  # two electrons at one place
    with pytest.raises(ValueError, match="not finite for 1 of 1 walkers"):
        local_energy(rbm, TRAP, R)
