"""Bootstrap and k-fold against identities, closed forms and scikit-learn."""

import numpy as np
import pytest
from sklearn.linear_model import Ridge as SkRidge
from sklearn.model_selection import PredefinedSplit, cross_val_score

from course_lib.linear_model import OLS, design_matrix, lasso_path, ridge_path
from course_lib.resampling import CrossValidation, bootstrap_bias_variance, cross_validate, k_fold_splits


def straight_line(n, rng, noise=0.3):
    x = np.linspace(-1, 1, n)
    return x[:, np.newaxis], 1 + 2 * x + noise * rng.normal(size=n)


def test_error_is_bias2_plus_variance():
    rng = np.random.default_rng(0)
    X, y = straight_line(30, rng)
    parts = bootstrap_bias_variance(OLS(), X, y, X, y, 20, rng=rng)
    assert parts.error == pytest.approx(parts.bias2 + parts.variance, rel=1e-12)
    assert min(parts.bias2, parts.variance) > 0
    assert str(parts).startswith("error ")


def test_bootstrap_variance_of_the_mean():
    # A model that predicts the mean of y: its bootstrap variance is Var(y) / n, exactly, for infinitely many
    # resamples. The relative standard error of a variance over B resamples is sqrt(2 / B).
    rng = np.random.default_rng(1)
    y = rng.normal(size=25)
    X, n_bootstraps = np.zeros((25, 1)), 4000

    class Mean:
        def fit(self, X, y):
            self.mean = y.mean()
            return self

        def predict(self, X):
            return np.full(len(X), self.mean)

    parts = bootstrap_bias_variance(Mean(), X, y, X[:1], [0.0], n_bootstraps, rng=rng)
    assert parts.variance == pytest.approx(np.var(y) / 25, rel=4 * np.sqrt(2 / n_bootstraps))


def test_variance_grows_and_bias_falls_with_the_degree():
    rng = np.random.default_rng(2)
    x = np.sort(rng.uniform(-1, 1, 60))
    x_test = np.linspace(-0.9, 0.9, 50)
    y = np.sin(3 * x) + 0.2 * rng.normal(size=60)
    straight, cubic, wiggly = (
        bootstrap_bias_variance(
            OLS(fit_intercept=False),
            design_matrix(x, degree),
            y,
            design_matrix(x_test, degree),
            np.sin(3 * x_test),
            200,
            rng=rng,
        )
        for degree in (1, 3, 11)
    )
    assert cubic.bias2 < straight.bias2 / 5
    assert wiggly.variance > 2 * cubic.variance  # about 12 / 4, the ratio of the numbers of parameters


def test_splits_cut_the_samples_into_parts():
    splits = k_fold_splits(23, 5, rng=np.random.default_rng(0))
    assert sorted(len(test) for _, test in splits) == [4, 4, 5, 5, 5]
    np.testing.assert_array_equal(np.sort(np.concatenate([test for _, test in splits])), np.arange(23))
    for train, test in splits:
        np.testing.assert_array_equal(np.sort(np.append(train, test)), np.arange(23))
    again = k_fold_splits(23, 5, rng=np.random.default_rng(0))
    np.testing.assert_array_equal(splits[0][1], again[0][1])
    other = k_fold_splits(23, 5, rng=np.random.default_rng(1))
    assert not np.array_equal(splits[0][1], other[0][1])


def test_cross_validate_equals_scikit_learn_on_the_same_folds():
    rng = np.random.default_rng(3)
    X = rng.normal(size=(40, 5))
    y = X[:, 0] + rng.normal(size=40)
    lams = np.array([0.01, 1.0])
    cv = cross_validate(ridge_path, X, y, lams, 4, rng=np.random.default_rng(7))
    fold = np.empty(40, dtype=int)
    for k, (_, test) in enumerate(k_fold_splits(40, 4, rng=np.random.default_rng(7))):
        fold[test] = k
    for i, lam in enumerate(lams):
        peer = cross_val_score(
            SkRidge(alpha=30 * lam), X, y, cv=PredefinedSplit(fold), scoring="neg_mean_squared_error"
        )
        np.testing.assert_allclose(cv.mse[i], -peer, rtol=1e-10)


def test_choice_of_lambda():
    cv = CrossValidation(
        np.array([0.1, 1.0, 10.0]), np.array([[1.0, 1.2, 0.8], [0.9, 1.1, 0.7], [1.0, 1.15, 0.8]])
    )
    assert cv.best_lam == 1.0
    assert cv.sparsest_lam == 10.0  # its mean, 0.983, is below 0.9 + 0.115
    np.testing.assert_allclose(cv.standard_error[0], np.std([1.0, 1.2, 0.8], ddof=1) / np.sqrt(3))


def test_lasso_is_chosen_sparse_when_the_truth_is():
    rng = np.random.default_rng(4)
    X = rng.normal(size=(80, 30))
    y = 3 * X[:, 0] - 2 * X[:, 1] + rng.normal(size=80)
    cv = cross_validate(lasso_path, X, y, np.logspace(-2, 1, 20), 5, rng=rng)
    kept = np.flatnonzero(lasso_path(X, y, [cv.sparsest_lam]).theta[0])
    assert {0, 1} <= set(kept)
    assert len(kept) < 10


def test_bad_input():
    X, y = np.zeros((6, 1)), np.zeros(6)
    rng = np.random.default_rng(0)
    with pytest.raises(TypeError, match=r"rng must be a numpy\.random\.Generator, got int"):
        k_fold_splits(6, 2, rng=0)
    with pytest.raises(ValueError, match="n_folds = 7 is more than the 6 samples"):
        k_fold_splits(6, 7, rng=rng)
    with pytest.raises(ValueError, match="n_folds must be an integer >= 2"):
        k_fold_splits(6, 1, rng=rng)
    with pytest.raises(ValueError, match="X has 6, y has 5"):
        bootstrap_bias_variance(OLS(), X, y[:5], X, y, 10, rng=rng)
    with pytest.raises(ValueError, match="X_test has 6, y_test has 5"):
        bootstrap_bias_variance(OLS(), X, y, X, y[:5], 10, rng=rng)
    with pytest.raises(ValueError, match="n_bootstraps"):
        bootstrap_bias_variance(OLS(), X, y, X, y, 1, rng=rng)
