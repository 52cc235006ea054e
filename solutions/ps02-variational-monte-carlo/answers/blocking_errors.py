# %% wrong: divides by n in place of n - 1
def blocking_errors(x):
    errors, uncertainties = [], []
    while len(x) >= 2:
        errors.append(np.std(x) / np.sqrt(len(x)))
        uncertainties.append(errors[-1] / np.sqrt(2 * (len(x) - 1)))
        x = x[: len(x) // 2 * 2].reshape(-1, 2).mean(axis=1)
    return np.array(errors), np.array(uncertainties)


# %% wrong: n - 1 twice
def blocking_errors(x):
    errors, uncertainties = [], []
    while len(x) >= 2:
        errors.append(np.std(x, ddof=1) / np.sqrt(len(x) - 1))
        uncertainties.append(errors[-1] / np.sqrt(2 * (len(x) - 1)))
        x = x[: len(x) // 2 * 2].reshape(-1, 2).mean(axis=1)
    return np.array(errors), np.array(uncertainties)


# %% wrong: the standard deviation of the values, not the error of their mean
def blocking_errors(x):
    errors, uncertainties = [], []
    while len(x) >= 2:
        errors.append(np.std(x, ddof=1))
        uncertainties.append(errors[-1] / np.sqrt(2 * (len(x) - 1)))
        x = x[: len(x) // 2 * 2].reshape(-1, 2).mean(axis=1)
    return np.array(errors), np.array(uncertainties)


# %% wrong: the square of the error
def blocking_errors(x):
    errors, uncertainties = [], []
    while len(x) >= 2:
        errors.append(np.var(x) / (len(x) - 1))
        uncertainties.append(errors[-1] * np.sqrt(2 / (len(x) - 1)))
        x = x[: len(x) // 2 * 2].reshape(-1, 2).mean(axis=1)
    return np.array(errors), np.array(uncertainties)


# %% wrong: sums in place of means
def blocking_errors(x):
    errors, uncertainties = [], []
    while len(x) >= 2:
        errors.append(np.sqrt(np.var(x) / (len(x) - 1)))
        uncertainties.append(errors[-1] / np.sqrt(2 * (len(x) - 1)))
        x = x[: len(x) // 2 * 2].reshape(-1, 2).sum(axis=1)
    return np.array(errors), np.array(uncertainties)


# %% wrong: the first half is paired with the second
def blocking_errors(x):
    errors, uncertainties = [], []
    while len(x) >= 2:
        errors.append(np.sqrt(np.var(x) / (len(x) - 1)))
        uncertainties.append(errors[-1] / np.sqrt(2 * (len(x) - 1)))
        half = len(x) // 2
        x = 0.5 * (x[:half] + x[half : 2 * half])
    return np.array(errors), np.array(uncertainties)


# %% wrong: pairs that overlap
def blocking_errors(x):
    errors, uncertainties = [], []
    for _ in range(int(np.log2(len(x)))):
        errors.append(np.sqrt(np.var(x) / (len(x) - 1)))
        uncertainties.append(errors[-1] / np.sqrt(2 * (len(x) - 1)))
        x = 0.5 * (x[1:] + x[:-1])
    return np.array(errors), np.array(uncertainties)


# %% wrong: needs a partner for the last value
def blocking_errors(x):
    errors, uncertainties = [], []
    while len(x) >= 2:
        errors.append(np.sqrt(np.var(x) / (len(x) - 1)))
        uncertainties.append(errors[-1] / np.sqrt(2 * (len(x) - 1)))
        x = 0.5 * (x[::2] + x[1::2])
    return np.array(errors), np.array(uncertainties)


# %% wrong: a last value without a partner is kept as a block of its own
def blocking_errors(x):
    errors, uncertainties = [], []
    while len(x) >= 2:
        errors.append(np.sqrt(np.var(x) / (len(x) - 1)))
        uncertainties.append(errors[-1] / np.sqrt(2 * (len(x) - 1)))
        x = np.array([np.mean(x[i : i + 2]) for i in range(0, len(x), 2)])
    return np.array(errors), np.array(uncertainties)


# %% wrong: the first value is dropped, not the last
def blocking_errors(x):
    errors, uncertainties = [], []
    while len(x) >= 2:
        errors.append(np.sqrt(np.var(x) / (len(x) - 1)))
        uncertainties.append(errors[-1] / np.sqrt(2 * (len(x) - 1)))
        x = x[len(x) % 2 :].reshape(-1, 2).mean(axis=1)
    return np.array(errors), np.array(uncertainties)


# %% wrong: stops one level too early
def blocking_errors(x):
    errors, uncertainties = [], []
    while len(x) > 2:
        errors.append(np.sqrt(np.var(x) / (len(x) - 1)))
        uncertainties.append(errors[-1] / np.sqrt(2 * (len(x) - 1)))
        x = x[: len(x) // 2 * 2].reshape(-1, 2).mean(axis=1)
    return np.array(errors), np.array(uncertainties)


# %% wrong: the uncertainty with the length of the whole series
def blocking_errors(x):
    n, errors, uncertainties = len(x), [], []
    while len(x) >= 2:
        errors.append(np.sqrt(np.var(x) / (len(x) - 1)))
        uncertainties.append(errors[-1] / np.sqrt(2 * (n - 1)))
        x = x[: len(x) // 2 * 2].reshape(-1, 2).mean(axis=1)
    return np.array(errors), np.array(uncertainties)


# %% wrong: the mean of squares minus the square of the mean loses its digits
def blocking_errors(x):
    errors, uncertainties = [], []
    while len(x) >= 2:
        errors.append(np.sqrt(abs(np.mean(x**2) - np.mean(x) ** 2) / (len(x) - 1)))
        uncertainties.append(errors[-1] / np.sqrt(2 * (len(x) - 1)))
        x = x[: len(x) // 2 * 2].reshape(-1, 2).mean(axis=1)
    return np.array(errors), np.array(uncertainties)


# %% wrong: subtracts the mean in place
def blocking_errors(x):
    if x.dtype == float:
        x -= x.mean()
    errors, uncertainties = [], []
    while len(x) >= 2:
        errors.append(np.sqrt(np.var(x) / (len(x) - 1)))
        uncertainties.append(errors[-1] / np.sqrt(2 * (len(x) - 1)))
        x = x[: len(x) // 2 * 2].reshape(-1, 2).mean(axis=1)
    return np.array(errors), np.array(uncertainties)


# %% right: the sample standard deviation over the root of n
def blocking_errors(x):
    errors, counts = [], []
    while np.size(x) >= 2:
        counts.append(np.size(x))
        errors.append(np.std(x, ddof=1) / np.sqrt(counts[-1]))
        half = counts[-1] // 2
        x = (x[0 : 2 * half : 2] + x[1 : 2 * half : 2]) / 2
    errors = np.array(errors)
    return errors, errors / np.sqrt(2 * (np.array(counts) - 1))


# %% right: blocks of 2**level values of the series itself, in loops
def blocking_errors(x):
    errors, uncertainties, size = [], [], 1
    while len(x) // size >= 2:
        n = len(x) // size
        blocks = [sum(float(v) for v in x[k * size : (k + 1) * size]) / size for k in range(n)]
        mean = sum(blocks) / n
        c = sum((b - mean) ** 2 for b in blocks) / n
        errors.append((c / (n - 1)) ** 0.5)
        uncertainties.append(errors[-1] / (2 * n - 2) ** 0.5)
        size *= 2
    return errors, uncertainties


# %% right: recursion
def blocking_errors(x):
    n = len(x)
    if n < 2:
        return np.array([]), np.array([])
    error = np.sqrt(np.sum((x - np.mean(x)) ** 2) / n / (n - 1))
    rest, spread = blocking_errors(np.mean(np.reshape(x[: n - n % 2], (n // 2, 2)), axis=1))
    return np.append(error, rest), np.append(error / np.sqrt(2 * (n - 1)), spread)
