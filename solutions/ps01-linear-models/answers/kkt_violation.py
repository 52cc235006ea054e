# %% wrong: the factor 2 / n is missing
def kkt_violation(X, y, theta, lam):
    g = X.T @ (y - X @ theta)
    return float(
        np.max(np.where(theta != 0, np.abs(g - lam * np.sign(theta)), np.maximum(np.abs(g) - lam, 0)))
    )


# %% wrong: 1 / n in place of 2 / n
def kkt_violation(X, y, theta, lam):
    g = X.T @ (y - X @ theta) / len(y)
    return float(
        np.max(np.where(theta != 0, np.abs(g - lam * np.sign(theta)), np.maximum(np.abs(g) - lam, 0)))
    )


# %% wrong: the sign of the gradient
def kkt_violation(X, y, theta, lam):
    g = 2 / len(y) * X.T @ (X @ theta - y)
    return float(
        np.max(np.where(theta != 0, np.abs(g - lam * np.sign(theta)), np.maximum(np.abs(g) - lam, 0)))
    )


# %% wrong: coefficients that are zero are left out
def kkt_violation(X, y, theta, lam):
    g = 2 / len(y) * X.T @ (y - X @ theta)
    return float(np.max(np.where(theta != 0, np.abs(g - lam * np.sign(theta)), 0.0)))


# %% wrong: the sum in place of the largest
def kkt_violation(X, y, theta, lam):
    g = 2 / len(y) * X.T @ (y - X @ theta)
    return float(
        np.sum(np.where(theta != 0, np.abs(g - lam * np.sign(theta)), np.maximum(np.abs(g) - lam, 0)))
    )


# %% wrong: the equation is asked for at zero too, where sign is 0
def kkt_violation(X, y, theta, lam):
    g = 2 / len(y) * X.T @ (y - X @ theta)
    return float(np.max(np.abs(g - lam * np.sign(theta))))


# %% wrong: without the absolute value a violation from below goes unseen
def kkt_violation(X, y, theta, lam):
    g = 2 / len(y) * X.T @ (y - X @ theta)
    return float(np.max(np.where(theta != 0, g - lam * np.sign(theta), np.maximum(g - lam, 0))))


# %% wrong: negative coefficients are taken for zero
def kkt_violation(X, y, theta, lam):
    g = 2 / len(y) * X.T @ (y - X @ theta)
    return float(np.max(np.where(theta > 0, np.abs(g - lam), np.maximum(np.abs(g) - lam, 0))))


# %% right: a loop over the conditions
def kkt_violation(X, y, theta, lam):
    worst = 0.0
    for j in range(len(theta)):
        g = sum(2 / len(y) * X[i, j] * (y[i] - X[i] @ theta) for i in range(len(y)))
        if theta[j] > 0:
            here = abs(g - lam)
        elif theta[j] < 0:
            here = abs(g + lam)
        else:
            here = abs(g) - lam
        worst = max(worst, here)
    return worst


# %% right: as the distance of g from the interval of the subgradient
def kkt_violation(X, y, theta, lam):
    g = np.mean(2 * X * (y - X @ theta)[:, np.newaxis], axis=0)
    low = np.where(theta > 0, lam, -lam)
    high = np.where(theta < 0, -lam, lam)
    return np.max(np.abs(g - np.clip(g, low, high)))
