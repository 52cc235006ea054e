"""A restricted Boltzmann machine as the wave function of spins, and samples of its square.

For J, h >= 0 the ground state of the Ising chain can be chosen with psi(s) >= 0 for every configuration s, so
that a machine with real parameters can represent it. Configurations are arrays of shape (n_samples, n_spins).
"""

import warnings
from dataclasses import dataclass

import numpy as np

from course_lib._checks import check_integer, check_rng
from course_lib.spins import check_spins
from course_lib.vmc import AcceptanceWarning

__all__ = ["SpinRBM", "SpinSample", "born_probabilities", "sample_spins"]

MAX_REACH = 150.0  # of the sum of the weights of a unit: its exponentials stay in the range of a float


class SpinRBM:
    """Wave function psi(s) = exp(a.s) prod_j 2 cosh z_j with z = b + W^T s.

    It is the sum of exp(a.s + b.h + s^T W h) over hidden spins h_j = +1 and -1.

    Parameters
    ----------
    a : array_like of shape (n_spins,)
    b : array_like of shape (n_hidden,)
    W : array_like of shape (n_spins, n_hidden)

    Attributes
    ----------
    theta : ndarray of shape (n_spins + n_hidden + n_spins * n_hidden,)
        a, b and the rows of W in one array.

    Raises
    ------
    ValueError
        If shapes do not match or a parameter is not finite.

    References
    ----------
    Carleo and Troyer, Science 355, 602 (2017), here with real parameters.

    Examples
    --------
    >>> rbm = SpinRBM([0.0, 0.0], [0.0], [[1.0], [1.0]])
    >>> rbm.log_psi([[1, 1], [1, -1]]).round(4)
    array([2.0181, 0.6931])
    """

    def __init__(self, a, b, W):
        self.a, self.b, self.W = (np.array(parameter, dtype=float) for parameter in (a, b, W))
        if self.a.ndim != 1 or self.b.ndim != 1 or self.W.shape != (self.a.size, self.b.size):
            raise ValueError(
                "expected a of shape (n_spins,), b of shape (n_hidden,) and W of shape (n_spins, n_hidden), "
                f"got {self.a.shape}, {self.b.shape} and {self.W.shape}"
            )
        self.theta = np.concatenate([self.a, self.b, self.W.ravel()])
        if not np.all(np.isfinite(self.theta)):
            raise ValueError(
                "the parameters of SpinRBM must be finite; if a minimisation led here, take a smaller eta or "
                "a larger shift"
            )

    @classmethod
    def random(cls, n_spins, n_hidden, *, scale=0.05, rng):
        """Parameters that are normal with standard deviation `scale`: at first psi is nearly constant."""
        shapes = (n_spins, n_hidden, (n_spins, n_hidden))
        return cls(*(scale * check_rng(rng).standard_normal(shape) for shape in shapes))

    def with_parameters(self, theta):
        """A machine of the same size with other parameters, given as one array like theta."""
        theta = np.asarray(theta, dtype=float)
        if theta.shape != self.theta.shape:
            raise ValueError(f"theta must have shape {self.theta.shape} (a, b and W), got {theta.shape}")
        a, b, W = np.split(theta, [self.a.size, self.a.size + self.b.size])
        return SpinRBM(a, b, W.reshape(self.W.shape))

    def hidden_input(self, s):
        """z_j = b_j + sum_i s_i w_ij, of shape (n_samples, n_hidden)."""
        return check_spins(s, self.a.size) @ self.W + self.b

    def log_psi(self, s):
        """a.s + sum_j log(2 cosh z_j), of shape (n_samples,); psi is not normalised."""
        z = self.hidden_input(s)
        return np.asarray(s) @ self.a + np.logaddexp(z, -z).sum(axis=1)

    def parameter_gradient(self, s):
        """d log psi / d theta: s_i for a_i, tanh z_j for b_j, s_i tanh z_j for w_ij.

        Returns
        -------
        O : ndarray of shape (n_samples, n_parameters)
        """
        n, m = self.W.shape
        # Samples lie along the fast axis, so that every row is one long product.
        t, s = np.tanh(self.hidden_input(s)).T, np.asarray(s, dtype=float).T
        O = np.empty((n + m + n * m, s.shape[1]))
        O[:n], O[n : n + m] = s, t
        np.multiply(s[:, np.newaxis], t, out=O[n + m :].reshape(n, m, -1))
        return O.T

    def flip_ratios(self, s):
        """psi(s with spin i flipped) / psi(s), of shape (n_samples, n_spins)."""
        up, x = self._start(s)
        factors, prefactors = self._flip_tables()
        per_unit, ratios = 1 / (1 + x), np.empty(up.shape)
        for i in range(len(up)):
            flipped = 1 + x * factors[i].take(up[i], axis=1)
            np.prod(flipped * per_unit, axis=0, out=ratios[i])
            ratios[i] *= prefactors[i].take(up[i])
        return ratios.T

    def _start(self, s):
        """Which spins are up, as 0 or 1, and x = exp(2 z), both with the samples along the fast axis."""
        z, size = self.hidden_input(s), np.abs(self.W)
        reach = max(np.max(np.abs(self.a) + size.sum(axis=1)), np.max(np.abs(self.b) + size.sum(axis=0)))
        if reach > MAX_REACH:
            raise ValueError(
                f"the weights of one unit add up to {reach:.3g}, above {MAX_REACH:g}: they have run away; "
                "take a smaller eta or a larger shift"
            )
        return np.ascontiguousarray(np.asarray(s).T > 0, dtype=np.intp), np.exp(2 * np.ascontiguousarray(z.T))

    def _flip_tables(self):
        """Factors that go with a flip of spin i, where it is down (0) and where it is up (1).

        The flip multiplies x_j = exp(2 z_j) by exp(-4 s_i w_ij). With cosh z = exp(-z) (1 + x) / 2 the
        amplitude is multiplied by

            psi(s') / psi(s) = exp(2 s_i (sum_j w_ij - a_i)) prod_j (1 + x'_j) / (1 + x_j),

        which takes no exponential or logarithm for a sample, and no difference in which digits would cancel.
        The table for x has a third column (2) of ones: no flip.
        """
        grow, change = np.exp(4 * self.W), np.exp(2 * (self.W.sum(axis=1) - self.a))
        return np.stack([grow, 1 / grow, np.ones_like(grow)], axis=2), np.stack([1 / change, change], axis=1)


@dataclass(frozen=True)
class SpinSample:
    """Configurations distributed as psi(s)^2.

    Attributes
    ----------
    s : ndarray of shape (n_chains, n_spins)
        The last state of every chain.
    acceptance : float
    """

    s: np.ndarray
    acceptance: float

    def __str__(self):
        return f"{len(self.s)} chains, acceptance {self.acceptance:.3f}"


def sample_spins(rbm, s, n_sweeps, *, rng):
    """Metropolis sampling of psi(s)^2 by flips of single spins, in many chains at once.

    A sweep goes through the spins in random order. Every chain flips spin i with probability
    min(1, (psi(s') / psi(s))^2); the input of the hidden units is kept and updated, not computed anew.

    Parameters
    ----------
    rbm : SpinRBM
    s : array_like of shape (n_chains, n_spins)
        Where the chains start; left as it is.
    n_sweeps : int
    rng : numpy.random.Generator

    Returns
    -------
    SpinSample

    Raises
    ------
    ValueError, TypeError
        If s does not hold +1 and -1, n_sweeps < 1, or rng is not a Generator.

    Warns
    -----
    AcceptanceWarning
        If no flip is accepted, or every one.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> rbm = SpinRBM.random(8, 8, scale=0.2, rng=rng)
    >>> print(sample_spins(rbm, np.ones((100, 8)), 10, rng=rng))
    100 chains, acceptance 0.577
    """
    check_rng(rng)
    n_sweeps = check_integer("n_sweeps", n_sweeps, 1)
    up, x = rbm._start(s)
    factors, prefactors = rbm._flip_tables()
    n_accepted = 0
    for _ in range(n_sweeps):
        u = rng.random(up.shape)
        for i in rng.permutation(len(up)):
            x_flipped = x * factors[i].take(up[i], axis=1)
            ratio = prefactors[i].take(up[i]) * np.prod((1 + x_flipped) / (1 + x), axis=0)
            accepted = ratio**2 > u[i]
            x *= factors[i].take(np.where(accepted, up[i], 2), axis=1)
            up[i] ^= accepted
            n_accepted += np.count_nonzero(accepted)
    acceptance = n_accepted / (n_sweeps * up.size)
    if n_sweeps * up.size >= 100 and acceptance in (0.0, 1.0):
        what = (
            "no flip was accepted: psi is far smaller beside every chain, so start them elsewhere"
            if acceptance == 0
            else "every flip was accepted: psi is the same for all configurations, and every chain swings "
            "between two of them; give the weights a random start"
        )
        warnings.warn(what, AcceptanceWarning, stacklevel=2)
    return SpinSample((2.0 * up - 1.0).T, acceptance)


def born_probabilities(rbm, s):
    """psi(s)^2, normalised to a sum of 1 over the given configurations, usually spin_states.

    Examples
    --------
    >>> from course_lib.spins import spin_states
    >>> born_probabilities(SpinRBM([0.0, 0.0], [0.0], [[1.0], [1.0]]), spin_states(2)).round(3)
    array([0.467, 0.033, 0.033, 0.467])
    """
    return normalised_square(rbm.log_psi(s))


def normalised_square(log_psi):
    """psi^2 / sum(psi^2), from the logarithms; no exponential overflows."""
    p = np.exp(2 * (log_psi - np.max(log_psi)))
    return p / p.sum()
