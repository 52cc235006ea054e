# %% wrong: the transpose
def gradients(a, delta):
    dW = [None] + [delta[l].T @ a[l - 1] for l in range(1, len(a))]
    return dW, [None] + [delta[l].sum(axis=0) for l in range(1, len(a))]


# %% wrong: the output of the same layer, where the shapes fit
def gradients(a, delta):
    dW = [None]
    for l in range(1, len(a)):
        before = a[l] if a[l].shape == a[l - 1].shape else a[l - 1]
        dW.append(before.T @ delta[l])
    return dW, [None] + [delta[l].sum(axis=0) for l in range(1, len(a))]


# %% wrong: divided by n once more
def gradients(a, delta):
    n = len(a[0])
    dW = [None] + [a[l - 1].T @ delta[l] / n for l in range(1, len(a))]
    return dW, [None] + [delta[l].sum(axis=0) / n for l in range(1, len(a))]


# %% wrong: the biases are averaged, the weights are summed
def gradients(a, delta):
    dW = [None] + [a[l - 1].T @ delta[l] for l in range(1, len(a))]
    return dW, [None] + [delta[l].mean(axis=0) for l in range(1, len(a))]


# %% wrong: the biases are summed over the nodes
def gradients(a, delta):
    dW = [None] + [a[l - 1].T @ delta[l] for l in range(1, len(a))]
    return dW, [None] + [delta[l].sum(axis=1) for l in range(1, len(a))]


# %% wrong: lists without the entries of layer 0
def gradients(a, delta):
    dW = [a[l - 1].T @ delta[l] for l in range(1, len(a))]
    return dW, [delta[l].sum(axis=0) for l in range(1, len(a))]


# %% wrong: the sign, downhill
def gradients(a, delta):
    dW = [None] + [-a[l - 1].T @ delta[l] for l in range(1, len(a))]
    return dW, [None] + [-delta[l].sum(axis=0) for l in range(1, len(a))]


# %% wrong: biases as a row of a matrix
def gradients(a, delta):
    dW = [None] + [a[l - 1].T @ delta[l] for l in range(1, len(a))]
    return dW, [None] + [delta[l].sum(axis=0, keepdims=True) for l in range(1, len(a))]


# %% wrong: the last layer is forgotten
def gradients(a, delta):
    dW = (
        [None]
        + [a[l - 1].T @ delta[l] for l in range(1, len(a) - 1)]
        + [np.zeros((a[-2].shape[1], a[-1].shape[1]))]
    )
    return dW, [None] + [delta[l].sum(axis=0) for l in range(1, len(a))]


# %% wrong: only the first sample
def gradients(a, delta):
    dW = [None] + [np.outer(a[l - 1][0], delta[l][0]) for l in range(1, len(a))]
    return dW, [None] + [delta[l][0] for l in range(1, len(a))]


# %% wrong: the biases first
def gradients(a, delta):
    dW = [None] + [a[l - 1].T @ delta[l] for l in range(1, len(a))]
    return [None] + [delta[l].sum(axis=0) for l in range(1, len(a))], dW


# %% wrong: accumulates in delta of the caller
def gradients(a, delta):
    dW = [None] + [a[l - 1].T @ delta[l] for l in range(1, len(a))]
    db = [None]
    for l in range(1, len(a)):
        for s in range(1, len(delta[l])):
            delta[l][0] += delta[l][s]
        db.append(delta[l][0])
    return dW, db


# %% right: outer products, sample by sample
def gradients(a, delta):
    dW, db = [None], [None]
    for before, error in zip(a[:-1], delta[1:]):
        dW.append(sum(np.outer(row, e) for row, e in zip(before, error)))
        db.append(sum(error))
    return dW, db


# %% right: einsum, as tuples
def gradients(a, delta):
    dW = tuple(None if l == 0 else np.einsum("si,sj->ij", a[l - 1], delta[l]) for l in range(len(delta)))
    db = tuple(None if e is None else np.ones(len(e)) @ e for e in delta)
    return dW, db
