"""The Boltzmann machine of spins against sums over hidden units, finite differences, and psi^2 as a law."""

from itertools import product

import numpy as np
import pytest
from scipy import stats

from course_lib.gradcheck import gradient_error
from course_lib.spin_rbm import SpinRBM, born_probabilities, sample_spins
from course_lib.spins import random_spins, spin_states
from course_lib.vmc import AcceptanceWarning


def machine(n_spins=5, n_hidden=4, scale=0.4, seed=0):
    return SpinRBM.random(n_spins, n_hidden, scale=scale, rng=np.random.default_rng(seed))


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


def test_acceptance_of_one_and_of_nothing():
    flat, rng = SpinRBM(np.zeros(5), np.zeros(2), np.zeros((5, 2))), np.random.default_rng(0)
    with pytest.warns(AcceptanceWarning, match="every flip was accepted.*random start"):
        sample_spins(flat, np.ones((20, 5)), 1, rng=rng)
    steep = SpinRBM(np.full(5, 30.0), np.zeros(2), np.zeros((5, 2)))
    with pytest.warns(AcceptanceWarning, match="no flip was accepted.*start them elsewhere"):
        sample_spins(steep, np.ones((20, 5)), 1, rng=rng)


def test_bad_input():
    rbm, rng = machine(), np.random.default_rng(0)
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
    for a, b, W in ((0, 0, 31.0), (140, 0, 5.0), (0, 140, 5.0)):  # sums over 5 spins, or 4 hidden units
        far = SpinRBM(np.full(5, a), np.full(4, b), np.full((5, 4), W) * [1, -1, 1, -1])
        with pytest.raises(ValueError, match=r"weights of one unit add up to 1..?, .*run away"):
            far.flip_ratios(np.ones((1, 5)))
    with pytest.raises(TypeError, match="rng must be a numpy"):
        sample_spins(rbm, s, 1, rng=3)
    with pytest.raises(ValueError, match="n_sweeps must be an integer >= 1"):
        sample_spins(rbm, s, 0, rng=rng)
