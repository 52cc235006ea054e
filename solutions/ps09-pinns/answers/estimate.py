# %% wrong: the sign of the right-hand side
def estimate(u, t, m):
    y, d, dd = (part.detach() for part in derivatives(u, t, 2))
    phi = torch.linalg.lstsq(torch.hstack([d, y]), m * dd).solution
    return phi[0].item(), phi[1].item()


# %% wrong: k and mu in the other order
def estimate(u, t, m):
    y, d, dd = (part.detach() for part in derivatives(u, t, 2))
    phi = torch.linalg.lstsq(torch.hstack([y, d]), -m * dd).solution
    return phi[0].item(), phi[1].item()


# %% wrong: forgets the mass
def estimate(u, t, m):
    y, d, dd = (part.detach() for part in derivatives(u, t, 2))
    phi = torch.linalg.lstsq(torch.hstack([d, y]), -dd).solution
    return phi[0].item(), phi[1].item()


# %% wrong: divides by the mass
def estimate(u, t, m):
    y, d, dd = (part.detach() for part in derivatives(u, t, 2))
    phi = torch.linalg.lstsq(torch.hstack([d, y]), -dd / m).solution
    return phi[0].item(), phi[1].item()


# %% wrong: one unknown at a time
def estimate(u, t, m):
    y, d, dd = (part.detach() for part in derivatives(u, t, 2))
    return (-m * (d * dd).sum() / (d * d).sum()).item(), (-m * (y * dd).sum() / (y * y).sum()).item()


# %% wrong: two points only
def estimate(u, t, m):
    y, d, dd = (part.detach() for part in derivatives(u, t[:2], 2))
    phi = torch.linalg.solve(torch.hstack([d, y]), -m * dd)
    return phi[0].item(), phi[1].item()


# %% wrong: a small ridge
def estimate(u, t, m):
    y, d, dd = (part.detach() for part in derivatives(u, t, 2))
    A = torch.hstack([d, y])
    phi = torch.linalg.solve(A.T @ A + 1e-4 * torch.eye(2), A.T @ (-m * dd))
    return phi[0].item(), phi[1].item()


# %% wrong: with a constant force
def estimate(u, t, m):
    y, d, dd = (part.detach() for part in derivatives(u, t, 2))
    A = np.hstack([d.numpy(), y.numpy(), np.ones_like(y.numpy())])
    phi = np.linalg.lstsq(A, -m * dd.numpy()[:, 0], rcond=None)[0]
    return float(phi[0]), float(phi[1])


# %% wrong: the residual is divided by u
def estimate(u, t, m):
    y, d, dd = (part.detach() for part in derivatives(u, t, 2))
    A = torch.hstack([d / y, torch.ones_like(y)])
    phi = torch.linalg.lstsq(A, -m * dd / y).solution
    return phi[0].item(), phi[1].item()


# %% wrong: negative coefficients are cut off
def estimate(u, t, m):
    y, d, dd = (part.detach() for part in derivatives(u, t, 2))
    phi = torch.linalg.lstsq(torch.hstack([d, y]), -m * dd).solution
    return max(phi[0].item(), 0.0), max(phi[1].item(), 0.0)


# %% wrong: gradient descent that is not finished
def estimate(u, t, m):
    y, d, dd = (part.detach() for part in derivatives(u, t, 2))
    phi = torch.ones(2, requires_grad=True)
    adam = torch.optim.Adam([phi], lr=0.05)
    for _ in range(200):
        adam.zero_grad()
        torch.mean((m * dd + phi[0] * d + phi[1] * y) ** 2).backward()
        adam.step()
    return phi[0].item(), phi[1].item()


# %% wrong: mass and friction are estimated for k = 1
def estimate(u, t, m):
    y, d, dd = (part.detach() for part in derivatives(u, t, 2))
    phi = torch.linalg.lstsq(torch.hstack([dd, d]), -y).solution
    return (m * phi[1] / phi[0]).item(), (m / phi[0]).item()


# %% wrong: tensors in place of floats
def estimate(u, t, m):
    y, d, dd = (part.detach() for part in derivatives(u, t, 2))
    return torch.linalg.lstsq(torch.hstack([d, y]), -m * dd).solution


# %% right: NumPy
def estimate(u, t, m):
    y, d, dd = [part.detach().numpy().ravel() for part in derivatives(u, t, 2)]
    (mu, k), *_ = np.linalg.lstsq(np.stack([d, y], axis=1), -m * dd, rcond=None)
    return mu, k


# %% right: QR
def estimate(u, t, m):
    with torch.enable_grad():
        y, d, dd = derivatives(u, t, 2)
    Q, R = torch.linalg.qr(torch.cat([d, y], 1))
    phi = torch.linalg.solve_triangular(R, -m * (Q.T @ dd), upper=True)
    return tuple(float(x) for x in phi[:, 0])


# %% right: pseudo-inverse, and scaled columns
def estimate(u, t, m):
    y, d, dd = [part.detach() for part in derivatives(u, t, 2)]
    a, b = d.norm(), y.norm()
    phi = torch.linalg.pinv(torch.hstack([d / a, y / b])) @ (-m * dd)
    return [float(phi[0] / a), float(phi[1] / b)]
