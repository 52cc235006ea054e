"""Minimisers of a cost C(theta), from gradient descent to L-BFGS, behind one interface.

An optimiser is a frozen description of a method. What it remembers between steps is its state, a dictionary
of named arrays that the caller holds, prints and saves::

    state = optimiser.start(theta)
    for _ in range(n_steps):
        theta, state = optimiser.step(cost_and_gradient, theta, state)

`cost_and_gradient(theta)` returns the cost, a number, and its gradient g, of the shape of theta. The
first-order methods call it once a step and ignore the cost, so a mini-batch will do; the quasi-Newton methods
compare costs, and want the whole data set. A step returns new arrays; those it was given stay as they are.

A learning rate eta is a number > 0, or a schedule: a function of the number t = 0, 1, ... of steps done.
"""

import warnings
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from course_lib._checks import check_integer, check_rate
from course_lib.quasi_newton import BFGS, LBFGS, Newton

__all__ = [
    "BFGS",
    "LBFGS",
    "AdaGrad",
    "Adam",
    "ConvergenceWarning",
    "GradientDescent",
    "Minimum",
    "Newton",
    "RMSprop",
    "cosine_decay",
    "exponential_decay",
    "inverse_time_decay",
    "minimise",
]


class ConvergenceWarning(UserWarning):
    """A minimisation ended before the gradient was as small as was asked."""


def inverse_time_decay(eta_0, t_0):
    """Schedule eta(t) = eta_0 / (1 + t / t_0): half the first rate after t_0 steps, and a divergent sum."""
    return lambda t: eta_0 / (1 + t / t_0)


def exponential_decay(eta_0, t_0):
    """Schedule eta(t) = eta_0 exp(-t / t_0)."""
    return lambda t: eta_0 * float(np.exp(-t / t_0))


def cosine_decay(eta_0, n_steps):
    """Schedule eta(t) = eta_0 (1 + cos(pi t / n_steps)) / 2, and zero from t = n_steps on."""
    return lambda t: eta_0 * float(1 + np.cos(np.pi * min(t / n_steps, 1))) / 2


class _FirstOrder:
    """What the methods that only look at the gradient share; a method adds _memory and _change."""

    def __post_init__(self):
        check_rate(self.eta)

    def start(self, theta):
        """State before the first step.

        Parameters
        ----------
        theta : ndarray of any shape

        Returns
        -------
        state : dict
            "t" is the number of steps done and "cost" the cost before the last of them; the rest belongs to
            the method.
        """
        return {"t": 0, "cost": np.nan} | {name: np.zeros_like(theta) for name in self._memory}

    def step(self, cost_and_gradient, theta, state):
        """One step.

        Parameters
        ----------
        cost_and_gradient : callable
        theta : ndarray of any shape
        state : dict

        Returns
        -------
        theta : ndarray of the same shape
        state : dict
        """
        cost, g = cost_and_gradient(theta)
        eta = self.eta(state["t"]) if callable(self.eta) else self.eta
        change, memory = self._change(g, eta, state)
        return theta - change, {"t": state["t"] + 1, "cost": cost} | memory


def _check_fraction(name, value):
    if not 0 <= value < 1:
        raise ValueError(f"{name} must be from 0 to below 1, got {value!r}")


@dataclass(frozen=True)
class GradientDescent(_FirstOrder):
    """Gradient descent, v <- momentum v + g and theta <- theta - eta v.

    Without momentum v is the gradient. Equal to PyTorch's ``SGD(lr=eta, momentum=momentum)``.

    Raises
    ------
    ValueError
        If eta is not > 0, or momentum is not from 0 to below 1.

    References
    ----------
    Polyak, Some methods of speeding up the convergence of iteration methods (1964).

    Examples
    --------
    >>> half_square = lambda theta: (0.5 * theta @ theta, theta)
    >>> descent, theta = GradientDescent(eta=0.5), np.array([4.0])
    >>> descent.step(half_square, theta, descent.start(theta))[0]
    array([2.])
    """

    eta: float | Callable = 0.01
    momentum: float = 0.0

    def __post_init__(self):
        super().__post_init__()
        _check_fraction("momentum", self.momentum)

    @property
    def _memory(self):
        return ("v",) if self.momentum else ()

    def _change(self, g, eta, state):
        if not self.momentum:
            return eta * g, {}
        v = self.momentum * state["v"] + g
        return eta * v, {"v": v}


@dataclass(frozen=True)
class AdaGrad(_FirstOrder):
    """AdaGrad: s <- s + g^2 and theta <- theta - eta g / (sqrt(s) + epsilon), entry by entry.

    Equal to PyTorch's ``Adagrad(lr=eta, eps=epsilon)``.

    References
    ----------
    Duchi, Hazan and Singer, Journal of Machine Learning Research 12 (2011) 2121.
    """

    eta: float | Callable = 0.01
    epsilon: float = 1e-10

    _memory = ("s",)

    def _change(self, g, eta, state):
        s = state["s"] + g * g
        return eta * g / (np.sqrt(s) + self.epsilon), {"s": s}


@dataclass(frozen=True)
class RMSprop(_FirstOrder):
    """RMSprop: s <- rho s + (1 - rho) g^2 and theta <- theta - eta g / (sqrt(s) + epsilon).

    Equal to PyTorch's ``RMSprop(lr=eta, alpha=rho, eps=epsilon)``.

    References
    ----------
    Goodfellow, Bengio and Courville, Deep Learning (2016), algorithm 8.5, which puts epsilon under the root.
    """

    eta: float | Callable = 0.001
    rho: float = 0.99
    epsilon: float = 1e-8

    _memory = ("s",)

    def __post_init__(self):
        super().__post_init__()
        _check_fraction("rho", self.rho)

    def _change(self, g, eta, state):
        s = self.rho * state["s"] + (1 - self.rho) * (g * g)
        return eta * g / (np.sqrt(s) + self.epsilon), {"s": s}


@dataclass(frozen=True)
class Adam(_FirstOrder):
    """Adam: first and second moments of the gradient, both corrected for their start at zero.

    m <- beta_1 m + (1 - beta_1) g and v <- beta_2 v + (1 - beta_2) g^2; with m' = m / (1 - beta_1^t) and
    v' = v / (1 - beta_2^t), theta <- theta - eta m' / (sqrt(v') + epsilon). Equal to PyTorch's ``Adam``.

    Raises
    ------
    ValueError
        If eta is not > 0, or a beta is not from 0 to below 1.

    References
    ----------
    Kingma and Ba, Adam: a method for stochastic optimization (2015), algorithm 1.
    """

    eta: float | Callable = 0.001
    beta_1: float = 0.9
    beta_2: float = 0.999
    epsilon: float = 1e-8

    _memory = ("m", "v")

    def __post_init__(self):
        super().__post_init__()
        _check_fraction("beta_1", self.beta_1)
        _check_fraction("beta_2", self.beta_2)

    def _change(self, g, eta, state):
        t = state["t"] + 1
        m = self.beta_1 * state["m"]
        m += (1 - self.beta_1) * g
        v = self.beta_2 * state["v"]
        v += (1 - self.beta_2) * (g * g)
        # Both corrections go into numbers, so that no array is divided by them.
        root = float(np.sqrt(1 - self.beta_2**t))
        change = np.sqrt(v)
        change += self.epsilon * root
        np.divide(m, change, out=change)
        change *= eta * root / (1 - self.beta_1**t)
        return change, {"m": m, "v": v}


@dataclass(frozen=True)
class Minimum:
    """Where a minimisation ended.

    Attributes
    ----------
    theta : ndarray
    cost : float
        Cost at theta.
    gradient_norm : float
        Largest absolute entry of the gradient at theta.
    n_steps : int
    converged : bool
        Whether gradient_norm is at most the tolerance.
    """

    theta: np.ndarray
    cost: float
    gradient_norm: float
    n_steps: int
    converged: bool

    def __str__(self):
        end = ("" if self.converged else "not ") + f"converged after {self.n_steps} steps"
        return f"cost {self.cost:.6g}, largest gradient {self.gradient_norm:.1e}, {end}"


def minimise(optimiser, cost_and_gradient, theta, n_steps, *, tolerance=1e-6, callback=None):
    """Step until the largest entry of the gradient is at most the tolerance, or n_steps are done.

    Parameters
    ----------
    optimiser : one of this module
    cost_and_gradient : callable
        Returns the cost at theta, a number, and its gradient.
    theta : array_like
        Where to start; not changed.
    n_steps : int
    tolerance : float
    callback : callable, optional
        Called as callback(t, theta, cost) before each step and at the end.

    Returns
    -------
    Minimum

    Warns
    -----
    ConvergenceWarning
        If it ended for another reason than the tolerance.

    Raises
    ------
    ValueError
        If the cost or its gradient at the start is not finite, or the gradient has another shape than theta.

    Examples
    --------
    >>> quadratic = lambda theta: (float((theta[0] - 1) ** 2 + 10 * theta[1] ** 2),
    ...                            np.array([2 * (theta[0] - 1), 20 * theta[1]]))
    >>> print(minimise(BFGS(), quadratic, [3.0, 1.0], 50).theta.round(6) + 0.0)
    [1. 0.]
    """
    theta = np.array(theta, dtype=float)
    state = optimiser.start(theta)
    reason = f"{n_steps} steps were not enough"
    for t in range(check_integer("n_steps", n_steps, 0) + 1):
        cost, g = cost_and_gradient(theta)
        if np.shape(g) != theta.shape:
            raise ValueError(f"the gradient has shape {np.shape(g)}, but theta has shape {theta.shape}")
        norm = float(np.max(np.abs(g), initial=0.0))
        if callback is not None:
            callback(t, theta, cost)
        if not (np.isfinite(cost) and np.isfinite(norm)):
            if t == 0:
                raise ValueError(f"cost or gradient is not finite at the start, theta = {theta}")
            reason = "the cost or its gradient is not finite any more; try a smaller eta"
            break
        if norm <= tolerance:
            return Minimum(theta, float(cost), norm, t, True)
        if state.get("stuck"):
            reason = "no step along the negative gradient lowers the cost"
            break
        if t < n_steps:
            theta, state = optimiser.step(cost_and_gradient, theta, state)
    warnings.warn(
        f"not converged after {t} steps, the largest entry of the gradient is {norm:.1e}: {reason}",
        ConvergenceWarning,
        stacklevel=2,
    )
    return Minimum(theta, float(cost), norm, t, False)
