# %% wrong: uphill
def momentum_step(theta, g, state, eta, beta):
    v = beta * state["v"] + g
    return theta + eta * v, {"v": v}


# %% wrong: a moving average, with 1 - beta before the gradient
def momentum_step(theta, g, state, eta, beta):
    v = beta * state["v"] + (1 - beta) * g
    return theta - eta * v, {"v": v}


# %% wrong: the rate inside the velocity
def momentum_step(theta, g, state, eta, beta):
    v = beta * state["v"] + eta * g
    return theta - v, {"v": v}


# %% wrong: the old velocity moves theta
def momentum_step(theta, g, state, eta, beta):
    v = beta * state["v"] + g
    return theta - eta * state["v"], {"v": v}


# %% wrong: the velocity is not passed on
def momentum_step(theta, g, state, eta, beta):
    v = beta * state["v"] + g
    return theta - eta * v, {"v": np.zeros_like(v)}


# %% wrong: the state of the caller is changed
def momentum_step(theta, g, state, eta, beta):
    state["v"] = beta * state["v"] + g
    return theta - eta * state["v"], state


# %% wrong: theta is changed in place
def momentum_step(theta, g, state, eta, beta):
    v = beta * state["v"] + g
    theta -= eta * v
    return theta, {"v": v}


# %% wrong: the velocity is changed in place
def momentum_step(theta, g, state, eta, beta):
    v = state["v"]
    v *= beta
    v += g
    return theta - eta * v, {"v": v}


# %% wrong: Nesterov's variant
def momentum_step(theta, g, state, eta, beta):
    v = beta * state["v"] + g
    return theta - eta * (g + beta * v), {"v": v}


# %% wrong: without momentum
def momentum_step(theta, g, state, eta, beta):
    return theta - eta * g, {"v": g}


# %% wrong: the state alone is returned for theta
def momentum_step(theta, g, state, eta, beta):
    v = beta * state["v"] + g
    return {"v": v}


# %% right: on copies, in place
def momentum_step(theta, g, state, eta, beta):
    new, v = theta.copy(), state["v"].copy()
    v *= beta
    v += g
    new -= eta * v
    return new, dict(v=v)


# %% right: entry by entry
def momentum_step(theta, g, state, eta, beta):
    v, new = np.empty_like(theta), np.empty_like(theta)
    for i in np.ndindex(theta.shape):
        v[i] = beta * state["v"][i] + g[i]
        new[i] = theta[i] - eta * v[i]
    return [new, {"v": v}]
