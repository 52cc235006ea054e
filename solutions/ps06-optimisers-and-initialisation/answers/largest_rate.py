# %% wrong: half of it, where the steepest direction is done in one step
def largest_rate(H):
    return 1 / np.linalg.eigvalsh(H)[-1]


# %% wrong: the smallest eigenvalue
def largest_rate(H):
    return 2 / np.linalg.eigvalsh(H)[0]


# %% wrong: the largest entry of the diagonal
def largest_rate(H):
    return 2 / np.max(np.diag(H))


# %% wrong: the best rate, not the largest
def largest_rate(H):
    lam = np.linalg.eigvalsh(H)
    return 2 / (lam[0] + lam[-1])


# %% wrong: the trace, safe but too small
def largest_rate(H):
    return 2 / np.trace(H)


# %% wrong: the norm of all entries
def largest_rate(H):
    return 2 / np.linalg.norm(H)


# %% wrong: the largest sum of a row, an upper bound of the eigenvalue
def largest_rate(H):
    return 2 / np.max(np.sum(np.abs(H), axis=1))


# %% wrong: the eigenvalue itself
def largest_rate(H):
    return np.linalg.eigvalsh(H)[-1]


# %% wrong: the examples
def largest_rate(H):
    return {1: 0.5, 2: 0.2}[len(H)] if H[0, -1] != 1 else 2 / 3


# %% right: the largest singular value
def largest_rate(H):
    return 2 / np.linalg.svd(H, compute_uv=False).max()


# %% right: the spectral norm
def largest_rate(H):
    return np.float64(2) / np.linalg.norm(H, ord=2)


# %% right: general eigenvalues
def largest_rate(H):
    return 2 / max(np.linalg.eigvals(H).real)
