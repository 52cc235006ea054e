# %% wrong: the minus of the exponent is forgotten in the derivative
def trace_forward(r, kappa):
    e = np.exp(-kappa * r)
    v = np.array([r, kappa, kappa * r, e, e / r, r**2 / 2, e / r + r**2 / 2])
    d = np.zeros((7, 2))
    d[0], d[1], d[2] = (1, 0), (0, 1), (kappa, r)
    d[3] = e * d[2]
    d[4] = d[3] / r - e / r**2 * d[0]
    d[5] = r * d[0]
    d[6] = d[4] + d[5]
    return v, d


# %% wrong: the denominator of row 5 is taken for a constant
def trace_forward(r, kappa):
    e = np.exp(-kappa * r)
    v = np.array([r, kappa, kappa * r, e, e / r, r**2 / 2, e / r + r**2 / 2])
    d = np.zeros((7, 2))
    d[0], d[1], d[2] = (1, 0), (0, 1), (kappa, r)
    d[3] = -e * d[2]
    d[4] = d[3] / r
    d[5] = r * d[0]
    d[6] = d[4] + d[5]
    return v, d


# %% wrong: the sign in the quotient rule
def trace_forward(r, kappa):
    e = np.exp(-kappa * r)
    v = np.array([r, kappa, kappa * r, e, e / r, r**2 / 2, e / r + r**2 / 2])
    d = np.zeros((7, 2))
    d[0], d[1], d[2] = (1, 0), (0, 1), (kappa, r)
    d[3] = -e * d[2]
    d[4] = d[3] / r + e / r**2 * d[0]
    d[5] = r * d[0]
    d[6] = d[4] + d[5]
    return v, d


# %% wrong: the two columns of the product exchanged
def trace_forward(r, kappa):
    e = np.exp(-kappa * r)
    v = np.array([r, kappa, kappa * r, e, e / r, r**2 / 2, e / r + r**2 / 2])
    d = np.zeros((7, 2))
    d[0], d[1], d[2] = (1, 0), (0, 1), (r, kappa)
    d[3] = -e * d[2]
    d[4] = d[3] / r - e / r**2 * d[0]
    d[5] = r * d[0]
    d[6] = d[4] + d[5]
    return v, d


# %% wrong: the derivatives transposed
def trace_forward(r, kappa):
    e = np.exp(-kappa * r)
    v = np.array([r, kappa, kappa * r, e, e / r, r**2 / 2, e / r + r**2 / 2])
    d = np.zeros((7, 2))
    d[0], d[1], d[2] = (1, 0), (0, 1), (kappa, r)
    d[3] = -e * d[2]
    d[4] = d[3] / r - e / r**2 * d[0]
    d[5] = r * d[0]
    d[6] = d[4] + d[5]
    return v, d.T


# %% wrong: row 6 without the square
def trace_forward(r, kappa):
    e = np.exp(-kappa * r)
    v = np.array([r, kappa, kappa * r, e, e / r, r / 2, e / r + r / 2])
    d = np.zeros((7, 2))
    d[0], d[1], d[2] = (1, 0), (0, 1), (kappa, r)
    d[3] = -e * d[2]
    d[4] = d[3] / r - e / r**2 * d[0]
    d[5] = 0.5 * d[0]
    d[6] = d[4] + d[5]
    return v, d


# %% wrong: the factor of the square
def trace_forward(r, kappa):
    e = np.exp(-kappa * r)
    v = np.array([r, kappa, kappa * r, e, e / r, r**2 / 2, e / r + r**2 / 2])
    d = np.zeros((7, 2))
    d[0], d[1], d[2] = (1, 0), (0, 1), (kappa, r)
    d[3] = -e * d[2]
    d[4] = d[3] / r - e / r**2 * d[0]
    d[5] = 2 * r * d[0]
    d[6] = d[4] + d[5]
    return v, d


# %% wrong: the numbers of the visible test
def trace_forward(r, kappa):
    e = np.exp(-1.0)
    v = np.array([2, 0.5, 1, e, e / 2, 2, e / 2 + 2])
    d = [[1, 0], [0, 1], [0.5, 2], [-e / 2, -2 * e], [-e / 2, -e], [2, 0], [2 - e / 2, -e]]
    return v, np.array(d)


# %% wrong: partial derivatives of each row in place of derivatives by the inputs
def trace_forward(r, kappa):
    e = np.exp(-kappa * r)
    v = np.array([r, kappa, kappa * r, e, e / r, r**2 / 2, e / r + r**2 / 2])
    d = np.array([[1, 0], [0, 1], [kappa, r], [-e, 0], [-e / r**2, 1 / r], [r, 0], [1, 1]])
    return v, d


# %% wrong: central differences
def trace_forward(r, kappa):
    def values(r, kappa):
        e = np.exp(-kappa * r)
        return np.array([r, kappa, kappa * r, e, e / r, r**2 / 2, e / r + r**2 / 2])

    h = 1e-5
    by_r = (values(r + h, kappa) - values(r - h, kappa)) / (2 * h)
    by_kappa = (values(r, kappa + h) - values(r, kappa - h)) / (2 * h)
    return values(r, kappa), np.column_stack([by_r, by_kappa])


# %% wrong: the values alone
def trace_forward(r, kappa):
    e = np.exp(-kappa * r)
    return np.array([r, kappa, kappa * r, e, e / r, r**2 / 2, e / r + r**2 / 2])


# %% right: with dual numbers
def trace_forward(r, kappa):
    columns = []
    for dots in ((1.0, 0.0), (0.0, 1.0)):
        v1, v2 = Dual(r, dots[0]), Dual(kappa, dots[1])
        v3 = v1 * v2
        v4 = np.exp(-v3)
        v5, v6 = v4 / v1, v1 * v1 / 2
        rows = [v1, v2, v3, v4, v5, v6, v5 + v6]
        columns.append([row.dot for row in rows])
    return [row.value for row in rows], np.transpose(columns)


# %% right: the derivatives by hand
def trace_forward(r, kappa):
    u = np.exp(-r * kappa) / r
    values = np.array([r, kappa, r * kappa, r * u, u, r * r / 2, u + r * r / 2])
    du = -u * (kappa + 1 / r)
    by_r = np.array([1.0, 0.0, kappa, -kappa * r * u, du, r, du + r])
    by_kappa = np.array([0.0, 1.0, r, -r * r * u, -r * u, 0.0, -r * u])
    return values, np.stack([by_r, by_kappa], axis=-1)
