# %% wrong: the trained parameters are thrown away
def fit_network(X, y, X_val, y_val, rng):
    mean, scale = np.mean(y), np.std(y)
    network = Network([X.shape[1], 32, 32, 1], rng)
    _ = train(
        network.cost_and_gradient,
        network.theta,
        standardise(X, X),
        (y - mean) / scale,
        standardise(X, X_val),
        (y_val - mean) / scale,
        rng,
        eta=0.01,
        batch_size=64,
        n_epochs=60,
        patience=20,
    )
    return lambda X_new: mean + scale * network.predict(standardise(X, X_new))


# %% wrong: y is not scaled back
def fit_network(X, y, X_val, y_val, rng):
    mean, scale = np.mean(y), np.std(y)
    network = Network([X.shape[1], 32, 32, 1], rng)
    network.theta, _ = train(
        network.cost_and_gradient,
        network.theta,
        standardise(X, X),
        (y - mean) / scale,
        standardise(X, X_val),
        (y_val - mean) / scale,
        rng,
        eta=0.01,
        batch_size=64,
        n_epochs=60,
        patience=20,
    )
    return lambda X_new: network.predict(standardise(X, X_new))


# %% wrong: the features are not standardised
def fit_network(X, y, X_val, y_val, rng):
    mean, scale = np.mean(y), np.std(y)
    network = Network([X.shape[1], 32, 32, 1], rng)
    network.theta, _ = train(
        network.cost_and_gradient,
        network.theta,
        X,
        (y - mean) / scale,
        X_val,
        (y_val - mean) / scale,
        rng,
        eta=0.01,
        batch_size=64,
        n_epochs=60,
        patience=20,
    )
    return lambda X_new: mean + scale * network.predict(X_new)


# %% wrong: every new nucleus is the mean one
def fit_network(X, y, X_val, y_val, rng):
    mean, scale = np.mean(y), np.std(y)
    network = Network([X.shape[1], 32, 32, 1], rng)
    network.theta, _ = train(
        network.cost_and_gradient,
        network.theta,
        standardise(X, X),
        (y - mean) / scale,
        standardise(X, X_val),
        (y_val - mean) / scale,
        rng,
        eta=0.01,
        batch_size=64,
        n_epochs=60,
        patience=20,
    )
    return lambda X_new: mean + scale * network.predict(X_new * 0.0)


# %% wrong: the mean is not added back
def fit_network(X, y, X_val, y_val, rng):
    mean, scale = np.mean(y), np.std(y)
    network = Network([X.shape[1], 32, 32, 1], rng)
    network.theta, _ = train(
        network.cost_and_gradient,
        network.theta,
        standardise(X, X),
        (y - mean) / scale,
        standardise(X, X_val),
        (y_val - mean) / scale,
        rng,
        eta=0.01,
        batch_size=64,
        n_epochs=60,
        patience=20,
    )
    return lambda X_new: scale * network.predict(standardise(X, X_new))


# %% wrong: a learning rate a thousand times too small
def fit_network(X, y, X_val, y_val, rng):
    mean, scale = np.mean(y), np.std(y)
    network = Network([X.shape[1], 32, 32, 1], rng)
    network.theta, _ = train(
        network.cost_and_gradient,
        network.theta,
        standardise(X, X),
        (y - mean) / scale,
        standardise(X, X_val),
        (y_val - mean) / scale,
        rng,
        eta=1e-5,
        batch_size=64,
        n_epochs=60,
        patience=20,
    )
    return lambda X_new: mean + scale * network.predict(standardise(X, X_new))


# %% wrong: a seed of its own
def fit_network(X, y, X_val, y_val, rng):
    rng = np.random.default_rng(5)
    mean, scale = np.mean(y), np.std(y)
    network = Network([X.shape[1], 32, 32, 1], rng)
    network.theta, _ = train(
        network.cost_and_gradient,
        network.theta,
        standardise(X, X),
        (y - mean) / scale,
        standardise(X, X_val),
        (y_val - mean) / scale,
        rng,
        eta=0.01,
        batch_size=64,
        n_epochs=60,
        patience=20,
    )
    return lambda X_new: mean + scale * network.predict(standardise(X, X_new))


# %% wrong: the mean of y
def fit_network(X, y, X_val, y_val, rng):
    return lambda X_new: np.full(len(X_new), np.mean(y))


# %% wrong: predictions on the training rows only
def fit_network(X, y, X_val, y_val, rng):
    mean, scale = np.mean(y), np.std(y)
    network = Network([X.shape[1], 32, 32, 1], rng)
    network.theta, _ = train(
        network.cost_and_gradient,
        network.theta,
        standardise(X, X),
        (y - mean) / scale,
        standardise(X, X_val),
        (y_val - mean) / scale,
        rng,
        eta=0.01,
        batch_size=64,
        n_epochs=60,
        patience=20,
    )
    return lambda X_new: mean + scale * network.predict(standardise(X, X))


# %% wrong: training rows are scaled in place
def fit_network(X, y, X_val, y_val, rng):
    X -= X.mean(axis=0)
    mean, scale = np.mean(y), np.std(y)
    network = Network([X.shape[1], 32, 32, 1], rng)
    network.theta, _ = train(
        network.cost_and_gradient,
        network.theta,
        standardise(X, X),
        (y - mean) / scale,
        standardise(X, X_val),
        (y_val - mean) / scale,
        rng,
        eta=0.01,
        batch_size=64,
        n_epochs=60,
        patience=20,
    )
    return lambda X_new: mean + scale * network.predict(standardise(X, X_new))


# %% right: two layers of other sizes, smaller batches
def fit_network(X, y, X_val, y_val, rng):
    shift, width = y.mean(), y.std()
    net = Network([X.shape[1], 40, 20, 1], rng)
    A, A_val = standardise(X, X), standardise(X, X_val)
    t, t_val = (y - shift) / width, (y_val - shift) / width
    net.theta, _ = train(net.cost_and_gradient, net.theta, A, t, A_val, t_val, rng, 0.008, 50, 60, 30)

    def predict(X_new):
        return shift + width * net.predict(standardise(X, X_new))

    return predict


# %% right: a penalty, and an object that can be called
def fit_network(X, y, X_val, y_val, rng):
    class Model:
        def __init__(self):
            self.mean, self.std = y.mean(), y.std()
            self.network = Network([X.shape[1], 24, 24, 1], rng)

        def cost(self, theta, X, y):
            return self.network.cost_and_gradient(theta, X, y, 1e-5)

        def __call__(self, X_new):
            return self.network.predict(standardise(X, X_new)) * self.std + self.mean

    model = Model()
    targets = [(t - model.mean) / model.std for t in (y, y_val)]
    rows = [standardise(X, x) for x in (X, X_val)]
    theta, _ = train(
        model.cost,
        model.network.theta,
        rows[0],
        targets[0],
        rows[1],
        targets[1],
        rng,
        eta=0.01,
        batch_size=50,
        n_epochs=50,
        patience=50,
    )
    model.network.theta = theta
    return model
