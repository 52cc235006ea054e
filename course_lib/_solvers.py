"""How the costs of `linear_model` are minimised: least squares, Ridge for many lam, Lasso for many lam.

X_c stands for X with the means of its columns taken off, y has its mean taken off. A solver gets `X` and
`shift` with X_c = X - shift, from `centre`: where the means are small beside the spread of X they are the
shift, and no copy of X is made; otherwise X is a centred copy and the shift is zero.
"""

import warnings

import numpy as np
from scipy import linalg
from sklearn.exceptions import ConvergenceWarning

EPS = np.finfo(float).eps

# A Gram matrix X_c^T X_c squares the condition number. Below this reciprocal condition number of it (in the
# 1-norm, columns scaled to length one) the solvers leave it for an orthogonal factorisation of X_c itself.
GRAM_RCOND = 1e-7
# Above this one it costs two digits of sixteen at most, and its solution needs no refinement.
REFINE_RCOND = 1e-2


class RankDeficiencyWarning(UserWarning):
    """The columns of X are linearly dependent, so the least-squares solution is not unique."""


def centre(X, y, fit_intercept):
    """X, shift and y as described above, then the means of the columns of X and of y."""
    n = len(y)
    if not fit_intercept:
        zero = np.zeros(X.shape[1])
        return X, zero, y, zero, 0.0
    x_mean, y_mean = np.ones(n) @ X / n, y.mean()
    # The spread of 100 rows bounds that of all n from below, but for a factor n / 100. So at most that factor
    # is lost when the shift is taken off X^T X instead of off X.
    with np.errstate(over="ignore"):
        spread = X[:: max(1, n // 100)].std(axis=0)
    if np.all(np.abs(x_mean) <= spread):
        return X, x_mean, y - y_mean, x_mean, y_mean
    return X - x_mean, np.zeros_like(x_mean), y - y_mean, x_mean, y_mean


def least_squares(X, shift, y):
    """theta that minimises ||y - X_c theta||_2 (of smallest norm, if there are many), and the rank of X_c."""
    n, p = X.shape
    if n >= p:
        G = _gram(X, shift)
        length = np.sqrt(np.maximum(np.diag(G), 0))  # of the columns of X_c
        length[length == 0] = 1.0
        factor, rcond = _cholesky(G / np.outer(length, length))
        if rcond > GRAM_RCOND:

            def solve(b):
                return linalg.cho_solve(factor, b / length, check_finite=False) / length

            theta = solve(X.T @ y)  # X^T y = X_c^T y, because y is centred
            if rcond < REFINE_RCOND:
                # Corrected semi-normal equations (Björck 1996, section 6.6.5): one step of refinement
                # restores the digits that squaring the condition number cost.
                residual = y - X @ theta + shift @ theta
                theta += solve(X.T @ residual - shift * residual.sum())
            return theta, p
    return _pivoted_qr_solve(X - shift, y)


def _gram(X, shift):
    with np.errstate(over="ignore", invalid="ignore"):  # an overflow is caught where G is factorised
        return X.T @ X - len(X) * np.outer(shift, shift)


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


def ridge(X, shift, y, lams):
    """Minimisers of (1/n) ||y - X_c theta||_2^2 + lam ||theta||_2^2, of shape (n_lams, n_features)."""
    n, p = X.shape
    theta = np.empty((len(lams), p))
    positive = lams > 0
    if not np.all(positive):
        theta[~positive] = least_squares(X, shift, y)[0]
    if not np.any(positive):
        return theta
    n_lam = n * lams[positive, np.newaxis]
    if n >= p:
        # X_c^T X_c = V diag(s^2) V^T costs less than the SVD of X_c, and serves as well if s^2 + n lam is
        # nowhere so small that the rounding errors of the largest s^2 show in it.
        G = _gram(X, shift)
        if np.all(np.isfinite(G)):
            s2, V = np.linalg.eigh(G)
            if s2[0] + n_lam.min() > GRAM_RCOND * s2[-1]:
                theta[positive] = (V.T @ (X.T @ y) / (s2 + n_lam)) @ V.T
                return theta
    U, s, Vt = linalg.svd(X - shift, full_matrices=False)
    theta[positive] = (s / (s**2 + n_lam) * (U.T @ y)) @ Vt
    return theta


def soft_threshold(z, t):
    """Move z towards zero by t, and stop there: sign(z) max(abs(z) - t, 0).

    Examples
    --------
    >>> soft_threshold(np.array([3.0, -0.5, -2.0]), 1.0)
    array([ 2., -0., -1.])
    """
    return np.sign(z) * np.maximum(np.abs(z) - t, 0.0)


def lasso(X, shift, y, lams, tol, max_iter):
    """Minimisers of (1/n) ||y - X_c theta||_2^2 + lam ||theta||_1, found from the largest lam down.

    Returns theta of shape (n_lams, n_features) and, of shape (n_lams,), duality gaps, iterations, converged.
    """
    n_samples, p = X.shape
    G, c = _gram(X, shift) / n_samples, X.T @ y / n_samples
    mean_square = y @ y / n_samples
    theta, gap, n_iter = np.zeros((len(lams), p)), np.zeros(len(lams)), np.ones(len(lams), dtype=int)
    last, last_lam = np.zeros(p), 2 * np.max(np.abs(c))  # at this lam and above, all coefficients are zero
    for i in np.argsort(-lams, kind="stable"):
        if lams[i] == 0:  # no penalty: least squares, solved directly
            theta[i] = least_squares(X, shift, y)[0]
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
