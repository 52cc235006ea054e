"""Data sets: closed forms for Franke, NIST's certified solutions, and nuclear masses from a second table."""

import numpy as np
import pytest

from course_lib.datasets import NIST_NAMES, franke, load_nist, load_nuclear_masses


def test_franke_has_its_hills_and_dip_where_they_belong():
    # At the centre of one Gaussian the others are small, and known.
    assert franke(2 / 9, 2 / 9) == pytest.approx(
        0.75 + 0.75 * np.exp(-9 / 49 - 0.3) + 0.5 * np.exp(-6.5), rel=1e-6
    )
    assert franke(7 / 9, 3 / 9) == pytest.approx(
        0.5 + 0.75 * np.exp(-6.25 - 0.25) + 0.75 * np.exp(-64 / 49 - 0.4), rel=1e-6
    )
    assert franke(4 / 9, 7 / 9) < 0.2 > franke(0.9, 0.9)
    assert franke(np.zeros((3, 2)), np.ones((3, 2))).shape == (3, 2)


@pytest.mark.parametrize("name", NIST_NAMES)
def test_certified_values_are_a_minimum(name):
    data = load_nist(name)
    X = np.column_stack([np.ones(len(data.y)), data.X]) if data.fit_intercept else data.X
    X, y, theta = X.astype(np.longdouble), data.y.astype(np.longdouble), data.theta.astype(np.longdouble)
    residual = y - X @ theta
    # The residual is orthogonal to the columns, up to the rounding of the 15 certified digits.
    rounding = np.abs(X) @ np.abs(theta) * 1e-14
    assert np.all(np.abs(X.T @ residual) <= np.abs(X).T @ rounding)


def test_a_typing_error_in_the_data_would_be_noticed():
    data = load_nist("longley")
    X = np.column_stack([np.ones(16), data.X])
    X[3, 2] += 1  # one unit in six digits
    rounding = np.abs(X) @ np.abs(data.theta) * 1e-14
    assert np.any(np.abs(X.T @ (data.y - X @ data.theta)) > np.abs(X).T @ rounding)


def test_unknown_name():
    with pytest.raises(ValueError, match="no NIST set 'iris'; the names are filip, longley"):
        load_nist("iris")


# Binding energies per nucleon in keV, as the evaluation prints them in a column that the loader does not use.
BINDING_PER_NUCLEON = {
    (8, 8): 7976.2072,
    (20, 20): 8551.3046,
    (20, 28): 8666.6916,
    (26, 30): 8790.3563,
    (28, 34): 8794.5555,
    (40, 50): 8709.9699,
    (50, 70): 8504.4880,
    (50, 82): 8354.8726,
    (79, 118): 7915.6548,
    (82, 126): 7867.4530,
    (92, 143): 7590.9151,
    (92, 146): 7570.1262,
}
# Atomic masses in u, from the evaluation's second table, rounded to its uncertainties (massround.mas20).
ATOMIC_MASS = {(8, 8): 15.99491462, (26, 30): 55.93493554, (79, 118): 196.9665701, (92, 146): 238.0507869}


@pytest.fixture(scope="module")
def masses():
    return load_nuclear_masses()


def binding_energy_of(masses, Z, N):
    return masses.binding_energy[(masses.Z == Z) & (masses.N == N)].item()


@pytest.mark.parametrize(("nucleus", "expected"), BINDING_PER_NUCLEON.items())
def test_binding_energies_are_those_of_the_evaluation(masses, nucleus, expected):
    # Rounded to 0.1 keV a nucleus here, to 0.0001 keV a nucleon there.
    ours = 1000 * binding_energy_of(masses, *nucleus) / sum(nucleus)
    assert abs(ours - expected) < 0.05 / sum(nucleus) + 2e-4


@pytest.mark.parametrize(("nucleus", "mass"), ATOMIC_MASS.items())
def test_binding_energies_follow_from_atomic_masses(masses, nucleus, mass):
    Z, N = nucleus
    hydrogen, neutron, u = 1.00782503190, 1.00866491590, 931.49410242  # u, u, MeV
    # Ten digits of the mass leave 5e-9 u, 0.05 keV; rounding in the file adds as much.
    rounding = u * (5e-8 if mass > 100 else 5e-9) + 1e-4
    assert abs(binding_energy_of(masses, Z, N) - u * (Z * hydrogen + N * neutron - mass)) < rounding


def test_nuclear_masses_are_the_measured_ones_in_order(masses):
    assert len(masses.Z) == len(masses.N) == len(masses.uncertainty) == 2484
    assert np.min(masses.Z + masses.N) == 16
    order = list(zip(masses.Z, masses.N, strict=True))
    assert order == sorted(set(order))
    # Magnesium 40, calcium 60 and all of oganesson exist, but their masses are extrapolations.
    assert not {(12, 28), (20, 40)} & set(order)
    assert masses.Z.max() == 110
    assert np.all(masses.uncertainty >= 0)
    assert masses.uncertainty.max() < 0.9


def test_oxygen_26_is_unbound_by_18_keV(masses):
    # Kondo et al., Physical Review Letters 116, 102503 (2016): it emits two neutrons, of 18 keV together.
    assert binding_energy_of(masses, 8, 18) - binding_energy_of(masses, 8, 16) == pytest.approx(
        -0.018, abs=1e-3
    )
