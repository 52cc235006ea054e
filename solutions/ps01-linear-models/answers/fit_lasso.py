# %% wrong: the threshold lacks the factor 1/2
def fit_lasso(X, y, lam, tol=1e-8, max_sweeps=1000):
    n, p = X.shape
    theta = np.zeros(p)
    for _ in range(max_sweeps):
        old = theta.copy()
        for j in range(p):
            r = y - X @ theta + X[:, j] * theta[j]
            square = X[:, j] @ X[:, j]
            theta[j] = soft_threshold(X[:, j] @ r, n * lam) / square if square else 0.0
        if np.max(np.abs(theta - old)) <= tol:
            break
    return theta


# %% wrong: the threshold lacks n
def fit_lasso(X, y, lam, tol=1e-8, max_sweeps=1000):
    n, p = X.shape
    theta = np.zeros(p)
    for _ in range(max_sweeps):
        old = theta.copy()
        for j in range(p):
            r = y - X @ theta + X[:, j] * theta[j]
            square = X[:, j] @ X[:, j]
            theta[j] = soft_threshold(X[:, j] @ r, lam / 2) / square if square else 0.0
        if np.max(np.abs(theta - old)) <= tol:
            break
    return theta


# %% wrong: the column's own part stays in the residual
def fit_lasso(X, y, lam, tol=1e-8, max_sweeps=1000):
    n, p = X.shape
    theta = np.zeros(p)
    for _ in range(max_sweeps):
        old = theta.copy()
        for j in range(p):
            square = X[:, j] @ X[:, j]
            theta[j] = soft_threshold(X[:, j] @ (y - X @ theta), n * lam / 2) / square if square else 0.0
        if np.max(np.abs(theta - old)) <= tol:
            break
    return theta


# %% wrong: all coordinates are renewed at once from the old values
def fit_lasso(X, y, lam, tol=1e-8, max_sweeps=1000):
    n, p = X.shape
    theta = np.zeros(p)
    squares = np.sum(X**2, axis=0)
    with np.errstate(all="ignore"):
        for _ in range(max_sweeps):
            z = X.T @ (y - X @ theta) + squares * theta
            new = np.where(
                squares > 0, soft_threshold(z, n * lam / 2) / np.where(squares > 0, squares, 1), 0.0
            )
            change = np.max(np.abs(new - theta))
            theta = new
            if change <= tol:
                break
    return theta


# %% wrong: divides by n as if every column had the length sqrt(n)
def fit_lasso(X, y, lam, tol=1e-8, max_sweeps=1000):
    n, p = X.shape
    theta = np.zeros(p)
    with np.errstate(all="ignore"):
        for _ in range(min(max_sweeps, 200)):
            old = theta.copy()
            for j in range(p):
                r = y - X @ theta + X[:, j] * theta[j]
                theta[j] = soft_threshold(X[:, j] @ r, n * lam / 2) / n
            if np.max(np.abs(theta - old)) <= tol:
                break
    return theta


# %% wrong: always one sweep
def fit_lasso(X, y, lam, tol=1e-8, max_sweeps=1000):
    n, p = X.shape
    theta = np.zeros(p)
    for j in range(p):
        r = y - X @ theta + X[:, j] * theta[j]
        square = X[:, j] @ X[:, j]
        theta[j] = soft_threshold(X[:, j] @ r, n * lam / 2) / square if square else 0.0
    return theta


# %% wrong: the residual is kept up to date in the caller's y
def fit_lasso(X, y, lam, tol=1e-8, max_sweeps=1000):
    n, p = X.shape
    theta = np.zeros(p)
    for _ in range(max_sweeps):
        change = 0.0
        for j in range(p):
            square = X[:, j] @ X[:, j]
            if square == 0:
                continue
            new = soft_threshold(X[:, j] @ y + square * theta[j], n * lam / 2) / square
            y -= X[:, j] * (new - theta[j])
            change = max(change, abs(new - theta[j]))
            theta[j] = new
        if change <= tol:
            break
    return theta


# %% wrong: a Ridge step in place of the threshold
def fit_lasso(X, y, lam, tol=1e-8, max_sweeps=1000):
    n, p = X.shape
    return np.linalg.lstsq(
        np.vstack([X, np.sqrt(n * lam) * np.eye(p)]), np.concatenate([y, np.zeros(p)]), rcond=None
    )[0]


# %% right: the residual anew each time, and a threshold of its own
def fit_lasso(X, y, lam, tol=1e-8, max_sweeps=1000):
    n, p = X.shape
    theta = np.zeros(p)
    for _ in range(max_sweeps):
        old = theta.copy()
        for j in range(p):
            x = X[:, j]
            if not x.any():
                continue
            z = x @ (y - X @ theta + x * theta[j])
            theta[j] = np.sign(z) * max(abs(z) - n * lam / 2, 0) / (x @ x)
        if np.max(np.abs(theta - old)) <= tol:
            break
    return theta


# %% right: through the Gram matrix
def fit_lasso(X, y, lam, tol=1e-8, max_sweeps=1000):
    n, p = X.shape
    G, c = X.T @ X, X.T @ y
    theta = [0.0] * p
    for _ in range(max_sweeps):
        largest = 0.0
        for j in range(p):
            if G[j, j] == 0:
                continue
            z = c[j] - sum(G[j, k] * theta[k] for k in range(p) if k != j)
            new = float(soft_threshold(z, n * lam / 2)) / G[j, j]
            largest = max(largest, abs(new - theta[j]))
            theta[j] = new
        if largest <= tol:
            break
    return np.array(theta)
