# %% wrong: the test rows are scaled by their own mean and deviation
def standardise(X_train, X_test):
    def scale(X):
        s = X.std(axis=0)
        return (X - X.mean(axis=0)) / np.where(s > 0, s, 1)

    return scale(X_train), scale(X_test)


# %% wrong: mean and deviation of both together, so test data leak
def standardise(X_train, X_test):
    both = np.vstack([X_train, X_test])
    s = both.std(axis=0)
    s = np.where(s > 0, s, 1)
    return (X_train - both.mean(axis=0)) / s, (X_test - both.mean(axis=0)) / s


# %% wrong: sample standard deviation, n - 1
def standardise(X_train, X_test):
    s = X_train.std(axis=0, ddof=1)
    s = np.where(s > 0, s, 1)
    return (X_train - X_train.mean(axis=0)) / s, (X_test - X_train.mean(axis=0)) / s


# %% wrong: changes its inputs in place
def standardise(X_train, X_test):
    X_train, X_test = np.asarray(X_train), np.asarray(X_test)
    mean, s = X_train.mean(axis=0), X_train.std(axis=0)
    s = np.where(s > 0, s, 1)
    if X_train.dtype == float:
        X_train -= mean
        X_train /= s
        X_test -= mean
        X_test /= s
        return X_train, X_test
    return (X_train - mean) / s, (X_test - mean) / s


# %% wrong: divides by zero for a constant column
def standardise(X_train, X_test):
    mean, s = X_train.mean(axis=0), X_train.std(axis=0)
    with np.errstate(all="ignore"):
        return (X_train - mean) / s, (X_test - mean) / s


# %% wrong: one mean and one deviation for the whole matrix
def standardise(X_train, X_test):
    mean, s = X_train.mean(), X_train.std()
    return (X_train - mean) / s, (X_test - mean) / s


# %% wrong: scaled by the variance
def standardise(X_train, X_test):
    mean, s = X_train.mean(axis=0), X_train.var(axis=0)
    s = np.where(s > 0, s, 1)
    return (X_train - mean) / s, (X_test - mean) / s


# %% wrong: constant columns are left alone altogether, not centred
def standardise(X_train, X_test):
    mean, s = X_train.mean(axis=0), X_train.std(axis=0)
    mean, s = np.where(s > 0, mean, 0), np.where(s > 0, s, 1)
    return (X_train - mean) / s, (X_test - mean) / s


# %% right: scikit-learn's scaler, which has the same conventions
def standardise(X_train, X_test):
    from sklearn.preprocessing import StandardScaler

    scaler = StandardScaler().fit(X_train)
    return scaler.transform(X_train), scaler.transform(X_test)


# %% right: column by column in a loop
def standardise(X_train, X_test):
    Z_train, Z_test = np.array(X_train, dtype=float), np.array(X_test, dtype=float)
    for j in range(Z_train.shape[1]):
        mean = sum(Z_train[:, j]) / len(Z_train)
        s = (sum((Z_train[:, j] - mean) ** 2) / len(Z_train)) ** 0.5
        Z_train[:, j] -= mean
        Z_test[:, j] -= mean
        if s != 0:
            Z_train[:, j] /= s
            Z_test[:, j] /= s
    return Z_train, Z_test
