# %% wrong: psi in place of its square
def metropolis_step(log_psi, R, step, rng):
    new = R + step * rng.uniform(-1, 1, size=R.shape)
    accepted = rng.random(len(R)) < np.exp(np.minimum(log_psi(new) - log_psi(R), 0))
    return np.where(accepted[:, None, None], new, R), accepted


# %% wrong: the ratio upside down
def metropolis_step(log_psi, R, step, rng):
    new = R + step * rng.uniform(-1, 1, size=R.shape)
    accepted = np.log(rng.random(len(R))) < 2 * (log_psi(R) - log_psi(new))
    return np.where(accepted[:, None, None], new, R), accepted


# %% wrong: one random number decides for all walkers
def metropolis_step(log_psi, R, step, rng):
    new = R + step * rng.uniform(-1, 1, size=R.shape)
    accepted = np.log(rng.random()) < 2 * (log_psi(new) - log_psi(R))
    return np.where(accepted[:, None, None], new, R), accepted


# %% wrong: returns the proposals, whether accepted or not
def metropolis_step(log_psi, R, step, rng):
    new = R + step * rng.uniform(-1, 1, size=R.shape)
    accepted = np.log(rng.random(len(R))) < 2 * (log_psi(new) - log_psi(R))
    return new, accepted


# %% wrong: moves only to the right
def metropolis_step(log_psi, R, step, rng):
    new = R + step * rng.random(size=R.shape)
    accepted = np.log(rng.random(len(R))) < 2 * (log_psi(new) - log_psi(R))
    return np.where(accepted[:, None, None], new, R), accepted


# %% wrong: moves by at most half a step
def metropolis_step(log_psi, R, step, rng):
    new = R + step * (rng.random(size=R.shape) - 0.5)
    accepted = np.log(rng.random(len(R))) < 2 * (log_psi(new) - log_psi(R))
    return np.where(accepted[:, None, None], new, R), accepted


# %% wrong: normal moves
def metropolis_step(log_psi, R, step, rng):
    new = R + step * rng.normal(size=R.shape)
    accepted = np.log(rng.random(len(R))) < 2 * (log_psi(new) - log_psi(R))
    return np.where(accepted[:, None, None], new, R), accepted


# %% wrong: the same displacement for every particle of a walker
def metropolis_step(log_psi, R, step, rng):
    new = R + step * rng.uniform(-1, 1, size=(len(R), 1, R.shape[2]))
    accepted = np.log(rng.random(len(R))) < 2 * (log_psi(new) - log_psi(R))
    return np.where(accepted[:, None, None], new, R), accepted


# %% wrong: only moves to larger psi are made
def metropolis_step(log_psi, R, step, rng):
    new = R + step * rng.uniform(-1, 1, size=R.shape)
    accepted = log_psi(new) >= log_psi(R)
    return np.where(accepted[:, None, None], new, R), accepted


# %% wrong: the heat-bath rule, which accepts less often
def metropolis_step(log_psi, R, step, rng):
    new = R + step * rng.uniform(-1, 1, size=R.shape)
    with np.errstate(all="ignore"):
        accepted = rng.random(len(R)) < 1 / (1 + np.exp(2 * (log_psi(R) - log_psi(new))))
    return np.where(accepted[:, None, None], new, R), accepted


# %% wrong: a generator of its own
def metropolis_step(log_psi, R, step, rng):
    rng = np.random.default_rng()
    new = R + step * rng.uniform(-1, 1, size=R.shape)
    accepted = np.log(rng.random(len(R))) < 2 * (log_psi(new) - log_psi(R))
    return np.where(accepted[:, None, None], new, R), accepted


# %% wrong: a generator that is seeded anew in each step
def metropolis_step(log_psi, R, step, rng):
    rng = np.random.default_rng(0)
    new = R + step * rng.uniform(-1, 1, size=R.shape)
    accepted = np.log(rng.random(len(R))) < 2 * (log_psi(new) - log_psi(R))
    return np.where(accepted[:, None, None], new, R), accepted


# %% wrong: moves the walkers in place
def metropolis_step(log_psi, R, step, rng):
    new = R + step * rng.uniform(-1, 1, size=R.shape)
    accepted = np.log(rng.random(len(R))) < 2 * (log_psi(new) - log_psi(R))
    R[accepted] = new[accepted]
    return R, accepted


# %% wrong: the number of accepted moves in place of which
def metropolis_step(log_psi, R, step, rng):
    new = R + step * rng.uniform(-1, 1, size=R.shape)
    accepted = np.log(rng.random(len(R))) < 2 * (log_psi(new) - log_psi(R))
    return np.where(accepted[:, None, None], new, R), accepted.sum()


# %% wrong: psi itself underflows, the ratio is nan
def metropolis_step(log_psi, R, step, rng):
    new = R + step * rng.uniform(-1, 1, size=R.shape)
    with np.errstate(all="ignore"):
        ratio = np.exp(log_psi(new)) ** 2 / np.exp(log_psi(R)) ** 2
    accepted = rng.random(len(R)) < ratio
    return np.where(accepted[:, None, None], new, R), accepted


# %% right: a loop over the walkers, after log psi was asked for all of them
def metropolis_step(log_psi, R, step, rng):
    new = R + rng.uniform(-step, step, R.shape)
    old_values, new_values = log_psi(R), log_psi(new)
    R_next, accepted = np.copy(R), np.zeros(len(R), dtype=bool)
    for k in range(len(R)):
        difference = 2 * new_values[k] - 2 * old_values[k]
        if difference >= 0 or rng.random() < np.exp(difference):
            R_next[k] = new[k]
            accepted[k] = True
    return R_next, accepted


# %% right: the waiting time of an exponential, drawn before the moves
def metropolis_step(log_psi, R, step, rng):
    waiting = rng.exponential(size=R.shape[0])
    new = R + step * (2 * rng.random(R.shape) - 1)
    accepted = 2 * (log_psi(R) - log_psi(new)) < waiting
    R_next = R.copy()
    R_next[accepted] = new[accepted]
    return R_next, accepted


# %% right: the exponential may overflow, and infinity is above every number
def metropolis_step(log_psi, R, step, rng):
    new = R + step * rng.uniform(-1.0, 1.0, R.shape)
    with np.errstate(over="ignore"):
        ratio = np.exp(log_psi(new) - log_psi(R)) ** 2
    accepted = [bool(u <= q) for u, q in zip(rng.uniform(size=len(R)), ratio)]
    return np.array([n if a else r for n, r, a in zip(new, R, accepted)]), accepted
