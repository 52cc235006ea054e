"""The gradient of an energy, plain and natural, from samples of E_L and of O = d log psi / d theta."""

import warnings

import numpy as np
from scipy import linalg

__all__ = ["energy_gradient", "stochastic_reconfiguration"]


def energy_gradient(local_energies, parameter_gradients):
    """Derivative of the energy in the parameters, as a covariance:

        dE / d theta_i = 2 (<E_L O_i> - <E_L> <O_i>),    O_i = d log psi / d theta_i.

    Parameters
    ----------
    local_energies : array_like of shape (n_samples,)
    parameter_gradients : array_like of shape (n_samples, n_parameters)
        O_i at the same samples. More axes in front, (n_steps, n_walkers), are allowed if both have them.

    Returns
    -------
    gradient : ndarray of shape (n_parameters,)
        Energy per unit of each parameter.

    Raises
    ------
    ValueError
        If the shapes do not match, or there are fewer than two samples.

    References
    ----------
    Hjorth-Jensen, FYS5429 week 1, "Derivatives of the local energy".

    Examples
    --------
    >>> energy_gradient([1.0, 3.0], [[0.0], [1.0]])
    array([1.])
    """
    E_L, O = np.asarray(local_energies, dtype=float), np.asarray(parameter_gradients, dtype=float)
    if O.ndim != E_L.ndim + 1 or O.shape[:-1] != E_L.shape or E_L.size < 2:
        raise ValueError(
            "expected local_energies of shape (n_samples,) and parameter_gradients of shape (n_samples, "
            f"n_parameters) with at least two samples, got {E_L.shape} and {O.shape}"
        )
    E_L, O = E_L.ravel(), O.reshape(-1, O.shape[-1])
    return 2 * ((E_L - E_L.mean()) @ O) / E_L.size


def stochastic_reconfiguration(O, gradient, shift):
    """Direction d of the natural gradient: (S + shift I) d = gradient, with S_ij = <O_i O_j> - <O_i> <O_j>.

    S measures how far psi itself moves when theta does, so that -d lowers the energy at the least change of
    psi. With fewer samples than parameters the same d comes from a system as large as the samples,

        d = [gradient - C^T (n shift I + C C^T)^-1 C gradient] / shift,    C = O - <O>,  S = C^T C / n.

    Parameters
    ----------
    O : array_like of shape (n_samples, n_parameters)
        d log psi / d theta at the samples.
    gradient : array_like of shape (n_parameters,)
    shift : float
        >= 0, and > 0 if S is singular, as it is with fewer samples than parameters.

    Returns
    -------
    direction : ndarray of shape (n_parameters,)

    Raises
    ------
    ValueError
        If shapes do not match, shift is not as above, or S + shift I is singular.

    References
    ----------
    Sorella, Physical Review Letters 80, 4558 (1998); Amari, Neural Computation 10, 251 (1998); the small
    system is Woodbury's identity.

    Examples
    --------
    >>> stochastic_reconfiguration([[0.0], [2.0]], [3.0], shift=0.5)
    array([2.])
    """
    O, gradient = np.asarray(O, dtype=float), np.asarray(gradient, dtype=float)
    if O.ndim != 2 or gradient.shape != O.shape[1:]:
        raise ValueError(
            "expected O of shape (n_samples, n_parameters) and gradient of shape (n_parameters,), got "
            f"{O.shape} and {gradient.shape}"
        )
    if np.ndim(shift) != 0 or not np.isfinite(shift) or shift < 0:
        raise ValueError(f"shift must be a finite number >= 0, got {shift!r}; 0.001 is usual")
    n, p = O.shape
    C = O - O.mean(axis=0)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", linalg.LinAlgWarning)  # singular but for rounding
            if n >= p or shift == 0:
                S = C.T @ C / n
                S[np.diag_indices(p)] += shift
                return linalg.solve(S, gradient, assume_a="pos")
            K = C @ C.T
            K[np.diag_indices(n)] += n * shift
            return (gradient - C.T @ linalg.solve(K, C @ gradient, assume_a="pos")) / shift
    except (linalg.LinAlgError, linalg.LinAlgWarning):
        raise ValueError(
            f"S + shift I is singular to rounding, with shift = {shift}, {n} samples and {p} parameters: "
            "take a larger shift. Parameters that psi does not depend on, or that do the same, cause it"
        ) from None
