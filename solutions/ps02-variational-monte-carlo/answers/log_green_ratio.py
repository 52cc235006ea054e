# %% wrong: the ratio upside down
def log_green_ratio(R, R_new, F, F_new, delta_t):
    there = np.sum((R_new - R - 0.5 * F * delta_t) ** 2, axis=(1, 2))
    back = np.sum((R - R_new - 0.5 * F_new * delta_t) ** 2, axis=(1, 2))
    return (back - there) / (2 * delta_t)


# %% wrong: the drift force of the start on both ways
def log_green_ratio(R, R_new, F, F_new, delta_t):
    there = np.sum((R_new - R - 0.5 * F * delta_t) ** 2, axis=(1, 2))
    back = np.sum((R - R_new - 0.5 * F * delta_t) ** 2, axis=(1, 2))
    return (there - back) / (2 * delta_t)


# %% wrong: the drift without its 1/2
def log_green_ratio(R, R_new, F, F_new, delta_t):
    there = np.sum((R_new - R - F * delta_t) ** 2, axis=(1, 2))
    back = np.sum((R - R_new - F_new * delta_t) ** 2, axis=(1, 2))
    return (there - back) / (2 * delta_t)


# %% wrong: the denominator is 4 delta_t, as for D = 1
def log_green_ratio(R, R_new, F, F_new, delta_t):
    there = np.sum((R_new - R - 0.5 * F * delta_t) ** 2, axis=(1, 2))
    back = np.sum((R - R_new - 0.5 * F_new * delta_t) ** 2, axis=(1, 2))
    return (there - back) / (4 * delta_t)


# %% wrong: the way back has the sign of its drift reversed
def log_green_ratio(R, R_new, F, F_new, delta_t):
    there = np.sum((R_new - R - 0.5 * F * delta_t) ** 2, axis=(1, 2))
    back = np.sum((R - R_new + 0.5 * F_new * delta_t) ** 2, axis=(1, 2))
    return (there - back) / (2 * delta_t)


# %% wrong: the ratio in place of its logarithm
def log_green_ratio(R, R_new, F, F_new, delta_t):
    there = np.sum((R_new - R - 0.5 * F * delta_t) ** 2, axis=(1, 2))
    back = np.sum((R - R_new - 0.5 * F_new * delta_t) ** 2, axis=(1, 2))
    return np.exp((there - back) / (2 * delta_t))


# %% wrong: the distance is not squared
def log_green_ratio(R, R_new, F, F_new, delta_t):
    there = np.sqrt(np.sum((R_new - R - 0.5 * F * delta_t) ** 2, axis=(1, 2)))
    back = np.sqrt(np.sum((R - R_new - 0.5 * F_new * delta_t) ** 2, axis=(1, 2)))
    return (there - back) / (2 * delta_t)


# %% wrong: one number for each particle
def log_green_ratio(R, R_new, F, F_new, delta_t):
    there = np.sum((R_new - R - 0.5 * F * delta_t) ** 2, axis=2)
    back = np.sum((R - R_new - 0.5 * F_new * delta_t) ** 2, axis=2)
    return ((there - back) / (2 * delta_t)).squeeze()


# %% wrong: the mean in place of the sum over coordinates
def log_green_ratio(R, R_new, F, F_new, delta_t):
    there = np.mean((R_new - R - 0.5 * F * delta_t) ** 2, axis=(1, 2))
    back = np.mean((R - R_new - 0.5 * F_new * delta_t) ** 2, axis=(1, 2))
    return (there - back) / (2 * delta_t)


# %% wrong: works in place
def log_green_ratio(R, R_new, F, F_new, delta_t):
    F *= 0.5 * delta_t
    F_new *= 0.5 * delta_t
    there = np.sum((R_new - R - F) ** 2, axis=(1, 2))
    back = np.sum((R - R_new - F_new) ** 2, axis=(1, 2))
    return (there - back) / (2 * delta_t)


# %% right: scipy's normal densities
def log_green_ratio(R, R_new, F, F_new, delta_t):
    from scipy.stats import norm

    width = np.sqrt(delta_t)
    back = norm.logpdf(R, loc=R_new + 0.5 * F_new * delta_t, scale=width)
    there = norm.logpdf(R_new, loc=R + 0.5 * F * delta_t, scale=width)
    return (back - there).sum(axis=(1, 2))


# %% right: the squares multiplied out
def log_green_ratio(R, R_new, F, F_new, delta_t):
    terms = 0.5 * (F + F_new) * (R - R_new) + delta_t / 8 * (F - F_new) * (F + F_new)
    return terms.reshape(len(R), -1).sum(axis=1)


# %% right: a loop over the walkers
def log_green_ratio(R, R_new, F, F_new, delta_t):
    result = []
    for k in range(len(R)):
        there = np.linalg.norm(R_new[k] - R[k] - F[k] * delta_t / 2) ** 2
        back = np.linalg.norm(R[k] - R_new[k] - F_new[k] * delta_t / 2) ** 2
        result.append(-(back - there) / (2 * delta_t))
    return result
