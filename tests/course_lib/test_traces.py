"""Evaluation traces against the table of the lecture and the derivatives that it must add up to."""

import numpy as np
import pytest

from course_lib.autodiff import gradient
from course_lib.traces import trace


def log_normal(y, mu, sigma):
    return -0.5 * ((y - mu) / sigma) ** 2 - np.log(sigma) - 0.5 * np.log(2 * np.pi)


LECTURE = [  # Perdikaris, lecture 13: expression and partial derivatives of each line
    ("y", {}),
    ("mu", {}),
    ("sigma", {}),
    ("v1 - v2", {"v1": "1", "v2": "-1"}),
    ("v4 / v3", {"v4": "1 / v3", "v3": "-v4 / v3^2"}),
    ("v5^2", {"v5": "2 v5"}),
    ("-0.5 v6", {"v6": "-0.5"}),
    ("log v3", {"v3": "1 / v3"}),
    ("v7 - v8", {"v7": "1", "v8": "-1"}),
    ("v9 - 0.918939", {"v9": "1"}),
]


def test_the_table_of_the_lecture():
    table = trace(log_normal, y=1.0, mu=0.5, sigma=2.0)
    found = [(row.expression, {v: text for v, (text, _) in row.partials.items()}) for row in table.rows]
    assert found == LECTURE
    values = {row.name: row.value for row in table.rows}
    assert values["v5"] == 0.25
    assert values["v10"] == pytest.approx(log_normal(1.0, 0.5, 2.0), rel=1e-15)
    v3, v4 = values["v3"], values["v4"]
    assert table.rows[4].partials["v3"][1] == -v4 / v3**2


def test_forward_and_reverse_accumulation_end_in_the_same_gradient():
    point = {"y": 1.0, "mu": 0.5, "sigma": 2.0}
    table = trace(log_normal, **point)
    expected = gradient(log_normal)(*point.values())
    assert list(table.rows[-1].dot.values()) == pytest.approx(list(expected), rel=1e-14)
    assert [row.adjoint for row in table.rows[:3]] == pytest.approx(list(expected), rel=1e-14)


def test_the_adjoints_are_sums_over_the_lines_below():
    rows = trace(lambda x1, x2: x1 * x2 + np.sin(x1), x1=2.0, x2=3.0).rows
    for row in rows[:-1]:
        below = [(other.adjoint, other.partials[row.name][1]) for other in rows if row.name in other.partials]
        assert row.adjoint == pytest.approx(sum(adjoint * d for adjoint, d in below), rel=1e-14)


def test_a_variable_that_is_used_twice():
    table = trace(lambda x: x * x, x=3.0)
    assert table.rows[1].partials == {"v1": ("v1 + v1", 6.0)}
    assert table.rows[1].dot == {"x": 6.0}


def test_the_printed_columns():
    table = trace(lambda x1, x2: x1 * x2 + np.sin(x1), x1=2.0, x2=3.0)
    forward, reverse = table.forward().splitlines(), table.reverse().splitlines()
    assert forward[0].split() == ["var", "value", "d/dx1", "d/dx2"]
    assert forward[-1].split() == ["v5", "6.9093", "2.58385", "2"]
    assert reverse[0].split() == ["var", "dv5/dvar"]
    assert [line.split()[0] for line in reverse[1:]] == ["v5", "v4", "v3", "v2", "v1"]


def test_what_cannot_be_traced():
    with pytest.raises(ValueError, match="does not depend on any"):
        trace(lambda x: 3.0, x=1.0)
    with pytest.raises(ValueError, match="a trace is for numbers"):
        trace(lambda x: x.sum(), x=np.ones(3))
