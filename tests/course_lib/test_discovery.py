"""Truth: planted equations, closed forms for Burgers, heat and advection, scikit-learn's Ridge."""

import warnings

import numpy as np
import pytest
import sklearn.linear_model as sk
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import check_estimator

from course_lib.discovery import (
    EmptyEquationWarning,
    Equation,
    STRidge,
    derivatives_on_grid,
    library,
    stridge_path,
)

THRESHOLDS = np.logspace(-3, 0, 16)


def heat(x, t):
    """Two modes of u_t = 0.1 u_xx and their derivatives, by hand."""
    u = u_t = u_x = u_xx = u_xxx = 0
    for a, k in ((1.0, np.pi), (0.5, 3 * np.pi)):
        mode, slope = a * np.exp(-0.1 * k**2 * t) * np.sin(k * x), a * np.exp(-0.1 * k**2 * t) * np.cos(k * x)
        u, u_t, u_x = u + mode, u_t - 0.1 * k**2 * mode, u_x + k * slope
        u_xx, u_xxx = u_xx - k**2 * mode, u_xxx - k**3 * slope
    return {"u": u, "u_t": u_t, "u_x": u_x, "u_xx": u_xx, "u_xxx": u_xxx}


def advection(x, t):
    """u = sin(x - t / 2) + cos(2 x - t), which solves u_t = -u_x / 2."""
    a, b = x - 0.5 * t, 2 * x - t
    u_x = np.cos(a) - 2 * np.sin(b)
    u_xx = -np.sin(a) - 4 * np.cos(b)
    return {
        "u": np.sin(a) + np.cos(b),
        "u_t": -0.5 * np.cos(a) + np.sin(b),
        "u_x": u_x,
        "u_xx": u_xx,
        "u_xxx": -np.cos(a) + 8 * np.sin(b),
    }


def burgers(x, t, nu=0.1):
    """Cole and Hopf: u = -2 nu p_x / p with p = 3 + a heat solution solves u_t = -u u_x + nu u_xx."""
    k, c = np.pi, np.exp(-nu * np.pi**2 * t)
    s, co = c * np.sin(k * x), c * np.cos(k * x)
    p = [3 + 2 * co, -2 * k * s, -2 * k**2 * co, 2 * k**3 * s, 2 * k**4 * co]  # p and its x-derivatives
    q = [p[1] / p[0]]  # q = p_x / p; q' = p_xx / p - q^2, and so on by the product rule
    q.append(p[2] / p[0] - q[0] ** 2)
    q.append(p[3] / p[0] - 3 * q[0] * q[1] - q[0] ** 3)
    q.append(p[4] / p[0] - 4 * q[0] * q[2] - 3 * q[1] ** 2 - 6 * q[0] ** 2 * q[1] - q[0] ** 4)
    # p_t = nu p_xx, so that q_t = (p_t / p)_x = nu (p_xxx / p - p_xx p_x / p^2)
    q_t = nu * (p[3] / p[0] - p[2] * p[1] / p[0] ** 2)
    u, u_x, u_xx, u_xxx, u_t = (-2 * nu * v for v in (*q, q_t))
    return {"u": u, "u_t": u_t, "u_x": u_x, "u_xx": u_xx, "u_xxx": u_xxx}


TRUTH = {
    heat: {"u_xx": 0.1},
    advection: {"u_x": -0.5},
    burgers: {"u u_x": -1.0, "u_xx": 0.1},
}


def terms_of(d):
    return library(d["u"], {name: d[name] for name in ("u_x", "u_xx", "u_xxx")})


def planted(rng, n=200, p=10, k=3):
    """A sparse theta with abs(theta_j) in [1, 2], columns of very different sizes, and y = X theta."""
    theta = np.zeros(p)
    theta[rng.choice(p, k, replace=False)] = rng.choice([-1, 1], k) * rng.uniform(1, 2, k)
    scale = 10.0 ** rng.uniform(-3, 3, p)
    X = rng.normal(size=(n, p)) * scale
    return X, X @ (theta / scale), theta / scale


@pytest.mark.parametrize("seed", range(10))
def test_planted_terms_are_found_exactly(seed):
    X, y, theta = planted(np.random.default_rng(seed))
    np.testing.assert_allclose(STRidge(0.1).fit(X, y).theta_, theta, rtol=1e-9)


@pytest.mark.parametrize("seed", range(10))
def test_planted_terms_are_found_in_noise_and_chosen_on_held_out_rows(seed):
    rng = np.random.default_rng(seed)
    X, y, theta = planted(rng)
    sigma = 0.1 * y.std()
    path = stridge_path(X, y + sigma * rng.normal(size=len(y)), THRESHOLDS, [*map(str, range(10))], rng=rng)
    best = path.choose(0.01)
    assert set(np.flatnonzero(path.theta[best])) == set(np.flatnonzero(theta))
    # five standard errors of least squares on 100 rows, with columns that are nearly orthogonal
    error = 5 * sigma / np.sqrt(100) / X.std(axis=0)
    assert np.all(np.abs(path.theta[best] - theta) < error)
    assert 0.08 < path.error[best] < 0.12  # the noise, relative to y
    assert np.all(path.n_terms[THRESHOLDS < 0.002] > 3)  # without a threshold the noise gets terms


@pytest.mark.parametrize("seed", range(5))
def test_the_error_of_a_path_is_that_of_rows_it_has_not_seen(seed):
    # 15 terms fitted to 20 rows of pure noise: below 1 on these rows, far above it on any others
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(40, 15)), rng.normal(size=40)
    path = stridge_path(X, y, [0.0], "abcdefghijklmno", rng=rng)
    assert path.error[0] > 1
    assert STRidge(0).fit(X, y).equation("abcdefghijklmno").relative_error(X, y) < 1


@pytest.mark.parametrize("solution", TRUTH, ids=lambda f: f.__name__)
@pytest.mark.parametrize("seed", range(3))
def test_equations_are_found_from_exact_derivatives(solution, seed):
    rng = np.random.default_rng(seed)
    X, names = terms_of(solution(rng.uniform(-1, 1, 300), rng.uniform(0, 1, 300)))
    y = solution(*np.random.default_rng(seed).uniform([[-1], [0]], [[1], [1]], (2, 300)))["u_t"]
    equation = STRidge(0.02, lam=1e-12).fit(X, y).equation(names)
    found = dict(zip(names, equation.theta, strict=True))
    assert set(equation.terms) == set(TRUTH[solution])
    for name, value in TRUTH[solution].items():
        assert found[name] == pytest.approx(value, rel=1e-6)
    assert equation.relative_error(X, y) < 1e-8


@pytest.mark.parametrize("solution", TRUTH, ids=lambda f: f.__name__)
def test_the_closed_forms_of_this_file_are_right(solution):
    # fourth-order differences of u, and each equation itself
    x, t, h = np.linspace(-0.9, 0.9, 7), 0.3, 1e-3

    def difference(name, dx, dt):
        f = [solution(x + s * dx, t + s * dt)[name] for s in (-2, -1, 1, 2)]
        return (f[0] - 8 * f[1] + 8 * f[2] - f[3]) / (12 * h)

    d = solution(x, t)
    np.testing.assert_allclose(d["u_t"], difference("u", 0, h), atol=1e-8)
    for lower, upper in (("u", "u_x"), ("u_x", "u_xx"), ("u_xx", "u_xxx")):
        np.testing.assert_allclose(d[upper], difference(lower, h, 0), atol=1e-6)
    X, names = terms_of(d)
    theta = np.array([TRUTH[solution].get(name, 0.0) for name in names])
    np.testing.assert_allclose(X @ theta, d["u_t"], atol=1e-12)


@pytest.mark.parametrize("solution", TRUTH, ids=lambda f: f.__name__)
def test_equations_are_found_on_a_grid(solution):
    x, t = np.linspace(-1, 1, 101), np.linspace(0, 1, 81)
    d = derivatives_on_grid(solution(x[:, None], t)["u"], x, t, window=9, degree=6)
    inner = {name: values[5:-5, 5:-5] for name, values in d.items()}
    X, names = terms_of(inner)
    y = inner["u_t"].ravel()
    path = stridge_path(X, y, THRESHOLDS, names, rng=np.random.default_rng(0))
    equation = path.equation(path.choose(0.01))
    found = dict(zip(names, equation.theta, strict=True))
    assert set(equation.terms) == set(TRUTH[solution])
    for name, value in TRUTH[solution].items():
        assert found[name] == pytest.approx(value, rel=1e-2)


def test_a_wrong_equation_is_rejected():
    rng = np.random.default_rng(0)
    d = burgers(rng.uniform(-1, 1, 300), rng.uniform(0, 1, 300))
    X, names = terms_of(d)
    right, no_advection, wrong_sign = np.zeros((3, len(names)))
    for theta, c in ((right, -1.0), (no_advection, 0.0), (wrong_sign, 1.0)):
        theta[names.index("u_xx")], theta[names.index("u u_x")] = 0.1, c
    assert Equation(names, right).relative_error(X, d["u_t"]) < 1e-12
    assert Equation(names, no_advection).relative_error(X, d["u_t"]) > 0.1
    assert Equation(names, wrong_sign).relative_error(X, d["u_t"]) > 0.1
    # and without the true term in the library nothing fits
    without = [name != "u_xx" for name in names]
    model = STRidge(0.05).fit(X[:, without], d["u_t"])
    assert model.equation(np.array(names)[without]).relative_error(X[:, without], d["u_t"]) > 1e-3


def test_grid_derivatives_are_exact_for_polynomials():
    x, t = np.linspace(-1, 1, 21), np.linspace(0, 2, 15)
    X, T = np.meshgrid(x, t, indexing="ij")
    d = derivatives_on_grid(X**4 * T**3, x, t, window=7, degree=4)
    exact = {
        "u": X**4 * T**3,
        "u_t": 3 * X**4 * T**2,
        "u_x": 4 * X**3 * T**3,
        "u_xx": 12 * X**2 * T**3,
        "u_xxx": 24 * X * T**3,
    }
    assert d.keys() == exact.keys()
    for name, values in exact.items():
        np.testing.assert_allclose(d[name], values, atol=1e-8)


def test_grid_derivatives_converge_at_the_order_of_the_polynomials():
    # u_x from a polynomial of degree 4 in a symmetric window: the error falls with h^4
    errors = []
    for n in (41, 81, 161):
        x, t = np.linspace(-1, 1, n), np.linspace(0, 1, 21)
        d = derivatives_on_grid(np.sin(3 * x)[:, None] + 0 * t, x, t, window=7)
        errors.append(np.abs(d["u_x"][4:-4, 10] - 3 * np.cos(3 * x[4:-4])).max())
    orders = np.log2(np.divide(errors[:-1], errors[1:]))
    np.testing.assert_allclose(orders, 4, atol=0.1)


@pytest.mark.parametrize("lam", [0.0, 1e-5, 1e-2, 1.0])
def test_threshold_zero_is_scikit_learns_ridge(lam):
    X, y, _ = planted(np.random.default_rng(1))
    y = y + 0.3 * y.std() * np.random.default_rng(2).normal(size=len(y))
    scale, y_scale = np.sqrt(np.mean(X**2, axis=0)), np.sqrt(np.mean(y**2))
    peer = sk.Ridge(alpha=len(y) * lam, fit_intercept=False).fit(X / scale, y / y_scale)
    model = STRidge(0, lam).fit(X, y)
    np.testing.assert_allclose(model.theta_, peer.coef_ * y_scale / scale, rtol=1e-8)
    assert model.n_iter_ == 1


def test_survivors_are_those_of_least_squares():
    X, y, theta = planted(np.random.default_rng(3))
    y = y + 0.2 * y.std() * np.random.default_rng(4).normal(size=len(y))
    model = STRidge(0.15, lam=0.1).fit(X, y)  # a penalty that would bend the coefficients
    on = theta != 0
    assert np.array_equal(model.theta_ != 0, on)
    np.testing.assert_allclose(model.theta_[on], np.linalg.lstsq(X[:, on], y)[0], rtol=1e-9)


def test_thresholding_is_repeated():
    # Removing a term moves the others. With two nearly equal columns Ridge first shares the coefficient.
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 500))
    X = np.column_stack([a, a + 0.05 * b, rng.normal(size=500)])
    y = a + 0.12 * X[:, 2] + 0.1 * b
    model = STRidge(0.3, lam=1e-2).fit(X, y)
    assert model.n_iter_ >= 2
    assert model.theta_[2] == 0


def test_units_do_not_matter():
    X, y, _ = planted(np.random.default_rng(5))
    units = 10.0 ** np.random.default_rng(6).uniform(-5, 5, X.shape[1])
    a, b = STRidge(0.1).fit(X, y).theta_, STRidge(0.1).fit(X * units, 1e4 * y).theta_
    np.testing.assert_allclose(b * units / 1e4, a, rtol=1e-9)


def test_nothing_left_is_said():
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(200, 3)), rng.normal(size=200)
    with pytest.warns(EmptyEquationWarning, match="no term reached the threshold 0.9"):
        model = STRidge(0.9).fit(X, y)
    assert np.all(model.theta_ == 0)
    assert str(model.equation(["u", "u_x", "u_xx"])) == "u_t = 0 (no term survived)"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        path = stridge_path(X, y, [0.0, 0.9], ["u", "u_x", "u_xx"], rng=rng)
    assert path.n_terms.tolist() == [3, 0]
    assert path.error[1] == 1.0
    assert path.choose(1.0) == 1


def test_a_term_that_is_zero_everywhere_stays_out():
    X, y, theta = planted(np.random.default_rng(7))
    model = STRidge(0.1).fit(np.column_stack([X, np.zeros(len(y))]), y)
    np.testing.assert_allclose(model.theta_, np.append(theta, 0), rtol=1e-9)


def test_the_choice_prefers_the_larger_of_equal_thresholds_and_fewer_terms_with_a_larger_penalty():
    rng = np.random.default_rng(8)
    X = rng.normal(size=(400, 3))
    y = X[:, 0] + 0.2 * X[:, 1]
    path = stridge_path(X, y, [0.3, 0.01, 0.1, 0.05], "abc", rng=rng)
    assert path.thresholds[path.choose(0.01)] == 0.1
    assert path.n_terms[path.choose(0.01)] == 2
    assert path.n_terms[path.choose(0.5)] == 1
    assert path.thresholds[path.choose(0.5)] == 0.3


def test_the_library_has_every_product_once():
    u, u_x = np.array([2.0, 3.0]), np.array([5.0, 7.0])
    X, names = library(u, {"u_x": u_x, "u_xx": u_x**2}, powers=3)
    value = {"1": 1.0, "u": 2.0, "u^2": 4.0, "u^3": 8.0}
    assert names[:4] == tuple(value)
    assert names[4:8] == ("u_x", "u u_x", "u^2 u_x", "u^3 u_x")
    np.testing.assert_array_equal(X[0], [f * d for d in (1, 5, 25) for f in (1, 2, 4, 8)])
    np.testing.assert_array_equal(library(u[:, None], {})[0], library(u, {})[0])
    assert library(u, {"u_x": u_x}, powers=0)[1] == ("1", "u_x")
    assert library(u, {}, powers=1)[1] == ("1", "u")


@pytest.mark.parametrize(
    ("theta", "text"),
    [
        ([0, -1.00234, 0.0032], "u_t = -1.002 u u_x + 0.0032 u_xx"),
        ([2.5, 0, -1], "u_t = 2.5 - 1 u_xx"),
        ([-0.5, 0, 0], "u_t = -0.5"),
        ([0, 0, 0], "u_t = 0 (no term survived)"),
    ],
)
def test_an_equation_prints_as_one_writes_it(theta, text):
    assert str(Equation(("1", "u u_x", "u_xx"), np.array(theta, dtype=float))) == text


def test_the_path_prints_as_a_table():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(50, 2))
    path = stridge_path(X, X[:, 0], [0.1, 2.0], "ab", rng=rng)
    assert str(path).splitlines() == [
        "threshold     error  terms",
        "      0.1    0.0000      1",
        "        2    1.0000      0",
    ]


@pytest.mark.filterwarnings("ignore::course_lib.discovery.EmptyEquationWarning")
@pytest.mark.filterwarnings("ignore::course_lib.linear_model.RankDeficiencyWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_scikit_learns_estimator_checks():
    results = check_estimator(STRidge(), on_fail=None)
    failed = [r["check_name"] for r in results if r["status"] not in ("passed", "skipped")]
    assert len(results) > 40
    assert failed == []


def test_bad_libraries():
    u = np.ones(5)
    with pytest.raises(ValueError, match=r"u_x must have the shape \(5,\) of u, got \(4,\)"):
        library(u, {"u_x": np.ones(4)})
    with pytest.raises(ValueError, match="u_x must be finite"):
        library(u, {"u_x": np.full(5, np.nan)})
    with pytest.raises(ValueError, match="u must be finite"):
        library(np.inf * u, {})
    with pytest.raises(ValueError, match="'u' comes twice"):
        library(u, {"u": u})
    with pytest.raises(ValueError, match="powers must be an integer >= 0"):
        library(u, {}, powers=-1)


def test_bad_grids():
    x, t, u = np.linspace(0, 1, 11), np.linspace(0, 1, 9), np.zeros((11, 9))
    with pytest.raises(ValueError, match=r"\(n_x, n_t\) = \(11, 9\), got \(9, 11\); did you pass u.T"):
        derivatives_on_grid(u.T, x, t, window=5)
    with pytest.raises(ValueError, match="x must be an equidistant rising grid"):
        derivatives_on_grid(u, x**2, t, window=5)
    with pytest.raises(ValueError, match="t must be an equidistant rising grid"):
        derivatives_on_grid(u, x, t[::-1], window=5)
    with pytest.raises(ValueError, match="u must be finite"):
        derivatives_on_grid(u * np.nan, x, t, window=5)
    for window, degree, order in ((6, 4, 3), (11, 4, 3), (5, 5, 3), (5, 2, 3)):
        with pytest.raises(ValueError, match="window must be odd, more than degree, and at most 9"):
            derivatives_on_grid(u, x, t, window, degree, order)


def test_bad_regressions():
    rng = np.random.default_rng(0)
    X, y, _ = planted(rng)
    with pytest.raises(ValueError, match="NaN"):
        STRidge().fit(np.where(X[3, 2] == X, np.nan, X), y)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        STRidge().fit(X, y[1:])
    with pytest.raises(ValueError, match="thresholds must be"):
        STRidge(-1.0).fit(X, y)
    with pytest.raises(ValueError, match="lam must be"):
        STRidge(lam=-1.0).fit(X, y)
    with pytest.raises(NotFittedError):
        STRidge().equation("ab")
    model = STRidge().fit(X, y)
    with pytest.raises(ValueError, match="10 columns, but 2 names"):
        model.equation("ab")
    with pytest.raises(ValueError, match="'a', 'b' comes twice"):
        model.equation("aabbcdefgh")
    with pytest.raises(ValueError, match="are expected, with 2 samples at least"):
        stridge_path(X, y[1:], THRESHOLDS, "abcdefghij", rng=rng)
    with pytest.raises(ValueError, match="thresholds must be"):
        stridge_path(X, y, [], "abcdefghij", rng=rng)
    with pytest.raises(ValueError, match="10 columns, but 3 names"):
        stridge_path(X, y, THRESHOLDS, "abc", rng=rng)
    with pytest.raises(TypeError, match="rng must be"):
        stridge_path(X, y, THRESHOLDS, "abcdefghij", rng=0)


def test_inputs_are_left_alone():
    X, y, _ = planted(np.random.default_rng(0))
    before = X.copy(), y.copy()
    STRidge().fit(X, y)
    stridge_path(X, y, THRESHOLDS, "abcdefghij", rng=np.random.default_rng(0))
    np.testing.assert_array_equal(X, before[0])
    np.testing.assert_array_equal(y, before[1])
