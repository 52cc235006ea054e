"""Automatic differentiation of plain numpy code: forward with dual numbers, in reverse with a tape.

A dual number carries a value v and its derivative v' with respect to one input; a tape variable carries a
value and its place on a list of everything that was computed. Both stand in for a number or an array in code
that is written with numpy's functions, and both look up the rule of every elementary operation in the same
table. Rules are numpy code as well, so derivatives of derivatives need nothing more: each call of a function
below has a level, and an operation belongs to the argument of the highest level.
"""

import itertools
from functools import partial

import numpy as np

from course_lib._checks import check_integer
from course_lib._operations import UFUNCS, _plain, linear

__all__ = [
    "Dual",
    "Tape",
    "Variable",
    "derivative",
    "gradient",
    "hessian",
    "jacobian",
    "jvp",
    "value_and_gradient",
]

_LEVELS = itertools.count(1)
COMPARISONS = {np.equal, np.not_equal, np.less, np.less_equal, np.greater, np.greater_equal}


def call(operation, *arguments):
    """Apply an operation to arguments, some of which may be dual numbers or variables."""
    traced = [v for v in arguments if isinstance(v, Traced)]
    if not traced:
        return operation.compute(*arguments)
    top = max(traced, key=lambda v: v.level)
    return top._record(operation, arguments)


class Traced(np.lib.mixins.NDArrayOperatorsMixin):
    """What dual numbers and tape variables share: they can be used as numpy arrays."""

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        if method == "__call__" and ufunc in COMPARISONS:
            return ufunc(*(_plain(v) for v in inputs))
        if ufunc not in UFUNCS or method != "__call__" or options:
            known = ", ".join(sorted(known.__name__ for known in UFUNCS))
            raise TypeError(
                f"there is no rule to differentiate {ufunc.__name__} (method {method}, options {options}); "
                f"write the function with + - * / ** @ and with {known}, sum, mean, reshape, T and slices"
            )
        return call(UFUNCS[ufunc], *inputs)

    def __array__(self, dtype=None, copy=None):
        raise TypeError(
            "this numpy function would lose the derivative; write it with operators, slices and numpy's "
            "elementary functions, for example x * (x > 0) in place of numpy.where(x > 0, x, 0); "
            "what the condition switches off has to be finite"
        )

    def __pow__(self, power):
        return np.square(self) if np.ndim(power) == 0 and _plain(power) == 2 else np.power(self, power)

    def __len__(self):
        return self.shape[0]

    @property
    def shape(self):
        """Shape of the value."""
        return np.shape(self.value)

    @property
    def ndim(self):
        """Number of dimensions of the value."""
        return len(self.shape)

    @property
    def size(self):
        """Number of entries of the value."""
        return int(np.prod(self.shape))

    def sum(self, axis=None, keepdims=False, **_):
        """Sum over an axis, several, or all."""
        kept = np.sum(np.empty(self.shape), axis=axis, keepdims=True).shape

        def spread(g, v):
            return g.reshape(kept) * np.ones(np.shape(v))

        return call(linear("sum {0}", lambda v: v.sum(axis=axis, keepdims=keepdims), spread), self)

    def mean(self, axis=None, keepdims=False, **_):
        """Mean over an axis, several, or all."""
        total = self.sum(axis=axis, keepdims=keepdims)
        return total * (max(total.size, 1) / self.size)

    def reshape(self, *shape, **_):
        """The same entries in another shape."""
        shape = shape[0] if len(shape) == 1 and isinstance(shape[0], tuple) else shape
        return call(
            linear("reshape {0}", lambda v: v.reshape(shape), lambda g, v: g.reshape(np.shape(v))), self
        )

    @property
    def T(self):
        """Transpose."""
        return call(linear("{0}^T", lambda v: v.T, lambda g, v: g.T), self)

    def __getitem__(self, index):
        return call(linear("{0}[.]", lambda v: v[index], partial(_scatter, index)), self)


def _scatter(index, g, v):
    """Zeros of the shape of v with g added in the places that v[index] takes."""
    shape = np.shape(v)

    def put(g):
        out = np.zeros(shape)
        np.add.at(out, index, g)
        return out

    return call(linear("scatter {0}", put, lambda h, _: h[index]), g)


class Dual(Traced):
    """A dual number v + v' epsilon, with epsilon^2 = 0: a value and its derivative.

    Parameters
    ----------
    value, dot : number or ndarray of the same shape
    level : int, optional
        Duals of one computation have the same level; a fresh one by default.

    References
    ----------
    Perdikaris, ENM 360, lecture 13, forward accumulation; Griewank and Walther, Evaluating Derivatives
    (2008).

    Examples
    --------
    >>> x = Dual(3.0, 1.0)
    >>> y = x * x + 2 * x
    >>> float(y.value), float(y.dot)
    (15.0, 8.0)
    """

    def __init__(self, value, dot, level=None):
        self.value, self.dot = value, dot
        self.level = next(_LEVELS) if level is None else level

    def __repr__(self):
        return f"Dual({self.value}, {self.dot})"

    def _record(self, operation, arguments):
        mine = [isinstance(v, Dual) and v.level == self.level for v in arguments]
        values = [v.value if own else v for v, own in zip(arguments, mine, strict=True)]
        z = call(operation, *values)
        dot = 0.0
        for i, own in enumerate(mine):
            if own:
                dot = dot + operation.push[i](arguments[i].dot, z, *values)
        if np.shape(dot) != np.shape(z):  # a number was added to an array
            dot = dot * np.ones(np.shape(z))
        return Dual(z, dot, self.level)


class Tape:
    """A list of everything that is computed from its variables, in order.

    Examples
    --------
    >>> tape = Tape()
    >>> x, y = tape.variable(2.0, "x"), tape.variable(3.0, "y")
    >>> z = x * y + np.sin(x)
    >>> [float(g) for g in tape.gradient(z, [x, y])]
    [2.5838531634528574, 2.0]
    """

    def __init__(self):
        self.nodes = []
        self.level = next(_LEVELS)

    def variable(self, value, name=None):
        """A variable to differentiate with respect to: a number or an array."""
        value = value if isinstance(value, Traced) else np.asarray(value, dtype=float)[()]
        return Variable(self, value, name=name)

    def adjoints(self, output, seed=None):
        """dC/dv of every node v for C = sum(seed * output), by one sweep back over the tape.

        Returns
        -------
        adjoints : list
            By node; None for what the output does not depend on.
        """
        adjoints = [None] * len(self.nodes)
        adjoints[output.index] = np.ones(output.shape) if seed is None else seed
        for node in reversed(self.nodes[: output.index + 1]):
            g = adjoints[node.index]
            if g is None or node.operation is None:
                continue
            for i, parent in node.parents:
                share = node.operation.pull[i](g, node.value, *node.arguments)
                share = _sum_to(share, np.shape(node.arguments[i]))
                adjoints[parent] = share if adjoints[parent] is None else adjoints[parent] + share
        return adjoints

    def gradient(self, output, variables, seed=None):
        """Derivatives of the output with respect to the variables, each of the shape of its variable.

        Raises
        ------
        ValueError
            If the output has more than one entry and there is no seed.
        """
        if not (isinstance(output, Variable) and output.tape is self):
            return [np.zeros(v.shape) for v in variables]  # it does not depend on them
        if seed is None and output.size != 1:
            raise ValueError(
                f"a gradient needs one number, but the function returned shape {output.shape}; "
                "sum it, or ask for the jacobian"
            )
        adjoints = self.adjoints(output, seed)
        return [np.zeros(v.shape) if adjoints[v.index] is None else adjoints[v.index] for v in variables]


class Variable(Traced):
    """A value on a tape.

    Attributes
    ----------
    value : number or ndarray
    index : int
        Place on the tape.
    operation, arguments, parents
        How it was computed, from which values, and which of them stand on the tape: pairs of the argument's
        number and its index. An input has None, () and ().
    name : str or None
    """

    def __init__(self, tape, value, operation=None, arguments=(), parents=(), name=None):
        self.tape, self.value, self.level = tape, value, tape.level
        self.operation, self.arguments, self.parents, self.name = operation, arguments, parents, name
        self.index = len(tape.nodes)
        tape.nodes.append(self)

    def __repr__(self):
        return f"Variable({self.value})"

    def _record(self, operation, arguments):
        mine = [isinstance(v, Variable) and v.tape is self.tape for v in arguments]
        values = tuple(v.value if own else v for v, own in zip(arguments, mine, strict=True))
        parents = tuple((i, arguments[i].index) for i, own in enumerate(mine) if own)
        return Variable(self.tape, call(operation, *values), operation, values, parents)


def _sum_to(g, shape):
    """Undo numpy's broadcasting: sum g over the axes along which an argument of this shape was repeated."""
    if np.shape(g) == shape:
        return g
    if np.ndim(g) < len(shape) or np.size(g) < np.prod(shape):
        g = g * np.ones(shape)  # a constant rule such as 1.0
    if np.ndim(g) > len(shape):
        g = g.sum(axis=tuple(range(np.ndim(g) - len(shape))))
    axes = tuple(i for i, m in enumerate(shape) if m == 1 and np.shape(g)[i] != 1)
    return g.sum(axis=axes, keepdims=True) if axes else g


def jvp(f, x, v):
    """Value of f at x, and its derivative along v: the Jacobian times v, by one forward sweep.

    Parameters
    ----------
    f : callable
        Numpy code of one argument.
    x, v : number or array_like of the same shape

    Returns
    -------
    value, dot : of the shape that f returns

    Examples
    --------
    >>> value, dot = jvp(lambda x: x[0] * x[1], [3.0, 4.0], [1.0, 0.0])
    >>> float(value), float(dot)
    (12.0, 4.0)
    """
    x, v = (u if isinstance(u, Traced) else np.asarray(u, dtype=float)[()] for u in (x, v))
    if np.shape(x) != np.shape(v):
        raise ValueError(f"the direction v must have the shape of x, {np.shape(x)}, got {np.shape(v)}")
    dual = Dual(x, v)
    y = f(dual)
    if not (isinstance(y, Dual) and y.level == dual.level):
        return y, np.zeros(np.shape(y))  # f does not depend on x
    return y.value, y.dot


def derivative(f, order=1):
    """The function f' of one number, or f'(x) entry by entry for a function that acts so; by dual numbers.

    Examples
    --------
    >>> float(derivative(np.sin)(0.0)), float(derivative(lambda x: x**3, order=2)(2.0))
    (1.0, 12.0)
    """
    for _ in range(check_integer("order", order, 0)):
        f = partial(_first_derivative, f)
    return f


def _first_derivative(f, x):
    return jvp(f, x, np.ones(np.shape(x))[()])[1]


def value_and_gradient(f):
    """The function that returns f and its gradient with respect to all its arguments, by one reverse sweep.

    Parameters
    ----------
    f : callable
        Numpy code of one or more numbers or arrays, which returns one number.

    Returns
    -------
    callable
        Of the same arguments; returns the value, and the gradient of the shape of the argument, or a tuple of
        them if there are several.

    Examples
    --------
    >>> value, g = value_and_gradient(lambda x: (x * x).sum())([1.0, 2.0])
    >>> float(value), g
    (5.0, array([2., 4.]))
    """

    def evaluated(*arguments):
        tape = Tape()
        variables = [tape.variable(v) for v in arguments]
        output = f(*variables)
        gradients = tape.gradient(output, variables)
        value = output.value if isinstance(output, Variable) and output.tape is tape else output
        return value, gradients[0] if len(gradients) == 1 else tuple(gradients)

    return evaluated


def gradient(f):
    """The gradient of f alone, as value_and_gradient; gradient(gradient(f)) works for one number.

    Examples
    --------
    >>> gradient(lambda w, b: w @ w + 3 * b)(np.array([1.0, 2.0]), 5.0)
    (array([2., 4.]), np.float64(3.0))
    """
    return lambda *arguments: value_and_gradient(f)(*arguments)[1]


def jacobian(f, x, mode="reverse"):
    """Jacobian df_i/dx_j of a function from n to m numbers.

    Forward mode takes n sweeps, one a column; reverse mode m sweeps, one a row.

    Parameters
    ----------
    f : callable
        Numpy code that takes shape (n,) and returns shape (m,).
    x : array_like of shape (n,)
    mode : "forward" or "reverse"

    Returns
    -------
    J : ndarray of shape (m, n)

    Examples
    --------
    >>> jacobian(lambda x: x[:1] * x, [2.0, 3.0])
    array([[4., 0.],
           [3., 2.]])
    """
    x = np.asarray(x, dtype=float)
    if mode == "forward":
        return np.stack([jvp(f, x, e)[1] for e in np.eye(len(x))], axis=1)
    if mode != "reverse":
        raise ValueError(f"mode must be 'forward' or 'reverse', got {mode!r}")
    tape = Tape()
    variable = tape.variable(x)
    y = f(variable)
    return np.stack([tape.gradient(y, [variable], seed=e)[0] for e in np.eye(np.shape(y)[0])])


def hessian(f):
    """The matrix of second derivatives of a function of shape (n,): n forward sweeps over the reverse one.

    Examples
    --------
    >>> hessian(lambda x: x[0] ** 2 * x[1])(np.array([2.0, 3.0]))
    array([[6., 4.],
           [4., 0.]])
    """
    return lambda x: jacobian(gradient(f), x, mode="forward")
