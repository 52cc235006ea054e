"""The energy of a neural quantum state of spins: exact sums, sampled estimates, and its minimisation.

The energy is the average of the local energy over psi(s)^2, and its gradient a covariance, as in
course_lib.vmc. Averages are taken over samples, or exactly, over all 2^N configurations.
"""

import warnings
from dataclasses import dataclass

import numpy as np
from scipy import linalg
from sklearn.exceptions import ConvergenceWarning

from course_lib._checks import check_integer
from course_lib.resampling import blocking, plus_minus
from course_lib.spin_rbm import SpinRBM, born_probabilities, normalised_square, sample_spins
from course_lib.spins import spin_states
from course_lib.vmc import Energy

__all__ = ["SpinMinimisation", "estimate_spin_energy", "exact_energy", "minimise_spin_energy"]


def exact_energy(rbm, chain):
    """<psi|H|psi> / <psi|psi> as a sum over all 2^N configurations, 8192 at a time.

    Raises
    ------
    ValueError
        Beyond 24 spins.

    Examples
    --------
    >>> from course_lib.spins import IsingChain
    >>> flat = SpinRBM([0.0] * 4, [0.0], [[0.0]] * 4)
    >>> round(exact_energy(flat, IsingChain(4, J=1.0, h=0.7)), 12)  # all spins along x
    -2.8
    """
    n, block = chain.n_spins, 2**13
    log_psi, E_L = [], []
    for first in range(0, 2**n, block):
        s = spin_states(n, first, first + block)
        log_psi.append(rbm.log_psi(s))
        E_L.append(chain.local_energy(rbm, s))
    return float(normalised_square(np.concatenate(log_psi)) @ np.concatenate(E_L))


def estimate_spin_energy(rbm, chain, s, n_sweeps, *, burn_in=0, rng):
    """Energy of psi from one sample of each chain after each sweep, with an error bar from blocking.

    Parameters
    ----------
    rbm : SpinRBM
    chain : IsingChain
    s : array_like of shape (n_chains, n_spins)
    n_sweeps : int
    burn_in : int
        Sweeps before the first sample.
    rng : numpy.random.Generator

    Returns
    -------
    course_lib.vmc.Energy
        Its R holds the last configurations.

    Raises
    ------
    ValueError, TypeError
        As for sample_spins.

    Examples
    --------
    >>> from course_lib.spins import IsingChain
    >>> rng = np.random.default_rng(0)
    >>> rbm = SpinRBM.random(8, 8, scale=0.2, rng=rng)
    >>> print(estimate_spin_energy(rbm, IsingChain(8), np.ones((100, 8)), 50, burn_in=10, rng=rng))
    -7.08 ± 0.05
    """
    E_L, acceptance = [], []
    if check_integer("burn_in", burn_in, 0) > 0:
        s = sample_spins(rbm, s, burn_in, rng=rng).s
    for _ in range(check_integer("n_sweeps", n_sweeps, 1)):
        run = sample_spins(rbm, s, 1, rng=rng)
        s = run.s
        E_L.append(chain.local_energy(rbm, s))
        acceptance.append(run.acceptance)
    blocks = blocking(np.array(E_L))
    return Energy(
        mean=blocks.mean,
        error=blocks.error,
        variance=float(np.var(E_L)),
        acceptance=float(np.mean(acceptance)),
        n_samples=blocks.n_samples,
        R=s,
        blocking=blocks,
    )


@dataclass(frozen=True)
class SpinMinimisation:
    """The course of a minimisation of the energy.

    Attributes
    ----------
    rbm : SpinRBM
        With theta averaged over the last quarter of the iterations, which averages noise out.
    s : ndarray of shape (n_chains, n_spins) or None
        Last configurations, to continue from.
    energies, errors : ndarray of shape (n_iterations,)
        The energy and its standard error at thetas[k]; the error is 0 for sums over all configurations.
    thetas : ndarray of shape (n_iterations, n_parameters)
    converged : bool
        Whether the gradient, averaged over the last quarter, is below the tolerance, give or take three
        standard errors.
    """

    rbm: SpinRBM
    s: np.ndarray | None
    energies: np.ndarray
    errors: np.ndarray
    thetas: np.ndarray
    converged: bool

    def __str__(self):
        state = "" if self.converged else ", not converged"
        last = plus_minus(self.energies[-1], self.errors[-1])
        return f"{last} after {len(self.energies)} iterations{state}"


def minimise_spin_energy(
    rbm,
    chain,
    s,
    *,
    n_iterations,
    eta,
    method="natural",
    shift=0.01,
    n_sweeps=1,
    tolerance=0.01,
    rng=None,
    callback=None,
):
    """Follow the gradient of the energy downhill: theta <- theta - eta d.

    d is the gradient g_i = 2 (<E_L O_i> - <E_L> <O_i>) itself, or the solution of (S + shift I) d = g with
    S_ij = <O_i O_j> - <O_i> <O_j>, which is stochastic reconfiguration. The averages are over the chains, one
    sample of each after n_sweeps sweeps, or over all 2^N configurations.

    Parameters
    ----------
    rbm : SpinRBM
        With the parameters to start from.
    chain : IsingChain
    s : array_like of shape (n_chains, n_spins), or None
        Where the chains start; None for sums over all configurations, which have no noise.
    n_iterations : int
    eta : float
        Learning rate.
    method : {"natural", "gradient"}
    shift : float
        Of stochastic reconfiguration; not used with "gradient".
    n_sweeps : int
        Between two iterations.
    tolerance : float
        Entries of the gradient up to this count as zero, energy per unit of theta.
    rng : numpy.random.Generator
        Needed where s is given.
    callback : callable, optional
        Called as callback(iteration, rbm, energy, error) with the machine that has this energy.

    Returns
    -------
    SpinMinimisation

    Raises
    ------
    ValueError, TypeError
        As for sample_spins, and if the weights run away.

    Warns
    -----
    sklearn.exceptions.ConvergenceWarning
        If the gradient is still above the tolerance.

    References
    ----------
    Sorella, Physical Review Letters 80, 4558 (1998); Carleo and Troyer, Science 355, 602 (2017).

    Examples
    --------
    >>> from course_lib.spins import IsingChain, exact_ground_state
    >>> chain, rng = IsingChain(4), np.random.default_rng(0)
    >>> learnt = minimise_spin_energy(SpinRBM.random(4, 4, rng=rng), chain, None, n_iterations=200, eta=0.05)
    >>> exact_energy(learnt.rbm, chain) / exact_ground_state(chain).energy > 0.999
    True
    """
    if method not in ("gradient", "natural"):
        raise ValueError(f'method must be "gradient" or "natural", got {method!r}')
    n_iterations = check_integer("n_iterations", n_iterations, 4)
    for name, value, usual in (("eta", eta, 0.05), ("shift", shift, 0.01)):
        if np.ndim(value) != 0 or not np.isfinite(value) or value <= 0:
            raise ValueError(f"{name} must be a finite number > 0, got {value!r}; {usual} is usual")
    if s is not None and len(s) < 2:
        raise ValueError(f"averages need at least two chains, got {len(s)}; 1000 are usual")
    everything = spin_states(chain.n_spins) if s is None else None
    thetas, gradients = np.empty((2, n_iterations, rbm.theta.size))
    energies, errors = np.zeros((2, n_iterations))
    for k in range(n_iterations):
        if s is None:
            p = born_probabilities(rbm, everything)
            E_L, O = chain.local_energy(rbm, everything), rbm.parameter_gradient(everything)
        else:
            s = sample_spins(rbm, s, n_sweeps, rng=rng).s
            p = np.full(len(s), 1 / len(s))
            # Single precision is twice as fast, and its rounding far below the noise of the samples.
            E_L, O = chain.local_energy(rbm, s), rbm.parameter_gradient(s).astype(np.float32)
            errors[k] = E_L.std(ddof=1) / np.sqrt(len(s))
        thetas[k], energies[k] = rbm.theta, p @ E_L
        gradients[k], C = _gradient(p, E_L, O)
        if callback is not None:
            callback(k, rbm, energies[k], errors[k])
        d = gradients[k] if method == "gradient" else _natural(C, gradients[k], shift)
        rbm = rbm.with_parameters(thetas[k] - eta * d)
    last = slice(-(n_iterations // 4), None)
    mean, noise = gradients[last].mean(axis=0), gradients[last].std(axis=0) / np.sqrt(n_iterations // 4)
    remaining = float(np.max(np.abs(mean) - 3 * noise))
    if remaining > tolerance:
        warnings.warn(
            f"the gradient is still {remaining:.3g} or more after {n_iterations} iterations, above the "
            f"tolerance of {tolerance}; do more of them, or change eta = {eta}",
            ConvergenceWarning,
            stacklevel=2,
        )
    rbm = rbm.with_parameters(thetas[last].mean(axis=0))
    return SpinMinimisation(rbm, s, energies, errors, thetas, remaining <= tolerance)


def _gradient(p, E_L, O):
    """The gradient of the energy from configurations with weights p, and the rows C = sqrt(p) (O - <O>)."""
    p, E_L = p.astype(O.dtype), (E_L - p @ E_L).astype(O.dtype)
    C = O - p @ O
    C *= np.sqrt(p)[:, np.newaxis]
    return 2 * (np.sqrt(p) * E_L) @ C, C


def _natural(C, gradient, shift):
    """Solution d of (S + shift I) d = gradient, where S = C^T C."""
    S = C.T @ C
    S[np.diag_indices(len(S))] += shift
    try:
        return linalg.cho_solve(linalg.cho_factor(S, overwrite_a=True, check_finite=False), gradient)
    except linalg.LinAlgError:
        raise ValueError(
            f"S + shift I is not positive definite to rounding, with shift = {shift}: take a larger shift"
        ) from None
