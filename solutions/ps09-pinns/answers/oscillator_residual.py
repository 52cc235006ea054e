# %% wrong: friction with the opposite sign
def oscillator_residual(u, t, m, mu, k):
    y, d, dd = derivatives(u, t, 2)
    return m * dd - mu * d + k * y


# %% wrong: the squared residual
def oscillator_residual(u, t, m, mu, k):
    y, d, dd = derivatives(u, t, 2)
    return (m * dd + mu * d + k * y) ** 2


# %% wrong: the mean over the points
def oscillator_residual(u, t, m, mu, k):
    y, d, dd = derivatives(u, t, 2)
    return torch.mean(m * dd + mu * d + k * y)


# %% wrong: divided by the mass
def oscillator_residual(u, t, m, mu, k):
    y, d, dd = derivatives(u, t, 2)
    return dd + mu / m * d + k / m * y


# %% wrong: mass and spring constant exchanged
def oscillator_residual(u, t, m, mu, k):
    y, d, dd = derivatives(u, t, 2)
    return m * y + mu * d + k * dd


# %% wrong: the first derivative squared for the second one
def oscillator_residual(u, t, m, mu, k):
    y, d = derivatives(u, t, 1)
    return m * d**2 + mu * d + k * y


# %% wrong: the coefficients become floats
def oscillator_residual(u, t, m, mu, k):
    y, d, dd = derivatives(u, t, 2)
    return float(m) * dd + float(mu) * d + float(k) * y


# %% wrong: without a graph
def oscillator_residual(u, t, m, mu, k):
    y, d, dd = (part.detach() for part in derivatives(u, t, 2))
    return m * dd + mu * d + k * y


# %% wrong: the absolute value
def oscillator_residual(u, t, m, mu, k):
    y, d, dd = derivatives(u, t, 2)
    return torch.abs(m * dd + mu * d + k * y)


# %% wrong: the spring pulls on t
def oscillator_residual(u, t, m, mu, k):
    y, d, dd = derivatives(u, t, 2)
    return m * dd + mu * d + k * t


# %% wrong: only the derivatives keep their graph
def oscillator_residual(u, t, m, mu, k):
    _, d, dd = derivatives(u, t, 2)
    return m * dd + mu * d + k * u(t).detach()


# %% wrong: a row in place of a column
def oscillator_residual(u, t, m, mu, k):
    y, d, dd = derivatives(u, t, 2)
    return (m * dd + mu * d + k * y)[:, 0]


# %% right: a sum over the coefficients
def oscillator_residual(u, t, m, mu, k):
    return sum(c * part for c, part in zip([k, mu, m], derivatives(u, t, 2)))


# %% right: with derivatives of its own
def oscillator_residual(u, t, m, mu, k):
    s = t.clone().detach().requires_grad_(True)
    y = u(s)
    dy = torch.autograd.grad(y, s, torch.ones_like(y), create_graph=True, materialize_grads=True)[0]
    ddy = torch.autograd.grad(dy, s, torch.ones_like(dy), create_graph=True, materialize_grads=True)[0]
    return torch.add(m * ddy, mu * dy) + k * y


# %% right: a product of matrices
def oscillator_residual(u, t, m, mu, k):
    columns = torch.cat(list(derivatives(u, t, 2)), dim=1)
    phi = torch.stack([torch.as_tensor(c, dtype=t.dtype).reshape(()) for c in (k, mu, m)])
    return columns @ phi.reshape(3, 1)
