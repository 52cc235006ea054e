"""Taylor mode against closed forms, and against nested dual numbers."""

from math import factorial

import numpy as np
import pytest
from scipy.special import expit

from course_lib.autodiff import derivative
from course_lib.taylor import Series, taylor_derivatives


@pytest.mark.parametrize(
    ("f", "x", "exact"),
    [
        (np.exp, 0.7, [np.exp(0.7)] * 7),
        (np.sin, 0.7, [np.sin(0.7 + k * np.pi / 2) for k in range(7)]),
        (np.cos, 0.7, [np.cos(0.7 + k * np.pi / 2) for k in range(7)]),
        (np.log, 0.7, [np.log(0.7), *((-1) ** (k - 1) * factorial(k - 1) / 0.7**k for k in range(1, 7))]),
        (lambda x: 1 / (1 - x), 0.3, [factorial(k) / 0.7 ** (k + 1) for k in range(7)]),
        (lambda x: x**4, 2.0, [16, 32, 48, 48, 24, 0, 0]),
        (lambda x: x**4, 0.0, [0, 0, 0, 0, 24, 0, 0]),
        (lambda x: x**2.5, 1.0, np.cumprod([1, 2.5, 1.5, 0.5, -0.5, -1.5, -2.5])),
        (np.sqrt, 1.0, np.cumprod([1, 0.5, -0.5, -1.5, -2.5, -3.5, -4.5])),
        (lambda x: 2.0**x, 1.0, [2 * np.log(2) ** k for k in range(7)]),
        (np.tanh, 0.0, [0, 1, 0, -2, 0, 16, 0]),
        (expit, 0.0, [0.5, 0.25, 0, -0.125, 0, 0.25, 0]),
        (np.square, 3.0, [9, 6, 2, 0, 0, 0, 0]),
        (lambda x: -x + 5, 3.0, [2, -1, 0, 0, 0, 0, 0]),
        (lambda x: 3.0, 1.0, [3, 0, 0, 0, 0, 0, 0]),
    ],
)
def test_derivatives_are_the_closed_forms(f, x, exact):
    np.testing.assert_allclose(taylor_derivatives(f, x, 6), exact, rtol=1e-13, atol=1e-13)


def network_like(x):
    return np.tanh(3 * np.sin(x) - 1) * np.exp(-x * x) / (2 + expit(x)) + np.log(1 + x * x) ** 1.5


@pytest.mark.parametrize("order", [0, 1, 2, 3, 4])
def test_a_composition_against_nested_dual_numbers(order):
    x = np.linspace(0.2, 1.5, 6)
    expected = derivative(network_like, order)(x)
    np.testing.assert_allclose(taylor_derivatives(network_like, x, order)[order], expected, rtol=1e-11)


def test_many_points_at_once():
    x = np.linspace(-1, 1, 12).reshape(3, 4)
    result = taylor_derivatives(np.sin, x, 3)
    assert result.shape == (4, 3, 4)
    np.testing.assert_allclose(result[3], -np.cos(x), atol=1e-14)


def test_a_wrong_recurrence_is_noticed():
    def wrong_product(x):
        return Series(x.c * x.c)  # entry by entry, and not the Cauchy product

    assert np.max(np.abs(wrong_product(Series([1.0, 1.0, 0.0])).c - (Series([1.0, 1.0, 0.0]) ** 2).c)) > 0.5


def test_what_has_no_rule_is_named():
    with pytest.raises(TypeError, match="no rule for the Taylor series of arctan; there are"):
        taylor_derivatives(np.arctan, 0.0, 2)
    with pytest.raises(ValueError, match="order must be an integer >= 0"):
        taylor_derivatives(np.sin, 0.0, -1)
