"""Plots show what they are given, on the Axes they are given."""

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

from course_lib.autodiff import Tape
from course_lib.linear_model import ridge_path
from course_lib.plotting import plot_cross_validation, plot_graph, plot_path, use_style
from course_lib.resampling import cross_validate


@pytest.fixture
def ax():
    with matplotlib.rc_context():
        matplotlib.use("agg")
        use_style()
        figure, ax = plt.subplots()
        yield ax
        plt.close(figure)


@pytest.fixture
def data():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(30, 3))
    return X, X @ [1.0, -2.0, 0.0] + rng.normal(size=30)


def test_plot_path(ax, data):
    path = ridge_path(*data, np.logspace(-3, 3, 20))
    assert plot_path(path, ["a", "b", "c"], ax) is ax
    np.testing.assert_allclose([line.get_ydata() for line in ax.lines[:3]], path.theta.T)
    assert [text.get_text().strip() for text in ax.texts] == ["a", "b", "c"]
    assert ax.get_xscale() == "log"


def test_plot_cross_validation(ax, data):
    cv = cross_validate(ridge_path, *data, np.logspace(-3, 3, 20), 5, rng=np.random.default_rng(0))
    assert plot_cross_validation(cv, "Ridge", ax) is ax
    np.testing.assert_allclose(ax.lines[0].get_ydata(), cv.mean)
    assert ax.lines[1].get_xdata() == [cv.best_lam]


def contrast(colour):
    """Contrast of a colour with white, as the web accessibility guidelines define it."""
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05)


def test_the_first_four_colours_stand_out_from_the_page(ax):
    colours = plt.rcParams["axes.prop_cycle"].by_key()["color"]
    assert min(contrast(c) for c in colours[:4]) >= 2.9
    assert contrast("#ffff00") < 2  # the measure tells a yellow line apart
    assert len(set(colours)) == 7


def test_plot_graph_puts_each_result_right_of_what_it_needs(ax):
    tape = Tape()
    x, w, lam = (tape.variable(value, name) for value, name in ((2.0, "x"), (3.0, "w"), (0.1, "lam")))
    u = x * w
    u + lam * w**2
    assert plot_graph(tape, ax) is ax
    labels = [text.get_text() for text in ax.texts]
    assert [label for label in labels if label] == [
        "x", "w", "lam", "$u_{1}$", "×", "$u_{2}$", "^2", "$u_{3}$", "×", "$u_{4}$", "+"
    ]  # fmt: skip
    centres = [line.get_xdata()[0] for line in ax.lines]
    for node in tape.nodes:
        assert all(centres[parent] < centres[node.index] for _, parent in node.parents)
    assert centres[2] > centres[0]  # lam stands next to the product that needs it
    assert len(set(zip(centres, [line.get_ydata()[0] for line in ax.lines], strict=True))) == len(tape.nodes)
