"""Metrics against scikit-learn, and shapes that must not broadcast."""

import numpy as np
import pytest
from sklearn import metrics as sk

from course_lib.metrics import correct_digits, mse, r2


def test_equal_to_scikit_learn():
    rng = np.random.default_rng(0)
    y, y_tilde = rng.normal(size=(2, 50))
    assert mse(y, y_tilde) == pytest.approx(sk.mean_squared_error(y, y_tilde), rel=1e-14)
    assert r2(y, y_tilde) == pytest.approx(sk.r2_score(y, y_tilde), rel=1e-14)


def test_correct_digits():
    reference = np.array([np.pi, -1e-8, 1e6])
    for digits in (2, 7, 12):
        assert correct_digits(reference * (1 + 10.0**-digits), reference) == pytest.approx(digits, abs=0.02)
    assert correct_digits(reference, reference) == 15
    assert correct_digits(-reference, reference) == 0
    with pytest.raises(ValueError, match="other than 0"):
        correct_digits([1.0], [0.0])


def test_bad_input():
    with pytest.raises(ValueError, match=r"one shape, got \(3,\) and \(3, 1\)"):
        mse(np.zeros(3), np.zeros((3, 1)))
    with pytest.raises(ValueError, match="y has 3, y_tilde has 2"):
        mse(np.zeros(3), np.zeros(2))
    with pytest.raises(ValueError, match="all of y are equal"):
        r2(np.ones(3), np.zeros(3))
