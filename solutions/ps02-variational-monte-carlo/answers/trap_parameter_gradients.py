# %% wrong: the sign of both
def trap_parameter_gradients(R, theta):
    r = np.linalg.norm(R[:, 0] - R[:, 1], axis=1)
    return np.column_stack([np.sum(R**2, axis=(1, 2)), (r / (1 + theta[1] * r)) ** 2])


# %% wrong: the derivative with respect to r
def trap_parameter_gradients(R, theta):
    r = np.linalg.norm(R[:, 0] - R[:, 1], axis=1)
    return np.column_stack([-np.sum(R**2, axis=(1, 2)), 1 / (1 + theta[1] * r) ** 2])


# %% wrong: r once in place of r squared
def trap_parameter_gradients(R, theta):
    r = np.linalg.norm(R[:, 0] - R[:, 1], axis=1)
    return np.column_stack([-np.sum(R**2, axis=(1, 2)), -r / (1 + theta[1] * r) ** 2])


# %% wrong: derivatives of psi, not of its logarithm
def trap_parameter_gradients(R, theta):
    r = np.linalg.norm(R[:, 0] - R[:, 1], axis=1)
    O = np.column_stack([-np.sum(R**2, axis=(1, 2)), -((r / (1 + theta[1] * r)) ** 2)])
    return O * np.exp(trap_log_psi(R, theta))[:, None]


# %% wrong: parameters are rows
def trap_parameter_gradients(R, theta):
    r = np.linalg.norm(R[:, 0] - R[:, 1], axis=1)
    return np.array([-np.sum(R**2, axis=(1, 2)), -((r / (1 + theta[1] * r)) ** 2)])


# %% wrong: the columns are exchanged
def trap_parameter_gradients(R, theta):
    r = np.linalg.norm(R[:, 0] - R[:, 1], axis=1)
    return np.column_stack([-((r / (1 + theta[1] * r)) ** 2), -np.sum(R**2, axis=(1, 2))])


# %% wrong: the first electron only
def trap_parameter_gradients(R, theta):
    r = np.linalg.norm(R[:, 0] - R[:, 1], axis=1)
    return np.column_stack([-np.sum(R[:, 0] ** 2, axis=1), -((r / (1 + theta[1] * r)) ** 2)])


# %% wrong: alpha still multiplies
def trap_parameter_gradients(R, theta):
    r = np.linalg.norm(R[:, 0] - R[:, 1], axis=1)
    return np.column_stack([-theta[0] * np.sum(R**2, axis=(1, 2)), -((r / (1 + theta[1] * r)) ** 2)])


# %% wrong: forward differences, which are off in the sixth digit
def trap_parameter_gradients(R, theta):
    h = 1e-6
    here = trap_log_psi(R, theta)
    alpha = trap_log_psi(R, (theta[0] + h, theta[1])) - here
    beta = trap_log_psi(R, (theta[0], theta[1] + h)) - here
    return np.column_stack([alpha, beta]) / h


# %% wrong: beta of the example
def trap_parameter_gradients(R, theta):
    r = np.linalg.norm(R[:, 0] - R[:, 1], axis=1)
    return np.column_stack([-np.sum(R**2, axis=(1, 2)), -((r / (1 + 0.5 * r)) ** 2)])


# %% right: filled in column by column
def trap_parameter_gradients(R, theta):
    alpha, beta = theta
    O = np.empty((len(R), 2))
    gap = R[:, 0] - R[:, 1]
    r = np.sqrt(gap[:, 0] ** 2 + gap[:, 1] ** 2)
    O[:, 0] = -(R**2).sum(axis=2).sum(axis=1)
    O[:, 1] = -(r**2) / (1 + beta * r) ** 2
    return O


# %% right: a loop over the walkers, lists
def trap_parameter_gradients(R, theta):
    rows = []
    for first, second in R:
        r = np.hypot(first[0] - second[0], first[1] - second[1])
        rows.append([-(first @ first) - second @ second, -1 / (1 / r + theta[1]) ** 2])
    return rows
