# %% wrong: records before the step
def sample_positions(log_psi, R, step, n_burn_in, n_steps, rng):
    for _ in range(n_burn_in):
        R, _ = metropolis_step(log_psi, R, step, rng)
    samples, shares = [], []
    for _ in range(n_steps):
        samples.append(R)
        R, accepted = metropolis_step(log_psi, R, step, rng)
        shares.append(np.mean(accepted))
    return np.array(samples), np.mean(shares)


# %% wrong: the burn-in is recorded too
def sample_positions(log_psi, R, step, n_burn_in, n_steps, rng):
    samples, shares = [], []
    for _ in range(n_burn_in + n_steps):
        R, accepted = metropolis_step(log_psi, R, step, rng)
        samples.append(R)
        shares.append(np.mean(accepted))
    return np.array(samples), np.mean(shares)


# %% wrong: the burn-in is taken off the steps that were asked for
def sample_positions(log_psi, R, step, n_burn_in, n_steps, rng):
    samples, shares = [], []
    for t in range(n_steps):
        R, accepted = metropolis_step(log_psi, R, step, rng)
        if t >= n_burn_in:
            samples.append(R)
            shares.append(np.mean(accepted))
    return np.array(samples), np.mean(shares)


# %% wrong: no burn-in
def sample_positions(log_psi, R, step, n_burn_in, n_steps, rng):
    samples, shares = [], []
    for _ in range(n_steps):
        R, accepted = metropolis_step(log_psi, R, step, rng)
        samples.append(R)
        shares.append(np.mean(accepted))
    return np.array(samples), np.mean(shares)


# %% wrong: off by one in the burn-in
def sample_positions(log_psi, R, step, n_burn_in, n_steps, rng):
    samples, shares = [], []
    for t in range(n_burn_in + n_steps + 1):
        R, accepted = metropolis_step(log_psi, R, step, rng)
        if t > n_burn_in:
            samples.append(R)
            shares.append(np.mean(accepted))
    return np.array(samples), np.mean(shares)


# %% wrong: the acceptance counts the burn-in
def sample_positions(log_psi, R, step, n_burn_in, n_steps, rng):
    samples, shares = [], []
    for t in range(n_burn_in + n_steps):
        R, accepted = metropolis_step(log_psi, R, step, rng)
        shares.append(np.mean(accepted))
        if t >= n_burn_in:
            samples.append(R)
    return np.array(samples), np.mean(shares)


# %% wrong: each step starts again from the first positions
def sample_positions(log_psi, R, step, n_burn_in, n_steps, rng):
    samples, shares = [], []
    for t in range(n_burn_in + n_steps):
        R_next, accepted = metropolis_step(log_psi, R, step, rng)
        if t >= n_burn_in:
            samples.append(R_next)
            shares.append(np.mean(accepted))
    return np.array(samples), np.mean(shares)


# %% wrong: only walkers that moved are recorded, the others are zero
def sample_positions(log_psi, R, step, n_burn_in, n_steps, rng):
    for _ in range(n_burn_in):
        R, _ = metropolis_step(log_psi, R, step, rng)
    samples, n_accepted = np.zeros((n_steps, *R.shape)), 0
    for t in range(n_steps):
        R, accepted = metropolis_step(log_psi, R, step, rng)
        samples[t][accepted] = R[accepted]
        n_accepted += accepted.sum()
    return samples, n_accepted / (n_steps * len(R))


# %% wrong: the number of accepted moves in place of their share
def sample_positions(log_psi, R, step, n_burn_in, n_steps, rng):
    for _ in range(n_burn_in):
        R, _ = metropolis_step(log_psi, R, step, rng)
    samples, n_accepted = np.zeros((n_steps, *R.shape)), 0
    for t in range(n_steps):
        R, accepted = metropolis_step(log_psi, R, step, rng)
        samples[t] = R
        n_accepted += accepted.sum()
    return samples, n_accepted


# %% wrong: the same array is recorded again and again
def sample_positions(log_psi, R, step, n_burn_in, n_steps, rng):
    R, samples, shares = R.copy(), [], []
    for t in range(n_burn_in + n_steps):
        R_next, accepted = metropolis_step(log_psi, R, step, rng)
        R[:] = R_next
        if t >= n_burn_in:
            samples.append(R)
            shares.append(np.mean(accepted))
    return np.array(samples), np.mean(shares)


# %% wrong: walks in the caller's array
def sample_positions(log_psi, R, step, n_burn_in, n_steps, rng):
    samples, shares = [], []
    for t in range(n_burn_in + n_steps):
        R_next, accepted = metropolis_step(log_psi, R, step, rng)
        R[...] = R_next
        if t >= n_burn_in:
            samples.append(R.copy())
            shares.append(np.mean(accepted))
    return np.array(samples), np.mean(shares)


# %% wrong: walkers first
def sample_positions(log_psi, R, step, n_burn_in, n_steps, rng):
    for _ in range(n_burn_in):
        R, _ = metropolis_step(log_psi, R, step, rng)
    samples, shares = [], []
    for _ in range(n_steps):
        R, accepted = metropolis_step(log_psi, R, step, rng)
        samples.append(R)
        shares.append(np.mean(accepted))
    return np.stack(samples, axis=1), np.mean(shares)


# %% wrong: thins by taking every second step
def sample_positions(log_psi, R, step, n_burn_in, n_steps, rng):
    for _ in range(n_burn_in):
        R, _ = metropolis_step(log_psi, R, step, rng)
    samples, shares = [], []
    for _ in range(n_steps):
        R, _ = metropolis_step(log_psi, R, step, rng)
        R, accepted = metropolis_step(log_psi, R, step, rng)
        samples.append(R)
        shares.append(np.mean(accepted))
    return np.array(samples), np.mean(shares)


# %% right: one loop over all steps
def sample_positions(log_psi, R, step, n_burn_in, n_steps, rng):
    record, moved = [], []
    for t in range(n_burn_in + n_steps):
        R, accepted = metropolis_step(log_psi, R, step, rng)
        if t >= n_burn_in:
            record.append(R)
            moved.extend(accepted)
    return np.stack(record), sum(moved) / len(moved)


# %% right: the burn-in as a chain of its own
def sample_positions(log_psi, R, step, n_burn_in, n_steps, rng):
    if n_burn_in:
        before, _ = sample_positions(log_psi, R, step, 0, n_burn_in, rng)
        return sample_positions(log_psi, before[-1], step, 0, n_steps, rng)
    chain, flags = np.zeros((n_steps + 1, *R.shape)), np.zeros((n_steps, len(R)))
    chain[0] = R
    for t in range(n_steps):
        chain[t + 1], flags[t] = metropolis_step(log_psi, chain[t], step, rng)
    return chain[1:], flags.mean()


# %% right: the step is written out here, and all random numbers are drawn beforehand
def sample_positions(log_psi, R, step, n_burn_in, n_steps, rng):
    n = n_burn_in + n_steps
    moves = rng.uniform(-step, step, size=(n, *R.shape))
    thresholds = np.log(rng.random((n, len(R))))
    samples, n_accepted, value = [], 0, log_psi(R)
    for t in range(n):
        new = R + moves[t]
        new_value = log_psi(new)
        yes = thresholds[t] < 2 * (new_value - value)
        R, value = np.where(yes[:, None, None], new, R), np.where(yes, new_value, value)
        if t >= n_burn_in:
            samples.append(R)
            n_accepted += np.count_nonzero(yes)
    return np.array(samples), n_accepted / n_steps / len(R)
