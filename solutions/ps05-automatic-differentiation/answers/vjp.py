# %% wrong: the derivative of tanh after the last layer
def vjp(x, u, W):
    a = [x]
    for w in W[1:]:
        a.append(np.tanh(a[-1] @ w))
    for l in range(len(W) - 1, 0, -1):
        u = ((1 - a[l] ** 2) * u) @ W[l].T
    return u


# %% wrong: the derivative of tanh from the layer above
def vjp(x, u, W):
    a = [x]
    for w in W[1:-1]:
        a.append(np.tanh(a[-1] @ w))
    for l in range(len(W) - 1, 0, -1):
        u = u @ W[l].T
        if l > 1:
            u = (1 - np.tanh(a[l - 1]) ** 2) * u
    return u


# %% wrong: the derivative of tanh is forgotten
def vjp(x, u, W):
    for w in W[:0:-1]:
        u = u @ w.T
    return u


# %% wrong: a factor from the input, as if it had passed through tanh
def vjp(x, u, W):
    a = [np.tanh(x)]
    z = x
    for w in W[1:-1]:
        z = np.tanh(z @ w)
        a.append(z)
    for l in range(len(W) - 1, 0, -1):
        u = (u @ W[l].T) * (1 - a[l - 1] ** 2)
    return u


# %% wrong: the weights not transposed where that raises no error
def vjp(x, u, W):
    a = [x]
    for w in W[1:-1]:
        a.append(np.tanh(a[-1] @ w))
    for l in range(len(W) - 1, 0, -1):
        u = u @ (W[l] if W[l].shape[0] == W[l].shape[1] else W[l].T)
        if l > 1:
            u = (1 - a[l - 1] ** 2) * u
    return u


# %% wrong: 1 - tanh without the square
def vjp(x, u, W):
    a = [x]
    for w in W[1:-1]:
        a.append(np.tanh(a[-1] @ w))
    for l in range(len(W) - 1, 0, -1):
        u = u @ W[l].T
        if l > 1:
            u = (1 - a[l - 1]) * u
    return u


# %% wrong: two layers, whatever is asked
def vjp(x, u, W):
    if len(W) == 2:
        return u @ W[1].T
    return ((u @ W[-1].T) * (1 - np.tanh(x @ W[1]) ** 2)) @ W[1].T


# %% wrong: tanh of the adjoints
def vjp(x, u, W):
    for l in range(len(W) - 1, 1, -1):
        u = np.tanh(u @ W[l].T)
    return u @ W[1].T


# %% wrong: a gradient by central differences
def vjp(x, u, W):
    def f(x):
        for w in W[1:-1]:
            x = np.tanh(x @ w)
        return u @ (x @ W[-1])

    return np.array([(f(x + 5e-6 * e) - f(x - 5e-6 * e)) / 1e-5 for e in np.eye(len(x))])


# %% wrong: the sign
def vjp(x, u, W):
    a = [x]
    for w in W[1:-1]:
        a.append(np.tanh(a[-1] @ w))
    for l in range(len(W) - 1, 0, -1):
        u = u @ W[l].T
        if l > 1:
            u = (a[l - 1] ** 2 - 1) * u
    return u


# %% wrong: the last factor is forgotten
def vjp(x, u, W):
    a = [x]
    for w in W[1:-1]:
        a.append(np.tanh(a[-1] @ w))
    for l in range(len(W) - 1, 0, -1):
        u = u @ W[l].T
        if l > 2:
            u = (1 - a[l - 1] ** 2) * u
    return u


# %% wrong: the weights are scaled in place
def vjp(x, u, W):
    a = x
    for w in W[1:-1]:
        a = np.tanh(a @ w)
        w *= 1 - a**2
    for w in W[:0:-1]:
        u = u @ w.T
    return u


# %% wrong: a forward sweep for each input
def vjp(x, u, W):
    return np.array([u @ jvp(x, e, W) for e in np.eye(len(x))])


# %% right: keeps z in place of a
def vjp(x, u, W):
    z = [None, x @ W[1]]
    for w in W[2:]:
        z.append(np.tanh(z[-1]) @ w)
    a_bar = W[-1] @ u
    for l in reversed(range(1, len(W) - 1)):
        a_bar = W[l] @ (a_bar / np.cosh(z[l]) ** 2)
    return a_bar


# %% right: a stack of pullbacks, the last one first
def vjp(x, u, W):
    pullbacks, z = [], np.asarray(x) @ W[1]
    for w in W[2:]:
        pullbacks.append(lambda g, z=z, w=w: np.einsum("j,ij,i->i", g, w, np.cosh(z) ** -2.0))
        z = np.tanh(z) @ w
    while pullbacks:
        u = pullbacks.pop()(u)
    return list(np.einsum("j,ij->i", u, W[1]))


# %% right: recursive
def vjp(x, u, W):
    w, rest = W[1], W[2:]
    if not rest:
        return w @ u
    a = np.tanh(x @ w)
    return w @ ((1 - a * a) * vjp(a, u, [None] + rest))
