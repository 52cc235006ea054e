"""The gradient checker accepts right gradients and rejects wrong ones."""

import numpy as np
import pytest

from course_lib.gradcheck import gradient_error, numerical_gradient


def f(theta):
    return np.sum(np.sin(theta)) + np.prod(theta)


def gradient(theta):
    return np.cos(theta) + np.prod(theta) / theta


THETA = np.array([[0.3, -1.2], [0.8, 2.0]])


def test_accepts_the_right_gradient():
    assert gradient_error(f, gradient, THETA) < 1e-9


@pytest.mark.parametrize(
    "wrong",
    [
        lambda t: -gradient(t),
        lambda t: gradient(t) / t.size,
        lambda t: gradient(t).T,
        lambda t: np.cos(t),
        lambda t: gradient(t) + 1e-4,
    ],
    ids=["sign", "factor 1/n", "transposed", "term forgotten", "slightly off"],
)
def test_rejects_wrong_gradients(wrong):
    assert gradient_error(f, wrong, THETA) > 1e-5


def test_error_of_the_formula_is_of_second_order(monkeypatch):
    errors = []
    for h in (1e-2, 1e-3):
        monkeypatch.setattr("course_lib.gradcheck.STEP", h)
        errors.append(np.max(np.abs(numerical_gradient(np.exp, np.array(0.5)) - np.exp(0.5))))
    assert np.log10(errors[0] / errors[1]) == pytest.approx(2, abs=0.05)


def test_leaves_theta_alone_and_names_a_wrong_shape():
    theta = THETA.copy()
    gradient_error(f, gradient, theta)
    np.testing.assert_array_equal(theta, THETA)
    with pytest.raises(ValueError, match=r"shape \(4,\), but theta has shape \(2, 2\)"):
        gradient_error(f, lambda t: gradient(t).ravel(), THETA)
    assert gradient_error(lambda t: 1.0, np.zeros_like, THETA) == 0.0
