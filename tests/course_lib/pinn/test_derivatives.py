"""Three ways to differentiate a network, against SymPy and each other; gradients against gradcheck."""

import numpy as np
import pytest
import sympy
import torch
from torch import nn

from course_lib.pinn.constraints import Ansatz
from course_lib.pinn.derivatives import METHODS, Differences, Taylor, derivatives
from course_lib.pinn.networks import mlp
from course_lib.pinn.operators import D

WORDS = ["x", "t", "xx", "tt", "tx", "xxx", "txx", "ttx", "xxxx", "ttxx"]
ACTIVATIONS = {
    "tanh": (nn.Tanh, sympy.tanh),
    "softplus": (nn.Softplus, lambda z: sympy.log(1 + sympy.exp(z))),
    "steep softplus": (lambda: nn.Softplus(beta=3), lambda z: sympy.log(1 + sympy.exp(3 * z)) / 3),
}
EXACT = {"taylor": 1e-12, "nested": 1e-12}
# Rounding, eps / STEP^order, and the next term of the expansion, STEP^2 times a derivative of order one.
DIFFERENCES = {1: 1e-5, 2: 1e-5, 3: 1e-4, 4: 1e-2}
HARD = Ansatz(
    lambda x: torch.sin(2 * x[:, :1]) * x[:, 1:] ** 2, lambda x: (1 - x[:, :1] ** 2) * torch.tanh(x[:, 1:])
)


def network(seed, activation=nn.Tanh, hidden=(6, 5)):
    return mlp([2, *hidden, 1], rng=np.random.default_rng(seed), activation=activation)


def points(seed, n=7):
    return torch.as_tensor(np.random.default_rng(seed).uniform(-1, 1, (n, 2)))


def symbolic(net, function):
    """The network as an expression of x and t."""
    x, t = sympy.symbols("x t")
    a = sympy.Matrix([x, t])
    for i, layer in enumerate(m for m in net if isinstance(m, nn.Linear)):
        if i:
            a = a.applyfunc(function)
        a = sympy.Matrix(layer.weight.detach().numpy()) * a + sympy.Matrix(layer.bias.detach().numpy())
    return x, t, a[0]


@pytest.mark.slow
@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_derivative_is_the_symbolic_one(name):
    activation, function = ACTIVATIONS[name]
    net, at = network(1, activation, hidden=(3, 2)), points(2)
    for layer in net:
        if isinstance(layer, nn.Linear):
            nn.init.normal_(layer.bias, generator=torch.Generator().manual_seed(0))
    x, t, u = symbolic(net, function)
    wanted = {word: D(word) for word in WORDS}
    found = {m: derivatives(net, at, wanted, coordinates="xt", method=m) for m in METHODS}
    for word in WORDS:
        truth = sympy.lambdify((x, t), sympy.diff(u, *[{"x": x, "t": t}[letter] for letter in word]))(
            *at.T.numpy()
        )
        for method in METHODS:
            error = np.abs(found[method][word][:, 0].detach().numpy() - truth).max()
            bound = EXACT.get(method, DIFFERENCES[len(word)])
            assert error <= bound * max(1, np.abs(truth).max()), (method, word, error)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("ansatz", [None, HARD])
def test_collapsed_operators_and_their_gradients_are_those_of_nested_autodiff(seed, ansatz):
    rng = np.random.default_rng(seed)
    net, at = network(seed, [nn.Tanh, nn.Softplus][seed % 2]), points(seed)
    chosen = rng.choice(["", *WORDS], (3, 4))
    operators = {
        f"L{i}": sum((c * D(w) for c, w in zip(rng.normal(size=4), row, strict=True)), 0 * D())
        for i, row in enumerate(chosen)
    }
    operators["u_x"] = D("x")
    results = []
    for method in ("taylor", "nested"):
        u = derivatives(net, at, operators, coordinates="xt", method=method, ansatz=ansatz)
        loss = sum(torch.mean(value**2) for value in u.values())
        results.append([*u.values(), *torch.autograd.grad(loss, [*net.parameters()], materialize_grads=True)])
    for ours, theirs in zip(*results, strict=True):
        assert torch.linalg.norm(ours - theirs) <= 1e-12 * (1 + torch.linalg.norm(theirs))


def test_gradients_are_finite_differences_with_respect_to_the_parameters():
    net, at = network(3, hidden=(3, 3)), points(3, 4)
    method = Taylor(
        at, {"u_x": D("x"), "heat": D("t") - 0.3 * D("xx"), "third": D("xxx")}, coordinates="xt", ansatz=HARD
    )
    names = [name for name, _ in net.named_parameters()]

    def values(*parameters):
        for name, value in zip(names, parameters, strict=True):
            layer, kind = name.split(".")
            net[int(layer)].__dict__["_parameters"][kind] = value
        return tuple(method(net).values())

    start = [p.detach().clone().requires_grad_() for p in net.parameters()]
    assert torch.autograd.gradcheck(values, start)


def test_burgers_needs_three_streams():
    method = Taylor(points(0), {"u_x": D("x"), "heat": D("t") - 0.01 * D("xx")}, coordinates="xt")
    assert method.streams == [{"": 1.0}, {"x": 1.0}, {"t": 1.0, "xx": -0.01}]


def test_finite_differences_are_of_second_order(monkeypatch):
    net, at = network(4), points(4)
    operators = {"L": D("xx") + D("x") - D("tx") + D("ttt")}
    truth = derivatives(net, at, operators, coordinates="xt")["L"]
    errors = []
    for step in (0.04, 0.02, 0.01):
        monkeypatch.setattr(Differences, "STEP", step)
        found = derivatives(net, at, operators, coordinates="xt", method="differences")["L"]
        errors.append(torch.linalg.norm(found - truth).item())
    assert np.log2(errors[:-1]) - np.log2(errors[1:]) == pytest.approx([2, 2], abs=0.02)


@pytest.mark.parametrize("method", METHODS)
def test_a_single_layer_and_a_layer_without_bias(method):
    line = nn.Linear(2, 1, bias=False, dtype=torch.float64)
    u = derivatives(line, points(5), {"u_t": D("t"), "u_xx": D("xx")}, coordinates="xt", method=method)
    assert torch.allclose(u["u_t"], line.weight[0, 1].expand(7, 1), atol=1e-9)
    assert torch.allclose(u["u_xx"], torch.zeros(7, 1, dtype=torch.float64), atol=1e-8)


@pytest.mark.parametrize("method", METHODS)
def test_a_constant_has_no_slope(method):
    constant = Ansatz(torch.ones_like, torch.zeros_like)
    u = derivatives(
        mlp([1, 3, 1], rng=np.random.default_rng(0)), torch.ones(2, 1, dtype=torch.float64), {"u_x": D("x")},
        coordinates="x", method=method, ansatz=constant,
    )  # fmt: skip
    assert u["u"].tolist() == [[1], [1]]
    assert u["u_x"].tolist() == [[0], [0]]


@pytest.mark.parametrize("method", ["nested", "differences"])
def test_any_network_has_derivatives_but_by_streams(method):
    class Sine(nn.Module):
        def forward(self, x):
            return torch.sin(x)

    x = points(6)[:, :1]
    u = derivatives(Sine(), x, {"u_xx": D("xx")}, coordinates="x", method=method)
    assert torch.allclose(u["u_xx"], -torch.sin(x), atol=1e-6)
    with pytest.raises(ValueError, match="method='nested'"):
        derivatives(Sine(), x, {"u_xx": D("xx")}, coordinates="x")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": torch.zeros(3, 1)}, r"x of shape \(n, 2\)"),
        ({"x": torch.zeros(2)}, r"got \(2,\)"),
        ({"operators": {"u_z": D("z")}}, "u_z differentiates with respect to z"),
        ({"method": "magic"}, "choose one of taylor, nested, differences"),
    ],
)
def test_bad_input(change, message):
    arguments = {"x": points(0), "operators": {"u_x": D("x")}, "coordinates": "xt"} | change
    with pytest.raises(ValueError, match=message):
        derivatives(network(0), **arguments)
