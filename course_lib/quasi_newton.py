"""Newton's method, and the two quasi-Newton methods that learn the curvature from their own steps."""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.linalg.blas import dgemm
from scipy.optimize import line_search

from course_lib._checks import check_integer, check_rate

__all__ = ["BFGS", "LBFGS", "Newton"]


@dataclass(frozen=True)
class Newton:
    """Newton's method: theta <- theta - eta H^-1 g, with the Hessian H = hessian(theta).

    It goes to the nearest stationary point, be it a minimum, a saddle or a maximum.

    Parameters
    ----------
    hessian : callable
        hessian(theta), of shape (n_parameters, n_parameters) for theta of shape (n_parameters,).
    eta : float
        1 for the pure method, less for a damped one.
    """

    hessian: Callable
    eta: float = 1.0

    def __post_init__(self):
        check_rate(self.eta)

    def start(self, theta):
        """State before the first step: the number of steps, and the cost before the last of them."""
        return {"t": 0, "cost": np.nan}

    def step(self, cost_and_gradient, theta, state):
        """One step; raises ValueError where the Hessian is singular."""
        cost, g = cost_and_gradient(theta)
        try:
            change = np.linalg.solve(self.hessian(theta), g)
        except np.linalg.LinAlgError as error:
            raise ValueError(
                f"the Hessian is singular at theta = {theta}, so that Newton's step does not exist; start "
                "elsewhere, or use BFGS, whose matrix is positive definite"
            ) from error
        return theta - self.eta * change, {"t": state["t"] + 1, "cost": cost}


class _QuasiNewton:
    """A step along p = -H g, where H, an estimate of the inverse Hessian, is learned from the steps."""

    def start(self, theta):
        """State before the first step; start again when the cost changes, as with new data."""
        return {"t": 0, "cost": np.nan, "evaluated": None, "curvature": None, "stuck": False}

    def step(self, cost_and_gradient, theta, state):
        """One step.

        Where no step along p lowers the cost enough, the curvature is forgotten, and the next step goes along
        -g. Where there is none along -g either, theta stays and state["stuck"] is True.

        Parameters
        ----------
        cost_and_gradient : callable
            The same function at every step: what it returned at theta is remembered.
        theta : ndarray of shape (n_parameters,)
        state : dict
            It is used up: BFGS changes its matrix in place.

        Returns
        -------
        theta : ndarray of shape (n_parameters,)
        state : dict
        """
        cost, g = state["evaluated"] or cost_and_gradient(theta)
        curvature = state["curvature"]
        p = -g * min(1.0, 1.0 / np.sum(np.abs(g))) if curvature is None else self._direction(g, curvature)
        found = self._search(cost_and_gradient, theta, p, cost, g)
        if found is None:
            return theta, {
                "t": state["t"] + 1,
                "cost": cost,
                "evaluated": (cost, g),
                "curvature": None,
                "stuck": curvature is None,
            }
        alpha, new_cost, new_g = found
        s, y = alpha * p, new_g - g
        if s @ y > 0:  # so that H stays positive definite
            curvature = self._learn(s, y, alpha * g, curvature)
        return theta + s, {
            "t": state["t"] + 1,
            "cost": cost,
            "evaluated": (new_cost, new_g),
            "curvature": curvature,
            "stuck": False,
        }

    def _search(self, cost_and_gradient, theta, p, cost, g):
        """alpha such that alpha p fulfils the strong Wolfe conditions, cost and gradient there, or None."""
        seen = {}

        def evaluate(at):
            key = at.tobytes()
            if key not in seen:
                seen[key] = cost_and_gradient(at)
            return seen[key]

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # scipy warns where it returns None, which is looked at below
            alpha, *_ = line_search(lambda at: evaluate(at)[0], lambda at: evaluate(at)[1], theta, p, g, cost)
        return None if alpha is None else (alpha, *evaluate(theta + alpha * p))


@dataclass(frozen=True)
class BFGS(_QuasiNewton):
    """BFGS: a dense estimate H of the inverse Hessian, n_parameters^2 numbers, and a Wolfe line search.

    With the step s, the change of gradient y and v = s / (s.y) - H y / (y.H y), the update is

        H <- (H - (H y)(H y)^T / (y.H y) + (y.H y) v v^T) / tau + s s^T / (s.y),

    which fulfils H y = s. Plain BFGS has tau = 1; the self-scaled one has tau = min(1, s.y / (s.H^-1 s)),
    which takes large eigenvalues out of H^-1 at once and not over many steps. The first H is (s.y / y.y) I.

    References
    ----------
    Nocedal and Wright, Numerical Optimization (2006), equations 6.17 and 6.20; Al-Baali, Computational
    Optimization and Applications 9 (1998) 191, for the scaling.
    """

    self_scaling: bool = False

    @staticmethod
    def _direction(g, H):
        return -(H @ g)

    def _learn(self, s, y, alpha_g, H):
        sy = s @ y
        tau = 1.0
        if H is None:
            H = np.diag(np.full(len(s), sy / (y @ y)))
        elif self.self_scaling:
            tau = min(1.0, sy / -(s @ alpha_g))  # s = -alpha H g, so H^-1 s = -alpha g
        Hy = H @ y
        yHy = y @ Hy
        v = s / sy - Hy / yHy
        # H / tau + right^T left, in place, in one pass; BLAS counts by columns, so all is transposed
        left = np.array([-Hy / (yHy * tau), yHy * v / tau, s / sy])
        return dgemm(1.0, left.T, np.array([Hy, v, s]), 1 / tau, H.T, overwrite_c=True).T


@dataclass(frozen=True)
class LBFGS(_QuasiNewton):
    """L-BFGS: BFGS from the last `history` pairs of s and y only, without a matrix.

    Without the line search every step is the whole of p; then it equals PyTorch's ``LBFGS(lr=1, max_iter=1,
    history_size=history)``.

    References
    ----------
    Nocedal and Wright, Numerical Optimization (2006), algorithm 7.4.
    """

    history: int = 10
    line_search: bool = True

    def __post_init__(self):
        check_integer("history", self.history, 1)

    @staticmethod
    def _direction(g, pairs):
        q, alphas = g, []
        for s, y in reversed(pairs):
            alphas.append((s @ q) / (s @ y))
            q = q - alphas[-1] * y
        s, y = pairs[-1]
        r = (s @ y) / (y @ y) * q
        for (s, y), alpha in zip(pairs, reversed(alphas), strict=True):
            r = r + (alpha - (y @ r) / (s @ y)) * s
        return -r

    def _learn(self, s, y, alpha_g, pairs):
        return [*(pairs or []), (s, y)][-self.history :]

    def _search(self, cost_and_gradient, theta, p, cost, g):
        if self.line_search:
            return super()._search(cost_and_gradient, theta, p, cost, g)
        return 1.0, *cost_and_gradient(theta + p)
