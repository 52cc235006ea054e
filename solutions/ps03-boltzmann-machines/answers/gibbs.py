# %% wrong: probabilities of the hidden units are passed on in place of states
def gibbs(X, a, b, W, n_steps, rng):
    for _ in range(n_steps):
        p = p_visible(p_hidden(X, b, W), a, W)
        X = (rng.random(p.shape) < p).astype(float)
    return X


# %% wrong: the last step returns probabilities
def gibbs(X, a, b, W, n_steps, rng):
    for _ in range(n_steps):
        p = p_hidden(X, b, W)
        H = (rng.random(p.shape) < p).astype(float)
        p = p_visible(H, a, W)
        X = (rng.random(p.shape) < p).astype(float)
    return p


# %% wrong: a unit is on with the probability 1 - p
def gibbs(X, a, b, W, n_steps, rng):
    for _ in range(n_steps):
        p = p_hidden(X, b, W)
        H = (rng.random(p.shape) > p).astype(float)
        p = p_visible(H, a, W)
        X = (rng.random(p.shape) > p).astype(float)
    return X


# %% wrong: one random number for a row, so that its hidden units are not independent
def gibbs(X, a, b, W, n_steps, rng):
    for _ in range(n_steps):
        p = p_hidden(X, b, W)
        H = (rng.random((len(p), 1)) < p).astype(float)
        p = p_visible(H, a, W)
        X = (rng.random(p.shape) < p).astype(float)
    return X


# %% wrong: one random number for a unit, so that the chains are not independent
def gibbs(X, a, b, W, n_steps, rng):
    for _ in range(n_steps):
        p = p_hidden(X, b, W)
        H = (rng.random(p.shape[1]) < p).astype(float)
        p = p_visible(H, a, W)
        X = (rng.random(p.shape[1]) < p).astype(float)
    return X


# %% wrong: one step, whatever is asked
def gibbs(X, a, b, W, n_steps, rng):
    p = p_hidden(X, b, W)
    H = (rng.random(p.shape) < p).astype(float)
    p = p_visible(H, a, W)
    return (rng.random(p.shape) < p).astype(float)


# %% wrong: off by one, a step too many
def gibbs(X, a, b, W, n_steps, rng):
    for _ in range(n_steps + 1):
        p = p_hidden(X, b, W)
        H = (rng.random(p.shape) < p).astype(float)
        p = p_visible(H, a, W)
        X = (rng.random(p.shape) < p).astype(float)
    return X


# %% wrong: the hidden layer is drawn once, before the loop
def gibbs(X, a, b, W, n_steps, rng):
    p = p_hidden(X, b, W)
    H = (rng.random(p.shape) < p).astype(float)
    for _ in range(n_steps):
        p = p_visible(H, a, W)
        X = (rng.random(p.shape) < p).astype(float)
    return X


# %% wrong: hidden units by the more likely value, without chance
def gibbs(X, a, b, W, n_steps, rng):
    for _ in range(n_steps):
        H = (p_hidden(X, b, W) > 0.5).astype(float)
        p = p_visible(H, a, W)
        X = (rng.random(p.shape) < p).astype(float)
    return X


# %% wrong: a generator of its own
def gibbs(X, a, b, W, n_steps, rng):
    rng = np.random.default_rng(0)
    for _ in range(n_steps):
        p = p_hidden(X, b, W)
        H = (rng.random(p.shape) < p).astype(float)
        p = p_visible(H, a, W)
        X = (rng.random(p.shape) < p).astype(float)
    return X


# %% wrong: numpy's global random state
def gibbs(X, a, b, W, n_steps, rng):
    for _ in range(n_steps):
        p = p_hidden(X, b, W)
        H = (np.random.rand(*p.shape) < p).astype(float)
        p = p_visible(H, a, W)
        X = (np.random.rand(*p.shape) < p).astype(float)
    return X


# %% wrong: the states are written into X
def gibbs(X, a, b, W, n_steps, rng):
    for _ in range(n_steps):
        p = p_hidden(X, b, W)
        H = (rng.random(p.shape) < p).astype(float)
        p = p_visible(H, a, W)
        X[:] = rng.random(p.shape) < p
    return X


# %% wrong: the hidden biases are forgotten
def gibbs(X, a, b, W, n_steps, rng):
    for _ in range(n_steps):
        p = p_hidden(X, 0 * b, W)
        H = (rng.random(p.shape) < p).astype(float)
        p = p_visible(H, a, W)
        X = (rng.random(p.shape) < p).astype(float)
    return X


# %% wrong: all chains start at the first row
def gibbs(X, a, b, W, n_steps, rng):
    X = np.repeat(X[:1], len(X), axis=0)
    for _ in range(n_steps):
        p = p_hidden(X, b, W)
        H = (rng.random(p.shape) < p).astype(float)
        p = p_visible(H, a, W)
        X = (rng.random(p.shape) < p).astype(float)
    return X


# %% right: binomial draws, states as integers
def gibbs(X, a, b, W, n_steps, rng):
    for _ in range(n_steps):
        H = rng.binomial(1, p_hidden(X, b, W))
        X = rng.binomial(1, p_visible(H, a, W))
    return X


# %% right: chain by chain, the visible units drawn first in the stream, with a logistic function of its own
def gibbs(X, a, b, W, n_steps, rng):
    def draw(z):
        u = 1 - rng.random(len(z))  # the other way round: u in (0, 1]
        return np.array([1.0 if ui > 1 - 1 / (1 + np.exp(-zi)) else 0.0 for ui, zi in zip(u, z)])

    X_new = np.zeros(X.shape)
    for s in range(len(X)):
        x = X[s].astype(float)
        for _ in range(n_steps):
            x = draw(a + W @ draw(b + x @ W))
        X_new[s] = x
    return X_new


# %% right: chain by chain through p_hidden and p_visible
def gibbs(X, a, b, W, n_steps, rng):
    rows = []
    for x in X:
        for _ in range(n_steps):
            p = p_hidden(x[np.newaxis], b, W)
            h = rng.random(p.shape) < p
            p = p_visible(h, a, W)
            x = (rng.random(p.shape) < p)[0]
        rows.append(x.astype(int))
    return np.array(rows)


# %% right: logistic noise added to the input, in single precision
def gibbs(X, a, b, W, n_steps, rng):
    X = X.astype(np.float32)
    for _ in range(n_steps):
        H = (b + X @ W + rng.logistic(size=(len(X), len(b))) > 0).astype(np.float32)
        X = (a + H @ W.T + rng.logistic(size=X.shape) > 0).astype(np.float32)
    return X
