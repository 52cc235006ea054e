"""Data sets: closed forms for Franke, NIST's certified solutions, and nuclear masses from a second table."""

import gzip
import hashlib
import json
import re
import socket
import urllib.request

import numpy as np
import pytest

from course_lib.datasets import (
    NIST_NAMES,
    franke,
    load_handwritten_digits,
    load_nist,
    load_nuclear_masses,
)


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


def write_openml_cache(folder, images, y):
    """What scikit-learn's cache holds once MNIST is there: OpenML's answers and the ARFF file."""
    pixels = [f"pixel{i}" for i in range(1, 785)]
    lines = ["@RELATION mnist_784", *(f"@ATTRIBUTE {name} real" for name in pixels)]
    lines += ["@ATTRIBUTE class {0,1,2,3,4,5,6,7,8,9}", "@DATA"]
    lines += [",".join(map(str, [*image.ravel(), digit])) for image, digit in zip(images, y, strict=True)]
    arff = ("\n".join(lines) + "\n").encode()
    numeric = {"data_type": "numeric", "is_target": "false"}
    nominal = {"data_type": "nominal", "is_target": "true", "nominal_values": [str(k) for k in range(10)]}
    common = {"is_ignore": "false", "is_row_identifier": "false", "number_of_missing_values": "0"}
    features = [{"name": name, **numeric} for name in pixels] + [{"name": "class", **nominal}]
    entry = {"did": 554, "name": "mnist_784", "version": 1, "status": "active", "format": "ARFF"}
    description = {
        "id": "554",
        "name": "mnist_784",
        "version": "1",
        "description": "digits",
        "format": "ARFF",
        "file_id": "52667",
        "url": "https://www.openml.org/data/v1/download/52667/mnist_784.arff",
        "default_target_attribute": "class",
        "status": "active",
        "md5_checksum": hashlib.md5(arff).hexdigest(),
    }
    answers = {
        "api/v1/json/data/list/data_name/mnist_784/limit/2/data_version/1": {"data": {"dataset": [entry]}},
        "api/v1/json/data/554": {"data_set_description": description},
        "api/v1/json/data/features/554": {
            "data_features": {"feature": [{"index": str(i), **f, **common} for i, f in enumerate(features)]}
        },
        "api/v1/json/data/qualities/554": {
            "data_qualities": {"quality": [{"name": "NumberOfInstances", "value": str(len(y))}]}
        },
    }
    files = {path: json.dumps(answer).encode() for path, answer in answers.items()}
    files["data/v1/download/52667/mnist_784.arff"] = arff
    for path, content in files.items():
        target = folder / "openml" / "openml.org" / f"{path}.gz"
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(gzip.compress(content))


@pytest.fixture
def no_network(monkeypatch):
    """Every download goes to a port of this machine where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{free.getsockname()[1]}"
    for name in ("http_proxy", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.setenv(name, address)
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    # urllib keeps its first opener, proxies included: neither an older one here, nor this one for later tests
    monkeypatch.setattr(urllib.request, "_opener", None)


def test_mnist_is_read_from_files_of_openml_s_format(tmp_path, no_network):
    rng = np.random.default_rng(3)
    images, y = rng.integers(0, 256, (30, 28, 28)), rng.integers(0, 10, 30)
    write_openml_cache(tmp_path, images, y)
    digits = load_handwritten_digits(tmp_path)
    assert digits.name == "MNIST"
    assert digits.images.shape == (30, 28, 28)
    assert digits.images.dtype == np.float32
    np.testing.assert_array_equal((digits.images * 255).round().astype(int), images)
    np.testing.assert_array_equal(digits.y, y)
    assert digits.y.dtype.kind == "i"


def test_without_a_network_there_are_the_small_digits_and_a_message(tmp_path, no_network):
    with pytest.warns(UserWarning, match="MNIST could not") as caught:
        digits = load_handwritten_digits(tmp_path)
    message = caught[-1]  # scikit-learn has warned before
    assert re.search(r"refused.*Connect to the internet", str(message.message))
    assert message.filename == __file__
    assert digits.name == "digits"
    assert digits.images.shape == (1797, 8, 8)
    assert (digits.images.min(), digits.images.max()) == (0, 1)
    np.testing.assert_array_equal(np.bincount(digits.y), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180])
    assert socket.getdefaulttimeout() is None


def test_a_broken_download_is_not_taken_for_mnist(tmp_path, no_network):
    write_openml_cache(tmp_path, np.zeros((30, 28, 28), dtype=int), np.arange(30) % 10)
    arff = tmp_path / "openml/openml.org/data/v1/download/52667/mnist_784.arff.gz"
    arff.write_bytes(arff.read_bytes()[:200])
    with pytest.warns((UserWarning, RuntimeWarning)) as caught:
        digits = load_handwritten_digits(tmp_path)
    assert digits.name == "digits"
    assert any("MNIST could not be downloaded" in str(w.message) for w in caught)
