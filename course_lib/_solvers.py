"""How the costs of `linear_model` are minimised: least squares, Ridge for many lam, Lasso for many lam.

X_c stands for X with the means of its columns taken off. The solvers take a Problem, which `prepare` makes in
one pass over X: at ten thousand samples, reading X from memory is a good part of the work.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from scipy import linalg
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils import assert_all_finite

EPS = np.finfo(float).eps

# A Gram matrix X_c^T X_c squares the condition number. Below this reciprocal condition number of it (in the
# 1-norm, columns scaled to length one) the solvers leave it for an orthogonal factorisation of X_c itself.
GRAM_RCOND = 1e-7
# Above this one it costs two digits of sixteen at most, and its solution needs no refinement.
REFINE_RCOND = 1e-2
# Rows that are summed at a time, so that they stay in the processor's cache.
BLOCK_ROWS = 500


class RankDeficiencyWarning(UserWarning):
    """The columns of X are linearly dependent, so the least-squares solution is not unique."""


@dataclass(frozen=True)
class Problem:
    """Data with the means taken off: X_c = X - shift, where the shift is zero if X is a centred copy."""

    X: np.ndarray
    shift: np.ndarray
    y: np.ndarray  # its mean taken off
    G: np.ndarray | None  # X_c^T X_c, or None where it was not asked for
    b: np.ndarray  # X_c^T y
    x_mean: np.ndarray
    y_mean: float

    def centred(self):
        """X_c."""
        return self.X - self.shift if np.any(self.shift) else self.X

    def intercept(self, theta):
        """theta_0 for theta of shape (n_features,) or (n_lams, n_features)."""
        return self.y_mean - theta @ self.x_mean


def prepare(X, y, fit_intercept, gram):
    """Take the means off, and form X_c^T y and, if `gram`, X_c^T X_c; ValueError if X or y is not finite."""
    n, p = X.shape
    zero = np.zeros(p)
    assert_all_finite(y, input_name="y")
    y_mean = float(np.mean(y)) if fit_intercept else 0.0
    y = y - y_mean
    x_mean = shift = zero
    # Means small beside the spread are taken off the sums. Larger ones would cancel there: take them off X.
    first = X[:100]
    with np.errstate(over="ignore", invalid="ignore"):
        copied = fit_intercept and np.any(np.abs(first.mean(axis=0)) > first.std(axis=0))
    if copied:
        x_mean = X.mean(axis=0)
        if not np.all(np.isfinite(x_mean)):
            assert_all_finite(X, input_name="X")
        X = X - x_mean
    total, b, G = _sums(X, y, gram)
    if not np.all(np.isfinite(total)):
        assert_all_finite(X, input_name="X")
    if fit_intercept and not copied:
        x_mean = shift = total / n
        if gram:
            with np.errstate(over="ignore", invalid="ignore"):  # an overflow is caught where G is factorised
                offset = n * np.outer(shift, shift)
                if np.any(np.diag(offset) > 0.5 * np.diag(G)):  # the first rows were no guide to the others
                    X, shift = X - x_mean, zero
                    _, b, G = _sums(X, y, gram)
                else:
                    G = G - offset
    return Problem(X, shift, y, G, b, x_mean, y_mean)


def _sums(X, y, gram):
    """X^T 1, X^T y and, if `gram`, X^T X, in one pass over the rows of X."""
    n, p = X.shape
    total, b = np.zeros(p), np.zeros(p)
    G = np.zeros((p, p), order="F") if gram else None
    with np.errstate(over="ignore", invalid="ignore"):
        for start in range(0, n, BLOCK_ROWS):
            rows = slice(start, start + BLOCK_ROWS)
            total += np.ones(len(y[rows])) @ X[rows]
            b += y[rows] @ X[rows]
            if gram:
                G = linalg.blas.dsyrk(1.0, X[rows].T, beta=1.0, c=G, lower=True, overwrite_c=True)
        if gram:
            G += np.tril(G, -1).T  # dsyrk fills the lower triangle only
    return total, b, G


def least_squares(problem):
    """theta that minimises ||y - X_c theta||_2 (of smallest norm, if there are many), and the rank of X_c."""
    if problem.G is not None:
        X, shift, y = problem.X, problem.shift, problem.y
        with np.errstate(invalid="ignore"):  # infinities in G are caught in _cholesky
            length = np.sqrt(np.maximum(np.diag(problem.G), 0))  # of the columns of X_c
            length[length == 0] = 1.0
            factor, rcond = _cholesky(problem.G / np.outer(length, length))
        if rcond > GRAM_RCOND:

            def solve(b):
                return linalg.cho_solve(factor, b / length, check_finite=False) / length

            theta = solve(problem.b)
            if rcond < REFINE_RCOND:
                # Corrected semi-normal equations (Björck 1996, section 6.6.5): one step of refinement
                # restores the digits that squaring the condition number cost.
                residual = y - X @ theta + shift @ theta
                theta += solve(X.T @ residual - shift * residual.sum())
            return theta, X.shape[1]
    return _pivoted_qr_solve(problem.centred(), problem.y)


def _cholesky(G):
    """Cholesky factor of G and its reciprocal condition number, which is 0 if G is not positive definite."""
    if not np.all(np.isfinite(G)):
        return None, 0.0
    try:
        factor = linalg.cho_factor(G, check_finite=False)
    except linalg.LinAlgError:
        return None, 0.0
    rcond, _ = linalg.lapack.dpocon(factor[0], np.abs(G).sum(axis=0).max())
    return factor, rcond


def _pivoted_qr_solve(X, y):
    n, p = X.shape
    size = np.max(np.abs(X), axis=0)
    size[size == 0] = 1.0  # a column of zeros stays one, and lowers the rank
    Q, R, pivot = linalg.qr(X / size, mode="economic", pivoting=True, check_finite=False)
    diagonal = np.abs(np.diag(R))
    rank = int(np.sum(diagonal > max(n, p) * EPS * diagonal[0]))
    c = Q.T @ y
    theta = np.zeros(p)
    if rank == p:
        theta[pivot] = linalg.solve_triangular(R, c)
        return theta / size, rank
    warnings.warn(
        f"X has rank {rank} but {p} columns, so infinitely many theta fit equally well; the one of smallest "
        "norm is returned. Drop dependent columns, or use Ridge",
        RankDeficiencyWarning,
        stacklevel=5,
    )
    if rank > 0:
        theta[pivot] = linalg.lstsq(R[:rank] * size[pivot], c[:rank])[0]
    return theta, rank


def ridge(problem, lams):
    """Minimisers of (1/n) ||y - X_c theta||_2^2 + lam ||theta||_2^2, of shape (n_lams, n_features)."""
    n, p = problem.X.shape
    theta = np.empty((len(lams), p))
    positive = lams > 0
    if not np.all(positive):
        theta[~positive] = least_squares(problem)[0]
    if not np.any(positive):
        return theta
    n_lam = n * lams[positive, np.newaxis]
    if problem.G is not None and np.all(np.isfinite(problem.G)):
        # X_c^T X_c = V diag(s^2) V^T costs less than the SVD of X_c, and serves as well if s^2 + n lam is
        # nowhere so small that the rounding errors of the largest s^2 show in it.
        s2, V = np.linalg.eigh(problem.G)
        if s2[0] + n_lam.min() > GRAM_RCOND * s2[-1]:
            theta[positive] = (V.T @ problem.b / (s2 + n_lam)) @ V.T
            return theta
    U, s, Vt = linalg.svd(problem.centred(), full_matrices=False)
    theta[positive] = (s / (s**2 + n_lam) * (U.T @ problem.y)) @ Vt
    return theta


def soft_threshold(z, t):
    """Move z towards zero by t, and stop there: sign(z) max(abs(z) - t, 0).

    Examples
    --------
    >>> soft_threshold(np.array([3.0, -0.5, -2.0]), 1.0)
    array([ 2., -0., -1.])
    """
    return np.sign(z) * np.maximum(np.abs(z) - t, 0.0)


def lasso(problem, lams, tol, max_iter):
    """Minimisers of (1/n) ||y - X_c theta||_2^2 + lam ||theta||_1, found from the largest lam down.

    Returns theta of shape (n_lams, n_features) and, of shape (n_lams,), duality gaps, iterations, converged.
    """
    n, p = problem.X.shape
    G, c = problem.G / n, problem.b / n
    mean_square = problem.y @ problem.y / n
    theta, gap, n_iter = np.zeros((len(lams), p)), np.zeros(len(lams)), np.ones(len(lams), dtype=int)
    last, last_lam = np.zeros(p), 2 * np.max(np.abs(c))  # at this lam and above, all coefficients are zero
    for i in np.argsort(-lams, kind="stable"):
        if lams[i] == 0:  # no penalty: least squares, solved directly
            theta[i] = least_squares(problem)[0]
            continue
        total = 0
        for lam in _steps_down(last_lam, lams[i]):
            last, gap[i], n_steps = _lasso_at(lam, G, c, mean_square, last, tol * mean_square, max_iter)
            total += n_steps
        theta[i], n_iter[i], last_lam = last, total, lams[i]
    converged = gap <= tol * mean_square
    if not np.all(converged):
        worst = np.argmax(gap)
        warnings.warn(
            f"Lasso stopped at lam = {lams[worst]:.3g} after max_iter = {max_iter} iterations with a duality "
            f"gap of {gap[worst]:.3g}, above tol * mean(y^2) = {tol * mean_square:.3g}; standardise the "
            "columns of X, or raise max_iter",
            ConvergenceWarning,
            stacklevel=4,
        )
    return theta, gap, n_iter, converged


def _steps_down(start, lam):
    """Values of lam from below `start` to `lam`, each at least half the one before: a near start is good."""
    if start <= lam:
        return [lam]
    return np.geomspace(start, lam, int(np.ceil(np.log2(start / lam))) + 1)[1:]


def _lasso_at(lam, G, c, mean_square, theta, gap_allowed, max_iter):
    """The Lasso solution at one lam, started from `theta`: solution, duality gap, iterations."""
    descent = 2 * (c - G @ theta)  # minus the gradient of the smooth part; at the optimum |descent| <= lam
    n_iter = 0
    while True:
        n_iter += 1
        new = np.flatnonzero((theta == 0) & (np.abs(descent) > lam))
        step = _solve_active(lam, G, c, theta, descent, new)
        if step is None and len(new) > 1:  # too many at once: take only the one that gains most
            step = _solve_active(lam, G, c, theta, descent, new[[np.argmax(np.abs(descent[new]))]])
        if step is None or np.array_equal(step, theta):
            step = _sweep(lam, G, c, theta, np.union1d(np.flatnonzero(theta), new))
        theta = step
        descent = 2 * (c - G @ theta)
        gap = _duality_gap(lam, c, mean_square, theta, descent)
        if gap <= gap_allowed or n_iter == max_iter:
            return theta, gap, n_iter


def _solve_active(lam, G, c, theta, descent, new):
    """Minimise over the coefficients that are not zero and the `new` ones, dropping those that reach zero.

    While no coefficient changes sign the cost is quadratic, and its minimum one linear system. On the way
    there the first coefficient to reach zero stops the step, and leaves. None if the system is singular.
    """
    theta = theta.copy()
    sign = np.sign(theta)
    sign[new] = np.sign(descent[new])
    while True:
        active = np.flatnonzero(sign)
        if len(active) == 0:
            return theta
        factor, rcond = _cholesky(G[np.ix_(active, active)])
        if rcond < 10 * EPS:
            return None
        target = linalg.cho_solve(factor, c[active] - lam / 2 * sign[active], check_finite=False)
        start = theta[active]
        leaving = target * sign[active] <= 0
        if not np.any(leaving):
            theta[active] = target
            return theta
        t = np.ones(len(active))
        t[leaving] = start[leaving] / (start[leaving] - target[leaving])
        first = np.argmin(t)
        theta[active] = start + t[first] * (target - start)
        theta[active[first]] = sign[active[first]] = 0.0


def _sweep(lam, G, c, theta, active):
    """One sweep of coordinate descent: each active coefficient to its minimum, the others held."""
    theta = theta.copy()
    G_theta = G @ theta
    for j in active:
        if G[j, j] <= 0:  # a constant column, which the intercept has taken over
            continue
        rho = c[j] - G_theta[j] + G[j, j] * theta[j]
        new = soft_threshold(rho, lam / 2) / G[j, j]
        if new != theta[j]:
            G_theta += G[:, j] * (new - theta[j])
            theta[j] = new
    return theta


def _duality_gap(lam, c, mean_square, theta, descent):
    """Cost of theta minus the value of the dual problem at the residual, shrunk until feasible there."""
    shrink = lam / max(lam, np.max(np.abs(descent)))
    residual = mean_square - theta @ (c + descent / 2)  # (1/n) ||y - X_c theta||^2
    return max(0.0, residual * (1 - shrink) ** 2 + lam * np.sum(np.abs(theta)) - shrink * theta @ descent)
