"""A network's derivatives with respect to its inputs, in three ways behind one interface.

`Nested` differentiates the graph again for every order, as the lecture does. `Taylor` carries the derivatives
forward with the values, layer by layer, and collapses each operator into one stream. `Differences` evaluates
the network beside each point. Each is made once for its points and called at every step of the training.
"""

import itertools
import math
from collections import Counter

import numpy as np
import torch
from torch import nn

from course_lib.pinn.operators import D, parts

__all__ = ["METHODS", "Differences", "Nested", "Taylor", "derivatives"]


def derivatives(network, x, operators, *, coordinates, method="taylor", ansatz=None):
    """u(x) and linear combinations of its derivatives, for u = network or an ansatz around it.

    Parameters
    ----------
    network : torch.nn.Module
        Maps (n, d) to (n, 1). For "taylor" a Sequential of Linear, Tanh and Softplus, as `mlp` makes.
    x : Tensor of shape (n, d)
    operators : dict of str to Operator
        What is wanted, for example {"u_x": D("x"), "heat": D("t") - nu * D("xx")}.
    coordinates : str
        One letter a column of x, for example "xt".
    method : {"taylor", "nested", "differences"}
    ansatz : Ansatz, optional

    Returns
    -------
    dict of str to Tensor of shape (n, 1)
        The operators' values, and u itself under "u".

    Raises
    ------
    ValueError
        If x has not one column a coordinate, an operator differentiates with respect to another letter, or
        the method cannot handle the network.

    References
    ----------
    Dolean, An introduction to SciML, part 3, "Gradient computation for PINNs". Griewank and Walther,
    Evaluating Derivatives (2008), chapter 13, for Taylor streams; Dangel et al., arXiv:2505.13644 (2025), for
    collapsing the operator.

    Examples
    --------
    >>> square = nn.Sequential(nn.Linear(1, 1, bias=False, dtype=torch.float64), nn.Tanh())
    >>> _ = nn.init.ones_(square[0].weight)
    >>> x = torch.tensor([[0.5]], dtype=torch.float64)
    >>> u = derivatives(square, x, {"u_x": D("x")}, coordinates="x")
    >>> bool(torch.isclose(u["u_x"], 1 - torch.tanh(x) ** 2))
    True
    """
    if method not in METHODS:
        raise ValueError(f"there is no method {method!r}; choose one of {', '.join(METHODS)}")
    return METHODS[method](x, operators, coordinates=coordinates, ansatz=ansatz)(network)


class _Method:
    """Points, and what is wanted at them."""

    def __init__(self, x, operators, *, coordinates, ansatz=None):
        if x.ndim != 2 or x.shape[1] != len(coordinates):
            raise ValueError(
                f"x of shape (n, {len(coordinates)}) is expected, one column for each of {coordinates!r}, "
                f"got {tuple(x.shape)}"
            )
        for name, operator in operators.items():
            strange = set("".join(operator.terms)) - set(coordinates)
            if strange:
                raise ValueError(
                    f"{name} differentiates with respect to {', '.join(sorted(strange))}, and the "
                    f"coordinates are {coordinates!r}"
                )
        self.x, self.coordinates, self.ansatz = x.detach(), coordinates, ansatz
        self.operators = {"u": D()} | operators

    def _combine(self, values):
        """The operators' values from those of every word."""
        return {
            name: sum(c * values[word] for word, c in operator.terms.items())
            for name, operator in self.operators.items()
        }


class Nested(_Method):
    """Autodiff of autodiff: one pass over the growing graph for every order."""

    def __call__(self, network):
        x = self.x.clone().requires_grad_()
        u = network(x) if self.ansatz is None else self.ansatz(network, x)
        return self._combine(_words(u, x, self.operators.values(), self.coordinates))


def _words(u, x, operators, coordinates):
    """Every derivative that the operators name, by nested autodiff; zero where u does not depend on x."""
    gradients = {}

    def value(word):
        if not word:
            return u
        rest, letter = word[:-1], word[-1]
        if rest not in gradients:
            gradients[rest] = _gradient(value(rest), x)
        column = coordinates.index(letter)
        return gradients[rest][:, column : column + 1]

    return {word: value(word) for operator in operators for word in operator.terms}


def _gradient(u, x):
    if not u.requires_grad:  # a constant
        return torch.zeros_like(x)
    return torch.autograd.grad(u, x, torch.ones_like(u), create_graph=True, materialize_grads=True)[0]


class Differences(_Method):
    """Central differences of second order, with all shifted points in one batch."""

    STEP = 1e-3  # error of u_xx: STEP^2 u_xxxx / 12, about as much as 4 eps / STEP^2 from rounding in float64

    def __init__(self, x, operators, **options):
        super().__init__(x, operators, **options)
        self.stencils = {name: self._stencil(operator) for name, operator in self.operators.items()}
        self.shifts = sorted(set().union(*self.stencils.values()))
        self.around = torch.cat([self.x + self.STEP * self.x.new_tensor(shift) for shift in self.shifts])

    def _stencil(self, operator):
        """Weight of every shift, in multiples of STEP."""
        weights = Counter()
        for word, c in operator.terms.items():
            lines = [_line(word.count(letter)) for letter in self.coordinates]
            for point in itertools.product(*(line.items() for line in lines)):
                shift = tuple(offset for offset, _ in point)
                weights[shift] += c * math.prod(w for _, w in point) / self.STEP ** len(word)
        return weights

    def __call__(self, network):
        u = network(self.around) if self.ansatz is None else self.ansatz(network, self.around)
        at = dict(zip(self.shifts, u.split(len(self.x)), strict=True))
        return {name: sum(w * at[s] for s, w in line.items()) for name, line in self.stencils.items()}


def _line(order):
    """Offset: weight of the central difference of this order, for step 1."""
    weights = np.array([1.0])
    for _ in range(order // 2):
        weights = np.convolve(weights, [1, -2, 1])
    if order % 2:
        weights = np.convolve(weights, [-0.5, 0, 0.5])  # offset grows with the index
    middle = len(weights) // 2
    return {i - middle: float(w) for i, w in enumerate(weights) if w}


class Taylor(_Method):
    """Streams of derivatives through the layers, one for u, one for each operator, and those below them.

    An affine layer acts on every stream alike. At an activation, a = f(z), the stream of an operator
    L = sum_w c_w D_w follows Faa di Bruno's formula,

        L a = f'(z) L z + sum_w c_w sum_p f^(k)(z) prod_{b in p} D_b z,

    where p are the partitions of the letters of w into k >= 2 blocks b. It needs the derivatives of lower
    order one by one, but of the highest only L z. For D_t - nu D_xx the streams are u, u_x and the operator.
    """

    def __init__(self, x, operators, **options):
        super().__init__(x, operators, **options)
        words = {word for operator in operators.values() for word in operator.terms} - {""}
        below = set().union(*map(parts, words))
        self.streams = [{"": 1.0}, *({word: 1.0} for word in sorted(below, key=lambda w: (len(w), w)))]
        self.reading = {}  # operator: coefficients of the streams that add up to it
        for name, operator in self.operators.items():
            apart = {w: c for w, c in operator.terms.items() if w and w not in below}
            if apart and apart not in self.streams:
                self.streams.append(apart)
            shares = {self.streams.index({w: 1.0}): c for w, c in operator.terms.items() if w not in apart}
            self.reading[name] = shares | ({self.streams.index(apart): 1.0} if apart else {})
        self.rule = [
            (c, *term) for c, stream in enumerate(self.streams) for term in self._faa_di_bruno(stream)
        ]
        self.start = torch.stack([self._input(stream).T for stream in self.streams], 1)
        self.mixing = None if self.ansatz is None else self._leibniz()

    def _faa_di_bruno(self, stream):
        """(k, coefficient, streams of the blocks) of the sum over partitions."""
        for word, c in stream.items():
            for blocks, times in Counter(map(_sorted_blocks, _partitions(tuple(word)))).items():
                if len(blocks) > 1:
                    yield len(blocks), c * times, [self.streams.index({block: 1.0}) for block in blocks]

    def _input(self, stream):
        """The stream of the coordinates themselves: x, a unit vector, or nothing."""
        if stream == {"": 1.0}:
            return self.x
        columns = [stream.get(letter, 0.0) for letter in self.coordinates]
        return self.x.new_tensor(columns).expand_as(self.x)

    def _leibniz(self):
        """u = offset + factor N: what is added to each stream, and how the streams of N mix into it."""
        everything = [D(part) for stream in self.streams for word in stream for part in {word} | parts(word)]
        x = self.x.clone().requires_grad_()
        offset, factor = (
            {w: v.detach() for w, v in _words(f(x), x, everything, self.coordinates).items()}
            for f in (self.ansatz.offset, self.ansatz.factor)
        )
        added = torch.cat([sum(c * offset[w] for w, c in stream.items()).T for stream in self.streams])
        mixing = self.x.new_zeros(len(self.streams), len(self.streams), len(self.x))
        for row, stream in enumerate(self.streams):
            mixing[row, row] += factor[""][:, 0]
            for word, c in stream.items():
                for size in range(1, len(word) + 1):
                    for chosen in itertools.combinations(range(len(word)), size):
                        on_factor = "".join(word[i] for i in chosen)
                        rest = "".join(letter for i, letter in enumerate(word) if i not in chosen)
                        mixing[row, self.streams.index({rest: 1.0})] += c * factor[on_factor][:, 0]
        return added, mixing

    def __call__(self, network):
        z = self.start
        for linear, activation in _layers(network):
            z = _Layer.apply(z, linear.weight, linear.bias, self.rule, activation)
        z = z[0]  # (n_streams, n)
        if self.mixing is not None:
            added, mixing = self.mixing
            z = added + (mixing * z).sum(1)
        return {
            name: sum(c * z[s][:, None] for s, c in shares.items()) for name, shares in self.reading.items()
        }


def _partitions(letters):
    """Partitions of the positions of a word into blocks."""
    if not letters:
        yield []
        return
    first, *rest = letters
    for smaller in _partitions(rest):
        yield [(first,), *smaller]
        for i, block in enumerate(smaller):
            yield [*smaller[:i], (first, *block), *smaller[i + 1 :]]


def _sorted_blocks(blocks):
    return tuple(sorted("".join(sorted(block)) for block in blocks))


def _layers(network):
    """(affine map, activation or None) of a plain network."""
    modules = [*network] if isinstance(network, nn.Sequential) else [network]
    found = []
    for module in modules:
        if isinstance(module, nn.Linear):
            found.append([module, None])
        elif type(module) in ACTIVATIONS and found and found[-1][1] is None:
            found[-1][1] = ACTIVATIONS[type(module)](module)
        else:
            raise ValueError(
                f"Taylor streams pass through a Sequential of Linear, each followed by at most one of "
                f"{', '.join(a.__name__ for a in ACTIVATIONS)}, and not through {module}; use method='nested'"
            )
    return found


class _Layer(torch.autograd.Function):
    """One layer's affine map and activation for all streams at once, with its reverse pass by hand.

    Streams have the shape (n_nodes, n_streams, n), so that one matrix product serves them all.
    """

    @staticmethod
    def forward(ctx, a, weight, bias, rule, activation):
        ctx.rule, ctx.activation, ctx.has_bias = rule, activation, bias is not None
        z = _matmul(weight, a.flatten(1)).unflatten(1, a.shape[1:])
        if bias is not None:
            z[:, 0] += bias[:, None]
        if activation is None:
            ctx.save_for_backward(a, weight)
            return z
        f = activation.values(z[:, 0], _highest(rule))
        out = z * f[1][:, None]
        out[:, 0] = f[0]
        for c, k, coefficient, blocks in rule:
            out[:, c].addcmul_(_product(z, blocks), f[k], value=coefficient)
        ctx.save_for_backward(a, weight, z, *f)
        return out

    @staticmethod
    def backward(ctx, grad):
        if ctx.activation is None:
            a, weight = ctx.saved_tensors
            dz = grad
        else:
            a, weight, z, *f = ctx.saved_tensors
            f = ctx.activation.extend(f, _highest(ctx.rule) + 1)
            dz = grad * f[1][:, None]
            for c in range(1, z.shape[1]):
                dz[:, 0].addcmul_(grad[:, c] * z[:, c], f[2])
            for c, k, coefficient, blocks in ctx.rule:
                dz[:, 0].addcmul_(grad[:, c] * _product(z, blocks), f[k + 1], value=coefficient)
                for block, times in Counter(blocks).items():
                    others = [*blocks]
                    others.remove(block)
                    change = grad[:, c] * _product(z, others)
                    dz[:, block].addcmul_(change, f[k], value=times * coefficient)
        return (
            _matmul(weight.T, dz.flatten(1)).unflatten(1, dz.shape[1:]) if ctx.needs_input_grad[0] else None,
            _matmul(dz.flatten(1), a.flatten(1).T),
            dz[:, 0].sum(1) if ctx.has_bias else None,
            None,
            None,
        )


def _matmul(a, b):
    """a @ b; on a CPU by numpy, whose BLAS can be twice as fast as PyTorch's for long thin matrices."""
    if a.is_cpu:
        return torch.from_numpy(a.detach().numpy() @ b.detach().numpy())
    return a @ b


def _tanh(z):
    """tanh; on a CPU by numpy, which is up to three times as fast as PyTorch."""
    return torch.from_numpy(np.tanh(z.numpy())) if z.is_cpu else torch.tanh(z)


def _highest(rule):
    """The highest derivative of the activation that the rule asks for."""
    return max((k for _, k, _, _ in rule), default=1)


def _product(z, streams):
    product = z[:, streams[0]]
    for stream in streams[1:]:
        product = product * z[:, stream]
    return product


class _Riccati:
    """A function with f' = alpha + beta f + gamma f^2, such as tanh and the logistic function.

    By Leibniz' rule f^(k+1) = beta f^(k) + gamma sum_j binomial(k, j) f^(j) f^(k-j) for k >= 1.
    """

    def __init__(self, f, alpha, beta, gamma):
        self.f, self.alpha, self.beta, self.gamma = f, alpha, beta, gamma

    def values(self, z, order):
        """f and its first `order` derivatives."""
        return self.extend([self.f(z)], order)

    def extend(self, known, order):
        """The derivatives that are missing in a list of the first few."""
        found = list(known)
        for k in range(len(found) - 1, order):
            total = self.beta * found[k] if self.beta else None
            for j in range(k // 2 + 1):
                pairs = math.comb(k, j) * (1 if 2 * j == k else 2)
                product = found[j] * found[k - j]
                total = (
                    product.mul_(pairs * self.gamma)
                    if total is None
                    else total.add_(product, alpha=pairs * self.gamma)
                )
            found.append(total.add_(self.alpha) if k == 0 and self.alpha else total)
        return found


class _Softplus:
    """log(1 + e^(beta z)) / beta, whose derivative is the logistic function of beta z."""

    LOGISTIC = _Riccati(torch.sigmoid, 0, 1, -1)

    def __init__(self, module):
        self.module, self.beta = module, module.beta

    def values(self, z, order):
        return self.extend([self.module(z), torch.sigmoid(self.beta * z)], order)

    def extend(self, known, order):
        value, *slopes = known
        slopes = [slope / self.beta**k for k, slope in enumerate(slopes)]
        return [value, *(self.beta**k * s for k, s in enumerate(self.LOGISTIC.extend(slopes, order - 1)))]


ACTIVATIONS = {
    nn.Tanh: lambda _: _Riccati(_tanh, 1, 0, -1),
    nn.Softplus: _Softplus,
}
METHODS = {"taylor": Taylor, "nested": Nested, "differences": Differences}
