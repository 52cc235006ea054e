"""Exact solutions and reference solvers of the differential equations that the course's networks solve.

Everything is dimensionless unless its docstring says otherwise.
"""

from functools import lru_cache

import numpy as np
from numpy.polynomial import chebyshev
from scipy.fft import dct
from scipy.integrate import solve_ivp

from course_lib._checks import check_integer

__all__ = ["allen_cahn", "burgers", "damped_oscillator", "wave_1d", "wave_2d"]


def damped_oscillator(t, d, omega_0):
    """Displacement of u'' + 2 d u' + omega_0^2 u = 0 from u(0) = 1 and u'(0) = 0.

    With mass m, friction mu and spring constant k it is d = mu / 2m and omega_0^2 = k / m.

    Parameters
    ----------
    t : array_like of any shape
    d, omega_0 : float
        Damping, >= 0, and angular frequency without it, > 0, both in 1 / time. d = omega_0 is the critical
        damping.

    Returns
    -------
    u : ndarray of the shape of t

    Raises
    ------
    ValueError
        If d < 0 or omega_0 <= 0, or either is not finite.

    References
    ----------
    Dolean, An introduction to SciML, part 3, "What is a PINN?".

    Examples
    --------
    >>> float(damped_oscillator(np.pi, 0.0, 2.0))
    1.0
    """
    if not (0 <= d < np.inf and 0 < omega_0 < np.inf):
        raise ValueError(f"damping must be >= 0 and the frequency > 0, got d = {d!r}, omega_0 = {omega_0!r}")
    t = np.asarray(t, dtype=float)
    if d < omega_0:
        omega = np.sqrt((omega_0 - d) * (omega_0 + d))
        return np.exp(-d * t) * (np.cos(omega * t) + d * t * np.sinc(omega * t / np.pi))
    # the two exponentials, with the slow one in front: cosh would overflow where the product is tiny
    kappa = np.sqrt((d - omega_0) * (d + omega_0))
    sinh = -np.expm1(-2 * kappa * t) / (2 * kappa) if kappa else t
    return np.exp(-(omega_0**2) * t / (d + kappa)) * ((1 + np.exp(-2 * kappa * t)) / 2 + d * sinh)


def burgers(x, t, nu=0.01 / np.pi):
    """Solution of u_t + u u_x = nu u_xx from u(x, 0) = -sin(pi x), with u(-1, t) = u(1, t) = 0.

    By the transformation of Cole and Hopf, u is a ratio of two averages over a normal distribution. Both are
    sums over equally spaced points, in which the trapezoidal rule is right to rounding; the exponents are
    shifted by their maximum, so that nothing overflows.

    Parameters
    ----------
    x, t : array_like that broadcast
        t >= 0.
    nu : float
        Viscosity, > 0.

    Returns
    -------
    u : ndarray of the shape to which x and t broadcast

    Raises
    ------
    ValueError
        If a time is negative or nu is not positive.

    References
    ----------
    E. Hopf, Communications on Pure and Applied Mathematics 3 (1950) 201; C. Basdevant et al., Computers and
    Fluids 14 (1986) 23, for this initial condition.

    Examples
    --------
    >>> burgers([-0.5, 0.5], 0.0)
    array([ 1., -1.])
    """
    x, t = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(t, dtype=float))
    if not (0 < nu < np.inf and np.all(t >= 0)):
        raise ValueError(f"times must be >= 0 and the viscosity > 0, got nu = {nu!r} and t = {t.ravel()[:5]}")
    # Beyond z_max a weight is below exp(-40) of the largest; the step resolves the narrowest peak, of width
    # (2 + 2 pi t)^-1/2 whatever nu is.
    z_max = np.sqrt(1 / (np.pi * nu) + 40)
    step = 0.1 / np.sqrt(1 + np.pi * t.max(initial=0.0))
    z = step * np.arange(-np.ceil(z_max / step), np.ceil(z_max / step) + 1)
    u = np.empty(x.size)
    chunk = max(1, 1_000_000 // len(z))
    for i in range(0, x.size, chunk):
        rows = slice(i, i + chunk)
        y = np.pi * (x.ravel()[rows, None] - z * np.sqrt(4 * nu * t.ravel()[rows, None]))
        exponent = -np.cos(y) / (2 * np.pi * nu) - z**2
        weight = np.exp(exponent - exponent.max(axis=1, keepdims=True))
        u[rows] = -np.sum(np.sin(y) * weight, axis=1) / np.sum(weight, axis=1)
    return u.reshape(x.shape)


def allen_cahn(x, t):
    """Solution of u_t = u_xx / 1000 + 5 (u - u^3) from u(x, 0) = x^2 cos(pi x), with u(-1, t) = u(1, t) = -1.

    By collocation at 513 Chebyshev points in x and LSODA in t. The solution is even, so that 257 unknowns in
    y = 2 x^2 - 1 do. Against 769 points and another method in time (Radau, tolerance 1e-12) the largest error
    for t <= 1 is 3e-9; with 257 points it would be 1e-4.

    Parameters
    ----------
    x, t : array_like that broadcast
        abs(x) <= 1 and t >= 0; ``allen_cahn(x[:, None], t)`` is a grid.

    Returns
    -------
    u : ndarray of the shape to which x and t broadcast

    Raises
    ------
    ValueError
        If a point is outside.

    References
    ----------
    Raissi, Perdikaris and Karniadakis, Journal of Computational Physics 378 (2019) 686, for the equation; the
    diffusion and the boundary values are those of Wu et al., Computer Methods in Applied Mechanics and
    Engineering 403 (2023) 115671.

    Examples
    --------
    >>> allen_cahn([-1.0, 0.0, 1.0], 0.5).round(3)
    array([-1.   ,  0.012, -1.   ])
    """
    x, t = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(t, dtype=float))
    if not (np.all(np.abs(x) <= 1) and np.all((t >= 0) & (t < np.inf))):
        raise ValueError("abs(x) must be <= 1 and t finite and >= 0")
    times, place = np.unique(t, return_inverse=True)
    if not len(times):
        return np.empty(x.shape)
    inside = _allen_cahn_path(max(1.0, times[-1]))(times)
    u = np.concatenate([np.full((1, len(times)), -1.0), inside])
    c = dct(u, type=1, axis=0) / (len(u) - 1)
    c[[0, -1]] /= 2
    y, place, u = 2 * x.ravel() ** 2 - 1, place.ravel(), np.empty(x.size)
    for i in range(0, x.size, 5000):
        rows = slice(i, i + 5000)
        u[rows] = chebyshev.chebval(y[rows], c[:, place[rows]], tensor=False)
    return u.reshape(x.shape)


@lru_cache(maxsize=4)
def _allen_cahn_path(t_end, n=512, method="LSODA", tolerance=1e-11):
    """Values at x = cos(pi j / n), j = 1 to n / 2, as a function of time up to `t_end`."""
    x = np.cos(np.pi * np.arange(n + 1) / n)
    # Trefethen, Spectral Methods in MATLAB (2000), chapter 6: matrix of the first derivative at these points
    weight = np.where(np.arange(n + 1) % 2, -1.0, 1.0)
    weight[[0, -1]] *= 2
    first = np.outer(weight, 1 / weight) / (x[:, None] - x + np.eye(n + 1))
    first -= np.diag(first.sum(axis=1))
    half = n // 2 + 1
    second = (first @ first)[:half]
    # u(-x) = u(x): the columns of the left half are added to their mirror images
    second = np.hstack([second[:, : half - 1] + second[:, : half - 1 : -1], second[:, half - 1 : half]])
    diffusion = second[1:] / 1000

    def slope(_, u):
        return diffusion[:, 1:] @ u - diffusion[:, 0] + 5 * (u - u**3)

    def jacobian(_, u):
        return diffusion[:, 1:] + np.diag(5 - 15 * u**2)

    start = (x**2 * np.cos(np.pi * x))[1:half]
    options = {"method": method, "jac": jacobian, "rtol": tolerance, "atol": tolerance}
    return solve_ivp(slope, (0, t_end), start, dense_output=True, **options).sol


def wave_1d(u_0, c, dx, dt, n_steps):
    """Leapfrog for u_tt = c^2 u_xx from rest, with u = 0 at both ends; of second order in dx and dt.

    The first step is the Taylor series u + dt^2 u_tt / 2, so that it is as exact as the others.

    Parameters
    ----------
    u_0 : ndarray of shape (n,)
        Initial displacement on the grid; its ends are set to zero.
    c : float or ndarray of shape (n,)
        Speed, > 0.
    dx, dt : float
        Spacing and time step, > 0.
    n_steps : int

    Returns
    -------
    u : ndarray of shape (n_steps + 1, n)
        u[0] is the start, u[k] the displacement at time k dt.

    Raises
    ------
    ValueError
        If the largest c dt / dx is above 1, where the scheme is unstable; if a shape, a speed, a spacing or
        the number of steps makes no sense.

    References
    ----------
    R. Courant, K. Friedrichs and H. Lewy, Mathematische Annalen 100 (1928) 32, for the limit.

    Examples
    --------
    >>> x = np.linspace(0, 1, 11)
    >>> u = wave_1d(np.sin(np.pi * x), 1.0, 0.1, 0.1, 10)
    >>> bool(np.allclose(u[-1], -u[0]))
    True
    """
    return _wave(u_0, c, dx, dt, n_steps, 1)


def wave_2d(u_0, c, dx, dt, n_steps):
    """Leapfrog for u_tt = c^2 (u_xx + u_yy) from rest, with u = 0 on the boundary.

    As :func:`wave_1d`, with u_0 and c of shape (n_x, n_y), one spacing dx for both axes, and the limit
    c dt / dx <= 1 / sqrt(2). The result has the shape (n_steps + 1, n_x, n_y).

    Examples
    --------
    >>> u = wave_2d(np.ones((5, 5)), 1.0, 1.0, 1.0, 3)
    Traceback (most recent call last):
    ValueError: c dt / dx is 1, and the scheme is unstable above 0.707: take dt <= 0.707
    """
    return _wave(u_0, c, dx, dt, n_steps, 2)


def _wave(u_0, c, dx, dt, n_steps, n_dimensions):
    u_0, c = np.asarray(u_0, dtype=float), np.asarray(c, dtype=float)
    if u_0.ndim != n_dimensions or min(u_0.shape) < 3:
        raise ValueError(
            f"u_0 must have {n_dimensions} axes of at least 3 points, got the shape {u_0.shape}: "
            "wave_1d is for a line, wave_2d for a plane"
        )
    if c.shape not in ((), u_0.shape) or not np.all((c > 0) & (c < np.inf)):
        raise ValueError(
            f"c must be positive, a number or an array of shape {u_0.shape}; got the shape {c.shape}"
            f" and the smallest value {c.min() if c.size else None}"
        )
    if not (dx > 0 and dt > 0):
        raise ValueError(f"dx and dt must be > 0, got {dx!r} and {dt!r}")
    n_steps = check_integer("n_steps", n_steps, 0)
    courant, limit = c.max() * dt / dx, 1 / np.sqrt(n_dimensions)
    if courant > limit * (1 + 1e-12):
        raise ValueError(
            f"c dt / dx is {courant:.3g}, and the scheme is unstable above {limit:.3g}: "
            f"take dt <= {limit * dx / c.max():.3g}"
        )
    inner = (slice(1, -1),) * n_dimensions
    factor = (np.broadcast_to(c, u_0.shape)[inner] * dt / dx) ** 2
    u = np.zeros((n_steps + 1, *u_0.shape))
    u[0][inner] = u_0[inner]
    for k in range(n_steps):
        now = u[k]
        around = -2 * n_dimensions * now[inner]
        for axis in range(n_dimensions):
            for side in (slice(None, -2), slice(2, None)):
                around = around + now[tuple(side if a == axis else slice(1, -1) for a in range(n_dimensions))]
        if k == 0:
            u[1][inner] = now[inner] + factor * around / 2
        else:
            u[k + 1][inner] = 2 * now[inner] - u[k - 1][inner] + factor * around
    return u
