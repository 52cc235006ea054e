# %% wrong: t starts again in each epoch
def train(sizes, X, y, kind, eta_0, n_warm, n_epochs, batch_size, rng):
    theta = pack(initial_weights(sizes, kind, rng))
    state = {"t": 0, "m": np.zeros_like(theta), "v": np.zeros_like(theta)}
    costs = [cost_and_gradient(theta, sizes, X, y)[0]]
    n_steps, t = n_epochs * -(-len(X) // batch_size), 0
    for _ in range(n_epochs):
        t = 0
        for i in minibatches(len(X), batch_size, rng):
            _, g = cost_and_gradient(theta, sizes, X[i], y[i])
            theta, state = adam_step(theta, g, state, warm_cosine(t, eta_0, n_warm, n_steps))
            t += 1
        costs.append(cost_and_gradient(theta, sizes, X, y)[0])
    return theta, costs


# %% wrong: n_steps without the smaller batch
def train(sizes, X, y, kind, eta_0, n_warm, n_epochs, batch_size, rng):
    theta = pack(initial_weights(sizes, kind, rng))
    state = {"t": 0, "m": np.zeros_like(theta), "v": np.zeros_like(theta)}
    costs = [cost_and_gradient(theta, sizes, X, y)[0]]
    n_steps, t = n_epochs * (len(X) // batch_size), 0
    for _ in range(n_epochs):
        for i in minibatches(len(X), batch_size, rng):
            _, g = cost_and_gradient(theta, sizes, X[i], y[i])
            theta, state = adam_step(theta, g, state, warm_cosine(t, eta_0, n_warm, n_steps))
            t += 1
        costs.append(cost_and_gradient(theta, sizes, X, y)[0])
    return theta, costs


# %% wrong: n_steps counts epochs
def train(sizes, X, y, kind, eta_0, n_warm, n_epochs, batch_size, rng):
    theta = pack(initial_weights(sizes, kind, rng))
    state = {"t": 0, "m": np.zeros_like(theta), "v": np.zeros_like(theta)}
    costs = [cost_and_gradient(theta, sizes, X, y)[0]]
    n_steps, t = max(n_epochs, n_warm + 1), 0
    for _ in range(n_epochs):
        for i in minibatches(len(X), batch_size, rng):
            _, g = cost_and_gradient(theta, sizes, X[i], y[i])
            theta, state = adam_step(theta, g, state, warm_cosine(t, eta_0, n_warm, n_steps))
            t += 1
        costs.append(cost_and_gradient(theta, sizes, X, y)[0])
    return theta, costs


# %% wrong: the rate follows t + 1
def train(sizes, X, y, kind, eta_0, n_warm, n_epochs, batch_size, rng):
    theta = pack(initial_weights(sizes, kind, rng))
    state = {"t": 0, "m": np.zeros_like(theta), "v": np.zeros_like(theta)}
    costs = [cost_and_gradient(theta, sizes, X, y)[0]]
    n_steps, t = n_epochs * -(-len(X) // batch_size), 0
    for _ in range(n_epochs):
        for i in minibatches(len(X), batch_size, rng):
            _, g = cost_and_gradient(theta, sizes, X[i], y[i])
            theta, state = adam_step(theta, g, state, warm_cosine(t + 1, eta_0, n_warm, n_steps))
            t += 1
        costs.append(cost_and_gradient(theta, sizes, X, y)[0])
    return theta, costs


# %% wrong: one rate for all steps
def train(sizes, X, y, kind, eta_0, n_warm, n_epochs, batch_size, rng):
    theta = pack(initial_weights(sizes, kind, rng))
    state = {"t": 0, "m": np.zeros_like(theta), "v": np.zeros_like(theta)}
    costs = [cost_and_gradient(theta, sizes, X, y)[0]]
    n_steps, t = n_epochs * -(-len(X) // batch_size), 0
    for _ in range(n_epochs):
        for i in minibatches(len(X), batch_size, rng):
            _, g = cost_and_gradient(theta, sizes, X[i], y[i])
            theta, state = adam_step(theta, g, state, eta_0)
            t += 1
        costs.append(cost_and_gradient(theta, sizes, X, y)[0])
    return theta, costs


# %% wrong: the gradient on all samples
def train(sizes, X, y, kind, eta_0, n_warm, n_epochs, batch_size, rng):
    theta = pack(initial_weights(sizes, kind, rng))
    state = {"t": 0, "m": np.zeros_like(theta), "v": np.zeros_like(theta)}
    costs = [cost_and_gradient(theta, sizes, X, y)[0]]
    n_steps, t = n_epochs * -(-len(X) // batch_size), 0
    for _ in range(n_epochs):
        for i in minibatches(len(X), batch_size, rng):
            _, g = cost_and_gradient(theta, sizes, X, y)
            theta, state = adam_step(theta, g, state, warm_cosine(t, eta_0, n_warm, n_steps))
            t += 1
        costs.append(cost_and_gradient(theta, sizes, X, y)[0])
    return theta, costs


# %% wrong: the batches are drawn once
def train(sizes, X, y, kind, eta_0, n_warm, n_epochs, batch_size, rng):
    theta = pack(initial_weights(sizes, kind, rng))
    state = {"t": 0, "m": np.zeros_like(theta), "v": np.zeros_like(theta)}
    costs = [cost_and_gradient(theta, sizes, X, y)[0]]
    n_steps, t = n_epochs * -(-len(X) // batch_size), 0
    batches = minibatches(len(X), batch_size, rng)
    for _ in range(n_epochs):
        for i in batches:
            _, g = cost_and_gradient(theta, sizes, X[i], y[i])
            theta, state = adam_step(theta, g, state, warm_cosine(t, eta_0, n_warm, n_steps))
            t += 1
        costs.append(cost_and_gradient(theta, sizes, X, y)[0])
    return theta, costs


# %% wrong: the state starts again in each epoch
def train(sizes, X, y, kind, eta_0, n_warm, n_epochs, batch_size, rng):
    theta = pack(initial_weights(sizes, kind, rng))
    state = {"t": 0, "m": np.zeros_like(theta), "v": np.zeros_like(theta)}
    costs = [cost_and_gradient(theta, sizes, X, y)[0]]
    n_steps, t = n_epochs * -(-len(X) // batch_size), 0
    for _ in range(n_epochs):
        state = {"t": 0, "m": np.zeros_like(theta), "v": np.zeros_like(theta)}
        for i in minibatches(len(X), batch_size, rng):
            _, g = cost_and_gradient(theta, sizes, X[i], y[i])
            theta, state = adam_step(theta, g, state, warm_cosine(t, eta_0, n_warm, n_steps))
            t += 1
        costs.append(cost_and_gradient(theta, sizes, X, y)[0])
    return theta, costs


# %% wrong: the state is not passed on
def train(sizes, X, y, kind, eta_0, n_warm, n_epochs, batch_size, rng):
    theta = pack(initial_weights(sizes, kind, rng))
    state = {"t": 0, "m": np.zeros_like(theta), "v": np.zeros_like(theta)}
    costs = [cost_and_gradient(theta, sizes, X, y)[0]]
    n_steps, t = n_epochs * -(-len(X) // batch_size), 0
    for _ in range(n_epochs):
        for i in minibatches(len(X), batch_size, rng):
            _, g = cost_and_gradient(theta, sizes, X[i], y[i])
            theta, _ = adam_step(theta, g, state, warm_cosine(t, eta_0, n_warm, n_steps))
            t += 1
        costs.append(cost_and_gradient(theta, sizes, X, y)[0])
    return theta, costs


# %% wrong: the targets in their old order
def train(sizes, X, y, kind, eta_0, n_warm, n_epochs, batch_size, rng):
    theta = pack(initial_weights(sizes, kind, rng))
    state = {"t": 0, "m": np.zeros_like(theta), "v": np.zeros_like(theta)}
    costs = [cost_and_gradient(theta, sizes, X, y)[0]]
    n_steps, t = n_epochs * -(-len(X) // batch_size), 0
    for _ in range(n_epochs):
        for i in minibatches(len(X), batch_size, rng):
            _, g = cost_and_gradient(theta, sizes, X[i], y[: len(i)])
            theta, state = adam_step(theta, g, state, warm_cosine(t, eta_0, n_warm, n_steps))
            t += 1
        costs.append(cost_and_gradient(theta, sizes, X, y)[0])
    return theta, costs


# %% wrong: without the cost before training
def train(sizes, X, y, kind, eta_0, n_warm, n_epochs, batch_size, rng):
    theta = pack(initial_weights(sizes, kind, rng))
    state = {"t": 0, "m": np.zeros_like(theta), "v": np.zeros_like(theta)}
    costs = []
    n_steps, t = n_epochs * -(-len(X) // batch_size), 0
    for _ in range(n_epochs):
        for i in minibatches(len(X), batch_size, rng):
            _, g = cost_and_gradient(theta, sizes, X[i], y[i])
            theta, state = adam_step(theta, g, state, warm_cosine(t, eta_0, n_warm, n_steps))
            t += 1
        costs.append(cost_and_gradient(theta, sizes, X, y)[0])
    return theta, costs


# %% wrong: the cost of the last batch
def train(sizes, X, y, kind, eta_0, n_warm, n_epochs, batch_size, rng):
    theta = pack(initial_weights(sizes, kind, rng))
    state = {"t": 0, "m": np.zeros_like(theta), "v": np.zeros_like(theta)}
    costs = [cost_and_gradient(theta, sizes, X, y)[0]]
    n_steps, t = n_epochs * -(-len(X) // batch_size), 0
    for _ in range(n_epochs):
        for i in minibatches(len(X), batch_size, rng):
            _, g = cost_and_gradient(theta, sizes, X[i], y[i])
            theta, state = adam_step(theta, g, state, warm_cosine(t, eta_0, n_warm, n_steps))
            t += 1
        costs.append(cost_and_gradient(theta, sizes, X[i], y[i])[0])
    return theta, costs


# %% wrong: Glorot's weights, whatever is asked
def train(sizes, X, y, kind, eta_0, n_warm, n_epochs, batch_size, rng):
    theta = pack(initial_weights(sizes, "glorot", rng))
    state = {"t": 0, "m": np.zeros_like(theta), "v": np.zeros_like(theta)}
    costs = [cost_and_gradient(theta, sizes, X, y)[0]]
    n_steps, t = n_epochs * -(-len(X) // batch_size), 0
    for _ in range(n_epochs):
        for i in minibatches(len(X), batch_size, rng):
            _, g = cost_and_gradient(theta, sizes, X[i], y[i])
            theta, state = adam_step(theta, g, state, warm_cosine(t, eta_0, n_warm, n_steps))
            t += 1
        costs.append(cost_and_gradient(theta, sizes, X, y)[0])
    return theta, costs


# %% wrong: the batches are drawn before the weights
def train(sizes, X, y, kind, eta_0, n_warm, n_epochs, batch_size, rng):
    order = minibatches(len(X), batch_size, rng)
    theta = pack(initial_weights(sizes, kind, rng))
    state = {"t": 0, "m": np.zeros_like(theta), "v": np.zeros_like(theta)}
    costs = [cost_and_gradient(theta, sizes, X, y)[0]]
    n_steps, t = n_epochs * -(-len(X) // batch_size), 0
    for _ in range(n_epochs):
        for i in minibatches(len(X), batch_size, rng):
            _, g = cost_and_gradient(theta, sizes, X[i], y[i])
            theta, state = adam_step(theta, g, state, warm_cosine(t, eta_0, n_warm, n_steps))
            t += 1
        costs.append(cost_and_gradient(theta, sizes, X, y)[0])
    return theta, costs


# %% wrong: uphill
def train(sizes, X, y, kind, eta_0, n_warm, n_epochs, batch_size, rng):
    theta = pack(initial_weights(sizes, kind, rng))
    state = {"t": 0, "m": np.zeros_like(theta), "v": np.zeros_like(theta)}
    costs = [cost_and_gradient(theta, sizes, X, y)[0]]
    n_steps, t = n_epochs * -(-len(X) // batch_size), 0
    for _ in range(n_epochs):
        for i in minibatches(len(X), batch_size, rng):
            _, g = cost_and_gradient(theta, sizes, X[i], y[i])
            theta, state = adam_step(theta, -g, state, warm_cosine(t, eta_0, n_warm, n_steps))
            t += 1
        costs.append(cost_and_gradient(theta, sizes, X, y)[0])
    return theta, costs


# %% wrong: plain gradient descent
def train(sizes, X, y, kind, eta_0, n_warm, n_epochs, batch_size, rng):
    theta = pack(initial_weights(sizes, kind, rng))
    state = {"t": 0, "m": np.zeros_like(theta), "v": np.zeros_like(theta)}
    costs = [cost_and_gradient(theta, sizes, X, y)[0]]
    n_steps, t = n_epochs * -(-len(X) // batch_size), 0
    for _ in range(n_epochs):
        for i in minibatches(len(X), batch_size, rng):
            _, g = cost_and_gradient(theta, sizes, X[i], y[i])
            theta = theta - warm_cosine(t, eta_0, n_warm, n_steps) * g
            t += 1
        costs.append(cost_and_gradient(theta, sizes, X, y)[0])
    return theta, costs


# %% wrong: costs and theta in each other's places
def train(sizes, X, y, kind, eta_0, n_warm, n_epochs, batch_size, rng):
    theta = pack(initial_weights(sizes, kind, rng))
    state = {"t": 0, "m": np.zeros_like(theta), "v": np.zeros_like(theta)}
    costs = [cost_and_gradient(theta, sizes, X, y)[0]]
    n_steps, t = n_epochs * -(-len(X) // batch_size), 0
    for _ in range(n_epochs):
        for i in minibatches(len(X), batch_size, rng):
            _, g = cost_and_gradient(theta, sizes, X[i], y[i])
            theta, state = adam_step(theta, g, state, warm_cosine(t, eta_0, n_warm, n_steps))
            t += 1
        costs.append(cost_and_gradient(theta, sizes, X, y)[0])
    return costs, theta


# %% wrong: the smaller batch is left out
def train(sizes, X, y, kind, eta_0, n_warm, n_epochs, batch_size, rng):
    theta = pack(initial_weights(sizes, kind, rng))
    state = {"t": 0, "m": np.zeros_like(theta), "v": np.zeros_like(theta)}
    costs = [cost_and_gradient(theta, sizes, X, y)[0]]
    n_steps, t = n_epochs * max(len(X) // batch_size, 1), 0
    for _ in range(n_epochs):
        for i in minibatches(len(X), batch_size, rng)[: max(len(X) // batch_size, 1)]:
            _, g = cost_and_gradient(theta, sizes, X[i], y[i])
            theta, state = adam_step(theta, g, state, warm_cosine(t, eta_0, n_warm, n_steps))
            t += 1
        costs.append(cost_and_gradient(theta, sizes, X, y)[0])
    return theta, costs


# %% right: one loop over all steps
def train(sizes, X, y, kind, eta_0, n_warm, n_epochs, batch_size, rng):
    theta = pack(initial_weights(sizes, kind, rng))
    state = dict(t=0, m=0.0 * theta, v=0.0 * theta)
    costs = np.empty(n_epochs + 1)
    costs[0] = cost_and_gradient(theta, sizes, X, y)[0]
    per_epoch = int(np.ceil(len(X) / batch_size))
    for t in range(n_epochs * per_epoch):
        epoch, k = divmod(t, per_epoch)
        if k == 0:
            batches = list(minibatches(len(X), batch_size, rng))
        g = cost_and_gradient(theta, sizes, X[batches[k]], y[batches[k]])[1]
        theta, state = adam_step(theta, g, state, warm_cosine(t, eta_0, n_warm, n_epochs * per_epoch))
        if k == per_epoch - 1:
            costs[epoch + 1] = cost_and_gradient(theta, sizes, X, y)[0]
    return theta, costs


# %% right: with the rate of Adam's own count, and Adam written out
def train(sizes, X, y, kind, eta_0, n_warm, n_epochs, batch_size, rng):
    theta = pack(initial_weights(sizes, kind, rng))
    m, v, t = np.zeros(theta.shape), np.zeros(theta.shape), 0
    costs = [np.mean(np.sum((predict(theta, sizes, X) - y) ** 2, axis=1))]
    for _ in range(n_epochs):
        batches = minibatches(len(X), batch_size, rng)
        for i in batches:
            g = cost_and_gradient(theta, sizes, X[i], y[i])[1]
            eta = warm_cosine(t, eta_0, n_warm, n_epochs * len(batches))
            t += 1
            m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
            theta = theta - eta * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        costs.append(np.mean(np.sum((predict(theta, sizes, X) - y) ** 2, axis=1)))
    return [theta, costs]
