# %% wrong: climbs
def minimise_energy(
    log_psi, local_energy, parameter_gradients, theta, R, step, eta, n_iterations, n_burn_in, n_steps, rng
):
    theta, energies = np.array(theta, dtype=float), []
    with np.errstate(all="ignore"):
        for _ in range(n_iterations):
            samples, _ = sample_positions(lambda R: log_psi(R, theta), R, step, n_burn_in, n_steps, rng)
            R, flat = samples[-1], samples.reshape(-1, *R.shape[1:])
            E = local_energy(flat, theta)
            energies.append(np.mean(E))
            theta = theta + eta * energy_gradient(E, parameter_gradients(flat, theta))
    return theta, np.array(energies)


# %% wrong: the learning rate is forgotten
def minimise_energy(
    log_psi, local_energy, parameter_gradients, theta, R, step, eta, n_iterations, n_burn_in, n_steps, rng
):
    theta, energies = np.array(theta, dtype=float), []
    with np.errstate(all="ignore"):
        for _ in range(n_iterations):
            samples, _ = sample_positions(lambda R: log_psi(R, theta), R, step, n_burn_in, n_steps, rng)
            R, flat = samples[-1], samples.reshape(-1, *R.shape[1:])
            E = local_energy(flat, theta)
            energies.append(np.mean(E))
            theta = theta - energy_gradient(E, parameter_gradients(flat, theta))
    return theta, np.array(energies)


# %% wrong: samples are drawn with the first theta throughout
def minimise_energy(
    log_psi, local_energy, parameter_gradients, theta, R, step, eta, n_iterations, n_burn_in, n_steps, rng
):
    first, theta, energies = np.array(theta), np.array(theta, dtype=float), []
    for _ in range(n_iterations):
        samples, _ = sample_positions(lambda R: log_psi(R, first), R, step, n_burn_in, n_steps, rng)
        R, flat = samples[-1], samples.reshape(-1, *R.shape[1:])
        E = local_energy(flat, theta)
        energies.append(np.mean(E))
        theta = theta - eta * energy_gradient(E, parameter_gradients(flat, theta))
    return theta, np.array(energies)


# %% wrong: walkers start from R in every iteration
def minimise_energy(
    log_psi, local_energy, parameter_gradients, theta, R, step, eta, n_iterations, n_burn_in, n_steps, rng
):
    theta, energies = np.array(theta, dtype=float), []
    for _ in range(n_iterations):
        samples, _ = sample_positions(lambda R: log_psi(R, theta), R, step, n_burn_in, n_steps, rng)
        flat = samples.reshape(-1, *R.shape[1:])
        E = local_energy(flat, theta)
        energies.append(np.mean(E))
        theta = theta - eta * energy_gradient(E, parameter_gradients(flat, theta))
    return theta, np.array(energies)


# %% wrong: the energy is taken after the update
def minimise_energy(
    log_psi, local_energy, parameter_gradients, theta, R, step, eta, n_iterations, n_burn_in, n_steps, rng
):
    theta, energies = np.array(theta, dtype=float), []
    for _ in range(n_iterations):
        samples, _ = sample_positions(lambda R: log_psi(R, theta), R, step, n_burn_in, n_steps, rng)
        R, flat = samples[-1], samples.reshape(-1, *R.shape[1:])
        theta = theta - eta * energy_gradient(local_energy(flat, theta), parameter_gradients(flat, theta))
        energies.append(np.mean(local_energy(flat, theta)))
    return theta, np.array(energies)


# %% wrong: no update after the last samples
def minimise_energy(
    log_psi, local_energy, parameter_gradients, theta, R, step, eta, n_iterations, n_burn_in, n_steps, rng
):
    theta, energies = np.array(theta, dtype=float), []
    for k in range(n_iterations):
        samples, _ = sample_positions(lambda R: log_psi(R, theta), R, step, n_burn_in, n_steps, rng)
        R, flat = samples[-1], samples.reshape(-1, *R.shape[1:])
        E = local_energy(flat, theta)
        energies.append(np.mean(E))
        if k < n_iterations - 1:
            theta = theta - eta * energy_gradient(E, parameter_gradients(flat, theta))
    return theta, np.array(energies)


# %% wrong: updates the caller's theta
def minimise_energy(
    log_psi, local_energy, parameter_gradients, theta, R, step, eta, n_iterations, n_burn_in, n_steps, rng
):
    energies = []
    for _ in range(n_iterations):
        samples, _ = sample_positions(lambda R: log_psi(R, theta), R, step, n_burn_in, n_steps, rng)
        R, flat = samples[-1], samples.reshape(-1, *R.shape[1:])
        E = local_energy(flat, theta)
        energies.append(np.mean(E))
        theta -= eta * energy_gradient(E, parameter_gradients(flat, theta))
    return theta, np.array(energies)


# %% wrong: no burn-in
def minimise_energy(
    log_psi, local_energy, parameter_gradients, theta, R, step, eta, n_iterations, n_burn_in, n_steps, rng
):
    theta, energies = np.array(theta, dtype=float), []
    for _ in range(n_iterations):
        samples, _ = sample_positions(lambda R: log_psi(R, theta), R, step, 0, n_steps, rng)
        R, flat = samples[-1], samples.reshape(-1, *R.shape[1:])
        E = local_energy(flat, theta)
        energies.append(np.mean(E))
        theta = theta - eta * energy_gradient(E, parameter_gradients(flat, theta))
    return theta, np.array(energies)


# %% wrong: only the last energy
def minimise_energy(
    log_psi, local_energy, parameter_gradients, theta, R, step, eta, n_iterations, n_burn_in, n_steps, rng
):
    theta, energy = np.array(theta, dtype=float), 0.0
    for _ in range(n_iterations):
        samples, _ = sample_positions(lambda R: log_psi(R, theta), R, step, n_burn_in, n_steps, rng)
        R, flat = samples[-1], samples.reshape(-1, *R.shape[1:])
        E = local_energy(flat, theta)
        energy = np.mean(E)
        theta = theta - eta * energy_gradient(E, parameter_gradients(flat, theta))
    return theta, energy


# %% wrong: the gradient of log psi is taken at the first theta
def minimise_energy(
    log_psi, local_energy, parameter_gradients, theta, R, step, eta, n_iterations, n_burn_in, n_steps, rng
):
    first, theta, energies = np.array(theta), np.array(theta, dtype=float), []
    for _ in range(n_iterations):
        samples, _ = sample_positions(lambda R: log_psi(R, theta), R, step, n_burn_in, n_steps, rng)
        R, flat = samples[-1], samples.reshape(-1, *R.shape[1:])
        E = local_energy(flat, theta)
        energies.append(np.mean(E))
        theta = theta - eta * energy_gradient(E, parameter_gradients(flat, first))
    return theta, np.array(energies)


# %% wrong: returns the parameters of the lowest energy that was seen, which noise decides
def minimise_energy(
    log_psi, local_energy, parameter_gradients, theta, R, step, eta, n_iterations, n_burn_in, n_steps, rng
):
    theta, energies, thetas = np.array(theta, dtype=float), [], []
    for _ in range(n_iterations):
        samples, _ = sample_positions(lambda R: log_psi(R, theta), R, step, n_burn_in, n_steps, rng)
        R, flat = samples[-1], samples.reshape(-1, *R.shape[1:])
        E = local_energy(flat, theta)
        energies.append(np.mean(E))
        thetas.append(theta)
        theta = theta - eta * energy_gradient(E, parameter_gradients(flat, theta))
    return thetas[int(np.argmin(energies))] if thetas else theta, np.array(energies)


# %% wrong: one learning rate for all parameters
def minimise_energy(
    log_psi, local_energy, parameter_gradients, theta, R, step, eta, n_iterations, n_burn_in, n_steps, rng
):
    theta, energies = np.array(theta, dtype=float), []
    for _ in range(n_iterations):
        samples, _ = sample_positions(lambda R: log_psi(R, theta), R, step, n_burn_in, n_steps, rng)
        R, flat = samples[-1], samples.reshape(-1, *R.shape[1:])
        E = local_energy(flat, theta)
        energies.append(np.mean(E))
        theta = theta - np.mean(eta) * energy_gradient(E, parameter_gradients(flat, theta))
    return theta, np.array(energies)


# %% right: a list of steps, the batch by concatenation
def minimise_energy(
    log_psi, local_energy, parameter_gradients, theta, R, step, eta, n_iterations, n_burn_in, n_steps, rng
):
    energies = []
    for _ in range(n_iterations):

        def present(R, theta=theta):
            return log_psi(R, theta)

        samples, _ = sample_positions(present, R, step, n_burn_in, n_steps, rng)
        batch = np.concatenate(list(samples))
        E = local_energy(batch, theta)
        energies.append(sum(E) / len(E))
        theta = theta - np.multiply(eta, energy_gradient(E, parameter_gradients(batch, theta)))
        R = samples[n_steps - 1]
    return theta, energies


# %% right: sampling and gradient written out here, step by step
def minimise_energy(
    log_psi, local_energy, parameter_gradients, theta, R, step, eta, n_iterations, n_burn_in, n_steps, rng
):
    theta, R, energies = theta * 1.0, R.copy(), np.zeros(n_iterations)
    for k in range(n_iterations):
        E, O = [], []
        now = log_psi(R, theta)
        for t in range(n_burn_in + n_steps):
            new = R + step * rng.uniform(-1, 1, R.shape)
            then = log_psi(new, theta)
            yes = np.log(rng.random(len(R))) < 2 * (then - now)
            R[yes] = new[yes]
            now = np.where(yes, then, now)
            if t >= n_burn_in:
                E.append(local_energy(R, theta))
                O.append(parameter_gradients(R, theta))
        E, O = np.array(E), np.array(O)
        energies[k] = E.mean()
        theta = theta - eta * 2 * ((E[..., None] * O).mean(axis=(0, 1)) - E.mean() * O.mean(axis=(0, 1)))
    return theta, energies
