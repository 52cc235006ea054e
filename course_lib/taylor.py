"""Taylor mode: all derivatives of a function of one variable up to an order, in one forward sweep.

A truncated series carries the coefficients c_k = f^(k)(x) / k! at one point, or at every point of an array.
An operation on series is a recurrence for the coefficients of the result, of cost O(K^2) for order K, while
nesting first derivatives K times costs O(3^K).
"""

from math import factorial

import numpy as np
from scipy.special import expit

from course_lib._checks import check_integer

__all__ = ["Series", "taylor_derivatives"]


class Series(np.lib.mixins.NDArrayOperatorsMixin):
    """A truncated Taylor series, in place of a number in numpy code.

    Parameters
    ----------
    c : ndarray of shape (K + 1, ...)
        Coefficients, from the constant on.

    References
    ----------
    Griewank and Walther, Evaluating Derivatives (2008), table 13.2.

    Examples
    --------
    >>> x = Series(np.array([2.0, 1.0, 0.0]))
    >>> (x * x + 1).c
    array([5., 4., 1.])
    """

    def __init__(self, c):
        self.c = np.asarray(c, dtype=float)

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        if ufunc not in RULES or method != "__call__" or options:
            known = ", ".join(sorted(known.__name__ for known in RULES))
            raise TypeError(f"there is no rule for the Taylor series of {ufunc.__name__}; there are {known}")
        return RULES[ufunc](*(_series(v, self.c) for v in inputs))

    def __pow__(self, power):
        if not isinstance(power, (int, np.integer)) or power < 0:
            return np.power(self, power)
        result = Series(_constant(1.0, self.c))
        for _ in range(power):
            result = result * self
        return result


def _constant(value, like):
    """Coefficients of a constant beside those of `like`."""
    c = np.zeros(np.broadcast_shapes(like.shape, (1, *np.shape(value))))
    c[0] = value
    return c


def _series(v, like):
    return v if isinstance(v, Series) else Series(_constant(v, like))


def _multiply(x, y):
    K = len(x.c)
    return Series(np.stack([sum(x.c[j] * y.c[k - j] for j in range(k + 1)) for k in range(K)]))


def _divide(x, y):
    z = []
    for k in range(len(x.c)):
        z.append((x.c[k] - sum(z[j] * y.c[k - j] for j in range(k))) / y.c[0])
    return Series(np.stack(z))


def _exp(x):
    """From z' = x' z."""
    z = [np.exp(x.c[0])]
    for k in range(1, len(x.c)):
        z.append(sum(j * x.c[j] * z[k - j] for j in range(1, k + 1)) / k)
    return Series(np.stack(z))


def _log(x):
    """From x z' = x'."""
    z = [np.log(x.c[0])]
    for k in range(1, len(x.c)):
        z.append((x.c[k] - sum(j * z[j] * x.c[k - j] for j in range(1, k)) / k) / x.c[0])
    return Series(np.stack(z))


def _power(x, y):
    """From x z' = y x' z, for a constant exponent y."""
    if np.any(y.c[1:]):
        return _exp(_multiply(y, _log(x)))
    a, z = y.c[0], [x.c[0] ** y.c[0]]
    for k in range(1, len(x.c)):
        z.append(sum((a * j - (k - j)) * x.c[j] * z[k - j] for j in range(1, k + 1)) / (k * x.c[0]))
    return Series(np.stack(z))


def _sin_cos(x):
    """From s' = x' c and c' = -x' s, together."""
    s, c = [np.sin(x.c[0])], [np.cos(x.c[0])]
    for k in range(1, len(x.c)):
        s_k = sum(j * x.c[j] * c[k - j] for j in range(1, k + 1)) / k
        c_k = -sum(j * x.c[j] * s[k - j] for j in range(1, k + 1)) / k
        s.append(s_k)
        c.append(c_k)
    return Series(np.stack(s)), Series(np.stack(c))


def _from_derivative(first, derivative):
    """The rule of a function z with z' = derivative(z) x', from its value and that polynomial in z."""

    def rule(x):
        z = Series(_constant(first(x.c[0]), x.c))
        for k in range(1, len(x.c)):
            # coefficients of derivative(z) below k only need those of z below k
            d = derivative(z).c
            z.c[k] = sum(j * x.c[j] * d[k - j] for j in range(1, k + 1)) / k
        return z

    return rule


RULES = {
    np.add: lambda x, y: Series(x.c + y.c),
    np.subtract: lambda x, y: Series(x.c - y.c),
    np.negative: lambda x: Series(-x.c),
    np.multiply: _multiply,
    np.divide: _divide,
    np.square: lambda x: _multiply(x, x),
    np.power: _power,
    np.sqrt: lambda x: _power(x, Series(_constant(0.5, x.c))),
    np.exp: _exp,
    np.log: _log,
    np.sin: lambda x: _sin_cos(x)[0],
    np.cos: lambda x: _sin_cos(x)[1],
    np.tanh: _from_derivative(np.tanh, lambda z: 1 - z * z),
    expit: _from_derivative(expit, lambda z: z - z * z),
}


def taylor_derivatives(f, x, order):
    """f(x), f'(x), ..., f^(order)(x), in one sweep.

    Parameters
    ----------
    f : callable
        Numpy code of one number that is analytic at x.
    x : number or array_like
        One point, or many.
    order : int

    Returns
    -------
    derivatives : ndarray of shape (order + 1, *shape of x)

    Examples
    --------
    >>> taylor_derivatives(np.exp, 0.0, 3)
    array([1., 1., 1., 1.])
    """
    x = np.asarray(x, dtype=float)
    c = _constant(x, np.zeros((check_integer("order", order, 0) + 1, *x.shape)))
    if order > 0:
        c[1] = 1.0
    z = _series(f(Series(c)), c)
    return np.stack([factorial(k) * z.c[k] for k in range(order + 1)])
