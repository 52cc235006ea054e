# %% wrong: uphill
def rmsprop_step(theta, g, state, eta, rho, epsilon):
    s = rho * state["s"] + (1 - rho) * g**2
    return theta + eta * g / (np.sqrt(s) + epsilon), {"s": s}


# %% wrong: AdaGrad, which sums
def rmsprop_step(theta, g, state, eta, rho, epsilon):
    s = state["s"] + g**2
    return theta - eta * g / (np.sqrt(s) + epsilon), {"s": s}


# %% wrong: without the square
def rmsprop_step(theta, g, state, eta, rho, epsilon):
    s = rho * state["s"] + (1 - rho) * np.abs(g)
    return theta - eta * g / (np.sqrt(s) + epsilon), {"s": s}


# %% wrong: without the root
def rmsprop_step(theta, g, state, eta, rho, epsilon):
    s = rho * state["s"] + (1 - rho) * g**2
    return theta - eta * g / (s + epsilon), {"s": s}


# %% wrong: epsilon under the root
def rmsprop_step(theta, g, state, eta, rho, epsilon):
    s = rho * state["s"] + (1 - rho) * g**2
    return theta - eta * g / np.sqrt(s + epsilon), {"s": s}


# %% wrong: rho and 1 - rho in each other's places
def rmsprop_step(theta, g, state, eta, rho, epsilon):
    s = (1 - rho) * state["s"] + rho * g**2
    return theta - eta * g / (np.sqrt(s) + epsilon), {"s": s}


# %% wrong: the old average divides
def rmsprop_step(theta, g, state, eta, rho, epsilon):
    s = rho * state["s"] + (1 - rho) * g**2
    return theta - eta * g / (np.sqrt(state["s"]) + epsilon), {"s": s}


# %% wrong: one average for all entries
def rmsprop_step(theta, g, state, eta, rho, epsilon):
    s = rho * state["s"] + (1 - rho) * np.mean(g**2)
    return theta - eta * g / (np.sqrt(s) + epsilon), {"s": s}


# %% wrong: the state of the caller is changed
def rmsprop_step(theta, g, state, eta, rho, epsilon):
    state["s"] = rho * state["s"] + (1 - rho) * g**2
    return theta - eta * g / (np.sqrt(state["s"]) + epsilon), state


# %% wrong: the average is changed in place
def rmsprop_step(theta, g, state, eta, rho, epsilon):
    s = state["s"]
    s *= rho
    s += (1 - rho) * g**2
    return theta - eta * g / (np.sqrt(s) + epsilon), {"s": s}


# %% wrong: the gradient is squared in place
def rmsprop_step(theta, g, state, eta, rho, epsilon):
    old = theta - 0
    step = eta * g
    g *= g
    s = rho * state["s"] + (1 - rho) * g
    return old - step / (np.sqrt(s) + epsilon), {"s": s}


# %% wrong: without epsilon
def rmsprop_step(theta, g, state, eta, rho, epsilon):
    s = rho * state["s"] + (1 - rho) * g**2
    with np.errstate(all="ignore"):
        return theta - eta * g / np.sqrt(s), {"s": s}


# %% wrong: the centred variant, with the variance
def rmsprop_step(theta, g, state, eta, rho, epsilon):
    s = rho * state["s"] + (1 - rho) * g**2
    return theta - eta * g / (np.sqrt(s - ((1 - rho) * g) ** 2) + epsilon), {"s": s}


# %% right: as a correction of the old average
def rmsprop_step(theta, g, state, eta, rho, epsilon):
    s = state["s"] + (1 - rho) * (np.square(g) - state["s"])
    return theta - np.divide(eta * g, epsilon + s**0.5), {"s": s}


# %% right: entry by entry
def rmsprop_step(theta, g, state, eta, rho, epsilon):
    import math

    s, new = np.empty_like(theta), theta.copy()
    for i in np.ndindex(theta.shape):
        s[i] = rho * state["s"][i] + (1 - rho) * g[i] * g[i]
        new[i] -= eta * g[i] / (math.sqrt(s[i]) + epsilon)
    return new, {"s": s}
