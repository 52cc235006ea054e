# %% wrong: the coupling has the wrong sign
def energy(X, H, a, b, W):
    return -(X @ a) - H @ b + np.sum((X @ W) * H, axis=1)


# %% wrong: minus the energy
def energy(X, H, a, b, W):
    return X @ a + H @ b + np.sum((X @ W) * H, axis=1)


# %% wrong: the hidden biases are forgotten
def energy(X, H, a, b, W):
    return -(X @ a) - np.sum((X @ W) * H, axis=1)


# %% wrong: every x with every h, and then summed
def energy(X, H, a, b, W):
    return -(X @ a) - H @ b - np.sum(X @ W @ H.T, axis=1)


# %% wrong: one number for the whole batch
def energy(X, H, a, b, W):
    return -np.sum(X @ a) - np.sum(H @ b) - np.sum((X @ W) * H)


# %% wrong: the weights transposed where that raises no error
def energy(X, H, a, b, W):
    V = W.T if W.shape[0] == W.shape[1] else W
    return -(X @ a) - H @ b - np.sum((X @ V) * H, axis=1)


# %% wrong: unsigned integers are negated, which makes 255 of 1
def energy(X, H, a, b, W):
    return (-X) @ a - H @ b - np.sum((X @ W) * H, axis=1)


# %% wrong: a factor 1/2, as between units of one kind that are counted twice
def energy(X, H, a, b, W):
    return -(X @ a) - H @ b - 0.5 * np.sum((X @ W) * H, axis=1)


# %% wrong: changes X in place
def energy(X, H, a, b, W):
    coupling = np.sum((X @ W) * H, axis=1)
    if X.dtype == float:
        X *= a
        return -np.sum(X, axis=1) - H @ b - coupling
    return -(X @ a) - H @ b - coupling


# %% right: three loops
def energy(X, H, a, b, W):
    E = np.zeros(len(X))
    for s in range(len(X)):
        for i in range(len(a)):
            E[s] -= a[i] * float(X[s, i])
            for j in range(len(b)):
                E[s] -= float(X[s, i]) * W[i, j] * float(H[s, j])
        for j in range(len(b)):
            E[s] -= b[j] * float(H[s, j])
    return E


# %% right: one einsum, from single precision
def energy(X, H, a, b, W):
    X, H = X.astype(np.float32), H.astype(np.float32)
    return -np.einsum("ni,i->n", X, a) - np.einsum("nj,j->n", H, b) - np.einsum("ni,ij,nj->n", X, W, H)
