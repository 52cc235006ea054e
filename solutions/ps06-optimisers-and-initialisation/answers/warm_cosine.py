# %% wrong: the warm-up starts at zero
def warm_cosine(t, eta_0, n_warm, n_steps):
    if t < n_warm:
        return eta_0 * t / n_warm
    return eta_0 * (1 + np.cos(np.pi * min((t - n_warm) / (n_steps - n_warm), 1))) / 2


# %% wrong: the cosine starts at t = 0
def warm_cosine(t, eta_0, n_warm, n_steps):
    if t < n_warm:
        return eta_0 * (t + 1) / n_warm
    return eta_0 * (1 + np.cos(np.pi * min(t / n_steps, 1))) / 2


# %% wrong: rises again after the end
def warm_cosine(t, eta_0, n_warm, n_steps):
    if t < n_warm:
        return eta_0 * (t + 1) / n_warm
    return eta_0 * (1 + np.cos(np.pi * (t - n_warm) / (n_steps - n_warm))) / 2


# %% wrong: a whole cosine, without the half
def warm_cosine(t, eta_0, n_warm, n_steps):
    if t < n_warm:
        return eta_0 * (t + 1) / n_warm
    return eta_0 * (1 + np.cos(np.pi * min((t - n_warm) / (n_steps - n_warm), 1)))


# %% wrong: a straight line down
def warm_cosine(t, eta_0, n_warm, n_steps):
    if t < n_warm:
        return eta_0 * (t + 1) / n_warm
    return eta_0 * max(1 - (t - n_warm) / (n_steps - n_warm), 0)


# %% wrong: a quarter of a cosine
def warm_cosine(t, eta_0, n_warm, n_steps):
    if t < n_warm:
        return eta_0 * (t + 1) / n_warm
    return eta_0 * np.cos(np.pi / 2 * min((t - n_warm) / (n_steps - n_warm), 1))


# %% wrong: the fall takes n_steps, from the warm-up on
def warm_cosine(t, eta_0, n_warm, n_steps):
    if t < n_warm:
        return eta_0 * (t + 1) / n_warm
    return eta_0 * (1 + np.cos(np.pi * min((t - n_warm) / n_steps, 1))) / 2


# %% wrong: divides by n_warm = 0
def warm_cosine(t, eta_0, n_warm, n_steps):
    rise = (t + 1) / n_warm
    fall = (1 + np.cos(np.pi * min((t - n_warm) / (n_steps - n_warm), 1))) / 2
    return eta_0 * (rise if t < n_warm else fall)


# %% wrong: without eta_0
def warm_cosine(t, eta_0, n_warm, n_steps):
    if t < n_warm:
        return (t + 1) / n_warm
    return (1 + np.cos(np.pi * min((t - n_warm) / (n_steps - n_warm), 1))) / 2


# %% wrong: the last rate before the end is zero
def warm_cosine(t, eta_0, n_warm, n_steps):
    if t < n_warm:
        return eta_0 * (t + 1) / n_warm
    return eta_0 * (1 + np.cos(np.pi * min((t - n_warm) / max(n_steps - n_warm - 1, 1), 1))) / 2


# %% right: three cases, with the square of a cosine
def warm_cosine(t, eta_0, n_warm, n_steps):
    import math

    if t >= n_steps:
        return 0.0
    if t >= n_warm:
        return eta_0 * math.cos(math.pi / 2 * (t - n_warm) / (n_steps - n_warm)) ** 2
    return eta_0 / n_warm * (t + 1)


# %% right: by numpy's clip and interp
def warm_cosine(t, eta_0, n_warm, n_steps):
    if t < n_warm:
        return np.interp(t, [-1, n_warm - 1], [0, eta_0])
    share = np.clip((t - n_warm) / (n_steps - n_warm), 0, 1)
    return eta_0 * (1 - np.sin(np.pi * share / 2) ** 2)
