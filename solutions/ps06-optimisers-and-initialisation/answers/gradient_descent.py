# %% wrong: uphill
def gradient_descent(gradient, theta, eta, n_steps):
    path = [theta]
    for _ in range(n_steps):
        path.append(path[-1] + eta * gradient(path[-1]))
    return np.array(path)


# %% wrong: all steps with the first gradient
def gradient_descent(gradient, theta, eta, n_steps):
    path, g = [theta], gradient(theta)
    for _ in range(n_steps):
        path.append(path[-1] - eta * g)
    return np.array(path)


# %% wrong: in place, so that all rows are the last one
def gradient_descent(gradient, theta, eta, n_steps):
    path = [theta]
    for _ in range(n_steps):
        theta -= eta * gradient(theta)
        path.append(theta)
    return np.array(path)


# %% wrong: a right path, but the start is changed
def gradient_descent(gradient, theta, eta, n_steps):
    path = [theta.copy()]
    for _ in range(n_steps):
        theta -= eta * gradient(theta)
        path.append(theta.copy())
    return np.array(path)


# %% wrong: without the start
def gradient_descent(gradient, theta, eta, n_steps):
    path = []
    for _ in range(n_steps):
        theta = theta - eta * gradient(theta)
        path.append(theta)
    return np.array(path)


# %% wrong: the last theta only
def gradient_descent(gradient, theta, eta, n_steps):
    for _ in range(n_steps):
        theta = theta - eta * gradient(theta)
    return theta


# %% wrong: a step too few
def gradient_descent(gradient, theta, eta, n_steps):
    path = [theta]
    for _ in range(n_steps - 1):
        path.append(path[-1] - eta * gradient(path[-1]))
    return np.array(path)


# %% wrong: steps of unit length times eta
def gradient_descent(gradient, theta, eta, n_steps):
    path = [theta]
    for _ in range(n_steps):
        g = gradient(path[-1])
        path.append(path[-1] - eta * g / np.linalg.norm(g))
    return np.array(path)


# %% wrong: the gradient half a step ahead
def gradient_descent(gradient, theta, eta, n_steps):
    path = [theta]
    for _ in range(n_steps):
        ahead = path[-1] - 0.5 * eta * gradient(path[-1])
        path.append(path[-1] - eta * gradient(ahead))
    return np.array(path)


# %% wrong: stops where the error grows
def gradient_descent(gradient, theta, eta, n_steps):
    path = [theta]
    for _ in range(n_steps):
        new = path[-1] - eta * gradient(path[-1])
        path.append(new if np.linalg.norm(new) <= np.linalg.norm(path[-1]) else path[-1])
    return np.array(path)


# %% right: rows of an array that is there before
def gradient_descent(gradient, theta, eta, n_steps):
    path = np.empty((n_steps + 1, len(theta)))
    path[0] = theta
    for t in range(n_steps):
        path[t + 1] = path[t] - np.multiply(eta, gradient(path[t].copy()))
    return path


# %% right: a list of arrays, from a copy
def gradient_descent(gradient, theta, eta, n_steps):
    theta = theta.copy()
    path = [theta.copy()]
    for t in range(n_steps):
        theta -= eta * np.asarray(gradient(theta))
        path += [theta.copy()]
    return np.vstack(path)
