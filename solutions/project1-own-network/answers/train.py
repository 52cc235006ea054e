# %% wrong: uphill
def train(cost_and_gradient, theta, X, y, X_val, y_val, rng, eta, batch_size, n_epochs, patience):
    best, history = theta, [cost_and_gradient(theta, X_val, y_val)[0]]
    m, v, t, best_epoch = np.zeros(len(theta)), np.zeros(len(theta)), 0, 0
    for epoch in range(1, n_epochs + 1):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            gradient = cost_and_gradient(theta, X[rows], y[rows])[1]
            t += 1
            m = 0.9 * m + 0.1 * gradient
            v = 0.999 * v + 0.001 * gradient**2
            theta = theta + eta * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        history.append(cost_and_gradient(theta, X_val, y_val)[0])
        if history[-1] < history[best_epoch]:
            best, best_epoch = theta, epoch
        if epoch - best_epoch >= patience:
            break
    return best, history


# %% wrong: the last parameters in place of the best
def train(cost_and_gradient, theta, X, y, X_val, y_val, rng, eta, batch_size, n_epochs, patience):
    best, history = theta, [cost_and_gradient(theta, X_val, y_val)[0]]
    m, v, t, best_epoch = np.zeros(len(theta)), np.zeros(len(theta)), 0, 0
    for epoch in range(1, n_epochs + 1):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            gradient = cost_and_gradient(theta, X[rows], y[rows])[1]
            t += 1
            m = 0.9 * m + 0.1 * gradient
            v = 0.999 * v + 0.001 * gradient**2
            theta = theta - eta * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        history.append(cost_and_gradient(theta, X_val, y_val)[0])
        if history[-1] < history[best_epoch]:
            best, best_epoch = theta, epoch
        if epoch - best_epoch >= patience:
            break
    return theta, history


# %% wrong: never stops early
def train(cost_and_gradient, theta, X, y, X_val, y_val, rng, eta, batch_size, n_epochs, patience):
    best, history = theta, [cost_and_gradient(theta, X_val, y_val)[0]]
    m, v, t, best_epoch = np.zeros(len(theta)), np.zeros(len(theta)), 0, 0
    for epoch in range(1, n_epochs + 1):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            gradient = cost_and_gradient(theta, X[rows], y[rows])[1]
            t += 1
            m = 0.9 * m + 0.1 * gradient
            v = 0.999 * v + 0.001 * gradient**2
            theta = theta - eta * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        history.append(cost_and_gradient(theta, X_val, y_val)[0])
        if history[-1] < history[best_epoch]:
            best, best_epoch = theta, epoch
    return best, history


# %% wrong: one epoch too patient
def train(cost_and_gradient, theta, X, y, X_val, y_val, rng, eta, batch_size, n_epochs, patience):
    best, history = theta, [cost_and_gradient(theta, X_val, y_val)[0]]
    m, v, t, best_epoch = np.zeros(len(theta)), np.zeros(len(theta)), 0, 0
    for epoch in range(1, n_epochs + 1):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            gradient = cost_and_gradient(theta, X[rows], y[rows])[1]
            t += 1
            m = 0.9 * m + 0.1 * gradient
            v = 0.999 * v + 0.001 * gradient**2
            theta = theta - eta * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        history.append(cost_and_gradient(theta, X_val, y_val)[0])
        if history[-1] < history[best_epoch]:
            best, best_epoch = theta, epoch
        if epoch - best_epoch > patience:
            break
    return best, history


# %% wrong: stops by the training cost
def train(cost_and_gradient, theta, X, y, X_val, y_val, rng, eta, batch_size, n_epochs, patience):
    best, history = theta, [cost_and_gradient(theta, X_val, y_val)[0]]
    m, v, t, best_epoch = np.zeros(len(theta)), np.zeros(len(theta)), 0, 0
    for epoch in range(1, n_epochs + 1):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            gradient = cost_and_gradient(theta, X[rows], y[rows])[1]
            t += 1
            m = 0.9 * m + 0.1 * gradient
            v = 0.999 * v + 0.001 * gradient**2
            theta = theta - eta * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        history.append(cost_and_gradient(theta, X, y)[0])
        if history[-1] < history[best_epoch]:
            best, best_epoch = theta, epoch
        if epoch - best_epoch >= patience:
            break
    return best, history


# %% wrong: no bias correction
def train(cost_and_gradient, theta, X, y, X_val, y_val, rng, eta, batch_size, n_epochs, patience):
    best, history = theta, [cost_and_gradient(theta, X_val, y_val)[0]]
    m, v, t, best_epoch = np.zeros(len(theta)), np.zeros(len(theta)), 0, 0
    for epoch in range(1, n_epochs + 1):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            gradient = cost_and_gradient(theta, X[rows], y[rows])[1]
            t += 1
            m = 0.9 * m + 0.1 * gradient
            v = 0.999 * v + 0.001 * gradient**2
            theta = theta - eta * m / (np.sqrt(v) + 1e-8)
        history.append(cost_and_gradient(theta, X_val, y_val)[0])
        if history[-1] < history[best_epoch]:
            best, best_epoch = theta, epoch
        if epoch - best_epoch >= patience:
            break
    return best, history


# %% wrong: t counts epochs
def train(cost_and_gradient, theta, X, y, X_val, y_val, rng, eta, batch_size, n_epochs, patience):
    best, history = theta, [cost_and_gradient(theta, X_val, y_val)[0]]
    m, v, t, best_epoch = np.zeros(len(theta)), np.zeros(len(theta)), 0, 0
    for epoch in range(1, n_epochs + 1):
        t += 1
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            gradient = cost_and_gradient(theta, X[rows], y[rows])[1]
            m = 0.9 * m + 0.1 * gradient
            v = 0.999 * v + 0.001 * gradient**2
            theta = theta - eta * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        history.append(cost_and_gradient(theta, X_val, y_val)[0])
        if history[-1] < history[best_epoch]:
            best, best_epoch = theta, epoch
        if epoch - best_epoch >= patience:
            break
    return best, history


# %% wrong: m and v start anew in each epoch
def train(cost_and_gradient, theta, X, y, X_val, y_val, rng, eta, batch_size, n_epochs, patience):
    best, history = theta, [cost_and_gradient(theta, X_val, y_val)[0]]
    m, v, t, best_epoch = np.zeros(len(theta)), np.zeros(len(theta)), 0, 0
    for epoch in range(1, n_epochs + 1):
        m, v, t = 0 * m, 0 * v, 0
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            gradient = cost_and_gradient(theta, X[rows], y[rows])[1]
            t += 1
            m = 0.9 * m + 0.1 * gradient
            v = 0.999 * v + 0.001 * gradient**2
            theta = theta - eta * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        history.append(cost_and_gradient(theta, X_val, y_val)[0])
        if history[-1] < history[best_epoch]:
            best, best_epoch = theta, epoch
        if epoch - best_epoch >= patience:
            break
    return best, history


# %% wrong: plain gradient descent
def train(cost_and_gradient, theta, X, y, X_val, y_val, rng, eta, batch_size, n_epochs, patience):
    best, history = theta, [cost_and_gradient(theta, X_val, y_val)[0]]
    m, v, t, best_epoch = np.zeros(len(theta)), np.zeros(len(theta)), 0, 0
    for epoch in range(1, n_epochs + 1):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            gradient = cost_and_gradient(theta, X[rows], y[rows])[1]
            t += 1
            m = 0.9 * m + 0.1 * gradient
            v = 0.999 * v + 0.001 * gradient**2
            theta = theta - eta * gradient
        history.append(cost_and_gradient(theta, X_val, y_val)[0])
        if history[-1] < history[best_epoch]:
            best, best_epoch = theta, epoch
        if epoch - best_epoch >= patience:
            break
    return best, history


# %% wrong: the same order in every epoch
def train(cost_and_gradient, theta, X, y, X_val, y_val, rng, eta, batch_size, n_epochs, patience):
    best, history = theta, [cost_and_gradient(theta, X_val, y_val)[0]]
    m, v, t, best_epoch = np.zeros(len(theta)), np.zeros(len(theta)), 0, 0
    order = rng.permutation(len(X))
    for epoch in range(1, n_epochs + 1):
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            gradient = cost_and_gradient(theta, X[rows], y[rows])[1]
            t += 1
            m = 0.9 * m + 0.1 * gradient
            v = 0.999 * v + 0.001 * gradient**2
            theta = theta - eta * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        history.append(cost_and_gradient(theta, X_val, y_val)[0])
        if history[-1] < history[best_epoch]:
            best, best_epoch = theta, epoch
        if epoch - best_epoch >= patience:
            break
    return best, history


# %% wrong: y keeps the old order
def train(cost_and_gradient, theta, X, y, X_val, y_val, rng, eta, batch_size, n_epochs, patience):
    best, history = theta, [cost_and_gradient(theta, X_val, y_val)[0]]
    m, v, t, best_epoch = np.zeros(len(theta)), np.zeros(len(theta)), 0, 0
    for epoch in range(1, n_epochs + 1):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            gradient = cost_and_gradient(theta, X[rows], y[start : start + batch_size])[1]
            t += 1
            m = 0.9 * m + 0.1 * gradient
            v = 0.999 * v + 0.001 * gradient**2
            theta = theta - eta * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        history.append(cost_and_gradient(theta, X_val, y_val)[0])
        if history[-1] < history[best_epoch]:
            best, best_epoch = theta, epoch
        if epoch - best_epoch >= patience:
            break
    return best, history


# %% wrong: the incomplete batch is dropped
def train(cost_and_gradient, theta, X, y, X_val, y_val, rng, eta, batch_size, n_epochs, patience):
    best, history = theta, [cost_and_gradient(theta, X_val, y_val)[0]]
    m, v, t, best_epoch = np.zeros(len(theta)), np.zeros(len(theta)), 0, 0
    for epoch in range(1, n_epochs + 1):
        order = rng.permutation(len(X))
        for start in range(0, len(X) - batch_size + 1, batch_size):
            rows = order[start : start + batch_size]
            gradient = cost_and_gradient(theta, X[rows], y[rows])[1]
            t += 1
            m = 0.9 * m + 0.1 * gradient
            v = 0.999 * v + 0.001 * gradient**2
            theta = theta - eta * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        history.append(cost_and_gradient(theta, X_val, y_val)[0])
        if history[-1] < history[best_epoch]:
            best, best_epoch = theta, epoch
        if epoch - best_epoch >= patience:
            break
    return best, history


# %% wrong: theta of the caller is changed
def train(cost_and_gradient, theta, X, y, X_val, y_val, rng, eta, batch_size, n_epochs, patience):
    best, history = theta, [cost_and_gradient(theta, X_val, y_val)[0]]
    m, v, t, best_epoch = np.zeros(len(theta)), np.zeros(len(theta)), 0, 0
    for epoch in range(1, n_epochs + 1):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            gradient = cost_and_gradient(theta, X[rows], y[rows])[1]
            t += 1
            m = 0.9 * m + 0.1 * gradient
            v = 0.999 * v + 0.001 * gradient**2
            theta -= eta * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        history.append(cost_and_gradient(theta, X_val, y_val)[0])
        if history[-1] < history[best_epoch]:
            best, best_epoch = theta, epoch
        if epoch - best_epoch >= patience:
            break
    return best, history


# %% wrong: the start does not count
def train(cost_and_gradient, theta, X, y, X_val, y_val, rng, eta, batch_size, n_epochs, patience):
    best, history = theta, [cost_and_gradient(theta, X_val, y_val)[0]]
    m, v, t, best_epoch = np.zeros(len(theta)), np.zeros(len(theta)), 0, 0
    for epoch in range(1, n_epochs + 1):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            gradient = cost_and_gradient(theta, X[rows], y[rows])[1]
            t += 1
            m = 0.9 * m + 0.1 * gradient
            v = 0.999 * v + 0.001 * gradient**2
            theta = theta - eta * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        history.append(cost_and_gradient(theta, X_val, y_val)[0])
        if epoch == 1 or history[-1] < history[best_epoch]:
            best, best_epoch = theta, epoch
        if epoch - best_epoch >= patience:
            break
    return best, history


# %% wrong: the start is missing in the history
def train(cost_and_gradient, theta, X, y, X_val, y_val, rng, eta, batch_size, n_epochs, patience):
    best, history = theta, [cost_and_gradient(theta, X_val, y_val)[0]]
    m, v, t, best_epoch = np.zeros(len(theta)), np.zeros(len(theta)), 0, 0
    for epoch in range(1, n_epochs + 1):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            gradient = cost_and_gradient(theta, X[rows], y[rows])[1]
            t += 1
            m = 0.9 * m + 0.1 * gradient
            v = 0.999 * v + 0.001 * gradient**2
            theta = theta - eta * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        history.append(cost_and_gradient(theta, X_val, y_val)[0])
        if history[-1] < history[best_epoch]:
            best, best_epoch = theta, epoch
        if epoch - best_epoch >= patience:
            break
    return best, history[1:]


# %% wrong: the global generator
def train(cost_and_gradient, theta, X, y, X_val, y_val, rng, eta, batch_size, n_epochs, patience):
    best, history = theta, [cost_and_gradient(theta, X_val, y_val)[0]]
    m, v, t, best_epoch = np.zeros(len(theta)), np.zeros(len(theta)), 0, 0
    for epoch in range(1, n_epochs + 1):
        order = np.random.permutation(len(X))
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            gradient = cost_and_gradient(theta, X[rows], y[rows])[1]
            t += 1
            m = 0.9 * m + 0.1 * gradient
            v = 0.999 * v + 0.001 * gradient**2
            theta = theta - eta * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        history.append(cost_and_gradient(theta, X_val, y_val)[0])
        if history[-1] < history[best_epoch]:
            best, best_epoch = theta, epoch
        if epoch - best_epoch >= patience:
            break
    return best, history


# %% wrong: stops at the first rise, whatever the patience
def train(cost_and_gradient, theta, X, y, X_val, y_val, rng, eta, batch_size, n_epochs, patience):
    best, history = theta, [cost_and_gradient(theta, X_val, y_val)[0]]
    m, v, t, best_epoch = np.zeros(len(theta)), np.zeros(len(theta)), 0, 0
    for epoch in range(1, n_epochs + 1):
        order = rng.permutation(len(X))
        for start in range(0, len(X), batch_size):
            rows = order[start : start + batch_size]
            gradient = cost_and_gradient(theta, X[rows], y[rows])[1]
            t += 1
            m = 0.9 * m + 0.1 * gradient
            v = 0.999 * v + 0.001 * gradient**2
            theta = theta - eta * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        history.append(cost_and_gradient(theta, X_val, y_val)[0])
        if history[-1] < history[best_epoch]:
            best, best_epoch = theta, epoch
        if history[-1] > history[-2]:
            break
    return best, history


# %% right: the best parameters are looked up at the end; batches by array_split points
def train(cost_and_gradient, theta, X, y, X_val, y_val, rng, eta, batch_size, n_epochs, patience):
    theta = np.array(theta)
    m, v, t = 0.0, 0.0, 0
    history, places, waited = [cost_and_gradient(theta, X_val, y_val)[0]], [theta.copy()], 0
    while len(history) <= n_epochs and waited < patience:
        order = rng.permutation(len(y))
        for rows in np.split(order, range(batch_size, len(y), batch_size)):
            _, g = cost_and_gradient(theta.copy(), X[rows], y[rows])
            t += 1
            m += 0.1 * (g - m)
            v += 0.001 * (g * g - v)
            theta -= eta * m / (1 - 0.9**t) / (1e-8 + (v / (1 - 0.999**t)) ** 0.5)
        value = cost_and_gradient(theta.copy(), X_val, y_val)[0]
        waited = 0 if value < min(history) else waited + 1
        history.append(value)
        places.append(theta.copy())
    return places[int(np.argmin(history))], np.array(history)


# %% right: a generator of batches, and a shuffled range
def train(cost_and_gradient, theta, X, y, X_val, y_val, rng, eta, batch_size, n_epochs, patience):
    def batches():
        order = np.arange(len(X))
        rng.shuffle(order)
        while len(order):
            yield order[:batch_size]
            order = order[batch_size:]

    lowest, best = cost_and_gradient(theta, X_val, y_val)[0], theta.copy()
    history, since, step = [lowest], 0, 0
    moments = np.zeros((2, len(theta)))
    decay = np.array([[0.9], [0.999]])
    for _ in range(n_epochs):
        for rows in batches():
            slope = cost_and_gradient(theta, X[rows], y[rows])[1]
            moments = decay * moments + (1 - decay) * np.array([slope, slope**2])
            step += 1
            first, second = moments / (1 - decay**step)
            theta = theta - eta * first / (np.sqrt(second) + 1e-8)
        history.append(cost_and_gradient(theta, X_val, y_val)[0])
        since += 1
        if history[-1] < lowest:
            lowest, best, since = history[-1], theta.copy(), 0
        if since == patience:
            return best, history
    return best, history
