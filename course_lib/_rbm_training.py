"""Stochastic gradient ascent for restricted Boltzmann machines: the loop under `course_lib.rbm`.

Both layers get one unit more, which is always on. Biases are the weights to it, so that one array theta, of
shape (n_visible + 1, n_hidden + 1), holds all parameters, and one product does what would take three. Lengths
are in units of sigma, and everything is in single precision, whose rounding is far below the noise of the
samples.
"""

import numpy as np


def with_ones(values):
    """A copy in single precision with one column more, the unit that is always on."""
    return np.hstack([values, np.ones((len(values), 1))]).astype(np.float32)


def sample_binary(z, noise, rng):
    """Replace inputs z of binary units by samples, z = 1 with probability 1 / (1 + exp(-z))."""
    logistic(z)
    rng.random(out=noise, dtype=np.float32)
    np.less(noise, z, z)


def sample_gaussian(z, noise, rng):
    """Replace means z of Gaussian units, in units of sigma, by samples."""
    rng.standard_normal(out=noise, dtype=np.float32)
    np.add(z, noise, z)


def logistic(z):
    """1 / (1 + exp(-z)) in place: faster than expit, and still right where exp overflows."""
    np.negative(z, z)
    np.exp(z, z)
    np.add(z, 1, z)
    np.reciprocal(z, z)


def ascend(theta, data, chains, n_passes, batch_size, learning_rate, k, persistent, sample_x, rng):
    """n_passes through the data, shuffled; changes theta and, if they are persistent, the chains in place.

    Parameters
    ----------
    theta : ndarray of float32, of shape (n_visible + 1, n_hidden + 1)
    data : ndarray of float32, of shape (n_samples, n_visible + 1)
    chains : ndarray of float32, of shape (n_chains, n_hidden + 1)
        Hidden units of the persistent chains.
    n_passes, batch_size, learning_rate, k, persistent
        As the estimators have them.
    sample_x : callable
        sample_binary or sample_gaussian.
    rng : numpy.random.Generator
    """
    steps = {}  # by size: of the minibatches, and of the last one if that is smaller
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(n_passes):
            order = rng.permutation(len(data))
            for first in range(0, len(data), batch_size):
                rows = order[first : first + batch_size]
                if len(rows) not in steps:
                    own = chains if persistent else with_ones(np.zeros((len(rows), theta.shape[1] - 1)))
                    steps[len(rows)] = _Step(
                        theta, own, len(rows), learning_rate, k, persistent, sample_x, rng
                    )
                steps[len(rows)].take(data, rows)


class _Step:
    """A step for minibatches of one size. Its buffers are made once: rows of data first, then the chains."""

    def __init__(self, theta, chains, n_data, learning_rate, k, persistent, sample_x, rng):
        self.theta, self.chains, self.rng, self.sample_x = theta, chains, rng, sample_x
        self.k, self.persistent = k, persistent
        n = n_data + len(chains)
        self.x, self.h = (np.ones((n, size), np.float32) for size in theta.shape)
        self.x_data, self.x_chains = self.x[:n_data], self.x[n_data:]
        self.h_data, self.h_chains = self.h[:n_data], self.h[n_data:]
        self.always_on = self.x_chains[:, -1], self.h[:, -1], self.h_data[:, -1]
        self.noise_x, self.noise_h = np.empty_like(self.x_chains), np.empty_like(self.h_chains)
        self.update = np.empty_like(theta)
        # The gradient is the mean over the data minus the mean over the chains.
        self.weight = np.full((n, 1), learning_rate / n_data, np.float32)
        self.weight[n_data:] = -learning_rate / len(chains)

    def take(self, data, rows):
        data.take(rows, 0, self.x_data, "clip")  # another mode would make a copy
        if not self.persistent:  # CD-k: the chains start at the data
            self.mean_h(self.x_data, self.h_data)
            self.sample_h(self.h_data)
        for _ in range(self.k - 1):
            self.sample_visible()
            self.mean_h(self.x_chains, self.h_chains)
            self.sample_h(self.h_chains)
        self.sample_visible()
        self.mean_h(self.x, self.h)
        if self.persistent:  # PCD-k: they go on from where they are
            self.sample_h(self.h_chains)
        np.multiply(self.h, self.weight, self.h)
        np.dot(self.x.T, self.h, self.update)
        np.add(self.theta, self.update, self.theta)

    def mean_h(self, x, h):
        np.dot(x, self.theta, h)
        logistic(h)
        h[:, -1] = 1

    def sample_h(self, h):
        self.rng.random(out=self.noise_h, dtype=np.float32)
        np.less(self.noise_h, h, self.chains)

    def sample_visible(self):
        np.dot(self.chains, self.theta.T, self.x_chains)
        self.sample_x(self.x_chains, self.noise_x, self.rng)
        self.x_chains[:, -1] = 1
