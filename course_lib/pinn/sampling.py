"""Where the residual is looked at: points in a box, spread in six ways, or drawn where it is large."""

import numpy as np
from scipy.stats import qmc

from course_lib._checks import check_integer, check_rng

__all__ = ["KINDS", "rad", "sample"]

KINDS = ("grid", "uniform", "latin-hypercube", "halton", "hammersley", "sobol")


def sample(lower, upper, n, kind="latin-hypercube", *, rng=None):
    """Points in a box.

    Parameters
    ----------
    lower, upper : sequences of d floats
    n : int
        Number of points. For "grid" the number along each coordinate, n^d points in all, the ends included.
        The balance of "sobol" is lost unless n is a power of two; scipy warns of it.
    kind : str
        One of "grid", "uniform", "latin-hypercube" (one point in each of n slices of every coordinate),
        "halton", "hammersley" (i / n, then Halton: it needs to know n), "sobol" (scrambled).
    rng : numpy.random.Generator
        For every kind but "grid" and "hammersley", which are not random.

    Returns
    -------
    points : ndarray of shape (n, d), or (n^d, d) for a grid

    Raises
    ------
    ValueError
        If there is no such kind, the bounds are no box, or n is no integer >= 1.
    TypeError
        If the kind is random and `rng` is no generator.

    Notes
    -----
    The sequences are those of scipy.stats.qmc. Dolean, An introduction to SciML, part 4, lists the kinds.

    Examples
    --------
    >>> sample([0, 0], [1, 2], 2, "grid")
    array([[0., 0.],
           [0., 2.],
           [1., 0.],
           [1., 2.]])
    """
    lower, upper = np.atleast_1d(np.asarray(lower, float)), np.atleast_1d(np.asarray(upper, float))
    if lower.shape != upper.shape or lower.ndim != 1 or not np.all(lower < upper):
        raise ValueError(f"every lower bound must be below its upper bound, got {lower} and {upper}")
    check_integer("n", n, 1)
    if kind not in KINDS:
        raise ValueError(f"there is no kind {kind!r}; choose one of {', '.join(KINDS)}")
    if kind == "grid":
        axes = np.meshgrid(*map(np.linspace, lower, upper, [n] * len(lower)), indexing="ij")
        return np.stack([axis.ravel() for axis in axes], axis=1)
    return lower + (upper - lower) * _unit(kind, len(lower), n, rng)


def _unit(kind, d, n, rng):
    if kind == "hammersley":
        even = (np.arange(n) + 0.5)[:, None] / n
        if d == 1:
            return even
        return np.hstack([even, qmc.Halton(d - 1, scramble=False).random(n + 1)[1:]])  # its first point is 0
    check_rng(rng)
    if kind == "uniform":
        return rng.uniform(size=(n, d))
    sequence = {"latin-hypercube": qmc.LatinHypercube, "halton": qmc.Halton, "sobol": qmc.Sobol}[kind]
    return sequence(d, rng=rng).random(n)


def rad(candidates, residual, n, *, k=1.0, c=1.0, rng):
    """Residual-based adaptive distribution: n of the candidates, more of them where the residual is large.

    A candidate is drawn, without replacement, with a probability proportional to
    abs(r)^k / mean(abs(r)^k) + c.

    Parameters
    ----------
    candidates : ndarray of shape (n_candidates, d)
    residual : ndarray of shape (n_candidates,)
    n : int
        At most n_candidates.
    k, c : float
        k = 0 or a large c draw evenly; c = 0 leaves out where the residual vanishes.
    rng : numpy.random.Generator

    Returns
    -------
    points : ndarray of shape (n, d)

    Raises
    ------
    ValueError
        If the lengths differ, a residual is not finite, or fewer than n candidates can be drawn.

    References
    ----------
    Wu, Zhu, Tan, Kartha and Lu, Computer Methods in Applied Mechanics and Engineering 403 (2023) 115671,
    equation 2.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> rad(np.array([[0.0], [1.0], [2.0]]), np.array([0.0, 5.0, 0.0]), 1, c=0, rng=rng)
    array([[1.]])
    """
    check_rng(rng)
    check_integer("n", n, 1)
    candidates, size = np.asarray(candidates, float), np.abs(np.asarray(residual, float)).ravel()
    if len(size) != len(candidates):
        raise ValueError(f"one residual a candidate is expected, got {len(size)} for {len(candidates)}")
    if not np.all(np.isfinite(size)):
        raise ValueError("a residual is not finite: look at the network before points are drawn by it")
    weight = (size / size.max()) ** k if size.max() > 0 else np.ones_like(size)
    weight = weight / weight.mean() + c
    if n > np.count_nonzero(weight):
        raise ValueError(
            f"n = {n} points were asked for, and only {np.count_nonzero(weight)} candidates can be drawn: "
            "pass more of them"
        )
    return candidates[rng.choice(len(candidates), n, replace=False, p=weight / weight.sum())]
