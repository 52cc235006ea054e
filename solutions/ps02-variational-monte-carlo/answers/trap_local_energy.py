# %% wrong: the cross term of the squared gradient is missing
def trap_local_energy(R, theta):
    a, b = theta
    r = np.linalg.norm(R[:, 0] - R[:, 1], axis=1)
    s, u, v = np.sum(R**2, axis=(1, 2)), 1 / (1 + b * r) ** 2, -2 * b / (1 + b * r) ** 3
    return 4 * a - 2 * a**2 * s - u**2 - v - u / r + 0.5 * s + 1 / r


# %% wrong: the sign of the cross term
def trap_local_energy(R, theta):
    a, b = theta
    r = np.linalg.norm(R[:, 0] - R[:, 1], axis=1)
    s, u, v = np.sum(R**2, axis=(1, 2)), 1 / (1 + b * r) ** 2, -2 * b / (1 + b * r) ** 3
    return 4 * a - 2 * a**2 * s - 2 * a * r * u - u**2 - v - u / r + 0.5 * s + 1 / r


# %% wrong: the laplacian of space in place of the plane's
def trap_local_energy(R, theta):
    a, b = theta
    r = np.linalg.norm(R[:, 0] - R[:, 1], axis=1)
    s, u, v = np.sum(R**2, axis=(1, 2)), 1 / (1 + b * r) ** 2, -2 * b / (1 + b * r) ** 3
    return 4 * a - 2 * a**2 * s + 2 * a * r * u - u**2 - v - 2 * u / r + 0.5 * s + 1 / r


# %% wrong: the sign of u''
def trap_local_energy(R, theta):
    a, b = theta
    r = np.linalg.norm(R[:, 0] - R[:, 1], axis=1)
    s, u, v = np.sum(R**2, axis=(1, 2)), 1 / (1 + b * r) ** 2, 2 * b / (1 + b * r) ** 3
    return 4 * a - 2 * a**2 * s + 2 * a * r * u - u**2 - v - u / r + 0.5 * s + 1 / r


# %% wrong: the repulsion is missing
def trap_local_energy(R, theta):
    a, b = theta
    r = np.linalg.norm(R[:, 0] - R[:, 1], axis=1)
    s, u, v = np.sum(R**2, axis=(1, 2)), 1 / (1 + b * r) ** 2, -2 * b / (1 + b * r) ** 3
    return 4 * a - 2 * a**2 * s + 2 * a * r * u - u**2 - v - u / r + 0.5 * s


# %% wrong: the repulsion is counted twice
def trap_local_energy(R, theta):
    a, b = theta
    r = np.linalg.norm(R[:, 0] - R[:, 1], axis=1)
    s, u, v = np.sum(R**2, axis=(1, 2)), 1 / (1 + b * r) ** 2, -2 * b / (1 + b * r) ** 3
    return 4 * a - 2 * a**2 * s + 2 * a * r * u - u**2 - v - u / r + 0.5 * s + 2 / r


# %% wrong: the derivatives of u count for one electron only
def trap_local_energy(R, theta):
    a, b = theta
    r = np.linalg.norm(R[:, 0] - R[:, 1], axis=1)
    s, u, v = np.sum(R**2, axis=(1, 2)), 1 / (1 + b * r) ** 2, -2 * b / (1 + b * r) ** 3
    return 4 * a - 2 * a**2 * s + 2 * a * r * u - 0.5 * (u**2 + v + u / r) + 0.5 * s + 1 / r


# %% wrong: u' is not squared in its denominator
def trap_local_energy(R, theta):
    a, b = theta
    r = np.linalg.norm(R[:, 0] - R[:, 1], axis=1)
    s, u, v = np.sum(R**2, axis=(1, 2)), 1 / (1 + b * r), -2 * b / (1 + b * r) ** 3
    return 4 * a - 2 * a**2 * s + 2 * a * r * u - u**2 - v - u / r + 0.5 * s + 1 / r


# %% wrong: the trap is missing
def trap_local_energy(R, theta):
    a, b = theta
    r = np.linalg.norm(R[:, 0] - R[:, 1], axis=1)
    s, u, v = np.sum(R**2, axis=(1, 2)), 1 / (1 + b * r) ** 2, -2 * b / (1 + b * r) ** 3
    return 4 * a - 2 * a**2 * s + 2 * a * r * u - u**2 - v - u / r + 1 / r


# %% wrong: the electrons are taken for rows of one walker
def trap_local_energy(R, theta):
    a, b = theta
    r = np.linalg.norm(R[:, :, 0] - R[:, :, 1], axis=1)
    s, u, v = np.sum(R**2, axis=(1, 2)), 1 / (1 + b * r) ** 2, -2 * b / (1 + b * r) ** 3
    return 4 * a - 2 * a**2 * s + 2 * a * r * u - u**2 - v - u / r + 0.5 * s + 1 / r


# %% wrong: finite differences of log psi, which fail where the electrons meet
def trap_local_energy(R, theta):
    h, kinetic = 1e-4, np.zeros(len(R))
    for i in range(2):
        for d in range(2):
            shift = np.zeros((2, 2))
            shift[i, d] = h
            up, here, down = (trap_log_psi(R + k * shift, theta) for k in (1, 0, -1))
            kinetic -= 0.5 * ((up - 2 * here + down) / h**2 + ((up - down) / (2 * h)) ** 2)
    r = np.linalg.norm(R[:, 0] - R[:, 1], axis=1)
    return kinetic + 0.5 * np.sum(R**2, axis=(1, 2)) + 1 / r


# %% wrong: theta is taken in the other order
def trap_local_energy(R, theta):
    b, a = theta
    r = np.linalg.norm(R[:, 0] - R[:, 1], axis=1)
    s, u, v = np.sum(R**2, axis=(1, 2)), 1 / (1 + b * r) ** 2, -2 * b / (1 + b * r) ** 3
    return 4 * a - 2 * a**2 * s + 2 * a * r * u - u**2 - v - u / r + 0.5 * s + 1 / r


# %% wrong: the first part is right for alpha = 1/2 only
def trap_local_energy(R, theta):
    a, b = theta
    r = np.linalg.norm(R[:, 0] - R[:, 1], axis=1)
    u, v = 1 / (1 + b * r) ** 2, -2 * b / (1 + b * r) ** 3
    return 2.0 + 2 * a * r * u - u**2 - v - u / r + 1 / r


# %% wrong: softens the repulsion
def trap_local_energy(R, theta):
    a, b = theta
    r = np.sqrt(np.sum((R[:, 0] - R[:, 1]) ** 2, axis=1) + 1e-6)
    s, u, v = np.sum(R**2, axis=(1, 2)), 1 / (1 + b * r) ** 2, -2 * b / (1 + b * r) ** 3
    return 4 * a - 2 * a**2 * s + 2 * a * r * u - u**2 - v - u / r + 0.5 * s + 1 / r


# %% right: the gradients as vectors
def trap_local_energy(R, theta):
    alpha, beta = theta
    gap = R[:, 0] - R[:, 1]
    r = np.sqrt(np.einsum("kd,kd->k", gap, gap))
    jastrow = gap / r[:, None] / (1 + beta * r[:, None]) ** 2
    gradient = -2 * alpha * R + np.stack([jastrow, -jastrow], axis=1)
    laplacian = -8 * alpha + 2 / (r * (1 + beta * r) ** 2) - 4 * beta / (1 + beta * r) ** 3
    kinetic = -0.5 * (laplacian + np.sum(gradient**2, axis=(1, 2)))
    return kinetic + 0.5 * np.sum(R**2, axis=(1, 2)) + 1 / r


# %% right: the cusp taken out by hand, walker by walker
def trap_local_energy(R, theta):
    alpha, beta = float(theta[0]), float(theta[1])
    energies = []
    for (x0, y0), (x1, y1) in R:
        r = np.hypot(x0 - x1, y0 - y1)
        q = 1 + beta * r
        s = x0**2 + y0**2 + x1**2 + y1**2
        cusp = beta * (2 + beta * r) / q**2  # (1 - u') / r
        energies.append(
            4 * alpha + (0.5 - 2 * alpha**2) * s + 2 * alpha * r / q**2 - q**-4 + 2 * beta / q**3 + cusp
        )
    return np.array(energies)


# %% right: centre of mass and relative motion
def trap_local_energy(R, theta):
    a, b = theta
    centre, gap = (R[:, 0] + R[:, 1]) / 2, R[:, 0] - R[:, 1]
    c2, r = np.sum(centre**2, axis=1), np.linalg.norm(gap, axis=1)
    # r_0**2 + r_1**2 = 2 c**2 + r**2 / 2; H = -(1/4) lap_c - lap_r + c**2 + r**2 / 4 + 1 / r
    centre_energy = -0.25 * (-8 * a + 16 * a**2 * c2) + c2
    d1, d2 = -a * r + (1 + b * r) ** -2.0, -a - 2 * b * (1 + b * r) ** -3.0
    return centre_energy - (d2 + d1 / r + d1**2) + r**2 / 4 + 1 / r
