"""Variational Monte Carlo: sampling abs(psi)^2, the local energy and its error bar, and its minimisation.

The energy of a trial function psi(R; theta) is an average over P(R) proportional to abs(psi)^2,

    E(theta) = integral P(R) E_L(R) dR,    E_L = (H psi) / psi = -(1/2) (laplacian psi) / psi + V(R),

in units with hbar = m = 1 (hartree for atoms, hbar omega for a trap with omega = 1). Positions are one array
R of shape (n_walkers, n_particles, n_dimensions). The trial functions are those of course_lib.trial_functions
and the sampler is that of course_lib.metropolis; both can be imported from here.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from sklearn.exceptions import ConvergenceWarning

from course_lib._checks import check_integer
from course_lib.autodiff_trial import AutodiffTrialFunction
from course_lib.metropolis import (
    AcceptanceWarning,
    SamplingResult,
    check_positions,
    check_walkers,
    random_positions,
    sample,
)
from course_lib.natural_gradient import energy_gradient, stochastic_reconfiguration
from course_lib.resampling import Blocking, blocking, plus_minus
from course_lib.trial_functions import (
    Gaussian,
    HydrogenLike,
    PadeJastrow,
    Product,
    TrialFunction,
    TrialFunctionErrors,
    trial_function_errors,
)

__all__ = [
    "AcceptanceWarning",
    "AutodiffTrialFunction",
    "Energy",
    "Gaussian",
    "HydrogenLike",
    "Minimisation",
    "PadeJastrow",
    "Product",
    "SamplingResult",
    "TrialFunction",
    "TrialFunctionErrors",
    "coulomb_repulsion",
    "energy_gradient",
    "estimate_energy",
    "harmonic_trap",
    "local_energy",
    "minimise_energy",
    "nucleus",
    "random_positions",
    "sample",
    "stochastic_reconfiguration",
    "total",
    "trial_function_errors",
]


def harmonic_trap(omega=1.0):
    """V(R) = (1/2) omega^2 sum_i r_i^2, as a function of R that returns shape (n_walkers,).

    Examples
    --------
    >>> harmonic_trap()(np.ones((1, 2, 3)))
    array([3.])
    """
    return lambda R: 0.5 * omega**2 * np.einsum("wnd,wnd->w", R, R)


def nucleus(Z):
    """V(R) = -sum_i Z / abs(r_i), the attraction to a nucleus of charge Z at the origin.

    Examples
    --------
    >>> nucleus(Z=2)(np.array([[[3.0, 0.0, 4.0]]]))
    array([-0.4])
    """
    return lambda R: -Z * np.sum(1 / np.linalg.norm(R, axis=2), axis=1)


def coulomb_repulsion():
    """V(R) = sum_{i<j} 1 / abs(r_i - r_j).

    Examples
    --------
    >>> coulomb_repulsion()(np.array([[[0.0, 0.0], [0.0, 4.0]]]))
    array([0.25])
    """

    def potential(R):
        i, j = np.triu_indices(R.shape[1], 1)
        return np.sum(1 / np.linalg.norm(R[:, i] - R[:, j], axis=2), axis=1)

    return potential


def total(*potentials):
    """The sum of several potentials, such as ``total(nucleus(2), coulomb_repulsion())`` for helium."""
    return lambda R: sum(potential(R) for potential in potentials)


def local_energy(trial, potential, R):
    """E_L(R) = -(1/2) [laplacian log psi + (grad log psi)^2] + V(R), for every walker.

    Parameters
    ----------
    trial : TrialFunction
    potential : callable
        Takes R, returns V of shape (n_walkers,).
    R : ndarray of shape (n_walkers, n_particles, n_dimensions)

    Returns
    -------
    E_L : ndarray of shape (n_walkers,)

    Raises
    ------
    ValueError
        If a value is not finite, or a shape is not as above.

    References
    ----------
    Hjorth-Jensen, FYS5429 week 1, "Quantum Monte Carlo motivation".

    Examples
    --------
    The exact state of the oscillator has the same local energy everywhere:

    >>> local_energy(Gaussian(0.5), harmonic_trap(), np.array([[[0.0]], [[1.0]], [[2.0]]]))
    array([0.5, 0.5, 0.5])
    """
    R = check_positions(R)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):  # reported below, with the place
        kinetic, V = trial.kinetic_energy(R), np.asarray(potential(R))
        check_walkers("kinetic_energy", kinetic, R)
        check_walkers("potential", V, R)
        E_L = kinetic + V
    bad = np.flatnonzero(~np.isfinite(E_L))
    if bad.size > 0:
        w = bad[0]
        raise ValueError(
            f"the local energy is not finite for {bad.size} of {len(R)} walkers; the first is walker {w} at "
            f"R = {R[w].tolist()}, with kinetic energy {kinetic[w]} and potential {V[w]}. A particle on a "
            "nucleus or on another particle, or a zero of psi, does this: start the walkers elsewhere, for "
            "example at random_positions, and check psi with trial_function_errors"
        )
    return E_L


@dataclass(frozen=True)
class Energy:
    """An energy estimated from samples, in the units of the potential.

    Attributes
    ----------
    mean : float
    error : float
        Standard error of the mean, by blocking.
    variance : float
        Of the local energy; zero for an eigenstate.
    acceptance : float
    n_samples : int
    R : ndarray of shape (n_walkers, n_particles, n_dimensions)
        Last positions, to continue from.
    blocking : Blocking
        How the error was found.
    unit : str
        For printing.
    """

    mean: float
    error: float
    variance: float
    acceptance: float
    n_samples: int
    R: np.ndarray
    blocking: Blocking
    unit: str = ""

    def __str__(self):
        return f"{plus_minus(self.mean, self.error)} {self.unit}".rstrip()


def estimate_energy(
    trial, potential, R, n_steps, *, step, method="metropolis", burn_in=0, thin=1, unit="", rng
):
    """Mean of the local energy over abs(psi)^2, with an error bar from blocking.

    Keeps one number a walker for each observed step; the parameters are those of `sample` and local_energy.

    Parameters
    ----------
    trial : TrialFunction
    potential : callable
    R : array_like of shape (n_walkers, n_particles, n_dimensions)
    n_steps : int
    step : float
    method : {"metropolis", "importance"}
    burn_in, thin : int
    unit : str
        Printed behind the number, such as "Ha".
    rng : numpy.random.Generator

    Returns
    -------
    Energy

    Raises
    ------
    ValueError, TypeError
        As `sample` and local_energy do.

    Warns
    -----
    AcceptanceWarning, CorrelatedSamplesWarning
        As `sample` and blocking do.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> R = random_positions(100, 1, 3, rng=rng)
    >>> print(estimate_energy(HydrogenLike(1.0), nucleus(1), R, 100, step=1.0, unit="Ha", rng=rng))
    -0.5 ± 0 Ha
    """
    run = sample(
        trial,
        R,
        n_steps,
        step=step,
        method=method,
        burn_in=burn_in,
        thin=thin,
        observe=lambda R: local_energy(trial, potential, R),
        rng=rng,
    )
    return _energy_of(run, run.observed, unit)


def _energy_of(run, E_L, unit):
    blocks = blocking(E_L)
    variance = float(np.var(E_L))
    return Energy(blocks.mean, blocks.error, variance, run.acceptance, blocks.n_samples, run.R, blocks, unit)


@dataclass(frozen=True)
class Minimisation:
    """The course of a minimisation of the energy.

    Attributes
    ----------
    trial : TrialFunction
        With theta averaged over the last quarter of the iterations, which averages noise out.
    energy : Energy
        Of that trial function, from samples of its own; energy.R are positions to continue from.
    energies, errors : ndarray of shape (n_iterations,)
        The energy and its standard error at thetas[k].
    thetas : ndarray of shape (n_iterations, n_parameters)
    gradient : ndarray of shape (n_parameters,)
        dE / d theta of that trial function.
    converged : bool
        Whether that gradient is below the tolerance, give or take three of its standard errors.
    """

    trial: TrialFunction
    energy: Energy
    energies: np.ndarray
    errors: np.ndarray
    thetas: np.ndarray
    gradient: np.ndarray
    converged: bool

    def __str__(self):
        state = "" if self.converged else ", not converged"
        return f"{self.energy} after {len(self.energies)} iterations{state}"


def minimise_energy(
    trial,
    potential,
    R,
    *,
    n_iterations,
    n_steps,
    step,
    eta,
    sampler="metropolis",
    method="gradient",
    shift=1e-3,
    burn_in=0,
    thin=1,
    tolerance=0.01,
    unit="",
    rng,
    callback=None,
):
    """Follow the gradient of the energy downhill: theta <- theta - eta d.

    Every iteration draws n_steps // thin samples of every walker, from where the walkers were, and computes
    energy_gradient from them. d is that gradient, or its stochastic_reconfiguration. A last round of samples
    at the final parameters tells whether they are at a minimum.

    Parameters
    ----------
    trial : TrialFunction
        With the parameters to start from.
    potential : callable
    R : array_like of shape (n_walkers, n_particles, n_dimensions)
    n_iterations : int
        All of them are done, however small the gradient is.
    n_steps : int
        Steps of the sampler in each iteration.
    step : float
        Of the sampler.
    eta : float
        > 0, the learning rate. Along a direction in which the energy has the second derivative E'' the plain
        gradient needs eta < 2 / E'', or theta oscillates.
    sampler : {"metropolis", "importance"}
        The method of `sample`.
    method : {"gradient", "natural"}
    shift : float
        Of stochastic_reconfiguration; not used with "gradient".
    burn_in : int
        Steps before the first iteration; before each later one there are n_steps // 10.
    thin : int
    tolerance : float
        Entries of the gradient up to this count as zero, energy per unit of theta.
    unit : str
        For printing.
    rng : numpy.random.Generator
    callback : callable, optional
        Called as callback(iteration, trial, energy) with the Energy at the parameters of `trial`.

    Returns
    -------
    Minimisation

    Raises
    ------
    ValueError, TypeError
        As `sample` and local_energy do, and if theta leaves the range that psi allows.

    Warns
    -----
    sklearn.exceptions.ConvergenceWarning
        If the gradient at the end is above the tolerance.
    AcceptanceWarning, CorrelatedSamplesWarning
        As estimate_energy does.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> R = random_positions(200, 1, 3, rng=rng)
    >>> result = minimise_energy(
    ...     Gaussian(0.8), harmonic_trap(), R, n_iterations=60, n_steps=50, step=1.0, eta=0.1, rng=rng
    ... )
    >>> result.trial.theta.round(3)
    array([0.5])
    """
    if method not in ("gradient", "natural"):
        raise ValueError(f'method must be "gradient" or "natural", got {method!r}')
    if np.ndim(eta) != 0 or not np.isfinite(eta) or eta <= 0:
        raise ValueError(f"eta must be a finite number > 0, got {eta!r}")
    n_iterations = check_integer("n_iterations", n_iterations, 1)

    def measure(trial, R, burn_in):
        """The Energy, and E_L and O at the samples behind it."""

        def columns(R):
            return np.column_stack([local_energy(trial, potential, R), trial.parameter_gradient(R)])

        run = sample(
            trial, R, n_steps, step=step, method=sampler, burn_in=burn_in, thin=thin, observe=columns, rng=rng
        )
        E_L, O = run.observed[:, :, 0], run.observed[:, :, 1:]
        return _energy_of(run, E_L, unit), E_L, O

    thetas = np.empty((n_iterations, trial.theta.size))
    energies, errors = np.empty((2, n_iterations))
    for k in range(n_iterations):
        energy, E_L, O = measure(trial, R, burn_in if k == 0 else n_steps // 10)
        R, thetas[k], energies[k], errors[k] = energy.R, trial.theta, energy.mean, energy.error
        if callback is not None:
            callback(k, trial, energy)
        d = energy_gradient(E_L, O)
        if method == "natural":
            d = stochastic_reconfiguration(O.reshape(-1, O.shape[-1]), d, shift)
        trial = trial.with_parameters(trial.theta - eta * d)

    trial = trial.with_parameters(thetas[-max(1, n_iterations // 4) :].mean(axis=0))
    energy, E_L, O = measure(trial, R, n_steps // 10)
    gradient = energy_gradient(E_L, O)
    terms = 2 * (E_L - energy.mean)[:, :, np.newaxis] * (O - O.mean(axis=(0, 1)))  # of which it is the mean
    noise = np.array([blocking(terms[:, :, i]).error for i in range(gradient.size)])
    converged = bool(np.all(np.abs(gradient) <= tolerance + 3 * noise))
    if not converged:
        warnings.warn(
            f"the gradient is {gradient} after {n_iterations} iterations, with errors {noise} and tolerance "
            f"{tolerance}; do more iterations, or change eta = {eta}: if the energies jump up and down, it "
            "is too large",
            ConvergenceWarning,
            stacklevel=2,
        )
    return Minimisation(trial, energy, energies, errors, thetas, gradient, converged)
