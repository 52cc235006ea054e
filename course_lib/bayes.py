"""Bayesian linear regression, Gaussian processes, and the averaging of several models.

Each gives a predictive distribution for a measurement not yet made: a Gaussian, or a mixture of them. The
first two also give a log evidence, the logarithm of the density that the model gave to the data before it saw
them; the third weighs models by it::

    y = X theta + theta_0 + noise,   theta_j ~ N(0, tau^2),   noise ~ N(0, sigma^2)      linear regression
    y = f(x) + noise,                f ~ GP(0, k),            noise ~ N(0, sigma^2)      Gaussian process
    p(y | data) = sum_k w_k p(y | data, model k),             w_k ~ evidence_k p(k)      average
"""

import warnings
from dataclasses import dataclass

import numpy as np
from scipy import linalg, special
from scipy.spatial.distance import cdist
from scipy.stats import norm
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.validation import check_is_fitted, validate_data

from course_lib._checks import check_integer, check_rng

__all__ = [
    "BayesianLinearRegression",
    "GaussianProcess",
    "ModelAverage",
    "log_score",
    "model_average",
    "rbf_kernel",
]

# Where the evidence is searched: tau^2 s^2 / sigma^2, the variance that the prior gives to the strongest
# direction of X, in units of the noise. Below, the data have no say in theta; above, rounding has.
RATIO_RANGE = (1e-8, 1e16)


class BayesianLinearRegression(RegressorMixin, BaseEstimator):
    """Linear regression with the prior theta_j ~ N(0, tau^2) and noise of variance sigma^2.

    With the singular value decomposition U diag(s) V^T of X, its column means taken off, the posterior of
    theta is a Gaussian of covariance V diag(v) V^T and mean V diag(v s / sigma^2) U^T y, where
    v = 1 / (s^2 / sigma^2 + 1 / tau^2). The mean is the solution of ``Ridge(lam=sigma**2 / (n * tau**2))``.
    The intercept has a flat prior, of density one per unit of y, so that evidences of models that all have an
    intercept may be compared.

    Parameters
    ----------
    tau : float, optional
        Standard deviation of the prior, > 0, in units of theta; one number for all features, so standardise.
    sigma : float, optional
        Standard deviation of the noise, > 0, in units of y. Give tau and sigma, or neither: without them,
        those of largest evidence are taken.
    fit_intercept : bool
        Whether there is a theta_0; switch it off when X has a column of ones.

    Attributes
    ----------
    theta_ : ndarray of shape (n_features,)
        Mean of the posterior.
    covariance_ : ndarray of shape (n_features, n_features)
        Covariance of the posterior.
    intercept_ : float
        Mean of theta_0, in units of y.
    tau_, sigma_ : float
        The values given or found.
    log_evidence_ : float
        log p(y | X, tau, sigma), with theta and theta_0 integrated out. A density of y has units, so that
        only differences between models mean something.
    converged_ : bool
        False if tau and sigma were to be found and the evidence has its maximum at sigma = 0.

    Raises
    ------
    ValueError
        If X or y is not finite, there are fewer than two samples, tau or sigma is not a finite number > 0,
        only one of them is given, or they are to be found and all targets are equal.

    References
    ----------
    Bishop, Pattern Recognition and Machine Learning (2006), sections 3.3 and 3.5; MacKay, Neural Computation
    4, 415 (1992). Lecture: Hjorth-Jensen, FYS5429 week 1 (2024), "Bayes' Theorem".

    Examples
    --------
    >>> model = BayesianLinearRegression(tau=1.0, sigma=1.0, fit_intercept=False)
    >>> model.fit([[1.0], [1.0]], [3.0, 3.0]).theta_
    array([2.])
    >>> mean, std = model.predict([[0.0], [3.0]], return_std=True)
    >>> std**2
    array([1., 4.])
    """

    def __init__(self, tau=None, sigma=None, fit_intercept=True):
        self.tau = tau
        self.sigma = sigma
        self.fit_intercept = fit_intercept

    def fit(self, X, y):
        """Find the posterior, from X of shape (n_samples, n_features) and y of shape (n_samples,)."""
        if (self.tau is None) != (self.sigma is None):
            raise ValueError(
                f"tau and sigma are given together or not at all, got tau={self.tau!r}, "
                f"sigma={self.sigma!r}; without them, those of largest evidence are found"
            )
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True, ensure_min_samples=2)
        n, p = X.shape
        self._x_mean = X.mean(axis=0) if self.fit_intercept else np.zeros(p)
        y_mean = y.mean() if self.fit_intercept else 0.0
        # V is square, so that it has the directions too of which the data say nothing: there s = 0.
        U, s, Vt = linalg.svd(X - self._x_mean, full_matrices=n < p)
        r = len(s)
        c = U[:, :r].T @ (y - y_mean)
        rest = np.sum((y - y_mean - U[:, :r] @ c) ** 2)  # what no theta can fit
        n_free = n - bool(self.fit_intercept)  # one dimension of y has gone into theta_0

        self.converged_ = True
        if self.tau is None:
            if np.ptp(y) == 0:
                raise ValueError("all targets are equal, which leaves no noise to find; give tau and sigma")
            self.tau_, self.sigma_, self.converged_ = _maximise_evidence(s, c, rest, n_free)
        else:
            self.tau_ = _check_positive("tau", self.tau)
            self.sigma_ = _check_positive("sigma", self.sigma)

        self._V = Vt.T
        self._variance = 1 / (np.pad(s, (0, p - r)) ** 2 / self.sigma_**2 + 1 / self.tau_**2)
        self.theta_ = self._V[:, :r] @ (self._variance[:r] * s * c / self.sigma_**2)
        self.covariance_ = (self._V * self._variance) @ self._V.T
        self.intercept_ = float(y_mean - self._x_mean @ self.theta_)
        self.log_evidence_ = float(_log_evidence(s, c, rest, n_free, self.tau_, self.sigma_))
        self._mean_variance = 0.0
        if self.fit_intercept:
            self._mean_variance = self.sigma_**2 / n  # of theta_0 + x_mean theta
            self.log_evidence_ -= 0.5 * np.log(n)  # the flat prior of theta_0, integrated over
        return self

    def predict(self, X, return_std=False):
        """Mean and, if asked for, standard deviation of a new measurement at each row of X.

        Parameters
        ----------
        X : array_like of shape (n_samples, n_features)
        return_std : bool

        Returns
        -------
        y_tilde : ndarray of shape (n_samples,)
            Mean, in units of y.
        std : ndarray of shape (n_samples,)
            Only if return_std. Its square is the variance of X theta + theta_0 plus ``sigma_**2``.
        """
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        y_tilde = X @ self.theta_ + self.intercept_
        if not return_std:
            return y_tilde
        Z = (X - self._x_mean) @ self._V
        return y_tilde, np.sqrt(self.sigma_**2 + self._mean_variance + Z**2 @ self._variance)

    def sample(self, n_draws, *, rng):
        """Draw parameters from the posterior.

        Parameters
        ----------
        n_draws : int
        rng : numpy.random.Generator

        Returns
        -------
        theta : ndarray of shape (n_draws, n_features)
        intercept : ndarray of shape (n_draws,)
            ``theta @ X.T + intercept[:, np.newaxis]`` is one possible truth a row.
        """
        check_is_fitted(self)
        n_draws, rng = check_integer("n_draws", n_draws, 1), check_rng(rng)
        deviation = rng.normal(size=(n_draws, len(self.theta_))) * np.sqrt(self._variance) @ self._V.T
        at_mean = np.sqrt(self._mean_variance) * rng.normal(size=n_draws)
        return self.theta_ + deviation, self.intercept_ + at_mean - deviation @ self._x_mean


def _log_evidence(s, c, rest, n_free, tau, sigma):
    """log N(y; 0, sigma^2 I + tau^2 X X^T) of n_free numbers: c along U, and the rest."""
    ratio = (tau / sigma * s) ** 2
    chi2 = (rest + np.sum(c**2 / (1 + ratio))) / sigma**2
    return -0.5 * (n_free * np.log(2 * np.pi * sigma**2) + np.sum(np.log1p(ratio)) + chi2)


def _maximise_evidence(s, c, rest, n_free):
    """tau and sigma of largest evidence, and whether there are any.

    For every ratio tau / sigma the best sigma is known in closed form; one dimension is left to search.
    """

    def best_sigma2(log_g):  # g = (tau / sigma)^2; one, or an array
        return (rest + np.sum(c**2 / (1 + np.multiply.outer(np.exp(log_g), s**2)), axis=-1)) / n_free

    def minus_evidence(log_g):
        log_det = np.sum(np.log1p(np.multiply.outer(np.exp(log_g), s**2)), axis=-1)
        return 0.5 * (n_free * np.log(best_sigma2(log_g)) + log_det)

    s_max = s[0] if s[0] > 0 else 1.0
    grid = np.linspace(*np.log(np.array(RATIO_RANGE) / s_max**2), 97)
    i = int(np.argmin(minus_evidence(grid)))  # all of the range first: there can be more than one maximum
    converged = i < len(grid) - 1
    if not converged:
        warnings.warn(
            "the evidence is largest for sigma = 0: the features fit the targets exactly, which leaves no "
            "noise to find; give tau and sigma, or take fewer features",
            ConvergenceWarning,
            stacklevel=3,
        )
    for _ in range(4):  # 48 times finer each time, in the end to 1e-7
        grid = np.linspace(grid[max(i - 1, 0)], grid[min(i + 1, len(grid) - 1)], len(grid))
        i = int(np.argmin(minus_evidence(grid)))
    sigma = np.sqrt(best_sigma2(grid[i]))
    return float(np.exp(grid[i] / 2) * sigma), float(sigma), converged


def rbf_kernel(X, X_prime, length, amplitude):
    """Covariance amplitude^2 exp(-d^2 / (2 length^2)) of a smooth function at two points a distance d apart.

    Parameters
    ----------
    X : array_like of shape (n, n_inputs)
    X_prime : array_like of shape (m, n_inputs)
    length : float
        Distance over which the function changes, in units of X.
    amplitude : float
        Standard deviation of the function, in units of y.

    Returns
    -------
    K : ndarray of shape (n, m)

    Examples
    --------
    >>> rbf_kernel([[0.0]], [[0.0], [2.0]], length=2.0, amplitude=1.0).round(4)
    array([[1.    , 0.6065]])
    """
    return amplitude**2 * np.exp(-0.5 * cdist(X, X_prime, "sqeuclidean") / length**2)


class GaussianProcess(RegressorMixin, BaseEstimator):
    """Regression with a function whose values at any points are Gaussian, of mean zero and covariance k.

    With K = k(X, X) + sigma^2 I, a new measurement at x has the mean k(x, X) K^-1 y and the variance
    k(x, x) + sigma^2 - k(x, X) K^-1 k(X, x). The mean is that of kernel ridge regression.

    Parameters
    ----------
    length, amplitude : float
        Passed to the kernel, > 0.
    sigma : float
        Standard deviation of the noise, > 0, in units of y.
    kernel : callable
        rbf_kernel, or another function of its arguments, with the value ``amplitude**2`` at distance zero.

    Attributes
    ----------
    alpha_ : ndarray of shape (n_samples,)
        K^-1 y.
    log_evidence_ : float
        log N(y; 0, K).

    Raises
    ------
    ValueError
        If X or y is not finite; if length, amplitude or sigma is not a finite number > 0; or if sigma is so
        small beside the amplitude that K is singular to rounding.

    References
    ----------
    Rasmussen and Williams, Gaussian Processes for Machine Learning (2006), algorithm 2.1.

    Examples
    --------
    >>> model = GaussianProcess(length=1.0, amplitude=2.0, sigma=1.0).fit([[0.0]], [5.0])
    >>> mean, std = model.predict([[0.0], [100.0]], return_std=True)
    >>> mean, std**2
    (array([4., 0.]), array([1.8, 5. ]))
    """

    def __init__(self, length=1.0, amplitude=1.0, sigma=0.1, kernel=rbf_kernel):
        self.length = length
        self.amplitude = amplitude
        self.sigma = sigma
        self.kernel = kernel

    def fit(self, X, y):
        """Factorise K, for X of shape (n_samples, n_inputs) and y of shape (n_samples,)."""
        for name in ("length", "amplitude", "sigma"):
            _check_positive(name, getattr(self, name))
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        K = self.kernel(X, X, self.length, self.amplitude)
        K[np.diag_indices_from(K)] += self.sigma**2
        try:
            self._L = linalg.cholesky(K, lower=True)
        except linalg.LinAlgError:
            raise ValueError(
                f"the covariance of the targets is singular to rounding: sigma = {self.sigma:.3g} is too "
                f"small beside the amplitude {self.amplitude:.3g} for points this close together; raise sigma"
            ) from None
        self.X_ = X
        self.alpha_ = linalg.cho_solve((self._L, True), y)
        log_det = 2 * np.sum(np.log(np.diag(self._L)))
        self.log_evidence_ = float(-0.5 * (y @ self.alpha_ + log_det + len(y) * np.log(2 * np.pi)))
        return self

    def predict(self, X, return_std=False):
        """Mean and, if return_std, standard deviation of a new measurement at each row of X.

        The square of the standard deviation is the variance of f(x) plus ``sigma**2``.
        """
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        k = self.kernel(self.X_, X, self.length, self.amplitude)
        if not return_std:
            return k.T @ self.alpha_
        v = linalg.solve_triangular(self._L, k, lower=True)
        variance = np.maximum(self.amplitude**2 - np.sum(v**2, axis=0), 0)  # rounding can take it below zero
        return k.T @ self.alpha_, np.sqrt(variance + self.sigma**2)


def log_score(y, mean, std):
    """Mean of log N(y_i; mean_i, std_i^2): the log density that predictions gave to what then was measured.

    Parameters
    ----------
    y, mean, std : array_like of shape (n_samples,)

    Returns
    -------
    float
        Higher is better. It depends on the units of y; differences do not.

    Raises
    ------
    ValueError
        If a value is not finite, a std is not > 0, or the shapes differ.

    Examples
    --------
    >>> round(log_score([0.0], [0.0], [1.0]), 4)
    -0.9189
    """
    mean, std = _check_predictions(mean, std)
    return float(np.mean(norm.logpdf(_check_targets(y, mean.shape), mean, std)))


@dataclass(frozen=True)
class ModelAverage:
    """The predictive distribution sum_k w_k N(mean_k, std_k^2) at each of n_samples points.

    Attributes
    ----------
    weights : ndarray of shape (n_models,)
        Posterior probabilities of the models, given that one of them is true.
    means, stds : ndarray of shape (n_models, n_samples)
        What each model predicts.
    """

    weights: np.ndarray
    means: np.ndarray
    stds: np.ndarray

    @property
    def mean(self):
        """Mean of the mixture, of shape (n_samples,)."""
        return self.weights @ self.means

    @property
    def within(self):
        """Variance within the models, sum_k w_k std_k^2."""
        return self.weights @ self.stds**2

    @property
    def between(self):
        """Variance between the models, sum_k w_k (mean_k - mean)^2."""
        return self.weights @ (self.means - self.mean) ** 2

    @property
    def std(self):
        """Standard deviation of the mixture; its square is within + between."""
        return np.sqrt(self.within + self.between)

    def log_score(self, y):
        """Mean log density of the mixture at the measured y of shape (n_samples,)."""
        log_p = norm.logpdf(_check_targets(y, self.means.shape[1:]), self.means, self.stds)
        return float(np.mean(special.logsumexp(log_p, axis=0, b=self.weights[:, np.newaxis])))

    def probability_above(self, threshold):
        """Probability that a measurement is larger than the threshold, of shape (n_samples,)."""
        return self.weights @ norm.sf(threshold, self.means, self.stds)

    def __str__(self):
        largest = np.argsort(-self.weights, kind="stable")[:2]
        listed = ", ".join(f"{self.weights[k]:.3f} (model {k})" for k in largest)
        return f"average of {len(self.weights)} models, largest weights {listed}"


def model_average(log_evidences, means, stds):
    """Average the Gaussian predictions of several models, weighted by the probabilities of the models.

    Models that were equally probable before the data have the weights w_k = evidence_k / sum_j evidence_j,
    computed from the logarithms, because evidences themselves underflow.

    Parameters
    ----------
    log_evidences : array_like of shape (n_models,)
        All for the same targets. Add the log of a prior probability to each, if the models were not equally
        probable before.
    means, stds : array_like of shape (n_models, n_samples)
        Predictions of each model, at the same points.

    Returns
    -------
    ModelAverage

    Raises
    ------
    ValueError
        If shapes do not match, a number is not finite, or a std is not > 0.

    References
    ----------
    Hoeting, Madigan, Raftery and Volinsky, Statistical Science 14, 382 (1999), equations 1 and 2; for nuclear
    masses Neufcourt et al., Physical Review C 101, 044307 (2020).

    Examples
    --------
    >>> average = model_average([-1000.0, -1000.0], [[0.0], [2.0]], [[1.0], [1.0]])
    >>> print(average)
    average of 2 models, largest weights 0.500 (model 0), 0.500 (model 1)
    >>> average.mean, average.std**2
    (array([1.]), array([2.]))
    """
    log_evidences = np.asarray(log_evidences, dtype=float)
    means, stds = _check_predictions(means, stds)
    if log_evidences.ndim != 1 or means.ndim != 2 or len(means) != len(log_evidences):
        raise ValueError(
            "log_evidences must have shape (n_models,) and predictions (n_models, n_samples), got "
            f"{log_evidences.shape} and {means.shape}; rows of predictions are models"
        )
    if not np.all(np.isfinite(log_evidences)):
        raise ValueError(f"log evidences must be finite, got {log_evidences}; leave out models that failed")
    return ModelAverage(np.exp(log_evidences - special.logsumexp(log_evidences)), means, stds)


def _check_positive(name, value):
    if np.ndim(value) != 0 or not np.isreal(value) or not np.isfinite(value) or value <= 0:
        raise ValueError(f"{name} must be a finite number > 0, got {value!r}; it is a length or a deviation")
    return float(value)


def _check_predictions(mean, std):
    mean, std = np.asarray(mean, dtype=float), np.asarray(std, dtype=float)
    if mean.shape != std.shape:
        raise ValueError(f"means and standard deviations must have one shape, got {mean.shape}, {std.shape}")
    if not np.all(np.isfinite(mean)) or not np.all(np.isfinite(std)) or not np.all(std > 0):
        raise ValueError("means must be finite and standard deviations finite and > 0; at least one is not")
    return mean, std


def _check_targets(y, shape):
    y = np.asarray(y, dtype=float)
    if y.shape != shape or not np.all(np.isfinite(y)):
        raise ValueError(f"y must be finite and have the shape of the predictions, {shape}, got {y.shape}")
    return y
