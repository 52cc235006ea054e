"""What the two restricted Boltzmann machines of `course_lib.rbm` share: exact sums, sampling, fitting."""

from dataclasses import dataclass

import numpy as np
from scipy.special import expit
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.utils import check_random_state
from sklearn.utils.validation import check_array, check_is_fitted, validate_data

from course_lib._checks import check_integer, check_rng
from course_lib._rbm_training import ascend, with_ones

MAX_UNITS = 24  # of a layer that is enumerated; 2^24 states take about half a minute
_CHUNK = 2**14  # states that are held at once


@dataclass(frozen=True)
class Moments:
    """Averages over a distribution of x and h.

    Attributes
    ----------
    x : ndarray of shape (n_visible,)
        Mean of x.
    h : ndarray of shape (n_hidden,)
        Mean of h: the probability that a hidden unit is on.
    xh : ndarray of shape (n_visible, n_hidden)
        Mean of x_i h_j, in units of x.
    """

    x: np.ndarray
    h: np.ndarray
    xh: np.ndarray

    def __str__(self):
        return f"<x> = {self.x.round(4)}, <h> = {self.h.round(4)}, <x h> =\n{self.xh.round(4)}"


@dataclass(frozen=True)
class Gradient:
    """Derivatives of a mean log-likelihood.

    Attributes
    ----------
    W : ndarray of shape (n_visible, n_hidden)
    a : ndarray of shape (n_visible,)
    b : ndarray of shape (n_hidden,)
    """

    W: np.ndarray
    a: np.ndarray
    b: np.ndarray

    def __str__(self):
        return ", ".join(f"|d{name}| = {np.linalg.norm(value):.3g}" for name, value in vars(self).items())


def binary_states(n_units, start=0, stop=None):
    """All states of units that are 0 or 1, one a row; row i holds the binary digits of i.

    Parameters
    ----------
    n_units : int
        From 1 to 24.
    start, stop : int
        Only the rows from start to before stop, so that a long list need not be held at once.

    Returns
    -------
    states : ndarray of shape (2**n_units, n_units), or with fewer rows

    Raises
    ------
    ValueError
        If n_units is above 24.

    Examples
    --------
    >>> binary_states(2)
    array([[0., 0.],
           [0., 1.],
           [1., 0.],
           [1., 1.]])
    """
    n_units = check_integer("n_units", n_units, 1)
    if n_units > MAX_UNITS:
        raise ValueError(
            f"at most 2^{MAX_UNITS} states are enumerated, but {n_units} units have 2^{n_units}; "
            "use fewer units in the smaller layer, or estimate averages from samples"
        )
    rows = np.arange(start, 2**n_units if stop is None else min(stop, 2**n_units))
    return ((rows[:, np.newaxis] >> np.arange(n_units)[::-1]) & 1).astype(float)


class RBM(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):
    """What the two machines share; a subclass knows its visible units."""

    @classmethod
    def from_parameters(cls, W, a, b, **parameters):
        """A machine with given weights and biases, as if it had been fitted.

        Parameters
        ----------
        W : array_like of shape (n_visible, n_hidden)
        a : array_like of shape (n_visible,)
        b : array_like of shape (n_hidden,)
        **parameters
            For the constructor, such as learning_rate.

        Raises
        ------
        ValueError
            If the shapes do not fit together, or a value is not finite.
        """
        W, a, b = (np.array(value, dtype=float) for value in (W, a, b))
        if W.ndim != 2 or a.shape != W.shape[:1] or b.shape != W.shape[1:]:
            raise ValueError(
                "expected W of shape (n_visible, n_hidden), a (n_visible,) and b (n_hidden,), "
                f"got {W.shape}, {a.shape} and {b.shape}"
            )
        if not all(np.all(np.isfinite(value)) for value in (W, a, b)):
            raise ValueError("W, a and b must be finite, but they hold NaN or infinity")
        model = cls(n_components=W.shape[1], **parameters)
        model.W_, model.a_, model.b_ = W, a, b
        model.n_features_in_, model._n_features_out = W.shape
        model._widths()  # raises if sigma does not fit
        return model

    # What can be computed exactly

    def energy(self, X, H):
        """E(x, h) of the module's first lines, for every row of X with the same row of H.

        Parameters
        ----------
        X : array_like of shape (n_samples, n_visible)
        H : array_like of shape (n_samples, n_hidden)

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        X, H = self._check_visible(X), self._check_hidden(H)
        interaction = np.sum((X / self._widths() ** 2) @ self.W_ * H, axis=1)
        return self._visible_energy(X) - H @ self.b_ - interaction

    def free_energy(self, X):
        """F(x) = -log sum_h exp(-E(x, h)), so that P(x) = exp(-F(x)) / Z; of shape (n_samples,)."""
        return self._free_energy(self._check_visible(X))

    def hidden_mean(self, X):
        """Mean of h given x, the probabilities P(h_j = 1 | x); of shape (n_samples, n_hidden)."""
        return self._hidden_mean(self._check_visible(X))

    def visible_mean(self, H):
        """Mean of x given h; of shape (n_samples, n_visible)."""
        return self._visible_mean(self._check_hidden(H))

    def log_partition(self):
        """log Z: one layer is enumerated, the other summed or integrated in closed form.

        Raises
        ------
        ValueError
            If the smaller layer (for Gaussian units: the hidden layer) has more than 24 units.
        """
        check_is_fitted(self)
        return float(
            np.logaddexp.reduce([np.logaddexp.reduce(log_weight) for _, log_weight in self._states()])
        )

    def log_likelihood(self, X):
        """log P(x) = -F(x) - log Z, exactly.

        Parameters
        ----------
        X : array_like of shape (n_samples, n_visible)

        Returns
        -------
        ndarray of shape (n_samples,)
            For Gaussian units the logarithm of a density.

        Raises
        ------
        ValueError
            As log_partition does, and if binary units get a value other than 0 and 1.
        """
        X = self._check_visible(X)
        self._check_exact(X)
        return -self._free_energy(X) - self.log_partition()

    def log_likelihood_gradient(self, X):
        """Gradient of the mean of log P(x) over the rows of X, exactly: averages over data minus over model.

        For binary units dw_ij = <x_i h_j>_data - <x_i h_j>_model, da_i = <x_i>_data - <x_i>_model and
        db_j = <h_j>_data - <h_j>_model; for Gaussian ones the first two are divided by sigma_i^2.

        Returns
        -------
        Gradient

        Raises
        ------
        ValueError
            As log_likelihood does.
        """
        X = self._check_visible(X)
        self._check_exact(X)
        data, model = self.data_moments(X), self.moments()
        precision = self._widths() ** -2
        dW = precision[:, np.newaxis] * (data.xh - model.xh)
        return Gradient(dW, precision * (data.x - model.x), data.h - model.h)

    def data_moments(self, X):
        """Moments over the rows of X and P(h | x), the positive phase."""
        X = self._check_visible(X)
        H = self._hidden_mean(X)
        return Moments(X.mean(axis=0), H.mean(axis=0), X.T @ H / len(X))

    def moments(self):
        """Moments over the machine's own P(x, h), exactly: the negative phase; raises like log_partition."""
        log_Z = self.log_partition()
        x, h, xh = np.zeros_like(self.a_), np.zeros_like(self.b_), np.zeros_like(self.W_)
        for states, log_weight in self._states():
            p = np.exp(log_weight - log_Z)
            if self._enumerates_hidden():
                X, H = self._visible_mean(states), states
            else:
                X, H = states, self._hidden_mean(states)
            x += p @ X
            h += p @ H
            xh += (X.T * p) @ H
        return Moments(x, h, xh)

    def _states(self):
        """The states of one layer in chunks, with the log of their weights, the other layer summed over."""
        hidden = self._enumerates_hidden()
        n_units = len(self.b_ if hidden else self.a_)
        binary_states(n_units, stop=1)  # raises if there are too many
        for start in range(0, 2**n_units, _CHUNK):
            states = binary_states(n_units, start, start + _CHUNK)
            yield states, self._log_weight(states) if hidden else -self._free_energy(states)

    def _free_energy(self, X):
        return self._visible_energy(X) - np.sum(softplus(self._hidden_input(X)), axis=1)

    def _hidden_mean(self, X):
        return expit(self._hidden_input(X))

    def _hidden_input(self, X):
        return (X / self._widths() ** 2) @ self.W_ + self.b_

    # Sampling

    def gibbs(self, X, n_steps=1, *, rng):
        """Gibbs sampling: n_steps times h ~ P(h | x) and x ~ P(x | h); every row of X is a chain of its own.

        Parameters
        ----------
        X : array_like of shape (n_chains, n_visible)
            Where the chains start.
        n_steps : int
        rng : numpy.random.Generator

        Returns
        -------
        X : ndarray of shape (n_chains, n_visible)
            Where they end; the steps between are not kept.

        Raises
        ------
        ValueError, TypeError
            If n_steps < 1, X has the wrong shape, or rng is not a Generator.
        """
        check_rng(rng)
        n_steps, X = check_integer("n_steps", n_steps, 1), self._check_visible(X)
        for _ in range(n_steps):
            p = self._hidden_mean(X)
            X = self._sample_visible((rng.random(p.shape) < p).astype(float), rng)
        return X

    def sample(self, n_samples, n_steps, *, rng):
        """Samples of x: as many chains, started from random hidden units, n_steps of Gibbs sampling later.

        Parameters
        ----------
        n_samples : int
        n_steps : int
            As many as the chains need to forget where they started.
        rng : numpy.random.Generator

        Returns
        -------
        X : ndarray of shape (n_samples, n_visible)
        """
        check_rng(rng)
        check_is_fitted(self)
        H = rng.integers(2, size=(check_integer("n_samples", n_samples, 1), len(self.b_))).astype(float)
        return self.gibbs(self._sample_visible(H, rng), n_steps, rng=rng)

    # Training, and scikit-learn's interface

    def fit(self, X, y=None):
        """Learn W, a and b from X: n_iter passes of stochastic gradient ascent on the log-likelihood.

        Parameters
        ----------
        X : array_like of shape (n_samples, n_features)
        y : ignored

        Returns
        -------
        self
        """
        return self._fit(X, check_integer("n_iter", self.n_iter, 0), restart=True)

    def partial_fit(self, X, y=None):
        """One pass more, from where the parameters and the persistent chains are; returns self."""
        return self._fit(X, 1, restart=not hasattr(self, "W_"))

    def transform(self, X):
        """The hidden units as features of x: P(h_j = 1 | x), of shape (n_samples, n_components)."""
        return self.hidden_mean(X)

    def _fit(self, X, n_passes, restart):
        for name in ("n_components", "batch_size", "k"):
            check_integer(name, getattr(self, name), 1)
        if not 0 < self.learning_rate < np.inf:
            raise ValueError(f"learning_rate must be a finite number > 0, got {self.learning_rate!r}")
        X = validate_data(self, X, dtype=np.float64, reset=restart)
        self._check_training_data(X)
        if restart or not hasattr(self, "rng_"):
            self.rng_ = _generator(self.random_state)
        if restart:
            sigma = self._widths()
            self.W_ = 0.01 * sigma[:, np.newaxis] * self.rng_.normal(size=(len(sigma), self.n_components))
            self.a_, self.b_ = self._first_a(X), np.zeros(self.n_components)
            self._n_features_out = self.n_components
        if restart or not hasattr(self, "chains_"):
            self.chains_ = np.zeros((self.batch_size, len(self.b_)))
        self._ascend(X, n_passes)
        return self

    def _ascend(self, X, n_passes):
        sigma = self._widths()
        theta = np.zeros((len(self.a_) + 1, len(self.b_) + 1), np.float32)
        theta[:-1, :-1], theta[:-1, -1] = self.W_ / sigma[:, np.newaxis], self.a_ / sigma
        theta[-1, :-1] = self.b_
        data, chains = with_ones(X / sigma), with_ones(self.chains_)
        settings = n_passes, self.batch_size, self.learning_rate, self.k, self.persistent
        ascend(theta, data, chains, *settings, self._sample_x, self.rng_)
        if not np.all(np.isfinite(theta)):
            raise FloatingPointError(
                f"training diverged: lower learning_rate, which is {self.learning_rate}, or standardise X"
            )
        self.W_ = theta[:-1, :-1] * sigma[:, np.newaxis]
        self.a_, self.b_ = theta[:-1, -1] * sigma, theta[-1, :-1].astype(float)
        self.chains_ = chains[:, :-1].copy()

    def _check_visible(self, X):
        check_is_fitted(self)
        return validate_data(self, X, dtype=np.float64, reset=False)

    def _check_hidden(self, H):
        check_is_fitted(self)
        H = check_array(H, dtype=np.float64, input_name="H")
        if H.shape[1] != len(self.b_):
            raise ValueError(f"H has {H.shape[1]} columns, but the machine has {len(self.b_)} hidden units")
        return H


def softplus(z):
    """log(1 + exp(z)) without overflow."""
    return np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))


def _generator(random_state):
    """A Generator from what scikit-learn takes as random_state."""
    if isinstance(random_state, np.random.Generator):
        return random_state
    return np.random.default_rng(check_random_state(random_state).randint(2**31 - 1, size=4))
