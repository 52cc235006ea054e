# %% wrong: the last share of r overwrites the others
def trace_reverse(r, kappa):
    e, b = np.exp(-r * kappa), np.zeros(7)
    b[6] = b[5] = b[4] = 1
    b[3] = 1 / r
    b[2] = -e / r
    b[1] = b[2] * r
    b[0] = b[2] * kappa
    return b


# %% wrong: the share of r from the square is forgotten
def trace_reverse(r, kappa):
    e, b = np.exp(-r * kappa), np.zeros(7)
    b[6] = b[5] = b[4] = 1
    b[3] = 1 / r
    b[2] = -e / r
    b[1] = b[2] * r
    b[0] = b[2] * kappa - e / r**2
    return b


# %% wrong: the share of r from the quotient is forgotten
def trace_reverse(r, kappa):
    e, b = np.exp(-r * kappa), np.zeros(7)
    b[6] = b[5] = b[4] = 1
    b[3] = 1 / r
    b[2] = -e / r
    b[1] = b[2] * r
    b[0] = b[2] * kappa + r
    return b


# %% wrong: the order of the sweep in place of that of the trace
def trace_reverse(r, kappa):
    e, b = np.exp(-r * kappa), np.zeros(7)
    b[6] = b[5] = b[4] = 1
    b[3] = 1 / r
    b[2] = -e / r
    b[1] = b[2] * r
    b[0] = b[2] * kappa - e / r**2 + r
    return b[::-1]


# %% wrong: the minus of the exponent
def trace_reverse(r, kappa):
    e, b = np.exp(-r * kappa), np.zeros(7)
    b[6] = b[5] = b[4] = 1
    b[3] = 1 / r
    b[2] = e / r
    b[1] = b[2] * r
    b[0] = b[2] * kappa - e / r**2 + r
    return b


# %% wrong: derivatives by r in place of adjoints
def trace_reverse(r, kappa):
    e = np.exp(-r * kappa)
    du = -e * (kappa * r + 1) / r**2
    return np.array([1, 0, kappa, -kappa * e, du, r, du + r])


# %% wrong: r and kappa exchanged in the product
def trace_reverse(r, kappa):
    e, b = np.exp(-r * kappa), np.zeros(7)
    b[6] = b[5] = b[4] = 1
    b[3] = 1 / r
    b[2] = -e / r
    b[1] = b[2] * kappa
    b[0] = b[2] * r - e / r**2 + r
    return b


# %% wrong: the numbers of the visible test
def trace_reverse(r, kappa):
    e = np.exp(-1.0)
    return np.array([2 - e / 2, -e, -e / 2, 0.5, 1.0, 1.0, 1.0])


# %% wrong: minus the force, with the sign of the force
def trace_reverse(r, kappa):
    e, b = np.exp(-r * kappa), np.zeros(7)
    b[6] = b[5] = b[4] = 1
    b[3] = 1 / r
    b[2] = -e / r
    b[1] = b[2] * r
    b[0] = -(b[2] * kappa - e / r**2 + r)
    return b


# %% wrong: the gradient alone
def trace_reverse(r, kappa):
    e = np.exp(-r * kappa)
    return np.array([r - e * (kappa * r + 1) / r**2, -e])


# %% wrong: central differences of the energy
def trace_reverse(r, kappa):
    def energy(r, kappa):
        return np.exp(-kappa * r) / r + r**2 / 2

    e, h = np.exp(-r * kappa), 5e-6
    by_r = (energy(r + h, kappa) - energy(r - h, kappa)) / (2 * h)
    by_kappa = (energy(r, kappa + h) - energy(r, kappa - h)) / (2 * h)
    return np.array([by_r, by_kappa, -e / r, 1 / r, 1, 1, 1])


# %% right: as a linear system
def trace_reverse(r, kappa):
    v4 = np.exp(-r * kappa)
    C = np.zeros((7, 7))
    C[2, 0], C[2, 1], C[3, 2] = kappa, r, -v4
    C[4, 0], C[4, 3], C[5, 0], C[6, 4], C[6, 5] = -v4 / r**2, 1 / r, r, 1, 1
    return np.linalg.solve(np.eye(7) - C.T, np.eye(7)[6])


# %% right: as a list, by hand
def trace_reverse(r, kappa):
    import math

    bar5 = bar6 = 1.0
    bar4 = bar5 / r
    bar3 = -bar4 * math.exp(-r * kappa)
    bar1 = sum([bar3 * kappa, bar5 * bar3 / r, bar6 * r])
    return [bar1, bar3 * r, bar3, bar4, bar5, bar6, 1]
