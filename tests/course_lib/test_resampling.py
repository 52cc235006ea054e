"""Bootstrap, k-fold and blocking against identities, closed forms and scikit-learn."""

import numpy as np
import pytest
from scipy.signal import lfilter
from sklearn.linear_model import Ridge as SkRidge
from sklearn.model_selection import PredefinedSplit, cross_val_score

from course_lib.linear_model import OLS, design_matrix, lasso_path, ridge_path
from course_lib.resampling import (
    CorrelatedSamplesWarning,
    CrossValidation,
    blocking,
    bootstrap_bias_variance,
    cross_validate,
    k_fold_splits,
    plus_minus,
)


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


def autoregression(phi, n_steps, n_walkers, rng):
    """x_t = phi x_{t-1} + noise of variance 1, from its stationary distribution, and the error of its mean.

    Var(mean) = (sigma^2 / n) [1 + 2 sum_t (1 - t/n) phi^t] with sigma^2 = 1 / (1 - phi^2).
    """
    noise = rng.normal(size=(n_steps, n_walkers))
    noise[0] /= np.sqrt(1 - phi**2)
    t = np.arange(1, n_steps)
    variance = (1 + 2 * np.sum((1 - t / n_steps) * phi**t)) / (1 - phi**2) / n_steps
    return lfilter([1], [1, -phi], noise, axis=0), np.sqrt(variance / n_walkers)


def test_blocking_of_independent_samples_is_the_textbook_error():
    x = np.random.default_rng(0).normal(size=10_000)
    result = blocking(x)
    assert result.mean == pytest.approx(x.mean(), rel=1e-12)
    assert result.errors[0] == pytest.approx(x.std(ddof=1) / 100, rel=1e-12)
    # The relative error of a standard deviation from m blocks is 1/sqrt(2 m); here of both.
    blocks = result.n_blocks[result.level]
    assert result.error == pytest.approx(result.errors[0], rel=4 / np.sqrt(2 * blocks))
    assert result.inefficiency == pytest.approx(1.0, rel=8 / np.sqrt(2 * blocks))
    assert result.converged


def test_block_averages_are_those_of_a_loop():
    x = np.random.default_rng(0).normal(size=(43, 3))
    result = blocking(x)
    np.testing.assert_array_equal(result.block_lengths, [1, 2, 4, 8])
    for length, error, n_blocks in zip(result.block_lengths, result.errors, result.n_blocks, strict=True):
        means = [
            np.mean(walker[end - length : end]) for walker in x.T for end in range(43, length - 1, -length)
        ]
        assert len(means) == n_blocks
        assert error == pytest.approx(np.sqrt(np.var(means, ddof=1) * length / x.size), rel=1e-12)


@pytest.mark.parametrize("phi", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("shape", [(16_384, 1), (5000, 4), (300, 100)])
def test_blocking_finds_the_error_of_an_autoregression(phi, shape):
    rng = np.random.default_rng(0)
    ratios = []
    for _ in range(20):
        x, exact = autoregression(phi, *shape, rng)
        ratios.append(blocking(x).error / exact)
    # With B at the optimum, bias and noise of each are below (2 inefficiency^2 / n)^(1/3) / 2, which is 0.18
    # for the largest inefficiency, 19, of 16384 samples. The mean of twenty keeps the bias.
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.18)
    assert np.std(ratios) < 0.18


def test_what_does_not_block_is_too_small():
    x, exact = autoregression(0.9, 16_384, 1, np.random.default_rng(0))
    result = blocking(x)
    # sqrt((1 + phi) / (1 - phi)) = 4.36 is the exact ratio.
    assert result.errors[0] < exact / 4
    assert result.inefficiency == pytest.approx(19, rel=0.5)
    assert np.all(np.diff(result.errors[:5]) > 0)  # blocks of up to 16 steps, 1.6 correlation times


@pytest.mark.parametrize("shape", [(8192, 1), (64, 32)])
def test_blocking_covers(shape):
    # 100 seeds: the bar of one standard error should hold the true mean, 0, in 68 of them.
    inside = 0
    for seed in range(100):
        x, _ = autoregression(0.8, *shape, np.random.default_rng(seed))
        result = blocking(x)
        inside += abs(result.mean) < result.error
        assert result.converged
    assert 60 <= inside <= 75


def test_many_walkers_need_no_plateau():
    # Every walker stays where it is: nothing but their number helps.
    x = np.repeat(np.random.default_rng(0).normal(size=(1, 400)), 50, axis=0)
    result = blocking(x)
    assert result.converged
    assert result.block_lengths[-1] == 50
    assert result.error == pytest.approx(x[0].std(ddof=1) / 20, rel=1e-12)
    assert result.n_samples == 20_000


def test_blocking_of_one_step_of_many_walkers():
    x = np.random.default_rng(0).normal(size=(1, 400))
    assert blocking(x).error == pytest.approx(x.std(ddof=1) / 20, rel=1e-12)


@pytest.mark.parametrize("n_samples", [2, 5, 40, 1000])
def test_too_few_samples_for_a_plateau_warn(n_samples):
    x = np.cumsum(np.random.default_rng(0).normal(size=n_samples))  # a random walk has no plateau at all
    with pytest.warns(CorrelatedSamplesWarning, match=f"only {n_samples} samples.* Draw more samples"):
        result = blocking(x)
    assert not result.converged
    assert np.isfinite(result.error)


def test_blocking_of_a_constant():
    result = blocking(np.full((100, 2), 1.5))
    assert result.error == 0
    assert result.converged
    assert result.inefficiency == 1
    assert str(result) == "1.5 ± 0"


def test_uncertainty_of_the_errors_is_their_scatter():
    rng = np.random.default_rng(0)
    results = [blocking(rng.normal(size=512)) for _ in range(400)]
    errors = np.array([r.errors for r in results])
    claimed = np.mean([r.error_uncertainties for r in results], axis=0)
    # 400 repetitions know a standard deviation to 1/sqrt(800) = 3.5 %.
    np.testing.assert_allclose(errors.std(axis=0)[:6], claimed[:6], rtol=4 * 0.035)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        ([1.0], "at least two samples"),
        ([], "at least two samples"),
        (np.ones((2, 2, 2)), r"shape \(n_steps,\) or \(n_steps, n_walkers\), got shape \(2, 2, 2\)"),
        (3.0, "at least two samples"),
        ([1.0, np.nan, 2.0], "x must be finite"),
        ([1.0, np.inf, 2.0], "x must be finite"),
    ],
)
def test_what_blocking_refuses(x, message):
    with pytest.raises(ValueError, match=message):
        blocking(x)


@pytest.mark.parametrize(
    ("mean", "error", "text"),
    [
        (-2.90312, 0.00061, "-2.9031 ± 0.0006"),
        (3.14159, 0.0123, "3.142 ± 0.012"),
        (3.14159, 0.0096, "3.142 ± 0.010"),
        (3.14159, 0.00996, "3.142 ± 0.010"),
        (1234.5, 26.0, "1234 ± 26"),
        (-0.5, 0.0, "-0.5 ± 0"),
        (-0.5, 1e-17, "-0.5 ± 0"),
        (0.0, 0.0, "0 ± 0"),
        (0.0, 0.2, "0.0 ± 0.2"),
    ],
)
def test_plus_minus(mean, error, text):
    assert plus_minus(mean, error) == text
