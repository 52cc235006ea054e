"""Restricted Boltzmann machines: visible units x, hidden units h, and no connection within a layer.

A machine gives every pair (x, h) an energy, and with it a probability P(x, h) = exp(-E(x, h)) / Z, where Z is
the sum of exp(-E) over all pairs. With M visible and N hidden units::

    binary-binary    E = -sum_i a_i x_i - sum_j b_j h_j - sum_ij x_i w_ij h_j
    Gaussian-binary  E = sum_i (x_i - a_i)^2 / (2 sigma_i^2) - sum_j b_j h_j - sum_ij x_i w_ij h_j / sigma_i^2

The energy is dimensionless: a temperature, if there is one, is part of the parameters. The estimators are
called like ``sklearn.neural_network.BernoulliRBM``, which stores W transposed as ``components_``, a as
``intercept_visible_`` and b as ``intercept_hidden_``.
"""

import warnings

import numpy as np
from scipy.special import expit

from course_lib._rbm_base import RBM, Gradient, Moments, binary_states, softplus
from course_lib._rbm_training import sample_binary, sample_gaussian

__all__ = [
    "BernoulliRBM",
    "GaussianBernoulliRBM",
    "Gradient",
    "Moments",
    "NonBinaryDataWarning",
    "binary_states",
]


class NonBinaryDataWarning(UserWarning):
    """Units that are 0 or 1 were given data outside [0, 1]."""


class BernoulliRBM(RBM):
    """Binary-binary machine: x and h are 0 or 1, E = -x^T a - b^T h - x^T W h.

    Trained by stochastic gradient ascent on the mean log-likelihood, whose negative phase comes from Gibbs
    chains: persistent ones (PCD) or, for CD-k, chains that start at the data of the minibatch. Data between
    0 and 1 are taken as probabilities, as scikit-learn does; data outside are warned of. Equal to
    scikit-learn's ``BernoulliRBM``, except that the data are shuffled in every pass, and that the averages of
    a last, smaller minibatch are averages.

    Parameters
    ----------
    n_components : int
        Number N of hidden units.
    learning_rate : float
        Step of the ascent, > 0.
    batch_size : int
        Rows in a minibatch, and number of persistent chains.
    n_iter : int
        Passes through the data.
    k : int
        Gibbs steps between two updates, >= 1.
    persistent : bool
        Whether the chains go on from update to update (PCD-k) or start at the data (CD-k).
    random_state : None, int, RandomState or Generator
        Where the randomness of fit comes from.

    Attributes
    ----------
    W_ : ndarray of shape (n_features, n_components)
    a_ : ndarray of shape (n_features,)
        Biases of the visible units.
    b_ : ndarray of shape (n_components,)
        Biases of the hidden units.
    chains_ : ndarray of shape (batch_size, n_components)
        Hidden units of the persistent chains.

    Raises
    ------
    ValueError
        If X is not finite, or a parameter is out of its range.
    FloatingPointError
        If the parameters overflow in training.

    References
    ----------
    Hjorth-Jensen, FYS5429 week 1 (2024), "Binary-Binary RBM"; Hinton, Neural Computation 14, 1771 (2002), for
    CD; Tieleman, ICML 25, 1064 (2008), for PCD.

    Examples
    --------
    One hidden unit that ties two visible ones together:

    >>> rbm = BernoulliRBM.from_parameters(W=[[4.0], [4.0]], a=[-2.0, -2.0], b=[-4.0])
    >>> np.exp(rbm.log_likelihood([[0, 0], [0, 1], [1, 0], [1, 1]])).round(3)
    array([0.395, 0.105, 0.105, 0.395])
    """

    def __init__(
        self,
        n_components=256,
        *,
        learning_rate=0.1,
        batch_size=10,
        n_iter=10,
        k=1,
        persistent=True,
        random_state=None,
    ):
        self.n_components = n_components
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.n_iter = n_iter
        self.k = k
        self.persistent = persistent
        self.random_state = random_state

    def score_samples(self, X):
        """Pseudo-log-likelihood sum_i log P(x_i | all other x), for every row of X.

        It needs no Z. scikit-learn's method of this name draws one i at random and multiplies by n_features;
        this is its average over i. For data between 0 and 1, x_i is compared with 1 - x_i.

        Returns
        -------
        ndarray of shape (n_samples,)
        """
        X = self._check_visible(X)
        Z = self._hidden_input(X)
        before, total = np.sum(softplus(Z), axis=1), np.zeros(len(X))
        for i, w in enumerate(self.W_):
            flip = 1 - 2 * X[:, i]
            after = np.sum(softplus(Z + flip[:, np.newaxis] * w), axis=1)
            # F(x) - F(x with x_i flipped); the probability of x_i is 1 / (1 + exp(this)).
            total -= softplus(flip * self.a_[i] + after - before)
        return total

    def _visible_energy(self, X):
        return -X @ self.a_

    def _visible_mean(self, H):
        return expit(H @ self.W_.T + self.a_)

    def _sample_visible(self, H, rng):
        p = self._visible_mean(H)
        return (rng.random(p.shape) < p).astype(float)

    _sample_x = staticmethod(sample_binary)

    def _log_weight(self, H):
        return H @ self.b_ + np.sum(softplus(H @ self.W_.T + self.a_), axis=1)

    def _enumerates_hidden(self):
        return len(self.b_) <= len(self.a_)

    def _widths(self):
        return np.ones(self.n_features_in_)

    def _first_a(self, X):
        return np.zeros(X.shape[1])

    @staticmethod
    def _check_exact(X):
        if not np.all((X == 0) | (X == 1)):
            raise ValueError(
                "P(x) is defined for x of zeros and ones only, but X holds other values; threshold it "
                "(X > 0.5) or, if it holds probabilities, draw from it (rng.random(X.shape) < X)"
            )

    @staticmethod
    def _check_training_data(X):
        if X.min() < 0 or X.max() > 1:
            warnings.warn(
                f"the visible units are 0 or 1, but X goes from {X.min():.3g} to {X.max():.3g}: scale it to "
                "[0, 1], map spins by (1 + s) / 2, or use GaussianBernoulliRBM",
                NonBinaryDataWarning,
                stacklevel=4,  # where fit was called
            )


class GaussianBernoulliRBM(RBM):
    """Gaussian-binary machine: x is real, h is 0 or 1; for E see the first lines of the module.

    Given h, every x_i is normal with mean a_i + sum_j w_ij h_j and standard deviation sigma_i, so that P(x)
    is a mixture of 2^N Gaussians. Training is that of BernoulliRBM, with lengths in units of sigma.

    Parameters
    ----------
    n_components : int
        Number N of hidden units.
    sigma : float or array_like of shape (n_features,)
        Standard deviations of the visible units, in units of x; not learned.
    learning_rate : float
        Step of the ascent, > 0. Of the order of 1 / n_components or below: the means of x move by the sum
        over all hidden units.
    batch_size, n_iter, k, persistent, random_state
        As for BernoulliRBM.

    Attributes
    ----------
    W_ : ndarray of shape (n_features, n_components)
        In units of x.
    a_ : ndarray of shape (n_features,)
        In units of x.
    b_ : ndarray of shape (n_components,)
    chains_ : ndarray of shape (batch_size, n_components)
        Hidden units of the persistent chains.

    Raises
    ------
    ValueError
        As for BernoulliRBM, and if sigma is not finite, not positive or of the wrong shape.
    FloatingPointError
        If the parameters overflow in training.

    References
    ----------
    Hjorth-Jensen, FYS5429 week 1 (2024), "Gaussian-Binary RBM".

    Examples
    --------
    A mixture of two Gaussians at 0 and 2, the second three times as heavy: b = log 3 - 2^2 / 2.

    >>> rbm = GaussianBernoulliRBM.from_parameters(W=[[2.0]], a=[0.0], b=[np.log(3) - 2])
    >>> rbm.moments().h.round(12)
    array([0.75])
    """

    def __init__(
        self,
        n_components=256,
        *,
        sigma=1.0,
        learning_rate=0.001,
        batch_size=10,
        n_iter=10,
        k=1,
        persistent=True,
        random_state=None,
    ):
        self.n_components = n_components
        self.sigma = sigma
        self.learning_rate = learning_rate
        self.batch_size = batch_size
        self.n_iter = n_iter
        self.k = k
        self.persistent = persistent
        self.random_state = random_state

    def _visible_energy(self, X):
        return 0.5 * np.sum(((X - self.a_) / self._widths()) ** 2, axis=1)

    def _visible_mean(self, H):
        return H @ self.W_.T + self.a_

    def _sample_visible(self, H, rng):
        mean = self._visible_mean(H)
        return mean + self._widths() * rng.normal(size=mean.shape)

    _sample_x = staticmethod(sample_gaussian)

    def _log_weight(self, H):
        sigma = self._widths()
        shift = H @ self.W_.T  # of the mean, from a
        square = np.sum(shift * (shift + 2 * self.a_) / (2 * sigma**2), axis=1)
        return H @ self.b_ + square + np.sum(np.log(np.sqrt(2 * np.pi) * sigma))

    def _enumerates_hidden(self):
        return True

    def _widths(self):
        sigma = np.asarray(self.sigma, dtype=float)
        if sigma.shape not in ((), (self.n_features_in_,)) or not np.all((sigma > 0) & (sigma < np.inf)):
            raise ValueError(
                f"sigma must be a number > 0, or {self.n_features_in_} of them, one a feature; "
                f"got {self.sigma!r}"
            )
        return np.broadcast_to(sigma, (self.n_features_in_,))

    def _first_a(self, X):
        return X.mean(axis=0)

    def _check_exact(self, X):
        """Every real x has a density."""

    def _check_training_data(self, X):
        """Every real x can be learned from."""
