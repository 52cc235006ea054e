# %% wrong: mean and deviation of X itself
def standardise(X_train, X):
    mean = np.mean(X, axis=0)
    scale = np.std(X, axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    return (X - mean) / scale


# %% wrong: of both together
def standardise(X_train, X):
    X_train = np.vstack([X_train, X])
    mean = np.mean(X_train, axis=0)
    scale = np.std(X_train, axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    return (X - mean) / scale


# %% wrong: 1 / (n - 1)
def standardise(X_train, X):
    mean = np.mean(X_train, axis=0)
    scale = np.std(X_train, axis=0, ddof=1)
    scale = np.where(scale > 0, scale, 1.0)
    return (X - mean) / scale


# %% wrong: by the variance
def standardise(X_train, X):
    mean = np.mean(X_train, axis=0)
    scale = np.var(X_train, axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    return (X - mean) / scale


# %% wrong: one number for all columns
def standardise(X_train, X):
    mean = np.mean(X_train)
    scale = np.std(X_train)
    scale = np.where(scale > 0, scale, 1.0)
    return (X - mean) / scale


# %% wrong: constant columns divided by 0
def standardise(X_train, X):
    mean = np.mean(X_train, axis=0)
    scale = np.std(X_train, axis=0)
    with np.errstate(all="ignore"):
        return (X - mean) / scale


# %% wrong: constant columns set to 0
def standardise(X_train, X):
    mean = np.mean(X_train, axis=0)
    scale = np.std(X_train, axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    return np.where(np.std(X_train, axis=0) > 0, (X - mean) / scale, 0.0)


# %% wrong: X is changed in place
def standardise(X_train, X):
    mean = np.mean(X_train, axis=0)
    scale = np.std(X_train, axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    X -= mean.astype(X.dtype)
    return X / scale


# %% wrong: from 0 to 1
def standardise(X_train, X):
    mean = np.min(X_train, axis=0)
    scale = np.ptp(X_train, axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    return (X - mean) / scale


# %% wrong: not shifted
def standardise(X_train, X):
    mean = np.mean(X_train, axis=0)
    scale = np.std(X_train, axis=0)
    scale = np.where(scale > 0, scale, 1.0)
    return X / scale


# %% right: scikit-learn
def standardise(X_train, X):
    from sklearn.preprocessing import StandardScaler

    return StandardScaler().fit(X_train).transform(X)


# %% right: column by column
def standardise(X_train, X):
    result = np.empty(X.shape)
    for j in range(X.shape[1]):
        column = X_train[:, j].astype(float)
        mean = column.sum() / len(column)
        variance = ((column - mean) ** 2).sum() / len(column)
        result[:, j] = X[:, j] - mean
        if variance > 0:
            result[:, j] /= np.sqrt(variance)
    return result
