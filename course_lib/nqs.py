"""Neural quantum states: restricted Boltzmann machines as wave functions.

For particles in a trap it is the Gaussian-binary machine of this file, a trial function for course_lib.vmc.
For spins it is the machine of course_lib.spin_rbm, trained by course_lib.spin_vmc on the chain of
course_lib.spins; this module passes their names on.
"""

import numpy as np
from scipy.special import expit

from course_lib._checks import check_integer, check_rng
from course_lib.spin_rbm import SpinRBM, SpinSample, born_probabilities, sample_spins
from course_lib.spin_vmc import SpinMinimisation, estimate_spin_energy, exact_energy, minimise_spin_energy
from course_lib.spins import (
    GroundState,
    IsingChain,
    exact_ground_state,
    free_fermion_energy,
    random_spins,
    spin_states,
)
from course_lib.trial_functions import TrialFunction

__all__ = [
    "GaussianBinaryRBM",
    "GroundState",
    "IsingChain",
    "SpinMinimisation",
    "SpinRBM",
    "SpinSample",
    "born_probabilities",
    "estimate_spin_energy",
    "exact_energy",
    "exact_ground_state",
    "free_fermion_energy",
    "minimise_spin_energy",
    "random_spins",
    "sample_spins",
    "spin_states",
]

FREE_SIGMA = np.sqrt(0.5)  # of abs(psi)^2 in the ground state of an oscillator with omega = 1


class GaussianBinaryRBM(TrialFunction):
    """Wave function psi with abs(psi)^2 = P(x), the marginal of a Gaussian-binary Boltzmann machine.

    The visible units x_i are all coordinates of all particles in one row. With hidden units h_j = 0 or 1 the
    energy of the machine is

        E(x, h) = sum_i (x_i - a_i)^2 / (2 sigma^2) - sum_j b_j h_j - sum_ij x_i w_ij h_j / sigma^2,

    and the sum of exp(-E) over h, of which psi is the square root, gives

        log psi = -sum_i (x_i - a_i)^2 / (4 sigma^2) + (1/2) sum_j log(1 + exp z_j),
        z_j = b_j + sum_i x_i w_ij / sigma^2.

    Part of the literature puts psi = P instead: there the factors 1/4 and 1/2 are 1/2 and 1, and sigma = 1
    plays the part of sigma = 1/sqrt(2) here.

    Parameters
    ----------
    a : array_like of shape (n_visible,)
        Centres, a length; n_visible = n_particles * n_dimensions.
    b : array_like of shape (n_hidden,)
        Dimensionless.
    W : array_like of shape (n_visible, n_hidden)
        Lengths.
    sigma : float
        > 0, a length that is not varied. With the default, and a = 0 and W = 0, psi is the exact ground state
        of particles without interaction in a trap with omega = 1; for other traps it is 1 / sqrt(2 omega).

    Attributes
    ----------
    theta : ndarray of shape (n_visible + n_hidden + n_visible * n_hidden,)
        a, b and the rows of W in one array.

    Raises
    ------
    ValueError
        If shapes do not match, a parameter is not finite, or sigma is not > 0.

    References
    ----------
    Hjorth-Jensen, FYS5429 week 1, "Representing the wave function". The idea is from Carleo and Troyer,
    Science 355, 602 (2017).

    Examples
    --------
    >>> free = GaussianBinaryRBM(np.zeros(4), np.zeros(2), np.zeros((4, 2)))
    >>> R = np.ones((1, 2, 2))
    >>> free.kinetic_energy(R) + 0.5 * np.sum(R**2)  # two particles in two dimensions: E = d N / 2
    array([2.])
    """

    def __init__(self, a, b, W, sigma=FREE_SIGMA):
        a, b, W = (np.asarray(parameter, dtype=float) for parameter in (a, b, W))
        if a.ndim != 1 or b.ndim != 1 or W.shape != (a.size, b.size):
            raise ValueError(
                "expected shapes (n_visible,) for a, (n_hidden,) for b and (n_visible, n_hidden) for W, "
                f"where n_visible is n_particles * n_dimensions; got {a.shape}, {b.shape} and {W.shape}"
            )
        if np.ndim(sigma) != 0 or not np.isfinite(sigma) or sigma <= 0:
            raise ValueError(
                f"sigma must be a finite number > 0, got {sigma!r}; it is the width of abs(psi)^2"
            )
        self.shape, self.sigma = W.shape, float(sigma)
        super().__init__(*a, *b, *W.ravel())

    @classmethod
    def random(cls, n_visible, n_hidden, *, scale=0.1, sigma=FREE_SIGMA, rng):
        """Parameters that are normal with standard deviation `scale`: almost no interaction."""
        n, m = check_integer("n_visible", n_visible, 1), check_integer("n_hidden", n_hidden, 1)
        normal = check_rng(rng).standard_normal
        return cls(scale * normal(n), scale * normal(m), scale * normal((n, m)), sigma)

    @property
    def a(self):
        """Centres, the first part of theta."""
        return self.theta[: self.shape[0]]

    @property
    def b(self):
        """Biases of the hidden units, the second part of theta."""
        return self.theta[self.shape[0] : sum(self.shape)]

    @property
    def W(self):
        """Weights, the rest of theta."""
        return self.theta[sum(self.shape) :].reshape(self.shape)

    def _visible(self, R):
        """All coordinates of a walker in one row."""
        x = R.reshape(len(R), -1)
        if x.shape[1] != self.shape[0]:
            raise ValueError(
                f"the machine has {self.shape[0]} visible units, but each walker {x.shape[1]} coordinates; "
                "n_visible is n_particles * n_dimensions"
            )
        return x

    def hidden_input(self, R):
        """z_j = b_j + sum_i x_i w_ij / sigma^2, of shape (n_walkers, n_hidden)."""
        return self.b + self._visible(R) @ self.W / self.sigma**2

    def log_psi(self, R):
        """-sum_i (x_i - a_i)^2 / (4 sigma^2) + (1/2) sum_j log(1 + exp z_j)."""
        y = self._visible(R) - self.a
        softplus = np.logaddexp(0.0, self.hidden_input(R))
        return -np.einsum("wi,wi->w", y, y) / (4 * self.sigma**2) + 0.5 * softplus.sum(axis=1)

    def gradient(self, R):
        """[-(x_i - a_i) + sum_j w_ij f(z_j)] / (2 sigma^2) with the logistic function f."""
        f = expit(self.hidden_input(R))
        return ((self.a - self._visible(R) + f @ self.W.T) / (2 * self.sigma**2)).reshape(R.shape)

    def laplacian(self, R):
        """-n_visible / (2 sigma^2) + sum_ij w_ij^2 f(z_j) (1 - f(z_j)) / (2 sigma^4)."""
        f = expit(self.hidden_input(R))
        curvature = (f * (1 - f)) @ np.sum(self.W**2, axis=0)
        return (curvature / self.sigma**2 - self.shape[0]) / (2 * self.sigma**2)

    def parameter_gradient(self, R):
        """(x_i - a_i) / (2 sigma^2) for a_i, f(z_j) / 2 for b_j, x_i f(z_j) / (2 sigma^2) for w_ij."""
        x, f = self._visible(R), expit(self.hidden_input(R))
        products = (x[:, :, np.newaxis] * f[:, np.newaxis, :]).reshape(len(x), -1)
        return np.hstack([(x - self.a) / self.sigma**2, f, products / self.sigma**2]) / 2
