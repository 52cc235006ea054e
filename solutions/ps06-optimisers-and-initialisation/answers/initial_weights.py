# %% wrong: the variance stands for the standard deviation
def initial_weights(sizes, kind, rng):
    return [None] + [rng.normal(0, initial_variance(i, o, kind), size=(i, o)) for i, o in pairwise(sizes)]


# %% wrong: transposed
def initial_weights(sizes, kind, rng):
    return [None] + [
        rng.normal(0, np.sqrt(initial_variance(i, o, kind)), size=(o, i)) for i, o in pairwise(sizes)
    ]


# %% wrong: transposed, and reshaped back where it shows, with the variance of the reverse layer
def initial_weights(sizes, kind, rng):
    return [None] + [
        rng.normal(0, np.sqrt(initial_variance(o, i, kind)), size=(i, o)) for i, o in pairwise(sizes)
    ]


# %% wrong: no None for layer 0
def initial_weights(sizes, kind, rng):
    return [rng.normal(0, np.sqrt(initial_variance(i, o, kind)), size=(i, o)) for i, o in pairwise(sizes)]


# %% wrong: a uniform distribution
def initial_weights(sizes, kind, rng):
    bounds = [np.sqrt(3 * initial_variance(i, o, kind)) for i, o in pairwise(sizes)]
    return [None] + [rng.uniform(-c, c, size=(i, o)) for c, (i, o) in zip(bounds, pairwise(sizes))]


# %% wrong: positive only
def initial_weights(sizes, kind, rng):
    return [None] + [
        np.abs(rng.normal(0, np.sqrt(initial_variance(i, o, kind)), size=(i, o))) for i, o in pairwise(sizes)
    ]


# %% wrong: all inputs of a node share one weight
def initial_weights(sizes, kind, rng):
    return [None] + [
        np.tile(rng.normal(0, np.sqrt(initial_variance(i, o, kind)), size=o), (i, 1))
        for i, o in pairwise(sizes)
    ]


# %% wrong: a generator of its own
def initial_weights(sizes, kind, rng):
    rng = np.random.default_rng(0)
    return [None] + [
        rng.normal(0, np.sqrt(initial_variance(i, o, kind)), size=(i, o)) for i, o in pairwise(sizes)
    ]


# %% wrong: the same generator again for each layer
def initial_weights(sizes, kind, rng):
    W = [None]
    seed = int(rng.integers(1000))
    for i, o in pairwise(sizes):
        W.append(np.random.default_rng(seed).normal(0, np.sqrt(initial_variance(i, o, kind)), size=(i, o)))
    return W


# %% wrong: Glorot, whatever is asked
def initial_weights(sizes, kind, rng):
    return [None] + [rng.normal(0, np.sqrt(2 / (i + o)), size=(i, o)) for i, o in pairwise(sizes)]


# %% wrong: the variance of the first layer for all
def initial_weights(sizes, kind, rng):
    s = np.sqrt(initial_variance(sizes[0], sizes[1], kind))
    return [None] + [rng.normal(0, s, size=(i, o)) for i, o in pairwise(sizes)]


# %% wrong: standard normal
def initial_weights(sizes, kind, rng):
    return [None] + [rng.normal(size=(i, o)) for i, o in pairwise(sizes)]


# %% wrong: the list of sizes is eaten up
def initial_weights(sizes, kind, rng):
    W = [None]
    while len(sizes) > 1:
        i = sizes.pop(0)
        W.append(rng.normal(0, np.sqrt(initial_variance(i, sizes[0], kind)), size=(i, sizes[0])))
    return W


# %% wrong: cut off at two standard deviations
def initial_weights(sizes, kind, rng):
    W = [None]
    for i, o in pairwise(sizes):
        s = np.sqrt(initial_variance(i, o, kind))
        W.append(s * np.clip(rng.normal(size=(i, o)), -2, 2) + 1e-9 * rng.normal(size=(i, o)))
    return W


# %% right: scaled standard normal numbers, row by row
def initial_weights(sizes, kind, rng):
    W = [None]
    for l in range(1, len(sizes)):
        scale = initial_variance(sizes[l - 1], sizes[l], kind) ** 0.5
        W.append(np.array([scale * rng.standard_normal(sizes[l]) for _ in range(sizes[l - 1])]))
    return W


# %% right: by the inverse distribution function, last layer first, as a tuple
def initial_weights(sizes, kind, rng):
    W = []
    for i, o in reversed(list(pairwise(sizes))):
        W.insert(0, np.sqrt(initial_variance(i, o, kind)) * scipy.special.ndtri(rng.random((i, o))))
    return (None, *W)
