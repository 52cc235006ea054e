"""The elementary operations that automatic differentiation knows, each with its derivative.

An operation f(v_0, v_1, ...) = z on arrays has, for every argument i, a `push` that takes a change of v_i to
its share in the change of z (a Jacobian times a vector), and a `pull` that takes dC/dz to its share in
dC/dv_i (the transposed Jacobian times a vector). If f acts entry by entry, both multiply by df/dv_i.

The rules are written with numpy's functions. Since these accept dual numbers and tape variables too, a rule
can be differentiated like any other code, which is where higher derivatives come from.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.special import expit


@dataclass(frozen=True)
class Operation:
    """An elementary operation.

    Attributes
    ----------
    text : str
        How a trace writes it, with {0}, {1} for the arguments.
    compute : callable
        z = compute(v_0, v_1, ...).
    push, pull : tuple of callable
        One for each argument i: push[i](dv_i, z, v_0, v_1, ...) and pull[i](dC/dz, z, v_0, v_1, ...).
    partials : tuple of str
        df/dv_i as a trace writes it.
    """

    text: str
    compute: Callable
    push: tuple[Callable, ...]
    pull: tuple[Callable, ...]
    partials: tuple[str, ...]


def _elementwise(text, ufunc, *derivatives):
    """An operation that acts entry by entry, from pairs of df/dv_i(z, v_0, ...) and its text."""
    rules = tuple(partial(_times, derivative) for derivative, _ in derivatives)
    return Operation(text, ufunc, rules, rules, tuple(text for _, text in derivatives))


def _times(derivative, change, z, *v):
    return change * derivative(z, *v)


def _power_base(z, x, y):
    return y * x ** (y - (_plain(y) != 0))  # y x^(y-1), and 0 where y = 0, also at x = 0


def _plain(v):
    """The number or array at the bottom of a dual number or variable."""
    while hasattr(v, "level"):
        v = v.value
    return np.asarray(v)


def _where_larger(z, x, y):
    return (_plain(x) >= _plain(y)).astype(float)


def _matmul_pull_left(g, z, x, y):
    if np.ndim(y) == 2:
        return g @ y.T
    return g * y if np.ndim(x) == 1 else g.reshape(-1, 1) * y


def _matmul_pull_right(g, z, x, y):
    if np.ndim(x) == 2:
        return x.T @ g
    return x * g if np.ndim(y) == 1 else x.reshape(-1, 1) * g


UFUNCS = {
    np.add: _elementwise("{0} + {1}", np.add, (lambda z, x, y: 1.0, "1"), (lambda z, x, y: 1.0, "1")),
    np.subtract: _elementwise(
        "{0} - {1}", np.subtract, (lambda z, x, y: 1.0, "1"), (lambda z, x, y: -1.0, "-1")
    ),
    np.multiply: _elementwise("{0} {1}", np.multiply, (lambda z, x, y: y, "{1}"), (lambda z, x, y: x, "{0}")),
    np.divide: _elementwise(
        "{0} / {1}", np.divide, (lambda z, x, y: 1 / y, "1 / {1}"), (lambda z, x, y: -z / y, "-{0} / {1}^2")
    ),
    np.power: _elementwise(
        "{0} ^ {1}",
        np.power,
        (_power_base, "{1} {0}^({1} - 1)"),
        (lambda z, x, y: z * np.log(x), "{0}^{1} log {0}"),
    ),
    np.maximum: _elementwise(
        "max({0}, {1})",
        np.maximum,
        (_where_larger, "[{0} >= {1}]"),
        (lambda z, x, y: 1 - _where_larger(z, x, y), "[{0} < {1}]"),
    ),
    np.negative: _elementwise("-{0}", np.negative, (lambda z, x: -1.0, "-1")),
    np.square: _elementwise("{0}^2", np.square, (lambda z, x: 2 * x, "2 {0}")),
    np.sqrt: _elementwise("sqrt {0}", np.sqrt, (lambda z, x: 0.5 / z, "1 / (2 sqrt {0})")),
    np.exp: _elementwise("exp {0}", np.exp, (lambda z, x: z, "exp {0}")),
    np.log: _elementwise("log {0}", np.log, (lambda z, x: 1 / x, "1 / {0}")),
    np.sin: _elementwise("sin {0}", np.sin, (lambda z, x: np.cos(x), "cos {0}")),
    np.cos: _elementwise("cos {0}", np.cos, (lambda z, x: -np.sin(x), "-sin {0}")),
    np.tanh: _elementwise("tanh {0}", np.tanh, (lambda z, x: 1 - z * z, "1 - tanh^2 {0}")),
    np.arctan: _elementwise("arctan {0}", np.arctan, (lambda z, x: 1 / (1 + x * x), "1 / (1 + {0}^2)")),
    expit: _elementwise("logistic {0}", expit, (lambda z, x: z * (1 - z), "logistic {0} (1 - logistic {0})")),
    np.matmul: Operation(
        "{0} @ {1}",
        np.matmul,
        (lambda dx, z, x, y: dx @ y, lambda dy, z, x, y: x @ dy),
        (_matmul_pull_left, _matmul_pull_right),
        ("(.) @ {1}^T", "{0}^T @ (.)"),
    ),
}


def linear(text, function, transposed):
    """The operation of a linear function of one argument, and of the transposed one, transposed(g, v)."""
    return Operation(
        text, function, (lambda dx, z, x: function(dx),), (lambda g, z, x: transposed(g, x),), ("linear",)
    )
