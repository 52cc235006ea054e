"""Walkers that wander through space until their positions are distributed as abs(psi)^2.

Positions are one array R of shape (n_walkers, n_particles, n_dimensions), and a step moves every walker once.
Nothing is asked of psi but log abs(psi), and its gradient for importance sampling. What users need of this
module is in course_lib.vmc, too.
"""

import warnings
from dataclasses import dataclass

import numpy as np

from course_lib._checks import check_integer, check_rng

__all__ = ["AcceptanceWarning", "SamplingResult", "random_positions", "sample"]


class AcceptanceWarning(UserWarning):
    """All moves were accepted, or none: the walkers hardly move, and their positions are no sample."""


def random_positions(n_walkers, n_particles, n_dimensions, *, scale=1.0, rng):
    """Positions to start from: every coordinate normal with standard deviation `scale`, a length.

    Examples
    --------
    >>> random_positions(100, 2, 3, rng=np.random.default_rng(0)).shape
    (100, 2, 3)
    """
    shape = [
        check_integer(name, value, 1)
        for name, value in zip(
            ("n_walkers", "n_particles", "n_dimensions"), (n_walkers, n_particles, n_dimensions), strict=True
        )
    ]
    return scale * check_rng(rng).standard_normal(shape)


@dataclass(frozen=True)
class SamplingResult:
    """What a run of the sampler leaves behind.

    Attributes
    ----------
    R : ndarray of shape (n_walkers, n_particles, n_dimensions)
        Last positions, to continue from.
    acceptance : float
        Fraction of proposed moves that were accepted, burn-in left out.
    observed : ndarray of shape (n_steps // thin, n_walkers, ...) or None
        What observe returned, if it was given.
    """

    R: np.ndarray
    acceptance: float
    observed: np.ndarray | None

    def __str__(self):
        return f"{len(self.R)} walkers, acceptance {self.acceptance:.3f}"


def sample(trial, R, n_steps, *, step, method="metropolis", burn_in=0, thin=1, observe=None, rng):
    """Move walkers so that their positions are distributed as abs(psi)^2.

    A move of all coordinates of a walker from R to R' is proposed and accepted with probability min(1, q)::

        "metropolis"   R' = R + step u,  u uniform in [-1, 1]
                       q = abs(psi(R'))^2 / abs(psi(R))^2
        "importance"   R' = R + (F(R) / 2) step + sqrt(step) xi,  xi normal,  F = 2 grad log psi
                       q = G(R, R') abs(psi(R'))^2 / (G(R', R) abs(psi(R))^2)

    where G(R', R) is the probability density of proposing R' from R,
    exp(-[R' - R - (F(R) / 2) step]^2 / (2 step)) up to a constant.

    Parameters
    ----------
    trial : TrialFunction
    R : array_like of shape (n_walkers, n_particles, n_dimensions)
        Where the walkers start; left as it is.
    n_steps : int
        Steps after the burn-in; each moves every walker once.
    step : float
        > 0. For "metropolis" the largest move of a coordinate, a length; an acceptance near 0.5 is good. For
        "importance" a time (length^2, with D = 1/2); an acceptance of 0.9 and more is usual.
    method : {"metropolis", "importance"}
    burn_in : int
        Steps before anything is observed or counted.
    thin : int
        Observe after every thin-th step.
    observe : callable, optional
        Takes R, returns an array with the walkers as the first axis; several quantities go into columns.
        Without it nothing is kept but the last positions.
    rng : numpy.random.Generator

    Returns
    -------
    SamplingResult

    Raises
    ------
    ValueError, TypeError
        If psi vanishes or is not finite where a walker starts, is NaN or infinite where one goes, a shape,
        step, n_steps, thin or method is wrong, or rng is not a Generator.

    Warns
    -----
    AcceptanceWarning
        If hardly any move is accepted or rejected.

    References
    ----------
    Metropolis et al., Journal of Chemical Physics 21, 1087 (1953); Hastings, Biometrika 57, 97 (1970); the
    drift is that of the Fokker-Planck equation with diffusion constant 1/2.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> R = random_positions(100, 1, 3, rng=rng)
    >>> from course_lib.trial_functions import Gaussian
    >>> print(sample(Gaussian(0.5), R, 1000, step=1.0, rng=rng))
    100 walkers, acceptance 0.506
    """
    check_rng(rng)
    R = check_positions(R).copy()
    n_steps, thin = check_integer("n_steps", n_steps, 1), check_integer("thin", thin, 1)
    burn_in = check_integer("burn_in", burn_in, 0)
    if np.ndim(step) != 0 or not np.isfinite(step) or step <= 0:
        raise ValueError(f"step must be a finite number > 0, got {step!r}; about the width of psi is a start")
    if method not in ("metropolis", "importance"):
        raise ValueError(f'method must be "metropolis" or "importance", got {method!r}')
    if thin > n_steps:
        raise ValueError(f"thin = {thin} is more than n_steps = {n_steps}, so nothing would be observed")
    propose = _propose_uniform if method == "metropolis" else _propose_langevin
    log_psi = trial.log_psi(R)
    check_walkers("log_psi", log_psi, R)
    if not np.all(np.isfinite(log_psi)):
        raise ValueError(
            f"log abs(psi) is not finite where {np.sum(~np.isfinite(log_psi))} of {len(R)} walkers start, as "
            "psi vanishes or is not defined there; start them elsewhere"
        )
    drift = trial.gradient(R) if method == "importance" else None
    n_accepted, observed = 0, None
    for t in range(1 - burn_in, n_steps + 1):
        R_new, drift_new, log_ratio = propose(trial, R, drift, step, rng)
        log_psi_new = trial.log_psi(R_new)
        log_q = 2 * (log_psi_new - log_psi) + log_ratio
        log_q[log_psi_new == -np.inf] = -np.inf  # psi = 0 is never accepted, whatever its gradient
        if not np.all(log_q < np.inf):
            _raise_undefined(R_new[~(log_q < np.inf)])
        accepted = _accept(log_q, rng)
        np.copyto(R, R_new, where=accepted[:, np.newaxis, np.newaxis])
        np.copyto(log_psi, log_psi_new, where=accepted)
        if drift is not None:
            np.copyto(drift, drift_new, where=accepted[:, np.newaxis, np.newaxis])
        if t >= 1:
            n_accepted += np.count_nonzero(accepted)
            if observe is not None and t % thin == 0:
                values = np.asarray(observe(R))
                if observed is None:
                    observed = np.empty((n_steps // thin, *values.shape))
                observed[t // thin - 1] = values
    acceptance = n_accepted / (n_steps * len(R))
    _warn_of_acceptance(acceptance, n_steps * len(R))
    return SamplingResult(R, acceptance, observed)


def _propose_uniform(trial, R, drift, step, rng):
    """A box around each walker; there and back are equally probable, so the ratio of the densities is 1."""
    return R + rng.uniform(-step, step, size=R.shape), None, 0.0


def _propose_langevin(trial, R, drift, step, rng):
    """A step of Langevin dynamics, its drift at the end, and log [G(R, R') / G(R', R)]."""
    R_new = R + drift * step + np.sqrt(step) * rng.standard_normal(R.shape)
    drift_new = trial.gradient(R_new)
    return R_new, drift_new, _log_green_ratio(R, R_new, drift, drift_new, step)


def _log_green_ratio(R, R_new, drift, drift_new, step):
    """log [G(R, R') / G(R', R)]: how much more probable the way back is than the way there."""
    back, there = R - R_new - drift_new * step, R_new - R - drift * step
    return (np.einsum("wnd,wnd->w", there, there) - np.einsum("wnd,wnd->w", back, back)) / (2 * step)


def _accept(log_q, rng):
    """True with probability min(1, q), as log of a uniform number is minus an exponential one."""
    return log_q > -rng.standard_exponential(log_q.shape)


def _raise_undefined(R_bad):
    raise ValueError(
        f"log psi or its gradient is NaN or infinite for {len(R_bad)} proposed moves, the first to "
        f"R = {R_bad[0].tolist()}; psi may be zero (log psi = -inf, and the move is rejected), but has to be "
        "defined everywhere"
    )


def _warn_of_acceptance(acceptance, n_moves):
    if n_moves >= 100 and not 0.0005 <= acceptance < 0.9995:
        remedy = "a smaller" if acceptance < 0.5 else "a larger"
        warnings.warn(
            f"the acceptance is {acceptance:.4g} over {n_moves} moves, so the walkers hardly move and their "
            f"positions are no sample; take {remedy} step",
            AcceptanceWarning,
            stacklevel=3,
        )


def check_positions(R):
    R = np.asarray(R, dtype=float)
    if R.ndim != 3 or R.size == 0:
        raise ValueError(
            "R must have shape (n_walkers, n_particles, n_dimensions) and not be empty, got shape "
            f"{R.shape}; random_positions makes such an array"
        )
    if not np.all(np.isfinite(R)):
        raise ValueError("R must be finite, but it holds NaN or infinity")
    return R


def check_walkers(name, values, R):
    if np.shape(values) != (len(R),):
        raise ValueError(
            f"{name} must return shape ({len(R)},), one value a walker, got {np.shape(values)}: sum over the "
            "particles and dimensions, axes 1 and 2 of R"
        )
