"""Ordinary least squares, Ridge and Lasso regression in the convention of the lectures.

The model is y = X theta + theta_0 + noise, rows of X are samples, and the cost is a mean over the n samples::

    OLS     C(theta) = (1/n) ||y - X theta - theta_0||_2^2
    Ridge   C(theta) = (1/n) ||y - X theta - theta_0||_2^2 + lam ||theta||_2^2
    Lasso   C(theta) = (1/n) ||y - X theta - theta_0||_2^2 + lam ||theta||_1

The intercept theta_0 is never penalised. scikit-learn normalises otherwise; its estimators give the same
coefficients when they are called as ``Ridge(alpha=n * lam)`` and ``Lasso(alpha=lam / 2)``.
"""

from dataclasses import dataclass

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, check_X_y, validate_data

from course_lib import _solvers
from course_lib._checks import check_integer, check_lambda, check_lambdas
from course_lib._solvers import RankDeficiencyWarning, soft_threshold

__all__ = [
    "OLS",
    "Lasso",
    "LassoPath",
    "RankDeficiencyWarning",
    "RegularisationPath",
    "Ridge",
    "design_matrix",
    "lasso_lambda_max",
    "lasso_path",
    "ridge_path",
    "soft_threshold",
]


def design_matrix(x, degree):
    """Polynomial design matrix: all monomials of the inputs up to a total degree.

    For one input the columns are 1, x, x^2, ..., x^degree. For two they are ordered by total degree and,
    within it, by falling power of the first input: 1, x, y, x^2, xy, y^2, ...

    Parameters
    ----------
    x : array_like of shape (n_samples,) or (n_samples, n_inputs)
    degree : int
        Highest total degree, >= 0.

    Returns
    -------
    X : ndarray of shape (n_samples, n_terms)
        n_terms is the binomial coefficient (n_inputs + degree over degree).

    Raises
    ------
    ValueError
        If x has more than two dimensions, is empty or not finite, or degree is not an integer >= 0.

    Examples
    --------
    >>> design_matrix([2.0, 3.0], degree=2)
    array([[1., 2., 4.],
           [1., 3., 9.]])
    """
    x = np.asarray(x, dtype=float)
    degree = check_integer("degree", degree, 0)
    if x.ndim not in (1, 2) or x.size == 0:
        raise ValueError(
            f"x must have shape (n_samples,) or (n_samples, n_inputs) and not be empty, got shape {x.shape}"
        )
    if not np.all(np.isfinite(x)):
        raise ValueError("x must be finite, but it holds NaN or infinity; drop or fill in those samples")
    x = x.reshape(len(x), -1)
    # of_degree[i]: the monomials of the present degree in the inputs i, i + 1, ... only.
    of_degree = [np.ones((len(x), 1))] * x.shape[1]
    columns = [np.ones((len(x), 1))]
    for _ in range(degree):
        products = [x[:, [i]] * of_degree[i] for i in range(x.shape[1])]
        of_degree = [np.hstack(products[i:]) for i in range(x.shape[1])]
        columns.append(of_degree[0])
    return np.hstack(columns)


class _LinearRegressor(RegressorMixin, BaseEstimator):
    """What the three estimators share: validation, the intercept, prediction."""

    def fit(self, X, y):
        """Find theta and theta_0 that minimise the cost.

        Parameters
        ----------
        X : array_like of shape (n_samples, n_features)
        y : array_like of shape (n_samples,)

        Returns
        -------
        self
        """
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True, ensure_all_finite=False)
        problem = _solvers.prepare(X, y, self.fit_intercept, gram=self._needs_gram(*X.shape))
        self.theta_ = self._minimise(problem)
        self.intercept_ = float(problem.intercept(self.theta_))
        return self

    @staticmethod
    def _needs_gram(n_samples, n_features):
        return n_samples >= n_features

    def predict(self, X):
        """Predicted targets.

        Parameters
        ----------
        X : array_like of shape (n_samples, n_features)

        Returns
        -------
        y_tilde : ndarray of shape (n_samples,)
            X theta + theta_0, in units of y.
        """
        check_is_fitted(self)
        try:
            X = validate_data(self, X, dtype=np.float64, reset=False)
        except ValueError as error:
            if np.ndim(X) == 2 and np.shape(X)[0] == self.n_features_in_ != np.shape(X)[1]:
                error.add_note("Rows are samples: did you pass X.T?")
            raise
        return X @ self.theta_ + self.intercept_


class OLS(_LinearRegressor):
    """Ordinary least squares: theta minimises (1/n) ||y - X theta - theta_0||_2^2.

    The normal equations X^T X theta = X^T y are solved by Cholesky factorisation and one step of iterative
    refinement when their condition number allows it; otherwise X itself is factorised by QR with column
    pivoting. If the columns of X are linearly dependent, the solution of smallest ||theta||_2 is returned
    with a RankDeficiencyWarning. Equal to scikit-learn's ``LinearRegression``.

    Parameters
    ----------
    fit_intercept : bool
        Whether theta_0 is fitted; switch it off when X has a column of ones.

    Attributes
    ----------
    theta_ : ndarray of shape (n_features,)
    intercept_ : float
        theta_0, in units of y.
    rank_ : int
        Numerical rank of X (centred, if an intercept is fitted).

    Raises
    ------
    ValueError
        If X or y is not finite, X is not two-dimensional, or their numbers of rows differ.

    References
    ----------
    Hjorth-Jensen, FYS5429 week 1 (2024), "Training solution"; Björck, Numerical Methods for Least Squares
    Problems (1996), sections 2.2 and 6.6.5.

    Examples
    --------
    >>> model = OLS().fit([[0.0], [1.0], [2.0]], [1.0, 3.0, 5.0])
    >>> model.theta_.round(12), round(model.intercept_, 12)
    (array([2.]), 1.0)
    """

    def __init__(self, fit_intercept=True):
        self.fit_intercept = fit_intercept

    def _minimise(self, problem):
        theta, self.rank_ = _solvers.least_squares(problem)
        return theta


class Ridge(_LinearRegressor):
    """Ridge regression: theta minimises (1/n) ||y - X theta - theta_0||_2^2 + lam ||theta||_2^2.

    With the singular value decomposition U diag(s) V^T of X, its column means taken off,
    theta = V diag(s / (s^2 + n lam)) U^T y. Equal to scikit-learn's ``Ridge(alpha=n * lam)``; lam = 0 is OLS.

    Parameters
    ----------
    lam : float
        Strength of the penalty, >= 0, in units of y^2 / theta^2. The intercept is not penalised.
    fit_intercept : bool
        Whether theta_0 is fitted.

    Attributes
    ----------
    theta_ : ndarray of shape (n_features,)
    intercept_ : float
        theta_0, in units of y.

    Raises
    ------
    ValueError
        As for OLS, and if lam is negative or not finite.

    References
    ----------
    Hjorth-Jensen, FYS5429 week 1 (2024), "From OLS to Ridge and Lasso"; Hoerl and Kennard, Technometrics 12,
    55 (1970).

    Examples
    --------
    >>> Ridge(lam=1.0, fit_intercept=False).fit([[1.0], [1.0]], [2.0, 2.0]).theta_
    array([1.])
    """

    def __init__(self, lam=1.0, fit_intercept=True):
        self.lam = lam
        self.fit_intercept = fit_intercept

    def _minimise(self, problem):
        return _solvers.ridge(problem, np.array([check_lambda(self.lam)]))[0]


class Lasso(_LinearRegressor):
    """Lasso regression: theta minimises (1/n) ||y - X theta - theta_0||_2^2 + lam ||theta||_1.

    An active-set method: among the coefficients that are not zero, with their signs held, the minimum is one
    linear system; coefficients join when they violate the optimality (KKT) conditions and leave when they
    reach zero. Where the system is singular a sweep of coordinate descent takes its place. The duality gap
    decides when to stop. Memory is O(n_features^2).
    Equal to scikit-learn's ``Lasso(alpha=lam / 2)``; lam = 0 is OLS.

    Parameters
    ----------
    lam : float
        Strength of the penalty, >= 0, in units of y^2 / theta. The intercept is not penalised.
    fit_intercept : bool
        Whether theta_0 is fitted.
    tol : float
        Stop when the duality gap is at most tol times the mean square of y, its mean taken off.
    max_iter : int
        Most iterations; if they do not suffice, a ConvergenceWarning says so.

    Attributes
    ----------
    theta_ : ndarray of shape (n_features,)
    intercept_ : float
        theta_0, in units of y.
    dual_gap_ : float
        Upper bound on C(theta) minus its minimum, in units of y^2.
    n_iter_ : int
        Iterations used.
    converged_ : bool

    Raises
    ------
    ValueError
        As for OLS, and if lam is negative or not finite.

    References
    ----------
    Hjorth-Jensen, FYS5429 week 1 (2024), "Lasso regression"; Tibshirani, J. R. Stat. Soc. B 58, 267 (1996);
    Lee, Battle, Raina and Ng, NIPS 19 (2006), the feature-sign search, of which this is a variant.

    Examples
    --------
    >>> Lasso(lam=1.0, fit_intercept=False).fit([[1.0], [1.0]], [2.0, 2.0]).theta_
    array([1.5])
    """

    def __init__(self, lam=1.0, fit_intercept=True, tol=1e-10, max_iter=1000):
        self.lam = lam
        self.fit_intercept = fit_intercept
        self.tol = tol
        self.max_iter = max_iter

    @staticmethod
    def _needs_gram(n_samples, n_features):
        return True

    def _minimise(self, problem):
        lams = np.array([check_lambda(self.lam)])
        max_iter = check_integer("max_iter", self.max_iter, 1)
        theta, gap, n_iter, converged = _solvers.lasso(problem, lams, self.tol, max_iter)
        self.dual_gap_, self.n_iter_, self.converged_ = float(gap[0]), int(n_iter[0]), bool(converged[0])
        return theta[0]


@dataclass(frozen=True)
class RegularisationPath:
    """Solutions for several lam: `theta[i]` and `intercept[i]` minimise the cost at `lams[i]`.

    Attributes
    ----------
    lams : ndarray of shape (n_lams,)
    theta : ndarray of shape (n_lams, n_features)
    intercept : ndarray of shape (n_lams,)
    """

    lams: np.ndarray
    theta: np.ndarray
    intercept: np.ndarray

    def predict(self, X):
        """Predictions for X of shape (n_samples, n_features): an array of shape (n_lams, n_samples)."""
        return self.theta @ np.asarray(X, dtype=float).T + self.intercept[:, np.newaxis]


@dataclass(frozen=True)
class LassoPath(RegularisationPath):
    """A RegularisationPath that says how well each problem was solved.

    Attributes
    ----------
    dual_gap : ndarray of shape (n_lams,)
        Upper bound on C(theta) minus its minimum, in units of y^2.
    n_iter : ndarray of shape (n_lams,)
        Iterations used.
    converged : ndarray of bool, of shape (n_lams,)
    """

    dual_gap: np.ndarray
    n_iter: np.ndarray
    converged: np.ndarray


def ridge_path(X, y, lams, fit_intercept=True):
    """Ridge solutions for many lam from one factorisation.

    Parameters
    ----------
    X : array_like of shape (n_samples, n_features)
    y : array_like of shape (n_samples,)
    lams : array_like of shape (n_lams,)
        Any order, each >= 0.
    fit_intercept : bool

    Returns
    -------
    RegularisationPath

    Raises
    ------
    ValueError
        As for Ridge.

    Examples
    --------
    >>> ridge_path([[1.0], [1.0]], [2.0, 2.0], [0.0, 1.0, 3.0], fit_intercept=False).theta.ravel()
    array([2. , 1. , 0.5])
    """
    lams = check_lambdas(lams)
    X, y = check_X_y(X, y, dtype=np.float64, y_numeric=True, ensure_all_finite=False)
    problem = _solvers.prepare(X, y, fit_intercept, gram=X.shape[0] >= X.shape[1])
    theta = _solvers.ridge(problem, lams)
    return RegularisationPath(lams, theta, problem.intercept(theta))


def lasso_path(X, y, lams, fit_intercept=True, tol=1e-10, max_iter=1000):
    """Lasso solutions for many lam, each started from the solution at the next larger one.

    Parameters
    ----------
    X : array_like of shape (n_samples, n_features)
    y : array_like of shape (n_samples,)
    lams : array_like of shape (n_lams,)
        Any order, each >= 0. Above `lasso_lambda_max(X, y)` all coefficients are zero.
    fit_intercept : bool
    tol, max_iter
        As for Lasso.

    Returns
    -------
    LassoPath

    Raises
    ------
    ValueError
        As for Lasso.

    Examples
    --------
    >>> lasso_path([[1.0], [1.0]], [2.0, 2.0], [4.0, 1.0], fit_intercept=False).theta.ravel()
    array([0. , 1.5])
    """
    lams = check_lambdas(lams)
    max_iter = check_integer("max_iter", max_iter, 1)
    X, y = check_X_y(X, y, dtype=np.float64, y_numeric=True, ensure_all_finite=False)
    problem = _solvers.prepare(X, y, fit_intercept, gram=True)
    theta, gap, n_iter, converged = _solvers.lasso(problem, lams, tol, max_iter)
    return LassoPath(lams, theta, problem.intercept(theta), gap, n_iter, converged)


def lasso_lambda_max(X, y, fit_intercept=True):
    """Smallest lam at which every Lasso coefficient is zero: max_j abs(2 x_j^T y) / n, of the centred data.

    Examples
    --------
    >>> lasso_lambda_max([[1.0], [1.0]], [2.0, 2.0], fit_intercept=False)
    4.0
    """
    X, y = check_X_y(X, y, dtype=np.float64, y_numeric=True, ensure_all_finite=False)
    return float(2 * np.max(np.abs(_solvers.prepare(X, y, fit_intercept, gram=False).b)) / len(y))
