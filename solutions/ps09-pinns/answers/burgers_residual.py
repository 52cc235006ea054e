# %% wrong: x and t exchanged
def burgers_residual(u, points, nu):
    p = points.detach().requires_grad_()
    y = u(p)
    g = torch.autograd.grad(y.sum(), p, create_graph=True)[0]
    u_t, u_x = g[:, :1], g[:, 1:]
    u_xx = torch.autograd.grad(u_x.sum(), p, create_graph=True)[0][:, 1:]
    return u_t + y * u_x - nu * u_xx


# %% wrong: viscosity with the opposite sign
def burgers_residual(u, points, nu):
    p = points.detach().requires_grad_()
    y = u(p)
    g = torch.autograd.grad(y.sum(), p, create_graph=True)[0]
    u_xx = torch.autograd.grad(g[:, :1].sum(), p, create_graph=True)[0][:, :1]
    return g[:, 1:] + y * g[:, :1] + nu * u_xx


# %% wrong: linear, without the factor u
def burgers_residual(u, points, nu):
    p = points.detach().requires_grad_()
    y = u(p)
    g = torch.autograd.grad(y.sum(), p, create_graph=True)[0]
    u_xx = torch.autograd.grad(g[:, :1].sum(), p, create_graph=True)[0][:, :1]
    return g[:, 1:] + g[:, :1] - nu * u_xx


# %% wrong: shapes (n,) and (n, 1) make a matrix
def burgers_residual(u, points, nu):
    p = points.detach().requires_grad_()
    y = u(p)
    g = torch.autograd.grad(y.sum(), p, create_graph=True)[0]
    u_x, u_t = g[:, 0], g[:, 1]
    u_xx = torch.autograd.grad(u_x.sum(), p, create_graph=True)[0][:, 0]
    return u_t + y * u_x - nu * u_xx


# %% wrong: the mixed derivative
def burgers_residual(u, points, nu):
    p = points.detach().requires_grad_()
    y = u(p)
    g = torch.autograd.grad(y.sum(), p, create_graph=True)[0]
    u_xt = torch.autograd.grad(g[:, :1].sum(), p, create_graph=True)[0][:, 1:]
    return g[:, 1:] + y * g[:, :1] - nu * u_xt


# %% wrong: both first derivatives are differentiated at once
def burgers_residual(u, points, nu):
    p = points.detach().requires_grad_()
    y = u(p)
    g = torch.autograd.grad(y.sum(), p, create_graph=True)[0]
    u_xx = torch.autograd.grad(g.sum(), p, create_graph=True)[0][:, :1]
    return g[:, 1:] + y * g[:, :1] - nu * u_xx


# %% wrong: the square of u_x for u_xx
def burgers_residual(u, points, nu):
    p = points.detach().requires_grad_()
    y = u(p)
    g = torch.autograd.grad(y.sum(), p, create_graph=True)[0]
    return g[:, 1:] + y * g[:, :1] - nu * g[:, :1] ** 2


# %% wrong: the viscosity of the lecture, whatever is given
def burgers_residual(u, points, nu):
    nu = 0.01 / math.pi
    p = points.detach().requires_grad_()
    y = u(p)
    g = torch.autograd.grad(y.sum(), p, create_graph=True)[0]
    u_xx = torch.autograd.grad(g[:, :1].sum(), p, create_graph=True)[0][:, :1]
    return g[:, 1:] + y * g[:, :1] - nu * u_xx


# %% wrong: the second derivative without a graph
def burgers_residual(u, points, nu):
    p = points.detach().requires_grad_()
    y = u(p)
    g = torch.autograd.grad(y.sum(), p, create_graph=True)[0]
    u_xx = torch.autograd.grad(g[:, :1].sum(), p, retain_graph=True)[0][:, :1]
    return g[:, 1:] + y * g[:, :1] - nu * u_xx


# %% wrong: the factor u is detached
def burgers_residual(u, points, nu):
    p = points.detach().requires_grad_()
    y = u(p)
    g = torch.autograd.grad(y.sum(), p, create_graph=True)[0]
    u_xx = torch.autograd.grad(g[:, :1].sum(), p, create_graph=True)[0][:, :1]
    return g[:, 1:] + y.detach() * g[:, :1] - nu * u_xx


# %% wrong: squared, as for the loss
def burgers_residual(u, points, nu):
    p = points.detach().requires_grad_()
    y = u(p)
    g = torch.autograd.grad(y.sum(), p, create_graph=True)[0]
    u_xx = torch.autograd.grad(g[:, :1].sum(), p, create_graph=True)[0][:, :1]
    return (g[:, 1:] + y * g[:, :1] - nu * u_xx) ** 2


# %% wrong: the factor 1/n of a mean
def burgers_residual(u, points, nu):
    p = points.detach().requires_grad_()
    y = u(p)
    g = torch.autograd.grad(y.mean(), p, create_graph=True)[0]
    u_xx = torch.autograd.grad(g[:, :1].mean(), p, create_graph=True)[0][:, :1]
    return g[:, 1:] + y * g[:, :1] - nu * u_xx


# %% wrong: the viscosity as a float
def burgers_residual(u, points, nu):
    p = points.detach().requires_grad_()
    y = u(p)
    g = torch.autograd.grad(y.sum(), p, create_graph=True)[0]
    u_xx = torch.autograd.grad(g[:, :1].sum(), p, create_graph=True)[0][:, :1]
    return g[:, 1:] + y * g[:, :1] - float(nu) * u_xx


# %% wrong: half of the transport, as of the derivative of u**2 / 4
def burgers_residual(u, points, nu):
    p = points.detach().requires_grad_()
    y = u(p)
    g = torch.autograd.grad(y.sum(), p, create_graph=True)[0]
    u_xx = torch.autograd.grad(g[:, :1].sum(), p, create_graph=True)[0][:, :1]
    return g[:, 1:] + 0.5 * y * g[:, :1] - nu * u_xx


# %% right: x and t as tensors of their own
def burgers_residual(u, points, nu):
    x = points[:, :1].detach().clone().requires_grad_()
    t = points[:, 1:].detach().clone().requires_grad_()
    y = u(torch.cat([x, t], dim=1))
    one = torch.ones_like(y)
    u_x, u_t = torch.autograd.grad(y, (x, t), one, create_graph=True)
    (u_xx,) = torch.autograd.grad(u_x, x, one, create_graph=True, materialize_grads=True)
    return u_t + y * u_x - nu * u_xx


# %% right: conservation form, flux u**2 / 2 - nu u_x
def burgers_residual(u, points, nu):
    p = points.clone().detach()
    p.requires_grad_(True)
    y = u(p)
    dy = torch.autograd.grad(y.sum(), p, create_graph=True)[0]
    flux = y**2 / 2 - nu * dy[:, [0]]
    return dy[:, [1]] + torch.autograd.grad(flux.sum(), p, create_graph=True)[0][:, [0]]


# %% right: flat in between, a column at the end
def burgers_residual(u, points, nu):
    p = points.detach().requires_grad_(True)
    y = u(p).squeeze(1)
    u_x, u_t = torch.autograd.grad(y.sum(), p, create_graph=True)[0].T
    u_xx = torch.autograd.grad(u_x.sum(), p, create_graph=True)[0][:, 0]
    return (u_t + y * u_x - nu * u_xx).unsqueeze(1)
