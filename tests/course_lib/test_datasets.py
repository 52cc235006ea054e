"""Data sets: closed forms for Franke and Wampler, sizes and checksums of what NIST publishes."""

import numpy as np
import pytest

from course_lib.datasets import NIST_NAMES, franke, load_nist


def test_franke_has_its_hills_and_dip_where_they_belong():
    # At the centre of one Gaussian the others are small, and known.
    assert franke(2 / 9, 2 / 9) == pytest.approx(
        0.75 + 0.75 * np.exp(-9 / 49 - 0.3) + 0.5 * np.exp(-6.5), rel=1e-6
    )
    assert franke(7 / 9, 3 / 9) == pytest.approx(
        0.5 + 0.75 * np.exp(-6.25 - 0.25) + 0.75 * np.exp(-64 / 49 - 0.4), rel=1e-6
    )
    assert franke(4 / 9, 7 / 9) < 0.2 > franke(0.9, 0.9)
    assert franke(np.zeros((3, 2)), np.ones((3, 2))).shape == (3, 2)


@pytest.mark.parametrize("name", NIST_NAMES)
def test_certified_values_are_a_minimum(name):
    data = load_nist(name)
    X = np.column_stack([np.ones(len(data.y)), data.X]) if data.fit_intercept else data.X
    X, y, theta = X.astype(np.longdouble), data.y.astype(np.longdouble), data.theta.astype(np.longdouble)
    residual = y - X @ theta
    # The residual is orthogonal to the columns, up to the rounding of the 15 certified digits.
    rounding = np.abs(X) @ np.abs(theta) * 1e-14
    assert np.all(np.abs(X.T @ residual) <= np.abs(X).T @ rounding)


def test_a_typing_error_in_the_data_would_be_noticed():
    data = load_nist("longley")
    X = np.column_stack([np.ones(16), data.X])
    X[3, 2] += 1  # one unit in six digits
    rounding = np.abs(X) @ np.abs(data.theta) * 1e-14
    assert np.any(np.abs(X.T @ (data.y - X @ data.theta)) > np.abs(X).T @ rounding)


def test_unknown_name():
    with pytest.raises(ValueError, match="no NIST set 'iris'; the names are filip, longley"):
        load_nist("iris")
