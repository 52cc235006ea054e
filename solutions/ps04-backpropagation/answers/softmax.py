# %% wrong: exponentials overflow
def softmax(z):
    with np.errstate(all="ignore"):
        return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


# %% wrong: normalised over the samples
def softmax(z):
    a = np.exp(z - z.max(axis=1, keepdims=True))
    return a / a.sum(axis=0)


# %% wrong: normalised by the sum of everything
def softmax(z):
    a = np.exp(z - z.max(axis=1, keepdims=True))
    return a / a.sum()


# %% wrong: one maximum for all rows, so that the small rows underflow
def softmax(z):
    with np.errstate(all="ignore"):
        a = np.exp(z - z.max())
        return a / a.sum(axis=1, keepdims=True)


# %% wrong: the maximum of each column
def softmax(z):
    with np.errstate(all="ignore"):
        a = np.exp(z - z.max(axis=0))
        return a / a.sum(axis=1, keepdims=True)


# %% wrong: the sign
def softmax(z):
    a = np.exp(z.min(axis=1, keepdims=True) - z)
    return a / a.sum(axis=1, keepdims=True)


# %% wrong: shifts z in place
def softmax(z):
    z -= z.max(axis=1, keepdims=True)
    return np.exp(z) / np.exp(z).sum(axis=1, keepdims=True)


# %% wrong: clipped in place of shifted
def softmax(z):
    a = np.exp(np.clip(z, -500, 500))
    return a / a.sum(axis=1, keepdims=True)


# %% wrong: the logistic function of each entry
def softmax(z):
    return 0.5 * (1 + np.tanh(z / 2))


# %% wrong: sums without keepdims, which is right for nothing but luck
def softmax(z):
    a = np.exp(z - z.max(axis=1, keepdims=True))
    return a / a.sum(axis=1) if a.shape[0] == a.shape[1] else a / a.sum(axis=1)[:, None]


# %% right: scipy
def softmax(z):
    from scipy.special import softmax as scipy_softmax

    return scipy_softmax(z, axis=1)


# %% right: row by row
def softmax(z):
    rows = []
    for row in z:
        e = [np.exp(t - max(row)) for t in row]
        rows.append([t / sum(e) for t in e])
    return np.array(rows)


# %% right: through the logarithm of the sum
def softmax(z):
    return np.exp(z - np.logaddexp.reduce(z, axis=1)[:, np.newaxis])
