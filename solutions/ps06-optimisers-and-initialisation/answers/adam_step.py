# %% wrong: without the correction of the bias
def adam_step(theta, g, state, eta, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    t = state["t"] + 1
    m = beta_1 * state["m"] + (1 - beta_1) * g
    v = beta_2 * state["v"] + (1 - beta_2) * g**2
    return theta - eta * m / (np.sqrt(v) + epsilon), {"t": t, "m": m, "v": v}


# %% wrong: t is never raised
def adam_step(theta, g, state, eta, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    t = state["t"]
    m = beta_1 * state["m"] + (1 - beta_1) * g
    v = beta_2 * state["v"] + (1 - beta_2) * g**2
    m_hat, v_hat = m / (1 - beta_1 ** (t + 1)), v / (1 - beta_2 ** (t + 1))
    return theta - eta * m_hat / (np.sqrt(v_hat) + epsilon), {"t": t, "m": m, "v": v}


# %% wrong: t is one too large in the correction
def adam_step(theta, g, state, eta, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    t = state["t"] + 1
    m = beta_1 * state["m"] + (1 - beta_1) * g
    v = beta_2 * state["v"] + (1 - beta_2) * g**2
    m_hat, v_hat = m / (1 - beta_1 ** (t + 1)), v / (1 - beta_2 ** (t + 1))
    return theta - eta * m_hat / (np.sqrt(v_hat) + epsilon), {"t": t, "m": m, "v": v}


# %% wrong: t times beta in place of the power
def adam_step(theta, g, state, eta, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    t = state["t"] + 1
    m = beta_1 * state["m"] + (1 - beta_1) * g
    v = beta_2 * state["v"] + (1 - beta_2) * g**2
    m_hat, v_hat = m / (1 - beta_1) / t, v / (1 - beta_2) / t
    return theta - eta * m_hat / (np.sqrt(v_hat) + epsilon), {"t": t, "m": m, "v": v}


# %% wrong: the correction of the first step for all
def adam_step(theta, g, state, eta, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    t = state["t"] + 1
    m = beta_1 * state["m"] + (1 - beta_1) * g
    v = beta_2 * state["v"] + (1 - beta_2) * g**2
    m_hat, v_hat = m / (1 - beta_1), v / (1 - beta_2)
    return theta - eta * m_hat / (np.sqrt(v_hat) + epsilon), {"t": t, "m": m, "v": v}


# %% wrong: the corrected averages go into the state
def adam_step(theta, g, state, eta, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    t = state["t"] + 1
    m = beta_1 * state["m"] + (1 - beta_1) * g
    v = beta_2 * state["v"] + (1 - beta_2) * g**2
    m, v = m / (1 - beta_1**t), v / (1 - beta_2**t)
    return theta - eta * m / (np.sqrt(v) + epsilon), {"t": t, "m": m, "v": v}


# %% wrong: epsilon under the root
def adam_step(theta, g, state, eta, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    t = state["t"] + 1
    m = beta_1 * state["m"] + (1 - beta_1) * g
    v = beta_2 * state["v"] + (1 - beta_2) * g**2
    m_hat, v_hat = m / (1 - beta_1**t), v / (1 - beta_2**t)
    return theta - eta * m_hat / np.sqrt(v_hat + epsilon), {"t": t, "m": m, "v": v}


# %% wrong: epsilon is added before the correction
def adam_step(theta, g, state, eta, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    t = state["t"] + 1
    m = beta_1 * state["m"] + (1 - beta_1) * g
    v = beta_2 * state["v"] + (1 - beta_2) * g**2
    m_hat, root = m / (1 - beta_1**t), (np.sqrt(v) + epsilon) / np.sqrt(1 - beta_2**t)
    return theta - eta * m_hat / root, {"t": t, "m": m, "v": v}


# %% wrong: the betas are fixed
def adam_step(theta, g, state, eta, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    beta_1, beta_2 = 0.9, 0.999
    t = state["t"] + 1
    m = beta_1 * state["m"] + (1 - beta_1) * g
    v = beta_2 * state["v"] + (1 - beta_2) * g**2
    m_hat, v_hat = m / (1 - beta_1**t), v / (1 - beta_2**t)
    return theta - eta * m_hat / (np.sqrt(v_hat) + epsilon), {"t": t, "m": m, "v": v}


# %% wrong: the first average is not used
def adam_step(theta, g, state, eta, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    t = state["t"] + 1
    m = beta_1 * state["m"] + (1 - beta_1) * g
    v = beta_2 * state["v"] + (1 - beta_2) * g**2
    v_hat = v / (1 - beta_2**t)
    return theta - eta * g / (np.sqrt(v_hat) + epsilon), {"t": t, "m": m, "v": v}


# %% wrong: the second moment of the average, not of the gradient
def adam_step(theta, g, state, eta, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    t = state["t"] + 1
    m = beta_1 * state["m"] + (1 - beta_1) * g
    v = beta_2 * state["v"] + (1 - beta_2) * m**2
    m_hat, v_hat = m / (1 - beta_1**t), v / (1 - beta_2**t)
    return theta - eta * m_hat / (np.sqrt(v_hat) + epsilon), {"t": t, "m": m, "v": v}


# %% wrong: the betas in each other's places
def adam_step(theta, g, state, eta, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    t = state["t"] + 1
    m = beta_2 * state["m"] + (1 - beta_2) * g
    v = beta_1 * state["v"] + (1 - beta_1) * g**2
    m_hat, v_hat = m / (1 - beta_2**t), v / (1 - beta_1**t)
    return theta - eta * m_hat / (np.sqrt(v_hat) + epsilon), {"t": t, "m": m, "v": v}


# %% wrong: uphill
def adam_step(theta, g, state, eta, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    t = state["t"] + 1
    m = beta_1 * state["m"] + (1 - beta_1) * g
    v = beta_2 * state["v"] + (1 - beta_2) * g**2
    m_hat, v_hat = m / (1 - beta_1**t), v / (1 - beta_2**t)
    return theta + eta * m_hat / (np.sqrt(v_hat) + epsilon), {"t": t, "m": m, "v": v}


# %% wrong: the state of the caller is changed
def adam_step(theta, g, state, eta, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    state["t"] += 1
    t = state["t"]
    state["m"] = beta_1 * state["m"] + (1 - beta_1) * g
    state["v"] = beta_2 * state["v"] + (1 - beta_2) * g**2
    m_hat, v_hat = state["m"] / (1 - beta_1**t), state["v"] / (1 - beta_2**t)
    return theta - eta * m_hat / (np.sqrt(v_hat) + epsilon), state


# %% wrong: the averages are changed in place
def adam_step(theta, g, state, eta, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    t, m, v = state["t"] + 1, state["m"], state["v"]
    m *= beta_1
    m += (1 - beta_1) * g
    v *= beta_2
    v += (1 - beta_2) * g**2
    m_hat, v_hat = m / (1 - beta_1**t), v / (1 - beta_2**t)
    return theta - eta * m_hat / (np.sqrt(v_hat) + epsilon), {"t": t, "m": m, "v": v}


# %% right: the corrections in one number
def adam_step(theta, g, state, eta, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    t = state["t"] + 1
    m = state["m"] + (1 - beta_1) * (g - state["m"])
    v = state["v"] + (1 - beta_2) * (g * g - state["v"])
    root = np.sqrt(1 - beta_2**t)
    return theta - eta * root / (1 - beta_1**t) * m / (np.sqrt(v) + epsilon * root), dict(t=t, m=m, v=v)


# %% right: entry by entry
def adam_step(theta, g, state, eta, beta_1=0.9, beta_2=0.999, epsilon=1e-8):
    import math

    t = int(state["t"]) + 1
    new, m, v = theta.copy(), state["m"].copy(), state["v"].copy()
    for i in np.ndindex(theta.shape):
        m[i] = beta_1 * m[i] + (1 - beta_1) * g[i]
        v[i] = beta_2 * v[i] + (1 - beta_2) * g[i] ** 2
        new[i] -= eta * (m[i] / (1 - beta_1**t)) / (math.sqrt(v[i] / (1 - beta_2**t)) + epsilon)
    return [new, {"v": v, "m": m, "t": t}]
