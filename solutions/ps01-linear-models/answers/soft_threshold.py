# %% wrong: a hard threshold, what survives does not move
def soft_threshold(z, t):
    return np.where(np.abs(z) > t, z, 0.0)


# %% wrong: the sign is lost
def soft_threshold(z, t):
    return np.maximum(np.abs(z) - t, 0.0)


# %% wrong: negative values are cut off
def soft_threshold(z, t):
    return np.maximum(z - t, 0.0)


# %% wrong: moves away from zero
def soft_threshold(z, t):
    return np.sign(z) * (np.abs(z) + t) * (np.abs(z) > t)


# %% wrong: no stop at zero
def soft_threshold(z, t):
    return z - t * np.sign(z)


# %% wrong: hard-coded for t = 1
def soft_threshold(z, t):
    return np.sign(z) * np.maximum(np.abs(z) - 1.0, 0.0)


# %% wrong: works on numbers only
def soft_threshold(z, t):
    if z > t:
        return z - t
    if z < -t:
        return z + t
    return 0.0


# %% wrong: changes an array in place
def soft_threshold(z, t):
    if np.ndim(z) == 0:
        return np.sign(z) * max(abs(z) - t, 0.0)
    inside = np.abs(z) <= t
    z -= t * np.sign(z)
    z[inside] = 0.0
    return z


# %% right: the difference from the clipped value
def soft_threshold(z, t):
    return z - np.clip(z, -t, t)


# %% right: three cases
def soft_threshold(z, t):
    return np.where(z > t, z - t, np.where(z < -t, z + t, 0.0))
