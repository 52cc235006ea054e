# %% wrong: q without the root
def transfer(g, q, n, variance):
    eps, weights = np.polynomial.hermite_e.hermegauss(120)
    return n * variance * np.sum(weights * g(q * eps) ** 2) / np.sqrt(2 * np.pi)


# %% wrong: g is not squared
def transfer(g, q, n, variance):
    eps, weights = np.polynomial.hermite_e.hermegauss(120)
    return n * variance * np.sum(weights * g(np.sqrt(q) * eps)) / np.sqrt(2 * np.pi)


# %% wrong: the square of the average
def transfer(g, q, n, variance):
    eps, weights = np.polynomial.hermite_e.hermegauss(120)
    return n * variance * (np.sum(weights * g(np.sqrt(q) * eps)) / np.sqrt(2 * np.pi)) ** 2


# %% wrong: the variance of g, with its mean taken away
def transfer(g, q, n, variance):
    eps, weights = np.polynomial.hermite_e.hermegauss(120)
    weights = weights / np.sqrt(2 * np.pi)
    a = g(np.sqrt(q) * eps)
    return n * variance * (np.sum(weights * a**2) - np.sum(weights * a) ** 2)


# %% wrong: the weights do not add up to one
def transfer(g, q, n, variance):
    eps, weights = np.polynomial.hermite_e.hermegauss(120)
    return n * variance * np.sum(weights * g(np.sqrt(q) * eps) ** 2)


# %% wrong: the polynomials of the physicists, for exp(-x^2)
def transfer(g, q, n, variance):
    eps, weights = np.polynomial.hermite.hermgauss(120)
    return n * variance * np.sum(weights * g(np.sqrt(q) * eps) ** 2) / np.sqrt(np.pi)


# %% wrong: without n
def transfer(g, q, n, variance):
    eps, weights = np.polynomial.hermite_e.hermegauss(120)
    return variance * np.sum(weights * g(np.sqrt(q) * eps) ** 2) / np.sqrt(2 * np.pi)


# %% wrong: the variance is squared, as if it were a standard deviation
def transfer(g, q, n, variance):
    eps, weights = np.polynomial.hermite_e.hermegauss(120)
    return n * variance**2 * np.sum(weights * g(np.sqrt(q) * eps) ** 2) / np.sqrt(2 * np.pi)


# %% wrong: random numbers
def transfer(g, q, n, variance):
    eps = np.random.default_rng(0).normal(size=20000)
    return n * variance * np.mean(g(np.sqrt(q) * eps) ** 2)


# %% wrong: an odd number of nodes, one of them at the jump
def transfer(g, q, n, variance):
    eps, weights = np.polynomial.hermite_e.hermegauss(101)
    return n * variance * np.sum(weights * g(np.sqrt(q) * eps) ** 2) / np.sqrt(2 * np.pi)


# %% wrong: too few nodes
def transfer(g, q, n, variance):
    eps, weights = np.polynomial.hermite_e.hermegauss(20)
    return n * variance * np.sum(weights * g(np.sqrt(q) * eps) ** 2) / np.sqrt(2 * np.pi)


# %% wrong: the formula of ReLU
def transfer(g, q, n, variance):
    return n * variance * q / 2


# %% wrong: half of the line, doubled
def transfer(g, q, n, variance):
    eps = np.linspace(0, 12, 20001)
    density = np.exp(-(eps**2) / 2)
    return n * variance * np.sum(density * g(np.sqrt(q) * eps) ** 2) / np.sum(density)


# %% wrong: multiplied by q once more
def transfer(g, q, n, variance):
    eps, weights = np.polynomial.hermite_e.hermegauss(120)
    return q * n * variance * np.sum(weights * g(np.sqrt(q) * eps) ** 2) / np.sqrt(2 * np.pi)


# %% right: a fine grid
def transfer(g, q, n, variance):
    eps = np.linspace(-12, 12, 40000)
    density = np.exp(-(eps**2) / 2)
    return n * variance * np.sum(density * g(np.sqrt(q) * eps) ** 2) / np.sum(density)


# %% right: scipy's quad, over z
def transfer(g, q, n, variance):
    from scipy.integrate import quad

    def integrand(z):
        return float(g(z)) ** 2 * np.exp(-(z**2) / (2 * q)) / np.sqrt(2 * np.pi * q)

    far = 9 * np.sqrt(q)
    return n * variance * (quad(integrand, -far, 0, epsrel=1e-6)[0] + quad(integrand, 0, far, epsrel=1e-6)[0])


# %% right: the physicists' nodes, rescaled
def transfer(g, q, n, variance):
    x, weights = np.polynomial.hermite.hermgauss(140)
    return float(n * variance * (weights @ g(np.sqrt(2 * q) * x) ** 2) / np.sqrt(np.pi))
