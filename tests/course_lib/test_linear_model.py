"""OLS, Ridge and Lasso against scikit-learn, NIST's certified values, optimality conditions and bad input."""

import warnings

import numpy as np
import pytest
from sklearn import linear_model as sk
from sklearn.datasets import load_diabetes
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.preprocessing import PolynomialFeatures
from sklearn.utils.estimator_checks import check_estimator

from course_lib import _solvers
from course_lib import linear_model as lm
from course_lib.datasets import NIST_NAMES, load_nist
from course_lib.gradcheck import gradient_error
from course_lib.metrics import correct_digits


def problem(n=60, p=8, seed=0, shift=0.0, correlation=0.5):
    """Data with correlated columns, columns of different scales, and, if asked, means far from zero."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + correlation * rng.normal(size=(n, 1))
    X = X * np.logspace(-1, 1, p) + shift
    theta = rng.normal(size=p) * (np.arange(p) % 2)
    return X, X @ theta + 3.0 + 0.5 * rng.normal(size=n)


def ridge_cost(theta, X, y, lam):
    return np.mean((y - X @ theta) ** 2) + lam * np.sum(theta**2)


def kkt_violation(X, y, theta, lam):
    """How far theta is from the Lasso's optimality conditions, without the code under test."""
    slope = 2 * X.T @ (y - X @ theta) / len(y)
    on = theta != 0
    violations = np.where(on, np.abs(slope - lam * np.sign(theta)), np.maximum(np.abs(slope) - lam, 0))
    return violations.max()


SHAPES = [
    {},
    {"shift": 100.0},
    {"n": 12, "p": 12},
    {"n": 10, "p": 25},
    {"n": 5000, "p": 3, "shift": 0.05},
]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("lam", [1e-3, 0.1, 10.0])
def test_ridge_equals_scikit_learn(shape, fit_intercept, lam):
    X, y = problem(**shape)
    ours = lm.Ridge(lam, fit_intercept).fit(X, y)
    peer = sk.Ridge(alpha=len(y) * lam, fit_intercept=fit_intercept, solver="svd").fit(X, y)
    np.testing.assert_allclose(ours.theta_, peer.coef_, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(ours.intercept_, peer.intercept_, rtol=1e-8, atol=1e-11)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.filterwarnings("ignore::course_lib.linear_model.RankDeficiencyWarning")
def test_ols_equals_scikit_learn(shape, fit_intercept):
    X, y = problem(**shape)
    ours = lm.OLS(fit_intercept).fit(X, y)
    peer = sk.LinearRegression(fit_intercept=fit_intercept).fit(X, y)
    np.testing.assert_allclose(ours.theta_, peer.coef_, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(ours.predict(X), peer.predict(X), rtol=1e-8, atol=1e-10)


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("fraction", [0.9, 0.1, 0.003])
def test_lasso_equals_scikit_learn_and_is_optimal(shape, fit_intercept, fraction):
    X, y = problem(**shape)
    lam = fraction * lm.lasso_lambda_max(X, y, fit_intercept)
    ours = lm.Lasso(lam, fit_intercept, tol=1e-13).fit(X, y)
    assert ours.converged_
    X_c, y_c = (X - X.mean(axis=0), y - y.mean()) if fit_intercept else (X, y)
    assert kkt_violation(X_c, y_c, ours.theta_, lam) < 1e-6 * lam
    peer = sk.Lasso(alpha=lam / 2, fit_intercept=fit_intercept, tol=1e-14, max_iter=10**6).fit(X, y)
    np.testing.assert_allclose(ours.theta_, peer.coef_, rtol=1e-6, atol=1e-6 * np.abs(peer.coef_).max())


def test_kkt_violation_rejects_a_wrong_theta():
    X, y = problem()
    theta = lm.Lasso(0.1, fit_intercept=False).fit(X, y).theta_
    assert kkt_violation(X, y, theta * 1.001, 0.1) > 1e-4
    assert kkt_violation(X, y, np.zeros(8), 0.1) > 0.1


def test_ridge_minimises_the_lectures_cost():
    X, y = problem()
    theta = lm.Ridge(0.3, fit_intercept=False).fit(X, y).theta_

    def gradient(t):
        return -2 / len(y) * X.T @ (y - X @ t) + 2 * 0.3 * t

    assert gradient_error(lambda t: ridge_cost(t, X, y, 0.3), gradient, theta + 0.1) < 1e-8
    assert np.max(np.abs(gradient(theta))) < 1e-10


def test_lasso_dual_gap_bounds_the_distance_from_the_minimum():
    X, y = problem(n=10, p=25)

    def cost(theta):
        return np.mean((y - X @ theta) ** 2) + 0.05 * np.abs(theta).sum()

    minimum = cost(lm.Lasso(0.05, fit_intercept=False, tol=1e-13).fit(X, y).theta_)
    for max_iter in (1, 2, 4):
        with pytest.warns(ConvergenceWarning):
            early = lm.Lasso(0.05, fit_intercept=False, tol=0.0, max_iter=max_iter).fit(X, y)
        assert not early.converged_
        assert 0 < cost(early.theta_) - minimum <= early.dual_gap_


def test_lasso_reports_that_it_did_not_converge():
    X, y = problem(n=10, p=25)
    with pytest.warns(ConvergenceWarning, match="max_iter = 1 .* standardise"):
        model = lm.Lasso(0.01, tol=0.0, max_iter=1).fit(X, y)
    assert not model.converged_


def test_lasso_finishes_on_real_collinear_data():
    # 64 products of ten correlated measurements, condition number 5000: plain coordinate descent takes far
    # more than 1000 sweeps here.
    data = load_diabetes(scaled=False).data
    Z = lm.design_matrix((data - data.mean(axis=0)) / data.std(axis=0), 2)[:, 1:]
    y = load_diabetes().target
    lams = lm.lasso_lambda_max(Z, y) * np.logspace(0, -4, 30)
    path = lm.lasso_path(Z, y, lams)
    assert np.all(path.converged)
    assert path.n_iter.sum() < 300


def test_sweeps_alone_reach_the_same_solution(monkeypatch):
    X, y = problem(n=50, p=6)
    fast = lm.Lasso(0.05).fit(X, y)
    monkeypatch.setattr(_solvers, "_solve_active", lambda *args: None)
    slow = lm.Lasso(0.05, tol=1e-13).fit(X, y)
    assert slow.n_iter_ > 3 * fast.n_iter_
    np.testing.assert_allclose(slow.theta_, fast.theta_, rtol=1e-5)


def test_lasso_is_zero_exactly_from_lambda_max_on():
    X, y = problem()
    lam_max = lm.lasso_lambda_max(X, y)
    assert np.all(lm.Lasso(lam_max * (1 + 1e-12)).fit(X, y).theta_ == 0)
    assert np.count_nonzero(lm.Lasso(lam_max * 0.999).fit(X, y).theta_) == 1


def test_lasso_with_a_copied_column_and_a_constant_one():
    X, y = problem()
    X = np.column_stack([X, X[:, 1], np.full(len(y), 7.0)])
    model = lm.Lasso(0.05, tol=1e-12).fit(X, y)
    assert model.converged_
    assert model.theta_[-1] == 0
    assert kkt_violation(X - X.mean(axis=0), y - y.mean(), model.theta_, 0.05) < 1e-5


@pytest.mark.parametrize("Estimator", [lm.Ridge, lm.Lasso])
def test_no_penalty_is_least_squares(Estimator):
    X, y = problem()
    np.testing.assert_allclose(Estimator(lam=0).fit(X, y).theta_, lm.OLS().fit(X, y).theta_, rtol=1e-12)


@pytest.mark.parametrize("shape", SHAPES[:4])
def test_paths_equal_single_fits_in_any_order(shape):
    X, y = problem(**shape)
    lams = np.array([0.1, 10.0, 0.01, 1.0])
    for path, Estimator in ((lm.ridge_path, lm.Ridge), (lm.lasso_path, lm.Lasso)):
        result = path(X, y, lams)
        for i, lam in enumerate(lams):
            single = Estimator(lam).fit(X, y)
            np.testing.assert_allclose(result.theta[i], single.theta_, rtol=1e-5, atol=1e-5)
            np.testing.assert_allclose(result.predict(X[:3])[i], single.predict(X[:3]), rtol=1e-4)


def test_ridge_path_stays_accurate_where_the_gram_matrix_does_not():
    rng = np.random.default_rng(1)
    X = np.vander(rng.uniform(-1, 1, 80), 15)
    y = rng.normal(size=80)
    lams = np.array([1e-14, 1e-10])
    for lam, theta in zip(lams, lm.ridge_path(X, y, lams, fit_intercept=False).theta, strict=True):
        # The same problem as least squares on stacked data, whose condition number is not squared.
        stacked = np.vstack([X, np.sqrt(80 * lam) * np.eye(15)])
        exact = np.linalg.lstsq(stacked, np.append(y, np.zeros(15)), rcond=0)[0]
        np.testing.assert_allclose(theta, exact, rtol=1e-6)


@pytest.mark.parametrize("name", NIST_NAMES)
def test_ols_has_the_digits_of_the_better_library(name):
    data = load_nist(name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = lm.OLS(data.fit_intercept).fit(data.X, data.y)
    peer = sk.LinearRegression(fit_intercept=data.fit_intercept).fit(data.X, data.y)
    ones = np.ones((len(data.y), 1))
    theta = np.append(model.intercept_, model.theta_)
    peer_theta = np.append(peer.intercept_, peer.coef_)
    if data.fit_intercept:
        lstsq = np.linalg.lstsq(np.hstack([ones, data.X]), data.y, rcond=None)[0]
    else:
        theta, peer_theta = theta[1:], peer_theta[1:]
        lstsq = np.linalg.lstsq(data.X, data.y, rcond=None)[0]
    best = max(correct_digits(lstsq, data.theta), correct_digits(peer_theta, data.theta))
    assert correct_digits(theta, data.theta) >= best - 0.5
    assert correct_digits(theta, data.theta) >= (7 if name == "filip" else 6)


def test_rank_deficiency_warns_and_gives_the_smallest_solution():
    X, y = problem()
    X = np.column_stack([X, X[:, 0] - 2 * X[:, 3]])
    with pytest.warns(lm.RankDeficiencyWarning, match="rank 8 but 9 columns"):
        model = lm.OLS().fit(X, y)
    assert model.rank_ == 8
    smallest = np.linalg.pinv(X - X.mean(axis=0)) @ (y - y.mean())
    np.testing.assert_allclose(model.theta_, smallest, rtol=1e-8)


def test_ols_of_constant_columns_predicts_the_mean():
    with pytest.warns(lm.RankDeficiencyWarning, match="rank 0"):
        model = lm.OLS().fit(np.full((4, 2), 5.0), [1.0, 2.0, 3.0, 4.0])
    np.testing.assert_allclose(model.predict([[5.0, 5.0]]), 2.5)


def test_first_rows_that_are_no_guide_to_the_others():
    # The first hundred rows scatter around zero, the rest lie far off with hardly any spread: the means have
    # to be taken off X before products are formed, or nothing is left of the digits.
    rng = np.random.default_rng(3)
    X = np.vstack([rng.normal(size=(100, 3)), 1e6 + 1e-2 * rng.normal(size=(2000, 3))])
    y = X[:, 0] - X[:, 1] + 1.0
    np.testing.assert_allclose(lm.OLS().fit(X, y).predict(X), y, atol=1e-6)
    np.testing.assert_allclose(
        lm.Ridge(1e-3).fit(X, y).predict(X), sk.Ridge(2.1, solver="svd").fit(X, y).predict(X), atol=1e-5
    )


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_one_bad_number_is_found_wherever_it_is(fit_intercept, bad):
    for row in (0, 700):
        X, y = problem(n=1200, shift=20.0)
        X[row, 3] = bad
        with pytest.raises(ValueError, match="Input X contains"):
            lm.OLS(fit_intercept).fit(X, y)
        with pytest.raises(ValueError, match="Input X contains"):
            lm.ridge_path(X, y, [0.1], fit_intercept)
        X, y = problem(n=1200)
        y[row] = bad
        with pytest.raises(ValueError, match="y contains"):
            lm.Lasso(1.0, fit_intercept).fit(X, y)


def test_no_overflow_where_squares_would():
    X, y = problem()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model = lm.OLS().fit(X * 1e200, y)
    np.testing.assert_allclose(model.theta_ * 1e200, lm.OLS().fit(X, y).theta_, rtol=1e-9)


@pytest.mark.parametrize("estimator", [lm.OLS(), lm.Ridge(), lm.Lasso()], ids=lambda e: type(e).__name__)
@pytest.mark.filterwarnings("ignore::course_lib.linear_model.RankDeficiencyWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_scikit_learns_estimator_checks(estimator):
    results = check_estimator(estimator, on_fail=None)
    failed = [r["check_name"] for r in results if r["status"] not in ("passed", "skipped")]
    skipped = [r["check_name"] for r in results if r["status"] == "skipped"]
    assert len(results) > 40
    assert failed == []
    assert skipped in ([], ["check_array_api_input"])  # it needs an environment variable of SciPy's


@pytest.mark.parametrize("lam", [-1.0, np.nan, np.inf, [1.0], 1j, "strong"])
@pytest.mark.parametrize("Estimator", [lm.Ridge, lm.Lasso])
def test_bad_lambda(Estimator, lam):
    with pytest.raises(ValueError, match="lam must be a finite number >= 0"):
        Estimator(lam).fit(*problem())


@pytest.mark.parametrize("lams", [[], [-1.0], [np.nan], [[1.0]]])
@pytest.mark.parametrize("path", [lm.ridge_path, lm.lasso_path])
def test_bad_lambdas(path, lams):
    with pytest.raises(ValueError, match="lams must be a 1-D sequence"):
        path(*problem(), lams)


@pytest.mark.parametrize("Estimator", [lm.OLS, lm.Ridge, lm.Lasso])
def test_bad_data(Estimator):
    X, y = problem()
    with pytest.raises(ValueError, match="NaN"):
        Estimator().fit(np.where(X > 1, np.nan, X), y)
    with pytest.raises(ValueError, match="Reshape your data"):
        Estimator().fit(X[:, 0], y)
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        Estimator().fit(X, y[:-1])
    with pytest.raises(NotFittedError):
        Estimator().predict(X)
    model = Estimator().fit(X, y)
    with pytest.raises(ValueError, match="60 features") as error:
        model.predict(X.T)
    assert "X.T" in error.value.__notes__[0]
    with pytest.raises(ValueError, match="3 features") as error:
        model.predict(X[:, :3])
    assert not hasattr(error.value, "__notes__")  # not a transposed X: that advice would mislead


def test_inputs_are_left_alone():
    X, y = problem(shift=10.0)
    X_before, y_before = X.copy(), y.copy()
    for model in (lm.OLS(), lm.Ridge(), lm.Lasso()):
        model.fit(X, y).predict(X)
    np.testing.assert_array_equal(X, X_before)
    np.testing.assert_array_equal(y, y_before)


@pytest.mark.parametrize(("n_inputs", "degree"), [(1, 0), (1, 6), (2, 5), (3, 4)])
def test_design_matrix_equals_scikit_learn(n_inputs, degree):
    x = np.random.default_rng(0).normal(size=(20, n_inputs))
    np.testing.assert_allclose(
        lm.design_matrix(x, degree), PolynomialFeatures(degree).fit_transform(x), rtol=1e-12
    )


def test_design_matrix_bad_input():
    with pytest.raises(ValueError, match="degree must be an integer >= 0, got -1"):
        lm.design_matrix([1.0], -1)
    with pytest.raises(ValueError, match="degree must be an integer"):
        lm.design_matrix([1.0], 2.0)
    with pytest.raises(ValueError, match=r"got shape \(1, 1, 1\)"):
        lm.design_matrix([[[1.0]]], 2)
    with pytest.raises(ValueError, match="NaN"):
        lm.design_matrix([np.nan], 2)


def test_soft_threshold_minimises_the_one_dimensional_lasso():
    grid = np.linspace(-5, 5, 200001)
    for z in (-2.0, -0.3, 0.0, 0.7, 3.1):
        best = grid[np.argmin((grid - z) ** 2 + 2 * 0.5 * np.abs(grid))]
        assert abs(lm.soft_threshold(z, 0.5) - best) < 1e-4
