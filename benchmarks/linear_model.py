"""Least squares, Ridge and Lasso beside scikit-learn, and the digits of all solvers on NIST's data."""

import numpy as np
from sklearn import linear_model as sk

from benchmarks.harness import Case, compare, save, table
from course_lib.datasets import NIST_NAMES, load_nist
from course_lib.linear_model import OLS, lasso_lambda_max, lasso_path, ridge_path
from course_lib.metrics import correct_digits

# Digits that OLS has to reach: close to the better library on every set, and these in particular.
DIGITS_BEHIND, DIGITS_FILIP, DIGITS_MEAN = 0.5, 7.0, 10.5


def cases(n=10_000, p=200, n_lams=100, repeats=7):
    """The comparisons, for n samples and p features."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(n, p))
    y = X @ rng.normal(size=p) + rng.normal(size=n)
    X_c, y_c = X - X.mean(axis=0), y - y.mean()
    setting = f"n = {n}, p = {p}"
    lams = np.logspace(-6, 2, n_lams)
    lasso_lams = lasso_lambda_max(X, y) * np.logspace(0, -3, n_lams)
    U, s, Vt = np.linalg.svd(X_c, full_matrices=False)

    def from_svd(lam):
        return Vt.T @ (s / (s**2 + n * lam) * (U.T @ y_c))

    exact_ols, exact_ridge = from_svd(0.0), np.array([from_svd(lam) for lam in lams])

    def largest_gap(theta):
        """Largest duality gap on the path, over the mean square of y."""
        return max(duality_gap(X_c, y_c, t, lam) for t, lam in zip(theta, lasso_lams, strict=True)) / np.mean(
            y_c**2
        )

    return [
        Case(
            "OLS",
            setting,
            lambda: OLS().fit(X, y).theta_,
            "LinearRegression",
            lambda: sk.LinearRegression().fit(X, y).coef_,
            "relative error",
            lambda theta: np.max(np.abs(theta / exact_ols - 1)),
            bar=4.0,
            repeats=repeats,
        ),
        Case(
            f"Ridge x {n_lams}",
            setting,
            lambda: ridge_path(X, y, lams).theta,
            "loop over Ridge",
            lambda: np.array([sk.Ridge(alpha=n * lam).fit(X, y).coef_ for lam in lams]),
            "relative error",
            lambda theta: np.max(np.abs(theta / exact_ridge - 1)),
            bar=100.0,
            repeats=repeats,
        ),
        Case(
            f"Lasso x {n_lams}",
            setting,
            lambda: lasso_path(X, y, lasso_lams).theta,
            "lasso_path(tol=1e-12)",
            lambda: sk.lasso_path(X - X.mean(axis=0), y - y.mean(), alphas=lasso_lams / 2, tol=1e-12)[1].T,
            "duality gap",
            largest_gap,
            bar=0.5,
            repeats=repeats,
        ),
    ]


def duality_gap(X, y, theta, lam):
    """Cost of theta minus the dual value at the scaled residual, from the data and not from a Gram matrix."""
    n = len(y)
    residual = y - X @ theta
    slope = 2 / n * np.max(np.abs(X.T @ residual))
    feasible = residual * min(1.0, lam / slope)
    cost = residual @ residual / n + lam * np.sum(np.abs(theta))
    return cost - (y @ y - (y - feasible) @ (y - feasible)) / n


def nist_digits():
    """Correct digits of the worst coefficient on each of NIST's sets, for three solvers."""
    digits = {}
    for name in NIST_NAMES:
        data = load_nist(name)
        ones = np.ones((len(data.y), int(data.fit_intercept)))
        ours = OLS(data.fit_intercept).fit(data.X, data.y)
        peer, unguarded = (
            sk.LinearRegression(fit_intercept=data.fit_intercept, tol=tol).fit(data.X, data.y)
            for tol in (1e-6, 1e-15)  # the first is the default
        )
        lstsq = np.linalg.lstsq(np.hstack([ones, data.X]), data.y, rcond=None)[0]
        first = 1 - ones.shape[1]  # where there is no intercept, leave its zero out
        digits[name] = {
            "OLS": correct_digits(np.append(ours.intercept_, ours.theta_)[first:], data.theta),
            "LinearRegression": correct_digits(np.append(peer.intercept_, peer.coef_)[first:], data.theta),
            "numpy.linalg.lstsq": correct_digits(lstsq, data.theta),
            "LinearRegression, tol=1e-15": correct_digits(
                np.append(unguarded.intercept_, unguarded.coef_)[first:], data.theta
            ),
        }
    return digits


def digits_met(digits):
    """Whether OLS reaches its digits on every set, beside the libraries as they are called by default."""
    peers = ("LinearRegression", "numpy.linalg.lstsq")
    behind = max(max(row[peer] for peer in peers) - row["OLS"] for row in digits.values())
    mean = np.mean([row["OLS"] for row in digits.values()])
    return bool(behind <= DIGITS_BEHIND and digits["filip"]["OLS"] >= DIGITS_FILIP and mean >= DIGITS_MEAN)


def run():
    """Measure, print, save; returns whether every bar was reached."""
    comparisons = [compare(case) for case in cases()]
    digits = nist_digits()
    print(table(comparisons))
    print(f"\n{'correct digits':<16}" + "".join(f"{solver:>30}" for solver in digits["filip"]))
    for name, row in digits.items():
        print(f"{name:<16}" + "".join(f"{value:30.1f}" for value in row.values()))
    print(f"{'mean':<16}{np.mean([row['OLS'] for row in digits.values()]):30.1f}")
    print(save("linear_model", comparisons, nist_digits=digits, nist_digits_met=digits_met(digits)))
    return all(c.met for c in comparisons) and digits_met(digits)
