# %% wrong: the angle is not halved
def pendulum(theta0, length, g):
    gradient = np.zeros(3)
    with np.errstate(all="ignore"):
        for i in range(3):
            x = [Dual(v, float(k == i)) for k, v in enumerate((theta0, length, g))]
            a, b = Dual(1.0), np.cos(x[0])
            for _ in range(10):
                a, b = (a + b) / 2, np.sqrt(a * b)
            T = 2 * np.pi * np.sqrt(x[1] / x[2]) / a
            gradient[i] = T.dot
    return T.value, gradient


# %% wrong: b from the new a
def pendulum(theta0, length, g):
    gradient = np.zeros(3)
    for i in range(3):
        x = [Dual(v, float(k == i)) for k, v in enumerate((theta0, length, g))]
        a, b = Dual(1.0), np.cos(x[0] / 2)
        for _ in range(30):
            a = (a + b) / 2
            b = np.sqrt(a * b)
        T = 2 * np.pi * np.sqrt(x[1] / x[2]) / a
        gradient[i] = T.dot
    return T.value, gradient


# %% wrong: three steps of the loop
def pendulum(theta0, length, g):
    gradient = np.zeros(3)
    for i in range(3):
        x = [Dual(v, float(k == i)) for k, v in enumerate((theta0, length, g))]
        a, b = Dual(1.0), np.cos(x[0] / 2)
        for _ in range(3):
            a, b = (a + b) / 2, np.sqrt(a * b)
        T = 2 * np.pi * np.sqrt(x[1] / x[2]) / a
        gradient[i] = T.dot
    return T.value, gradient


# %% wrong: the loop stops when the means agree to four digits
def pendulum(theta0, length, g):
    gradient = np.zeros(3)
    for i in range(3):
        x = [Dual(v, float(k == i)) for k, v in enumerate((theta0, length, g))]
        a, b = Dual(1.0), np.cos(x[0] / 2)
        while abs(a.value - b.value) > 1e-4:
            a, b = (a + b) / 2, np.sqrt(a * b)
        T = 2 * np.pi * np.sqrt(x[1] / x[2]) / a
        gradient[i] = T.dot
    return T.value, gradient


# %% wrong: one sweep with all dots one, three times the sum
def pendulum(theta0, length, g):
    x = [Dual(v, 1.0) for v in (theta0, length, g)]
    a, b = Dual(1.0), np.cos(x[0] / 2)
    for _ in range(10):
        a, b = (a + b) / 2, np.sqrt(a * b)
    T = 2 * np.pi * np.sqrt(x[1] / x[2]) / a
    return T.value, np.full(3, T.dot)


# %% wrong: the formula of small angles
def pendulum(theta0, length, g):
    T = 2 * np.pi * np.sqrt(length / g)
    return T, np.array([0.0, T / (2 * length), -T / (2 * g)])


# %% wrong: the first terms of the series in the angle
def pendulum(theta0, length, g):
    T = 2 * np.pi * np.sqrt(length / g)
    series = 1 + theta0**2 / 16 + 11 * theta0**4 / 3072
    slope = theta0 / 8 + 11 * theta0**3 / 768
    return T * series, np.array([T * slope, T * series / (2 * length), -T * series / (2 * g)])


# %% wrong: central differences
def pendulum(theta0, length, g):
    def period(theta0, length, g):
        a, b = 1.0, np.cos(theta0 / 2)
        for _ in range(10):
            a, b = (a + b) / 2, np.sqrt(a * b)
        return 2 * np.pi * np.sqrt(length / g) / a

    x, h = np.array([theta0, length, g]), 6e-6
    gradient = [(period(*(x + h * e)) - period(*(x - h * e))) / (2 * h) for e in np.eye(3)]
    return period(*x), np.array(gradient)


# %% wrong: the derivative by g has the wrong sign
def pendulum(theta0, length, g):
    gradient = np.zeros(3)
    for i in range(3):
        x = [Dual(v, float(k == i)) for k, v in enumerate((theta0, length, g))]
        a, b = Dual(1.0), np.cos(x[0] / 2)
        for _ in range(10):
            a, b = (a + b) / 2, np.sqrt(a * b)
        T = 2 * np.pi * np.sqrt(x[1] / x[2]) / a
        gradient[i] = abs(T.dot) if i else T.dot
    return T.value, gradient


# %% wrong: times a in place of divided by a
def pendulum(theta0, length, g):
    gradient = np.zeros(3)
    for i in range(3):
        x = [Dual(v, float(k == i)) for k, v in enumerate((theta0, length, g))]
        a, b = Dual(1.0), np.cos(x[0] / 2)
        for _ in range(10):
            a, b = (a + b) / 2, np.sqrt(a * b)
        T = 2 * np.pi * np.sqrt(x[1] / x[2]) * a
        gradient[i] = T.dot
    return T.value, gradient


# %% wrong: relative changes
def pendulum(theta0, length, g):
    gradient = np.zeros(3)
    for i in range(3):
        x = [Dual(v, v * (k == i)) for k, v in enumerate((theta0, length, g))]
        a, b = Dual(1.0), np.cos(x[0] / 2)
        for _ in range(10):
            a, b = (a + b) / 2, np.sqrt(a * b)
        T = 2 * np.pi * np.sqrt(x[1] / x[2]) / a
        gradient[i] = T.dot
    return T.value, gradient


# %% wrong: the gradient alone
def pendulum(theta0, length, g):
    gradient = np.zeros(3)
    for i in range(3):
        x = [Dual(v, float(k == i)) for k, v in enumerate((theta0, length, g))]
        a, b = Dual(1.0), np.cos(x[0] / 2)
        for _ in range(10):
            a, b = (a + b) / 2, np.sqrt(a * b)
        gradient[i] = (2 * np.pi * np.sqrt(x[1] / x[2]) / a).dot
    return gradient


# %% right: all three derivatives at once, as an array of dots
def pendulum(theta0, length, g):
    one = np.eye(3)
    angle, l, acceleration = Dual(theta0, one[0]), Dual(length, one[1]), Dual(g, one[2])
    a, b = Dual(1.0, np.zeros(3)), np.cos(angle * 0.5)
    for _ in range(12):
        a, b = 0.5 * (a + b), np.sqrt(a * b)
    T = 2 * np.pi * np.sqrt(l / acceleration) / a
    return float(T.value), list(T.dot)


# %% right: until the means agree, values and dots
def pendulum(theta0, length, g):
    def period(theta0, length, g):
        a, b = Dual(1.0), np.cos(theta0 / 2)
        while max(abs(a.value - b.value), abs(a.dot - b.dot)) > 1e-10 * a.value:
            a, b = (a + b) / 2, np.sqrt(a * b)
        return np.sqrt(length / g) * (2 * np.pi) / ((a + b) / 2)

    by_angle = period(Dual(theta0, 1.0), Dual(length), Dual(g))
    by_length = period(Dual(theta0), Dual(length, 1.0), Dual(g))
    by_g = period(Dual(theta0), Dual(length), Dual(g, 1.0))
    return by_g.value, np.array([by_angle.dot, by_length.dot, by_g.dot])


# %% right: elliptic integrals
def pendulum(theta0, length, g):
    p = np.cos(theta0 / 2) ** 2
    K, E, T0 = scipy.special.ellipkm1(p), scipy.special.ellipe(1 - p), 4 * np.sqrt(length / g)
    slope = (E - p * K) / np.sin(theta0) if theta0 else 0.0
    return T0 * K, np.array([T0 * slope, T0 * K / (2 * length), -T0 * K / (2 * g)])
