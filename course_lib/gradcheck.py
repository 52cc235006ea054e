"""Is this gradient the gradient of that function? Answered by central differences."""

import numpy as np

STEP = np.finfo(float).eps ** (
    1 / 3
)  # balances the O(h^2) error of the formula and the O(eps / h) of rounding


def numerical_gradient(f, theta):
    """Central differences (f(theta + h e_j) - f(theta - h e_j)) / 2h for every j.

    Parameters
    ----------
    f : callable
        Takes an array of the shape of theta, returns a number.
    theta : array_like of any shape

    Returns
    -------
    gradient : ndarray of the shape of theta
        Accurate to about ten digits where f is smooth and of order one.

    Examples
    --------
    >>> numerical_gradient(lambda t: t[0] ** 2 + 3 * t[1], [1.0, 5.0]).round(6)
    array([2., 3.])
    """
    theta = np.array(theta, dtype=float)
    gradient = np.empty_like(theta)
    for j in np.ndindex(theta.shape):
        value = theta[j]
        h = STEP * max(1.0, abs(value))
        theta[j] = value + h
        above = f(theta.copy())
        theta[j] = value - h
        below = f(theta.copy())
        theta[j] = value
        gradient[j] = (above - below) / (2 * h)
    return gradient


def gradient_error(f, gradient, theta):
    """Largest difference between `gradient(theta)` and central differences, relative to the largest entry.

    About 1e-10 for a right gradient of a smooth function, about 1 for a wrong one.

    Parameters
    ----------
    f : callable
        As for numerical_gradient.
    gradient : callable
        Takes an array of the shape of theta, returns one of the same shape.
    theta : array_like of any shape

    Raises
    ------
    ValueError
        If the shape of the gradient is not that of theta.

    Examples
    --------
    >>> gradient_error(lambda t: np.sum(t**2), lambda t: 2 * t, [1.0, 2.0]) < 1e-9
    True
    >>> gradient_error(lambda t: np.sum(t**2), lambda t: t, [1.0, 2.0]) > 0.4
    True
    """
    theta = np.asarray(theta, dtype=float)
    claimed, numerical = np.asarray(gradient(theta.copy())), numerical_gradient(f, theta)
    if claimed.shape != theta.shape:
        raise ValueError(f"the gradient has shape {claimed.shape}, but theta has shape {theta.shape}")
    scale = max(np.max(np.abs(claimed)), np.max(np.abs(numerical)))
    return float(np.max(np.abs(claimed - numerical)) / scale) if scale > 0 else 0.0
