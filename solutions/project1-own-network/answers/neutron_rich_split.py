# %% wrong: the neutron-poor ones
def neutron_rich_split(Z, N, k):
    richer = np.array([np.sum((Z == z) & (N < n)) for z, n in zip(Z, N, strict=True)])
    held_out = richer < k
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


# %% wrong: one too many
def neutron_rich_split(Z, N, k):
    richer = np.array([np.sum((Z == z) & (N > n)) for z, n in zip(Z, N, strict=True)])
    held_out = richer <= k
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


# %% wrong: the richest of the whole table
def neutron_rich_split(Z, N, k):
    richer = np.array([np.sum(N > n) for z, n in zip(Z, N, strict=True)])
    held_out = richer < k
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


# %% wrong: the heaviest isotones
def neutron_rich_split(Z, N, k):
    richer = np.array([np.sum((N == n) & (Z > z)) for z, n in zip(Z, N, strict=True)])
    held_out = richer < k
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


# %% wrong: all with more than N_max - k neutrons, whether there are such or not
def neutron_rich_split(Z, N, k):
    richer = np.array([np.max(N[Z == z]) - n for z, n in zip(Z, N, strict=True)])
    held_out = richer < k
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


# %% wrong: the sets in another order
def neutron_rich_split(Z, N, k):
    richer = np.array([np.sum((Z == z) & (N > n)) for z, n in zip(Z, N, strict=True)])
    held_out = richer < k
    return np.flatnonzero(held_out), np.flatnonzero(~held_out)


# %% wrong: small elements stay in the training
def neutron_rich_split(Z, N, k):
    richer = np.array([np.sum((Z == z) & (N > n)) for z, n in zip(Z, N, strict=True)])
    held_out = (richer < k) & np.array([np.sum(Z == z) > k for z in Z])
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


# %% wrong: believes that the table is sorted
def neutron_rich_split(Z, N, k):
    held_out = np.zeros(len(Z), dtype=bool)
    for z in np.unique(Z):
        rows = np.flatnonzero(Z == z)
        held_out[rows[max(len(rows) - k, 0) :]] = True
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


# %% wrong: k = 0 holds out everything
def neutron_rich_split(Z, N, k):
    held_out = np.zeros(len(Z), dtype=bool)
    for z in np.unique(Z):
        rows = np.flatnonzero(Z == z)
        held_out[rows[np.argsort(N[rows])][-k:]] = True
    return np.flatnonzero(~held_out), np.flatnonzero(held_out)


# %% wrong: masks
def neutron_rich_split(Z, N, k):
    richer = np.array([np.sum((Z == z) & (N > n)) for z, n in zip(Z, N, strict=True)])
    held_out = richer < k
    return ~held_out, held_out


# %% right: element by element, sorted by N
def neutron_rich_split(Z, N, k):
    test = []
    for z in np.unique(Z):
        rows = np.flatnonzero(Z == z)
        test.extend(rows[np.argsort(-N[rows])][:k])
    test = np.sort(np.array(test, dtype=int))
    return np.setdiff1d(np.arange(len(Z)), test), test


# %% right: one sort of the whole table
def neutron_rich_split(Z, N, k):
    order = np.lexsort((-N, Z))
    _, first, counts = np.unique(Z[order], return_index=True, return_counts=True)
    rank = np.arange(len(Z)) - np.repeat(first, counts)
    return np.sort(order[rank >= k]), np.sort(order[rank < k])
