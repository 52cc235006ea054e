# %% wrong: the n of n * lam is missing
def fit_ridge(X, y, lam):
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    return Vt.T @ (s / (s**2 + lam) * (U.T @ y))


# %% wrong: the sign of the penalty
def fit_ridge(X, y, lam):
    n, p = X.shape
    return np.linalg.pinv(X.T @ X - n * lam * np.eye(p)) @ X.T @ y


# %% wrong: numpy returns V transposed already
def fit_ridge(X, y, lam):
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    if X.shape[0] < X.shape[1]:
        return Vt.T @ (s / (s**2 + len(y) * lam) * (U.T @ y))
    return Vt @ (s / (s**2 + len(y) * lam) * (U.T @ y))


# %% wrong: the singular values are not squared
def fit_ridge(X, y, lam):
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    return Vt.T @ ((U.T @ y) / (s + len(y) * lam))


# %% wrong: lam times p in place of lam times n
def fit_ridge(X, y, lam):
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    return Vt.T @ (s / (s**2 + X.shape[1] * lam) * (U.T @ y))


# %% wrong: the first coefficient is not penalised, as if it were an intercept
def fit_ridge(X, y, lam):
    n, p = X.shape
    D = np.eye(p)
    D[0, 0] = 0
    return np.linalg.pinv(X.T @ X + n * lam * D) @ X.T @ y


# %% wrong: shrinks the OLS solution as if the columns were orthogonal
def fit_ridge(X, y, lam):
    return np.linalg.lstsq(X, y, rcond=None)[0] / (1 + lam)


# %% wrong: centres X and y first, which nobody asked for
def fit_ridge(X, y, lam):
    X, y = X - X.mean(axis=0), y - y.mean()
    U, s, Vt = np.linalg.svd(X, full_matrices=False)
    return Vt.T @ (s / (s**2 + len(y) * lam) * (U.T @ y))


# %% right: the damped normal equations, which lam keeps well-conditioned here
def fit_ridge(X, y, lam):
    n, p = X.shape
    return np.linalg.solve(X.T @ X + n * lam * np.eye(p), X.T @ y)


# %% right: OLS on the stacked system
def fit_ridge(X, y, lam):
    n, p = X.shape
    A = np.concatenate([X, np.sqrt(n * lam) * np.identity(p)])
    return np.linalg.lstsq(A, np.append(y, np.zeros(p)), rcond=None)[0]


# %% right: the dual form, an n by n system
def fit_ridge(X, y, lam):
    n = len(X)
    return X.T @ np.linalg.solve(X @ X.T + n * lam * np.eye(n), y)
