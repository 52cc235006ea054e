"""Equation discovery: a library of candidate terms, and the sparse regression that picks a few of them.

A partial differential equation is sought in the form u_t = Phi Lambda, where the columns of Phi are candidate
terms such as u, u u_x or u_xx at many points, and most entries of Lambda are zero.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from scipy.signal import savgol_filter
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.utils.validation import check_is_fitted, validate_data

from course_lib._checks import check_integer, check_lambda, check_rng
from course_lib.linear_model import OLS, Ridge

__all__ = [
    "EmptyEquationWarning",
    "Equation",
    "STRidge",
    "STRidgePath",
    "derivatives_on_grid",
    "library",
    "stridge_path",
]


class EmptyEquationWarning(UserWarning):
    """No term survived the threshold."""


def derivatives_on_grid(u, x, t, window, degree=4, order=3):
    """Smoothed u, u_t, u_x, u_xx, ... of values on a grid, by Savitzky and Golay's local polynomials.

    A derivative along one axis is taken from polynomials along it, after smoothing along the other one. At
    the edges the first and the last polynomial are used, which is less accurate there.

    Parameters
    ----------
    u : array_like of shape (n_x, n_t)
    x : array_like of shape (n_x,)
        Equidistant.
    t : array_like of shape (n_t,)
        Equidistant.
    window : int
        Points in a local fit: odd, more than `degree`, at most n_x and n_t.
    degree : int
        Of the polynomials, at least `order`.
    order : int
        Highest derivative with respect to x.

    Returns
    -------
    dict of ndarray of shape (n_x, n_t)
        "u", "u_t", "u_x", "u_xx", ...

    Raises
    ------
    ValueError
        If shapes do not fit, values are not finite, a grid is not equidistant, or window or degree is out of
        its range.

    References
    ----------
    Savitzky and Golay, Anal. Chem. 36, 1627 (1964).

    Examples
    --------
    >>> x, t = np.linspace(0, 1, 11), np.linspace(0, 2, 9)
    >>> d = derivatives_on_grid(np.outer(x**2, t), x, t, window=5)
    >>> d["u_xx"][3, 4].round(10), d["u_t"][10, 4].round(10)
    (np.float64(2.0), np.float64(1.0))
    """
    u = _finite("u", u)
    x, t = _finite("x", x), _finite("t", t)
    if u.ndim != 2 or u.shape != (x.size, t.size):
        raise ValueError(
            f"u must have shape (n_x, n_t) = ({x.size}, {t.size}), got {u.shape}; did you pass u.T?"
        )
    order, degree = check_integer("order", order, 1), check_integer("degree", degree, 1)
    window = check_integer("window", window, 3)
    if degree < order or not degree < window <= min(u.shape) or window % 2 == 0:
        raise ValueError(
            f"window must be odd, more than degree, and at most {min(u.shape)}, and degree at least order; "
            f"got window {window}, degree {degree}, order {order}"
        )
    h_x, h_t = _step("x", x), _step("t", t)

    def smooth(values, axis, deriv=0, delta=1.0):
        return savgol_filter(values, window, degree, deriv=deriv, delta=delta, axis=axis)

    along_t = smooth(u, 1)
    result = {"u": smooth(along_t, 0), "u_t": smooth(smooth(u, 1, 1, h_t), 0)}
    for k in range(1, order + 1):
        result["u_" + k * "x"] = smooth(along_t, 0, k, h_x)
    return result


def _finite(name, values):
    values = np.asarray(values, dtype=float)
    if not np.all(np.isfinite(values)):
        raise ValueError(f"{name} must be finite, but it holds NaN or infinity; leave those points out")
    return values


def _step(name, grid):
    steps = np.diff(grid)
    if grid.ndim != 1 or grid.size < 2 or steps[0] <= 0 or np.ptp(steps) > 1e-6 * steps[0]:
        raise ValueError(f"{name} must be an equidistant rising grid; interpolate the data to one first")
    return steps.mean()


def library(u, derivatives, powers=2):
    """Candidate terms: the products u^p d, for p = 0, ..., powers and d = 1 and each derivative.

    Parameters
    ----------
    u : array_like
        Values of the field, of any shape.
    derivatives : dict of str to array_like
        Each of the shape of u, by the name it has in the equation, such as "u_x".
    powers : int
        Highest power of u, >= 0.

    Returns
    -------
    X : ndarray of shape (n_samples, n_terms)
        One row for each entry of u; n_terms = (1 + len(derivatives)) (powers + 1).
    names : tuple of str
        "1", "u", "u^2", ..., "u_x", "u u_x", ...

    Raises
    ------
    ValueError
        If shapes differ, values are not finite, or a name comes twice.

    Examples
    --------
    >>> X, names = library([2.0, 3.0], {"u_x": [1.0, 5.0]}, powers=1)
    >>> names
    ('1', 'u', 'u_x', 'u u_x')
    >>> X
    array([[ 1.,  2.,  1.,  2.],
           [ 1.,  3.,  5., 15.]])
    """
    u = _finite("u", u)
    powers = check_integer("powers", powers, 0)
    factors = {"": np.ones(u.shape)}
    for name, values in derivatives.items():
        factors[name] = _finite(name, values)
        if factors[name].shape != u.shape:
            raise ValueError(f"{name} must have the shape {u.shape} of u, got {factors[name].shape}")
    of_u = ["", "u", *(f"u^{p}" for p in range(2, powers + 1))][: powers + 1]
    names = [f"{power} {name}".strip() or "1" for name in factors for power in of_u]
    columns = [(u**p * values).ravel() for values in factors.values() for p in range(powers + 1)]
    return np.stack(columns, axis=1), _unique(names, len(names))


def _unique(names, n_terms):
    names = tuple(names)
    if len(names) != n_terms:
        raise ValueError(f"one name a term is expected: {n_terms} columns, but {len(names)} names")
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"each term needs a name of its own, but {', '.join(map(repr, twice))} comes twice")
    return names


@dataclass(frozen=True)
class Equation:
    """An equation u_t = sum of theta[j] times term j; its str is the equation.

    Attributes
    ----------
    names : tuple of str
        Of all candidate terms.
    theta : ndarray of shape (n_terms,)
        Coefficients, zero for the terms that do not occur.
    target : str
        The left-hand side.

    Examples
    --------
    >>> print(Equation(("u", "u u_x", "u_xx"), np.array([0.0, -1.0023, 0.0032])))
    u_t = -1.002 u u_x + 0.0032 u_xx
    """

    names: tuple
    theta: np.ndarray
    target: str = "u_t"

    @property
    def terms(self):
        """Names of the terms that occur, as a tuple."""
        return tuple(name for name, c in zip(self.names, self.theta, strict=True) if c != 0)

    def relative_error(self, X, y):
        """Root mean square of y - X theta divided by that of y, for a library X at any points."""
        return _relative_error(np.asarray(y, dtype=float), np.asarray(X, dtype=float) @ self.theta)

    def __str__(self):
        text = ""
        for name, c in zip(self.names, self.theta, strict=True):
            if c != 0:
                sign = " - " if c < 0 else " + "
                text += f"{sign}{abs(c):.4g}" + ("" if name == "1" else f" {name}")
        if not text:
            return f"{self.target} = 0 (no term survived)"
        return f"{self.target} = " + (f"-{text[3:]}" if text.startswith(" -") else text[3:])


def _relative_error(y, y_tilde):
    return float(np.linalg.norm(y - y_tilde) / np.linalg.norm(y))


class STRidge(RegressorMixin, BaseEstimator):
    """Sequentially thresholded Ridge regression: y = X theta with few entries of theta other than zero.

    Columns and y are first divided by their root mean squares, so that beta, the coefficients in these units,
    say how much of y each term makes up. Then, until nothing changes: Ridge regression, beta minimises
    (1/n) ||y - X beta||_2^2 + lam ||beta||_2^2 over the terms that are left, and those with
    abs(beta_j) < threshold are removed for good. At last the survivors of a thinned list are fitted once
    more by least squares. With threshold = 0 no term is removed, and the result is that of Ridge:
    scikit-learn's ``Ridge(alpha=n * lam, fit_intercept=False)`` in the same units.

    Parameters
    ----------
    threshold : float
        >= 0, dimensionless.
    lam : float
        Strength of the penalty, >= 0, dimensionless.

    Attributes
    ----------
    theta_ : ndarray of shape (n_features,)
        In the units of y and X.
    n_iter_ : int
        Ridge regressions that were needed, at most one more than there are terms.

    Raises
    ------
    ValueError
        If X or y is not finite, or their numbers of rows differ.

    References
    ----------
    Rudy, Brunton, Proctor and Kutz, Sci. Adv. 3, e1602614 (2017), algorithm 1.

    Examples
    --------
    >>> X = np.array([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0], [1.0, 1.0, 0.0], [2.0, 0.0, 1.0]])
    >>> model = STRidge(threshold=0.1).fit(X, 3 * X[:, 0] + 0.01 * X[:, 2])
    >>> print(model.equation(["u", "u_x", "u_xx"]))
    u_t = 3.005 u
    """

    def __init__(self, threshold=0.1, lam=1e-5):
        self.threshold = threshold
        self.lam = lam

    def fit(self, X, y):
        """Find theta for X of shape (n_samples, n_features) and y of shape (n_samples,); returns self."""
        X, y = validate_data(self, X, y, dtype=np.float64, y_numeric=True)
        threshold, lam = _check_thresholds(self.threshold)[0], check_lambda(self.lam)
        scale, y_scale = _root_mean_square(X), _root_mean_square(y)
        Z, z = X / scale, y / y_scale
        left = np.any(X != 0, axis=0)
        beta = np.zeros(X.shape[1])
        self.n_iter_ = 0
        while np.any(left):
            self.n_iter_ += 1
            beta[:] = 0.0
            beta[left] = Ridge(lam, fit_intercept=False).fit(Z[:, left], z).theta_
            small = left & (np.abs(beta) < threshold)
            if not np.any(small):
                break
            left &= ~small
        if not np.any(left):
            beta[:] = 0.0
            warnings.warn(
                f"no term reached the threshold {threshold:g}, and theta is zero: take a smaller threshold, "
                "or doubt the library",
                EmptyEquationWarning,
                stacklevel=2,
            )
        elif not np.all(left):
            beta[left] = OLS(fit_intercept=False).fit(Z[:, left], z).theta_
        self.theta_ = beta * y_scale / scale
        return self

    def predict(self, X):
        """X theta, for X of shape (n_samples, n_features)."""
        check_is_fitted(self)
        return validate_data(self, X, dtype=np.float64, reset=False) @ self.theta_

    def equation(self, names, target="u_t"):
        """The Equation found, with one name a column of X."""
        check_is_fitted(self)
        return Equation(_unique(names, len(self.theta_)), self.theta_, target)


def _root_mean_square(values):
    size = np.sqrt(np.mean(values**2, axis=0))
    return np.where(size > 0, size, 1.0)


@dataclass(frozen=True)
class STRidgePath:
    """What STRidge finds for several thresholds, each judged on rows that it has not seen.

    Attributes
    ----------
    thresholds : ndarray of shape (n_thresholds,)
    theta : ndarray of shape (n_thresholds, n_terms)
        Fitted on one half of the rows.
    error : ndarray of shape (n_thresholds,)
        Relative root-mean-square error on the other half.
    n_terms : ndarray of int, of shape (n_thresholds,)
    names : tuple of str
    """

    thresholds: np.ndarray
    theta: np.ndarray
    error: np.ndarray
    n_terms: np.ndarray
    names: tuple

    def choose(self, penalty):
        """Index with the smallest error + penalty n_terms; of equals, that with the largest threshold."""
        score = self.error + check_lambda(penalty) * self.n_terms
        best = np.flatnonzero(score <= score.min() + 1e-12)
        return int(best[np.argmax(self.thresholds[best])])

    def equation(self, index, target="u_t"):
        """The Equation at one of the thresholds."""
        return Equation(self.names, self.theta[index], target)

    def __str__(self):
        rows = [
            f"{s:9.3g}  {e:8.4f}  {k:5d}"
            for s, e, k in zip(self.thresholds, self.error, self.n_terms, strict=True)
        ]
        return "\n".join(["threshold     error  terms", *rows])


def stridge_path(X, y, thresholds, names, lam=1e-5, *, rng):
    """STRidge for several thresholds, on a random half of the rows, with its error on the other half.

    Parameters
    ----------
    X : array_like of shape (n_samples, n_terms)
    y : array_like of shape (n_samples,)
    thresholds : array_like of shape (n_thresholds,)
        In any order, >= 0.
    names : sequence of str
        One a column of X.
    lam : float
    rng : numpy.random.Generator
        Splits the rows.

    Returns
    -------
    STRidgePath

    Raises
    ------
    ValueError
        As for STRidge, and for thresholds that are negative or names that do not fit.

    References
    ----------
    Rudy et al. (2017), algorithm 2, searches the threshold in steps, with the same kind of score.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> X = rng.normal(size=(40, 3))
    >>> path = stridge_path(X, 2 * X[:, 1], [0.01, 0.1], ("1", "u", "u_x"), rng=rng)
    >>> print(path.equation(path.choose(penalty=0.01)))
    u_t = 2 u
    """
    X, y = np.asarray(X, dtype=float), np.asarray(y, dtype=float)
    if X.ndim != 2 or y.shape != X.shape[:1] or len(y) < 2:
        raise ValueError(
            f"X of shape (n_samples, n_terms) and y of shape (n_samples,) are expected, with 2 samples at "
            f"least, got {X.shape} and {y.shape}"
        )
    names, thresholds = _unique(names, X.shape[1]), _check_thresholds(thresholds)
    order = check_rng(rng).permutation(len(y))
    fitted, held_out = order[: (len(y) + 1) // 2], order[(len(y) + 1) // 2 :]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", EmptyEquationWarning)  # n_terms = 0 says so
        models = [STRidge(s, lam).fit(X[fitted], y[fitted]) for s in thresholds]
    theta = np.array([model.theta_ for model in models])
    error = np.array([_relative_error(y[held_out], X[held_out] @ row) for row in theta])
    return STRidgePath(thresholds, theta, error, np.count_nonzero(theta, axis=1), names)


def _check_thresholds(thresholds):
    thresholds = np.atleast_1d(np.asarray(thresholds, dtype=float))
    if thresholds.ndim != 1 or thresholds.size == 0 or not np.all(thresholds >= 0):
        raise ValueError(
            "thresholds must be a 1-D sequence of numbers >= 0; numpy.logspace(-3, 0, 20) is one"
        )
    return thresholds
