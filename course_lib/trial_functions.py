"""Trial wave functions for variational Monte Carlo: log psi and its derivatives, for many walkers at once.

A trial function psi(R; theta) is never zero almost everywhere, and all that the method asks of it comes from
log abs(psi). Positions are one array R of shape (n_walkers, n_particles, n_dimensions), in units of length in
which hbar = m = 1: the Bohr radius for atoms, the oscillator length for a trap with omega = 1. A new trial
function is a class with four methods, here psi = exp(-theta_0 sum_i r_i^4)::

    class Quartic(TrialFunction):
        def log_psi(self, R):
            return -self.theta[0] * np.sum(np.sum(R**2, axis=2) ** 2, axis=1)

        def gradient(self, R):
            return -4 * self.theta[0] * np.sum(R**2, axis=2, keepdims=True) * R

        def laplacian(self, R):
            return -4 * self.theta[0] * (R.shape[2] + 2) * np.sum(R**2, axis=(1, 2))

        def parameter_gradient(self, R):
            return -np.sum(np.sum(R**2, axis=2) ** 2, axis=1)[:, np.newaxis]

``trial_function_errors(Quartic(0.3), R)`` then says whether the calculus was right.
"""

import copy
import functools
from dataclasses import dataclass

import numpy as np

__all__ = [
    "Gaussian",
    "HydrogenLike",
    "PadeJastrow",
    "Product",
    "TrialFunction",
    "TrialFunctionErrors",
    "trial_function_errors",
]


class TrialFunction:
    """What every trial function is: parameters theta, and log psi with its derivatives.

    A subclass writes log_psi, gradient, laplacian and parameter_gradient; all are vectorised over walkers.

    Parameters
    ----------
    *theta : float
        The variational parameters, one argument each.

    Attributes
    ----------
    theta : ndarray of shape (n_parameters,)
    positive : bool
        Set by a subclass whose psi makes sense only if every parameter is > 0.

    Raises
    ------
    ValueError
        If a parameter is not finite, or is not > 0 where it has to be.
    """

    positive = False

    def __init__(self, *theta):
        self.theta = self._checked(theta)

    def _checked(self, theta):
        theta = np.array(theta, dtype=float)
        if theta.ndim != 1 or not np.all(np.isfinite(theta)):
            raise ValueError(
                f"the parameters of {type(self).__name__} must be finite numbers, in one dimension, "
                f"got {theta!r}"
            )
        if self.positive and np.any(theta <= 0):
            raise ValueError(
                f"parameters of {type(self).__name__} must be > 0, got {theta}: otherwise psi has no norm "
                "or has a pole. If a minimisation led here, take a smaller eta or start nearer to the minimum"
            )
        return theta

    def with_parameters(self, theta):
        """A trial function of the same kind with other parameters.

        Parameters
        ----------
        theta : array_like of shape (n_parameters,)

        Returns
        -------
        TrialFunction

        Raises
        ------
        ValueError
            If the number of parameters differs, and as for the class.
        """
        theta = self._checked(theta)
        if theta.shape != self.theta.shape:
            raise ValueError(
                f"{type(self).__name__} has {self.theta.size} parameters, got {theta.size}: "
                "theta holds all of them, in the order of the attribute theta"
            )
        other = copy.copy(self)
        other.theta = theta
        return other

    def log_psi(self, R):
        """log abs(psi), of shape (n_walkers,); a constant may be left out."""
        raise NotImplementedError

    def gradient(self, R):
        """Gradient of log psi in the positions, of the shape of R; the drift force is F = 2 gradient."""
        raise NotImplementedError

    def laplacian(self, R):
        """Sum over all coordinates of d^2 log psi / dx^2, of shape (n_walkers,)."""
        raise NotImplementedError

    def parameter_gradient(self, R):
        """O_i = d log psi / d theta_i, of shape (n_walkers, n_parameters)."""
        raise NotImplementedError

    def kinetic_energy(self, R):
        """Local kinetic energy, of shape (n_walkers,), in units of hbar^2 / (m length^2).

        With log psi instead of psi, -(1/2) (laplacian psi) / psi becomes

            -(1/2) [laplacian log psi + (grad log psi)^2].

        Parameters
        ----------
        R : ndarray of shape (n_walkers, n_particles, n_dimensions)

        Examples
        --------
        >>> Gaussian(0.5).kinetic_energy(np.zeros((1, 2, 3)))
        array([3.])
        """
        g = self.gradient(R)
        return -0.5 * (self.laplacian(R) + np.einsum("wnd,wnd->w", g, g))


class Gaussian(TrialFunction):
    """psi = exp(-alpha sum_i r_i^2): particles in a harmonic trap, exact at alpha = omega / 2.

    Parameters
    ----------
    alpha : float
        > 0, in units of 1 / length^2.

    References
    ----------
    For N particles in d dimensions and omega = 1 the energy is N d (alpha/2 + 1/(8 alpha)).

    Examples
    --------
    >>> Gaussian(0.5).log_psi(np.ones((1, 1, 3)))
    array([-1.5])
    """

    positive = True

    def log_psi(self, R):
        """-alpha sum_i r_i^2."""
        return -self.theta[0] * np.einsum("wnd,wnd->w", R, R)

    def gradient(self, R):
        """-2 alpha r_i."""
        return -2 * self.theta[0] * R

    def laplacian(self, R):
        """-2 alpha N d."""
        return np.full(len(R), -2 * self.theta[0] * R.shape[1] * R.shape[2])

    def parameter_gradient(self, R):
        """-sum_i r_i^2."""
        return -np.einsum("wnd,wnd->w", R, R)[:, np.newaxis]


class HydrogenLike(TrialFunction):
    """psi = exp(-alpha sum_i r_i): electrons in the 1s state around a nucleus at the origin.

    Exact for hydrogen at alpha = 1. For helium, where the electrons repel each other, the energy is
    alpha^2 - 27 alpha / 8, which is smallest, -2.8477 Ha, at alpha = 27/16.

    Parameters
    ----------
    alpha : float
        > 0, in units of 1 / length.

    Examples
    --------
    >>> HydrogenLike(1.0).log_psi(np.array([[[3.0, 0.0, 4.0]]]))
    array([-5.])
    """

    positive = True

    def log_psi(self, R):
        """-alpha sum_i r_i."""
        return -self.theta[0] * _distance(R).sum(axis=1)

    def gradient(self, R):
        """-alpha r_i / abs(r_i)."""
        with np.errstate(divide="ignore", invalid="ignore"):  # on the nucleus: NaN, which the caller reports
            return -self.theta[0] * R / _distance(R)[:, :, np.newaxis]

    def laplacian(self, R):
        """-alpha (d - 1) sum_i 1 / abs(r_i)."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return -self.theta[0] * (R.shape[2] - 1) * np.sum(1 / _distance(R), axis=1)

    def parameter_gradient(self, R):
        """-sum_i abs(r_i)."""
        return -_distance(R).sum(axis=1)[:, np.newaxis]


class PadeJastrow(TrialFunction):
    """psi = exp(sum_{i<j} u(r_ij)) with u(r) = a r / (1 + beta r): the correlation of particles that repel.

    Only beta varies. The slope a at r = 0 is fixed by the cusp condition, which keeps the local energy finite
    where two particles with repulsion 1/r meet: a = 1/(d - 1) for electrons of opposite spin, which is 1/2 in
    three dimensions and 1 in two.

    Parameters
    ----------
    a : float
        Dimension 1 / length in atomic units.
    beta : float
        > 0, in units of 1 / length.

    References
    ----------
    Kato, Communications on Pure and Applied Mathematics 10, 151 (1957), for the cusp.

    Examples
    --------
    >>> PadeJastrow(0.5, 1.0).log_psi(np.array([[[0.0, 0.0, 0.0], [0.0, 3.0, 0.0]]]))
    array([0.375])
    """

    positive = True

    def __init__(self, a, beta):
        super().__init__(beta)
        self.a = float(a)

    def log_psi(self, R):
        """Sum over pairs of a r_ij / (1 + beta r_ij)."""
        r = _distance(_separations(R))
        return np.sum(self.a * r / (1 + self.theta[0] * r), axis=1)

    def gradient(self, R):
        """Sum over j of u'(r_ij) (r_i - r_j) / r_ij, where u' = a / (1 + beta r)^2."""
        separation = _separations(R)
        r = _distance(separation)
        with np.errstate(divide="ignore", invalid="ignore"):
            slope = self.a / ((1 + self.theta[0] * r) ** 2 * r)
            return np.einsum("pn,wpd->wnd", _pairs(R.shape[1]), slope[:, :, np.newaxis] * separation)

    def laplacian(self, R):
        """Sum over pairs of 2 [u'' + (d - 1) u' / r]: a pair counts once for either particle."""
        r = _distance(_separations(R))
        s = 1 + self.theta[0] * r
        with np.errstate(divide="ignore", invalid="ignore"):
            terms = -2 * self.theta[0] / s**3 + (R.shape[2] - 1) / (s**2 * r)
        return 2 * self.a * np.sum(terms, axis=1)

    def parameter_gradient(self, R):
        """-sum over pairs of a r_ij^2 / (1 + beta r_ij)^2."""
        r = _distance(_separations(R))
        return -np.sum(self.a * (r / (1 + self.theta[0] * r)) ** 2, axis=1)[:, np.newaxis]


def _distance(x):
    """Lengths of the vectors in the last axis."""
    return np.sqrt(np.einsum("...d,...d->...", x, x))


@functools.cache
def _pairs(n_particles):
    """Matrix with one row for each pair i < j, +1 at i and -1 at j."""
    i, j = np.triu_indices(n_particles, 1)
    unit = np.eye(n_particles)
    return unit[i] - unit[j]


def _separations(R):
    """The vectors r_i - r_j, of shape (n_walkers, n_pairs, n_dimensions)."""
    return np.einsum("pn,wnd->wpd", _pairs(R.shape[1]), R)


class Product(TrialFunction):
    """Product of trial functions: the logarithms and their derivatives add up, the parameters line up.

    Parameters
    ----------
    *factors : TrialFunction

    Attributes
    ----------
    factors : tuple of TrialFunction
    theta : ndarray of shape (n_parameters,)
        The parameters of the first factor, then those of the second, and so on.

    Examples
    --------
    >>> Product(HydrogenLike(1.8), PadeJastrow(0.5, 0.3)).theta
    array([1.8, 0.3])
    """

    def __init__(self, *factors):
        if not factors:
            raise ValueError("a Product needs at least one factor, got none")
        self.factors = factors
        super().__init__(*np.concatenate([factor.theta for factor in factors]))

    def with_parameters(self, theta):
        """The same product with other parameters, given as one array."""
        theta = super().with_parameters(theta).theta
        ends = np.cumsum([factor.theta.size for factor in self.factors])[:-1]
        parts = zip(self.factors, np.split(theta, ends), strict=True)
        return Product(*(factor.with_parameters(part) for factor, part in parts))

    def log_psi(self, R):
        """Sum of the factors' log psi."""
        return sum(factor.log_psi(R) for factor in self.factors)

    def gradient(self, R):
        """Sum of the factors' gradients."""
        return sum(factor.gradient(R) for factor in self.factors)

    def laplacian(self, R):
        """Sum of the factors' Laplacians of log psi."""
        return sum(factor.laplacian(R) for factor in self.factors)

    def parameter_gradient(self, R):
        """The factors' parameter gradients side by side."""
        return np.concatenate([factor.parameter_gradient(R) for factor in self.factors], axis=1)


@dataclass(frozen=True)
class TrialFunctionErrors:
    """Largest differences from finite differences, relative to the largest entry or to 1 if that is larger.

    Attributes
    ----------
    gradient, laplacian, parameter_gradient : float
    """

    gradient: float
    laplacian: float
    parameter_gradient: float

    @property
    def largest(self):
        """The worst of the three."""
        return max(self.gradient, self.laplacian, self.parameter_gradient)

    def __str__(self):
        return (
            f"relative errors: gradient {self.gradient:.1e}, laplacian {self.laplacian:.1e}, "
            f"parameter_gradient {self.parameter_gradient:.1e}"
        )


def trial_function_errors(trial, R):
    """Compare the derivatives that a trial function claims with finite differences of its log_psi.

    Right ones differ by about 1e-10 (gradients) and 1e-8 (Laplacian), unless a walker sits close to a cusp;
    wrong ones by 0.01 or more. The differences are the central ones of fourth order in a step h = 0.002.

    Parameters
    ----------
    trial : TrialFunction
    R : ndarray of shape (n_walkers, n_particles, n_dimensions)
        A few positions at random, away from nuclei and from each other by more than about 0.1.

    Returns
    -------
    TrialFunctionErrors

    Raises
    ------
    ValueError
        If a derivative has the wrong shape.

    Examples
    --------
    >>> R = np.random.default_rng(0).normal(size=(5, 2, 3))
    >>> trial_function_errors(Gaussian(0.4), R).largest < 1e-7
    True
    """
    R = np.array(R, dtype=float)
    n_walkers, n_particles, n_dimensions = R.shape
    centre, gradient, laplacian = trial.log_psi(R), np.empty_like(R), np.zeros(n_walkers)
    for i, k in np.ndindex(n_particles, n_dimensions):
        unit = np.zeros((n_particles, n_dimensions))
        unit[i, k] = 1.0
        gradient[:, i, k], second = _differences(lambda h, unit=unit: trial.log_psi(R + h * unit), centre)
        laplacian += second
    parameter_gradient = np.empty((n_walkers, trial.theta.size))
    for j, unit in enumerate(np.eye(trial.theta.size)):
        parameter_gradient[:, j], _ = _differences(
            lambda h, unit=unit: trial.with_parameters(trial.theta + h * unit).log_psi(R), centre
        )
    return TrialFunctionErrors(
        _relative_error("gradient", trial.gradient(R), gradient),
        _relative_error("laplacian", trial.laplacian(R), laplacian),
        _relative_error("parameter_gradient", trial.parameter_gradient(R), parameter_gradient),
    )


def _differences(f, centre, h=2e-3):
    """First and second derivative of f at 0, with errors of order h^4."""
    near, far = (f(h), f(-h)), (f(2 * h), f(-2 * h))
    first = (8 * (near[0] - near[1]) - (far[0] - far[1])) / (12 * h)
    second = (16 * (near[0] + near[1]) - (far[0] + far[1]) - 30 * centre) / (12 * h**2)
    return first, second


def _relative_error(name, claimed, numerical):
    claimed = np.asarray(claimed)
    if claimed.shape != numerical.shape:
        raise ValueError(
            f"{name} has shape {claimed.shape}, expected {numerical.shape}: walkers are the first axis"
        )
    error = np.max(np.abs(claimed - numerical)) / max(1.0, np.max(np.abs(numerical)))
    return float(error) if np.isfinite(error) else np.inf
