# %% wrong: layer L first
def error_sizes(X, W, f, df, delta_L):
    z, a = [None], [X]
    for w in W[1:]:
        z.append(a[-1] @ w)
        a.append(f(z[-1]))
    delta, errors, derivatives = delta_L, [], []
    for l in range(len(W) - 1, 0, -1):
        errors.append(np.mean(delta**2))
        derivatives.append(np.mean((a[l - 1].T @ delta) ** 2))
        if l > 1:
            delta = (delta @ W[l].T) * df(z[l - 1])
    return np.array(errors), np.array(derivatives)


# %% wrong: f' of the last layer is multiplied in as well
def error_sizes(X, W, f, df, delta_L):
    z, a = [None], [X]
    for w in W[1:]:
        z.append(a[-1] @ w)
        a.append(f(z[-1]))
    delta, errors, derivatives = delta_L * df(z[-1]), [], []
    for l in range(len(W) - 1, 0, -1):
        errors.append(np.mean(delta**2))
        derivatives.append(np.mean((a[l - 1].T @ delta) ** 2))
        if l > 1:
            delta = (delta @ W[l].T) * df(z[l - 1])
    return np.array(errors[::-1]), np.array(derivatives[::-1])


# %% wrong: f' is taken at a
def error_sizes(X, W, f, df, delta_L):
    z, a = [None], [X]
    for w in W[1:]:
        z.append(a[-1] @ w)
        a.append(f(z[-1]))
    delta, errors, derivatives = delta_L, [], []
    for l in range(len(W) - 1, 0, -1):
        errors.append(np.mean(delta**2))
        derivatives.append(np.mean((a[l - 1].T @ delta) ** 2))
        if l > 1:
            delta = (delta @ W[l].T) * df(a[l - 1])
    return np.array(errors[::-1]), np.array(derivatives[::-1])


# %% wrong: without f'
def error_sizes(X, W, f, df, delta_L):
    z, a = [None], [X]
    for w in W[1:]:
        z.append(a[-1] @ w)
        a.append(f(z[-1]))
    delta, errors, derivatives = delta_L, [], []
    for l in range(len(W) - 1, 0, -1):
        errors.append(np.mean(delta**2))
        derivatives.append(np.mean((a[l - 1].T @ delta) ** 2))
        if l > 1:
            delta = delta @ W[l].T
    return np.array(errors[::-1]), np.array(derivatives[::-1])


# %% wrong: f in place of f'
def error_sizes(X, W, f, df, delta_L):
    z, a = [None], [X]
    for w in W[1:]:
        z.append(a[-1] @ w)
        a.append(f(z[-1]))
    delta, errors, derivatives = delta_L, [], []
    for l in range(len(W) - 1, 0, -1):
        errors.append(np.mean(delta**2))
        derivatives.append(np.mean((a[l - 1].T @ delta) ** 2))
        if l > 1:
            delta = (delta @ W[l].T) * f(z[l - 1])
    return np.array(errors[::-1]), np.array(derivatives[::-1])


# %% wrong: the weights not transposed where that raises no error
def error_sizes(X, W, f, df, delta_L):
    z, a = [None], [X]
    for w in W[1:]:
        z.append(a[-1] @ w)
        a.append(f(z[-1]))
    delta, errors, derivatives = delta_L, [], []
    for l in range(len(W) - 1, 0, -1):
        errors.append(np.mean(delta**2))
        derivatives.append(np.mean((a[l - 1].T @ delta) ** 2))
        if l > 1:
            delta = (delta @ (W[l] if W[l].shape[0] == W[l].shape[1] else W[l].T)) * df(z[l - 1])
    return np.array(errors[::-1]), np.array(derivatives[::-1])


# %% wrong: the derivatives are means over the samples
def error_sizes(X, W, f, df, delta_L):
    z, a = [None], [X]
    for w in W[1:]:
        z.append(a[-1] @ w)
        a.append(f(z[-1]))
    delta, errors, derivatives = delta_L, [], []
    for l in range(len(W) - 1, 0, -1):
        errors.append(np.mean(delta**2))
        derivatives.append(np.mean((a[l - 1].T @ delta / len(X)) ** 2))
        if l > 1:
            delta = (delta @ W[l].T) * df(z[l - 1])
    return np.array(errors[::-1]), np.array(derivatives[::-1])


# %% wrong: the derivatives by z in place of a
def error_sizes(X, W, f, df, delta_L):
    z, a = [None], [X]
    for w in W[1:]:
        z.append(a[-1] @ w)
        a.append(f(z[-1]))
    delta, errors, derivatives = delta_L, [], []
    for l in range(len(W) - 1, 0, -1):
        errors.append(np.mean(delta**2))
        derivatives.append(np.mean(((X if l == 1 else z[l - 1]).T @ delta) ** 2))
        if l > 1:
            delta = (delta @ W[l].T) * df(z[l - 1])
    return np.array(errors[::-1]), np.array(derivatives[::-1])


# %% wrong: variances
def error_sizes(X, W, f, df, delta_L):
    z, a = [None], [X]
    for w in W[1:]:
        z.append(a[-1] @ w)
        a.append(f(z[-1]))
    delta, errors, derivatives = delta_L, [], []
    for l in range(len(W) - 1, 0, -1):
        errors.append(np.var(delta))
        derivatives.append(np.var(a[l - 1].T @ delta))
        if l > 1:
            delta = (delta @ W[l].T) * df(z[l - 1])
    return np.array(errors[::-1]), np.array(derivatives[::-1])


# %% wrong: sums
def error_sizes(X, W, f, df, delta_L):
    z, a = [None], [X]
    for w in W[1:]:
        z.append(a[-1] @ w)
        a.append(f(z[-1]))
    delta, errors, derivatives = delta_L, [], []
    for l in range(len(W) - 1, 0, -1):
        errors.append(np.sum(delta**2))
        derivatives.append(np.sum((a[l - 1].T @ delta) ** 2))
        if l > 1:
            delta = (delta @ W[l].T) * df(z[l - 1])
    return np.array(errors[::-1]), np.array(derivatives[::-1])


# %% wrong: products of the mean squares, without the sum over the samples
def error_sizes(X, W, f, df, delta_L):
    z, a = [None], [X]
    for w in W[1:]:
        z.append(a[-1] @ w)
        a.append(f(z[-1]))
    delta, errors, derivatives = delta_L, [], []
    for l in range(len(W) - 1, 0, -1):
        errors.append(np.mean(delta**2))
        derivatives.append(np.mean(a[l - 1] ** 2) * np.mean(delta**2))
        if l > 1:
            delta = (delta @ W[l].T) * df(z[l - 1])
    return np.array(errors[::-1]), np.array(derivatives[::-1])


# %% wrong: derivatives first
def error_sizes(X, W, f, df, delta_L):
    z, a = [None], [X]
    for w in W[1:]:
        z.append(a[-1] @ w)
        a.append(f(z[-1]))
    delta, errors, derivatives = delta_L, [], []
    for l in range(len(W) - 1, 0, -1):
        errors.append(np.mean(delta**2))
        derivatives.append(np.mean((a[l - 1].T @ delta) ** 2))
        if l > 1:
            delta = (delta @ W[l].T) * df(z[l - 1])
    return np.array(derivatives[::-1]), np.array(errors[::-1])


# %% wrong: f' one layer too far back
def error_sizes(X, W, f, df, delta_L):
    z, a = [None], [X]
    for w in W[1:]:
        z.append(a[-1] @ w)
        a.append(f(z[-1]))
    delta, errors, derivatives = delta_L, [], []
    for l in range(len(W) - 1, 0, -1):
        errors.append(np.mean(delta**2))
        derivatives.append(np.mean((a[l - 1].T @ delta) ** 2))
        if l > 1:
            delta = (delta @ W[l].T) * df(X if l == 2 and X.shape == z[1].shape else z[l - 1])
    return np.array(errors[::-1]), np.array(derivatives[::-1])


# %% wrong: changes delta_L in place
def error_sizes(X, W, f, df, delta_L):
    z, a = [None], [X]
    for w in W[1:]:
        z.append(a[-1] @ w)
        a.append(f(z[-1]))
    delta_L *= 1.0 + 1e-12
    delta, errors, derivatives = delta_L, [], []
    for l in range(len(W) - 1, 0, -1):
        errors.append(np.mean(delta**2))
        derivatives.append(np.mean((a[l - 1].T @ delta) ** 2))
        if l > 1:
            delta = (delta @ W[l].T) * df(z[l - 1])
    return np.array(errors[::-1]), np.array(derivatives[::-1])


# %% right: all errors first, with einsum
def error_sizes(X, W, f, df, delta_L):
    z, a = [None], [X]
    for w in W[1:]:
        z.append(a[-1] @ w)
        a.append(f(z[-1]))
    L = len(W) - 1
    delta = [None] * L + [delta_L]
    for l in range(L - 1, 0, -1):
        delta[l] = np.einsum("sk,jk->sj", delta[l + 1], W[l + 1]) * df(z[l])
    errors = [np.sum(d * d) / d.size for d in delta[1:]]
    return errors, [np.mean(np.einsum("si,sj->ij", a[l - 1], delta[l]) ** 2) for l in range(1, L + 1)]


# %% right: sample by sample
def error_sizes(X, W, f, df, delta_L):
    L, n = len(W) - 1, len(X)
    errors, slopes = np.zeros(L), [np.zeros(w.shape) for w in W[1:]]
    for x, d in zip(X, delta_L):
        a, z = [x], []
        for w in W[1:]:
            z.append(a[-1] @ w)
            a.append(f(z[-1]))
        for l in range(L, 0, -1):
            errors[l - 1] += np.dot(d, d) / (n * len(d))
            slopes[l - 1] += np.outer(a[l - 1], d)
            if l > 1:
                d = df(z[l - 2]) * (W[l] @ d)
    return [errors, np.array([np.mean(s**2) for s in slopes])]
