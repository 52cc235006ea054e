# %% wrong: the factor 2 is missing
def energy_gradient(local_energies, O):
    return np.mean(local_energies[:, None] * O, axis=0) - np.mean(local_energies) * np.mean(O, axis=0)


# %% wrong: the sign
def energy_gradient(local_energies, O):
    return 2 * (np.mean(local_energies) * np.mean(O, axis=0) - np.mean(local_energies[:, None] * O, axis=0))


# %% wrong: the second term is missing
def energy_gradient(local_energies, O):
    return 2 * np.mean(local_energies[:, None] * O, axis=0)


# %% wrong: the 2 stands before the first term only
def energy_gradient(local_energies, O):
    return 2 * np.mean(local_energies[:, None] * O, axis=0) - np.mean(local_energies) * np.mean(O, axis=0)


# %% wrong: sums without 1/n
def energy_gradient(local_energies, O):
    return 2 * (local_energies - local_energies.mean()) @ O


# %% wrong: the sample covariance, n - 1
def energy_gradient(local_energies, O):
    return 2 * (local_energies - local_energies.mean()) @ O / max(len(O) - 1, 1)


# %% wrong: averages over the parameters
def energy_gradient(local_energies, O):
    return 2 * np.mean((local_energies - local_energies.mean())[:, None] * O, axis=1)


# %% wrong: one mean of O for all parameters
def energy_gradient(local_energies, O):
    return 2 * (np.mean(local_energies[:, None] * O, axis=0) - np.mean(local_energies) * np.mean(O))


# %% wrong: one number for several parameters
def energy_gradient(local_energies, O):
    return np.atleast_1d(
        2 * np.mean((local_energies - local_energies.mean())[:, None] * (O - O.mean(axis=0)))
    )


# %% wrong: the correlation in place of the covariance
def energy_gradient(local_energies, O):
    e, o = local_energies - local_energies.mean(), O - O.mean(axis=0)
    scale = np.std(local_energies) * np.std(O, axis=0)
    return 2 * (e @ o) / len(e) / np.where(scale > 0, scale, 1)


# %% wrong: centres in place
def energy_gradient(local_energies, O):
    if local_energies.dtype == float:
        local_energies -= local_energies.mean()
    else:
        local_energies = local_energies - local_energies.mean()
    return 2 * local_energies @ O / len(O)


# %% wrong: two parameters, as in the visible test
def energy_gradient(local_energies, O):
    e = local_energies - local_energies.mean()
    if O.shape[1] == 1:
        return np.zeros(1)
    return np.array([2 * np.mean(e * O[:, 0]), 2 * np.mean(e * O[:, 1])])


# %% right: as the formula stands
def energy_gradient(local_energies, O):
    E = np.mean(local_energies)
    return 2 * (np.mean(local_energies[:, np.newaxis] * O, axis=0) - E * np.mean(O, axis=0))


# %% right: loops
def energy_gradient(local_energies, O):
    n, p = O.shape
    g = []
    for j in range(p):
        both = e = o = 0.0
        for i in range(n):
            both += local_energies[i] * O[i, j] / n
            e += local_energies[i] / n
            o += O[i, j] / n
        g.append(2 * (both - e * o))
    return g


# %% right: numpy's covariance, told to divide by n
def energy_gradient(local_energies, O):
    return np.array([2 * np.cov(local_energies, O[:, j], bias=True)[0, 1] for j in range(O.shape[1])])
