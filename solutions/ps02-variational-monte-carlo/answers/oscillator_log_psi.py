# %% wrong: the sign, psi grows outwards
def oscillator_log_psi(R, alpha):
    return alpha * np.sum(R**2, axis=(1, 2))


# %% wrong: a factor 1/2 from another convention
def oscillator_log_psi(R, alpha):
    return -0.5 * alpha * np.sum(R**2, axis=(1, 2))


# %% wrong: psi in place of its logarithm
def oscillator_log_psi(R, alpha):
    return np.exp(-alpha * np.sum(R**2, axis=(1, 2)))


# %% wrong: the logarithm of psi squared
def oscillator_log_psi(R, alpha):
    return -2 * alpha * np.sum(R**2, axis=(1, 2))


# %% wrong: the logarithm of an exponential, which underflows far out
def oscillator_log_psi(R, alpha):
    with np.errstate(all="ignore"):
        return np.log(np.exp(-alpha * np.sum(R**2, axis=(1, 2))))


# %% wrong: one value for each particle
def oscillator_log_psi(R, alpha):
    return -alpha * np.sum(R**2, axis=2)


# %% wrong: the walkers are summed too
def oscillator_log_psi(R, alpha):
    return -alpha * np.sum(R**2)


# %% wrong: the first particle only
def oscillator_log_psi(R, alpha):
    return -alpha * np.sum(R[:, 0] ** 2, axis=-1)


# %% wrong: the distance is not squared
def oscillator_log_psi(R, alpha):
    return -alpha * np.sum(np.linalg.norm(R, axis=2), axis=1)


# %% wrong: alpha of the visible tests
def oscillator_log_psi(R, alpha):
    return -0.5 * np.sum(R**2, axis=(1, 2))


# %% wrong: squares in place
def oscillator_log_psi(R, alpha):
    R *= R
    return -alpha * R.sum(axis=(1, 2))


# %% right: loops
def oscillator_log_psi(R, alpha):
    values = []
    for walker in R:
        total = 0.0
        for r in walker:
            total += np.dot(r, r)
        values.append(-alpha * total)
    return np.array(values)


# %% right: einsum
def oscillator_log_psi(R, alpha):
    return -np.einsum("kid,kid->k", R, R) * alpha


# %% right: the sum of the logarithms of the particles
def oscillator_log_psi(R, alpha):
    return sum(-alpha * np.linalg.norm(R[:, i], axis=1) ** 2 for i in range(R.shape[1]))
