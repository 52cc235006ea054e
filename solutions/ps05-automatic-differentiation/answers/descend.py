# %% wrong: a sum in place of the mean
def descend(y, mu, sigma, eta, n_steps):
    for _ in range(n_steps):
        tape = []
        m, s = Var(tape, mu), Var(tape, sigma)
        cost = 0.0
        for value in y:
            cost = cost + ((float(value) - m) / s) ** 2 / 2 + np.log(s)
        v_bar = adjoints(tape, cost.place)
        mu, sigma = mu - eta * v_bar[m.place], sigma - eta * v_bar[s.place]
    return mu, sigma


# %% wrong: up the hill
def descend(y, mu, sigma, eta, n_steps):
    for _ in range(n_steps):
        tape = []
        m, s = Var(tape, mu), Var(tape, sigma)
        cost = np.log(s)
        for value in y:
            cost = cost + ((float(value) - m) / s) ** 2 / (2 * len(y))
        v_bar = adjoints(tape, cost.place)
        mu, sigma = mu + eta * v_bar[m.place], sigma + eta * v_bar[s.place]
    return mu, sigma


# %% wrong: sigma with the new mu
def descend(y, mu, sigma, eta, n_steps):
    for _ in range(n_steps):
        mu = mu - eta * (mu - np.mean(y)) / sigma**2
        sigma = sigma - eta * (1 / sigma - np.mean((y - mu) ** 2) / sigma**3)
    return float(mu), float(sigma)


# %% wrong: without log sigma
def descend(y, mu, sigma, eta, n_steps):
    for _ in range(n_steps):
        tape = []
        m, s = Var(tape, mu), Var(tape, sigma)
        cost = 0.0
        for value in y:
            cost = cost + ((float(value) - m) / s) ** 2 / (2 * len(y))
        v_bar = adjoints(tape, cost.place)
        mu, sigma = mu - eta * v_bar[m.place], sigma - eta * v_bar[s.place]
    return mu, sigma


# %% wrong: without the factor one half
def descend(y, mu, sigma, eta, n_steps):
    for _ in range(n_steps):
        tape = []
        m, s = Var(tape, mu), Var(tape, sigma)
        cost = np.log(s)
        for value in y:
            cost = cost + ((float(value) - m) / s) ** 2 / len(y)
        v_bar = adjoints(tape, cost.place)
        mu, sigma = mu - eta * v_bar[m.place], sigma - eta * v_bar[s.place]
    return mu, sigma


# %% wrong: one step, whatever is asked
def descend(y, mu, sigma, eta, n_steps):
    slope = 1 / sigma - np.mean((y - mu) ** 2) / sigma**3
    return mu - eta * (mu - np.mean(y)) / sigma**2, sigma - eta * slope


# %% wrong: always with the gradient at the start
def descend(y, mu, sigma, eta, n_steps):
    slope = 1 / sigma - np.mean((y - mu) ** 2) / sigma**3
    step = n_steps * eta
    return mu - step * (mu - np.mean(y)) / sigma**2, sigma - step * slope


# %% wrong: the derivative by the variance
def descend(y, mu, sigma, eta, n_steps):
    for _ in range(n_steps):
        slope = 0.5 / sigma**2 - 0.5 * np.mean((y - mu) ** 2) / sigma**4
        mu, sigma = mu - eta * (mu - np.mean(y)) / sigma**2, sigma - eta * slope
    return float(mu), float(sigma)


# %% wrong: the mean is taken off the measurements in place
def descend(y, mu, sigma, eta, n_steps):
    for _ in range(n_steps):
        y -= mu
        slope_mu, slope_sigma = -np.mean(y) / sigma**2, 1 / sigma - np.mean(y**2) / sigma**3
        y += mu
        mu, sigma = mu - eta * slope_mu, sigma - eta * slope_sigma
        y += 1e-9
    return float(mu), float(sigma)


# %% wrong: one tape for all steps, with the first mu and sigma on it
def descend(y, mu, sigma, eta, n_steps):
    tape = []
    m, s = Var(tape, mu), Var(tape, sigma)
    for _ in range(n_steps):
        cost = np.log(s)
        for value in y:
            cost = cost + ((float(value) - m) / s) ** 2 / (2 * len(y))
        v_bar = adjoints(tape, cost.place)
        mu, sigma = mu - eta * v_bar[m.place], sigma - eta * v_bar[s.place]
    return mu, sigma


# %% wrong: one measurement a step
def descend(y, mu, sigma, eta, n_steps):
    for k in range(n_steps):
        r = y[k % len(y)] - mu
        mu, sigma = mu + eta * r / sigma**2, sigma - eta * (1 / sigma - r**2 / sigma**3)
    return float(mu), float(sigma)


# %% wrong: the answer at once
def descend(y, mu, sigma, eta, n_steps):
    return float(np.mean(y)), float(np.std(y))


# %% right: the derivatives by hand
def descend(y, mu, sigma, eta, n_steps):
    theta = np.array([mu, sigma], dtype=float)
    for _ in range(n_steps):
        r = (y - theta[0]) / theta[1]
        theta = theta - eta * np.array([-r.mean(), 1 - (r**2).mean()]) / theta[1]
    return tuple(theta)


# %% right: arrays of Var, each term with its logarithm
def descend(y, mu, sigma, eta, n_steps):
    for _ in range(n_steps):
        tape = []
        m, s = Var(tape, mu), Var(tape, sigma)
        terms = [0.5 * z * z + np.log(s) + 0.5 * np.log(2 * np.pi) for z in [(v - m) / s for v in y]]
        cost = sum(terms) / len(terms)
        v_bar = adjoints(tape, cost.place)
        mu = mu - eta * v_bar[0]
        sigma = sigma - eta * v_bar[1]
    return [mu, sigma]


# %% right: two forward sweeps
def descend(y, mu, sigma, eta, n_steps):
    def cost(m, s):
        return sum(((float(v) - m) / s) ** 2 for v in y) / (2 * len(y)) + np.log(s)

    for _ in range(n_steps):
        by_mu, by_sigma = cost(Dual(mu, 1.0), Dual(sigma)).dot, cost(Dual(mu), Dual(sigma, 1.0)).dot
        mu, sigma = mu - eta * by_mu, sigma - eta * by_sigma
    return mu, sigma
