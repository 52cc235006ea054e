"""How far predictions are from targets."""

import numpy as np

from course_lib._checks import check_same_length


def mse(y, y_tilde):
    """Mean squared error (1/n) sum_i (y_i - y_tilde_i)^2, in units of y^2.

    Parameters
    ----------
    y : array_like of shape (n_samples,)
        Targets.
    y_tilde : array_like of shape (n_samples,)
        Predictions.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> mse([1.0, 2.0], [1.0, 4.0])
    2.0
    """
    y, y_tilde = _pair(y, y_tilde)
    return float(np.mean((y - y_tilde) ** 2))


def r2(y, y_tilde):
    """Share of the variance of y that the predictions explain, 1 - MSE(y, y_tilde) / Var(y).

    1 is perfect, 0 is no better than the mean of y, and below 0 is worse than that.

    Parameters
    ----------
    y, y_tilde : array_like of shape (n_samples,)

    Raises
    ------
    ValueError
        If the shapes differ, or all targets are equal, which leaves no variance to explain.

    Examples
    --------
    >>> r2([1.0, 2.0, 3.0], [1.0, 2.0, 2.0])
    0.5
    """
    y, y_tilde = _pair(y, y_tilde)
    variance = np.var(y)
    if variance == 0:
        raise ValueError("R^2 needs targets that vary, but all of y are equal; use mse instead")
    return float(1 - np.mean((y - y_tilde) ** 2) / variance)


def correct_digits(theta, reference):
    """Significant digits to which the worst of the computed numbers is right, from 0 to 15.

    Minus the decimal logarithm of max_j abs(theta_j / reference_j - 1), as NIST scores statistical programs.

    Parameters
    ----------
    theta : array_like
        Computed values.
    reference : array_like of the same shape
        True values, none of them zero.

    Raises
    ------
    ValueError
        If the shapes differ, or a reference value is zero.

    Examples
    --------
    >>> correct_digits([1.001, 2.0], [1.0, 2.0])
    3.0
    """
    theta, reference = _pair(theta, reference)
    if np.any(reference == 0):
        raise ValueError("a relative error needs reference values other than 0")
    error = np.max(np.abs(theta / reference - 1))
    return float(np.clip(-np.log10(max(error, 1e-15)), 0, 15).round(2))


def _pair(y, y_tilde):
    y, y_tilde = np.asarray(y, dtype=float), np.asarray(y_tilde, dtype=float)
    check_same_length(y=np.atleast_1d(y), y_tilde=np.atleast_1d(y_tilde))
    if y.shape != y_tilde.shape:  # (n,) against (n, 1) would broadcast to (n, n)
        raise ValueError(
            f"y and y_tilde must have one shape, got {y.shape} and {y_tilde.shape}; use .ravel()"
        )
    return y, y_tilde
