# %% wrong: the sign of the derivative of cos
def dual_function(name, v):
    x, dx = v
    f = {
        "sin": np.cos,
        "cos": np.sin,
        "exp": np.exp,
        "log": lambda x: 1 / x,
        "sqrt": lambda x: 0.5 / np.sqrt(x),
    }
    return getattr(np, name)(x), f[name](x) * dx


# %% wrong: the dot that came in is forgotten
def dual_function(name, v):
    x, dx = v
    f = {"sin": np.cos, "cos": lambda x: -np.sin(x), "exp": np.exp}
    f |= {"log": lambda x: 1 / x, "sqrt": lambda x: 0.5 / np.sqrt(x)}
    return getattr(np, name)(x), f[name](x)


# %% wrong: the derivative at the dot in place of the value
def dual_function(name, v):
    x, dx = v
    f = {"sin": np.cos, "cos": lambda x: -np.sin(x), "exp": np.exp}
    f |= {"log": lambda x: 1 / x, "sqrt": lambda x: 0.5 / np.sqrt(x)}
    with np.errstate(all="ignore"):
        return getattr(np, name)(x), f[name](np.float64(1) * dx) * dx


# %% wrong: f of the dot, without a derivative
def dual_function(name, v):
    with np.errstate(all="ignore"):
        return getattr(np, name)(v[0]), getattr(np, name)(v[1])


# %% wrong: the factor 2 of the root
def dual_function(name, v):
    x, dx = v
    f = {"sin": np.cos, "cos": lambda x: -np.sin(x), "exp": np.exp}
    f |= {"log": lambda x: 1 / x, "sqrt": lambda x: 1 / np.sqrt(x)}
    return getattr(np, name)(x), f[name](x) * dx


# %% wrong: the root of x / 2
def dual_function(name, v):
    x, dx = v
    f = {"sin": np.cos, "cos": lambda x: -np.sin(x), "exp": np.exp}
    f |= {"log": lambda x: 1 / x, "sqrt": lambda x: 0.5 * np.sqrt(x)}
    return getattr(np, name)(x), f[name](x) * dx


# %% wrong: logarithms to base 10
def dual_function(name, v):
    x, dx = v
    if name == "log":
        return np.log10(x), dx / (x * np.log(10))
    f = {"sin": np.cos, "cos": lambda x: -np.sin(x), "exp": np.exp, "sqrt": lambda x: 0.5 / np.sqrt(x)}
    return getattr(np, name)(x), f[name](x) * dx


# %% wrong: numbers only
def dual_function(name, v):
    import math

    x, dx = v
    f = {"sin": math.cos, "cos": lambda x: -math.sin(x), "exp": math.exp}
    f |= {"log": lambda x: 1 / x, "sqrt": lambda x: 0.5 / math.sqrt(x)}
    return getattr(math, name)(x), f[name](x) * dx


# %% wrong: the power rule for exp
def dual_function(name, v):
    x, dx = v
    f = {"sin": np.cos, "cos": lambda x: -np.sin(x), "exp": lambda x: x * np.exp(x - 1)}
    f |= {"log": lambda x: 1 / x, "sqrt": lambda x: 0.5 / np.sqrt(x)}
    return getattr(np, name)(x), f[name](x) * dx


# %% wrong: a central difference
def dual_function(name, v):
    f, h = getattr(np, name), 5e-6
    return f(v[0]), (f(v[0] + h) - f(v[0] - h)) / (2 * h) * v[1]


# %% wrong: the dots are multiplied in place
def dual_function(name, v):
    x, dx = v
    f = {"sin": np.cos, "cos": lambda x: -np.sin(x), "exp": np.exp}
    f |= {"log": lambda x: 1 / x, "sqrt": lambda x: 0.5 / np.sqrt(x)}
    dx *= f[name](x)
    return getattr(np, name)(x), dx


# %% wrong: the sine of degrees
def dual_function(name, v):
    x, dx = v
    if name in ("sin", "cos"):
        x, dx = np.radians(x), np.radians(dx)
    f = {"sin": np.cos, "cos": lambda x: -np.sin(x), "exp": np.exp}
    f |= {"log": lambda x: 1 / x, "sqrt": lambda x: 0.5 / np.sqrt(x)}
    return getattr(np, name)(x), f[name](x) * dx


# %% right: one table
def dual_function(name, v):
    f = {
        "sin": lambda x: (np.sin(x), np.cos(x)),
        "cos": lambda x: (np.cos(x), -np.sin(x)),
        "exp": lambda x: (np.exp(x), np.exp(x)),
        "log": lambda x: (np.log(x), x**-1.0),
        "sqrt": lambda x: (x**0.5, 0.5 * x**-0.5),
    }
    value, slope = f[name](v[0])
    return [value, v[1] * slope]


# %% right: the complex step
def dual_function(name, v):
    z = getattr(np, name)(np.asarray(v[0]) + 1e-100j * np.asarray(v[1]))
    return np.real(z), np.imag(z) / 1e-100
