# %% wrong: the last, smaller batch is dropped
def minibatches(n, batch_size, rng):
    order = rng.permutation(n)
    return [order[k * batch_size : (k + 1) * batch_size] for k in range(n // batch_size)]


# %% wrong: not shuffled
def minibatches(n, batch_size, rng):
    order = np.arange(n)
    return [order[k : k + batch_size] for k in range(0, n, batch_size)]


# %% wrong: drawn with replacement
def minibatches(n, batch_size, rng):
    order = rng.integers(n, size=n)
    return [order[k : k + batch_size] for k in range(0, n, batch_size)]


# %% wrong: each batch is drawn anew
def minibatches(n, batch_size, rng):
    return [rng.choice(n, min(batch_size, n - k), replace=False) for k in range(0, n, batch_size)]


# %% wrong: equal parts
def minibatches(n, batch_size, rng):
    return np.array_split(rng.permutation(n), -(-n // batch_size))


# %% wrong: a generator of its own
def minibatches(n, batch_size, rng):
    order = np.random.default_rng(0).permutation(n)
    return [order[k : k + batch_size] for k in range(0, n, batch_size)]


# %% wrong: the order of the batches is random, not that of the samples
def minibatches(n, batch_size, rng):
    batches = [np.arange(k, min(k + batch_size, n)) for k in range(0, n - n % batch_size, batch_size)]
    rest = [np.arange(n - n % batch_size, n)] if n % batch_size else []
    return [batches[i] for i in rng.permutation(len(batches))] + rest


# %% wrong: the samples are rotated
def minibatches(n, batch_size, rng):
    order = np.roll(np.arange(n), rng.integers(n))
    return [order[k : k + batch_size] for k in range(0, n, batch_size)]


# %% wrong: an empty batch at the end where batch_size divides n
def minibatches(n, batch_size, rng):
    order = rng.permutation(n)
    return [order[k : k + batch_size] for k in range(0, n + 1, batch_size)]


# %% wrong: the smaller batch comes first
def minibatches(n, batch_size, rng):
    order = rng.permutation(n)
    rest = n % batch_size
    first = [order[:rest]] if rest else []
    return first + [order[k : k + batch_size] for k in range(rest, n, batch_size)]


# %% wrong: numbers from 1 to n
def minibatches(n, batch_size, rng):
    order = 1 + rng.permutation(n)
    return [order[k : k + batch_size] for k in range(0, n, batch_size)]


# %% wrong: batches of one size fewer
def minibatches(n, batch_size, rng):
    order = rng.permutation(n)
    return [order[k : k + batch_size] for k in range(0, n, max(batch_size - 1, 1))]


# %% wrong: numpy's global random numbers
def minibatches(n, batch_size, rng):
    order = np.random.permutation(n)
    return [order[k : k + batch_size] for k in range(0, n, batch_size)]


# %% right: shuffled in place
def minibatches(n, batch_size, rng):
    order = np.arange(n)
    rng.shuffle(order)
    return [order[k : min(k + batch_size, n)].copy() for k in range(0, n, batch_size)]


# %% right: sorted random keys, cut off the front
def minibatches(n, batch_size, rng):
    order, batches = np.argsort(rng.random(n)), []
    while len(order) > 0:
        batches.append(order[:batch_size])
        order = order[batch_size:]
    return tuple(batches)


# %% right: splitting at multiples, 32-bit integers
def minibatches(n, batch_size, rng):
    order = rng.permutation(n).astype(np.int32)
    return np.split(order, np.arange(batch_size, n, batch_size))
