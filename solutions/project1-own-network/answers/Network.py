# %% wrong: weights of variance 1
class Network:
    def __init__(self, sizes, rng):
        self.sizes = list(sizes)
        parts = []
        for n_in, n_out in pairwise(sizes):
            parts += [rng.normal(scale=1.0, size=n_in * n_out), np.zeros(n_out)]
        self.theta = np.concatenate(parts)

    def forward(self, theta, X):
        W, b = unpack(theta, self.sizes)
        a = [X]
        for l in range(1, len(W)):
            z = a[-1] @ W[l] + b[l]
            a.append(np.tanh(z) if l < len(W) - 1 else z)
        return a

    def predict(self, X):
        return self.forward(self.theta, X)[-1][:, 0]

    def cost_and_gradient(self, theta, X, y, lam=0.0):
        W, _ = unpack(theta, self.sizes)
        a = self.forward(theta, X)
        error = a[-1][:, 0] - y
        cost = 0.5 * np.mean(error**2) + 0.5 * lam * sum(np.sum(w**2) for w in W[1:])
        delta = error[:, np.newaxis] / len(y)
        parts = []
        for l in range(len(W) - 1, 0, -1):
            parts += [delta.sum(axis=0), (a[l - 1].T @ delta + lam * W[l]).ravel()]
            delta = (delta @ W[l].T) * (1 - a[l - 1] ** 2)
        return float(cost), np.concatenate(parts[::-1])


# %% wrong: a variance of 1 / n_out
class Network:
    def __init__(self, sizes, rng):
        self.sizes = list(sizes)
        parts = []
        for n_in, n_out in pairwise(sizes):
            parts += [rng.normal(scale=n_out**-0.5, size=n_in * n_out), np.zeros(n_out)]
        self.theta = np.concatenate(parts)

    def forward(self, theta, X):
        W, b = unpack(theta, self.sizes)
        a = [X]
        for l in range(1, len(W)):
            z = a[-1] @ W[l] + b[l]
            a.append(np.tanh(z) if l < len(W) - 1 else z)
        return a

    def predict(self, X):
        return self.forward(self.theta, X)[-1][:, 0]

    def cost_and_gradient(self, theta, X, y, lam=0.0):
        W, _ = unpack(theta, self.sizes)
        a = self.forward(theta, X)
        error = a[-1][:, 0] - y
        cost = 0.5 * np.mean(error**2) + 0.5 * lam * sum(np.sum(w**2) for w in W[1:])
        delta = error[:, np.newaxis] / len(y)
        parts = []
        for l in range(len(W) - 1, 0, -1):
            parts += [delta.sum(axis=0), (a[l - 1].T @ delta + lam * W[l]).ravel()]
            delta = (delta @ W[l].T) * (1 - a[l - 1] ** 2)
        return float(cost), np.concatenate(parts[::-1])


# %% wrong: weights are uniform numbers
class Network:
    def __init__(self, sizes, rng):
        self.sizes = list(sizes)
        parts = []
        for n_in, n_out in pairwise(sizes):
            parts += [(3 / n_in) ** 0.5 * rng.uniform(-1, 1, size=n_in * n_out), np.zeros(n_out)]
        self.theta = np.concatenate(parts)

    def forward(self, theta, X):
        W, b = unpack(theta, self.sizes)
        a = [X]
        for l in range(1, len(W)):
            z = a[-1] @ W[l] + b[l]
            a.append(np.tanh(z) if l < len(W) - 1 else z)
        return a

    def predict(self, X):
        return self.forward(self.theta, X)[-1][:, 0]

    def cost_and_gradient(self, theta, X, y, lam=0.0):
        W, _ = unpack(theta, self.sizes)
        a = self.forward(theta, X)
        error = a[-1][:, 0] - y
        cost = 0.5 * np.mean(error**2) + 0.5 * lam * sum(np.sum(w**2) for w in W[1:])
        delta = error[:, np.newaxis] / len(y)
        parts = []
        for l in range(len(W) - 1, 0, -1):
            parts += [delta.sum(axis=0), (a[l - 1].T @ delta + lam * W[l]).ravel()]
            delta = (delta @ W[l].T) * (1 - a[l - 1] ** 2)
        return float(cost), np.concatenate(parts[::-1])


# %% wrong: random biases
class Network:
    def __init__(self, sizes, rng):
        self.sizes = list(sizes)
        parts = []
        for n_in, n_out in pairwise(sizes):
            parts += [rng.normal(scale=n_in**-0.5, size=n_in * n_out), rng.normal(size=n_out)]
        self.theta = np.concatenate(parts)

    def forward(self, theta, X):
        W, b = unpack(theta, self.sizes)
        a = [X]
        for l in range(1, len(W)):
            z = a[-1] @ W[l] + b[l]
            a.append(np.tanh(z) if l < len(W) - 1 else z)
        return a

    def predict(self, X):
        return self.forward(self.theta, X)[-1][:, 0]

    def cost_and_gradient(self, theta, X, y, lam=0.0):
        W, _ = unpack(theta, self.sizes)
        a = self.forward(theta, X)
        error = a[-1][:, 0] - y
        cost = 0.5 * np.mean(error**2) + 0.5 * lam * sum(np.sum(w**2) for w in W[1:])
        delta = error[:, np.newaxis] / len(y)
        parts = []
        for l in range(len(W) - 1, 0, -1):
            parts += [delta.sum(axis=0), (a[l - 1].T @ delta + lam * W[l]).ravel()]
            delta = (delta @ W[l].T) * (1 - a[l - 1] ** 2)
        return float(cost), np.concatenate(parts[::-1])


# %% wrong: tanh at the output too
class Network:
    def __init__(self, sizes, rng):
        self.sizes = list(sizes)
        parts = []
        for n_in, n_out in pairwise(sizes):
            parts += [rng.normal(scale=n_in**-0.5, size=n_in * n_out), np.zeros(n_out)]
        self.theta = np.concatenate(parts)

    def forward(self, theta, X):
        W, b = unpack(theta, self.sizes)
        a = [X]
        for l in range(1, len(W)):
            z = a[-1] @ W[l] + b[l]
            a.append(np.tanh(z))
        return a

    def predict(self, X):
        return self.forward(self.theta, X)[-1][:, 0]

    def cost_and_gradient(self, theta, X, y, lam=0.0):
        W, _ = unpack(theta, self.sizes)
        a = self.forward(theta, X)
        error = a[-1][:, 0] - y
        cost = 0.5 * np.mean(error**2) + 0.5 * lam * sum(np.sum(w**2) for w in W[1:])
        delta = error[:, np.newaxis] / len(y)
        parts = []
        for l in range(len(W) - 1, 0, -1):
            parts += [delta.sum(axis=0), (a[l - 1].T @ delta + lam * W[l]).ravel()]
            delta = (delta @ W[l].T) * (1 - a[l - 1] ** 2)
        return float(cost), np.concatenate(parts[::-1])


# %% wrong: the bias is forgotten
class Network:
    def __init__(self, sizes, rng):
        self.sizes = list(sizes)
        parts = []
        for n_in, n_out in pairwise(sizes):
            parts += [rng.normal(scale=n_in**-0.5, size=n_in * n_out), np.zeros(n_out)]
        self.theta = np.concatenate(parts)

    def forward(self, theta, X):
        W, b = unpack(theta, self.sizes)
        a = [X]
        for l in range(1, len(W)):
            z = a[-1] @ W[l]
            a.append(np.tanh(z) if l < len(W) - 1 else z)
        return a

    def predict(self, X):
        return self.forward(self.theta, X)[-1][:, 0]

    def cost_and_gradient(self, theta, X, y, lam=0.0):
        W, _ = unpack(theta, self.sizes)
        a = self.forward(theta, X)
        error = a[-1][:, 0] - y
        cost = 0.5 * np.mean(error**2) + 0.5 * lam * sum(np.sum(w**2) for w in W[1:])
        delta = error[:, np.newaxis] / len(y)
        parts = []
        for l in range(len(W) - 1, 0, -1):
            parts += [delta.sum(axis=0), (a[l - 1].T @ delta + lam * W[l]).ravel()]
            delta = (delta @ W[l].T) * (1 - a[l - 1] ** 2)
        return float(cost), np.concatenate(parts[::-1])


# %% wrong: forward uses self.theta
class Network:
    def __init__(self, sizes, rng):
        self.sizes = list(sizes)
        parts = []
        for n_in, n_out in pairwise(sizes):
            parts += [rng.normal(scale=n_in**-0.5, size=n_in * n_out), np.zeros(n_out)]
        self.theta = np.concatenate(parts)

    def forward(self, theta, X):
        W, b = unpack(self.theta, self.sizes)
        a = [X]
        for l in range(1, len(W)):
            z = a[-1] @ W[l] + b[l]
            a.append(np.tanh(z) if l < len(W) - 1 else z)
        return a

    def predict(self, X):
        return self.forward(self.theta, X)[-1][:, 0]

    def cost_and_gradient(self, theta, X, y, lam=0.0):
        W, _ = unpack(theta, self.sizes)
        a = self.forward(theta, X)
        error = a[-1][:, 0] - y
        cost = 0.5 * np.mean(error**2) + 0.5 * lam * sum(np.sum(w**2) for w in W[1:])
        delta = error[:, np.newaxis] / len(y)
        parts = []
        for l in range(len(W) - 1, 0, -1):
            parts += [delta.sum(axis=0), (a[l - 1].T @ delta + lam * W[l]).ravel()]
            delta = (delta @ W[l].T) * (1 - a[l - 1] ** 2)
        return float(cost), np.concatenate(parts[::-1])


# %% wrong: predict uses the parameters of the start
class Network:
    def __init__(self, sizes, rng):
        self.sizes = list(sizes)
        parts = []
        for n_in, n_out in pairwise(sizes):
            parts += [rng.normal(scale=n_in**-0.5, size=n_in * n_out), np.zeros(n_out)]
        self.theta = np.concatenate(parts)
        self.start = self.theta.copy()

    def forward(self, theta, X):
        W, b = unpack(theta, self.sizes)
        a = [X]
        for l in range(1, len(W)):
            z = a[-1] @ W[l] + b[l]
            a.append(np.tanh(z) if l < len(W) - 1 else z)
        return a

    def predict(self, X):
        return self.forward(self.start, X)[-1][:, 0]

    def cost_and_gradient(self, theta, X, y, lam=0.0):
        W, _ = unpack(theta, self.sizes)
        a = self.forward(theta, X)
        error = a[-1][:, 0] - y
        cost = 0.5 * np.mean(error**2) + 0.5 * lam * sum(np.sum(w**2) for w in W[1:])
        delta = error[:, np.newaxis] / len(y)
        parts = []
        for l in range(len(W) - 1, 0, -1):
            parts += [delta.sum(axis=0), (a[l - 1].T @ delta + lam * W[l]).ravel()]
            delta = (delta @ W[l].T) * (1 - a[l - 1] ** 2)
        return float(cost), np.concatenate(parts[::-1])


# %% wrong: error of shape (n, n)
class Network:
    def __init__(self, sizes, rng):
        self.sizes = list(sizes)
        parts = []
        for n_in, n_out in pairwise(sizes):
            parts += [rng.normal(scale=n_in**-0.5, size=n_in * n_out), np.zeros(n_out)]
        self.theta = np.concatenate(parts)

    def forward(self, theta, X):
        W, b = unpack(theta, self.sizes)
        a = [X]
        for l in range(1, len(W)):
            z = a[-1] @ W[l] + b[l]
            a.append(np.tanh(z) if l < len(W) - 1 else z)
        return a

    def predict(self, X):
        return self.forward(self.theta, X)[-1][:, 0]

    def cost_and_gradient(self, theta, X, y, lam=0.0):
        W, _ = unpack(theta, self.sizes)
        a = self.forward(theta, X)
        error = np.mean(a[-1] - y, axis=1)
        cost = 0.5 * np.mean(error**2) + 0.5 * lam * sum(np.sum(w**2) for w in W[1:])
        delta = error[:, np.newaxis] / len(y)
        parts = []
        for l in range(len(W) - 1, 0, -1):
            parts += [delta.sum(axis=0), (a[l - 1].T @ delta + lam * W[l]).ravel()]
            delta = (delta @ W[l].T) * (1 - a[l - 1] ** 2)
        return float(cost), np.concatenate(parts[::-1])


# %% wrong: the gradient without 1/n
class Network:
    def __init__(self, sizes, rng):
        self.sizes = list(sizes)
        parts = []
        for n_in, n_out in pairwise(sizes):
            parts += [rng.normal(scale=n_in**-0.5, size=n_in * n_out), np.zeros(n_out)]
        self.theta = np.concatenate(parts)

    def forward(self, theta, X):
        W, b = unpack(theta, self.sizes)
        a = [X]
        for l in range(1, len(W)):
            z = a[-1] @ W[l] + b[l]
            a.append(np.tanh(z) if l < len(W) - 1 else z)
        return a

    def predict(self, X):
        return self.forward(self.theta, X)[-1][:, 0]

    def cost_and_gradient(self, theta, X, y, lam=0.0):
        W, _ = unpack(theta, self.sizes)
        a = self.forward(theta, X)
        error = a[-1][:, 0] - y
        cost = 0.5 * np.mean(error**2) + 0.5 * lam * sum(np.sum(w**2) for w in W[1:])
        delta = error[:, np.newaxis]
        parts = []
        for l in range(len(W) - 1, 0, -1):
            parts += [delta.sum(axis=0), (a[l - 1].T @ delta + lam * W[l]).ravel()]
            delta = (delta @ W[l].T) * (1 - a[l - 1] ** 2)
        return float(cost), np.concatenate(parts[::-1])


# %% wrong: the cost without 1/2
class Network:
    def __init__(self, sizes, rng):
        self.sizes = list(sizes)
        parts = []
        for n_in, n_out in pairwise(sizes):
            parts += [rng.normal(scale=n_in**-0.5, size=n_in * n_out), np.zeros(n_out)]
        self.theta = np.concatenate(parts)

    def forward(self, theta, X):
        W, b = unpack(theta, self.sizes)
        a = [X]
        for l in range(1, len(W)):
            z = a[-1] @ W[l] + b[l]
            a.append(np.tanh(z) if l < len(W) - 1 else z)
        return a

    def predict(self, X):
        return self.forward(self.theta, X)[-1][:, 0]

    def cost_and_gradient(self, theta, X, y, lam=0.0):
        W, _ = unpack(theta, self.sizes)
        a = self.forward(theta, X)
        error = a[-1][:, 0] - y
        cost = np.mean(error**2) + 0.5 * lam * sum(np.sum(w**2) for w in W[1:])
        delta = error[:, np.newaxis] / len(y)
        parts = []
        for l in range(len(W) - 1, 0, -1):
            parts += [delta.sum(axis=0), (a[l - 1].T @ delta + lam * W[l]).ravel()]
            delta = (delta @ W[l].T) * (1 - a[l - 1] ** 2)
        return float(cost), np.concatenate(parts[::-1])


# %% wrong: biases are penalised too
class Network:
    def __init__(self, sizes, rng):
        self.sizes = list(sizes)
        parts = []
        for n_in, n_out in pairwise(sizes):
            parts += [rng.normal(scale=n_in**-0.5, size=n_in * n_out), np.zeros(n_out)]
        self.theta = np.concatenate(parts)

    def forward(self, theta, X):
        W, b = unpack(theta, self.sizes)
        a = [X]
        for l in range(1, len(W)):
            z = a[-1] @ W[l] + b[l]
            a.append(np.tanh(z) if l < len(W) - 1 else z)
        return a

    def predict(self, X):
        return self.forward(self.theta, X)[-1][:, 0]

    def cost_and_gradient(self, theta, X, y, lam=0.0):
        W, _ = unpack(theta, self.sizes)
        a = self.forward(theta, X)
        error = a[-1][:, 0] - y
        cost = 0.5 * np.mean(error**2) + 0.5 * lam * np.sum(theta**2)
        delta = error[:, np.newaxis] / len(y)
        parts = []
        for l in range(len(W) - 1, 0, -1):
            parts += [delta.sum(axis=0) + lam * _[l], (a[l - 1].T @ delta + lam * W[l]).ravel()]
            delta = (delta @ W[l].T) * (1 - a[l - 1] ** 2)
        return float(cost), np.concatenate(parts[::-1])


# %% wrong: the penalty is missing in the gradient
class Network:
    def __init__(self, sizes, rng):
        self.sizes = list(sizes)
        parts = []
        for n_in, n_out in pairwise(sizes):
            parts += [rng.normal(scale=n_in**-0.5, size=n_in * n_out), np.zeros(n_out)]
        self.theta = np.concatenate(parts)

    def forward(self, theta, X):
        W, b = unpack(theta, self.sizes)
        a = [X]
        for l in range(1, len(W)):
            z = a[-1] @ W[l] + b[l]
            a.append(np.tanh(z) if l < len(W) - 1 else z)
        return a

    def predict(self, X):
        return self.forward(self.theta, X)[-1][:, 0]

    def cost_and_gradient(self, theta, X, y, lam=0.0):
        W, _ = unpack(theta, self.sizes)
        a = self.forward(theta, X)
        error = a[-1][:, 0] - y
        cost = 0.5 * np.mean(error**2) + 0.5 * lam * sum(np.sum(w**2) for w in W[1:])
        delta = error[:, np.newaxis] / len(y)
        parts = []
        for l in range(len(W) - 1, 0, -1):
            parts += [delta.sum(axis=0), (a[l - 1].T @ delta).ravel()]
            delta = (delta @ W[l].T) * (1 - a[l - 1] ** 2)
        return float(cost), np.concatenate(parts[::-1])


# %% wrong: the slope of tanh is forgotten
class Network:
    def __init__(self, sizes, rng):
        self.sizes = list(sizes)
        parts = []
        for n_in, n_out in pairwise(sizes):
            parts += [rng.normal(scale=n_in**-0.5, size=n_in * n_out), np.zeros(n_out)]
        self.theta = np.concatenate(parts)

    def forward(self, theta, X):
        W, b = unpack(theta, self.sizes)
        a = [X]
        for l in range(1, len(W)):
            z = a[-1] @ W[l] + b[l]
            a.append(np.tanh(z) if l < len(W) - 1 else z)
        return a

    def predict(self, X):
        return self.forward(self.theta, X)[-1][:, 0]

    def cost_and_gradient(self, theta, X, y, lam=0.0):
        W, _ = unpack(theta, self.sizes)
        a = self.forward(theta, X)
        error = a[-1][:, 0] - y
        cost = 0.5 * np.mean(error**2) + 0.5 * lam * sum(np.sum(w**2) for w in W[1:])
        delta = error[:, np.newaxis] / len(y)
        parts = []
        for l in range(len(W) - 1, 0, -1):
            parts += [delta.sum(axis=0), (a[l - 1].T @ delta + lam * W[l]).ravel()]
            delta = delta @ W[l].T
        return float(cost), np.concatenate(parts[::-1])


# %% wrong: matrices column by column
class Network:
    def __init__(self, sizes, rng):
        self.sizes = list(sizes)
        parts = []
        for n_in, n_out in pairwise(sizes):
            parts += [rng.normal(scale=n_in**-0.5, size=n_in * n_out), np.zeros(n_out)]
        self.theta = np.concatenate(parts)

    def forward(self, theta, X):
        W, b = unpack(theta, self.sizes)
        a = [X]
        for l in range(1, len(W)):
            z = a[-1] @ W[l] + b[l]
            a.append(np.tanh(z) if l < len(W) - 1 else z)
        return a

    def predict(self, X):
        return self.forward(self.theta, X)[-1][:, 0]

    def cost_and_gradient(self, theta, X, y, lam=0.0):
        W, _ = unpack(theta, self.sizes)
        a = self.forward(theta, X)
        error = a[-1][:, 0] - y
        cost = 0.5 * np.mean(error**2) + 0.5 * lam * sum(np.sum(w**2) for w in W[1:])
        delta = error[:, np.newaxis] / len(y)
        parts = []
        for l in range(len(W) - 1, 0, -1):
            parts += [delta.sum(axis=0), (a[l - 1].T @ delta + lam * W[l]).T.ravel()]
            delta = (delta @ W[l].T) * (1 - a[l - 1] ** 2)
        return float(cost), np.concatenate(parts[::-1])


# %% wrong: leaves theta in the network
class Network:
    def __init__(self, sizes, rng):
        self.sizes = list(sizes)
        parts = []
        for n_in, n_out in pairwise(sizes):
            parts += [rng.normal(scale=n_in**-0.5, size=n_in * n_out), np.zeros(n_out)]
        self.theta = np.concatenate(parts)

    def forward(self, theta, X):
        W, b = unpack(theta, self.sizes)
        a = [X]
        for l in range(1, len(W)):
            z = a[-1] @ W[l] + b[l]
            a.append(np.tanh(z) if l < len(W) - 1 else z)
        return a

    def predict(self, X):
        return self.forward(self.theta, X)[-1][:, 0]

    def cost_and_gradient(self, theta, X, y, lam=0.0):
        W, _ = unpack(theta, self.sizes)
        a = self.forward(theta, X)
        self.theta = theta
        error = a[-1][:, 0] - y
        cost = 0.5 * np.mean(error**2) + 0.5 * lam * sum(np.sum(w**2) for w in W[1:])
        delta = error[:, np.newaxis] / len(y)
        parts = []
        for l in range(len(W) - 1, 0, -1):
            parts += [delta.sum(axis=0), (a[l - 1].T @ delta + lam * W[l]).ravel()]
            delta = (delta @ W[l].T) * (1 - a[l - 1] ** 2)
        return float(cost), np.concatenate(parts[::-1])


# %% wrong: downhill in place
class Network:
    def __init__(self, sizes, rng):
        self.sizes = list(sizes)
        parts = []
        for n_in, n_out in pairwise(sizes):
            parts += [rng.normal(scale=n_in**-0.5, size=n_in * n_out), np.zeros(n_out)]
        self.theta = np.concatenate(parts)

    def forward(self, theta, X):
        W, b = unpack(theta, self.sizes)
        a = [X]
        for l in range(1, len(W)):
            z = a[-1] @ W[l] + b[l]
            a.append(np.tanh(z) if l < len(W) - 1 else z)
        return a

    def predict(self, X):
        return self.forward(self.theta, X)[-1][:, 0]

    def cost_and_gradient(self, theta, X, y, lam=0.0):
        W, _ = unpack(theta, self.sizes)
        a = self.forward(theta, X)
        error = a[-1][:, 0] - y
        cost = 0.5 * np.mean(error**2) + 0.5 * lam * sum(np.sum(w**2) for w in W[1:])
        delta = error[:, np.newaxis] / len(y)
        parts = []
        for l in range(len(W) - 1, 0, -1):
            parts += [delta.sum(axis=0), (a[l - 1].T @ delta + lam * W[l]).ravel()]
            delta = (delta @ W[l].T) * (1 - a[l - 1] ** 2)
        gradient = np.concatenate(parts[::-1])
        theta -= 0.01 * gradient
        return float(cost), gradient


# %% right: recursive, with the gradient assembled in a vector
class Network:
    def __init__(self, sizes, rng):
        self.sizes = tuple(sizes)
        self.theta = np.zeros(sum((m + 1) * n for m, n in pairwise(sizes)))
        for w in unpack(self.theta, self.sizes)[0][1:]:
            w[...] = rng.standard_normal(w.shape) / np.sqrt(len(w))

    def forward(self, theta, X):
        W, b = unpack(theta, self.sizes)
        outputs, x = [X.copy()], X
        for w, shift in zip(W[1:-1], b[1:-1], strict=True):
            x = np.tanh(x.dot(w) + shift)
            outputs.append(x)
        return [*outputs, x.dot(W[-1]) + b[-1]]

    def predict(self, X):
        return self.forward(self.theta, X)[-1].ravel()

    def cost_and_gradient(self, theta, X, y, lam=0.0):
        W, _ = unpack(theta, self.sizes)
        outputs = self.forward(theta, X)
        gradient = np.zeros_like(theta)
        dW, db = unpack(gradient, self.sizes)

        def back(l, delta):
            dW[l][...] = outputs[l - 1].T @ delta + lam * W[l]
            db[l][...] = np.ones(len(y)) @ delta
            if l > 1:
                back(l - 1, delta @ W[l].T * (1 - outputs[l - 1] * outputs[l - 1]))

        error = outputs[-1] - y.reshape(-1, 1)
        back(len(self.sizes) - 1, error / len(y))
        penalty = sum(np.vdot(w, w) for w in W[1:])
        return (np.vdot(error, error) / len(y) + lam * penalty) / 2, gradient


# %% right: samples as columns inside
class Network:
    def __init__(self, sizes, rng):
        self.sizes = sizes
        self.theta = []
        for m, n in zip(sizes[:-1], sizes[1:], strict=True):
            self.theta.extend((rng.normal(0, 1, (m, n)) / m**0.5).reshape(-1))
            self.theta.extend([0.0] * n)
        self.theta = np.array(self.theta)

    def columns(self, theta, X):
        W, b = unpack(theta, self.sizes)
        a = [X.T]
        for l in range(1, len(W)):
            z = W[l].T @ a[-1] + b[l][:, None]
            a.append(z if l == len(W) - 1 else 1 - 2 / (np.exp(2 * z) + 1))
        return W, a

    def forward(self, theta, X):
        return tuple(layer.T for layer in self.columns(theta, X)[1])

    def predict(self, X):
        return self.columns(self.theta, X)[1][-1].flatten()

    def cost_and_gradient(self, theta, X, y, lam=0.0):
        W, a = self.columns(theta, X)
        delta = (a[-1] - y) / len(y)
        cost = len(y) * np.sum(delta**2) / 2
        gradient = np.array([])
        for l in range(len(W) - 1, 0, -1):
            cost += lam / 2 * np.linalg.norm(W[l]) ** 2
            dW = a[l - 1] @ delta.T + lam * W[l]
            gradient = np.concatenate([dW.reshape(-1), np.sum(delta, axis=1), gradient])
            delta = (W[l] @ delta) * (1 + a[l - 1]) * (1 - a[l - 1])
        return cost, gradient
