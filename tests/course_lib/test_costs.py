"""Costs against PyTorch, finite differences, and the limits that overflow."""

import numpy as np
import pytest
import torch

from course_lib.activations import ACTIVATIONS
from course_lib.costs import COSTS, cost, log_softmax, softmax
from course_lib.gradcheck import gradient_error

RNG = np.random.default_rng(1)
Z = RNG.normal(size=(7, 4)) * 3
ONE_HOT = np.eye(4)[RNG.integers(0, 4, 7)]
BITS = RNG.integers(0, 2, (7, 4)).astype(float)
REAL = RNG.normal(size=(7, 4))
F = torch.nn.functional
CASES = {
    "half squared error": (REAL, Z, lambda y, a: 0.5 * F.mse_loss(a, y, reduction="sum")),
    "mean squared error": (REAL, Z, lambda y, a: F.mse_loss(a, y, reduction="sum") / len(y)),
    "cross entropy": (ONE_HOT, softmax(Z / 3), lambda y, a: -(y * a.log()).sum() / len(y)),
    "binary cross entropy": (
        BITS,
        ACTIVATIONS["logistic"].f(Z),
        lambda y, a: F.binary_cross_entropy(a, y, reduction="sum") / len(y),
    ),
}


@pytest.mark.parametrize("name", COSTS)
def test_value_and_gradient_are_pytorchs(name):
    y, a, peer = CASES[name]
    a_torch = torch.tensor(a, requires_grad=True)
    value = peer(torch.tensor(y), a_torch)
    value.backward()
    assert cost(name).value(y, a) == pytest.approx(value.item(), rel=1e-14)
    np.testing.assert_allclose(cost(name).gradient(y, a), a_torch.grad.numpy(), atol=1e-13)


@pytest.mark.parametrize("name", COSTS)
def test_gradient_is_that_of_the_value(name):
    y, a, _ = CASES[name]
    C = cost(name)
    assert gradient_error(lambda at: C.value(y, at), lambda at: C.gradient(y, at), a) < 1e-8
    assert gradient_error(lambda at: C.value(y, at), lambda at: -C.gradient(y, at), a) > 1


@pytest.mark.parametrize(
    ("name", "f"), [("cross entropy", softmax), ("binary cross entropy", ACTIVATIONS["logistic"].f)]
)
def test_from_z_is_the_value_of_the_pair_and_its_gradient_is_a_minus_y(name, f):
    y, C = CASES[name][0], cost(name)
    assert C.value_from_z(y, Z) == pytest.approx(C.value(y, f(Z)), rel=1e-12)
    assert gradient_error(lambda z: C.value_from_z(y, z), lambda z: (f(z) - y) / len(y), Z) < 1e-8


def test_from_z_is_finite_where_the_probability_underflows():
    z = np.array([[2000.0, 0.0]])
    assert cost("cross entropy").value_from_z(np.array([[0.0, 1.0]]), z) == 2000.0
    assert cost("binary cross entropy").value_from_z(np.array([[0.0, 1.0]]), z) == 2000.0 + np.log(2)


def test_softmax():
    a = softmax(Z)
    np.testing.assert_allclose(a.sum(axis=1), 1, rtol=1e-14)
    np.testing.assert_allclose(a, F.softmax(torch.tensor(Z), dim=1).numpy(), rtol=1e-13)
    np.testing.assert_allclose(softmax(Z + 1000), a, rtol=1e-10)  # 1000 costs three digits of z
    np.testing.assert_allclose(np.exp(log_softmax(Z)), a, rtol=1e-13)
    assert softmax(Z.astype(np.float32)).dtype == np.float32


def test_an_unknown_name_lists_the_known_ones():
    with pytest.raises(ValueError, match="choose one of half squared error, mean"):
        cost("mse")


def test_a_cost_passes_through():
    assert cost(COSTS["cross entropy"]) is COSTS["cross entropy"]
