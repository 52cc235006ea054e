# %% wrong: no graph for the last derivative
def derivatives(u, t, order):
    t = t.detach().requires_grad_()
    out = [u(t)]
    for p in range(order):
        keep = p < order - 1
        out.append(
            torch.autograd.grad(
                out[-1],
                t,
                torch.ones_like(out[-1]),
                create_graph=keep,
                retain_graph=True,
                allow_unused=True,
                materialize_grads=True,
            )[0]
        )
    return out


# %% wrong: retain_graph in place of create_graph
def derivatives(u, t, order):
    t = t.detach().requires_grad_()
    out = [u(t)]
    for _ in range(order):
        y = out[-1]
        out.append(torch.autograd.grad(y, t, torch.ones_like(y), retain_graph=True)[0])
    return out


# %% wrong: the mean is differentiated, so that a factor 1/n stays
def derivatives(u, t, order):
    t = t.detach().requires_grad_()
    out = [u(t)]
    for _ in range(order):
        (d,) = torch.autograd.grad(out[-1].mean(), t, create_graph=True, materialize_grads=True)
        out.append(d)
    return out


# %% wrong: returns only the highest derivative
def derivatives(u, t, order):
    t = t.detach().requires_grad_()
    y = u(t)
    for _ in range(order):
        (y,) = torch.autograd.grad(y.sum(), t, create_graph=True, materialize_grads=True)
    return y


# %% wrong: leaves u itself out
def derivatives(u, t, order):
    t = t.detach().requires_grad_()
    y, out = u(t), []
    for _ in range(order):
        (y,) = torch.autograd.grad(y.sum(), t, create_graph=True, materialize_grads=True)
        out.append(y)
    return out


# %% wrong: always two derivatives
def derivatives(u, t, order):
    t = t.detach().requires_grad_()
    y = u(t)
    (d,) = torch.autograd.grad(y.sum(), t, create_graph=True, materialize_grads=True)
    (dd,) = torch.autograd.grad(d.sum(), t, create_graph=True, materialize_grads=True)
    return [y, d, dd]


# %% wrong: Taylor coefficients, divided by the factorial
def derivatives(u, t, order):
    t = t.detach().requires_grad_()
    out = [u(t)]
    for p in range(1, order + 1):
        (d,) = torch.autograd.grad(out[-1].sum(), t, create_graph=True, materialize_grads=True)
        out.append(d / p)
    return out


# %% wrong: finite differences
def derivatives(u, t, order):
    h = 1e-3
    if order == 0:
        return [u(t)]
    lower = derivatives(u, t, order - 1)
    up, down = derivatives(u, t + h, order - 1)[-1], derivatives(u, t - h, order - 1)[-1]
    return lower + [(up - down) / (2 * h)]


# %% wrong: the results are detached
def derivatives(u, t, order):
    t = t.detach().requires_grad_()
    out = [u(t)]
    for _ in range(order):
        (d,) = torch.autograd.grad(out[-1].sum(), t, create_graph=True, materialize_grads=True)
        out.append(d)
    return [y.detach() for y in out]


# %% wrong: the step between two derivatives is cut off
def derivatives(u, t, order):
    t = t.detach().requires_grad_()
    out = [u(t)]
    for _ in range(order):
        (d,) = torch.autograd.grad(out[-1].sum(), t, create_graph=True, materialize_grads=True)
        out.append(d)
    return out[:1] + [y.detach() for y in out[1:]]


# %% wrong: stumbles over a straight line
def derivatives(u, t, order):
    t = t.detach().requires_grad_()
    out = [u(t)]
    for _ in range(order):
        (d,) = torch.autograd.grad(out[-1].sum(), t, create_graph=True)
        out.append(d)
    return out


# %% wrong: powers of the first derivative
def derivatives(u, t, order):
    t = t.detach().requires_grad_()
    y = u(t)
    (d,) = torch.autograd.grad(y.sum(), t, create_graph=True)
    return [y] + [d**p for p in range(1, order + 1)]


# %% wrong: rows instead of columns
def derivatives(u, t, order):
    t = t.detach().requires_grad_()
    out = [u(t)]
    for _ in range(order):
        (d,) = torch.autograd.grad(out[-1].sum(), t, create_graph=True, materialize_grads=True)
        out.append(d)
    return [y.squeeze() for y in out]


# %% right: the sum is differentiated
def derivatives(u, t, order):
    s = t.clone().detach()
    s.requires_grad = True
    out = [u(s)]
    while len(out) < order + 1:
        grads = torch.autograd.grad(out[-1].sum(), s, create_graph=True, allow_unused=True)
        out.append(torch.zeros_like(s) if grads[0] is None else grads[0])
    return out


# %% right: recursion, and a tuple
def derivatives(u, t, order):
    t = torch.tensor(t.tolist(), requires_grad=True)

    def rest(y, n):
        if n == 0:
            return (y,)
        dy = torch.autograd.grad(
            outputs=y, inputs=t, grad_outputs=torch.ones_like(y), create_graph=True, materialize_grads=True
        )[0]
        return (y, *rest(dy, n - 1))

    return rest(u(t), order)


# %% right: backward, which adds into t.grad
def derivatives(u, t, order):
    t = t.detach().requires_grad_()
    out = [u(t)]
    for _ in range(order):
        t.grad = None
        out[-1].sum().backward(create_graph=True, inputs=[t])
        out.append(torch.zeros_like(t) if t.grad is None else t.grad)
    t.grad = None
    return out


# %% right: t itself is asked for the gradient
def derivatives(u, t, order):
    t.requires_grad_(True)
    y = u(t)
    result = [y]
    for k in range(order):
        y = torch.autograd.grad(y.sum(), t, create_graph=True, materialize_grads=True)[0]
        result.append(y)
    return result
