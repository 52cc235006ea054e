"""Initialisers against the published variances, integrals, and what happens to a signal in a wide network."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from course_lib.activations import ACTIVATIONS, activation
from course_lib.initialisers import INITIALISERS, gain, initialiser
from course_lib.nn import Network


@pytest.mark.parametrize(
    ("name", "variance"),
    [("glorot", 2 / 50), ("he", 2 / 20), ("lecun", 1 / 20), ("standard normal", 1.0)],
)
def test_variances_are_the_published_ones(name, variance):
    assert initialiser(name)(20, 30) == pytest.approx(variance, rel=1e-15)


@pytest.mark.parametrize("name", INITIALISERS)
def test_weights_have_that_variance(name):
    network = Network([200, 300, 1], initialiser=name, rng=np.random.default_rng(3))
    W = network.W[1]
    variance = INITIALISERS[name](200, 300)
    # The variance of n normal numbers has relative standard error sqrt(2 / n), their mean sqrt(variance / n).
    assert abs(W.var() / variance - 1) < 5 * np.sqrt(2 / W.size)
    assert abs(W.mean()) < 5 * np.sqrt(variance / W.size)
    assert np.all(network.b[1] == 0)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_gain_is_the_gaussian_integral(name):
    f = activation(name).f
    second_moment = sum(
        quad(lambda z: norm.pdf(z) * f(np.array([z]))[0] ** 2, *ends)[0]
        for ends in ((-np.inf, 0), (0, np.inf))
    )
    assert gain(name) == pytest.approx(second_moment**-0.5, rel=1e-6)


def test_gain_of_relu_is_hes():
    assert gain("relu") == pytest.approx(np.sqrt(2), rel=1e-9)


def last_over_first(name, variance_of, seed, depth=20, width=1000):
    """Second moment of z in the last hidden layer over that in the first."""
    rng = np.random.default_rng(seed)
    network = Network(
        [width] * (depth + 1) + [1],
        name,
        initialiser=lambda n_in, n_out: variance_of(n_in),
        dtype=np.float32,
        rng=rng,
    )
    X = rng.standard_normal((20, width), dtype=np.float32)
    network.forward(X / X.dtype.type(np.sqrt(variance_of(width) * width)))  # so that E[z^2] = 1 in layer 1
    return np.mean(network.z[depth] ** 2) / np.mean(network.z[1] ** 2)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["tanh", "relu"])
def test_the_right_initialiser_keeps_the_signal_and_lecuns_loses_it(name):
    kept = [last_over_first(name, lambda n_in: gain(name) ** 2 / n_in, seed) for seed in range(5)]
    lost = [last_over_first(name, lambda n_in: 1 / n_in, seed) for seed in range(5)]
    # A layer of 1000 ReLU nodes adds a relative variance of at most 5 / 1000 of its second moment, 19 layers
    # so a standard deviation of 0.3, which the mean over 5 seeds brings to 0.14; tanh has less.
    assert abs(np.mean(kept) - 1) < 0.4
    assert np.mean(lost) < 0.1


def test_unknown_initialiser():
    with pytest.raises(ValueError, match="choose one of glorot, he, lecun"):
        initialiser("xavier")
