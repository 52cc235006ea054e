# %% wrong: without the square of the first derivative
def local_energy(X, a, b, W, sigma, omega):
    P = p_hidden(X / sigma**2, b, W)
    second = -1 / (2 * sigma**2) + (P * (1 - P)) @ (W**2).T / (2 * sigma**4)
    return np.sum(-0.5 * second + 0.5 * omega**2 * X**2, axis=1)


# %% wrong: without the second derivative
def local_energy(X, a, b, W, sigma, omega):
    P = p_hidden(X / sigma**2, b, W)
    first = (a - X + P @ W.T) / (2 * sigma**2)
    return np.sum(-0.5 * first**2 + 0.5 * omega**2 * X**2, axis=1)


# %% wrong: the sign of the kinetic energy
def local_energy(X, a, b, W, sigma, omega):
    P = p_hidden(X / sigma**2, b, W)
    first = (a - X + P @ W.T) / (2 * sigma**2)
    second = -1 / (2 * sigma**2) + (P * (1 - P)) @ (W**2).T / (2 * sigma**4)
    return np.sum(0.5 * (second + first**2) + 0.5 * omega**2 * X**2, axis=1)


# %% wrong: omega in place of its square
def local_energy(X, a, b, W, sigma, omega):
    P = p_hidden(X / sigma**2, b, W)
    first = (a - X + P @ W.T) / (2 * sigma**2)
    second = -1 / (2 * sigma**2) + (P * (1 - P)) @ (W**2).T / (2 * sigma**4)
    return np.sum(-0.5 * (second + first**2) + 0.5 * omega * X**2, axis=1)


# %% wrong: the variance p (1 - p) is forgotten in the second derivative
def local_energy(X, a, b, W, sigma, omega):
    P = p_hidden(X / sigma**2, b, W)
    first = (a - X + P @ W.T) / (2 * sigma**2)
    second = -1 / (2 * sigma**2) + P @ (W**2).T / (2 * sigma**4)
    return np.sum(-0.5 * (second + first**2) + 0.5 * omega**2 * X**2, axis=1)


# %% wrong: the second derivative sums W, not its square
def local_energy(X, a, b, W, sigma, omega):
    P = p_hidden(X / sigma**2, b, W)
    first = (a - X + P @ W.T) / (2 * sigma**2)
    second = -1 / (2 * sigma**2) + (P * (1 - P)) @ W.T / (2 * sigma**4)
    return np.sum(-0.5 * (second + first**2) + 0.5 * omega**2 * X**2, axis=1)


# %% wrong: derivatives of ln P, twice those of ln psi
def local_energy(X, a, b, W, sigma, omega):
    P = p_hidden(X / sigma**2, b, W)
    first = (a - X + P @ W.T) / sigma**2
    second = -1 / sigma**2 + (P * (1 - P)) @ (W**2).T / sigma**4
    return np.sum(-0.5 * (second + first**2) + 0.5 * omega**2 * X**2, axis=1)


# %% wrong: the hidden units see x, not x / sigma**2
def local_energy(X, a, b, W, sigma, omega):
    P = p_hidden(X, b, W)
    first = (a - X + P @ W.T) / (2 * sigma**2)
    second = -1 / (2 * sigma**2) + (P * (1 - P)) @ (W**2).T / (2 * sigma**4)
    return np.sum(-0.5 * (second + first**2) + 0.5 * omega**2 * X**2, axis=1)


# %% wrong: sigma**2 in place of sigma**4 in the second derivative
def local_energy(X, a, b, W, sigma, omega):
    P = p_hidden(X / sigma**2, b, W)
    first = (a - X + P @ W.T) / (2 * sigma**2)
    second = -1 / (2 * sigma**2) + (P * (1 - P)) @ (W**2).T / (2 * sigma**2)
    return np.sum(-0.5 * (second + first**2) + 0.5 * omega**2 * X**2, axis=1)


# %% wrong: the square of the sum of the derivatives
def local_energy(X, a, b, W, sigma, omega):
    P = p_hidden(X / sigma**2, b, W)
    first = np.sum((a - X + P @ W.T) / (2 * sigma**2), axis=1)
    second = np.sum(-1 / (2 * sigma**2) + (P * (1 - P)) @ (W**2).T / (2 * sigma**4), axis=1)
    return -0.5 * (second + first**2) + 0.5 * omega**2 * np.sum(X**2, axis=1)


# %% wrong: the visible biases are forgotten
def local_energy(X, a, b, W, sigma, omega):
    P = p_hidden(X / sigma**2, b, W)
    first = (-X + P @ W.T) / (2 * sigma**2)
    second = -1 / (2 * sigma**2) + (P * (1 - P)) @ (W**2).T / (2 * sigma**4)
    return np.sum(-0.5 * (second + first**2) + 0.5 * omega**2 * X**2, axis=1)


# %% wrong: the -1 / (2 sigma**2) counts once, not once for each coordinate
def local_energy(X, a, b, W, sigma, omega):
    P = p_hidden(X / sigma**2, b, W)
    first = (a - X + P @ W.T) / (2 * sigma**2)
    second = -1 / (2 * sigma**2) + np.sum((P * (1 - P)) @ (W**2).T, axis=1) / (2 * sigma**4)
    return -0.5 * (second + np.sum(first**2, axis=1)) + 0.5 * omega**2 * np.sum(X**2, axis=1)


# %% right: coordinate by coordinate, walker by walker
def local_energy(X, a, b, W, sigma, omega):
    from scipy.special import expit

    n, M = X.shape
    E = np.zeros(n)
    for s in range(n):
        p = expit(b + X[s] @ W / sigma**2)
        for i in range(M):
            first = -(X[s, i] - a[i]) / (2 * sigma**2) + np.dot(W[i], p) / (2 * sigma**2)
            second = -1 / (2 * sigma**2) + np.dot(W[i] ** 2, p * (1 - p)) / (2 * sigma**4)
            E[s] += -(second + first**2) / 2 + omega**2 * X[s, i] ** 2 / 2
    return E


# %% right: from P as a sum of Gaussians, one for each h
def local_energy(X, a, b, W, sigma, omega):
    from scipy.special import softmax

    H = all_states(len(b))
    share = softmax(H @ b + X @ W @ H.T / sigma**2, axis=1)
    slope = (a + H @ W.T)[None] - X[:, None]
    slope = slope / sigma**2
    first = np.einsum("nk,nki->ni", share, slope)
    second = np.einsum("nk,nki->ni", share, slope**2) - 1 / sigma**2
    curvature = second / 2 - first**2 / 4  # psi'' / psi for psi = sqrt(P)
    return -curvature.sum(axis=1) / 2 + omega**2 * (X**2).sum(axis=1) / 2
