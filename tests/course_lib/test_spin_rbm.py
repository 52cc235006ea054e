"""The Boltzmann machine of spins against sums over all states, finite differences, and psi^2 as a law."""

from itertools import product

import numpy as np
import pytest
from scipy import stats
from sklearn.exceptions import ConvergenceWarning

from course_lib.gradcheck import gradient_error, numerical_gradient
from course_lib.spin_rbm import (
    SpinRBM,
    born_probabilities,
    estimate_spin_energy,
    exact_energy,
    minimise_spin_energy,
    sample_spins,
)
from course_lib.spins import IsingChain, free_fermion_energy, random_spins, spin_states
from course_lib.vmc import AcceptanceWarning, energy_gradient, stochastic_reconfiguration


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


def test_log_psi_is_the_sum_over_hidden_spins():
    rbm, s = machine(), spin_states(5)
    psi = sum(
        np.exp(s @ rbm.a + np.dot(rbm.b, h) + s @ rbm.W @ np.array(h)) for h in product((1, -1), repeat=4)
    )
    np.testing.assert_allclose(rbm.log_psi(s), np.log(psi), rtol=1e-12)


def test_parameter_gradient_against_finite_differences():
    rbm, s = machine(), random_spins(6, 5, rng=np.random.default_rng(1))
    for k in range(len(s)):

        def log_psi(theta, k=k):
            return rbm.with_parameters(theta).log_psi(s[k : k + 1])[0]

        claimed = rbm.parameter_gradient(s)[k]
        assert gradient_error(log_psi, lambda theta, claimed=claimed: claimed, rbm.theta) < 1e-8
        swapped = np.concatenate([claimed[:9], claimed[9:].reshape(5, 4).T.ravel()])
        assert gradient_error(log_psi, lambda theta, swapped=swapped: swapped, rbm.theta) > 0.1


@pytest.mark.parametrize("scale", [0.01, 0.4, 15.0])  # with the last, inputs of hidden units reach about 90
def test_flip_ratios_are_ratios_of_psi(scale):
    rbm, s = machine(scale=scale), spin_states(5)
    for i in range(5):
        flipped = s.copy()
        flipped[:, i] *= -1
        log_ratio = rbm.log_psi(flipped) - rbm.log_psi(s)
        np.testing.assert_allclose(np.log(rbm.flip_ratios(s)[:, i]), log_ratio, rtol=1e-9, atol=1e-12)


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


def chi_square(rbm, seed, n_chains=4000):
    """p-value of the last states of independent chains against the enumerated psi^2."""
    rng = np.random.default_rng(seed)
    run = sample_spins(rbm, random_spins(n_chains, rbm.a.size, rng=rng), 60, rng=rng)
    rows = ((1 - run.s) / 2) @ 2 ** np.arange(rbm.a.size)[::-1]
    counts = np.bincount(rows.astype(int), minlength=2**rbm.a.size)
    expected = n_chains * born_probabilities(rbm, spin_states(rbm.a.size))
    rare = expected < max(5, 1.001 * expected.min())  # too few for the test: counted together
    counts, expected = (np.append(x[~rare], x[rare].sum()) for x in (counts, expected))
    return stats.chisquare(counts, expected).pvalue


def test_sampler_passes_a_chi_square_test():
    # Under the right law p-values are uniform: the smallest of 12 is below 1e-4 with probability 0.1 %.
    p = [chi_square(machine(scale=scale), seed) for scale in (0.1, 0.3, 0.5) for seed in range(4)]
    assert min(p) > 1e-4
    assert stats.kstest(p, "uniform").pvalue > 1e-3


@pytest.mark.parametrize("fault", ["prefactor", "update", "amplitude"])
def test_chi_square_rejects_a_wrong_sampler(fault, monkeypatch):
    right = SpinRBM._flip_tables

    def wrong(self):
        factors, prefactors = right(self)
        if fault == "prefactor":  # the visible bias is forgotten
            prefactors = right(SpinRBM(0 * self.a, self.b, self.W))[1]
        elif fault == "update":  # the hidden input moves half as far as the ratio says
            factors = np.sqrt(factors)
        else:  # psi is taken for psi^2
            factors, prefactors = factors, np.sqrt(prefactors)
        return factors, prefactors

    monkeypatch.setattr(SpinRBM, "_flip_tables", wrong)
    assert chi_square(machine(scale=0.5), 0) < 1e-6


def test_what_is_kept_of_the_hidden_units_does_not_drift():
    # 2000 sweeps update x by 8000 products; a rounding error of each is 1e-16.
    rbm, rng = machine(scale=0.5), np.random.default_rng(0)
    s = random_spins(50, 5, rng=rng)
    long = sample_spins(rbm, s, 2000, rng=np.random.default_rng(1)).s
    short_rng = np.random.default_rng(1)
    for _ in range(2000):
        s = sample_spins(rbm, s, 1, rng=short_rng).s  # x computed anew after each sweep
    np.testing.assert_array_equal(s, long)


def test_inputs_are_left_alone():
    rbm, s = machine(), random_spins(10, 5, rng=np.random.default_rng(0))
    before = s.copy()
    sample_spins(rbm, s, 3, rng=np.random.default_rng(0))
    rbm.flip_ratios(s), rbm.parameter_gradient(s), rbm.log_psi(s)
    np.testing.assert_array_equal(s, before)


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


def test_acceptance_of_one_and_of_nothing():
    flat, rng = SpinRBM(np.zeros(5), np.zeros(2), np.zeros((5, 2))), np.random.default_rng(0)
    with pytest.warns(AcceptanceWarning, match="every flip was accepted.*random start"):
        sample_spins(flat, np.ones((20, 5)), 1, rng=rng)
    steep = SpinRBM(np.full(5, 30.0), np.zeros(2), np.zeros((5, 2)))
    with pytest.warns(AcceptanceWarning, match="no flip was accepted.*start them elsewhere"):
        sample_spins(steep, np.ones((20, 5)), 1, rng=rng)


def test_bad_input():
    rbm, chain, rng = machine(), IsingChain(5), np.random.default_rng(0)
    s = random_spins(10, 5, rng=rng)
    with pytest.raises(ValueError, match=r"got \(5,\), \(4,\) and \(4, 5\)"):
        SpinRBM(rbm.a, rbm.b, rbm.W.T)
    with pytest.raises(ValueError, match=r"must be finite; .* smaller eta"):
        SpinRBM(rbm.a * np.nan, rbm.b, rbm.W)
    with pytest.raises(ValueError, match=r"theta must have shape \(29,\) .* got \(28,\)"):
        rbm.with_parameters(rbm.theta[1:])
    with pytest.raises(ValueError, match=r"spins are \+1 or -1, but s holds 0.0"):
        sample_spins(rbm, np.zeros((3, 5)), 1, rng=rng)
    with pytest.raises(ValueError, match=r"shape \(n_samples, 5\)"):
        rbm.log_psi(s.T)
    with pytest.raises(ValueError, match=r"hidden unit reaches 1.5e.03, .*run away"):
        SpinRBM(rbm.a, rbm.b, np.full((5, 4), 300.0)).flip_ratios(np.ones((1, 5)))
    with pytest.raises(TypeError, match="rng must be a numpy"):
        sample_spins(rbm, s, 1, rng=3)
    with pytest.raises(TypeError, match="got NoneType"):
        minimise_spin_energy(rbm, chain, s, n_iterations=4, eta=0.1)
    with pytest.raises(ValueError, match="n_sweeps must be an integer >= 1"):
        sample_spins(rbm, s, 0, rng=rng)
    with pytest.raises(ValueError, match='"gradient" or "natural", got \'newton\''):
        minimise_spin_energy(rbm, chain, None, n_iterations=4, eta=0.1, method="newton")
    with pytest.raises(ValueError, match="shift must be a finite number > 0, got 0"):
        minimise_spin_energy(rbm, chain, None, n_iterations=4, eta=0.1, shift=0)
    with pytest.raises(ValueError, match=r"not positive definite to rounding.*larger shift"):
        minimise_spin_energy(rbm, chain, s[:2], n_iterations=4, eta=0.1, shift=1e-12, rng=rng)
    with pytest.raises(ValueError, match="25 spins have 2"):
        exact_energy(machine(25, 2), IsingChain(25))
    with pytest.raises(ValueError, match=r"run away|must be finite"):
        minimise_spin_energy(rbm, chain, None, n_iterations=20, eta=1e4, method="gradient")
