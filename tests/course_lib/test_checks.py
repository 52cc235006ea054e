"""The shared checks reject what they name."""

import numpy as np
import pytest

from course_lib._checks import check_integer, check_same_length


@pytest.mark.parametrize("value", [True, 1.0, "3", 0])
def test_check_integer_rejects(value):
    with pytest.raises(ValueError, match="n must be an integer >= 1, got"):
        check_integer("n", value, 1)


def test_check_integer_accepts():
    assert check_integer("n", np.int64(3), 1) == 3


def test_check_same_length():
    check_same_length(a=[1], b=[2])
    with pytest.raises(ValueError, match="a has 1, b has 2"):
        check_same_length(a=[1], b=[2, 3])
