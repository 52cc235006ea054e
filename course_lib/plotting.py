"""The course's one figure style, and the plots that more than one page draws."""

from importlib.resources import as_file, files

import matplotlib.pyplot as plt
import numpy as np


def use_style():
    """Set matplotlib to the course's style; in a notebook, draw figures as SVG."""
    with as_file(files("course_lib") / "course.mplstyle") as style:
        plt.style.use(style)
    try:
        from IPython import get_ipython
        from matplotlib_inline.backend_inline import set_matplotlib_formats
    except ImportError:  # no notebook, so no format to set
        return
    if get_ipython() is not None:
        set_matplotlib_formats("svg")


def plot_path(path, names=None, ax=None):
    """Coefficients of a RegularisationPath against lam, one line a feature.

    Parameters
    ----------
    path : RegularisationPath
    names : sequence of str, optional
        Names of the features, written at the left ends of the lines.
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    ax = plt.gca() if ax is None else ax
    lines = ax.semilogx(path.lams, path.theta)
    ax.axhline(0, color="black", linewidth=0.8)
    if names is not None:
        first = np.argmin(path.lams)
        for line, name, theta in zip(lines, names, path.theta[first], strict=True):
            ax.annotate(
                f"{name} ", (path.lams[first], theta), ha="right", va="center", color=line.get_color()
            )
        ax.spines["left"].set_visible(False)
    ax.set(xlabel=r"$\lambda$", ylabel=r"$\theta_j$")
    return ax


def plot_cross_validation(cv, label=None, ax=None):
    """Mean held-out error of a CrossValidation against lam, with a band of one standard error either side.

    Parameters
    ----------
    cv : CrossValidation
    label : str, optional
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    ax = plt.gca() if ax is None else ax
    (line,) = ax.semilogx(cv.lams, cv.mean, label=label)
    ax.fill_between(
        cv.lams, cv.mean - cv.standard_error, cv.mean + cv.standard_error, color=line.get_color(), alpha=0.2
    )
    ax.plot(cv.best_lam, cv.mean.min(), "o", color=line.get_color())
    ax.set(xlabel=r"$\lambda$", ylabel="held-out mean squared error")
    return ax
