# %% wrong: independent points
def latin_hypercube(n, lower, upper, rng):
    return rng.uniform(lower, upper, size=(n, len(lower)))


# %% wrong: one permutation for all coordinates
def latin_hypercube(n, lower, upper, rng):
    parts = rng.permutation(n)[:, np.newaxis]
    return lower + (upper - lower) * (parts + rng.uniform(size=(n, len(lower)))) / n


# %% wrong: no permutation at all
def latin_hypercube(n, lower, upper, rng):
    parts = np.arange(n)[:, np.newaxis]
    return lower + (upper - lower) * (parts + rng.uniform(size=(n, len(lower)))) / n


# %% wrong: the middle of each part
def latin_hypercube(n, lower, upper, rng):
    parts = np.column_stack([rng.permutation(n) for _ in lower])
    return lower + (upper - lower) * (parts + 0.5) / n


# %% wrong: the same place in the part for all coordinates of a point
def latin_hypercube(n, lower, upper, rng):
    parts = np.column_stack([rng.permutation(n) for _ in lower])
    return lower + (upper - lower) * (parts + rng.uniform(size=(n, 1))) / n


# %% wrong: the same place in the part for all points
def latin_hypercube(n, lower, upper, rng):
    parts = np.column_stack([rng.permutation(n) for _ in lower])
    return lower + (upper - lower) * (parts + rng.uniform(size=len(lower))) / n


# %% wrong: parts of the width 1 / (n - 1)
def latin_hypercube(n, lower, upper, rng):
    parts = np.column_stack([rng.permutation(n) for _ in lower])
    return lower + (upper - lower) * (parts + rng.uniform(size=parts.shape)) / max(n - 1, 1)


# %% wrong: the lower corner is forgotten
def latin_hypercube(n, lower, upper, rng):
    parts = np.column_stack([rng.permutation(n) for _ in lower])
    return (upper - lower) * (parts + rng.uniform(size=parts.shape)) / n


# %% wrong: scaled by the upper corner only
def latin_hypercube(n, lower, upper, rng):
    parts = np.column_stack([rng.permutation(n) for _ in lower])
    return lower + upper * (parts + rng.uniform(size=parts.shape)) / n


# %% wrong: a generator of its own
def latin_hypercube(n, lower, upper, rng):
    rng = np.random.default_rng(0)
    parts = np.column_stack([rng.permutation(n) for _ in lower])
    return lower + (upper - lower) * (parts + rng.uniform(size=parts.shape)) / n


# %% wrong: NumPy's global random numbers
def latin_hypercube(n, lower, upper, rng):
    parts = np.column_stack([np.random.permutation(n) for _ in lower])
    return lower + (upper - lower) * (parts + np.random.uniform(size=parts.shape)) / n


# %% wrong: one point a column
def latin_hypercube(n, lower, upper, rng):
    parts = np.column_stack([rng.permutation(n) for _ in lower])
    return (lower + (upper - lower) * (parts + rng.uniform(size=parts.shape)) / n).T


# %% wrong: random parts, so that some are met twice
def latin_hypercube(n, lower, upper, rng):
    parts = rng.integers(n, size=(n, len(lower)))
    return lower + (upper - lower) * (parts + rng.uniform(size=parts.shape)) / n


# %% wrong: the corner is changed in place
def latin_hypercube(n, lower, upper, rng):
    parts = np.column_stack([rng.permutation(n) for _ in lower])
    upper -= lower
    return lower + upper * (parts + rng.uniform(size=parts.shape)) / n


# %% wrong: normal places
def latin_hypercube(n, lower, upper, rng):
    parts = np.column_stack([rng.permutation(n) for _ in lower])
    places = np.clip(0.5 + 0.2 * rng.normal(size=parts.shape), 0.001, 0.999)
    return lower + (upper - lower) * (parts + places) / n


# %% wrong: the second coordinate shifted, not permuted
def latin_hypercube(n, lower, upper, rng):
    first, columns = rng.permutation(n), []
    for j in range(len(lower)):
        columns.append(np.roll(first, j * int(rng.integers(1, n + 1))))
    parts = np.column_stack(columns)
    return lower + (upper - lower) * (parts + rng.uniform(size=parts.shape)) / n


# %% right: loops
def latin_hypercube(n, lower, upper, rng):
    d = len(lower)
    points = np.empty((n, d))
    for j in range(d):
        order = list(range(n))
        rng.shuffle(order)
        for i in range(n):
            width = (upper[j] - lower[j]) / n
            points[i, j] = lower[j] + (order[i] + rng.random()) * width
    return points


# %% right: the first coordinate in order, the others shuffled
def latin_hypercube(n, lower, upper, rng):
    columns = []
    for j, (a, b) in enumerate(zip(lower, upper)):
        edges = np.linspace(a, b, n + 1)
        x = rng.uniform(edges[:-1], edges[1:])
        columns.append(x if j == 0 else rng.permutation(x))
    return np.stack(columns, axis=-1)


# %% right: ranks of random numbers
def latin_hypercube(n, lower, upper, rng):
    parts = rng.random((n, len(lower))).argsort(axis=0)
    return (parts + rng.random(parts.shape)) / n * (upper - lower) + lower


# %% right: permuted along an axis, and scaled at the end
def latin_hypercube(n, lower, upper, rng):
    parts = np.tile(np.arange(n)[:, None], (1, len(lower)))
    unit = (rng.permuted(parts, axis=0) + rng.random((n, len(lower)))) / n
    return (1 - unit) * lower + unit * upper
