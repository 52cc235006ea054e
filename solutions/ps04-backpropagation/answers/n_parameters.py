# %% wrong: no biases
def n_parameters(sizes):
    return sum(sizes[l - 1] * sizes[l] for l in range(1, len(sizes)))


# %% wrong: biases for the input too
def n_parameters(sizes):
    return sum(sizes[l - 1] * sizes[l] for l in range(1, len(sizes))) + sum(sizes)


# %% wrong: a bias for each node at which a weight begins
def n_parameters(sizes):
    return sum(sizes[l - 1] * (sizes[l] + 1) for l in range(1, len(sizes)))


# %% wrong: the last layer is forgotten
def n_parameters(sizes):
    return sum((sizes[l - 1] + 1) * sizes[l] for l in range(1, len(sizes) - 1))


# %% wrong: weights from each layer to all later ones
def n_parameters(sizes):
    p = sum(sizes[1:])
    for l in range(1, len(sizes)):
        p += sizes[l] * sum(sizes[:l])
    return p


# %% wrong: the visible cases by heart
def n_parameters(sizes):
    return 13 if len(sizes) == 3 else 24


# %% wrong: eats the list of the caller
def n_parameters(sizes):
    p = 0
    while len(sizes) > 1:
        n_in = sizes.pop(0)
        p += (n_in + 1) * sizes[0]
    return p


# %% wrong: one bias a layer
def n_parameters(sizes):
    return sum(sizes[l - 1] * sizes[l] + 1 for l in range(1, len(sizes)))


# %% right: a loop
def n_parameters(sizes):
    p = 0
    for l in range(1, len(sizes)):
        p += sizes[l - 1] * sizes[l]
        p += sizes[l]
    return p


# %% right: numpy
def n_parameters(sizes):
    M = np.array(sizes)
    return int(M[:-1] @ M[1:] + M[1:].sum())
