# %% wrong: X and y are resampled by different rows
def bootstrap_bias_variance(fit_predict, X_train, y_train, X_test, y_test, n_bootstrap, rng):
    n = len(y_train)
    h = np.array(
        [
            fit_predict(X_train[rng.integers(0, n, size=n)], y_train[rng.integers(0, n, size=n)], X_test)
            for _ in range(n_bootstrap)
        ]
    )
    return np.mean((y_test - h) ** 2), np.mean((y_test - h.mean(axis=0)) ** 2), np.mean(h.var(axis=0))


# %% wrong: sample variance, n - 1, so that the parts do not add up
def bootstrap_bias_variance(fit_predict, X_train, y_train, X_test, y_test, n_bootstrap, rng):
    n = len(y_train)
    h = np.empty((n_bootstrap, len(y_test)))
    for b in range(n_bootstrap):
        rows = rng.integers(0, n, size=n)
        h[b] = fit_predict(X_train[rows], y_train[rows], X_test)
    variance = np.mean(np.sum((h - h.mean(axis=0)) ** 2, axis=0) / max(n_bootstrap - 1, 1))
    return np.mean((y_test - h) ** 2), np.mean((y_test - h.mean(axis=0)) ** 2), variance


# %% wrong: averages over the test points in place of the resamples
def bootstrap_bias_variance(fit_predict, X_train, y_train, X_test, y_test, n_bootstrap, rng):
    n = len(y_train)
    h = np.empty((n_bootstrap, len(y_test)))
    for b in range(n_bootstrap):
        rows = rng.integers(0, n, size=n)
        h[b] = fit_predict(X_train[rows], y_train[rows], X_test)
    centre = h.mean(axis=1, keepdims=True)
    return np.mean((y_test - h) ** 2), np.mean((y_test - centre) ** 2), np.mean(h.var(axis=1))


# %% wrong: a permutation has no row twice
def bootstrap_bias_variance(fit_predict, X_train, y_train, X_test, y_test, n_bootstrap, rng):
    h = np.empty((n_bootstrap, len(y_test)))
    for b in range(n_bootstrap):
        rows = rng.permutation(len(y_train))
        h[b] = fit_predict(X_train[rows], y_train[rows], X_test)
    return np.mean((y_test - h) ** 2), np.mean((y_test - h.mean(axis=0)) ** 2), np.mean(h.var(axis=0))


# %% wrong: a generator of its own in place of rng
def bootstrap_bias_variance(fit_predict, X_train, y_train, X_test, y_test, n_bootstrap, rng):
    rng = np.random.default_rng(12345)
    n = len(y_train)
    h = np.empty((n_bootstrap, len(y_test)))
    for b in range(n_bootstrap):
        rows = rng.integers(0, n, size=n)
        h[b] = fit_predict(X_train[rows], y_train[rows], X_test)
    return np.mean((y_test - h) ** 2), np.mean((y_test - h.mean(axis=0)) ** 2), np.mean(h.var(axis=0))


# %% wrong: the bias is not squared point by point, so that signs cancel
def bootstrap_bias_variance(fit_predict, X_train, y_train, X_test, y_test, n_bootstrap, rng):
    n = len(y_train)
    h = np.empty((n_bootstrap, len(y_test)))
    for b in range(n_bootstrap):
        rows = rng.integers(0, n, size=n)
        h[b] = fit_predict(X_train[rows], y_train[rows], X_test)
    return np.mean((y_test - h) ** 2), np.mean(y_test - h.mean(axis=0)) ** 2, np.mean(h.var(axis=0))


# %% wrong: off by one, the last training row is never drawn
def bootstrap_bias_variance(fit_predict, X_train, y_train, X_test, y_test, n_bootstrap, rng):
    n = len(y_train)
    h = np.empty((n_bootstrap, len(y_test)))
    for b in range(n_bootstrap):
        rows = rng.integers(0, n - 1, size=n)
        h[b] = fit_predict(X_train[rows], y_train[rows], X_test)
    return np.mean((y_test - h) ** 2), np.mean((y_test - h.mean(axis=0)) ** 2), np.mean(h.var(axis=0))


# %% wrong: predicts the training rows, an optimistic error
def bootstrap_bias_variance(fit_predict, X_train, y_train, X_test, y_test, n_bootstrap, rng):
    n = len(y_train)
    h = np.empty((n_bootstrap, n))
    for b in range(n_bootstrap):
        rows = rng.integers(0, n, size=n)
        h[b] = fit_predict(X_train[rows], y_train[rows], X_train)
    return np.mean((y_train - h) ** 2), np.mean((y_train - h.mean(axis=0)) ** 2), np.mean(h.var(axis=0))


# %% right: sums in loops
def bootstrap_bias_variance(fit_predict, X_train, y_train, X_test, y_test, n_bootstrap, rng):
    n, m = len(y_train), len(y_test)
    fits = []
    for _ in range(n_bootstrap):
        rows = rng.integers(0, n, size=n)
        fits.append(fit_predict(X_train[rows], y_train[rows], X_test))
    error = bias2 = variance = 0.0
    for i in range(m):
        mean = sum(h[i] for h in fits) / n_bootstrap
        bias2 += (y_test[i] - mean) ** 2 / m
        for h in fits:
            error += (y_test[i] - h[i]) ** 2 / (m * n_bootstrap)
            variance += (h[i] - mean) ** 2 / (m * n_bootstrap)
    return error, bias2, variance


# %% right: the error as the sum of its parts
def bootstrap_bias_variance(fit_predict, X_train, y_train, X_test, y_test, n_bootstrap, rng):
    draws = [rng.integers(0, len(y_train), size=len(y_train)) for _ in range(n_bootstrap)]
    h = np.stack([fit_predict(X_train[rows], y_train[rows], X_test) for rows in draws], axis=1)
    bias2 = np.square(y_test - np.mean(h, axis=1)).mean()
    variance = np.var(h, axis=1).mean()
    return bias2 + variance, bias2, variance
