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


def plot_graph(tape, ax=None):
    """Computational graph of a tape: a circle for every value, an arrow to every value computed from it.

    Inputs carry their names, results u1, u2, ... with their operation below. A result is one column to
    the right of the last value that it needs, an input one to the left of the first result that needs it.

    Parameters
    ----------
    tape : course_lib.autodiff.Tape
    ax : matplotlib Axes, optional

    Returns
    -------
    matplotlib Axes
    """
    ax = plt.gca() if ax is None else ax
    depths = []
    for node in tape.nodes:
        depths.append(max((depths[parent] + 1 for _, parent in node.parents), default=0))
    for node in tape.nodes:
        needed_by = [
            depths[other.index] for other in tape.nodes if node.index in dict(other.parents).values()
        ]
        if node.operation is None and needed_by:
            depths[node.index] = min(needed_by) - 1
    columns = [[i for i, depth in enumerate(depths) if depth == d] for d in range(max(depths) + 1)]
    rows = {i: (len(column) - 1) / 2 - k for column in columns for k, i in enumerate(column)}
    results = 0
    for node in tape.nodes:
        x, y = 1.6 * depths[node.index], 1.2 * rows[node.index]
        label, below = node.name, ""
        if node.operation is not None:
            results += 1
            named = dict(node.parents)
            constants = [
                "" if i in named else f"{v:.3g}" if np.ndim(v) == 0 else "const"
                for i, v in enumerate(node.arguments)
            ]
            label = node.name or f"$u_{{{results}}}$"
            below = node.operation.text.format(*constants).strip() or "×"
        ax.plot(x, y, "o", markersize=24, markerfacecolor="white", markeredgecolor="C0")
        ax.annotate(label, (x, y), ha="center", va="center")
        ax.annotate(
            below, (x, y), (0, -15), textcoords="offset points", ha="center", va="top", fontsize="small"
        )
        for _, parent in node.parents:
            ax.annotate(
                "",
                (x, y),
                (1.6 * depths[parent], 1.2 * rows[parent]),
                arrowprops={"arrowstyle": "-|>", "shrinkA": 13, "shrinkB": 13, "color": "C0"},
            )
    ax.set_xlim(-0.6, 1.6 * max(depths) + 0.6)
    ax.set_ylim(1.2 * min(rows.values()) - 0.9, 1.2 * max(rows.values()) + 0.6)
    ax.axis("off")
    return ax
