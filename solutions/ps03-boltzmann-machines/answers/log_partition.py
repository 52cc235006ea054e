# %% wrong: always the visible layer
def log_partition(a, b, W):
    return np.logaddexp.reduce(-free_energy(all_states(len(a)), a, b, W))


# %% wrong: always the hidden layer
def log_partition(a, b, W):
    return np.logaddexp.reduce(-free_energy(all_states(len(b)), b, a, W.T))


# %% wrong: exponentials overflow
def log_partition(a, b, W):
    if len(b) < len(a):
        a, b, W = b, a, W.T
    with np.errstate(over="ignore", divide="ignore"):
        return np.log(np.sum(np.exp(-free_energy(all_states(len(a)), a, b, W))))


# %% wrong: Z in place of its logarithm
def log_partition(a, b, W):
    if len(b) < len(a):
        a, b, W = b, a, W.T
    with np.errstate(over="ignore"):
        return np.sum(np.exp(-free_energy(all_states(len(a)), a, b, W)))


# %% wrong: the mean over the states
def log_partition(a, b, W):
    if len(b) < len(a):
        a, b, W = b, a, W.T
    F = free_energy(all_states(len(a)), a, b, W)
    return np.logaddexp.reduce(-F) - np.log(len(F))


# %% wrong: the sign of the free energy
def log_partition(a, b, W):
    if len(b) < len(a):
        a, b, W = b, a, W.T
    return np.logaddexp.reduce(free_energy(all_states(len(a)), a, b, W))


# %% wrong: off by one, the last state is left out
def log_partition(a, b, W):
    if len(b) < len(a):
        a, b, W = b, a, W.T
    return np.logaddexp.reduce(-free_energy(all_states(len(a))[:-1], a, b, W))


# %% wrong: the smallest exponent is taken out, not the largest
def log_partition(a, b, W):
    if len(b) < len(a):
        a, b, W = b, a, W.T
    u = -free_energy(all_states(len(a)), a, b, W)
    with np.errstate(over="ignore"):
        return u.min() + np.log(np.sum(np.exp(u - u.min())))


# %% wrong: the biases change places and the weights do not, where that raises no error
def log_partition(a, b, W):
    if len(b) < len(a):
        a, b, W = b, a, W.T
    elif len(a) == len(b):
        a, b = b, a
    return np.logaddexp.reduce(-free_energy(all_states(len(a)), a, b, W))


# %% wrong: the units as if they were independent
def log_partition(a, b, W):
    return np.sum(np.logaddexp(0, a)) + np.sum(np.logaddexp(0, b))


# %% right: scipy's logsumexp over the states of itertools
def log_partition(a, b, W):
    from itertools import product

    from scipy.special import logsumexp

    small, large, V = (a, b, W) if len(a) <= len(b) else (b, a, W.T)
    states = np.array(list(product([0, 1], repeat=len(small))), dtype=np.float32)
    return logsumexp(states @ small + np.logaddexp(0, large + states @ V).sum(axis=1))


# %% right: one state after the other
def log_partition(a, b, W):
    if len(a) > len(b):
        a, b, W = b, a, W.T
    log_Z = -np.inf
    for number in range(2 ** len(a)):
        x = np.array([number >> i & 1 for i in range(len(a))], dtype=float)
        log_Z = np.logaddexp(log_Z, -free_energy(x[np.newaxis], a, b, W)[0])
    return log_Z
