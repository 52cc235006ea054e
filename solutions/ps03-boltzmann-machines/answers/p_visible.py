# %% wrong: the weights are not transposed where that raises no error
def p_visible(H, a, W):
    V = W if W.shape[0] == W.shape[1] else W.T
    return 1 / (1 + np.exp(-(a + H @ V)))


# %% wrong: the probability of 0
def p_visible(H, a, W):
    return 1 / (1 + np.exp(a + H @ W.T))


# %% wrong: exp(z) / (1 + exp(z)) overflows
def p_visible(H, a, W):
    z = a + H @ W.T
    return np.exp(z) / (1 + np.exp(z))


# %% wrong: the bias is forgotten
def p_visible(H, a, W):
    return 1 / (1 + np.exp(-(H @ W.T)))


# %% wrong: the bias has the wrong sign
def p_visible(H, a, W):
    return 1 / (1 + np.exp(a - H @ W.T))


# %% wrong: the input of the unit in place of a probability
def p_visible(H, a, W):
    return a + H @ W.T


# %% wrong: one row only
def p_visible(H, a, W):
    return 1 / (1 + np.exp(-(a + W @ H[0])))


# %% wrong: a Gaussian unit's mean, cut to the interval
def p_visible(H, a, W):
    return np.clip(0.5 + (a + H @ W.T) / 4, 0, 1)


# %% right: scipy's logistic function
def p_visible(H, a, W):
    from scipy.special import expit

    return expit(a + H @ W.T)


# %% right: the weights from the left, one state after the other
def p_visible(H, a, W):
    with np.errstate(over="ignore"):
        return np.array([1 / (1 + np.exp(-(a + W @ h))) for h in H])
