# %% wrong: the ratio of the Green's functions is left out
def importance_step(log_psi, drift_force, R, delta_t, rng):
    F = drift_force(R)
    new = R + 0.5 * F * delta_t + np.sqrt(delta_t) * rng.normal(size=R.shape)
    accepted = np.log(rng.random(len(R))) < 2 * (log_psi(new) - log_psi(R))
    return np.where(accepted[:, None, None], new, R), accepted


# %% wrong: the ratio of the Green's functions upside down
def importance_step(log_psi, drift_force, R, delta_t, rng):
    F = drift_force(R)
    new = R + 0.5 * F * delta_t + np.sqrt(delta_t) * rng.normal(size=R.shape)
    q = 2 * (log_psi(new) - log_psi(R)) - log_green_ratio(R, new, F, drift_force(new), delta_t)
    accepted = np.log(rng.random(len(R))) < q
    return np.where(accepted[:, None, None], new, R), accepted


# %% wrong: psi in place of its square
def importance_step(log_psi, drift_force, R, delta_t, rng):
    F = drift_force(R)
    new = R + 0.5 * F * delta_t + np.sqrt(delta_t) * rng.normal(size=R.shape)
    q = log_psi(new) - log_psi(R) + log_green_ratio(R, new, F, drift_force(new), delta_t)
    accepted = np.log(rng.random(len(R))) < q
    return np.where(accepted[:, None, None], new, R), accepted


# %% wrong: the drift without its 1/2
def importance_step(log_psi, drift_force, R, delta_t, rng):
    F = drift_force(R)
    new = R + F * delta_t + np.sqrt(delta_t) * rng.normal(size=R.shape)
    q = 2 * (log_psi(new) - log_psi(R)) + log_green_ratio(R, new, F, drift_force(new), delta_t)
    accepted = np.log(rng.random(len(R))) < q
    return np.where(accepted[:, None, None], new, R), accepted


# %% wrong: the noise has the width delta_t
def importance_step(log_psi, drift_force, R, delta_t, rng):
    F = drift_force(R)
    new = R + 0.5 * F * delta_t + delta_t * rng.normal(size=R.shape)
    q = 2 * (log_psi(new) - log_psi(R)) + log_green_ratio(R, new, F, drift_force(new), delta_t)
    accepted = np.log(rng.random(len(R))) < q
    return np.where(accepted[:, None, None], new, R), accepted


# %% wrong: uniform noise of the right width
def importance_step(log_psi, drift_force, R, delta_t, rng):
    F = drift_force(R)
    new = R + 0.5 * F * delta_t + np.sqrt(3 * delta_t) * rng.uniform(-1, 1, size=R.shape)
    q = 2 * (log_psi(new) - log_psi(R)) + log_green_ratio(R, new, F, drift_force(new), delta_t)
    accepted = np.log(rng.random(len(R))) < q
    return np.where(accepted[:, None, None], new, R), accepted


# %% wrong: every move is accepted, which is right only for small delta_t
def importance_step(log_psi, drift_force, R, delta_t, rng):
    new = R + 0.5 * drift_force(R) * delta_t + np.sqrt(delta_t) * rng.normal(size=R.shape)
    return new, np.ones(len(R), dtype=bool)


# %% wrong: one random number decides for all walkers
def importance_step(log_psi, drift_force, R, delta_t, rng):
    F = drift_force(R)
    new = R + 0.5 * F * delta_t + np.sqrt(delta_t) * rng.normal(size=R.shape)
    q = 2 * (log_psi(new) - log_psi(R)) + log_green_ratio(R, new, F, drift_force(new), delta_t)
    accepted = np.log(rng.random()) < q
    return np.where(accepted[:, None, None], new, R), accepted


# %% wrong: the drift force of the start on both ways
def importance_step(log_psi, drift_force, R, delta_t, rng):
    F = drift_force(R)
    new = R + 0.5 * F * delta_t + np.sqrt(delta_t) * rng.normal(size=R.shape)
    q = 2 * (log_psi(new) - log_psi(R)) + log_green_ratio(R, new, F, F, delta_t)
    accepted = np.log(rng.random(len(R))) < q
    return np.where(accepted[:, None, None], new, R), accepted


# %% wrong: the drift has the wrong sign
def importance_step(log_psi, drift_force, R, delta_t, rng):
    F = -drift_force(R)
    new = R + 0.5 * F * delta_t + np.sqrt(delta_t) * rng.normal(size=R.shape)
    q = 2 * (log_psi(new) - log_psi(R)) + log_green_ratio(R, new, F, -drift_force(new), delta_t)
    accepted = np.log(rng.random(len(R))) < q
    return np.where(accepted[:, None, None], new, R), accepted


# %% wrong: moves the walkers in place
def importance_step(log_psi, drift_force, R, delta_t, rng):
    F = drift_force(R)
    new = R + 0.5 * F * delta_t + np.sqrt(delta_t) * rng.normal(size=R.shape)
    q = 2 * (log_psi(new) - log_psi(R)) + log_green_ratio(R, new, F, drift_force(new), delta_t)
    accepted = np.log(rng.random(len(R))) < q
    R[accepted] = new[accepted]
    return R, accepted


# %% wrong: the global generator of numpy
def importance_step(log_psi, drift_force, R, delta_t, rng):
    F = drift_force(R)
    new = R + 0.5 * F * delta_t + np.sqrt(delta_t) * np.random.normal(size=R.shape)
    q = 2 * (log_psi(new) - log_psi(R)) + log_green_ratio(R, new, F, drift_force(new), delta_t)
    accepted = np.log(np.random.rand(len(R))) < q
    return np.where(accepted[:, None, None], new, R), accepted


# %% right: the Green's functions are written out here
def importance_step(log_psi, drift_force, R, delta_t, rng):
    def log_density(start, end):
        gap = end - start - 0.5 * delta_t * drift_force(start)
        return 2 * log_psi(start) - np.einsum("kid,kid->k", gap, gap) / (2 * delta_t)

    new = rng.normal(R + 0.5 * delta_t * drift_force(R), np.sqrt(delta_t))
    accepted = -rng.exponential(size=len(R)) < log_density(new, R) - log_density(R, new)
    return np.where(accepted.reshape(-1, 1, 1), new, R), accepted


# %% right: decided walker by walker
def importance_step(log_psi, drift_force, R, delta_t, rng):
    u = rng.random(len(R))
    F = drift_force(R)
    new = R + 0.5 * delta_t * F + delta_t**0.5 * rng.standard_normal(R.shape)
    values = 2 * log_psi(new) - 2 * log_psi(R) + log_green_ratio(R, new, F, drift_force(new), delta_t)
    R_next, accepted = R.copy(), []
    for k in range(len(R)):
        accepted.append(bool(values[k] > 0 or u[k] < np.exp(values[k])))
        if accepted[k]:
            R_next[k] = new[k]
    return R_next, np.array(accepted)
