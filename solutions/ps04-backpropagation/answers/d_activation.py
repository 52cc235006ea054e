# %% wrong: taken at a, not at z
def d_activation(z, name):
    if name == "logistic":
        return z * (1 - z)
    if name == "tanh":
        return 1 - z**2
    return np.ones_like(z) if name == "identity" else (z >= 0) * 1.0


# %% wrong: exponentials overflow
def d_activation(z, name):
    with np.errstate(all="ignore"):
        if name == "logistic":
            return np.exp(-z) / (1 + np.exp(-z)) ** 2
    if name == "tanh":
        return 1 - np.tanh(z) ** 2
    return np.ones_like(z) if name == "identity" else (z >= 0) * 1.0


# %% wrong: ReLU has the value from the left at zero
def d_activation(z, name):
    a = activation(z, name)
    if name == "logistic":
        return a * (1 - a)
    if name == "tanh":
        return 1 - a**2
    return np.ones_like(z) if name == "identity" else (z > 0) * 1.0


# %% wrong: tanh without the square
def d_activation(z, name):
    a = activation(z, name)
    if name == "logistic":
        return a * (1 - a)
    if name == "tanh":
        return 1 - a
    return np.ones_like(z) if name == "identity" else (z >= 0) * 1.0


# %% wrong: tanh has the derivative of the logistic function
def d_activation(z, name):
    a = activation(z, name)
    if name in ("logistic", "tanh"):
        return a * (1 - a)
    return np.ones_like(z) if name == "identity" else (z >= 0) * 1.0


# %% wrong: the derivative of ReLU is ReLU
def d_activation(z, name):
    a = activation(z, name)
    if name == "logistic":
        return a * (1 - a)
    if name == "tanh":
        return 1 - a**2
    return np.ones_like(z) if name == "identity" else a


# %% wrong: a number for the identity
def d_activation(z, name):
    a = activation(z, name)
    if name == "logistic":
        return a * (1 - a)
    if name == "tanh":
        return 1 - a**2
    return 1.0 if name == "identity" else (z >= 0) * 1.0


# %% wrong: overwrites z
def d_activation(z, name):
    a = activation(z, name)
    if name == "logistic":
        return a * (1 - a)
    if name == "tanh":
        return 1 - a**2
    z[...] = np.where(z >= 0, 1.0, 0.0) if name == "relu" else 1.0
    return z


# %% wrong: the sign
def d_activation(z, name):
    a = activation(z, name)
    if name == "logistic":
        return a * (a - 1)
    if name == "tanh":
        return a**2 - 1
    return np.ones_like(z) if name == "identity" else (z >= 0) * 1.0


# %% wrong: one-sided differences with a coarse step
def d_activation(z, name):
    return (activation(z + 1e-3, name) - activation(z, name)) / 1e-3


# %% right: hyperbolic cosines
def d_activation(z, name):
    with np.errstate(over="ignore"):
        if name == "logistic":
            return 1 / (2 * np.cosh(z / 2)) ** 2
        if name == "tanh":
            return 1 / np.cosh(z) ** 2
    if name == "relu":
        return (z >= 0).astype(float)
    return np.full(z.shape, 1.0)


# %% right: entry by entry
def d_activation(z, name):
    from math import exp

    def one(t):
        s = exp(-abs(t))
        if name == "logistic":
            return s / (1 + s) ** 2
        if name == "tanh":
            return 4 * s**2 / (1 + s**2) ** 2
        return 1.0 if name == "identity" or t >= 0 else 0.0

    return np.array([one(t) for t in z.ravel()]).reshape(z.shape)
