# %% wrong: uphill
def train(X, y, W, b, hidden, output, eta, batch_size, n_epochs, rng):
    W, b = list(W), list(b)
    costs = [cost(y, forward(X, W, b, hidden, output)[0][-1], output)]
    for _ in range(n_epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            z, a = forward(X[batch], W, b, hidden, output)
            dW, db = gradients(a, backward(y[batch], W, z, hidden, output))
            for l in range(1, len(W)):
                W[l] = W[l] + eta * dW[l]
                b[l] = b[l] + eta * db[l]
        costs.append(cost(y, forward(X, W, b, hidden, output)[0][-1], output))
    return W, b, costs


# %% wrong: the arrays of the caller are changed
def train(X, y, W, b, hidden, output, eta, batch_size, n_epochs, rng):
    W, b = list(W), list(b)
    costs = [cost(y, forward(X, W, b, hidden, output)[0][-1], output)]
    for _ in range(n_epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            z, a = forward(X[batch], W, b, hidden, output)
            dW, db = gradients(a, backward(y[batch], W, z, hidden, output))
            for l in range(1, len(W)):
                W[l] -= eta * dW[l]
                b[l] -= eta * db[l]
        costs.append(cost(y, forward(X, W, b, hidden, output)[0][-1], output))
    return W, b, costs


# %% wrong: the lists of the caller are changed
def train(X, y, W, b, hidden, output, eta, batch_size, n_epochs, rng):
    costs = [cost(y, forward(X, W, b, hidden, output)[0][-1], output)]
    for _ in range(n_epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            z, a = forward(X[batch], W, b, hidden, output)
            dW, db = gradients(a, backward(y[batch], W, z, hidden, output))
            for l in range(1, len(W)):
                W[l] = W[l] - eta * dW[l]
                b[l] = b[l] - eta * db[l]
        costs.append(cost(y, forward(X, W, b, hidden, output)[0][-1], output))
    return W, b, costs


# %% wrong: y keeps the old order
def train(X, y, W, b, hidden, output, eta, batch_size, n_epochs, rng):
    W, b = list(W), list(b)
    costs = [cost(y, forward(X, W, b, hidden, output)[0][-1], output)]
    for _ in range(n_epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            z, a = forward(X[batch], W, b, hidden, output)
            dW, db = gradients(a, backward(y[start : start + batch_size], W, z, hidden, output))
            for l in range(1, len(W)):
                W[l] = W[l] - eta * dW[l]
                b[l] = b[l] - eta * db[l]
        costs.append(cost(y, forward(X, W, b, hidden, output)[0][-1], output))
    return W, b, costs


# %% wrong: one order for all epochs
def train(X, y, W, b, hidden, output, eta, batch_size, n_epochs, rng):
    W, b = list(W), list(b)
    costs = [cost(y, forward(X, W, b, hidden, output)[0][-1], output)]
    order = rng.permutation(len(X))
    for _ in range(n_epochs):
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            z, a = forward(X[batch], W, b, hidden, output)
            dW, db = gradients(a, backward(y[batch], W, z, hidden, output))
            for l in range(1, len(W)):
                W[l] = W[l] - eta * dW[l]
                b[l] = b[l] - eta * db[l]
        costs.append(cost(y, forward(X, W, b, hidden, output)[0][-1], output))
    return W, b, costs


# %% wrong: no shuffling
def train(X, y, W, b, hidden, output, eta, batch_size, n_epochs, rng):
    W, b = list(W), list(b)
    costs = [cost(y, forward(X, W, b, hidden, output)[0][-1], output)]
    for _ in range(n_epochs):
        order = np.arange(len(X))
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            z, a = forward(X[batch], W, b, hidden, output)
            dW, db = gradients(a, backward(y[batch], W, z, hidden, output))
            for l in range(1, len(W)):
                W[l] = W[l] - eta * dW[l]
                b[l] = b[l] - eta * db[l]
        costs.append(cost(y, forward(X, W, b, hidden, output)[0][-1], output))
    return W, b, costs


# %% wrong: what is left over is dropped
def train(X, y, W, b, hidden, output, eta, batch_size, n_epochs, rng):
    W, b = list(W), list(b)
    costs = [cost(y, forward(X, W, b, hidden, output)[0][-1], output)]
    for _ in range(n_epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X) - batch_size + 1, batch_size):
            batch = order[start : start + batch_size]
            z, a = forward(X[batch], W, b, hidden, output)
            dW, db = gradients(a, backward(y[batch], W, z, hidden, output))
            for l in range(1, len(W)):
                W[l] = W[l] - eta * dW[l]
                b[l] = b[l] - eta * db[l]
        costs.append(cost(y, forward(X, W, b, hidden, output)[0][-1], output))
    return W, b, costs


# %% wrong: the last layer is not trained
def train(X, y, W, b, hidden, output, eta, batch_size, n_epochs, rng):
    W, b = list(W), list(b)
    costs = [cost(y, forward(X, W, b, hidden, output)[0][-1], output)]
    for _ in range(n_epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            z, a = forward(X[batch], W, b, hidden, output)
            dW, db = gradients(a, backward(y[batch], W, z, hidden, output))
            for l in range(1, len(W) - 1):
                W[l] = W[l] - eta * dW[l]
                b[l] = b[l] - eta * db[l]
        costs.append(cost(y, forward(X, W, b, hidden, output)[0][-1], output))
    return W, b, costs


# %% wrong: biases are not trained
def train(X, y, W, b, hidden, output, eta, batch_size, n_epochs, rng):
    W, b = list(W), list(b)
    costs = [cost(y, forward(X, W, b, hidden, output)[0][-1], output)]
    for _ in range(n_epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            z, a = forward(X[batch], W, b, hidden, output)
            dW, db = gradients(a, backward(y[batch], W, z, hidden, output))
            for l in range(1, len(W)):
                W[l] = W[l] - eta * dW[l]
        costs.append(cost(y, forward(X, W, b, hidden, output)[0][-1], output))
    return W, b, costs


# %% wrong: every batch is the whole data set
def train(X, y, W, b, hidden, output, eta, batch_size, n_epochs, rng):
    W, b = list(W), list(b)
    costs = [cost(y, forward(X, W, b, hidden, output)[0][-1], output)]
    for _ in range(n_epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            batch = order
            z, a = forward(X[batch], W, b, hidden, output)
            dW, db = gradients(a, backward(y[batch], W, z, hidden, output))
            for l in range(1, len(W)):
                W[l] = W[l] - eta * dW[l]
                b[l] = b[l] - eta * db[l]
        costs.append(cost(y, forward(X, W, b, hidden, output)[0][-1], output))
    return W, b, costs


# %% wrong: divided by the size of the batch once more
def train(X, y, W, b, hidden, output, eta, batch_size, n_epochs, rng):
    W, b = list(W), list(b)
    costs = [cost(y, forward(X, W, b, hidden, output)[0][-1], output)]
    for _ in range(n_epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            z, a = forward(X[batch], W, b, hidden, output)
            dW, db = gradients(a, backward(y[batch], W, z, hidden, output))
            for l in range(1, len(W)):
                W[l] = W[l] - eta * dW[l] / len(batch)
                b[l] = b[l] - eta * db[l] / len(batch)
        costs.append(cost(y, forward(X, W, b, hidden, output)[0][-1], output))
    return W, b, costs


# %% wrong: the cost before training is missing
def train(X, y, W, b, hidden, output, eta, batch_size, n_epochs, rng):
    W, b = list(W), list(b)
    costs = []
    for _ in range(n_epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            z, a = forward(X[batch], W, b, hidden, output)
            dW, db = gradients(a, backward(y[batch], W, z, hidden, output))
            for l in range(1, len(W)):
                W[l] = W[l] - eta * dW[l]
                b[l] = b[l] - eta * db[l]
        costs.append(cost(y, forward(X, W, b, hidden, output)[0][-1], output))
    return W, b, costs


# %% wrong: the cost of the last batch in place of all samples
def train(X, y, W, b, hidden, output, eta, batch_size, n_epochs, rng):
    W, b = list(W), list(b)
    costs = [cost(y, forward(X, W, b, hidden, output)[0][-1], output)]
    for _ in range(n_epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            z, a = forward(X[batch], W, b, hidden, output)
            dW, db = gradients(a, backward(y[batch], W, z, hidden, output))
            for l in range(1, len(W)):
                W[l] = W[l] - eta * dW[l]
                b[l] = b[l] - eta * db[l]
        costs.append(cost(y[batch], z[-1], output))
    return W, b, costs


# %% wrong: one epoch too few
def train(X, y, W, b, hidden, output, eta, batch_size, n_epochs, rng):
    W, b = list(W), list(b)
    costs = [cost(y, forward(X, W, b, hidden, output)[0][-1], output)]
    for _ in range(n_epochs - 1):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            z, a = forward(X[batch], W, b, hidden, output)
            dW, db = gradients(a, backward(y[batch], W, z, hidden, output))
            for l in range(1, len(W)):
                W[l] = W[l] - eta * dW[l]
                b[l] = b[l] - eta * db[l]
        costs.append(cost(y, forward(X, W, b, hidden, output)[0][-1], output))
    return W, b, costs


# %% wrong: a random generator of its own
def train(X, y, W, b, hidden, output, eta, batch_size, n_epochs, rng):
    W, b = list(W), list(b)
    costs = [cost(y, forward(X, W, b, hidden, output)[0][-1], output)]
    for _ in range(n_epochs):
        order = np.random.default_rng().permutation(len(X))
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            z, a = forward(X[batch], W, b, hidden, output)
            dW, db = gradients(a, backward(y[batch], W, z, hidden, output))
            for l in range(1, len(W)):
                W[l] = W[l] - eta * dW[l]
                b[l] = b[l] - eta * db[l]
        costs.append(cost(y, forward(X, W, b, hidden, output)[0][-1], output))
    return W, b, costs


# %% wrong: layers below are corrected with weights that have changed
def train(X, y, W, b, hidden, output, eta, batch_size, n_epochs, rng):
    W, b = list(W), list(b)
    costs = [cost(y, forward(X, W, b, hidden, output)[0][-1], output)]
    for _ in range(n_epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            for l in range(len(W) - 1, 0, -1):
                z, a = forward(X[batch], W, b, hidden, output)
                dW, db = gradients(a, backward(y[batch], W, z, hidden, output))
                W[l] = W[l] - eta * dW[l]
                b[l] = b[l] - eta * db[l]
        costs.append(cost(y, forward(X, W, b, hidden, output)[0][-1], output))
    return W, b, costs


# %% wrong: X and y of the caller are put in order
def train(X, y, W, b, hidden, output, eta, batch_size, n_epochs, rng):
    W, b = list(W), list(b)
    costs = [cost(y, forward(X, W, b, hidden, output)[0][-1], output)]
    for _ in range(n_epochs):
        order = rng.permutation(len(X))
        X[:], y[:] = X[order], y[order]
        for start in range(0, len(X), batch_size):
            batch = np.arange(start, min(start + batch_size, len(X)))
            z, a = forward(X[batch], W, b, hidden, output)
            dW, db = gradients(a, backward(y[batch], W, z, hidden, output))
            for l in range(1, len(W)):
                W[l] = W[l] - eta * dW[l]
                b[l] = b[l] - eta * db[l]
        costs.append(cost(y, forward(X, W, b, hidden, output)[0][-1], output))
    return W, b, costs


# %% wrong: samples drawn with replacement
def train(X, y, W, b, hidden, output, eta, batch_size, n_epochs, rng):
    W, b = list(W), list(b)
    costs = [cost(y, forward(X, W, b, hidden, output)[0][-1], output)]
    for _ in range(n_epochs):
        order = rng.integers(len(X), size=len(X))
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            z, a = forward(X[batch], W, b, hidden, output)
            dW, db = gradients(a, backward(y[batch], W, z, hidden, output))
            for l in range(1, len(W)):
                W[l] = W[l] - eta * dW[l]
                b[l] = b[l] - eta * db[l]
        costs.append(cost(y, forward(X, W, b, hidden, output)[0][-1], output))
    return W, b, costs


# %% right: copies, which are then changed in place
def train(X, y, W, b, hidden, output, eta, batch_size, n_epochs, rng):
    W, b = [None] + [t.copy() for t in W[1:]], [None] + [t.copy() for t in b[1:]]
    costs = [cost(y, forward(X, W, b, hidden, output)[0][-1], output)]
    for _ in range(n_epochs):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            batch = order[start : start + batch_size]
            z, a = forward(X[batch], W, b, hidden, output)
            dW, db = gradients(a, backward(y[batch], W, z, hidden, output))
            for l in range(1, len(W)):
                W[l] -= eta * dW[l]
                b[l] -= eta * db[l]
        costs.append(cost(y, forward(X, W, b, hidden, output)[0][-1], output))
    return W, b, costs


# %% right: the data are put in order first, np.split makes the batches
def train(X, y, W, b, hidden, output, eta, batch_size, n_epochs, rng):
    def total(W, b):
        z, _ = forward(X, W, b, hidden, output)
        return cost(y, z[-1], output)

    def descend(parameters, slopes):
        return [None] + [p - eta * s for p, s in zip(parameters[1:], slopes[1:])]

    costs = np.empty(n_epochs + 1)
    costs[0] = total(W, b)
    for epoch in range(1, n_epochs + 1):
        order = rng.permutation(X.shape[0])
        for rows in np.split(order, np.arange(batch_size, len(order), batch_size)):
            z, a = forward(X[rows], W, b, hidden, output)
            dW, db = gradients(a, backward(y[rows], W, z, hidden, output))
            W, b = descend(W, dW), descend(b, db)
        costs[epoch] = total(W, b)
    return W, b, costs
