"""Energies of spins and their minimisation against sums over states, finite differences and free fermions."""

import numpy as np
import pytest
from scipy import stats
from sklearn.exceptions import ConvergenceWarning

from course_lib.gradcheck import numerical_gradient
from course_lib.spin_rbm import SpinRBM, born_probabilities, sample_spins
from course_lib.spin_vmc import estimate_spin_energy, exact_energy, minimise_spin_energy
from course_lib.spins import IsingChain, free_fermion_energy, random_spins, spin_states
from course_lib.vmc import energy_gradient, stochastic_reconfiguration


def machine(n_spins=5, n_hidden=4, scale=0.4, seed=0):
    return SpinRBM.random(n_spins, n_hidden, scale=scale, rng=np.random.default_rng(seed))


def rayleigh_quotient(psi, chain):
    """<psi|H|psi> / <psi|psi>, one matrix element after the other."""
    states = [tuple(row) for row in spin_states(chain.n_spins)]
    amplitude = dict(zip(states, psi, strict=True))
    total = 0.0
    for s in states:
        bonds = sum(s[i] * s[(i + 1) % chain.n_spins] for i in range(chain.n_spins))
        flipped = sum(amplitude[(*s[:i], -s[i], *s[i + 1 :])] for i in range(chain.n_spins))
        total += amplitude[s] * (-chain.J * bonds * amplitude[s] - chain.h * flipped)
    return total / np.sum(psi**2)


@pytest.mark.parametrize(("J", "h"), [(1.0, 1.0), (0.3, 2.0)])
def test_exact_energy_is_the_rayleigh_quotient(J, h):
    rbm, chain = machine(), IsingChain(5, J, h)
    psi = np.exp(rbm.log_psi(spin_states(5)))
    assert exact_energy(rbm, chain) == pytest.approx(rayleigh_quotient(psi, chain), rel=1e-12)


def test_exact_energy_in_several_blocks():
    rbm, chain = machine(14, 3, 0.2), IsingChain(14)
    s = spin_states(14)
    whole = born_probabilities(rbm, s) @ chain.local_energy(rbm, s)
    assert exact_energy(rbm, chain) == pytest.approx(whole, rel=1e-12)


@pytest.mark.slow
def test_error_bars_cover():
    # 1-sigma bars of 60 runs: 68 % +- 6 % of them should hold the exact energy.
    chain, rbm = IsingChain(6), machine(6, 6, 0.15)
    exact = exact_energy(rbm, chain)
    hits = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        energy = estimate_spin_energy(rbm, chain, random_spins(20, 6, rng=rng), 100, burn_in=20, rng=rng)
        hits.append(abs(energy.mean - exact) < energy.error)
    assert energy.n_samples == 2000
    assert 0.68 - 3 * 0.06 < np.mean(hits) < 0.68 + 3 * 0.06


def test_the_gradient_of_exact_sums_is_that_of_the_energy():
    rbm, chain = machine(), IsingChain(5, h=0.8)
    with pytest.warns(ConvergenceWarning):
        course = minimise_spin_energy(rbm, chain, None, n_iterations=4, eta=1e-3, method="gradient")
    gradient = (course.thetas[0] - course.thetas[1]) / 1e-3
    numerical = numerical_gradient(lambda t: exact_energy(rbm.with_parameters(t), chain), rbm.theta)
    np.testing.assert_allclose(gradient, numerical, atol=1e-8)


def test_the_natural_direction_of_exact_sums_solves_its_equation():
    rbm, chain, s = machine(), IsingChain(5, h=0.8), spin_states(5)
    with pytest.warns(ConvergenceWarning):
        course = minimise_spin_energy(rbm, chain, None, n_iterations=4, eta=1e-3, shift=0.05)
    d = (course.thetas[0] - course.thetas[1]) / 1e-3
    S = np.cov(rbm.parameter_gradient(s).T, aweights=born_probabilities(rbm, s), ddof=0)
    g = numerical_gradient(lambda t: exact_energy(rbm.with_parameters(t), chain), rbm.theta)
    np.testing.assert_allclose(S @ d + 0.05 * d, g, atol=1e-7)


def test_sampled_directions_are_those_of_vmc():
    rbm, chain, s = machine(), IsingChain(5), random_spins(500, 5, rng=np.random.default_rng(0))
    with pytest.warns(ConvergenceWarning):
        course = minimise_spin_energy(
            rbm, chain, s, n_iterations=4, eta=1e-2, shift=0.05, tolerance=-1, rng=np.random.default_rng(1)
        )
    sampled = sample_spins(rbm, s, 1, rng=np.random.default_rng(1)).s
    E_L, O = chain.local_energy(rbm, sampled), rbm.parameter_gradient(sampled)
    d = stochastic_reconfiguration(O, energy_gradient(E_L, O), shift=0.05)
    # Single precision rounds by 6e-8, and the solution of a linear system by its condition number more.
    condition = np.linalg.cond(np.cov(O.T, ddof=0) + 0.05 * np.eye(29))
    rounding = 6e-8 * condition * np.linalg.norm(d)
    assert rounding < 1e-3
    np.testing.assert_allclose((course.thetas[0] - course.thetas[1]) / 1e-2, d, atol=rounding)
    assert course.energies[0] == pytest.approx(E_L.mean(), rel=1e-12)
    assert course.errors[0] == pytest.approx(stats.sem(E_L), rel=1e-12)


def test_the_exact_natural_gradient_only_goes_down():
    chain, rbm = IsingChain(6), machine(6, 6, 0.05)
    course = minimise_spin_energy(rbm, chain, None, n_iterations=150, eta=0.05)
    assert np.all(np.diff(course.energies) < 0)
    assert course.converged
    assert np.all(course.errors == 0)
    assert 0 < exact_energy(course.rbm, chain) - free_fermion_energy(chain) < 2e-3 * 7.7


def test_the_natural_gradient_is_ahead_of_the_plain_one():
    chain, rbm = IsingChain(8), machine(8, 8, 0.05)
    E_0 = free_fermion_energy(chain)
    natural = minimise_spin_energy(rbm, chain, None, n_iterations=60, eta=0.05, tolerance=1)
    for eta in (0.02, 0.05, 0.1):
        plain = minimise_spin_energy(
            rbm, chain, None, n_iterations=60, eta=eta, method="gradient", tolerance=10
        )
        assert plain.energies[-1] - E_0 > 3 * (natural.energies[-1] - E_0)


def test_learning_from_samples_ends_near_the_ground_state():
    chain, rng = IsingChain(8), np.random.default_rng(0)
    rbm = SpinRBM.random(8, 8, rng=rng)
    seen = []
    course = minimise_spin_energy(
        rbm,
        chain,
        random_spins(500, 8, rng=rng),
        n_iterations=150,
        eta=0.05,
        rng=rng,
        callback=lambda k, rbm, energy, error: seen.append((k, rbm, energy, error)),
    )
    assert exact_energy(course.rbm, chain) / free_fermion_energy(chain) > 1 - 1e-3
    assert course.converged
    assert course.s.shape == (500, 8)
    assert [k for k, *_ in seen] == list(range(150))
    np.testing.assert_array_equal(seen[70][1].theta, course.thetas[70])
    assert seen[70][2:] == (course.energies[70], course.errors[70])
    assert " after 150 iterations" in str(course)


@pytest.mark.slow
def test_sixteen_spins_at_the_critical_point():
    # reference: relative error 1.5e-4 with 1024 samples, as many hidden units as spins.
    chain = IsingChain(16)
    for seed in range(5):
        rng = np.random.default_rng(seed)
        rbm, s = SpinRBM.random(16, 16, rng=rng), random_spins(1024, 16, rng=rng)
        course = minimise_spin_energy(rbm, chain, s, n_iterations=300, eta=0.05, rng=rng)
        error = 1 - exact_energy(course.rbm, chain) / free_fermion_energy(chain)
        assert 0 < error < 1.5e-4


def test_no_convergence_is_said():
    with pytest.warns(ConvergenceWarning, match=r"the gradient is still .* after 4 iter.*eta = 0.001"):
        course = minimise_spin_energy(machine(), IsingChain(5), None, n_iterations=4, eta=0.001)
    assert not course.converged
    assert str(course).endswith(", not converged")


def test_bad_input():
    rbm, chain, rng = machine(), IsingChain(5), np.random.default_rng(0)
    s = random_spins(10, 5, rng=rng)
    with pytest.raises(TypeError, match="got NoneType"):
        minimise_spin_energy(rbm, chain, s, n_iterations=4, eta=0.1)
    with pytest.raises(ValueError, match='"gradient" or "natural", got \'newton\''):
        minimise_spin_energy(rbm, chain, None, n_iterations=4, eta=0.1, method="newton")
    with pytest.raises(ValueError, match="at least two chains, got 1"):
        minimise_spin_energy(rbm, chain, s[:1], n_iterations=4, eta=0.1, rng=rng)
    for eta in (0.0, -0.1, np.nan):
        with pytest.raises(ValueError, match="eta must be a finite number > 0"):
            minimise_spin_energy(rbm, chain, None, n_iterations=4, eta=eta)
    with pytest.raises(ValueError, match="shift must be a finite number > 0, got 0"):
        minimise_spin_energy(rbm, chain, None, n_iterations=4, eta=0.1, shift=0)
    with pytest.raises(ValueError, match=r"not positive definite to rounding.*larger shift"):
        minimise_spin_energy(rbm, chain, s[:2], n_iterations=4, eta=0.1, shift=1e-12, rng=rng)
    with pytest.raises(ValueError, match="25 spins have 2"):
        exact_energy(machine(25, 2), IsingChain(25))
    with pytest.raises(ValueError, match=r"run away|must be finite"):
        minimise_spin_energy(rbm, chain, None, n_iterations=20, eta=1e4, method="gradient")
