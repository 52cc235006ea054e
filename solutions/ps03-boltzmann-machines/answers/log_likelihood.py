# %% wrong: the sum over the rows
def log_likelihood(X, a, b, W):
    return -np.sum(free_energy(X, a, b, W)) - len(X) * log_partition(a, b, W)


# %% wrong: without ln Z
def log_likelihood(X, a, b, W):
    return -np.mean(free_energy(X, a, b, W))


# %% wrong: the sign of ln Z
def log_likelihood(X, a, b, W):
    return -np.mean(free_energy(X, a, b, W)) + log_partition(a, b, W)


# %% wrong: the sign of the free energy
def log_likelihood(X, a, b, W):
    return np.mean(free_energy(X, a, b, W)) - log_partition(a, b, W)


# %% wrong: a cost, minus the log-likelihood
def log_likelihood(X, a, b, W):
    return np.mean(free_energy(X, a, b, W)) + log_partition(a, b, W)


# %% wrong: the logarithm of the mean probability
def log_likelihood(X, a, b, W):
    return np.log(np.mean(np.exp(-free_energy(X, a, b, W) - log_partition(a, b, W))))


# %% wrong: ln Z is divided by n
def log_likelihood(X, a, b, W):
    return (-np.sum(free_energy(X, a, b, W)) - log_partition(a, b, W)) / len(X)


# %% wrong: one value for each row
def log_likelihood(X, a, b, W):
    return -free_energy(X, a, b, W) - log_partition(a, b, W)


# %% wrong: repeated rows count once
def log_likelihood(X, a, b, W):
    return -np.mean(free_energy(np.unique(X, axis=0), a, b, W)) - log_partition(a, b, W)


# %% wrong: through the probability itself, which underflows
def log_likelihood(X, a, b, W):
    with np.errstate(all="ignore"):
        return np.mean(np.log(np.exp(-free_energy(X, a, b, W)) / np.exp(log_partition(a, b, W))))


# %% right: row by row
def log_likelihood(X, a, b, W):
    log_Z = log_partition(a, b, W)
    return sum(-free_energy(X[s : s + 1], a, b, W)[0] - log_Z for s in range(len(X))) / len(X)


# %% right: from the definition, over all pairs of states
def log_likelihood(X, a, b, W):
    from scipy.special import logsumexp

    S, H = all_states(len(a)), all_states(len(b))

    def log_weights(X):
        return logsumexp((X @ a)[:, None] + H @ b + X @ W @ H.T, axis=1)

    return np.mean(log_weights(X)) - logsumexp(log_weights(S))
