# %% wrong: the standard deviation
def initial_variance(n_in, n_out, kind):
    return np.sqrt({"lecun": 1 / n_in, "glorot": 2 / (n_in + n_out), "he": 2 / n_in}[kind])


# %% wrong: He by the outputs
def initial_variance(n_in, n_out, kind):
    return {"lecun": 1 / n_in, "glorot": 2 / (n_in + n_out), "he": 2 / n_out}[kind]


# %% wrong: Glorot without the 2
def initial_variance(n_in, n_out, kind):
    return {"lecun": 1 / n_in, "glorot": 1 / (n_in + n_out), "he": 2 / n_in}[kind]


# %% wrong: Glorot's bound of the uniform distribution, squared
def initial_variance(n_in, n_out, kind):
    return {"lecun": 1 / n_in, "glorot": 6 / (n_in + n_out), "he": 2 / n_in}[kind]


# %% wrong: LeCun and He in each other's places
def initial_variance(n_in, n_out, kind):
    return {"lecun": 2 / n_in, "glorot": 2 / (n_in + n_out), "he": 1 / n_in}[kind]


# %% wrong: the geometric mean for Glorot
def initial_variance(n_in, n_out, kind):
    return {"lecun": 1 / n_in, "glorot": 1 / np.sqrt(n_in * n_out), "he": 2 / n_in}[kind]


# %% wrong: the mean of the two variances for Glorot
def initial_variance(n_in, n_out, kind):
    return {"lecun": 1 / n_in, "glorot": (1 / n_in + 1 / n_out) / 2, "he": 2 / n_in}[kind]


# %% wrong: whole numbers
def initial_variance(n_in, n_out, kind):
    return {"lecun": 1 // n_in, "glorot": 2 // (n_in + n_out), "he": 2 // n_in}[kind]


# %% right: with if
def initial_variance(n_in, n_out, kind):
    if kind == "glorot":
        return 1 / ((n_in + n_out) / 2)
    if kind == "he":
        return 2.0 * n_in**-1
    return 1 / n_in


# %% right: numerator and denominator
def initial_variance(n_in, n_out, kind):
    double = np.float64(1 if kind == "lecun" else 2)
    return double / (n_in + n_out if kind == "glorot" else n_in)
