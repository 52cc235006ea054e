"""Activation functions, their derivatives, and what the lecture's table says of each.

Every function takes the input z of a layer, an array of any shape, and returns an array of the same shape and
dtype. The table's properties are data, so that a notebook can print them and a test can check them.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from scipy.special import expit

__all__ = ["ACTIVATIONS", "Activation", "activation", "isru", "prelu"]


@dataclass(frozen=True)
class Activation:
    """An activation function f with its derivative and its row of the table.

    Attributes
    ----------
    name : str
    f, df : callable
        a = f(z), and the derivative df(z); where a derivative jumps, df has its value from the right.
    range : tuple of float
        Infimum and supremum of f.
    continuity : float
        Largest k such that f is in C^k: -1 for a jump, 0 for a kink, infinity for a smooth function.
    monotonic, derivative_monotonic : bool
        Whether f never decreases, and whether df never turns round.
    identity_at_origin : bool
        Whether f(z) = z + o(z) at 0, that is f(0) = 0 and f'(0) = 1 from both sides.

    References
    ----------
    Perdikaris, ENM 360, lecture 13, table of activation functions.

    Examples
    --------
    >>> tanh = activation("tanh")
    >>> tanh.f(np.array([0.0, 1.0])).round(4), tanh.df(np.array([0.0]))
    (array([0.    , 0.7616]), array([1.]))
    """

    name: str
    f: Callable
    df: Callable
    range: tuple[float, float]
    continuity: float
    monotonic: bool
    derivative_monotonic: bool
    identity_at_origin: bool


INF = np.inf


# Functions with names, and not lambdas, so that a network can be pickled.
def _identity(z):
    return z


def _step(z):
    return (z >= 0).astype(z.dtype)


def _d_logistic(z):
    a = expit(z)
    return a * (1 - a)


def _d_tanh(z):
    return 1 - np.tanh(z) ** 2


def _d_arctan(z):
    return 1 / (1 + z * z)


def _softsign(z):
    return z / (1 + np.abs(z))


def _d_softsign(z):
    return (1 + np.abs(z)) ** -2


def _relu(z):
    return np.maximum(z, 0)


def _isru(z, alpha):
    return z / np.sqrt(1 + alpha * z * z)


def _d_isru(z, alpha):
    return (1 + alpha * z * z) ** -1.5


def _prelu(z, alpha):
    return np.where(z >= 0, z, z.dtype.type(alpha) * z)


def _d_prelu(z, alpha):
    return np.where(z >= 0, z.dtype.type(1), z.dtype.type(alpha))


def isru(alpha=1.0):
    """Inverse square root unit z / sqrt(1 + alpha z^2), for alpha > 0; its range is +- 1/sqrt(alpha).

    Raises
    ------
    ValueError
        If alpha is not a finite number > 0.
    """
    if not (np.isfinite(alpha) and alpha > 0):
        raise ValueError(f"alpha of an ISRU must be a finite number > 0, got {alpha!r}")
    f, df = partial(_isru, alpha=alpha), partial(_d_isru, alpha=alpha)
    end = 1 / np.sqrt(alpha)
    return Activation("isru", f, df, (-end, end), INF, True, False, True)


def prelu(alpha):
    """Parametric rectified linear unit: z for z >= 0 and alpha z below, for a fixed finite alpha.

    Raises
    ------
    ValueError
        If alpha is not finite.
    """
    if not np.isfinite(alpha):
        raise ValueError(f"alpha of a PReLU must be finite, got {alpha!r}")
    f, df = partial(_prelu, alpha=alpha), partial(_d_prelu, alpha=alpha)
    low = -INF if alpha > 0 else 0.0
    continuity = INF if alpha == 1 else 0
    return Activation("prelu", f, df, (low, INF), continuity, alpha >= 0, True, alpha == 1)


HALF_PI = np.pi / 2
ACTIVATIONS = {
    row.name: row
    for row in [
        # name, f, df, range, continuity, monotonic, derivative_monotonic, identity_at_origin
        Activation("identity", _identity, np.ones_like, (-INF, INF), INF, True, True, True),
        Activation("step", _step, np.zeros_like, (0, 1), -1, True, False, False),
        Activation("logistic", expit, _d_logistic, (0, 1), INF, True, False, False),
        Activation("tanh", np.tanh, _d_tanh, (-1, 1), INF, True, False, True),
        Activation("arctan", np.arctan, _d_arctan, (-HALF_PI, HALF_PI), INF, True, False, True),
        Activation("softsign", _softsign, _d_softsign, (-1, 1), 1, True, False, True),
        isru(),
        Activation("relu", _relu, _step, (0, INF), 0, True, True, False),
        replace(prelu(0.01), name="leaky relu"),
        prelu(0.25),
    ]
}


def activation(name):
    """The activation function of that name; an Activation is returned as it is.

    Parameters
    ----------
    name : str or Activation
        One of ACTIVATIONS; "isru" has alpha = 1 and "prelu" alpha = 0.25, for others call isru and prelu.

    Raises
    ------
    ValueError
        If there is none of that name.

    Examples
    --------
    >>> activation("relu").range
    (0, inf)
    """
    if isinstance(name, Activation):
        return name
    if not isinstance(name, str) or name not in ACTIVATIONS:
        raise ValueError(f"there is no activation {name!r}; choose one of {', '.join(ACTIVATIONS)}")
    return ACTIVATIONS[name]
