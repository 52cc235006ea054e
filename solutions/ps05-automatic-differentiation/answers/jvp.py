# %% wrong: tanh after the last layer
def jvp(x, v, W):
    a, da = x, v
    for w in W[1:]:
        a, da = np.tanh(a @ w), da @ w
        da = (1 - a**2) * da
    return da


# %% wrong: the derivative of tanh at a in place of z
def jvp(x, v, W):
    a, da = x, v
    for l in range(1, len(W)):
        a, da = a @ W[l], da @ W[l]
        if l < len(W) - 1:
            a = np.tanh(a)
            da = (1 - np.tanh(a) ** 2) * da
    return da


# %% wrong: the derivative of tanh is forgotten
def jvp(x, v, W):
    for w in W[1:]:
        v = v @ w
    return v


# %% wrong: tanh of the dots
def jvp(x, v, W):
    for w in W[1:-1]:
        v = np.tanh(v @ w)
    return v @ W[-1]


# %% wrong: 1 - tanh without the square
def jvp(x, v, W):
    a, da = x, v
    for w in W[1:-1]:
        a, da = np.tanh(a @ w), da @ w
        da = (1 - a) * da
    return da @ W[-1]


# %% wrong: the values do not pass through tanh
def jvp(x, v, W):
    a, da = x, v
    for w in W[1:-1]:
        a, da = a @ w, da @ w
        da = (1 - np.tanh(a) ** 2) * da
    return da @ W[-1]


# %% wrong: the weights transposed where that raises no error
def jvp(x, v, W):
    W = [None] + [w.T if w.shape[0] == w.shape[1] else w for w in W[1:]]
    a, da = x, v
    for w in W[1:-1]:
        a, da = np.tanh(a @ w), da @ w
        da = (1 - a**2) * da
    return da @ W[-1]


# %% wrong: two layers, whatever is asked
def jvp(x, v, W):
    if len(W) == 2:
        return v @ W[1]
    return ((v @ W[1]) * (1 - np.tanh(x @ W[1]) ** 2)) @ W[-1]


# %% wrong: a central difference
def jvp(x, v, W):
    def f(x):
        for w in W[1:-1]:
            x = np.tanh(x @ w)
        return x @ W[-1]

    return (f(x + 5e-6 * v) - f(x - 5e-6 * v)) / 1e-5


# %% wrong: the direction is changed in place
def jvp(x, v, W):
    a, da = x, v
    for w in W[1:-1]:
        a, dz = np.tanh(a @ w), da @ w
        dz *= 1 - a**2
        da = dz
    result = da @ W[-1]
    v /= np.linalg.norm(v)
    return result


# %% wrong: the direction is normalised
def jvp(x, v, W):
    a, da = x, v / np.linalg.norm(v)
    for w in W[1:-1]:
        a, da = np.tanh(a @ w), da @ w
        da = (1 - a**2) * da
    return da @ W[-1]


# %% right: the complex step
def jvp(x, v, W):
    z = x + 1e-50j * v
    for w in W[1:-1]:
        z = np.tanh(z @ w)
    return (z @ W[-1]).imag / 1e-50


# %% right: values and dots as two rows, with the other form of the derivative
def jvp(x, v, W):
    both = np.stack([x, v])
    for l, w in enumerate(W[1:], start=1):
        both = both @ w
        if l != len(W) - 1:
            both = np.stack([np.tanh(both[0]), both[1] / np.cosh(both[0]) ** 2])
    return both[1]


# %% right: the matrix product of all layers
def jvp(x, v, W):
    J, a = np.eye(len(x)), x
    for w in W[1:-1]:
        a = np.tanh(a @ w)
        J = np.diag(1 - a * a) @ w.T @ J
    return W[-1].T @ J @ v
