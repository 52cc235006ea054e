"""Bootstrap, k-fold cross-validation and blocking: one data set made to stand for many."""

import warnings
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


class CorrelatedSamplesWarning(UserWarning):
    """The samples are too few, or too correlated, for an error bar to be found by blocking."""


# Fewer blocks than this leave the error itself uncertain by more than 1/sqrt(2 * 7), or 27 %.
MIN_BLOCKS = 8
# So many walkers give an error bar with no assumption on the correlation in time: each counts as one sample.
MIN_WALKERS = 16


@dataclass(frozen=True)
class Blocking:
    """A mean of correlated samples and its standard error, in the units of the samples.

    Attributes
    ----------
    mean : float
    error : float
        Standard error of the mean, errors[level].
    block_lengths : ndarray of shape (n_levels,)
        1, 2, 4, ... steps, and the whole series last if there are 16 walkers or more.
    errors : ndarray of shape (n_levels,)
        Standard error of the mean if blocks of that length were independent: too small for short blocks.
    n_blocks : ndarray of shape (n_levels,)
        Over all walkers.
    level : int
        Where the plateau begins.
    n_samples : int
    converged : bool
        Whether a plateau was found; if not, error is a lower bound.
    """

    mean: float
    error: float
    block_lengths: np.ndarray
    errors: np.ndarray
    n_blocks: np.ndarray
    level: int
    n_samples: int
    converged: bool

    @property
    def error_uncertainties(self):
        """Standard error of each of the errors, of shape (n_levels,)."""
        return self.errors / np.sqrt(2 * (self.n_blocks - 1))

    @property
    def inefficiency(self):
        """How many correlated samples are worth one independent one, 1 + 2 sum_t rho(t)."""
        return float((self.error / self.errors[0]) ** 2) if self.errors[0] > 0 else 1.0

    def __str__(self):
        return plus_minus(self.mean, self.error)


def blocking(x):
    """Mean of correlated samples and its error, by averages over longer and longer blocks.

    Averages over B consecutive samples are less correlated than the samples. With s_B^2 the variance of the
    n/B block averages, the error of the mean

        sigma_B = sqrt(s_B^2 B / n)

    grows with B until blocks outlast the correlation, and then stays on a plateau, ever more noisy. The first
    B with B^3 >= 2 n (sigma_B / sigma_1)^4 is taken, where what correlation is left and the noise of sigma_B
    weigh about the same. Walkers are independent of each other, so blocks of all of them count together; if
    there are 16 or more and no B will do, the averages of whole walkers are the blocks.

    Parameters
    ----------
    x : array_like of shape (n_steps,) or (n_steps, n_walkers)
        Samples in the order in which they were drawn; a walker is one column.

    Returns
    -------
    Blocking

    Raises
    ------
    ValueError
        If x has another shape, holds fewer than two samples, or is not finite.

    Warns
    -----
    CorrelatedSamplesWarning
        If there is no plateau; the error is then too small.

    References
    ----------
    Flyvbjerg and Petersen, Journal of Chemical Physics 91, 461 (1989), for the method; Wolff, Computer
    Physics Communications 156, 143 (2004), and Lee et al., Physical Review E 83, 066706 (2011), for the
    choice of B.

    Examples
    --------
    >>> x = np.random.default_rng(0).normal(loc=2.0, size=10_000)
    >>> print(blocking(x))
    2.006 ± 0.011
    """
    x = np.asarray(x, dtype=float)
    if x.ndim not in (1, 2) or x.size < 2:
        raise ValueError(
            "x must hold at least two samples, in an array of shape (n_steps,) or (n_steps, n_walkers), "
            f"got shape {x.shape}"
        )
    if not np.all(np.isfinite(x)):
        raise ValueError("x must be finite, but it holds NaN or infinity; look for the samples that do")
    x = x.reshape(len(x), -1)
    n, mean, many_walkers = x.size, float(np.mean(x)), x.shape[1] >= MIN_WALKERS
    levels, blocks, length = [], x, 1
    while not levels or (len(blocks) > 0 and blocks.size >= MIN_BLOCKS):
        levels.append((length, _error_of_mean(blocks, length, n), blocks.size))
        blocks = blocks[len(blocks) % 2 :]  # an odd one out is left out at the beginning
        blocks, length = (blocks[::2] + blocks[1::2]) / 2, 2 * length
    if many_walkers and levels[-1][0] < len(x):
        levels.append((len(x), _error_of_mean(x.mean(axis=0), len(x), n), x.shape[1]))
    lengths, errors, n_blocks = (np.array(column) for column in zip(*levels, strict=True))
    plateau = lengths**3.0 * errors[0] ** 4 >= 2 * n * errors**4
    converged = bool(plateau.any()) or many_walkers
    level = int(np.argmax(plateau)) if plateau.any() else len(errors) - 1
    if not converged:
        warnings.warn(
            f"the error {errors[level]:.2g} of {mean:.6g} is too small: there are only {n} samples, and "
            f"averages over {lengths[level]} of them may still be correlated. Draw more samples, or run "
            f"{MIN_WALKERS} walkers or more",
            CorrelatedSamplesWarning,
            stacklevel=2,
        )
    return Blocking(mean, float(errors[level]), lengths, errors, n_blocks, level, n, converged)


def _error_of_mean(blocks, length, n):
    """sqrt(s_B^2 B / n): the error of the mean of n samples from the scatter of averages over B of them."""
    return np.sqrt(np.var(blocks, ddof=1) * length / n)


def plus_minus(mean, error):
    """mean ± error as in a lab book: one digit of the error, two where it begins with a one.

    Examples
    --------
    >>> plus_minus(-2.90312, 0.00061), plus_minus(3.14159, 0.0123)
    ('-2.9031 ± 0.0006', '3.142 ± 0.012')
    """
    if error <= 1e-14 * abs(mean):  # nothing but rounding
        return f"{mean:.10g} ± 0"
    digits, exponent = f"{error:.1e}".split("e")
    decimals = max(0, (digits[0] == "1") - int(exponent))
    return f"{mean:.{decimals}f} ± {error:.{decimals}f}"
