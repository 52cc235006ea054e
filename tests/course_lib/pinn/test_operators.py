import pytest
import torch

from course_lib.pinn.operators import D, Operator, parts


def test_operators_add_up_like_vectors():
    heat = D("t") - 0.5 * D("xx")
    assert heat.terms == {"t": 1.0, "xx": -0.5}
    assert (heat + D("xx") * 0.5 - 2 * D("t")).terms == {"t": -1.0, "xx": 0.0}
    assert (-heat).terms == {"t": -1.0, "xx": 0.5}


def test_the_order_of_the_letters_does_not_matter():
    assert D("tx") == D("xt")
    assert (D("xyx") + D("xxy")).terms == {"xxy": 2.0}


def test_an_operator_prints_as_on_paper():
    assert str(D("t") - 0.01 * D("xx") + 3 * D()) == "u_t - 0.01 u_xx + 3 u"
    assert str(-D("x")) == "- u_x"


@pytest.mark.parametrize(
    ("word", "expected"),
    [("", set()), ("x", set()), ("xx", {"x"}), ("xt", {"x", "t"}), ("xxt", {"x", "t", "xx", "tx"})],
)
def test_parts(word, expected):
    assert parts(word) == expected


@pytest.mark.parametrize("factor", [torch.tensor(2.0), "2", D("x")])
def test_only_numbers_are_coefficients(factor):
    with pytest.raises(TypeError, match="belongs into the residual"):
        D("x") * factor


def test_what_is_no_word_is_refused():
    with pytest.raises(TypeError, match=r'D\("xx"\)'):
        D(2)
    with pytest.raises(TypeError):
        D("x") + 1
    assert isinstance(D(), Operator)
