# %% wrong: the squared gradient is left out
def oscillator_local_energy(R, alpha):
    return R.shape[1] * R.shape[2] * alpha + 0.5 * np.sum(R**2, axis=(1, 2))


# %% wrong: the potential is left out
def oscillator_local_energy(R, alpha):
    return R.shape[1] * R.shape[2] * alpha - 2 * alpha**2 * np.sum(R**2, axis=(1, 2))


# %% wrong: the potential without its 1/2
def oscillator_local_energy(R, alpha):
    return R.shape[1] * R.shape[2] * alpha + (1 - 2 * alpha**2) * np.sum(R**2, axis=(1, 2))


# %% wrong: the number of particles is forgotten
def oscillator_local_energy(R, alpha):
    return R.shape[2] * alpha + (0.5 - 2 * alpha**2) * np.sum(R**2, axis=(1, 2))


# %% wrong: the dimension is always three
def oscillator_local_energy(R, alpha):
    return 3 * R.shape[1] * alpha + (0.5 - 2 * alpha**2) * np.sum(R**2, axis=(1, 2))


# %% wrong: the gradient is squared without its factor 2
def oscillator_local_energy(R, alpha):
    return R.shape[1] * R.shape[2] * alpha + (0.5 - 0.5 * alpha**2) * np.sum(R**2, axis=(1, 2))


# %% wrong: the sign of the kinetic energy
def oscillator_local_energy(R, alpha):
    return -R.shape[1] * R.shape[2] * alpha + (0.5 + 2 * alpha**2) * np.sum(R**2, axis=(1, 2))


# %% wrong: for psi = exp(-alpha r**2 / 2), another convention
def oscillator_local_energy(R, alpha):
    return 0.5 * (R.shape[1] * R.shape[2] * alpha + (1 - alpha**2) * np.sum(R**2, axis=(1, 2)))


# %% wrong: right at alpha = 1/2 and nowhere else
def oscillator_local_energy(R, alpha):
    return np.full(len(R), 0.5 * R.shape[1] * R.shape[2])


# %% wrong: the distances are not squared
def oscillator_local_energy(R, alpha):
    r = np.sum(np.linalg.norm(R, axis=2), axis=1)
    return R.shape[1] * R.shape[2] * alpha + (0.5 - 2 * alpha**2) * r


# %% wrong: squares in place
def oscillator_local_energy(R, alpha):
    R **= 2
    return R.shape[1] * R.shape[2] * alpha + (0.5 - 2 * alpha**2) * R.sum(axis=(1, 2))


# %% right: gradient and laplacian as arrays
def oscillator_local_energy(R, alpha):
    gradient = -2 * alpha * R
    laplacian = np.full(R.shape, -2 * alpha)
    return np.sum(-0.5 * (laplacian + gradient**2) + 0.5 * R * R, axis=(1, 2))


# %% right: loops over walkers and particles
def oscillator_local_energy(R, alpha):
    n_walkers, n_particles, d = R.shape
    energies = [0.0] * n_walkers
    for k in range(n_walkers):
        for i in range(n_particles):
            square = sum(float(x) ** 2 for x in R[k, i])
            energies[k] += d * alpha - 2 * alpha * alpha * square + square / 2
    return energies


# %% right: through psi itself, by differentiating it twice on paper
def oscillator_local_energy(R, alpha):
    coordinates = R.reshape(len(R), -1)
    curvature = 4 * alpha**2 * coordinates**2 - 2 * alpha  # psi'' / psi for each coordinate
    return (-curvature / 2 + coordinates**2 / 2).sum(axis=1)
