"""Bayesian regression against dense Gaussian algebra, scikit-learn, quadrature, coverage and bad input."""

import warnings

import numpy as np
import pytest
from scipy import integrate
from scipy.stats import multivariate_normal, norm
from sklearn import linear_model as sk
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.gaussian_process import GaussianProcessRegressor
from sklearn.gaussian_process.kernels import RBF, ConstantKernel, Matern
from sklearn.kernel_ridge import KernelRidge
from sklearn.utils.estimator_checks import check_estimator

from course_lib import bayes
from course_lib.bayes import BayesianLinearRegression, GaussianProcess, log_score, model_average
from course_lib.linear_model import Ridge

TAU, SIGMA = 1.7, 0.6


def problem(n=40, p=5, seed=0, shift=0.0):
    """Data from the prior, with correlated columns, and, if asked, means far from zero."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, p)) + 0.5 * rng.normal(size=(n, 1)) + shift
    return X, X @ (TAU * rng.normal(size=p)) + 3.0 + SIGMA * rng.normal(size=n)


def joint_gaussian(X, X_new, y, tau, sigma, wide=0.0):
    """Predictive mean and covariance, and log evidence, from the joint Gaussian of all targets.

    No parameters, no decomposition: the definition. `wide` is the deviation of a prior for the intercept.
    """
    A = np.vstack([X, X_new])
    C = tau**2 * A @ A.T + sigma**2 * np.eye(len(A)) + wide**2
    n = len(y)
    gain = np.linalg.solve(C[:n, :n], C[:n, n:]).T
    evidence = multivariate_normal(np.zeros(n), C[:n, :n]).logpdf(y)
    return gain @ y, C[n:, n:] - gain @ C[:n, n:], evidence


SHAPES = [{}, {"shift": 50.0}, {"n": 8, "p": 8}, {"n": 6, "p": 15}, {"n": 500, "p": 1}]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize(("tau", "sigma"), [(TAU, SIGMA), (0.1, 3.0), (30.0, 0.2)])
def test_posterior_mean_is_ridge(shape, fit_intercept, tau, sigma):
    X, y = problem(**shape)
    model = BayesianLinearRegression(tau, sigma, fit_intercept).fit(X, y)
    ridge = Ridge(sigma**2 / (len(y) * tau**2), fit_intercept).fit(X, y)
    np.testing.assert_allclose(model.theta_, ridge.theta_, rtol=1e-8, atol=1e-10)
    np.testing.assert_allclose(model.intercept_, ridge.intercept_, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize("shape", SHAPES)
def test_posterior_predictions_and_evidence_without_intercept(shape):
    X, y = problem(**shape)
    X_new, _ = problem(n=7, p=X.shape[1], seed=1, shift=shape.get("shift", 0.0))
    model = BayesianLinearRegression(TAU, SIGMA, fit_intercept=False).fit(X, y)
    precision = X.T @ X / SIGMA**2 + np.eye(X.shape[1]) / TAU**2
    np.testing.assert_allclose(model.covariance_, np.linalg.inv(precision), rtol=1e-6, atol=1e-10)
    mean, covariance, evidence = joint_gaussian(X, X_new, y, TAU, SIGMA)
    ours, std = model.predict(X_new, return_std=True)
    np.testing.assert_allclose(ours, mean, rtol=1e-6)
    np.testing.assert_allclose(std**2, np.diag(covariance), rtol=1e-6)
    np.testing.assert_allclose(model.log_evidence_, evidence, rtol=1e-8)


@pytest.mark.parametrize("shape", SHAPES[::2])
def test_the_flat_intercept_is_the_limit_of_a_wide_prior(shape):
    X, y = problem(**shape)
    X_new, _ = problem(n=7, p=X.shape[1], seed=1)
    model = BayesianLinearRegression(TAU, SIGMA).fit(X, y)
    ours, std = model.predict(X_new, return_std=True)
    for wide in (1e2, 1e3):
        mean, covariance, evidence = joint_gaussian(X, X_new, y, TAU, SIGMA, wide)
        # What is left of the wide prior is of order (spread of y / wide)^2.
        left = (np.abs(y).max() / wide) ** 2
        np.testing.assert_allclose(ours, mean, rtol=left, atol=left)
        np.testing.assert_allclose(std**2, np.diag(covariance), rtol=left)
        flat = evidence + np.log(wide * np.sqrt(2 * np.pi))  # a wide prior has density 1 / (wide sqrt(2 pi))
        assert abs(model.log_evidence_ - flat) < left


@pytest.mark.parametrize("shape", [{}, {"shift": 50.0}, {"n": 500, "p": 1}, {"n": 30, "p": 12}])
@pytest.mark.parametrize("fit_intercept", [True, False])
def test_tau_and_sigma_have_the_largest_evidence_of_a_fine_grid(shape, fit_intercept):
    X, y = problem(**shape)
    best = BayesianLinearRegression(fit_intercept=fit_intercept).fit(X, y)
    assert best.converged_
    for tau in best.tau_ * np.geomspace(1e-2, 1e2, 21):
        for sigma in best.sigma_ * np.geomspace(0.1, 10, 21):
            other = BayesianLinearRegression(tau, sigma, fit_intercept).fit(X, y)
            assert other.log_evidence_ <= best.log_evidence_ + 1e-9 * abs(best.log_evidence_)


def test_the_search_finds_the_higher_of_two_maxima():
    # Two directions, of very different size, ask for very different tau: two maxima.
    rng = np.random.default_rng(1)
    U = np.linalg.qr(rng.normal(size=(40, 40)))[0]
    X = U[:, :2] * [1000.0, 1.0]
    y = 30 * U[:, 0] + 40 * U[:, 1] + 0.3 * U[:, 2:].sum(axis=1)  # theta is (0.03, 40)
    best = BayesianLinearRegression(fit_intercept=False).fit(X, y)
    profile = []
    for tau in np.geomspace(1e-4, 1e4, 81):
        evidences = [
            BayesianLinearRegression(tau, sigma, fit_intercept=False).fit(X, y).log_evidence_
            for sigma in np.geomspace(0.1, 20, 31)
        ]
        profile.append(max(evidences))
    inner = np.array(profile)[1:-1]
    n_maxima = np.sum((inner > profile[:-2]) & (inner > profile[2:]))
    assert n_maxima == 2
    assert best.log_evidence_ >= max(profile)


def test_equal_to_scikit_learns_bayesian_ridge():
    X, y = problem()
    ours = BayesianLinearRegression(fit_intercept=False).fit(X, y)
    settings = {"alpha_1": 0, "alpha_2": 0, "lambda_1": 0, "lambda_2": 0, "tol": 1e-12, "max_iter": 10**4}
    peer = sk.BayesianRidge(fit_intercept=False, compute_score=True, **settings).fit(X, y)
    np.testing.assert_allclose(ours.theta_, peer.coef_, rtol=1e-6)
    np.testing.assert_allclose([ours.tau_, ours.sigma_], [peer.lambda_**-0.5, peer.alpha_**-0.5], rtol=1e-6)
    np.testing.assert_allclose(ours.log_evidence_, peer.scores_[-1], rtol=1e-9)
    np.testing.assert_allclose(
        ours.predict(X, return_std=True), peer.predict(X, return_std=True), rtol=1e-6, atol=1e-6
    )


@pytest.mark.parametrize("fit_intercept", [True, False])
@pytest.mark.parametrize("shape", [{"n": 20, "p": 3, "shift": 5.0}, {"n": 4, "p": 6}])
def test_samples_have_the_moments_of_the_posterior(fit_intercept, shape):
    X, y = problem(**shape)
    model = BayesianLinearRegression(TAU, SIGMA, fit_intercept).fit(X, y)
    n_draws = 40_000
    theta, intercept = model.sample(n_draws, rng=np.random.default_rng(5))
    # Five standard errors: of a mean, std / sqrt(n); of a variance, variance * sqrt(2 / n).
    error = np.sqrt(np.diag(model.covariance_) / n_draws)
    assert np.all(np.abs(theta.mean(axis=0) - model.theta_) < 5 * error)
    scale = np.sqrt(np.outer(np.diag(model.covariance_), np.diag(model.covariance_)))
    assert np.all(np.abs(np.cov(theta.T) - model.covariance_) < 5 * scale * np.sqrt(2 / n_draws))
    # Intercept and theta have to fit together: the spread of the curves is that of the predictions.
    X_new, _ = problem(n=5, p=X.shape[1], seed=1)
    mean, std = model.predict(X_new, return_std=True)
    curves = theta @ X_new.T + intercept[:, np.newaxis]
    variance = std**2 - SIGMA**2
    assert np.all(np.abs(curves.mean(axis=0) - mean) < 5 * np.sqrt(variance / n_draws))
    np.testing.assert_allclose(curves.var(axis=0), variance, rtol=5 * np.sqrt(2 / n_draws))


def coverage(tau_factor, sigma_factor, n_sets=300):
    """Share of fresh measurements within the 95 % band, and its standard error, with theta from the prior."""
    rng = np.random.default_rng(11)
    inside = np.empty(n_sets)
    for k in range(n_sets):
        X = rng.normal(size=(60, 6))
        y = X @ (TAU * rng.normal(size=6)) + SIGMA * rng.normal(size=60)
        model = BayesianLinearRegression(tau_factor * TAU, sigma_factor * SIGMA).fit(X[:20], y[:20])
        mean, std = model.predict(X[20:], return_std=True)
        inside[k] = np.mean(np.abs(y[20:] - mean) < norm.ppf(0.975) * std)
    return inside.mean(), inside.std(ddof=1) / np.sqrt(n_sets)


def test_bands_of_95_percent_hold_95_percent():
    share, error = coverage(1, 1)
    assert error < 0.005
    assert abs(share - 0.95) < 4 * error


def test_coverage_notices_wrong_noise():
    for factor in (0.8, 1.25):
        share, error = coverage(1, factor)
        assert abs(share - 0.95) > 4 * error


def test_targets_that_the_features_fit_exactly():
    X, _ = problem()
    with pytest.warns(ConvergenceWarning, match=r"sigma = 0.* give tau and sigma"):
        model = BayesianLinearRegression().fit(X, 100 * X[:, 0])
    assert not model.converged_
    np.testing.assert_allclose(model.predict(X), 100 * X[:, 0], rtol=1e-5, atol=1e-5)


def test_features_that_say_nothing_get_no_weight():
    X = np.full((10, 2), 3.0)
    y = np.arange(10.0)
    model = BayesianLinearRegression().fit(X, y)
    np.testing.assert_allclose(model.theta_, 0, atol=1e-12)
    mean, std = model.predict([[3.0, 3.0]], return_std=True)
    np.testing.assert_allclose(mean, 4.5)
    # Maximum of the evidence: the unbiased variance; and the mean is known to sigma / sqrt(n).
    np.testing.assert_allclose(std**2, np.var(y, ddof=1) * 1.1)


def matern32(X, X_prime, length, amplitude):
    d = np.sqrt(3) * np.abs(X - np.ravel(X_prime)) / length
    return amplitude**2 * (1 + d) * np.exp(-d)


def linear_kernel(X, X_prime, length, amplitude):
    return amplitude**2 * X @ X_prime.T


@pytest.mark.parametrize(
    ("kernel", "peer_kernel"), [(bayes.rbf_kernel, RBF(0.8)), (matern32, Matern(0.8, nu=1.5))]
)
@pytest.mark.parametrize("sigma", [0.01, 0.5])
def test_gaussian_process_equals_scikit_learns(kernel, peer_kernel, sigma):
    rng = np.random.default_rng(0)
    X = rng.uniform(0, 5, size=(30, 1))
    y = np.sin(X[:, 0]) + sigma * rng.normal(size=30)
    X_new = np.linspace(-2, 7, 50)[:, np.newaxis]
    ours = GaussianProcess(0.8, 1.5, sigma, kernel).fit(X, y)
    peer = GaussianProcessRegressor(ConstantKernel(1.5**2) * peer_kernel, alpha=sigma**2, optimizer=None)
    peer.fit(X, y)
    mean, std = ours.predict(X_new, return_std=True)
    peer_mean, peer_std = peer.predict(X_new, return_std=True)  # of the function, without noise
    np.testing.assert_allclose(mean, peer_mean, rtol=1e-6, atol=1e-8)
    np.testing.assert_allclose(std**2, peer_std**2 + sigma**2, rtol=1e-6, atol=1e-9)
    np.testing.assert_allclose(ours.log_evidence_, peer.log_marginal_likelihood_value_, rtol=1e-9)
    np.testing.assert_array_equal(ours.predict(X_new), mean)


def test_gaussian_process_in_two_dimensions_against_the_joint_gaussian():
    rng = np.random.default_rng(0)
    X, X_new, y = rng.normal(size=(12, 2)), rng.normal(size=(4, 2)), rng.normal(size=12)
    A = np.vstack([X, X_new])
    distance2 = np.sum((A[:, np.newaxis] - A) ** 2, axis=2)
    C = 4 * np.exp(-distance2 / (2 * 1.3**2)) + 0.3**2 * np.eye(16)
    mean, std = GaussianProcess(1.3, 2.0, 0.3).fit(X, y).predict(X_new, return_std=True)
    gain = np.linalg.solve(C[:12, :12], C[:12, 12:]).T
    np.testing.assert_allclose(mean, gain @ y)
    np.testing.assert_allclose(std**2, np.diag(C[12:, 12:] - gain @ C[:12, 12:]))


def test_gaussian_process_with_a_linear_kernel_is_bayesian_regression():
    X, y = problem()
    process = GaussianProcess(1.0, TAU, SIGMA, linear_kernel).fit(X, y)
    model = BayesianLinearRegression(TAU, SIGMA, fit_intercept=False).fit(X, y)
    np.testing.assert_allclose(process.predict(X[:5]), model.predict(X[:5]))
    np.testing.assert_allclose(process.log_evidence_, model.log_evidence_)


def test_gaussian_process_mean_is_kernel_ridge():
    X, y = problem(n=25, p=1)
    K = bayes.rbf_kernel(X, X, 0.5, 2.0)
    peer = KernelRidge(alpha=0.3**2, kernel="precomputed").fit(K, y)
    np.testing.assert_allclose(GaussianProcess(0.5, 2.0, 0.3).fit(X, y).predict(X), peer.predict(K))


def test_gaussian_process_far_away_knows_only_its_prior():
    X, y = problem(n=10, p=1)
    mean, std = GaussianProcess(1.0, 2.0, 0.5).fit(X, y).predict([[1e3]], return_std=True)
    np.testing.assert_allclose([mean[0], std[0]], [0, np.hypot(2.0, 0.5)])


def three_models(n=6, seed=0):
    rng = np.random.default_rng(seed)
    log_evidences = np.array([-3.0, -2.0, -4.5])
    return log_evidences, rng.normal(size=(3, n)), rng.uniform(0.3, 2, size=(3, n))


def test_model_average_is_the_mixture():
    log_evidences, means, stds = three_models()
    average = model_average(log_evidences, means, stds)
    weights = np.exp(log_evidences) / np.exp(log_evidences).sum()
    np.testing.assert_allclose(average.weights, weights)
    y = np.linspace(-1, 1, 6)
    log_p = 0.0
    for i in range(6):

        def density(x, i=i):
            return np.sum(weights * norm.pdf(x, means[:, i], stds[:, i]))

        moments = [integrate.quad(lambda x, k, p: x**k * p(x), -20, 20, args=(k, density))[0] for k in (1, 2)]
        expected = [moments[0], moments[1] - moments[0] ** 2]
        np.testing.assert_allclose([average.mean[i], average.std[i] ** 2], expected, rtol=1e-6, atol=1e-9)
        above = integrate.quad(density, 0.4, 20)[0]
        np.testing.assert_allclose(average.probability_above(0.4)[i], above, rtol=1e-6)
        log_p += np.log(density(y[i])) / 6
    np.testing.assert_allclose(average.within + average.between, average.std**2)
    np.testing.assert_allclose(average.log_score(y), log_p)


def test_weights_of_evidences_that_underflow():
    _, means, stds = three_models()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        average = model_average([-1e5, -1e5 - np.log(3), -1e9], means, stds)
    np.testing.assert_allclose(average.weights, [0.75, 0.25, 0], rtol=1e-9)
    assert str(average) == "average of 3 models, largest weights 0.750 (model 0), 0.250 (model 1)"


def test_one_model_alone_is_itself():
    _, means, stds = three_models()
    average = model_average([7.0], means[:1], stds[:1])
    np.testing.assert_allclose([average.mean, average.std], [means[0], stds[0]])
    y = np.zeros(6)
    np.testing.assert_allclose(average.log_score(y), log_score(y, means[0], stds[0]))
    np.testing.assert_allclose(log_score(y, means[0], stds[0]), norm(means[0], stds[0]).logpdf(0).mean())


def test_the_average_scores_best_in_its_own_expectation():
    # E[log p_average(y) - log p_k(y)] over y from the average is a Kullback-Leibler divergence, hence > 0.
    log_evidences, means, stds = three_models(n=1)
    average = model_average(log_evidences, means, stds)

    def gain(k):
        def integrand(x):
            difference = average.log_score([x]) - log_score([x], means[k], stds[k])
            return difference * np.sum(average.weights * norm.pdf(x, means[:, 0], stds[:, 0]))

        return integrate.quad(integrand, -15, 15)[0]

    assert min(gain(k) for k in range(3)) > 0.01


@pytest.mark.parametrize(
    "estimator", [BayesianLinearRegression(), GaussianProcess()], ids=lambda e: type(e).__name__
)
@pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.ConvergenceWarning"
)  # checks with targets without noise
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
def test_scikit_learns_estimator_checks(estimator):
    results = check_estimator(estimator, on_fail=None)
    failed = [r["check_name"] for r in results if r["status"] not in ("passed", "skipped")]
    skipped = [r["check_name"] for r in results if r["status"] == "skipped"]
    assert len(results) > 40
    assert failed == []
    assert skipped in ([], ["check_array_api_input"])  # it needs an environment variable of SciPy's


@pytest.mark.parametrize("bad", [0.0, -1.0, np.nan, np.inf, [1.0], 1j, "wide"])
def test_bad_deviations_and_lengths(bad):
    X, y = problem()
    with pytest.raises(ValueError, match="tau must be a finite number > 0"):
        BayesianLinearRegression(tau=bad, sigma=1.0).fit(X, y)
    with pytest.raises(ValueError, match="sigma must be a finite number > 0"):
        BayesianLinearRegression(tau=1.0, sigma=bad).fit(X, y)
    for name in ("length", "amplitude", "sigma"):
        with pytest.raises(ValueError, match=f"{name} must be a finite number > 0"):
            GaussianProcess(**{name: bad}).fit(X, y)


def test_one_of_tau_and_sigma_is_not_enough():
    for given in ({"tau": 1.0}, {"sigma": 1.0}):
        with pytest.raises(ValueError, match="given together or not at all"):
            BayesianLinearRegression(**given).fit(*problem())


@pytest.mark.parametrize(
    "model", [BayesianLinearRegression(), GaussianProcess()], ids=lambda e: type(e).__name__
)
def test_bad_data(model):
    X, y = problem()
    with pytest.raises(ValueError, match="X contains NaN"):
        model.fit(np.where(X > 1, np.nan, X), y)
    with pytest.raises(ValueError, match="y contains infinity"):
        model.fit(X, np.where(y > 0, np.inf, y))
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        model.fit(X, y[:-1])
    with pytest.raises(NotFittedError):
        type(model)().predict(X)
    with pytest.raises(ValueError, match="3 features"):
        model.fit(X, y).predict(X[:, :3])


def test_noise_cannot_be_found_from_equal_targets():
    with pytest.raises(ValueError, match=r"all targets are equal.* give tau and sigma"):
        BayesianLinearRegression().fit(problem()[0], np.ones(40))
    with pytest.raises(ValueError, match="minimum of 2 is required"):
        BayesianLinearRegression(1.0, 1.0).fit([[1.0]], [1.0])


def test_sampling_needs_a_generator_and_a_count():
    model = BayesianLinearRegression().fit(*problem())
    with pytest.raises(TypeError, match=r"numpy.random.Generator, got int"):
        model.sample(3, rng=0)
    with pytest.raises(ValueError, match="n_draws must be an integer >= 1, got 0"):
        model.sample(0, rng=np.random.default_rng(0))


def test_a_singular_covariance_says_what_to_raise():
    X = np.linspace(0, 1, 200)[:, np.newaxis]
    with pytest.raises(ValueError, match=r"sigma = 1e-12 is too small .* raise sigma"):
        GaussianProcess(1.0, 1.0, 1e-12).fit(X, X[:, 0])


def test_bad_predictions_and_evidences():
    log_evidences, means, stds = three_models()
    with pytest.raises(ValueError, match=r"got \(2,\) and \(3, 6\); rows of predictions are models"):
        model_average(log_evidences[:2], means, stds)
    with pytest.raises(ValueError, match=r"one shape, got \(3, 6\), \(3, 5\)"):
        model_average(log_evidences, means, stds[:, :5])
    with pytest.raises(ValueError, match=r"finite and > 0; at least one is not"):
        model_average(log_evidences, means, stds - stds.min())
    with pytest.raises(ValueError, match=r"log evidences must be finite.* leave out models that failed"):
        model_average([np.nan, 0.0, 1.0], means, stds)
    average = model_average(log_evidences, means, stds)
    for y in (np.zeros(5), np.full(6, np.nan), np.zeros((6, 1))):
        with pytest.raises(ValueError, match="shape of the predictions"):
            average.log_score(y)
        with pytest.raises(ValueError, match="shape of the predictions"):
            log_score(y, means[0], stds[0])
