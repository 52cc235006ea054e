"""Data that chapters and tests share: made ones with a known truth, and measured ones."""

import socket
import warnings
from dataclasses import dataclass
from importlib.resources import files

import numpy as np


def franke(x, y):
    """Franke's surface, four Gaussian hills and dips on the unit square; dimensionless.

    Parameters
    ----------
    x, y : array_like of one shape
        Coordinates in [0, 1].

    Returns
    -------
    ndarray of that shape

    References
    ----------
    R. Franke, A critical comparison of some methods for interpolation of scattered data, Naval Postgraduate
    School report NPS-53-79-003 (1979).

    Examples
    --------
    >>> float(franke(0.2, 0.2).round(4))
    1.2186
    """
    u, v = 9 * np.asarray(x, dtype=float), 9 * np.asarray(y, dtype=float)
    return (
        0.75 * np.exp(-((u - 2) ** 2) / 4 - (v - 2) ** 2 / 4)
        + 0.75 * np.exp(-((u + 1) ** 2) / 49 - (v + 1) / 10)
        + 0.5 * np.exp(-((u - 7) ** 2) / 4 - (v - 3) ** 2 / 4)
        - 0.2 * np.exp(-((u - 4) ** 2) - (v - 7) ** 2)
    )


@dataclass(frozen=True)
class ReferenceData:
    """A regression problem whose solution is certified.

    Attributes
    ----------
    X : ndarray of shape (n_samples, n_features)
        Without a column of ones.
    y : ndarray of shape (n_samples,)
    theta : ndarray
        Certified coefficients, rounded to 15 digits; the intercept first, where there is one.
    fit_intercept : bool
    """

    X: np.ndarray
    y: np.ndarray
    theta: np.ndarray
    fit_intercept: bool


_NIST = files("course_lib") / "data" / "nist"

# Sets that fit a polynomial in one x, and its degree. Longley has six predictors; NoInt1 a line through zero.
_NIST_DEGREE = {"filip": 10, "norris": 1, "pontius": 2} | {f"wampler{i}": 5 for i in range(1, 6)}
NIST_NAMES = tuple(sorted([*_NIST_DEGREE, "longley", "noint1"]))


def load_nist(name):
    """A linear-regression problem of NIST's Statistical Reference Datasets, with its certified solution.

    Parameters
    ----------
    name : str
        One of NIST_NAMES. "pontius" is the calibration of a load cell: 40 loads and the deflections read off;
        "filip" asks for a polynomial of degree 10, and defeats many programs.

    Returns
    -------
    ReferenceData

    Raises
    ------
    ValueError
        If there is no set of that name.

    References
    ----------
    NIST Standard Reference Database 140, Statistical Reference Datasets: Linear Regression.

    Examples
    --------
    >>> data = load_nist("pontius")
    >>> data.X.shape, data.theta.shape
    ((40, 2), (3,))
    """
    if name not in NIST_NAMES:
        raise ValueError(f"there is no NIST set {name!r}; the names are {', '.join(NIST_NAMES)}")
    with (_NIST / f"{name}.csv").open() as file:
        y, *columns = np.loadtxt(file, delimiter=",", skiprows=1, unpack=True)
    if name in _NIST_DEGREE:
        X = columns[0][:, np.newaxis] ** np.arange(1, _NIST_DEGREE[name] + 1)
    else:
        X = np.column_stack(columns)
    with (_NIST / "certified.csv").open() as file:
        certified = [line.strip().split(",") for line in file]
    theta = np.array([float(value) for set_name, _, value in certified if set_name == name])
    return ReferenceData(X, y, theta, fit_intercept=name != "noint1")


@dataclass(frozen=True)
class NuclearMasses:
    """Measured binding energies, one entry a nucleus, ordered by Z and then by N.

    Attributes
    ----------
    Z, N : ndarray of int, of shape (n_nuclei,)
        Numbers of protons and of neutrons.
    binding_energy : ndarray of shape (n_nuclei,)
        Of the whole nucleus, in MeV.
    uncertainty : ndarray of shape (n_nuclei,)
        Standard error of the measured mass, in MeV, rounded to 0.1 keV.
    """

    Z: np.ndarray
    N: np.ndarray
    binding_energy: np.ndarray
    uncertainty: np.ndarray


def load_nuclear_masses():
    """Binding energies of the 2484 nuclei with at least 16 nucleons whose masses have been measured.

    From the mass excesses D of neutral atoms, B = Z D(1H) + N D(n) - D(Z, N): the binding of the electrons is
    left in, as in the evaluation itself; it reaches 0.6 MeV in lead, of 1636. Masses that the evaluation
    extrapolates from neighbouring nuclei are left out.

    Returns
    -------
    NuclearMasses

    References
    ----------
    M. Wang, W. J. Huang, F. G. Kondev, G. Audi and S. Naimi, The AME 2020 atomic mass evaluation (II),
    Chinese Physics C 45, 030003 (2021); table mass_1.mas20 of the Atomic Mass Data Center.

    Examples
    --------
    >>> masses = load_nuclear_masses()
    >>> iron = (masses.Z == 26) & (masses.N == 30)
    >>> (masses.binding_energy[iron] / 56).round(3)
    array([8.79])
    """
    with (files("course_lib") / "data" / "nuclear_masses.csv").open() as file:
        Z, N, binding_energy, uncertainty = np.loadtxt(file, delimiter=",", skiprows=1, unpack=True)
    return NuclearMasses(Z.astype(int), N.astype(int), binding_energy, uncertainty)


@dataclass(frozen=True)
class HandwrittenDigits:
    """Grey images of the digits 0 to 9.

    Attributes
    ----------
    images : ndarray of float32, of shape (n_images, height, width)
        0 is paper, 1 is ink.
    y : ndarray of int, of shape (n_images,)
        The digit.
    name : str
        "MNIST" (70 000 images of 28 x 28; the last 10 000 are for testing) or "digits" (1797 of 8 x 8).
    """

    images: np.ndarray
    y: np.ndarray
    name: str


def load_handwritten_digits(data_home=None):
    """MNIST from OpenML; where it cannot be had, scikit-learn's small digits, with a warning that says so.

    The first call downloads 15 MB, and later ones read them from the cache, without a network.

    Parameters
    ----------
    data_home : path, optional
        Folder of the cache; scikit-learn's own (``~/scikit_learn_data``) without it.

    Returns
    -------
    HandwrittenDigits
        Its name says which of the two it is.

    Warns
    -----
    UserWarning
        If MNIST is not in the cache and cannot be downloaded.

    References
    ----------
    Y. LeCun, C. Cortes and C. J. C. Burges, The MNIST database of handwritten digits (1998); set 554 of
    OpenML. E. Alpaydin and C. Kaynak, Optical recognition of handwritten digits, UCI (1998), the small ones.
    """
    from sklearn.datasets import fetch_openml, load_digits

    patience = socket.getdefaulttimeout()
    socket.setdefaulttimeout(20)  # scikit-learn sets none, and would wait for ever for a silent server
    try:
        X, y = fetch_openml(
            "mnist_784",
            version=1,
            data_home=data_home,
            return_X_y=True,
            as_frame=False,
            n_retries=1,
            # pandas 3.1 makes numbers of the classes, which are digits, and scikit-learn stumbles over them
            read_csv_kwargs={"dtype": dict.fromkeys(range(784), np.uint8) | {784: str}},
        )
    except OSError as error:  # no network, no such host, a refusal, a connection that broke off
        warnings.warn(
            f"MNIST could not be downloaded from openml.org ({error}), so these are scikit-learn's 1797 "
            "small digits. Connect to the internet and call again; once downloaded, MNIST is kept.",
            stacklevel=2,
        )
        small = load_digits()
        return HandwrittenDigits((small.images / 16).astype(np.float32), small.target, "digits")
    finally:
        socket.setdefaulttimeout(patience)
    return HandwrittenDigits((X / 255).astype(np.float32).reshape(-1, 28, 28), y.astype(int), "MNIST")
