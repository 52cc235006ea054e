# %% wrong: the probability of 0
def p_hidden(X, b, W):
    return 1 / (1 + np.exp(b + X @ W))


# %% wrong: exp(z) / (1 + exp(z)) overflows
def p_hidden(X, b, W):
    z = b + X @ W
    return np.exp(z) / (1 + np.exp(z))


# %% wrong: the bias is forgotten
def p_hidden(X, b, W):
    return 1 / (1 + np.exp(-(X @ W)))


# %% wrong: the weights transposed where that raises no error
def p_hidden(X, b, W):
    V = W.T if W.shape[0] == W.shape[1] else W
    return 1 / (1 + np.exp(-(b + X @ V)))


# %% wrong: tanh, for units of -1 and 1
def p_hidden(X, b, W):
    return np.tanh(b + X @ W)


# %% wrong: rounded to a state
def p_hidden(X, b, W):
    return (1 / (1 + np.exp(-(b + X @ W))) > 0.5).astype(float)


# %% wrong: the argument is clipped far too early
def p_hidden(X, b, W):
    return 1 / (1 + np.exp(-np.clip(b + X @ W, -10, 10)))


# %% wrong: softmax over the hidden units, as if exactly one were on
def p_hidden(X, b, W):
    z = b + X @ W
    z = np.exp(z - z.max(axis=1, keepdims=True))
    return z / z.sum(axis=1, keepdims=True)


# %% wrong: X is made 0 and 1 first
def p_hidden(X, b, W):
    return 1 / (1 + np.exp(-(b + (X > 0.5) @ W)))


# %% right: scipy's logistic function
def p_hidden(X, b, W):
    from scipy.special import expit

    return expit(X @ W + b)


# %% right: the plain formula, which overflows to the right limit
def p_hidden(X, b, W):
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-(b + np.dot(X, W))))


# %% right: through tanh, unit by unit
def p_hidden(X, b, W):
    P = np.empty((len(X), len(b)))
    for s in range(len(X)):
        for j in range(len(b)):
            z = b[j] + sum(float(X[s, i]) * W[i, j] for i in range(W.shape[0]))
            P[s, j] = 0.5 * (1 + np.tanh(z / 2))
    return P
