"""Automatic differentiation against PyTorch on random expressions, closed forms, and finite differences."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from course_lib._operations import UFUNCS
from course_lib.autodiff import Dual, Tape, derivative, gradient, hessian, jacobian, jvp, value_and_gradient
from course_lib.gradcheck import gradient_error

# Every operation in numpy and in PyTorch, on arguments where it is smooth and of order one.
UNARY = {
    "neg": (np.negative, torch.neg),
    "square": (np.square, torch.square),
    "sqrt": (lambda x: np.sqrt(1 + x * x), lambda x: torch.sqrt(1 + x * x)),
    "exp": (lambda x: np.exp(-x * x), lambda x: torch.exp(-x * x)),
    "log": (lambda x: np.log(2 + x * x), lambda x: torch.log(2 + x * x)),
    "sin": (np.sin, torch.sin),
    "cos": (np.cos, torch.cos),
    "tanh": (np.tanh, torch.tanh),
    "arctan": (np.arctan, torch.arctan),
    "expit": (expit, torch.sigmoid),
    "cube": (lambda x: np.tanh(x) ** 3, lambda x: torch.tanh(x) ** 3),
}
BINARY = {
    "add": (np.add, torch.add),
    "subtract": (np.subtract, torch.subtract),
    "multiply": (np.multiply, torch.multiply),
    "divide": (lambda x, y: x / (1 + y * y), lambda x, y: x / (1 + y * y)),
    "power": (lambda x, y: (1 + x * x) ** np.sin(y), lambda x, y: (1 + x * x) ** torch.sin(y)),
    "maximum": (np.maximum, torch.maximum),
}


def expressions():
    """Nested tuples: 'x', 'y', (name, e) or (name, e, e)."""
    leaves = st.sampled_from(["x", "y"])
    return st.recursive(
        leaves,
        lambda e: st.one_of(
            st.tuples(st.sampled_from(sorted(UNARY)), e), st.tuples(st.sampled_from(sorted(BINARY)), e, e)
        ),
        max_leaves=8,
    )


def evaluate(expression, x, y, library):
    if isinstance(expression, str):
        return {"x": x, "y": y}[expression]
    name, *parts = expression
    values = [evaluate(part, x, y, library) for part in parts]
    return (UNARY | BINARY)[name][library](*values)


numbers = st.floats(-2, 2).map(lambda v: round(v, 3))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(expressions(), numbers, numbers)
def test_first_derivatives_of_random_expressions_are_pytorchs(expression, x, y):
    x, y = x + 0.0001, y - 0.0001  # apart, so that no maximum has a tie
    tx, ty = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (x, y))
    result = evaluate(expression, tx, ty, 1) + 0 * (tx + ty)
    result.backward()
    expected = np.array([tx.grad.item(), ty.grad.item()])
    value, g = value_and_gradient(lambda x, y: evaluate(expression, x, y, 0) + 0 * (x + y))(x, y)
    scale = np.maximum(1, np.abs(expected))
    assert value == pytest.approx(result.item(), rel=1e-12, abs=1e-12)
    assert np.all(np.abs(np.array(g) - expected) < 1e-12 * scale)
    forward = [
        jvp(lambda z: evaluate(expression, z[0], z[1], 0) + 0 * z[0], np.array([x, y]), e)[1]
        for e in np.eye(2)
    ]
    assert np.all(np.abs(np.array(forward) - expected) < 1e-12 * scale)


@settings(max_examples=100, deadline=None, derandomize=True)
@given(expressions(), numbers, numbers)
def test_second_and_third_derivatives_of_random_expressions_are_pytorchs(expression, x, y):
    x, y = x + 0.0001, y - 0.0001
    tx = torch.tensor(x, dtype=torch.float64, requires_grad=True)
    ty = torch.tensor(y, dtype=torch.float64)
    peers, u = [], evaluate(expression, tx, ty, 1) + tx**4
    for _ in range(3):
        (u,) = torch.autograd.grad(u, tx, create_graph=True)
        peers.append(u.item())

    def f(x):
        return evaluate(expression, x, y, 0) + x**4

    reverse = gradient(f), gradient(gradient(f)), gradient(gradient(gradient(f)))
    for order, peer in enumerate(peers, start=1):
        tolerance = 1e-11 * max(1, abs(peer))
        assert abs(derivative(f, order)(x) - peer) < tolerance
        assert abs(reverse[order - 1](x) - peer) < tolerance
        assert abs(derivative(reverse[0], order - 1)(x) - peer) < tolerance  # forward over reverse


def test_a_wrong_rule_is_noticed(monkeypatch):
    monkeypatch.setitem(UFUNCS, np.sin, UFUNCS[np.cos])
    assert abs(gradient(lambda x: np.sin(x))(0.5) - np.cos(0.5)) > 0.1


def test_every_rule_has_a_text_for_each_argument():
    for operation in UFUNCS.values():
        assert len(operation.partials) == len(operation.pull) == len(operation.push)
        assert "{0}" in operation.text


SHAPES = [((3, 4), (4,)), ((3, 1), (1, 4)), ((2, 3, 4), (3, 1)), ((), (3, 4)), ((4,), ()), ((1,), (5,))]


@pytest.mark.parametrize(("first", "second"), SHAPES)
@pytest.mark.parametrize("operation", [np.add, np.subtract, np.multiply, np.divide, np.maximum, np.power])
def test_broadcasting(operation, first, second):
    rng = np.random.default_rng(0)
    x, y = rng.uniform(0.5, 2, first), rng.uniform(0.5, 2, second)
    weights = rng.normal(size=np.broadcast_shapes(first, second))
    tx, ty = torch.tensor(x, requires_grad=True), torch.tensor(y, requires_grad=True)
    peer = {np.divide: torch.true_divide, np.power: torch.pow}.get(operation) or getattr(
        torch, operation.__name__
    )
    (torch.tensor(weights) * peer(tx, ty)).sum().backward()
    dx, dy = gradient(lambda x, y: (weights * operation(x, y)).sum())(x, y)
    assert dx.shape == first
    assert dy.shape == second
    np.testing.assert_allclose(dx, tx.grad.numpy(), atol=1e-13)
    np.testing.assert_allclose(dy, ty.grad.numpy(), atol=1e-13)


@pytest.mark.parametrize(
    ("first", "second"), [((3, 4), (4, 2)), ((3, 4), (4,)), ((4,), (4, 2)), ((4,), (4,))]
)
def test_matrix_products(first, second):
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=first), rng.normal(size=second)
    tx, ty = torch.tensor(x, requires_grad=True), torch.tensor(y, requires_grad=True)
    torch.sin(tx @ ty).sum().backward()
    dx, dy = gradient(lambda x, y: np.sin(x @ y).sum())(x, y)
    np.testing.assert_allclose(dx, tx.grad.numpy(), atol=1e-13)
    np.testing.assert_allclose(dy, ty.grad.numpy(), atol=1e-13)
    direction = rng.normal(size=first)
    _, dot = jvp(lambda x: np.sin(x @ y).sum(), x, direction)
    assert dot == pytest.approx(np.sum(direction * dx), rel=1e-12)


def structural(x):
    """Sums, means, reshapes, transposes and slices, one into the other."""
    a = x.sum(axis=0) * x.mean(axis=1, keepdims=True).reshape(-1)[0]
    b = (x.T @ x)[1:, :2].reshape(4) ** 2
    c = np.sum(x[[0, 0, 2], [1, 1, 0]] ** 3)  # an entry taken twice
    return (a[1:] * b[:2]).sum() + c + np.mean(x)


def test_sums_reshapes_transposes_and_slices():
    x = np.random.default_rng(2).normal(size=(3, 3))
    plain_c = np.sum(x[[0, 0, 2], [1, 1, 0]] ** 3)
    value, g = value_and_gradient(structural)(x)
    assert value == pytest.approx(structural(x), rel=1e-14)
    assert abs(plain_c) > 0
    assert gradient_error(structural, lambda x: value_and_gradient(structural)(x)[1], x) < 1e-8
    _, dot = jvp(structural, x, np.ones((3, 3)))
    assert dot == pytest.approx(g.sum(), rel=1e-12)


def test_a_small_network_against_pytorch():
    rng = np.random.default_rng(3)
    X, y = rng.normal(size=(10, 3)), rng.normal(size=(10, 1))
    parameters = [rng.normal(size=s) for s in ((3, 5), (5,), (5, 1), (1,))]

    def cost(W1, b1, W2, b2):
        return (((np.tanh(X @ W1 + b1) @ W2 + b2) - y) ** 2).mean()

    peers = [torch.tensor(p, requires_grad=True) for p in parameters]
    W1, b1, W2, b2 = peers
    (((torch.tanh(torch.tensor(X) @ W1 + b1) @ W2 + b2) - torch.tensor(y)) ** 2).mean().backward()
    for ours, peer in zip(gradient(cost)(*parameters), peers, strict=True):
        np.testing.assert_allclose(ours, peer.grad.numpy(), atol=1e-14)


def test_jacobian_both_ways_and_hessian():
    def f(x):
        return np.sin(x[:2] * x[1:]) * x.sum()

    x = np.array([0.3, -1.2, 0.7])
    peer = torch.autograd.functional.jacobian(
        lambda t: torch.sin(t[:2] * t[1:]) * t.sum(), torch.tensor(x)
    ).numpy()
    for mode in ("forward", "reverse"):
        np.testing.assert_allclose(jacobian(f, x, mode=mode), peer, atol=1e-14)
    H = hessian(lambda x: f(x).sum())(x)
    peer = torch.autograd.functional.hessian(
        lambda t: (torch.sin(t[:2] * t[1:]) * t.sum()).sum(), torch.tensor(x)
    ).numpy()
    np.testing.assert_allclose(H, peer, atol=1e-13)
    with pytest.raises(ValueError, match="mode must be"):
        jacobian(f, x, mode="sideways")


def test_derivatives_inside_derivatives_are_kept_apart():
    # d/dx [x d/dy (x + y)] = 1: one level confuses the two and says 2
    assert derivative(lambda x: x * derivative(lambda y: x + y)(1.0))(5.0) == 1.0
    assert gradient(lambda x: x * gradient(lambda y: x + y)(1.0))(5.0) == 1.0
    assert derivative(lambda x: x * gradient(lambda y: x * y)(2.0))(5.0) == 10.0
    assert gradient(lambda x: x * derivative(lambda y: x * y)(2.0))(5.0) == 10.0


def test_derivative_acts_entry_by_entry():
    x = np.linspace(-1, 1, 5)
    np.testing.assert_allclose(derivative(lambda x: x**3 + 1, 2)(x), 6 * x, atol=1e-14)


def test_what_does_not_depend_on_the_input_has_derivative_zero():
    assert gradient(lambda x: 3.0)(1.0) == 0
    assert derivative(lambda x: 3.0)(1.0) == 0
    dx, dy = gradient(lambda x, y: 2 * x)(1.0, np.ones(3))
    assert dx == 2
    np.testing.assert_array_equal(dy, np.zeros(3))


def test_powers_at_zero():
    assert gradient(lambda x: x**0)(0.0) == 0
    assert gradient(lambda x: x**1)(0.0) == 1
    assert gradient(lambda x: x**3)(0.0) == 0
    assert derivative(lambda x: x**2, 2)(0.0) == 2


def test_inputs_are_not_changed_and_branches_follow_the_value():
    x = np.array([1.0, -2.0])
    gradient(lambda x: ((x > 0) * x * x).sum())(x)
    np.testing.assert_array_equal(x, [1.0, -2.0])
    np.testing.assert_array_equal(gradient(lambda x: ((x > 0) * x * x).sum())(x), [2, 0])
    assert derivative(lambda x: x if x > 0 else -x)(-3.0) == -1


def test_a_tape_is_used_again_for_several_outputs():
    tape = Tape()
    x = tape.variable(2.0)
    y, z = x * x, x**3
    assert tape.gradient(y, [x]) == [4.0]
    assert tape.gradient(z, [x]) == [12.0]
    assert [node.index for node in tape.nodes] == list(range(len(tape.nodes)))


@pytest.mark.parametrize(
    ("f", "message"),
    [
        (lambda x: np.floor(x), "no rule to differentiate floor.*write the function with"),
        (lambda x: np.add.reduce(x), "method reduce"),
        (lambda x: np.sin(x, where=True), "options"),
        (lambda x: np.where(x > 0, x, 0.0).sum(), "would lose the derivative.*x \\* \\(x > 0\\)"),
    ],
)
def test_what_cannot_be_differentiated_says_what_to_write(f, message):
    for differentiate in (gradient(f), derivative(f)):
        with pytest.raises(TypeError, match=message):
            differentiate(np.array([1.0, 2.0]))


def test_a_gradient_of_several_numbers_is_refused():
    with pytest.raises(ValueError, match=r"returned shape \(2,\); sum it, or ask for the jacobian"):
        gradient(lambda x: 2 * x)(np.array([1.0, 2.0]))
    with pytest.raises(ValueError, match="direction v must have the shape of x"):
        jvp(np.sin, np.ones(2), np.ones(3))


def test_dual_arithmetic_is_the_product_rule():
    u, v = Dual(3.0, 1.0, level=1), Dual(2.0, 5.0, level=1)
    assert ((u * v).value, (u * v).dot) == (6.0, 17.0)
    assert repr(u) == "Dual(3.0, 1.0)"
