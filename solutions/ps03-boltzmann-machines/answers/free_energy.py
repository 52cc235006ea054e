# %% wrong: log(1 + exp(z)) overflows
def free_energy(X, a, b, W):
    return -(X @ a) - np.sum(np.log(1 + np.exp(b + X @ W)), axis=1)


# %% wrong: log1p does not help against overflow
def free_energy(X, a, b, W):
    with np.errstate(over="ignore"):
        return -(X @ a) - np.sum(np.log1p(np.exp(b + X @ W)), axis=1)


# %% wrong: the product over the hidden units overflows
def free_energy(X, a, b, W):
    with np.errstate(all="ignore"):
        return -(X @ a) - np.log(np.prod(np.exp(np.logaddexp(0, b + X @ W)), axis=1))


# %% wrong: the visible biases have the wrong sign
def free_energy(X, a, b, W):
    return X @ a - np.sum(np.logaddexp(0, b + X @ W), axis=1)


# %% wrong: the sign of the hidden part
def free_energy(X, a, b, W):
    return -(X @ a) + np.sum(np.logaddexp(0, b + X @ W), axis=1)


# %% wrong: the state h = 0 is forgotten
def free_energy(X, a, b, W):
    return -(X @ a) - np.sum(b + X @ W, axis=1)


# %% wrong: only the best h, without the ln 2 of what is equally good
def free_energy(X, a, b, W):
    return -(X @ a) - np.sum(np.maximum(0, b + X @ W), axis=1)


# %% wrong: logarithms to base 2
def free_energy(X, a, b, W):
    return -(X @ a) - np.sum(np.logaddexp2(0, b + X @ W), axis=1)


# %% wrong: the mean energy, where the entropy of h is missing
def free_energy(X, a, b, W):
    z = b + X @ W
    return -(X @ a) - np.sum(z * np.exp(-np.logaddexp(0, -z)), axis=1)


# %% wrong: the weights transposed where that raises no error
def free_energy(X, a, b, W):
    V = W.T if W.shape[0] == W.shape[1] else W
    return -(X @ a) - np.sum(np.logaddexp(0, b + X @ V), axis=1)


# %% right: the large part apart
def free_energy(X, a, b, W):
    z = b + X @ W
    softplus = np.maximum(z, 0) + np.log1p(np.exp(-np.abs(z)))
    return -(X @ a) - softplus.sum(axis=1)


# %% right: scipy's log_expit, unit by unit
def free_energy(X, a, b, W):
    from scipy.special import log_expit

    F = np.zeros(len(X))
    for s, x in enumerate(X):
        F[s] = -np.dot(x, a)
        for j in range(len(b)):
            F[s] += log_expit(-(b[j] + np.dot(x, W[:, j])))
    return F
