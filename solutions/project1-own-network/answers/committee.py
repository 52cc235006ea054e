# %% wrong: drawn without replacement
def committee(fit, X, y, X_new, n_members, rng):
    predictions = []
    for _ in range(n_members):
        drawn = rng.permutation(len(X))[: 2 * len(X) // 3]
        left_out = np.setdiff1d(np.arange(len(X)), drawn)
        predict = fit(X[drawn], y[drawn], X[left_out], y[left_out], rng)
        predictions.append(predict(X_new))
    return np.mean(predictions, axis=0), np.std(predictions, axis=0, ddof=1)


# %% wrong: every member has the same sample
def committee(fit, X, y, X_new, n_members, rng):
    predictions = []
    drawn = rng.integers(len(X), size=len(X))
    for _ in range(n_members):
        left_out = np.setdiff1d(np.arange(len(X)), drawn)
        predict = fit(X[drawn], y[drawn], X[left_out], y[left_out], rng)
        predictions.append(predict(X_new))
    return np.mean(predictions, axis=0), np.std(predictions, axis=0, ddof=1)


# %% wrong: 1 / K
def committee(fit, X, y, X_new, n_members, rng):
    predictions = []
    for _ in range(n_members):
        drawn = rng.integers(len(X), size=len(X))
        left_out = np.setdiff1d(np.arange(len(X)), drawn)
        predict = fit(X[drawn], y[drawn], X[left_out], y[left_out], rng)
        predictions.append(predict(X_new))
    return np.mean(predictions, axis=0), np.std(predictions, axis=0)


# %% wrong: the error of the mean in place of the spread
def committee(fit, X, y, X_new, n_members, rng):
    predictions = []
    for _ in range(n_members):
        drawn = rng.integers(len(X), size=len(X))
        left_out = np.setdiff1d(np.arange(len(X)), drawn)
        predict = fit(X[drawn], y[drawn], X[left_out], y[left_out], rng)
        predictions.append(predict(X_new))
    return np.mean(predictions, axis=0), np.std(predictions, axis=0, ddof=1) / np.sqrt(n_members)


# %% wrong: variance in place of deviation
def committee(fit, X, y, X_new, n_members, rng):
    predictions = []
    for _ in range(n_members):
        drawn = rng.integers(len(X), size=len(X))
        left_out = np.setdiff1d(np.arange(len(X)), drawn)
        predict = fit(X[drawn], y[drawn], X[left_out], y[left_out], rng)
        predictions.append(predict(X_new))
    return np.mean(predictions, axis=0), np.var(predictions, axis=0, ddof=1)


# %% wrong: validation on all rows
def committee(fit, X, y, X_new, n_members, rng):
    predictions = []
    for _ in range(n_members):
        drawn = rng.integers(len(X), size=len(X))
        left_out = np.setdiff1d(np.arange(len(X)), drawn)
        predict = fit(X[drawn], y[drawn], X, y, rng)
        predictions.append(predict(X_new))
    return np.mean(predictions, axis=0), np.std(predictions, axis=0, ddof=1)


# %% wrong: validation on the drawn rows
def committee(fit, X, y, X_new, n_members, rng):
    predictions = []
    for _ in range(n_members):
        drawn = rng.integers(len(X), size=len(X))
        left_out = np.setdiff1d(np.arange(len(X)), drawn)
        predict = fit(X[drawn], y[drawn], X[drawn], y[drawn], rng)
        predictions.append(predict(X_new))
    return np.mean(predictions, axis=0), np.std(predictions, axis=0, ddof=1)


# %% wrong: X and y drawn apart
def committee(fit, X, y, X_new, n_members, rng):
    predictions = []
    for _ in range(n_members):
        drawn = rng.integers(len(X), size=len(X))
        left_out = np.setdiff1d(np.arange(len(X)), drawn)
        predict = fit(X[drawn], y[rng.integers(len(X), size=len(X))], X[left_out], y[left_out], rng)
        predictions.append(predict(X_new))
    return np.mean(predictions, axis=0), np.std(predictions, axis=0, ddof=1)


# %% wrong: a new seed for each fit
def committee(fit, X, y, X_new, n_members, rng):
    predictions = []
    for _ in range(n_members):
        drawn = rng.integers(len(X), size=len(X))
        left_out = np.setdiff1d(np.arange(len(X)), drawn)
        predict = fit(X[drawn], y[drawn], X[left_out], y[left_out], np.random.default_rng(0))
        predictions.append(predict(X_new))
    return np.mean(predictions, axis=0), np.std(predictions, axis=0, ddof=1)


# %% wrong: spread over the new rows
def committee(fit, X, y, X_new, n_members, rng):
    predictions = []
    for _ in range(n_members):
        drawn = rng.integers(len(X), size=len(X))
        left_out = np.setdiff1d(np.arange(len(X)), drawn)
        predict = fit(X[drawn], y[drawn], X[left_out], y[left_out], rng)
        predictions.append(predict(X_new))
    return np.mean(predictions, axis=0), np.std(predictions, axis=1, ddof=1)


# %% wrong: the median in place of the mean
def committee(fit, X, y, X_new, n_members, rng):
    predictions = []
    for _ in range(n_members):
        drawn = rng.integers(len(X), size=len(X))
        left_out = np.setdiff1d(np.arange(len(X)), drawn)
        predict = fit(X[drawn], y[drawn], X[left_out], y[left_out], rng)
        predictions.append(predict(X_new))
    return np.median(predictions, axis=0), np.std(predictions, axis=0, ddof=1)


# %% wrong: the global generator
def committee(fit, X, y, X_new, n_members, rng):
    predictions = []
    for _ in range(n_members):
        drawn = np.random.randint(len(X), size=len(X))
        left_out = np.setdiff1d(np.arange(len(X)), drawn)
        predict = fit(X[drawn], y[drawn], X[left_out], y[left_out], rng)
        predictions.append(predict(X_new))
    return np.mean(predictions, axis=0), np.std(predictions, axis=0, ddof=1)


# %% wrong: the last row is never drawn
def committee(fit, X, y, X_new, n_members, rng):
    predictions = []
    for _ in range(n_members):
        drawn = rng.integers(len(X) - 1, size=len(X))
        left_out = np.setdiff1d(np.arange(len(X)), drawn)
        predict = fit(X[drawn], y[drawn], X[left_out], y[left_out], rng)
        predictions.append(predict(X_new))
    return np.mean(predictions, axis=0), np.std(predictions, axis=0, ddof=1)


# %% right: running sums
def committee(fit, X, y, X_new, n_members, rng):
    total = squares = 0.0
    for member in range(1, n_members + 1):
        rows = rng.choice(len(y), size=len(y), replace=True)
        out = np.bincount(rows, minlength=len(y)) == 0
        prediction = np.asarray(fit(X[rows], y[rows], X[out], y[out], rng)(X_new))
        change = prediction - (total / (member - 1) if member > 1 else 0.0)
        total = total + prediction
        squares = squares + change * (prediction - total / member)
    return total / n_members, np.sqrt(squares / (n_members - 1))


# %% right: all samples first
def committee(fit, X, y, X_new, n_members, rng):
    samples = rng.integers(0, len(X), size=(n_members, len(X)))
    table = np.empty((n_members, len(X_new)))
    for row, drawn in zip(table, samples, strict=True):
        out = np.array(sorted(set(range(len(X))) - set(drawn.tolist())))
        row[:] = fit(X[drawn], y[drawn], X[out], y[out], rng)(X_new)
    mean = table.sum(axis=0) / n_members
    return mean, np.sqrt(((table - mean) ** 2).sum(axis=0) / (n_members - 1))
