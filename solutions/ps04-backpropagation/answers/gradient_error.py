# %% wrong: forward differences
def gradient_error(C, g, theta):
    num = np.empty(len(theta))
    for j in range(len(theta)):
        step = np.zeros(len(theta))
        step[j] = 1e-8 * max(1.0, abs(theta[j]))
        num[j] = (C(theta + step) - C(theta)) / step[j]
    top = max(np.abs(g).max(), np.abs(num).max())
    return np.abs(g - num).max() / top if top > 0 else 0.0


# %% wrong: divided by h, not by 2h
def gradient_error(C, g, theta):
    num = np.empty(len(theta))
    for j in range(len(theta)):
        step = np.zeros(len(theta))
        step[j] = 6e-6 * max(1.0, abs(theta[j]))
        num[j] = (C(theta + step) - C(theta - step)) / step[j]
    top = max(np.abs(g).max(), np.abs(num).max())
    return np.abs(g - num).max() / top if top > 0 else 0.0


# %% wrong: the error is not relative
def gradient_error(C, g, theta):
    num = np.empty(len(theta))
    for j in range(len(theta)):
        step = np.zeros(len(theta))
        step[j] = 6e-6 * max(1.0, abs(theta[j]))
        num[j] = (C(theta + step) - C(theta - step)) / (2 * step[j])
    return np.abs(g - num).max()


# %% wrong: no absolute value before the maximum
def gradient_error(C, g, theta):
    num = np.empty(len(theta))
    for j in range(len(theta)):
        step = np.zeros(len(theta))
        step[j] = 6e-6 * max(1.0, abs(theta[j]))
        num[j] = (C(theta + step) - C(theta - step)) / (2 * step[j])
    top = max(np.abs(g).max(), np.abs(num).max())
    return abs((g - num).max()) / top if top > 0 else 0.0


# %% wrong: absolute values before the difference, which hides a sign
def gradient_error(C, g, theta):
    num = np.empty(len(theta))
    for j in range(len(theta)):
        step = np.zeros(len(theta))
        step[j] = 6e-6 * max(1.0, abs(theta[j]))
        num[j] = (C(theta + step) - C(theta - step)) / (2 * step[j])
    top = max(np.abs(g).max(), np.abs(num).max())
    return np.abs(np.abs(g) - np.abs(num)).max() / top if top > 0 else 0.0


# %% wrong: a step so small that only rounding is left
def gradient_error(C, g, theta):
    num = np.empty(len(theta))
    for j in range(len(theta)):
        step = np.zeros(len(theta))
        step[j] = 1e-13 * max(1.0, abs(theta[j]))
        num[j] = (C(theta + step) - C(theta - step)) / (2 * step[j])
    top = max(np.abs(g).max(), np.abs(num).max())
    return np.abs(g - num).max() / top if top > 0 else 0.0


# %% wrong: a step that does not grow with theta
def gradient_error(C, g, theta):
    num = np.empty(len(theta))
    for j in range(len(theta)):
        step = np.zeros(len(theta))
        step[j] = 6e-6
        num[j] = (C(theta + step) - C(theta - step)) / (2 * step[j])
    top = max(np.abs(g).max(), np.abs(num).max())
    return np.abs(g - num).max() / top if top > 0 else 0.0


# %% wrong: theta is moved in place, and stays moved
def gradient_error(C, g, theta):
    num = np.empty(len(theta))
    for j in range(len(theta)):
        h = 6e-6 * max(1.0, abs(theta[j]))
        theta[j] += h
        above = C(theta)
        theta[j] -= 2 * h
        num[j] = (above - C(theta)) / (2 * h)
    top = max(np.abs(g).max(), np.abs(num).max())
    return np.abs(g - num).max() / top if top > 0 else 0.0


# %% wrong: the mean in place of the maximum
def gradient_error(C, g, theta):
    num = np.empty(len(theta))
    for j in range(len(theta)):
        step = np.zeros(len(theta))
        step[j] = 6e-6 * max(1.0, abs(theta[j]))
        num[j] = (C(theta + step) - C(theta - step)) / (2 * step[j])
    top = max(np.abs(g).max(), np.abs(num).max())
    return np.abs(g - num).mean() / top if top > 0 else 0.0


# %% wrong: the last parameter is forgotten
def gradient_error(C, g, theta):
    num = np.array(g, dtype=float)
    for j in range(len(theta) - 1):
        step = np.zeros(len(theta))
        step[j] = 6e-6 * max(1.0, abs(theta[j]))
        num[j] = (C(theta + step) - C(theta - step)) / (2 * step[j])
    top = max(np.abs(g).max(), np.abs(num).max())
    return np.abs(g - num).max() / top if top > 0 else 0.0


# %% wrong: all parameters are moved at once
def gradient_error(C, g, theta):
    h = 6e-6 * np.maximum(1.0, np.abs(theta))
    num = (C(theta + h) - C(theta - h)) / (2 * h)
    top = max(np.abs(g).max(), np.abs(num).max())
    return np.abs(g - num).max() / top if top > 0 else 0.0


# %% wrong: 0 / 0 where both vanish
def gradient_error(C, g, theta):
    num = np.empty(len(theta))
    for j in range(len(theta)):
        step = np.zeros(len(theta))
        step[j] = 6e-6 * max(1.0, abs(theta[j]))
        num[j] = (C(theta + step) - C(theta - step)) / (2 * step[j])
    with np.errstate(all="ignore"):
        return np.abs(g - num).max() / np.float64(max(np.abs(g).max(), np.abs(num).max()))


# %% wrong: relative to the claimed gradient only
def gradient_error(C, g, theta):
    num = np.empty(len(theta))
    for j in range(len(theta)):
        step = np.zeros(len(theta))
        step[j] = 6e-6 * max(1.0, abs(theta[j]))
        num[j] = (C(theta + step) - C(theta - step)) / (2 * step[j])
    top = np.abs(g).max()
    return np.abs(g - num).max() / top if top > 0 else 0.0


# %% right: one list of slopes
def gradient_error(C, g, theta):
    eps = np.finfo(float).eps
    slopes = []
    for j, direction in enumerate(np.eye(len(theta))):
        h = np.cbrt(eps) * max(1, abs(theta[j]))
        slopes.append((C(theta + h * direction) - C(theta - h * direction)) / h / 2)
    scale = max(abs(float(t)) for t in [*g, *slopes])
    if scale == 0:
        return 0
    return max(abs(x - y) for x, y in zip(g, slopes)) / scale


# %% right: moves a copy, one entry there and back
def gradient_error(C, g, theta):
    t, num = np.array(theta, dtype=float), np.zeros(np.shape(theta))
    h = np.finfo(float).eps ** (1 / 3) * np.maximum(1.0, np.abs(theta))
    for j in range(t.size):
        t[j] = theta[j] + h[j]
        above = C(t.copy())
        t[j] = theta[j] - h[j]
        below = C(t.copy())
        t[j] = theta[j]
        num[j] = (above - below) / (2 * h[j])
    scale = np.linalg.norm(np.concatenate([g, num]), np.inf)
    return 0.0 if scale == 0 else float(np.linalg.norm(g - num, np.inf) / scale)
