# %% wrong: without the factor j
def series_exp(a):
    z = np.zeros(len(a))
    z[0] = np.exp(a[0])
    for k in range(1, len(a)):
        z[k] = sum(a[j] * z[k - j] for j in range(1, k + 1)) / k
    return z


# %% wrong: without the division by k
def series_exp(a):
    z = np.zeros(len(a))
    z[0] = np.exp(a[0])
    for k in range(1, len(a)):
        z[k] = sum(j * a[j] * z[k - j] for j in range(1, k + 1))
    return z


# %% wrong: the exponential of each coefficient
def series_exp(a):
    return np.exp(a)


# %% wrong: off by one, j = k is left out
def series_exp(a):
    z = np.zeros(len(a))
    z[0] = np.exp(a[0])
    for k in range(1, len(a)):
        z[k] = sum(j * a[j] * z[k - j] for j in range(1, k)) / k
    return z


# %% wrong: starts at 1, whatever the constant term
def series_exp(a):
    z = np.zeros(len(a))
    z[0] = 1.0
    for k in range(1, len(a)):
        z[k] = sum(j * a[j] * z[k - j] for j in range(1, k + 1)) / k
    return z


# %% wrong: derivatives in place of coefficients
def series_exp(a):
    z = np.zeros(len(a))
    z[0] = np.exp(a[0])
    for k in range(1, len(a)):
        z[k] = sum(j * a[j] * z[k - j] for j in range(1, k + 1)) / k
    return z * scipy.special.factorial(np.arange(len(a)))


# %% wrong: the first two terms, as for a dual number
def series_exp(a):
    z = np.exp(a[0]) * np.array(a, dtype=float)
    z[0] = np.exp(a[0])
    return z


# %% wrong: powers of the coefficients
def series_exp(a):
    k = np.arange(len(a))
    return np.exp(a[0]) * np.append(a, 0.0)[min(1, len(a))] ** k / scipy.special.factorial(k)


# %% wrong: the factor k - j in place of j
def series_exp(a):
    z = np.zeros(len(a))
    z[0] = np.exp(a[0])
    for k in range(1, len(a)):
        z[k] = sum((k - j + 1) * a[j] * z[k - j] for j in range(1, k + 1)) / k
    return z


# %% wrong: overwrites a
def series_exp(a):
    a0 = np.array(a)
    a[0] = np.exp(a[0])
    for k in range(1, len(a)):
        a[k] = sum(j * a0[j] * a[k - j] for j in range(1, k + 1)) / k
    return a


# %% wrong: the series of exp up to the fifth power
def series_exp(a):
    inner, power, z = np.append(0.0, a[1:]), np.ones(1), np.zeros(len(a))
    for k in range(6):
        z[: len(power)] += np.exp(a[0]) * power / scipy.special.factorial(k)
        power = np.convolve(power, inner)[: len(a)]
    return z


# %% right: with the product of series
def series_exp(a):
    slopes = np.arange(len(a)) * a
    z = [np.exp(a[0])]
    for k in range(1, len(a)):
        z.append(np.dot(slopes[1 : k + 1], z[::-1]) / k)
    return np.array(z)


# %% right: the powers of a series without a constant term
def series_exp(a):
    inner = np.append(0.0, a[1:])
    z, term = np.zeros(len(a)), np.zeros(len(a))
    term[0] = np.exp(a[0])
    for k in range(len(a)):
        z = z + term
        term = np.convolve(term, inner)[: len(a)] / (k + 1)
    return z


# %% right: a list, two loops
def series_exp(a):
    z = [float(np.exp(a[0]))]
    for k in range(1, len(a)):
        total = 0.0
        for j in range(1, k + 1):
            total += j * float(a[j]) * z[k - j]
        z.append(total / k)
    return z
