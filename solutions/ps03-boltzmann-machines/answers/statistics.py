# %% wrong: the weights are ignored
def statistics(X, q, b, W):
    P = p_hidden(X, b, W)
    return X.mean(axis=0), P.mean(axis=0), X.T @ P / len(X)


# %% wrong: divided by n once more
def statistics(X, q, b, W):
    P = p_hidden(X, b, W)
    return q @ X / len(X), q @ P / len(X), (X * q[:, None]).T @ P / len(X)


# %% wrong: the product of the averages
def statistics(X, q, b, W):
    P = p_hidden(X, b, W)
    return q @ X, q @ P, np.outer(q @ X, q @ P)


# %% wrong: the table of products transposed
def statistics(X, q, b, W):
    P = p_hidden(X, b, W)
    return q @ X, q @ P, (P * q[:, None]).T @ X


# %% wrong: the weights count twice in the product
def statistics(X, q, b, W):
    P = p_hidden(X, b, W)
    return q @ X, q @ P, (X * q[:, None]).T @ (P * q[:, None])


# %% wrong: the probabilities are rounded to states
def statistics(X, q, b, W):
    P = (p_hidden(X, b, W) > 0.5).astype(float)
    return q @ X, q @ P, (X * q[:, None]).T @ P


# %% wrong: weighs X in place
def statistics(X, q, b, W):
    P = p_hidden(X, b, W)
    if X.dtype == float:
        X *= q[:, None]
        return X.sum(axis=0), q @ P, X.T @ P
    return q @ X, q @ P, (X * q[:, None]).T @ P


# %% wrong: no weights in the product
def statistics(X, q, b, W):
    P = p_hidden(X, b, W)
    return q @ X, q @ P, X.T @ P


# %% wrong: hidden and visible averages in the wrong order
def statistics(X, q, b, W):
    P = p_hidden(X, b, W)
    return q @ P, q @ X, (X * q[:, None]).T @ P


# %% right: einsum, with a logistic function of its own
def statistics(X, q, b, W):
    P = 1 / (1 + np.exp(-(b + X @ W)))
    return np.einsum("n,ni->i", q, X), np.einsum("n,nj->j", q, P), np.einsum("n,ni,nj->ij", q, X, P)


# %% right: a running sum over the rows, as a list
def statistics(X, q, b, W):
    M, N = W.shape
    mean_x, mean_p, mean_xp = np.zeros(M), np.zeros(N), np.zeros((M, N))
    for s in range(len(X)):
        p = p_hidden(X[s : s + 1], b, W)[0]
        mean_x += q[s] * X[s]
        mean_p += q[s] * p
        mean_xp += q[s] * np.outer(X[s], p)
    return [mean_x, mean_p, mean_xp]


# %% right: a diagonal matrix of weights
def statistics(X, q, b, W):
    P = p_hidden(X, b, W)
    return X.T @ q, P.T @ q, X.T @ np.diag(q) @ P
