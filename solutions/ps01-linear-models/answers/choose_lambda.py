# %% wrong: the fold stays in the training rows
def choose_lambda(X, y, lams, n_folds, fit):
    folds = np.array_split(np.arange(len(y)), n_folds)
    mse = np.array([np.mean([np.mean((y[f] - X[f] @ fit(X, y, lam)) ** 2) for f in folds]) for lam in lams])
    return lams[np.argmin(mse)], mse


# %% wrong: fits on the fold and tests on the rest
def choose_lambda(X, y, lams, n_folds, fit):
    folds = np.array_split(np.arange(len(y)), n_folds)
    mse = np.zeros(len(lams))
    for i, lam in enumerate(lams):
        for f in folds:
            rest = np.setdiff1d(np.arange(len(y)), f)
            mse[i] += np.mean((y[rest] - X[rest] @ fit(X[f], y[f], lam)) ** 2) / n_folds
    return lams[np.argmin(mse)], mse


# %% wrong: every n_folds-th row in place of contiguous folds
def choose_lambda(X, y, lams, n_folds, fit):
    mse = np.zeros(len(lams))
    for i, lam in enumerate(lams):
        for k in range(n_folds):
            inside = np.arange(len(y)) % n_folds == k
            theta = fit(X[~inside], y[~inside], lam)
            mse[i] += np.mean((y[inside] - X[inside] @ theta) ** 2) / n_folds
    return lams[np.argmin(mse)], mse


# %% wrong: the rows left over by an uneven division are never tested
def choose_lambda(X, y, lams, n_folds, fit):
    size = len(y) // n_folds
    mse = np.zeros(len(lams))
    for i, lam in enumerate(lams):
        for k in range(n_folds):
            f = np.arange(k * size, (k + 1) * size)
            theta = fit(np.delete(X, f, axis=0), np.delete(y, f), lam)
            mse[i] += np.mean((y[f] - X[f] @ theta) ** 2) / n_folds
    return lams[np.argmin(mse)], mse


# %% wrong: returns the index
def choose_lambda(X, y, lams, n_folds, fit):
    folds = np.array_split(np.arange(len(y)), n_folds)
    mse = np.zeros(len(lams))
    for i, lam in enumerate(lams):
        for f in folds:
            theta = fit(np.delete(X, f, axis=0), np.delete(y, f), lam)
            mse[i] += np.mean((y[f] - X[f] @ theta) ** 2) / n_folds
    return np.argmin(mse), mse


# %% wrong: takes the largest error
def choose_lambda(X, y, lams, n_folds, fit):
    folds = np.array_split(np.arange(len(y)), n_folds)
    mse = np.zeros(len(lams))
    for i, lam in enumerate(lams):
        for f in folds:
            theta = fit(np.delete(X, f, axis=0), np.delete(y, f), lam)
            mse[i] += np.mean((y[f] - X[f] @ theta) ** 2) / n_folds
    return lams[np.argmax(mse)], mse


# %% wrong: the sum over the folds, not their mean
def choose_lambda(X, y, lams, n_folds, fit):
    folds = np.array_split(np.arange(len(y)), n_folds)
    mse = np.zeros(len(lams))
    for i, lam in enumerate(lams):
        for f in folds:
            theta = fit(np.delete(X, f, axis=0), np.delete(y, f), lam)
            mse[i] += np.mean((y[f] - X[f] @ theta) ** 2)
    return lams[np.argmin(mse)], mse


# %% wrong: averages over rows, so that larger folds count more
def choose_lambda(X, y, lams, n_folds, fit):
    folds = np.array_split(np.arange(len(y)), n_folds)
    mse = np.zeros(len(lams))
    for i, lam in enumerate(lams):
        for f in folds:
            theta = fit(np.delete(X, f, axis=0), np.delete(y, f), lam)
            mse[i] += np.sum((y[f] - X[f] @ theta) ** 2) / len(y)
    return lams[np.argmin(mse)], mse


# %% right: scikit-learn's folds, which are contiguous without shuffling
def choose_lambda(X, y, lams, n_folds, fit):
    from sklearn.model_selection import KFold

    mse = []
    for lam in lams:
        errors = []
        for train, test in KFold(n_folds).split(X):
            errors.append(np.mean((X[test] @ fit(X[train], y[train], lam) - y[test]) ** 2))
        mse.append(np.mean(errors))
    return lams[int(np.argmin(mse))], np.array(mse)


# %% right: folds outside, penalties inside, boundaries by hand
def choose_lambda(X, y, lams, n_folds, fit):
    n = len(y)
    size, more = divmod(n, n_folds)
    errors = np.zeros((n_folds, len(lams)))
    start = 0
    for k in range(n_folds):
        stop = start + size + (k < more)
        X_rest, y_rest = np.vstack([X[:start], X[stop:]]), np.concatenate([y[:start], y[stop:]])
        for i, lam in enumerate(lams):
            misses = y[start:stop] - X[start:stop].dot(fit(X_rest, y_rest, lam))
            errors[k, i] = misses.dot(misses) / len(misses)
        start = stop
    mse = errors.mean(axis=0)
    best = 0
    for i in range(len(lams)):
        if mse[i] < mse[best]:
            best = i
    return lams[best], mse
