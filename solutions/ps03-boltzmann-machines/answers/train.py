# %% wrong: downhill
def train(X, a, b, W, sample, eta, n_updates):
    for _ in range(n_updates):
        Y = sample(X, a, b, W)
        plus = statistics(X, np.full(len(X), 1 / len(X)), b, W)
        minus = statistics(Y, np.full(len(Y), 1 / len(Y)), b, W)
        a, b, W = (t - eta * (p - m) for t, p, m in zip((a, b, W), plus, minus))
    return a, b, W


# %% wrong: each parameter is updated before the next one is computed
def train(X, a, b, W, sample, eta, n_updates):
    for _ in range(n_updates):
        Y = sample(X, a, b, W)
        a = a + eta * (X.mean(axis=0) - Y.mean(axis=0))
        b = b + eta * (p_hidden(X, b, W).mean(axis=0) - p_hidden(Y, b, W).mean(axis=0))
        W = W + eta * (X.T @ p_hidden(X, b, W) / len(X) - Y.T @ p_hidden(Y, b, W) / len(Y))
    return a, b, W


# %% wrong: the sums over data and samples, without 1/n
def train(X, a, b, W, sample, eta, n_updates):
    for _ in range(n_updates):
        Y = sample(X, a, b, W)
        plus, minus = statistics(X, np.ones(len(X)), b, W), statistics(Y, np.ones(len(Y)), b, W)
        a, b, W = (t + eta * (p - m) for t, p, m in zip((a, b, W), plus, minus))
    return a, b, W


# %% wrong: the samples are divided by the number of data
def train(X, a, b, W, sample, eta, n_updates):
    for _ in range(n_updates):
        Y = sample(X, a, b, W)
        plus = statistics(X, np.full(len(X), 1 / len(X)), b, W)
        minus = statistics(Y, np.full(len(Y), 1 / len(X)), b, W)
        a, b, W = (t + eta * (p - m) for t, p, m in zip((a, b, W), plus, minus))
    return a, b, W


# %% wrong: the samples are drawn once, before the loop
def train(X, a, b, W, sample, eta, n_updates):
    Y = sample(X, a, b, W)
    for _ in range(n_updates):
        plus = statistics(X, np.full(len(X), 1 / len(X)), b, W)
        minus = statistics(Y, np.full(len(Y), 1 / len(Y)), b, W)
        a, b, W = (t + eta * (p - m) for t, p, m in zip((a, b, W), plus, minus))
    return a, b, W


# %% wrong: the sampler always sees the first parameters
def train(X, a, b, W, sample, eta, n_updates):
    first = a, b, W
    for _ in range(n_updates):
        Y = sample(X, *first)
        plus = statistics(X, np.full(len(X), 1 / len(X)), b, W)
        minus = statistics(Y, np.full(len(Y), 1 / len(Y)), b, W)
        a, b, W = (t + eta * (p - m) for t, p, m in zip((a, b, W), plus, minus))
    return a, b, W


# %% wrong: off by one, an update too few
def train(X, a, b, W, sample, eta, n_updates):
    for _ in range(1, n_updates):
        Y = sample(X, a, b, W)
        plus = statistics(X, np.full(len(X), 1 / len(X)), b, W)
        minus = statistics(Y, np.full(len(Y), 1 / len(Y)), b, W)
        a, b, W = (t + eta * (p - m) for t, p, m in zip((a, b, W), plus, minus))
    return a, b, W


# %% wrong: changes the parameters of the caller
def train(X, a, b, W, sample, eta, n_updates):
    for _ in range(n_updates):
        Y = sample(X, a, b, W)
        plus = statistics(X, np.full(len(X), 1 / len(X)), b, W)
        minus = statistics(Y, np.full(len(Y), 1 / len(Y)), b, W)
        a += eta * (plus[0] - minus[0])
        b += eta * (plus[1] - minus[1])
        W += eta * (plus[2] - minus[2])
    return a, b, W


# %% wrong: the biases are never moved
def train(X, a, b, W, sample, eta, n_updates):
    for _ in range(n_updates):
        Y = sample(X, a, b, W)
        plus = statistics(X, np.full(len(X), 1 / len(X)), b, W)
        minus = statistics(Y, np.full(len(Y), 1 / len(Y)), b, W)
        W = W + eta * (plus[2] - minus[2])
    return a, b, W


# %% wrong: the samples become the data of the next update
def train(X, a, b, W, sample, eta, n_updates):
    now = X
    for _ in range(n_updates):
        now = sample(now, a, b, W)
        plus = statistics(X, np.full(len(X), 1 / len(X)), b, W)
        minus = statistics(now, np.full(len(now), 1 / len(now)), b, W)
        a, b, W = (t + eta * (p - m) for t, p, m in zip((a, b, W), plus, minus))
    return a, b, W


# %% wrong: the hidden probabilities of the data stand in the negative phase too
def train(X, a, b, W, sample, eta, n_updates):
    for _ in range(n_updates):
        Y = sample(X, a, b, W)
        P = p_hidden(X, b, W).mean(axis=0)
        plus = statistics(X, np.full(len(X), 1 / len(X)), b, W)
        a, b, W = (
            a + eta * (plus[0] - Y.mean(axis=0)),
            b + eta * (plus[1] - P),
            W + eta * (plus[2] - np.outer(Y.mean(axis=0), P)),
        )
    return a, b, W


# %% wrong: samples twice in each update
def train(X, a, b, W, sample, eta, n_updates):
    for _ in range(n_updates):
        sample(X, a, b, W)
        Y = sample(X, a, b, W)
        plus = statistics(X, np.full(len(X), 1 / len(X)), b, W)
        minus = statistics(Y, np.full(len(Y), 1 / len(Y)), b, W)
        a, b, W = (t + eta * (p - m) for t, p, m in zip((a, b, W), plus, minus))
    return a, b, W


# %% right: the three averages by hand
def train(X, a, b, W, sample, eta, n_updates):
    a, b, W = a.copy(), b.copy(), W.copy()
    for _ in range(n_updates):
        Y = np.asarray(sample(X, a.copy(), b.copy(), W.copy()))
        P, Q = 1 / (1 + np.exp(-(b + X @ W))), 1 / (1 + np.exp(-(b + Y @ W)))
        a += eta * (X.mean(axis=0) - Y.mean(axis=0))
        b += eta * (P.mean(axis=0) - Q.mean(axis=0))
        W += eta * (np.einsum("ni,nj->ij", X, P) / len(X) - np.einsum("ni,nj->ij", Y, Q) / len(Y))
    return a, b, W


# %% right: recursion, update by update
def train(X, a, b, W, sample, eta, n_updates):
    if n_updates == 0:
        return a, b, W
    Y = sample(X, a, b, W)
    plus = statistics(X, np.ones(len(X)) / len(X), b, W)
    minus = statistics(Y, np.ones(len(Y)) / len(Y), b, W)
    new = [t + eta * p - eta * m for t, p, m in zip([a, b, W], plus, minus)]
    return train(X, *new, sample, eta, n_updates - 1)
