"""Bootstrap and k-fold cross-validation: one data set made to stand for many."""

from dataclasses import dataclass

import numpy as np

from course_lib._checks import check_integer, check_lambdas, check_rng, check_same_length


@dataclass(frozen=True)
class BiasVariance:
    """The parts of an expected squared error, means over the test points, in units of y^2.

    Attributes
    ----------
    error : float
        E[(h - y)^2], the average over resamples; equal to bias2 + variance.
    bias2 : float
        (E[h] - y)^2; with noisy test targets it holds their noise too.
    variance : float
        E[(h - E[h])^2].
    """

    error: float
    bias2: float
    variance: float

    def __str__(self):
        return f"error {self.error:.4g} = bias^2 {self.bias2:.4g} + variance {self.variance:.4g}"


def bootstrap_bias_variance(model, X, y, X_test, y_test, n_bootstraps, *, rng):
    """Bias and variance of a model's predictions h, from fits to bootstrap resamples of the training data.

    Each resample draws n_samples rows with replacement; an expectation E[.] is an average over the resamples,

        E[(h - y)^2] = (E[h] - y)^2 + E[(h - E[h])^2],

    which holds exactly at every test point.

    Parameters
    ----------
    model : estimator with fit and predict
        Refitted, and left fitted to the last resample.
    X : array_like of shape (n_samples, n_features)
    y : array_like of shape (n_samples,)
    X_test : array_like of shape (n_test, n_features)
    y_test : array_like of shape (n_test,)
        Noise-free, if bias2 is to be the bias alone.
    n_bootstraps : int
    rng : numpy.random.Generator

    Returns
    -------
    BiasVariance

    Raises
    ------
    ValueError, TypeError
        If lengths differ, n_bootstraps < 2, or rng is not a Generator.

    References
    ----------
    Dolean, introduction to deep learning, "Decomposing expected loss"; Hastie, Tibshirani and Friedman, The
    Elements of Statistical Learning (2009), sections 7.3 and 7.11.

    Examples
    --------
    >>> from course_lib.linear_model import OLS
    >>> x = np.arange(6.0)[:, np.newaxis]
    >>> parts = bootstrap_bias_variance(OLS(), x, x[:, 0], x, x[:, 0], 10, rng=np.random.default_rng(0))
    >>> parts.error < 1e-20
    True
    """
    check_rng(rng)
    n_bootstraps = check_integer("n_bootstraps", n_bootstraps, 2)
    X, y, y_test = np.asarray(X), np.asarray(y), np.asarray(y_test, dtype=float)
    check_same_length(X=X, y=y)
    check_same_length(X_test=X_test, y_test=y_test)
    n = len(y)
    h = np.empty((n_bootstraps, len(y_test)))
    for b in range(n_bootstraps):
        rows = rng.integers(0, n, size=n)
        h[b] = model.fit(X[rows], y[rows]).predict(X_test)
    return BiasVariance(
        error=float(np.mean((h - y_test) ** 2)),
        bias2=float(np.mean((h.mean(axis=0) - y_test) ** 2)),
        variance=float(np.mean(h.var(axis=0))),
    )


def k_fold_splits(n_samples, n_folds, *, rng):
    """Shuffle the samples and cut them into n_folds parts; each part is the test set once.

    Parameters
    ----------
    n_samples : int
    n_folds : int
        From 2 to n_samples; sizes of parts differ by one at most.
    rng : numpy.random.Generator

    Returns
    -------
    splits : list of (train, test), both ndarrays of int
        Sorted row numbers.

    Raises
    ------
    ValueError, TypeError
        If n_folds is not from 2 to n_samples, or rng is not a Generator.

    Examples
    --------
    >>> [len(test) for _, test in k_fold_splits(7, 3, rng=np.random.default_rng(0))]
    [3, 2, 2]
    """
    check_rng(rng)
    n_samples = check_integer("n_samples", n_samples, 2)
    if check_integer("n_folds", n_folds, 2) > n_samples:
        raise ValueError(f"n_folds = {n_folds} is more than the {n_samples} samples; every fold needs one")
    order = rng.permutation(n_samples)
    folds = [np.sort(fold) for fold in np.array_split(order, n_folds)]
    return [(np.setdiff1d(order, test, assume_unique=True), test) for test in folds]


@dataclass(frozen=True)
class CrossValidation:
    """Squared errors on held-out folds, for several lam.

    Attributes
    ----------
    lams : ndarray of shape (n_lams,)
    mse : ndarray of shape (n_lams, n_folds)
        In units of y^2.
    """

    lams: np.ndarray
    mse: np.ndarray

    @property
    def mean(self):
        """Mean over the folds, of shape (n_lams,)."""
        return self.mse.mean(axis=1)

    @property
    def standard_error(self):
        """Standard error of that mean, of shape (n_lams,), as if the folds were independent."""
        return self.mse.std(axis=1, ddof=1) / np.sqrt(self.mse.shape[1])

    @property
    def best_lam(self):
        """The lam of smallest mean error."""
        return float(self.lams[np.argmin(self.mean)])

    @property
    def sparsest_lam(self):
        """The largest lam whose mean error is within one standard error of the smallest."""
        i = np.argmin(self.mean)
        return float(self.lams[self.mean <= self.mean[i] + self.standard_error[i]].max())


def cross_validate(path, X, y, lams, n_folds, *, rng):
    """k-fold cross-validation of every lam, one path a fold.

    Parameters
    ----------
    path : callable
        ridge_path or lasso_path: called as path(X, y, lams), returns what has predict.
    X : array_like of shape (n_samples, n_features)
    y : array_like of shape (n_samples,)
    lams : array_like of shape (n_lams,)
    n_folds : int
    rng : numpy.random.Generator
        For the shuffle that makes the folds.

    Returns
    -------
    CrossValidation

    Raises
    ------
    ValueError, TypeError
        As for k_fold_splits, and if lengths differ.

    Examples
    --------
    >>> from course_lib.linear_model import ridge_path
    >>> x = np.arange(6.0)[:, np.newaxis]
    >>> cross_validate(ridge_path, x, 2 * x[:, 0], [0.1, 10.0], 3, rng=np.random.default_rng(0)).best_lam
    0.1
    """
    X, y, lams = np.asarray(X, dtype=float), np.asarray(y, dtype=float), check_lambdas(lams)
    check_same_length(X=X, y=y)
    mse = np.empty((len(lams), n_folds))
    for k, (train, test) in enumerate(k_fold_splits(len(y), n_folds, rng=rng)):
        predictions = path(X[train], y[train], lams).predict(X[test])
        mse[:, k] = np.mean((predictions - y[test]) ** 2, axis=1)
    return CrossValidation(lams, mse)
