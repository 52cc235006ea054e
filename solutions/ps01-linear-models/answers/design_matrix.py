# %% wrong: the constant column is missing
def design_matrix(x, degree):
    return np.column_stack([np.asarray(x, dtype=float) ** j for j in range(1, degree + 1)])


# %% wrong: off by one, the highest power is missing
def design_matrix(x, degree):
    return np.asarray(x, dtype=float)[:, np.newaxis] ** np.arange(degree)


# %% wrong: transposed, samples in columns
def design_matrix(x, degree):
    return np.array([np.asarray(x, dtype=float) ** j for j in range(degree + 1)])


# %% wrong: powers fall from left to right
def design_matrix(x, degree):
    return np.vander(np.asarray(x, dtype=float), degree + 1)


# %% wrong: integer x stays integer, and large powers overflow
def design_matrix(x, degree):
    return x[:, np.newaxis] ** np.arange(degree + 1)


# %% wrong: hard-coded for the degree of the visible tests
def design_matrix(x, degree):
    x = np.asarray(x, dtype=float)
    return np.column_stack([np.ones(len(x)), x, x**2])


# %% wrong: multiples of x in place of powers
def design_matrix(x, degree):
    x = np.asarray(x, dtype=float)
    return np.column_stack([np.ones(len(x))] + [j * x for j in range(1, degree + 1)])


# %% wrong: powers by logarithms, which fail for negative x and for zero
def design_matrix(x, degree):
    x = np.asarray(x, dtype=float)
    with np.errstate(all="ignore"):
        return np.exp(np.arange(degree + 1) * np.log(x)[:, np.newaxis])


# %% right: numpy's Vandermonde matrix
def design_matrix(x, degree):
    return np.vander(np.asarray(x, dtype=float), degree + 1, increasing=True)


# %% right: two loops, each power from the one before
def design_matrix(x, degree):
    X = np.ones((len(x), degree + 1))
    for i in range(len(x)):
        for j in range(1, degree + 1):
            X[i, j] = X[i, j - 1] * float(x[i])
    return X
