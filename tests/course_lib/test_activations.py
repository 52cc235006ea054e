"""The table of activation functions against what can be measured of the functions themselves, and PyTorch."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from course_lib.activations import ACTIVATIONS, activation, isru, prelu
from course_lib.gradcheck import numerical_gradient

Z = np.linspace(-5, 5, 2001)  # holds 0
TORCH = {
    "identity": lambda z: z,
    "logistic": torch.sigmoid,
    "tanh": torch.tanh,
    "arctan": torch.arctan,
    "softsign": torch.nn.functional.softsign,
    "relu": torch.relu,
    "leaky relu": lambda z: torch.nn.functional.leaky_relu(z, 0.01),
    "prelu": lambda z: torch.nn.functional.prelu(z, torch.tensor([0.25], dtype=z.dtype)),
}


def derivative_at_0(f, order, side, h=1e-3):
    """One-sided derivative of that order at the origin, by extrapolated differences."""
    z = side * h * np.arange(order + 4)
    coefficients = np.polynomial.polynomial.polyfit(z / h, f(z + side * 1e-12), order + 3)
    return coefficients[order] * np.prod(np.arange(1, order + 1)) / h**order


def smoothness(f, highest=3):
    """Largest k up to `highest` for which derivatives 0 ... k of f agree from both sides of the origin."""
    for k in range(highest + 1):
        right, left = (derivative_at_0(f, k, side) for side in (1, -1))
        if abs(right - left) > 0.02 * max(1, abs(right)):
            return k - 1
    return highest


def measured(row):
    """The table's row as it is measured: range, continuity, monotonic, derivative_monotonic, identity."""
    z = np.concatenate([-np.logspace(9, -9, 20_001), [0.0], np.logspace(-9, 9, 20_001)])
    a, da = row.f(z), row.df(z)
    rises, turns = np.diff(a), np.diff(da)
    slopes = [derivative_at_0(row.f, 1, side) for side in (1, -1)]
    value = row.f(np.zeros(1))[0]
    return {
        "range": (a.min(), a.max()),
        "continuity": smoothness(row.f),
        "monotonic": bool(np.all(rises >= -1e-12)),
        "derivative_monotonic": bool(np.all(turns >= -1e-12) or np.all(turns <= 1e-12)),
        "identity_at_origin": bool(value == 0 and np.allclose(slopes, 1, atol=1e-3)),
    }


def disagreements(row):
    """Names of the properties in which the table and the measurement differ."""
    found = measured(row)
    names = []
    for claimed, seen in zip(row.range, found["range"], strict=True):
        if not (abs(seen) > 1e6 if np.isinf(claimed) else abs(seen - claimed) < 1e-6):
            names.append("range")
    if found["continuity"] != min(row.continuity, 3):
        names.append("continuity")
    flat_but_for_the_jump = row.name == "step"  # its derivative is 0 on both sides and does not exist at 0
    for name in ("monotonic", "derivative_monotonic", "identity_at_origin"):
        if getattr(row, name) != found[name] and not (
            flat_but_for_the_jump and name == "derivative_monotonic"
        ):
            names.append(name)
    return names


ROWS = [*ACTIVATIONS.values(), isru(4.0), prelu(-0.5), prelu(1), prelu(2.0)]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_the_table_is_what_the_functions_do(row):
    assert disagreements(row) == []


@pytest.mark.parametrize(
    ("name", "lie"),
    [
        ("tanh", {"range": (0, 1)}),
        ("relu", {"range": (0, 1)}),
        ("softsign", {"continuity": np.inf}),
        ("logistic", {"continuity": 0}),
        ("prelu", {"monotonic": False}),
        ("arctan", {"derivative_monotonic": True}),
        ("relu", {"identity_at_origin": True}),
        ("isru", {"identity_at_origin": False}),
    ],
)
def test_a_wrong_row_is_noticed(name, lie):
    assert disagreements(replace(ACTIVATIONS[name], **lie)) == list(lie)


def test_the_table_has_the_ten_rows_of_the_lecture():
    assert len(ACTIVATIONS) == 10
    assert all(name == row.name for name, row in ACTIVATIONS.items())


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_derivatives_are_those_of_the_functions(row):
    z = Z[np.abs(Z) > 0.01]
    numerical = np.array([numerical_gradient(lambda t: row.f(t)[0], [value])[0] for value in z])
    np.testing.assert_allclose(row.df(z), numerical, atol=1e-8)


@pytest.mark.parametrize("name", TORCH)
def test_equal_to_pytorch(name):
    z = torch.tensor(Z[Z != 0], requires_grad=True)
    a = TORCH[name](z)
    a.sum().backward()
    row, z_numpy = ACTIVATIONS[name], z.detach().numpy()
    np.testing.assert_allclose(row.f(z_numpy), a.detach().numpy(), atol=1e-15)
    np.testing.assert_allclose(row.df(z_numpy), z.grad.numpy(), atol=1e-14)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_shape_dtype_and_input_are_kept(row):
    z = np.array([[-800.0, -1.0, 0.0], [1.0, 2.0, 800.0]], dtype=np.float32)
    before = z.copy()
    for function in (row.f, row.df):
        assert function(z).dtype == np.float32
        assert function(z).shape == z.shape
        assert np.all(np.isfinite(function(z)))
    np.testing.assert_array_equal(z, before)


def test_the_derivative_at_a_kink_is_that_from_the_right():
    assert ACTIVATIONS["relu"].df(np.zeros(1))[0] == 1
    assert prelu(0.3).df(np.array([-1e-300, 0.0])).tolist() == [0.3, 1.0]


@pytest.mark.parametrize("name", ["sigmoid", None, 3])
def test_an_unknown_name_lists_the_known_ones(name):
    with pytest.raises(ValueError, match="choose one of identity, step, logistic"):
        activation(name)


def test_an_activation_passes_through():
    assert activation(isru(2.0)).range[1] == pytest.approx(1 / np.sqrt(2))


@pytest.mark.parametrize("alpha", [0.0, -1.0, np.nan, np.inf])
def test_alpha_out_of_range(alpha):
    with pytest.raises(ValueError, match="alpha of an ISRU"):
        isru(alpha)
    if not np.isfinite(alpha):
        with pytest.raises(ValueError, match="alpha of a PReLU"):
            prelu(alpha)
