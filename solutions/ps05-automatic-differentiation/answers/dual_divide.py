# %% wrong: the sign of the second term
def dual_divide(v, w):
    return v[0] / w[0], (v[1] + v[0] / w[0] * w[1]) / w[0]


# %% wrong: the square of w overflows
def dual_divide(v, w):
    with np.errstate(all="ignore"):
        square = np.float64(1) * w[0] * w[0]
        return v[0] / w[0], (v[1] * w[0] - v[0] * w[1]) / square


# %% wrong: the quotient of the dots
def dual_divide(v, w):
    with np.errstate(all="ignore"):
        return v[0] / w[0], np.float64(1) * v[1] / w[1]


# %% wrong: the denominator is not squared
def dual_divide(v, w):
    return v[0] / w[0], (v[1] * w[0] - v[0] * w[1]) / w[0]


# %% wrong: the denominator is taken for a constant
def dual_divide(v, w):
    return v[0] / w[0], v[1] / w[0]


# %% wrong: the numerator is taken for a constant
def dual_divide(v, w):
    return v[0] / w[0], -(v[0] / w[0]) * (w[1] / w[0])


# %% wrong: the two terms of the numerator exchanged
def dual_divide(v, w):
    quotient = v[0] / w[0]
    return quotient, (quotient * w[1] - v[1]) / w[0]


# %% wrong: the derivative and the value exchanged
def dual_divide(v, w):
    quotient = v[0] / w[0]
    return (v[1] - quotient * w[1]) / w[0], quotient


# %% wrong: the derivative alone
def dual_divide(v, w):
    return (v[1] - v[0] / w[0] * w[1]) / w[0]


# %% wrong: arrays are divided in place
def dual_divide(v, w):
    value, dot = v
    value /= w[0]
    dot -= value * w[1]
    dot /= w[0]
    return value, dot


# %% wrong: a finite difference
def dual_divide(v, w):
    h = 1e-6
    above, below = (v[0] + h * v[1]) / (w[0] + h * w[1]), (v[0] - h * v[1]) / (w[0] - h * w[1])
    return v[0] / w[0], (above - below) / (2 * h)


# %% right: two quotients
def dual_divide(v, w):
    z = v[0] / w[0]
    return z, v[1] / w[0] - z * (w[1] / w[0])


# %% right: as a list of arrays, by the inverse
def dual_divide(v, w):
    (value, dot), (other, other_dot) = v, w
    inverse = 1 / np.asarray(other)
    return [value * inverse, inverse * (np.asarray(dot) - value * inverse * other_dot)]
