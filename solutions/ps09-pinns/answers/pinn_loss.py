# %% wrong: the weights are exchanged
def pinn_loss(u, t, m, mu, k, lambda_1, lambda_2):
    y0, d0 = derivatives(u, torch.zeros(1, 1), 1)
    r = oscillator_residual(u, t, m, mu, k)
    return lambda_2 * (y0 - 1).pow(2).sum() + lambda_1 * d0.pow(2).sum() + (r**2).mean()


# %% wrong: the physics loss is a sum
def pinn_loss(u, t, m, mu, k, lambda_1, lambda_2):
    y0, d0 = derivatives(u, torch.zeros(1, 1), 1)
    r = oscillator_residual(u, t, m, mu, k)
    return lambda_1 * (y0 - 1).pow(2).sum() + lambda_2 * d0.pow(2).sum() + (r**2).sum()


# %% wrong: the conditions at the first point
def pinn_loss(u, t, m, mu, k, lambda_1, lambda_2):
    y0, d0 = derivatives(u, t[:1], 1)
    r = oscillator_residual(u, t, m, mu, k)
    return lambda_1 * (y0 - 1).pow(2).sum() + lambda_2 * d0.pow(2).sum() + (r**2).mean()


# %% wrong: u(0) = 0
def pinn_loss(u, t, m, mu, k, lambda_1, lambda_2):
    y0, d0 = derivatives(u, torch.zeros(1, 1), 1)
    r = oscillator_residual(u, t, m, mu, k)
    return lambda_1 * y0.pow(2).sum() + lambda_2 * d0.pow(2).sum() + (r**2).mean()


# %% wrong: the conditions are not squared
def pinn_loss(u, t, m, mu, k, lambda_1, lambda_2):
    y0, d0 = derivatives(u, torch.zeros(1, 1), 1)
    r = oscillator_residual(u, t, m, mu, k)
    return lambda_1 * torch.abs(y0 - 1).sum() + lambda_2 * torch.abs(d0).sum() + (r**2).mean()


# %% wrong: the weights are squared, too
def pinn_loss(u, t, m, mu, k, lambda_1, lambda_2):
    y0, d0 = derivatives(u, torch.zeros(1, 1), 1)
    r = oscillator_residual(u, t, m, mu, k)
    return ((lambda_1 * (y0 - 1)) ** 2).sum() + ((lambda_2 * d0) ** 2).sum() + (r**2).mean()


# %% wrong: the mean of the residual, squared
def pinn_loss(u, t, m, mu, k, lambda_1, lambda_2):
    y0, d0 = derivatives(u, torch.zeros(1, 1), 1)
    r = oscillator_residual(u, t, m, mu, k)
    return lambda_1 * (y0 - 1).pow(2).sum() + lambda_2 * d0.pow(2).sum() + r.mean() ** 2


# %% wrong: a float, which cannot be trained
def pinn_loss(u, t, m, mu, k, lambda_1, lambda_2):
    y0, d0 = derivatives(u, torch.zeros(1, 1), 1)
    r = oscillator_residual(u, t, m, mu, k)
    return (lambda_1 * (y0 - 1).pow(2).sum() + lambda_2 * d0.pow(2).sum() + (r**2).mean()).item()


# %% wrong: a tensor of shape (1, 1)
def pinn_loss(u, t, m, mu, k, lambda_1, lambda_2):
    y0, d0 = derivatives(u, torch.zeros(1, 1), 1)
    r = oscillator_residual(u, t, m, mu, k)
    return lambda_1 * (y0 - 1) ** 2 + lambda_2 * d0**2 + torch.mean(r**2)


# %% wrong: the slope at the start without its graph
def pinn_loss(u, t, m, mu, k, lambda_1, lambda_2):
    y0, d0 = derivatives(u, torch.zeros(1, 1), 1)
    r = oscillator_residual(u, t, m, mu, k)
    return lambda_1 * (y0 - 1).pow(2).sum() + lambda_2 * d0.item() ** 2 + (r**2).mean()


# %% wrong: the slope at the start should be 1, the value 0
def pinn_loss(u, t, m, mu, k, lambda_1, lambda_2):
    y0, d0 = derivatives(u, torch.zeros(1, 1), 1)
    r = oscillator_residual(u, t, m, mu, k)
    return lambda_1 * (y0**2).sum() + lambda_2 * ((d0 - 1) ** 2).sum() + (r**2).mean()


# %% wrong: the mean of all three terms
def pinn_loss(u, t, m, mu, k, lambda_1, lambda_2):
    y0, d0 = derivatives(u, torch.zeros(1, 1), 1)
    r = oscillator_residual(u, t, m, mu, k)
    terms = [lambda_1 * (y0 - 1).pow(2).sum(), lambda_2 * d0.pow(2).sum(), (r**2).mean()]
    return torch.stack(terms).mean()


# %% wrong: the point t = 0 is added to the physics loss
def pinn_loss(u, t, m, mu, k, lambda_1, lambda_2):
    t = torch.cat([torch.zeros(1, 1), t])
    y0, d0 = derivatives(u, t[:1], 1)
    r = oscillator_residual(u, t, m, mu, k)
    return lambda_1 * (y0 - 1).pow(2).sum() + lambda_2 * d0.pow(2).sum() + (r**2).mean()


# %% right: indices, and a sum over n
def pinn_loss(u, t, m, mu, k, lambda_1, lambda_2):
    at_zero = derivatives(u, torch.zeros((1, 1), dtype=t.dtype), 1)
    residual = oscillator_residual(u, t, m, mu, k)
    L_b = lambda_1 * (at_zero[0][0, 0] - 1) ** 2 + lambda_2 * at_zero[1][0, 0] ** 2
    L_p = (residual * residual).sum() / len(t)
    return L_b + L_p


# %% right: MSELoss
def pinn_loss(u, t, m, mu, k, lambda_1, lambda_2):
    mse = nn.MSELoss()
    t0 = torch.tensor([[0.0]])
    u0, v0 = derivatives(u, t0, 1)
    r = oscillator_residual(u, t, m, mu, k)
    return (
        lambda_1 * mse(u0, torch.ones_like(u0))
        + lambda_2 * mse(v0, torch.zeros_like(v0))
        + mse(r, torch.zeros_like(r))
    )


# %% right: all by itself
def pinn_loss(u, t, m, mu, k, lambda_1, lambda_2):
    def d(y, x):
        return torch.autograd.grad(y.sum(), x, create_graph=True, materialize_grads=True)[0]

    t0 = torch.zeros(1, 1, requires_grad=True)
    y0 = u(t0)
    loss = lambda_1 * torch.square(y0 - 1).mean() + lambda_2 * torch.square(d(y0, t0)).mean()
    s = t.clone().detach().requires_grad_()
    y = u(s)
    dy = d(y, s)
    return loss + torch.square(m * d(dy, s) + mu * dy + k * y).mean()
