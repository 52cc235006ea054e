# %% wrong: the sizes of a
def signal_sizes(X, W, f):
    a, q = X, []
    for w in W[1:]:
        a = f(a @ w)
        q.append(np.mean(a**2))
    return np.array(q)


# %% wrong: variances, with the mean taken away
def signal_sizes(X, W, f):
    a, q = X, []
    for w in W[1:]:
        q.append(np.var(a @ w))
        a = f(a @ w)
    return np.array(q)


# %% wrong: sums
def signal_sizes(X, W, f):
    a, q = X, []
    for w in W[1:]:
        q.append(np.sum((a @ w) ** 2))
        a = f(a @ w)
    return np.array(q)


# %% wrong: the input layer as well
def signal_sizes(X, W, f):
    a, q = X, [np.mean(X**2)]
    for w in W[1:]:
        q.append(np.mean((a @ w) ** 2))
        a = f(a @ w)
    return np.array(q)


# %% wrong: f on the input
def signal_sizes(X, W, f):
    a, q = f(X), []
    for w in W[1:]:
        q.append(np.mean((a @ w) ** 2))
        a = f(a @ w)
    return np.array(q)


# %% wrong: no activation function
def signal_sizes(X, W, f):
    a, q = X, []
    for w in W[1:]:
        a = a @ w
        q.append(np.mean(a**2))
    return np.array(q)


# %% wrong: the weights transposed where that raises no error
def signal_sizes(X, W, f):
    a, q = X, []
    for w in W[1:]:
        z = a @ (w.T if w.shape[0] == w.shape[1] else w)
        q.append(np.mean(z**2))
        a = f(z)
    return np.array(q)


# %% wrong: the root
def signal_sizes(X, W, f):
    a, q = X, []
    for w in W[1:]:
        q.append(np.sqrt(np.mean((a @ w) ** 2)))
        a = f(a @ w)
    return np.array(q)


# %% wrong: the square of the mean
def signal_sizes(X, W, f):
    a, q = X, []
    for w in W[1:]:
        q.append(np.mean(a @ w) ** 2)
        a = f(a @ w)
    return np.array(q)


# %% wrong: the first sample alone
def signal_sizes(X, W, f):
    a, q = X[:1], []
    for w in W[1:]:
        q.append(np.mean((a @ w) ** 2))
        a = f(a @ w)
    return np.array(q)


# %% wrong: the last layer is left out
def signal_sizes(X, W, f):
    a, q = X, []
    for w in W[1:-1]:
        q.append(np.mean((a @ w) ** 2))
        a = f(a @ w)
    return np.array(q)


# %% wrong: changes X in place
def signal_sizes(X, W, f):
    q = []
    a = X
    a *= 1.0000001
    for w in W[1:]:
        q.append(np.mean((a @ w) ** 2))
        a = f(a @ w)
    return np.array(q)


# %% right: all z first, norms then, a list
def signal_sizes(X, W, f):
    z = [X @ W[1]]
    for w in W[2:]:
        z.append(np.einsum("si,ij->sj", f(z[-1]), w))
    return [np.linalg.norm(one) ** 2 / one.size for one in z]


# %% right: sample by sample
def signal_sizes(X, W, f):
    q = np.zeros(len(W) - 1)
    for x in X:
        a = x
        for l in range(1, len(W)):
            z = np.dot(W[l].T, a)
            q[l - 1] += np.dot(z, z) / (len(X) * len(z))
            a = f(z)
    return q
