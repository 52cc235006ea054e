# %% wrong: downhill
def exact_gradient(X, a, b, W):
    S = all_states(len(a))
    P = np.exp(-free_energy(S, a, b, W) - log_partition(a, b, W))
    plus, minus = statistics(X, np.full(len(X), 1 / len(X)), b, W), statistics(S, P, b, W)
    return tuple(m - p for p, m in zip(plus, minus))


# %% wrong: without the negative phase
def exact_gradient(X, a, b, W):
    return statistics(X, np.full(len(X), 1 / len(X)), b, W)


# %% wrong: all states alike in the negative phase
def exact_gradient(X, a, b, W):
    S = all_states(len(a))
    plus = statistics(X, np.full(len(X), 1 / len(X)), b, W)
    minus = statistics(S, np.full(len(S), 1 / len(S)), b, W)
    return tuple(p - m for p, m in zip(plus, minus))


# %% wrong: the gradient of the sum over the data, not of the mean
def exact_gradient(X, a, b, W):
    S = all_states(len(a))
    P = np.exp(-free_energy(S, a, b, W) - log_partition(a, b, W))
    plus, minus = statistics(X, np.ones(len(X)), b, W), statistics(S, P, b, W)
    return tuple(p - len(X) * m for p, m in zip(plus, minus))


# %% wrong: the data are summed, the machine is averaged
def exact_gradient(X, a, b, W):
    S = all_states(len(a))
    P = np.exp(-free_energy(S, a, b, W) - log_partition(a, b, W))
    plus, minus = statistics(X, np.ones(len(X)), b, W), statistics(S, P, b, W)
    return tuple(p - m for p, m in zip(plus, minus))


# %% wrong: exponentials overflow before they are divided
def exact_gradient(X, a, b, W):
    S = all_states(len(a))
    with np.errstate(all="ignore"):
        P = np.exp(-free_energy(S, a, b, W))
        P = P / P.sum()
    plus, minus = statistics(X, np.full(len(X), 1 / len(X)), b, W), statistics(S, P, b, W)
    return tuple(p - m for p, m in zip(plus, minus))


# %% wrong: the sign of the free energy in the probabilities
def exact_gradient(X, a, b, W):
    S = all_states(len(a))
    F = free_energy(S, a, b, W)
    P = np.exp(F - np.logaddexp.reduce(F))
    plus, minus = statistics(X, np.full(len(X), 1 / len(X)), b, W), statistics(S, P, b, W)
    return tuple(p - m for p, m in zip(plus, minus))


# %% wrong: the product of the averages in the negative phase
def exact_gradient(X, a, b, W):
    S = all_states(len(a))
    P = np.exp(-free_energy(S, a, b, W) - log_partition(a, b, W))
    plus, minus = statistics(X, np.full(len(X), 1 / len(X)), b, W), statistics(S, P, b, W)
    return plus[0] - minus[0], plus[1] - minus[1], plus[2] - np.outer(minus[0], minus[1])


# %% wrong: two negative phases, as if the gradient of the square were asked
def exact_gradient(X, a, b, W):
    S = all_states(len(a))
    P = np.exp(-free_energy(S, a, b, W) - log_partition(a, b, W))
    plus, minus = statistics(X, np.full(len(X), 1 / len(X)), b, W), statistics(S, P, b, W)
    return tuple(p - 2 * m for p, m in zip(plus, minus))


# %% wrong: one Gibbs step from the data in place of the sum
def exact_gradient(X, a, b, W):
    P = p_hidden(X, b, W)
    Y = 1 / (1 + np.exp(-(a + P @ W.T)))
    q = np.full(len(X), 1 / len(X))
    plus, minus = statistics(X, q, b, W), statistics(Y, q, b, W)
    return tuple(p - m for p, m in zip(plus, minus))


# %% right: everything by hand, with the largest exponent taken out
def exact_gradient(X, a, b, W):
    S = all_states(len(a))
    u = -free_energy(S, a, b, W)
    P = np.exp(u - u.max())
    P /= P.sum()
    on_data, on_states = p_hidden(X, b, W), p_hidden(S, b, W)
    grad_a = X.mean(axis=0) - P @ S
    grad_b = on_data.mean(axis=0) - P @ on_states
    grad_W = X.T @ on_data / len(X) - S.T @ (P[:, None] * on_states)
    return grad_a, grad_b, grad_W


# %% right: from the joint distribution of all pairs
def exact_gradient(X, a, b, W):
    from scipy.special import expit, softmax

    S, H = all_states(len(a)), all_states(len(b))
    joint = softmax((S @ a)[:, None] + H @ b + S @ W @ H.T)
    P = expit(b + X @ W)
    return [
        X.mean(axis=0) - joint.sum(axis=1) @ S,
        P.mean(axis=0) - joint.sum(axis=0) @ H,
        X.T @ P / len(X) - S.T @ joint @ H,
    ]
