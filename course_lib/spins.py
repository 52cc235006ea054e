"""The transverse-field Ising chain, with its exact ground state.

N spins in a ring, s_i = +1 or -1 the eigenvalues of sigma^z_i, have the Hamiltonian

    H = -J sum_i sigma^z_i sigma^z_{i+1} - h sum_i sigma^x_i,    sigma_N = sigma_0.

Spin configurations are one array s of shape (n_samples, n_spins). In lists of all 2^N of them the first spin
changes slowest and +1 comes before -1, so that ``psi.reshape((2,) * n_spins)`` has one axis for each spin.
"""

from dataclasses import dataclass

import numpy as np
from scipy.sparse.linalg import LinearOperator, eigsh

from course_lib._checks import check_integer, check_rng

__all__ = [
    "GroundState",
    "IsingChain",
    "check_spins",
    "exact_ground_state",
    "free_fermion_energy",
    "random_spins",
    "spin_states",
]

MAX_SPINS = 24  # of a chain whose states are enumerated


@dataclass(frozen=True)
class IsingChain:
    """Transverse-field Ising model on a ring of spins.

    Parameters
    ----------
    n_spins : int
        >= 2. On two spins each of the two bonds joins the same pair.
    J : float
        >= 0, the coupling that aligns neighbours, an energy.
    h : float
        >= 0, the transverse field, an energy. In a long chain the order along z is lost where h = J.

    Raises
    ------
    ValueError
        If a parameter is out of range, or J and h are both 0.

    Examples
    --------
    >>> IsingChain(4, J=1.0, h=0.5).interaction([[1, 1, 1, 1], [1, -1, 1, -1]])
    array([-4.,  4.])
    """

    n_spins: int
    J: float = 1.0
    h: float = 1.0

    def __post_init__(self):
        check_integer("n_spins", self.n_spins, 2)
        for name, value in (("J", self.J), ("h", self.h)):
            if np.ndim(value) != 0 or not np.isfinite(value) or value < 0:
                raise ValueError(
                    f"{name} must be a finite number >= 0, got {value!r}; a rotation of the spins turns a "
                    "negative h, and on a ring of even length a negative J, into a positive one"
                )
        if self.J == self.h == 0:
            raise ValueError("J and h are both 0, so that every state has energy 0; give one of them a value")

    def interaction(self, s):
        """-J sum_i s_i s_{i+1}, the diagonal of H, of shape (n_samples,)."""
        s = check_spins(s, self.n_spins)
        return -self.J * np.einsum("ni,ni->n", s, np.roll(s, -1, axis=1))

    def local_energy(self, psi, s):
        """E_L(s) = <s|H|psi> / psi(s) = -J sum_i s_i s_{i+1} - h sum_i psi(s with s_i flipped) / psi(s).

        Parameters
        ----------
        psi : SpinRBM
            Or anything with flip_ratios(s), of shape (n_samples, n_spins).
        s : array_like of shape (n_samples, n_spins)

        Returns
        -------
        E_L : ndarray of shape (n_samples,)

        Raises
        ------
        ValueError
            If s is not an array of +1 and -1, or a value is not finite.
        """
        E_L = self.interaction(s) - self.h * psi.flip_ratios(s).sum(axis=1)
        if not np.all(np.isfinite(E_L)):
            raise ValueError(
                f"the local energy is not finite for {np.sum(~np.isfinite(E_L))} of {len(E_L)} samples: psi "
                "vanishes there, or its parameters have run away; take a smaller eta or a larger shift"
            )
        return E_L


def check_spins(s, n_spins):
    """Return s as an array of floats; raise ValueError unless it is (n_samples, n_spins) of +1 and -1."""
    s = np.asarray(s, dtype=float)
    if s.ndim != 2 or s.shape[1] != n_spins or len(s) == 0:
        raise ValueError(f"s must have shape (n_samples, {n_spins}), one spin a column, got {s.shape}")
    if not np.all(np.abs(s) == 1):
        raise ValueError(
            f"spins are +1 or -1, but s holds {s[np.abs(s) != 1][0]}; from units that are 0 or 1 make 1 - 2 x"
        )
    return s


def spin_states(n_spins, start=0, stop=None):
    """All 2^N configurations, one a row, or those from row `start` to before `stop`.

    Parameters
    ----------
    n_spins : int
        At most 24; all states of 24 spins take 3 GB, so ask for them in parts.
    start, stop : int

    Returns
    -------
    s : ndarray of shape (2**n_spins, n_spins), or fewer rows

    Raises
    ------
    ValueError
        Beyond 24 spins.

    Examples
    --------
    >>> spin_states(2)
    array([[ 1.,  1.],
           [ 1., -1.],
           [-1.,  1.],
           [-1., -1.]])
    """
    if check_integer("n_spins", n_spins, 1) > MAX_SPINS:
        raise ValueError(
            f"{n_spins} spins have 2^{n_spins} states; at most 2^{MAX_SPINS} are enumerated. Take a "
            "shorter chain, or draw samples with sample_spins"
        )
    rows = np.arange(start, 2**n_spins if stop is None else min(stop, 2**n_spins))
    return 1.0 - 2.0 * ((rows[:, np.newaxis] >> np.arange(n_spins)[::-1]) & 1)


def random_spins(n_samples, n_spins, *, rng):
    """Configurations to start a sampler from: every spin +1 or -1 with equal probability.

    Examples
    --------
    >>> random_spins(3, 4, rng=np.random.default_rng(0)).shape
    (3, 4)
    """
    n_samples, n_spins = check_integer("n_samples", n_samples, 1), check_integer("n_spins", n_spins, 2)
    return 1.0 - 2.0 * check_rng(rng).integers(0, 2, size=(n_samples, n_spins))


@dataclass(frozen=True)
class GroundState:
    """The state of lowest energy.

    Attributes
    ----------
    energy : float
        In the units of J and h.
    psi : ndarray of shape (2**n_spins,)
        Amplitudes >= 0 in the order of spin_states, with sum(psi**2) = 1.
    """

    energy: float
    psi: np.ndarray

    def __str__(self):
        return f"{self.energy:.10g}, exact over {len(self.psi)} states"


def exact_ground_state(chain):
    """Lowest eigenvector of H over all 2^N states, by Lanczos iteration; H is applied and never stored.

    H commutes with the flip of all spins, and its ground state is even, psi(-s) = psi(s). So only states with
    the first spin up are kept, which halves the memory and removes the odd state that for h < J lies so close
    above the ground state that the iteration could not tell them apart.

    Parameters
    ----------
    chain : IsingChain
        Of at most 24 spins, for which the vectors take about 1.5 GB.

    Returns
    -------
    GroundState

    Raises
    ------
    ValueError
        Beyond 24 spins.

    Examples
    --------
    >>> print(exact_ground_state(IsingChain(2, J=1.0, h=1.0)))
    -2.828427125, exact over 4 states
    """
    n = chain.n_spins
    if n > MAX_SPINS:
        raise ValueError(
            f"{n} spins have 2^{n} states, for which the vectors of the iteration take about "
            f"{1.5 * 2.0 ** (n - 24):.2g} GB; more than 2^{MAX_SPINS} states are refused. "
            "free_fermion_energy has the energy for any number of spins"
        )
    half = 2 ** (n - 1)
    rows = np.arange(half)
    # Neighbours differ where rows ^ (rows >> 1) has a 1; spin 0, the leading bit, is up: a 0. The last bond
    # closes the ring and is broken where the last spin is down.
    broken = np.bitwise_count(rows ^ (rows >> 1)) + (rows & 1)
    diagonal = -chain.J * (n - 2.0 * broken)

    def multiply(v):
        v = v.ravel()
        flipped = v[::-1].copy()  # the first spin; psi(-s) = psi(s) brings it up again and turns all others
        for k in range(n - 1):
            flipped += v.reshape(-1, 2, 2**k)[:, ::-1].ravel()
        return diagonal * v - chain.h * flipped

    if half <= 2:  # too small for Lanczos
        energies, vectors = np.linalg.eigh(np.column_stack([multiply(e) for e in np.eye(half)]))
    else:
        H = LinearOperator((half, half), matvec=multiply, dtype=float)
        energies, vectors = eigsh(H, k=1, which="SA", v0=np.ones(half))
    psi = np.abs(vectors[:, 0]) / np.sqrt(2)
    return GroundState(float(energies[0]), np.concatenate([psi, psi[::-1]]))


def free_fermion_energy(chain):
    """Ground energy for any number of spins, from the map of the ring to free fermions:

        E_0 = -sum_k sqrt(J^2 + h^2 - 2 J h cos k),    k = (2 m + 1) pi / N,  m = 0, ..., N - 1.

    Parameters
    ----------
    chain : IsingChain

    Returns
    -------
    energy : float

    References
    ----------
    Pfeuty, Annals of Physics 57, 79 (1970).

    Examples
    --------
    >>> round(free_fermion_energy(IsingChain(16)), 10)
    -20.4045944748
    """
    k = (2 * np.arange(chain.n_spins) + 1) * np.pi / chain.n_spins
    return -float(np.sum(np.sqrt(chain.J**2 + chain.h**2 - 2 * chain.J * chain.h * np.cos(k))))
