# %% wrong: ln P, not ln psi
def log_psi(X, a, b, W, sigma):
    return -np.sum((X - a) ** 2, axis=1) / (2 * sigma**2) + np.sum(
        np.logaddexp(0, b + X @ W / sigma**2), axis=1
    )


# %% wrong: only the Gaussian is halved
def log_psi(X, a, b, W, sigma):
    return -np.sum((X - a) ** 2, axis=1) / (4 * sigma**2) + np.sum(
        np.logaddexp(0, b + X @ W / sigma**2), axis=1
    )


# %% wrong: the weights are divided by sigma, not by its square
def log_psi(X, a, b, W, sigma):
    return (
        -np.sum((X - a) ** 2, axis=1) / (4 * sigma**2)
        + np.sum(np.logaddexp(0, b + X @ W / sigma), axis=1) / 2
    )


# %% wrong: the weights are not divided at all
def log_psi(X, a, b, W, sigma):
    return -np.sum((X - a) ** 2, axis=1) / (4 * sigma**2) + np.sum(np.logaddexp(0, b + X @ W), axis=1) / 2


# %% wrong: the visible biases as in the binary machine
def log_psi(X, a, b, W, sigma):
    return (
        (X @ a) / 2
        - np.sum(X**2, axis=1) / (4 * sigma**2)
        + np.sum(np.logaddexp(0, b + X @ W / sigma**2), axis=1) / 2
    )


# %% wrong: exponentials overflow
def log_psi(X, a, b, W, sigma):
    with np.errstate(over="ignore"):
        return (
            -np.sum((X - a) ** 2, axis=1) / (4 * sigma**2)
            + np.sum(np.log(1 + np.exp(b + X @ W / sigma**2)), axis=1) / 2
        )


# %% wrong: psi in place of its logarithm
def log_psi(X, a, b, W, sigma):
    with np.errstate(over="ignore"):
        return np.exp(
            -np.sum((X - a) ** 2, axis=1) / (4 * sigma**2)
            + np.sum(np.logaddexp(0, b + X @ W / sigma**2), axis=1) / 2
        )


# %% wrong: the sign of the Gaussian
def log_psi(X, a, b, W, sigma):
    return (
        np.sum((X - a) ** 2, axis=1) / (4 * sigma**2)
        + np.sum(np.logaddexp(0, b + X @ W / sigma**2), axis=1) / 2
    )


# %% wrong: shifts X in place
def log_psi(X, a, b, W, sigma):
    hidden = np.sum(np.logaddexp(0, b + X @ W / sigma**2), axis=1) / 2
    X -= a
    return -np.sum(X**2, axis=1) / (4 * sigma**2) + hidden


# %% right: half of the logarithm of the sum over h
def log_psi(X, a, b, W, sigma):
    from scipy.special import logsumexp

    H = all_states(len(b))
    E = np.sum((X - a) ** 2, axis=1)[:, None] / (2 * sigma**2) - H @ b - X @ W @ H.T / sigma**2
    return logsumexp(-E, axis=1) / 2


# %% right: through the free energy of the binary machine
def log_psi(X, a, b, W, sigma):
    F = free_energy(X / sigma**2, np.zeros(len(a)), b, W)
    return -0.5 * (F + ((X - a) ** 2).sum(axis=1) / (2 * sigma**2))


# %% right: walker by walker
def log_psi(X, a, b, W, sigma):
    values = []
    for x in X:
        value = -sum((x[i] - a[i]) ** 2 for i in range(len(a))) / (4 * sigma**2)
        for j in range(len(b)):
            value += 0.5 * np.logaddexp(0, b[j] + np.dot(x, W[:, j]) / sigma**2)
        values.append(value)
    return np.array(values)
