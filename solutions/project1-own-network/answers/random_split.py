# %% wrong: the table is cut in its order
def random_split(n, rng):
    order = np.arange(n)
    size = n // 5
    return order[2 * size :], order[size : 2 * size], order[:size]


# %% wrong: drawn with replacement
def random_split(n, rng):
    order = rng.integers(n, size=n)
    size = n // 5
    return order[2 * size :], order[size : 2 * size], order[:size]


# %% wrong: a seed of its own
def random_split(n, rng):
    order = np.random.default_rng(0).permutation(n)
    size = n // 5
    return order[2 * size :], order[size : 2 * size], order[:size]


# %% wrong: the global generator
def random_split(n, rng):
    order = np.random.permutation(n)
    size = n // 5
    return order[2 * size :], order[size : 2 * size], order[:size]


# %% wrong: rounded up
def random_split(n, rng):
    order = rng.permutation(n)
    size = -(-n // 5)
    return order[2 * size :], order[size : 2 * size], order[:size]


# %% wrong: what is left over goes into the test set
def random_split(n, rng):
    order = rng.permutation(n)
    size = n // 5
    return order[: 3 * size], order[3 * size : 4 * size], order[4 * size :]


# %% wrong: validation and test are the same rows
def random_split(n, rng):
    order = rng.permutation(n)
    size = n // 5
    return order[2 * size :], order[:size], order[:size]


# %% wrong: the sets in another order
def random_split(n, rng):
    order = rng.permutation(n)
    size = n // 5
    return order[:size], order[size : 2 * size], order[2 * size :]


# %% wrong: a tenth each
def random_split(n, rng):
    order = rng.permutation(n)
    size = n // 10
    return order[2 * size :], order[size : 2 * size], order[:size]


# %% wrong: only the test set is random
def random_split(n, rng):
    size = n // 5
    test = rng.permutation(n)[:size]
    rest = np.setdiff1d(np.arange(n), test)
    return rest[size:], rest[:size], test


# %% right: one choice after the other
def random_split(n, rng):
    rows = np.arange(n)
    test = rng.choice(rows, size=n // 5, replace=False)
    rest = np.setdiff1d(rows, test)
    validation = rng.choice(rest, size=n // 5, replace=False)
    return np.setdiff1d(rest, validation), validation, test


# %% right: random numbers are sorted; lists
def random_split(n, rng):
    order = [int(i) for i in np.argsort(rng.random(n))]
    size = int(n / 5)
    return [
        np.array(part) for part in (order[: n - 2 * size], order[n - 2 * size : n - size], order[n - size :])
    ]
