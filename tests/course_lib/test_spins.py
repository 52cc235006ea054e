"""The Ising chain against dense matrices, free fermions and the identities of its ground state."""

from functools import reduce

import numpy as np
import pytest

from course_lib.spins import (
    IsingChain,
    exact_ground_state,
    free_fermion_energy,
    random_spins,
    spin_states,
)

SIGMA_X, SIGMA_Z = np.array([[0.0, 1.0], [1.0, 0.0]]), np.diag([1.0, -1.0])
CHAINS = [(2, 1.0, 1.0), (3, 1.0, 0.4), (4, 0.7, 1.3), (5, 1.0, 1.0), (8, 1.0, 0.5), (8, 0.3, 2.0)]


def dense(chain):
    """H as a matrix, from Kronecker products."""
    n = chain.n_spins

    def operator(sites, sigma):
        return reduce(np.kron, [sigma if i in sites else np.eye(2) for i in range(n)])

    H = -chain.h * sum(operator([i], SIGMA_X) for i in range(n))
    for i in range(n):
        H = H - chain.J * operator([i], SIGMA_Z) @ operator([(i + 1) % n], SIGMA_Z)
    return H


class Amplitudes:
    """A state that is a list of amplitudes, with the flip ratios that local_energy asks for."""

    def __init__(self, psi):
        self.psi = psi

    def flip_ratios(self, s):
        n = s.shape[1]
        rows = ((1 - s) / 2) @ 2 ** np.arange(n)[::-1]
        flipped = rows.astype(int)[:, np.newaxis] ^ (1 << np.arange(n)[::-1])
        return self.psi[flipped] / self.psi[rows.astype(int)][:, np.newaxis]


@pytest.mark.parametrize(("n_spins", "J", "h"), CHAINS)
def test_ground_state_equals_dense_diagonalisation(n_spins, J, h):
    chain = IsingChain(n_spins, J, h)
    energies, vectors = np.linalg.eigh(dense(chain))
    ground = exact_ground_state(chain)
    assert ground.energy == pytest.approx(energies[0], rel=1e-12)
    np.testing.assert_allclose(ground.psi, np.abs(vectors[:, 0]), atol=1e-7)
    assert np.sum(ground.psi**2) == pytest.approx(1.0, rel=1e-12)


@pytest.mark.parametrize(("n_spins", "J", "h"), [*CHAINS, (7, 1.0, 0.0), (6, 0.0, 1.5), (9, 1.0, 0.99)])
def test_free_fermions_equal_dense_diagonalisation(n_spins, J, h):
    chain = IsingChain(n_spins, J, h)
    assert free_fermion_energy(chain) == pytest.approx(np.linalg.eigvalsh(dense(chain))[0], rel=1e-12)


def test_the_two_ways_agree_on_sixteen_spins():
    chain = IsingChain(16)
    assert exact_ground_state(chain).energy == pytest.approx(-20.4045944748, abs=5e-11)
    assert free_fermion_energy(chain) == pytest.approx(-20.4045944748, abs=5e-11)


def test_a_long_chain_has_the_energy_of_the_infinite_one():
    # At h = J the energy per spin is -4/pi; for a ring it is lower by pi / (6 N^2) times the velocity 2 times
    # the central charge 1/2, up to terms of order 1/N^4 (Bloete, Cardy and Nightingale, 1986).
    n = 200
    per_spin = free_fermion_energy(IsingChain(n)) / n
    assert per_spin == pytest.approx(-4 / np.pi - np.pi / 6 / n**2, abs=10 / n**4)


def test_a_small_field_leaves_the_even_state():
    # The odd state lies above by about h^N: far below rounding, and a plain Lanczos run would mix the two.
    chain = IsingChain(12, J=1.0, h=0.05)
    ground = exact_ground_state(chain)
    assert ground.energy == pytest.approx(free_fermion_energy(chain), rel=1e-12)
    np.testing.assert_array_equal(ground.psi, ground.psi[::-1])
    assert ground.psi[0] ** 2 == pytest.approx(0.5, rel=0.01)


@pytest.mark.parametrize(("J", "h", "energy"), [(0.0, 1.0, -6.0), (1.0, 0.0, -6.0)])
def test_ground_state_at_the_ends(J, h, energy):
    assert exact_ground_state(IsingChain(6, J, h)).energy == pytest.approx(energy, abs=1e-12)


def test_local_energy_of_the_ground_state_is_the_same_everywhere():
    chain = IsingChain(6, J=0.8, h=1.1)
    ground = exact_ground_state(chain)
    E_L = chain.local_energy(Amplitudes(ground.psi), spin_states(6))
    np.testing.assert_allclose(E_L, ground.energy, rtol=1e-6)


def test_local_energy_is_h_psi_over_psi():
    chain, psi = IsingChain(5, J=0.8, h=1.1), np.random.default_rng(0).uniform(0.5, 2, size=32)
    E_L = chain.local_energy(Amplitudes(psi), spin_states(5))
    np.testing.assert_allclose(E_L, dense(chain) @ psi / psi, rtol=1e-12)


def test_interaction_is_the_sum_over_bonds():
    s = random_spins(20, 7, rng=np.random.default_rng(0))
    expected = [-0.6 * sum(row[i] * row[(i + 1) % 7] for i in range(7)) for row in s]
    np.testing.assert_allclose(IsingChain(7, J=0.6).interaction(s), expected)


def test_states_are_in_the_order_of_the_axes():
    s = spin_states(3)
    np.testing.assert_array_equal(s[:, 0].reshape(2, 2, 2)[:, 0, 0], [1, -1])
    np.testing.assert_array_equal(s[:, 2].reshape(2, 2, 2)[0, 0], [1, -1])
    np.testing.assert_array_equal(spin_states(3, 2, 5), s[2:5])
    assert len(np.unique(s, axis=0)) == 8


def test_random_spins_are_fair():
    s = random_spins(4000, 5, rng=np.random.default_rng(0))
    assert set(np.unique(s)) == {-1.0, 1.0}
    assert np.max(np.abs(s.mean(axis=0))) < 4 / np.sqrt(4000)


def test_bad_input():
    with pytest.raises(ValueError, match=r"25 spins have 2\^25 states.* 3 GB.*free_fermion_energy"):
        exact_ground_state(IsingChain(25))
    with pytest.raises(ValueError, match=r"25 spins have 2\^25 states"):
        spin_states(25)
    with pytest.raises(ValueError, match="n_spins must be an integer >= 2, got 1"):
        IsingChain(1)
    for bad in (-1.0, np.nan, [1.0]):
        with pytest.raises(ValueError, match="h must be a finite number >= 0"):
            IsingChain(4, h=bad)
        with pytest.raises(ValueError, match="J must be a finite number >= 0"):
            IsingChain(4, J=bad)
    with pytest.raises(ValueError, match="J and h are both 0"):
        IsingChain(4, J=0, h=0)
    with pytest.raises(ValueError, match=r"spins are \+1 or -1, but s holds 0.0; .* 1 - 2 x"):
        IsingChain(2).interaction([[0, 1]])
    with pytest.raises(ValueError, match=r"shape \(n_samples, 4\), one spin a column, got \(4,\)"):
        IsingChain(4).interaction([1, 1, 1, 1])
    with pytest.raises(TypeError, match="rng must be a numpy"):
        random_spins(3, 4, rng=0)


def test_a_local_energy_that_is_not_finite_is_reported():
    psi = np.ones(4)
    psi[3] = 0.0
    with np.errstate(divide="ignore"), pytest.raises(ValueError, match="not finite for 1 of 4 samples: psi"):
        IsingChain(2).local_energy(Amplitudes(psi), spin_states(2))
