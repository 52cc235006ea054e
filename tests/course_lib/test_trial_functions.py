"""Trial functions against finite differences, automatic differentiation and psi itself."""

import numpy as np
import pytest

from course_lib.autodiff_trial import AutodiffTrialFunction
from course_lib.trial_functions import (
    Gaussian,
    HydrogenLike,
    PadeJastrow,
    Product,
    TrialFunction,
    trial_function_errors,
)

# Central differences of fourth order with h = 0.002 are wrong by about h^4 / 90 = 2e-13 times the sixth
# derivative, which is 5! / r^5 = 5e4 at a distance of 0.3 from a cusp, and by 1e-16 / h^2 = 3e-11 from
# rounding.
DIFFERENCES = 1e-7

PROVIDED = {
    "gaussian": Gaussian(0.4),
    "hydrogen": HydrogenLike(1.7),
    "jastrow": PadeJastrow(0.5, 0.3),
    "helium": Product(HydrogenLike(1.8), PadeJastrow(0.5, 0.35)),
    "trap": Product(Gaussian(0.5), PadeJastrow(1.0, 0.4)),
}


def positions(n_walkers, n_particles, n_dimensions, seed=0, apart=0.3):
    """Random positions with all distances, also to the origin, larger than `apart`."""
    rng = np.random.default_rng(seed)
    found = []
    while len(found) < n_walkers:
        r = rng.normal(size=(n_particles, n_dimensions))
        points = np.vstack([r, np.zeros((1, n_dimensions))])
        distances = np.linalg.norm(points[:, None] - points[None], axis=2)[
            np.triu_indices(n_particles + 1, 1)
        ]
        if distances.min() > apart:
            found.append(r)
    return np.array(found)


@pytest.mark.parametrize("name", PROVIDED)
@pytest.mark.parametrize("shape", [(6, 1, 1), (6, 2, 1), (6, 2, 2), (6, 1, 3), (6, 2, 3), (6, 3, 3)])
def test_derivatives_agree_with_finite_differences(name, shape):
    errors = trial_function_errors(PROVIDED[name], positions(*shape))
    assert errors.largest < DIFFERENCES, str(errors)


@pytest.mark.parametrize("name", PROVIDED)
def test_kinetic_energy_is_that_of_psi_itself(name):
    # -(1/2) (laplacian psi) / psi from second differences of psi and not of its logarithm.
    trial, R, h = PROVIDED[name], positions(5, 2, 3), 1e-3
    psi = np.exp(trial.log_psi(R))
    laplacian = np.zeros(5)
    for i, k in np.ndindex(2, 3):
        shift = np.zeros((2, 3))
        shift[i, k] = h
        laplacian += (np.exp(trial.log_psi(R + shift)) - 2 * psi + np.exp(trial.log_psi(R - shift))) / h**2
    # The error of the second difference is h^2/12 times the fourth derivative, which is at most of order
    # 100 psi here (the cusp is 0.3 away): 1e-5, with a margin of ten for six coordinates.
    np.testing.assert_allclose(trial.kinetic_energy(R), -0.5 * laplacian / psi, atol=1e-4)


class Quartic(TrialFunction):
    """The example of the module: exp(-theta_0 sum_i r_i^4)."""

    def log_psi(self, R):
        return -self.theta[0] * np.sum(np.sum(R**2, axis=2) ** 2, axis=1)

    def gradient(self, R):
        return -4 * self.theta[0] * np.sum(R**2, axis=2, keepdims=True) * R

    def laplacian(self, R):
        return -4 * self.theta[0] * (R.shape[2] + 2) * np.sum(R**2, axis=(1, 2))

    def parameter_gradient(self, R):
        return -np.sum(np.sum(R**2, axis=2) ** 2, axis=1)[:, np.newaxis]


def test_a_new_trial_function_takes_four_methods():
    assert trial_function_errors(Quartic(0.3), positions(4, 2, 3)).largest < DIFFERENCES


@pytest.mark.parametrize(
    ("method", "wrong"),
    [
        ("gradient", lambda right, R: 2 * right),  # the drift instead of half of it
        ("gradient", lambda right, R: -right),
        ("laplacian", lambda right, R: 1.01 * right),
        ("laplacian", lambda right, R: right + np.sum(R**2, axis=(1, 2))),
        ("parameter_gradient", lambda right, R: right + 0.1),
        ("parameter_gradient", lambda right, R: right * np.nan),
    ],
)
def test_the_check_rejects_a_wrong_derivative(method, wrong):
    class Wrong(Quartic):
        pass

    setattr(Wrong, method, lambda self, R: wrong(getattr(Quartic, method)(self, R), R))
    errors = trial_function_errors(Wrong(0.3), positions(4, 2, 3))
    assert getattr(errors, method) > 1e-3
    assert errors.largest == getattr(errors, method)
    others = {"gradient", "laplacian", "parameter_gradient"} - {method}
    assert all(getattr(errors, other) < DIFFERENCES for other in others)
    assert method in str(errors)


@pytest.mark.parametrize("method", ["gradient", "laplacian", "parameter_gradient"])
def test_the_check_rejects_a_wrong_shape(method):
    class Wrong(Quartic):
        pass

    setattr(Wrong, method, lambda self, R: getattr(Quartic, method)(self, R)[..., np.newaxis])
    with pytest.raises(ValueError, match=f"{method} has shape .* walkers are the first axis"):
        trial_function_errors(Wrong(0.3), positions(4, 2, 3))


def gaussian(R, theta):
    return -theta[0] * (R**2).sum((1, 2))


def hydrogen(R, theta):
    return -theta[0] * (R**2).sum(2).sqrt().sum(1)


def jastrow(a):
    def log_psi(R, theta):
        r = ((R[:, 0] - R[:, 1]) ** 2).sum(1).sqrt()
        return a * r / (1 + theta[0] * r)

    return log_psi


def helium(R, theta):
    return hydrogen(R, theta[:1]) + jastrow(0.5)(R, theta[1:])


AUTODIFF = [
    (Gaussian(0.4), gaussian),
    (HydrogenLike(1.7), hydrogen),
    (PadeJastrow(0.5, 0.3), jastrow(0.5)),
    (PROVIDED["helium"], helium),
]


@pytest.mark.parametrize(("trial", "log_psi"), AUTODIFF)
@pytest.mark.parametrize("n_dimensions", [1, 2, 3])
def test_autodiff_equals_calculus_by_hand(trial, log_psi, n_dimensions):
    R = positions(7, 2, n_dimensions)
    automatic = AutodiffTrialFunction(log_psi, trial.theta)
    for method in ("log_psi", "gradient", "laplacian", "parameter_gradient", "kinetic_energy"):
        by_hand, by_torch = getattr(trial, method)(R), getattr(automatic, method)(R)
        assert isinstance(by_torch, np.ndarray)
        assert by_torch.dtype == np.float64
        np.testing.assert_allclose(by_torch, by_hand, rtol=1e-10, atol=1e-10)


def test_autodiff_notices_when_the_function_differs():
    R = positions(7, 2, 3)
    automatic = AutodiffTrialFunction(lambda R, theta: 1.001 * gaussian(R, theta), [0.4])
    assert np.max(np.abs(automatic.laplacian(R) - Gaussian(0.4).laplacian(R))) > 1e-3


def test_autodiff_with_other_parameters():
    R = positions(3, 2, 3)
    automatic = AutodiffTrialFunction(helium, [1.0, 1.0]).with_parameters([1.8, 0.35])
    np.testing.assert_allclose(automatic.gradient(R), PROVIDED["helium"].gradient(R), rtol=1e-10)


@pytest.mark.parametrize("device", ["warp-drive", "cuda:99"])
def test_a_device_that_is_not_there(device):
    with pytest.raises(ValueError, match=f"device = '{device}' cannot be used .* leave it out for the CPU"):
        AutodiffTrialFunction(gaussian, [0.4], device=device)


@pytest.mark.parametrize(("n_dimensions", "a"), [(3, 0.5), (2, 1.0)])
def test_the_cusp_cancels_the_repulsion(n_dimensions, a):
    # Kinetic energy + 1/r stays bounded as r -> 0 with the right slope; with another it grows like 1/r.
    def at(r, slope):
        R = np.zeros((1, 2, n_dimensions))
        R[0, :, 0] = 1.0 + r, 1.0
        return (PadeJastrow(slope, 0.4).kinetic_energy(R) + 1 / r)[0]

    assert abs(at(1e-6, a)) < 10
    assert abs(at(1e-6, 0.9 * a)) > 1e4


def test_product_keeps_the_order_of_parameters():
    product = Product(HydrogenLike(1.8), PadeJastrow(0.5, 0.3), Gaussian(0.2))
    np.testing.assert_array_equal(product.theta, [1.8, 0.3, 0.2])
    other = product.with_parameters([1.0, 2.0, 3.0])
    assert [f.theta.tolist() for f in other.factors] == [[1.0], [2.0], [3.0]]
    assert other.factors[1].a == 0.5
    np.testing.assert_array_equal(product.theta, [1.8, 0.3, 0.2])
    R = positions(4, 2, 3)
    np.testing.assert_allclose(
        np.exp(product.log_psi(R)), np.prod([np.exp(f.log_psi(R)) for f in product.factors], axis=0)
    )
    assert trial_function_errors(product, R).largest < DIFFERENCES


def test_parameters_are_copied():
    theta = np.array([0.4])
    trial = Gaussian(0.1).with_parameters(theta)
    theta[0] = 9.0
    assert trial.theta[0] == 0.4


@pytest.mark.parametrize("make", [Gaussian, HydrogenLike, lambda beta: PadeJastrow(0.5, beta)])
@pytest.mark.parametrize(
    ("value", "message"), [(0.0, "must be > 0"), (-1.0, "smaller eta"), (np.nan, "finite numbers")]
)
def test_parameters_that_make_no_sense(make, value, message):
    with pytest.raises(ValueError, match=message):
        make(value)
    with pytest.raises(ValueError, match=message):
        Product(make(1.0), Gaussian(1.0)).with_parameters([value, 1.0])


def test_the_wrong_number_of_parameters():
    with pytest.raises(ValueError, match="has 2 parameters, got 1"):
        PROVIDED["helium"].with_parameters([1.0])
    with pytest.raises(ValueError, match="at least one factor"):
        Product()


def test_the_base_class_leaves_the_function_to_the_reader():
    for method in ("log_psi", "gradient", "laplacian", "parameter_gradient"):
        with pytest.raises(NotImplementedError):
            getattr(TrialFunction(1.0), method)(positions(2, 1, 1))
