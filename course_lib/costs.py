"""Cost functions of networks, with their derivative with respect to the output.

A cost compares the targets y with the output a^L of a network, both of shape (n_samples, n_outputs), and adds
up the outputs. All but the lecture's half squared error are means over the samples.

A cross entropy belongs to an output function: the plain one to softmax, the binary one to the logistic
function. Only the pair is stable for large z, and only for the pair delta^L = (a^L - y) / n.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.special import xlogy

__all__ = ["COSTS", "Cost", "cost", "log_softmax", "softmax"]


def log_softmax(z):
    """Logarithm of softmax, z_k - log sum_j exp(z_j), of every row; finite for every finite z."""
    z = z - z.max(axis=1, keepdims=True)
    return z - np.log(np.exp(z).sum(axis=1, keepdims=True))


def softmax(z):
    """Probabilities exp(z_k) / sum_j exp(z_j) of every row of z, of shape (n_samples, n_outputs)."""
    a = np.exp(z - z.max(axis=1, keepdims=True))
    a /= a.sum(axis=1, keepdims=True)
    return a


@dataclass(frozen=True)
class Cost:
    """A cost C(y, a^L).

    Attributes
    ----------
    name : str
    value : callable
        value(y, a), a number.
    gradient : callable
        gradient(y, a) = dC/da^L, of the shape of a.
    output : str, optional
        The output function that it belongs to: "softmax" or "logistic".
    value_from_z : callable, optional
        For such a pair, value_from_z(y, z) is the cost from the input z^L of the output function, which
        neither overflows nor takes the logarithm of a zero.

    References
    ----------
    Hjorth-Jensen, FYS5429 week 1, "Derivative of the cost function"; Goodfellow, Bengio and Courville, Deep
    Learning (2016), section 6.2.2.

    Examples
    --------
    >>> y, a = np.array([[1.0], [0.0]]), np.array([[0.5], [0.5]])
    >>> cost("mean squared error").value(y, a)
    0.25
    >>> cost("half squared error").gradient(y, a).ravel()
    array([-0.5,  0.5])
    """

    name: str
    value: Callable
    gradient: Callable
    output: str | None = None
    value_from_z: Callable | None = None


def _half_squared_error(y, a):
    return float(0.5 * np.sum((a - y) ** 2))


def _mean_squared_error(y, a):
    return float(np.sum((a - y) ** 2) / len(y))


def _cross_entropy(y, a):
    return float(-np.sum(xlogy(y, a)) / len(y))


def _cross_entropy_from_z(y, z):
    return float(-np.vdot(y, log_softmax(z)) / len(y))


def _binary_cross_entropy(y, a):
    return float(-np.sum(xlogy(y, a) + xlogy(1 - y, 1 - a)) / len(y))


def _binary_cross_entropy_from_z(y, z):
    return float(np.sum(np.logaddexp(0, z) - y * z) / len(y))


def _d_half_squared_error(y, a):
    return a - y


def _d_mean_squared_error(y, a):
    return 2 * (a - y) / len(y)


def _d_cross_entropy(y, a):
    return -y / a / len(y)


def _d_binary_cross_entropy(y, a):
    return (a - y) / (a * (1 - a)) / len(y)


COSTS = {
    row.name: row
    for row in [
        Cost("half squared error", _half_squared_error, _d_half_squared_error),
        Cost("mean squared error", _mean_squared_error, _d_mean_squared_error),
        Cost("cross entropy", _cross_entropy, _d_cross_entropy, "softmax", _cross_entropy_from_z),
        Cost(
            "binary cross entropy",
            _binary_cross_entropy,
            _d_binary_cross_entropy,
            "logistic",
            _binary_cross_entropy_from_z,
        ),
    ]
}


def cost(name):
    """The cost of that name; a Cost is returned as it is.

    Raises
    ------
    ValueError
        If there is none of that name.
    """
    if isinstance(name, Cost):
        return name
    if not isinstance(name, str) or name not in COSTS:
        raise ValueError(f"there is no cost {name!r}; choose one of {', '.join(COSTS)}")
    return COSTS[name]
