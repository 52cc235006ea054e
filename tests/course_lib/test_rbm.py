"""Restricted Boltzmann machines against enumeration, quadrature, finite differences and scikit-learn."""

import itertools
import pickle

import numpy as np
import pytest
from scipy.stats import chisquare
from sklearn.exceptions import NotFittedError
from sklearn.neural_network import BernoulliRBM as SkRBM
from sklearn.utils.estimator_checks import check_estimator

from course_lib.gradcheck import gradient_error
from course_lib.rbm import BernoulliRBM, GaussianBernoulliRBM, NonBinaryDataWarning, binary_states

SIZES = [(4, 3), (3, 5), (1, 1)]  # visible and hidden units: either layer may be the smaller one
SIGMA = np.array([0.5, 1.3])


def bernoulli(M=4, N=3, seed=0, scale=1.0, **parameters):
    rng = np.random.default_rng(seed)
    W, a, b = scale * rng.normal(size=(M, N)), rng.normal(size=M), rng.normal(size=N)
    return BernoulliRBM.from_parameters(W, a, b, **parameters)


def gaussian(N=3, seed=0, **parameters):
    rng = np.random.default_rng(seed)
    W, a, b = rng.normal(size=(2, N)), rng.normal(size=2), rng.normal(size=N)
    return GaussianBernoulliRBM.from_parameters(W, a, b, sigma=SIGMA, **parameters)


def lectures_energy(rbm, x, h, sigma=None):
    """E(x, h) as the lecture writes it, term by term, for one x and one h."""
    M, N = rbm.W_.shape
    s2 = np.ones(M) if sigma is None else sigma**2
    E = -sum(rbm.b_[j] * h[j] for j in range(N))
    E -= sum(x[i] * rbm.W_[i, j] * h[j] / s2[i] for i in range(M) for j in range(N))
    if sigma is None:
        return E - sum(rbm.a_[i] * x[i] for i in range(M))
    return E + sum((x[i] - rbm.a_[i]) ** 2 / (2 * s2[i]) for i in range(M))


def joint(rbm):
    """All x, all h, and exp(-E) of every pair, by brute force."""
    M, N = rbm.W_.shape
    X, H = (np.array(list(itertools.product([0.0, 1.0], repeat=n))) for n in (M, N))
    return X, H, np.array([[np.exp(-lectures_energy(rbm, x, h)) for h in H] for x in X])


def slow():
    """A machine that mixes slowly: large weights, and biases that put the weight on both ends."""
    W = 3 * np.random.default_rng(1).normal(size=(4, 3))
    return {"W": W, "a": -W.sum(axis=1) / 2, "b": -W.sum(axis=0) / 2}


def expected_cd_moments(rbm, X, k):
    """<x h> and <x> of the negative phase of CD-k, exactly: the chain's transition matrix applied k times."""
    states, H, weights = joint(rbm)
    h_given_x = weights / weights.sum(axis=1, keepdims=True)
    x_given_h = (weights / weights.sum(axis=0)).T
    p = np.mean([np.all(states == x, axis=1) for x in X], axis=0)
    p = p @ np.linalg.matrix_power(h_given_x @ x_given_h, k)
    return states.T @ (p[:, np.newaxis] * h_given_x) @ H, p @ states


# What is computed exactly


@pytest.mark.parametrize(("M", "N"), SIZES)
def test_binary_machine_equals_brute_force(M, N):
    rbm = bernoulli(M, N)
    X, H, weights = joint(rbm)
    Z = weights.sum()
    for h in H:
        energies = rbm.energy(X, np.tile(h, (len(X), 1)))
        np.testing.assert_allclose(energies, [lectures_energy(rbm, x, h) for x in X], atol=1e-13)
    np.testing.assert_allclose(rbm.free_energy(X), -np.log(weights.sum(axis=1)), rtol=1e-12, atol=1e-13)
    assert rbm.log_partition() == pytest.approx(np.log(Z), rel=1e-13)
    np.testing.assert_allclose(np.exp(rbm.log_likelihood(X)), weights.sum(axis=1) / Z, rtol=1e-12)
    h_given_x = weights / weights.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(rbm.hidden_mean(X), h_given_x @ H, rtol=1e-12)
    np.testing.assert_allclose(rbm.transform(X), h_given_x @ H, rtol=1e-12)
    np.testing.assert_allclose(rbm.visible_mean(H), (weights / weights.sum(axis=0)).T @ X, rtol=1e-12)
    moments = rbm.moments()
    np.testing.assert_allclose(moments.x, weights.sum(axis=1) @ X / Z, rtol=1e-12)
    np.testing.assert_allclose(moments.h, weights.sum(axis=0) @ H / Z, rtol=1e-12)
    np.testing.assert_allclose(moments.xh, X.T @ weights @ H / Z, rtol=1e-12)


def test_pseudo_likelihood_is_the_sum_over_conditionals():
    rbm = bernoulli()
    X, _, weights = joint(rbm)
    P = dict(zip(map(tuple, X), weights.sum(axis=1), strict=True))
    for x in X:
        flipped = [tuple(np.where(np.arange(4) == i, 1 - x, x)) for i in range(4)]
        expected = sum(np.log(P[tuple(x)] / (P[tuple(x)] + P[f])) for f in flipped)
        assert rbm.score_samples([x])[0] == pytest.approx(expected, rel=1e-12)


def test_gaussian_machine_equals_quadrature():
    rbm = gaussian()
    axes = [np.linspace(-14, 14, 561) for _ in SIGMA]  # the ends are 8 sigma from every mean
    assert np.all(np.abs(rbm.visible_mean(binary_states(3))) + 8 * SIGMA < 14)
    X = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 2)
    cell = np.prod([axis[1] - axis[0] for axis in axes])
    H = binary_states(3)
    # The trapezoidal rule converges faster than any power of the step here.
    weights = np.array([np.exp(-lectures_energy(rbm, X.T, h, SIGMA)) for h in H]) * cell
    Z = weights.sum()
    np.testing.assert_allclose(
        rbm.energy(X[:9], np.tile(H[5], (9, 1))), lectures_energy(rbm, X[:9].T, H[5], SIGMA), rtol=1e-12
    )
    assert rbm.log_partition() == pytest.approx(np.log(Z), rel=1e-9)
    np.testing.assert_allclose(np.exp(rbm.log_likelihood(X)).sum() * cell, 1, rtol=1e-9)
    near = rbm.log_likelihood(X) > -30
    marginal = np.log(weights.sum(axis=0)[near] / Z / cell)
    np.testing.assert_allclose(rbm.log_likelihood(X)[near], marginal, rtol=1e-8)
    np.testing.assert_allclose(
        rbm.visible_mean(H), weights @ X / weights.sum(axis=1)[:, np.newaxis], atol=1e-8
    )
    np.testing.assert_allclose(
        rbm.hidden_mean(X)[near], (weights.T @ H / weights.sum(axis=0)[:, np.newaxis])[near], atol=1e-12
    )
    moments = rbm.moments()
    np.testing.assert_allclose(moments.x, weights.sum(axis=0) @ X / Z, rtol=1e-8)
    np.testing.assert_allclose(moments.h, weights.sum(axis=1) @ H / Z, rtol=1e-8)
    np.testing.assert_allclose(moments.xh, (H.T @ weights @ X / Z).T, rtol=1e-8)


def unpack(rbm, theta):
    M, N = rbm.W_.shape
    other = {"sigma": SIGMA} if isinstance(rbm, GaussianBernoulliRBM) else {}
    W, a, b = np.split(theta, [M * N, M * N + M])
    return type(rbm).from_parameters(W.reshape(M, N), a, b, **other)


def packed_gradient(rbm, X):
    g = rbm.log_likelihood_gradient(X)
    return np.concatenate([g.W.ravel(), g.a, g.b])


@pytest.mark.parametrize(
    ("rbm", "X"),
    [
        (bernoulli(), [[0, 1, 1, 0], [1, 1, 1, 1], [0, 0, 0, 1]]),
        (bernoulli(3, 5), [[0, 1, 1], [1, 1, 1], [1, 1, 1]]),
        (gaussian(), [[0.3, -1.0], [2.0, 0.5]]),
    ],
    ids=["hidden layer enumerated", "visible layer enumerated", "Gaussian"],
)
def test_gradient_equals_finite_differences(rbm, X):
    theta = np.concatenate([rbm.W_.ravel(), rbm.a_, rbm.b_])

    def cost(t):
        return unpack(rbm, t).log_likelihood(X).mean()

    assert gradient_error(cost, lambda t: packed_gradient(unpack(rbm, t), X), theta) < 1e-8
    only_data = rbm.data_moments(X)  # a forgotten negative phase is noticed
    wrong = np.concatenate([only_data.xh.ravel(), only_data.x, only_data.h])
    assert gradient_error(cost, lambda t: wrong, theta) > 0.1


def test_machine_with_either_layer_large():
    # Swapping the layers swaps a with b and transposes W, and leaves Z as it is.
    rbm = bernoulli(18, 3)
    swapped = BernoulliRBM.from_parameters(rbm.W_.T, rbm.b_, rbm.a_)
    assert rbm.log_partition() == pytest.approx(swapped.log_partition(), rel=1e-12)
    wide = BernoulliRBM.from_parameters(np.zeros((3, 500)), np.zeros(3), np.zeros(500))
    assert wide.log_partition() == pytest.approx(503 * np.log(2), rel=1e-12)


def test_enumeration_in_several_chunks():
    rbm = bernoulli(16, 16, scale=0.3)  # 2^16 states, four chunks
    states = binary_states(16)
    weights = np.exp(-rbm.free_energy(states))  # the other layer, all at once
    assert rbm.log_partition() == pytest.approx(np.log(weights.sum()), rel=1e-10)
    moments = rbm.moments()
    np.testing.assert_allclose(moments.x, weights @ states / weights.sum(), rtol=1e-9)
    xh = (states.T * weights) @ rbm.hidden_mean(states) / weights.sum()
    np.testing.assert_allclose(moments.xh, xh, rtol=1e-9)


def test_binary_states():
    states = binary_states(5)
    assert len(np.unique(states, axis=0)) == 32
    np.testing.assert_array_equal(states @ 2.0 ** np.arange(5)[::-1], np.arange(32))
    np.testing.assert_array_equal(binary_states(5, 30, 99), states[30:])
    with pytest.raises(ValueError, match=r"at most 2\^24 states .* 25 units have 2\^25; use fewer"):
        binary_states(25)


def test_large_weights_do_not_overflow():
    rbm = BernoulliRBM.from_parameters([[800.0]], [-400.0], [-400.0])
    # Energies 0, 400, 400, 0 of the four states.
    assert rbm.log_partition() == pytest.approx(np.log(2), rel=1e-12)
    np.testing.assert_allclose(rbm.score_samples([[0.0], [1.0]]), np.log(0.5), rtol=1e-12)
    far = GaussianBernoulliRBM.from_parameters([[1e6]], [1e6], [0.0])
    assert np.isfinite(far.log_partition())
    rbm.set_params(learning_rate=0.1, random_state=0).partial_fit([[1.0], [0.0]])
    assert np.isfinite(rbm.W_).all()


# Sampling


def p_value(samples, probabilities):
    """Chi-square test of independent samples of binary units against the probabilities of all states."""
    index = samples @ 2 ** np.arange(samples.shape[1])[::-1]
    counts = np.bincount(index.astype(int), minlength=len(probabilities))
    assert probabilities.min() * len(samples) > 5  # or the test does not hold
    return chisquare(counts, probabilities * len(samples)).pvalue


def enumerated(rbm):
    _, _, weights = joint(rbm)
    return weights.sum(axis=1) / weights.sum(), weights.sum(axis=0) / weights.sum()


def test_gibbs_samples_have_the_enumerated_distribution():
    # 40 000 independent chains, long enough: the second eigenvalue of a step to the power of the steps is
    # below 1e-4, far less than the error of a mean, 1 / sqrt(40 000).
    rbm = bernoulli()
    _, _, weights = joint(rbm)
    step = (weights / weights.sum(axis=1, keepdims=True)) @ (weights / weights.sum(axis=0)).T
    assert np.sort(np.abs(np.linalg.eigvals(step)))[-2] ** 30 < 1e-4
    X = rbm.sample(40_000, 30, rng=np.random.default_rng(1))
    assert 0.001 < p_value(X, enumerated(rbm)[0]) < 0.999
    # A chain that starts there stays there.
    X = rbm.gibbs(X, rng=np.random.default_rng(2))
    assert 0.001 < p_value(X, enumerated(rbm)[0]) < 0.999


class Forgetful(BernoulliRBM):
    """A wrong sampler: it leaves the visible biases out."""

    def _visible_mean(self, H):
        return 1 / (1 + np.exp(-H @ self.W_.T))


class Stuck(BernoulliRBM):
    """A wrong sampler: x_0 is drawn anew in nine steps of ten only, and otherwise 1."""

    def _sample_visible(self, H, rng):
        X = super()._sample_visible(H, rng)
        X[rng.random(len(X)) < 0.1, 0] = 1
        return X


@pytest.mark.parametrize("Wrong", [Forgetful, Stuck])
def test_chi_square_rejects_a_wrong_sampler(Wrong):
    right = bernoulli()
    wrong = Wrong.from_parameters(right.W_, right.a_, right.b_)
    assert p_value(wrong.sample(40_000, 30, rng=np.random.default_rng(1)), enumerated(right)[0]) < 1e-9


def test_gaussian_gibbs_averages_equal_the_exact_ones():
    rbm = gaussian()
    n = 40_000
    X = rbm.sample(n, 30, rng=np.random.default_rng(3))
    exact = rbm.moments()
    error = X.std(axis=0) / np.sqrt(n)
    assert np.all(np.abs(X.mean(axis=0) - exact.x) < 4 * error)
    # Covariance of a mixture: sigma^2 plus the spread of the means.
    H = binary_states(3)
    p = np.exp([H_k @ rbm.b_ for H_k in H])
    p *= np.exp(np.sum((rbm.visible_mean(H) ** 2 - rbm.a_**2) / (2 * SIGMA**2), axis=1))
    p /= p.sum()
    means = rbm.visible_mean(H)
    variance = SIGMA**2 + p @ means**2 - (p @ means) ** 2
    fourth = np.mean((X - X.mean(axis=0)) ** 4, axis=0)
    assert np.all(np.abs(X.var(axis=0) - variance) < 4 * np.sqrt((fourth - variance**2) / n))
    assert np.all(np.abs(X.mean(axis=0) - rbm.a_) > 20 * error)  # a sampler without W would be noticed


def test_persistent_chains_of_training_have_the_enumerated_distribution():
    # With next to no learning the loop of training is Gibbs sampling, in single precision and by other code.
    rbm = bernoulli(learning_rate=1e-12, batch_size=40_000, random_state=4)
    for _ in range(30):
        rbm.partial_fit(np.zeros((2, 4)))
    assert rbm.chains_.shape == (40_000, 3)
    assert 0.001 < p_value(rbm.chains_, enumerated(rbm)[1]) < 0.999
    other = bernoulli(seed=1)
    assert p_value(rbm.chains_, enumerated(other)[1]) < 1e-9


# Training


def update(rbm, X):
    """What one step of training adds, over the learning rate: the estimate of the gradient."""
    W, a = rbm.W_.copy(), rbm.a_.copy()
    rbm.partial_fit(X)
    return (rbm.W_ - W) / rbm.learning_rate, (rbm.a_ - a) / rbm.learning_rate


@pytest.mark.parametrize("k", [1, 2, 5])
def test_cd_k_has_the_enumerated_expectation(k):
    # One minibatch of 200 000 rows: the entries are means of numbers in [0, 1], so that their standard error
    # is at most 0.5 / sqrt(200 000) = 0.0011; single precision adds less than 1e-4.
    data = np.array([[0, 1, 1, 0], [1, 1, 1, 1]])
    n, bound = 200_000, 4 * 0.0011 + 1e-4
    settings = {"persistent": False, "k": k, "learning_rate": 0.5, "batch_size": n, "random_state": 5}
    rbm = BernoulliRBM.from_parameters(**slow(), **settings)
    positive = rbm.data_moments(data)
    expected = {steps: expected_cd_moments(rbm, data, steps) for steps in (k, k + 1)}
    dW, da = update(rbm, np.repeat(data, n // 2, axis=0))
    np.testing.assert_allclose(dW, positive.xh - expected[k][0], atol=bound)
    np.testing.assert_allclose(da, positive.x - expected[k][1], atol=bound)
    # A step too many would be noticed.
    assert np.max(np.abs(dW - positive.xh + expected[k + 1][0])) > 2 * bound


def test_pcd_from_equilibrium_is_unbiased():
    data, n = np.array([[0, 1, 1, 0], [1, 1, 1, 1]]), 200_000
    rbm = bernoulli(learning_rate=1e-9, batch_size=n, random_state=6)
    for _ in range(20):
        rbm.partial_fit(data)
    W, a, b = rbm.W_, rbm.a_, rbm.b_
    fresh = BernoulliRBM.from_parameters(W, a, b, learning_rate=0.5, batch_size=n, random_state=7)
    fresh.chains_ = rbm.chains_
    exact = fresh.log_likelihood_gradient(data)
    dW, da = update(fresh, data)
    np.testing.assert_allclose(dW, exact.W, atol=4 * 0.0011 + 1e-4)
    np.testing.assert_allclose(da, exact.a, atol=4 * 0.0011 + 1e-4)


def test_bias_of_cd_k_shrinks_with_k():
    data = np.array([[0, 1, 1, 0], [1, 1, 1, 1]])
    rbm = BernoulliRBM.from_parameters(**slow())
    exact = rbm.log_likelihood_gradient(data).W
    positive = rbm.data_moments(data).xh
    bias = [
        np.linalg.norm(positive - expected_cd_moments(rbm, data, k)[0] - exact) / np.linalg.norm(exact)
        for k in (1, 2, 4, 8, 16, 64)
    ]
    assert np.all(np.diff(bias) < 0)
    assert bias[0] > 0.5
    assert bias[-1] < 1e-3


def test_gaussian_update_has_the_expected_value():
    # PCD from equilibrium again; lengths are in units of sigma: W and a move by sigma^2 times the gradient.
    n = 200_000
    data = np.array([[0.3, -1.0], [2.0, 0.5]])
    rbm = gaussian(learning_rate=1e-9, batch_size=n, random_state=8)
    for _ in range(30):
        rbm.partial_fit(data)
    fresh = gaussian(learning_rate=0.01, batch_size=n, random_state=9)
    fresh.chains_ = rbm.chains_
    exact = fresh.log_likelihood_gradient(data)
    spread = rbm.sample(10_000, 30, rng=np.random.default_rng(10)).std(axis=0)
    dW, da = update(fresh, data)
    error = 5 * spread / np.sqrt(n) + 1e-3 * np.abs(fresh.a_)
    assert np.all(np.abs(da - SIGMA**2 * exact.a) < error)
    assert np.all(np.abs(dW - (SIGMA**2)[:, np.newaxis] * exact.W) < 2 * error[:, np.newaxis])


@pytest.mark.parametrize(
    "settings", [{"persistent": True}, {"persistent": False, "k": 5}], ids=["PCD", "CD-5"]
)
def test_log_likelihood_rises_in_training(settings):
    # Two patterns, with one pixel in ten flipped: each pixel has the entropy 0.325, and the choice log 2.
    rng = np.random.default_rng(0)
    X = np.repeat([[0, 0, 1, 1, 0, 1], [1, 1, 0, 0, 1, 0]], 100, axis=0)
    X = np.where(rng.random(X.shape) < 0.1, 1 - X, X)
    best = -(np.log(2) + 6 * 0.325)
    rbm = BernoulliRBM(4, learning_rate=0.05, n_iter=1, random_state=0, **settings).fit(X)
    history = [rbm.log_likelihood(X).mean()]
    for _ in range(200):
        rbm.partial_fit(X)
        history.append(rbm.log_likelihood(X).mean())
    coins = -6 * np.log(2)  # what the machine of zeros has
    assert history[0] == pytest.approx(coins, abs=0.05)
    assert np.mean(history[-50:]) > best + 0.2 * (coins - best)
    assert np.mean(history[:10]) < np.mean(history[20:30]) < np.mean(history[-50:])


def test_gaussian_machine_learns_a_mixture():
    rng = np.random.default_rng(1)
    X = rng.normal(size=(2000, 1)) + 3 * (rng.random((2000, 1)) < 0.3)
    rbm = GaussianBernoulliRBM(1, learning_rate=0.02, batch_size=100, n_iter=300, random_state=0).fit(X)
    density = (0.7 * np.exp(-(X**2) / 2) + 0.3 * np.exp(-((X - 3) ** 2) / 2)) / np.sqrt(2 * np.pi)
    truth = np.mean(np.log(density))
    one_gaussian = -0.5 * np.log(2 * np.pi) - np.var(X) / 2  # of width 1, as the visible unit is
    assert rbm.log_likelihood(X).mean() > truth - 0.05 * (truth - one_gaussian)
    # No density beats the truth by much: three parameters gain about 3 / (2 * 2000).
    assert rbm.log_likelihood(X).mean() < truth + 0.005


def test_where_training_starts():
    X = np.random.default_rng(0).normal(size=(50, 4)) + [1.0, 2.0, 3.0, 4.0]
    start = GaussianBernoulliRBM(300, n_iter=0, random_state=0).fit(X)
    np.testing.assert_allclose(start.a_, X.mean(axis=0), rtol=1e-6)
    assert start.W_.std() == pytest.approx(0.01, rel=4 / np.sqrt(2 * 1200))
    start = BernoulliRBM(3, n_iter=0, random_state=0).fit(X > 2)
    assert np.all(start.a_ == 0)
    assert np.all(start.b_ == 0)


def test_training_does_not_depend_on_the_units():
    X = np.random.default_rng(0).normal(size=(60, 3)) * [1.0, 2.0, 3.0] + 5
    metres = GaussianBernoulliRBM(2, sigma=[1.0, 2.0, 3.0], learning_rate=0.01, random_state=0).fit(X)
    # A power of two, so that rounding is the same.
    other = GaussianBernoulliRBM(2, sigma=[8.0, 16.0, 24.0], learning_rate=0.01, random_state=0).fit(8 * X)
    np.testing.assert_allclose(other.W_, 8 * metres.W_, rtol=1e-6)
    np.testing.assert_allclose(other.b_, metres.b_, rtol=1e-6)


def test_partial_fit_goes_on_where_fit_stopped():
    X = (np.random.default_rng(0).random((33, 5)) < 0.5).astype(float)  # the last minibatch is a smaller one
    once = BernoulliRBM(3, n_iter=4, random_state=0).fit(X)
    bit_by_bit = BernoulliRBM(3, n_iter=2, random_state=0).fit(X)
    assert bit_by_bit.partial_fit(X) is bit_by_bit
    bit_by_bit.partial_fit(X)
    np.testing.assert_array_equal(once.W_, bit_by_bit.W_)
    np.testing.assert_array_equal(once.chains_, bit_by_bit.chains_)
    from_nothing = BernoulliRBM(3, random_state=0).partial_fit(X)
    np.testing.assert_array_equal(from_nothing.W_, BernoulliRBM(3, n_iter=1, random_state=0).fit(X).W_)


def test_random_state():
    X = (np.random.default_rng(0).random((20, 5)) < 0.5).astype(float)

    def weights(random_state):
        return BernoulliRBM(3, n_iter=2, random_state=random_state).fit(X).W_

    np.testing.assert_array_equal(weights(1), weights(1))
    assert not np.array_equal(weights(1), weights(2))
    np.testing.assert_array_equal(weights(np.random.RandomState(1)), weights(1))
    np.testing.assert_array_equal(weights(np.random.default_rng(1)), weights(np.random.default_rng(1)))
    rng = np.random.default_rng(1)
    assert not np.array_equal(weights(rng), weights(rng))  # it moves on, as a RandomState would
    assert not np.array_equal(weights(None), weights(None))


# Against scikit-learn


def test_formulas_equal_scikit_learns():
    X = (np.random.default_rng(0).random((200, 8)) < 0.4).astype(float)
    peer = SkRBM(5, learning_rate=0.1, n_iter=20, random_state=0).fit(X)
    ours = BernoulliRBM.from_parameters(peer.components_.T, peer.intercept_visible_, peer.intercept_hidden_)
    np.testing.assert_allclose(ours.free_energy(X), peer._free_energy(X), rtol=1e-12)
    np.testing.assert_allclose(ours.transform(X), peer.transform(X), rtol=1e-12)
    # Its score_samples draws one of the features at random: ours is the mean over the draws.
    draws = np.array([peer.set_params(random_state=i).score_samples(X).mean() for i in range(400)])
    error = draws.std() / np.sqrt(len(draws))
    assert abs(draws.mean() - ours.score_samples(X).mean()) < 4 * error
    assert error < 0.01 * abs(draws.mean())
    np.testing.assert_array_equal(ours.get_feature_names_out(), [f"bernoullirbm{i}" for i in range(5)])


@pytest.mark.parametrize(
    "estimator",
    [BernoulliRBM(), BernoulliRBM(persistent=False, k=2), GaussianBernoulliRBM()],
    ids=["PCD", "CD", "Gaussian"],
)
@pytest.mark.filterwarnings("ignore::course_lib.rbm.NonBinaryDataWarning")  # the checks use real numbers
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_scikit_learns_estimator_checks(estimator):
    results = check_estimator(estimator, on_fail=None)
    failed = [r["check_name"] for r in results if r["status"] not in ("passed", "skipped")]
    skipped = [r["check_name"] for r in results if r["status"] == "skipped"]
    assert len(results) > 40
    assert failed == []
    assert skipped in ([], ["check_array_api_input"])  # it needs an environment variable of SciPy's


def test_a_fitted_machine_can_be_stored():
    X = (np.random.default_rng(0).random((20, 5)) < 0.5).astype(float)
    rbm = BernoulliRBM(3, random_state=0).fit(X)
    copy = pickle.loads(pickle.dumps(rbm))
    np.testing.assert_array_equal(copy.partial_fit(X).W_, rbm.partial_fit(X).W_)


def test_inputs_are_left_alone():
    X = (np.random.default_rng(0).random((20, 5)) < 0.5).astype(float)
    before = X.copy()
    rbm = BernoulliRBM(3, random_state=0).fit(X)
    rbm.gibbs(X, 3, rng=np.random.default_rng(0))
    rbm.log_likelihood_gradient(X)
    rbm.score_samples(X)
    np.testing.assert_array_equal(X, before)


# Bad input


def test_data_that_are_not_binary():
    spins = np.array([[-1.0, 1.0], [1.0, 1.0]])
    with pytest.warns(
        NonBinaryDataWarning, match=r"X goes from -1 to 1: scale it .* spins by \(1 \+ s\) / 2"
    ):
        BernoulliRBM(2, random_state=0).fit(spins)
    with pytest.warns(NonBinaryDataWarning, match="from 0 to 16"):
        BernoulliRBM(2, random_state=0).partial_fit([[0.0, 16.0]])
    grey = np.array([[0.0, 0.3], [1.0, 0.5]])
    rbm = BernoulliRBM(2, random_state=0).fit(grey)  # probabilities: no warning
    for method in (rbm.log_likelihood, rbm.log_likelihood_gradient):
        with pytest.raises(ValueError, match=r"zeros and ones only.* \(X > 0\.5\) .*rng\.random"):
            method(grey)


def test_enumeration_of_too_many_states():
    large = BernoulliRBM.from_parameters(np.zeros((40, 25)), np.zeros(40), np.zeros(25))
    for method in (large.log_partition, large.moments, lambda: large.log_likelihood(np.zeros((1, 40)))):
        with pytest.raises(ValueError, match=r"25 units have 2\^25"):
            method()
    wide = GaussianBernoulliRBM.from_parameters(np.zeros((2, 25)), np.zeros(2), np.zeros(25))
    with pytest.raises(ValueError, match=r"25 units have 2\^25"):
        wide.log_partition()


@pytest.mark.parametrize("name", ["k", "batch_size", "n_components"])
@pytest.mark.parametrize("value", [0, -1, 1.5])
def test_counts_below_one(name, value):
    with pytest.raises(ValueError, match=f"{name} must be an integer >= 1, got {value}"):
        BernoulliRBM(**{name: value}).fit([[0.0, 1.0]])


@pytest.mark.parametrize("rate", [0.0, -0.1, np.nan, np.inf])
def test_bad_learning_rate(rate):
    with pytest.raises(ValueError, match="learning_rate must be a finite number > 0"):
        GaussianBernoulliRBM(learning_rate=rate).fit([[0.0, 1.0]])


@pytest.mark.parametrize("sigma", [0.0, -1.0, np.nan, np.inf, [1.0, 1.0, 1.0], [[1.0, 1.0]]])
def test_bad_sigma(sigma):
    with pytest.raises(ValueError, match="sigma must be a number > 0, or 2 of them"):
        GaussianBernoulliRBM(2, sigma=sigma).fit([[0.0, 1.0]])
    with pytest.raises(ValueError, match="sigma must be a number > 0"):
        GaussianBernoulliRBM.from_parameters(np.zeros((2, 1)), [0, 0], [0], sigma=sigma)


def test_divergence_is_an_error():
    X = 1e6 * np.random.default_rng(0).normal(size=(100, 3))
    with pytest.raises(FloatingPointError, match="training diverged: lower learning_rate, which is 10"):
        GaussianBernoulliRBM(4, learning_rate=10.0, n_iter=50, random_state=0).fit(X)


def test_bad_shapes_and_values():
    rng = np.random.default_rng(0)
    rbm = bernoulli()
    with pytest.raises(ValueError, match="NaN"):
        BernoulliRBM().fit([[0.0, np.nan]])
    with pytest.raises(NotFittedError):
        BernoulliRBM().log_partition()
    with pytest.raises(NotFittedError):
        BernoulliRBM().sample(2, 1, rng=rng)
    with pytest.raises(ValueError, match="3 features, but BernoulliRBM is expecting 4"):
        rbm.log_likelihood(np.zeros((2, 3)))
    with pytest.raises(ValueError, match="H has 4 columns, but the machine has 3 hidden"):
        rbm.visible_mean(np.zeros((2, 4)))
    with pytest.raises(TypeError, match=r"rng must be a numpy\.random\.Generator"):
        rbm.gibbs(np.zeros((2, 4)), rng=0)
    with pytest.raises(ValueError, match="n_steps must be an integer >= 1"):
        rbm.gibbs(np.zeros((2, 4)), 0, rng=rng)
    with pytest.raises(ValueError, match="n_samples must be an integer >= 1"):
        rbm.sample(0, 5, rng=rng)
    with pytest.raises(ValueError, match=r"got \(2, 3\), \(3,\) and \(2,\)"):
        BernoulliRBM.from_parameters(np.zeros((2, 3)), np.zeros(3), np.zeros(2))
    with pytest.raises(ValueError, match="must be finite"):
        BernoulliRBM.from_parameters([[np.inf]], [0.0], [0.0])


def test_results_print_as_one_would_write_them():
    rbm = BernoulliRBM.from_parameters([[0.0]], [0.0], [0.0])
    assert str(rbm.moments()) == "<x> = [0.5], <h> = [0.5], <x h> =\n[[0.25]]"
    assert str(rbm.log_likelihood_gradient([[1.0]])) == "|dW| = 0.25, |da| = 0.5, |db| = 0"
