# %% wrong: the axes in front are not summed
def unbroadcast(g, shape):
    axes = tuple(i for i, length in enumerate(shape) if length == 1)
    return g.sum(axis=axes, keepdims=True)


# %% wrong: only the axes in front are summed
def unbroadcast(g, shape):
    return g.sum(axis=tuple(range(g.ndim - len(shape))))


# %% wrong: summed axes are dropped
def unbroadcast(g, shape):
    extra = g.ndim - len(shape)
    axes = tuple(range(extra)) + tuple(extra + i for i, length in enumerate(shape) if length == 1)
    return g.sum(axis=axes)


# %% wrong: a mean
def unbroadcast(g, shape):
    g = g.mean(axis=tuple(range(g.ndim - len(shape))))
    return g.mean(axis=tuple(i for i, length in enumerate(shape) if length == 1), keepdims=True)


# %% wrong: takes the first entry
def unbroadcast(g, shape):
    while g.ndim > len(shape):
        g = g[0]
    for axis, length in enumerate(shape):
        if length == 1:
            g = g.take([0], axis=axis)
    return g


# %% wrong: shapes compared from the first axis on
def unbroadcast(g, shape):
    padded = tuple(shape) + (1,) * (g.ndim - len(shape))
    axes = tuple(i for i, (a, b) in enumerate(zip(g.shape, padded)) if a != b)
    return g.sum(axis=axes, keepdims=True).reshape(shape)


# %% wrong: only one axis is summed
def unbroadcast(g, shape):
    if g.ndim > len(shape):
        g = g.sum(axis=0)
    for axis, length in enumerate(shape):
        if length == 1:
            return g.sum(axis=axis, keepdims=True)
    return g


# %% wrong: the axis counted before the front ones are gone
def unbroadcast(g, shape):
    axes = tuple(i for i, length in enumerate(shape) if length == 1)
    g = g.sum(axis=axes, keepdims=True)
    return g.sum(axis=tuple(range(g.ndim - len(shape)))).reshape(shape)


# %% wrong: two dimensions at most
def unbroadcast(g, shape):
    if g.shape == tuple(shape):
        return g
    if len(shape) < 2:
        return g.sum(axis=0) if shape and shape[0] > 1 else np.full(shape, g.sum())
    axis = 0 if shape[0] == 1 else 1
    return g.sum(axis=axis, keepdims=True)


# %% wrong: sums in place
def unbroadcast(g, shape):
    while g.ndim > len(shape):
        for row in g[1:]:
            g[0] += row
        g = g[0]
    g = np.asarray(g)
    return g.sum(axis=tuple(i for i, length in enumerate(shape) if length == 1), keepdims=True)


# %% wrong: reshapes what does not fit
def unbroadcast(g, shape):
    count = int(np.prod(shape))
    return g.reshape(-1, count).sum(axis=0).reshape(shape)


# %% wrong: g as it is
def unbroadcast(g, shape):
    return g


# %% right: axis by axis
def unbroadcast(g, shape):
    while np.ndim(g) > len(shape):
        g = np.sum(g, axis=0)
    for axis, length in enumerate(shape):
        if length == 1 and g.shape[axis] > 1:
            g = np.sum(g, axis=axis)
            g = np.expand_dims(g, axis)
    return g


# %% right: adds where the entry was used
def unbroadcast(g, shape):
    out = np.zeros(shape)
    padded = out.reshape((1,) * (g.ndim - len(shape)) + tuple(shape))
    for index in np.ndindex(*g.shape):
        padded[tuple(0 if padded.shape[k] == 1 else i for k, i in enumerate(index))] += g[index]
    return out


# %% right: one sum, then a reshape
def unbroadcast(g, shape):
    padded = (1,) * (np.ndim(g) - len(shape)) + tuple(shape)
    return np.sum(g, axis=tuple(np.flatnonzero(np.array(padded, dtype=int) == 1))).reshape(shape)
