# %% wrong: Z squared
def liquid_drop_terms(Z, N):
    A = Z + N
    delta = 1 - Z % 2 - N % 2
    volume, surface = A, -(A ** (2 / 3))
    coulomb = -(Z**2) / A ** (1 / 3)
    asymmetry = -((N - Z) ** 2) / A
    pairing = delta / np.sqrt(A)
    return np.column_stack([volume, surface, coulomb, asymmetry, pairing])


# %% wrong: the sign of the surface
def liquid_drop_terms(Z, N):
    A = Z + N
    delta = 1 - Z % 2 - N % 2
    volume, surface = A, A ** (2 / 3)
    coulomb = -Z * (Z - 1) / A ** (1 / 3)
    asymmetry = -((N - Z) ** 2) / A
    pairing = delta / np.sqrt(A)
    return np.column_stack([volume, surface, coulomb, asymmetry, pairing])


# %% wrong: 2 // 3 is 0
def liquid_drop_terms(Z, N):
    A = Z + N
    delta = 1 - Z % 2 - N % 2
    volume, surface = A, -(A ** (2 // 3))
    coulomb = -Z * (Z - 1) / A ** (1 / 3)
    asymmetry = -((N - Z) ** 2) / A
    pairing = delta / np.sqrt(A)
    return np.column_stack([volume, surface, coulomb, asymmetry, pairing])


# %% wrong: asymmetry without the square
def liquid_drop_terms(Z, N):
    A = Z + N
    delta = 1 - Z % 2 - N % 2
    volume, surface = A, -(A ** (2 / 3))
    coulomb = -Z * (Z - 1) / A ** (1 / 3)
    asymmetry = -(N - Z) / A
    pairing = delta / np.sqrt(A)
    return np.column_stack([volume, surface, coulomb, asymmetry, pairing])


# %% wrong: asymmetry by the square of A
def liquid_drop_terms(Z, N):
    A = Z + N
    delta = 1 - Z % 2 - N % 2
    volume, surface = A, -(A ** (2 / 3))
    coulomb = -Z * (Z - 1) / A ** (1 / 3)
    asymmetry = -((N - Z) ** 2) / A**2
    pairing = delta / np.sqrt(A)
    return np.column_stack([volume, surface, coulomb, asymmetry, pairing])


# %% wrong: odd A gets -1
def liquid_drop_terms(Z, N):
    A = Z + N
    delta = np.where((Z + N) % 2 == 1, -1, 1 - Z % 2 - N % 2)
    volume, surface = A, -(A ** (2 / 3))
    coulomb = -Z * (Z - 1) / A ** (1 / 3)
    asymmetry = -((N - Z) ** 2) / A
    pairing = delta / np.sqrt(A)
    return np.column_stack([volume, surface, coulomb, asymmetry, pairing])


# %% wrong: odd-odd gets 0
def liquid_drop_terms(Z, N):
    A = Z + N
    delta = (1 - Z % 2) * (1 - N % 2)
    volume, surface = A, -(A ** (2 / 3))
    coulomb = -Z * (Z - 1) / A ** (1 / 3)
    asymmetry = -((N - Z) ** 2) / A
    pairing = delta / np.sqrt(A)
    return np.column_stack([volume, surface, coulomb, asymmetry, pairing])


# %% wrong: the sign of the pairing
def liquid_drop_terms(Z, N):
    A = Z + N
    delta = 1 - Z % 2 - N % 2
    volume, surface = A, -(A ** (2 / 3))
    coulomb = -Z * (Z - 1) / A ** (1 / 3)
    asymmetry = -((N - Z) ** 2) / A
    pairing = -delta / np.sqrt(A)
    return np.column_stack([volume, surface, coulomb, asymmetry, pairing])


# %% wrong: pairing with A to the power -3/4
def liquid_drop_terms(Z, N):
    A = Z + N
    delta = 1 - Z % 2 - N % 2
    volume, surface = A, -(A ** (2 / 3))
    coulomb = -Z * (Z - 1) / A ** (1 / 3)
    asymmetry = -((N - Z) ** 2) / A
    pairing = delta / A**0.75
    return np.column_stack([volume, surface, coulomb, asymmetry, pairing])


# %% wrong: Coulomb of the neutrons
def liquid_drop_terms(Z, N):
    A = Z + N
    delta = 1 - Z % 2 - N % 2
    volume, surface = A, -(A ** (2 / 3))
    coulomb = -N * (N - 1) / A ** (1 / 3)
    asymmetry = -((N - Z) ** 2) / A
    pairing = delta / np.sqrt(A)
    return np.column_stack([volume, surface, coulomb, asymmetry, pairing])


# %% wrong: terms are rows
def liquid_drop_terms(Z, N):
    A = Z + N
    delta = 1 - Z % 2 - N % 2
    volume, surface = A, -(A ** (2 / 3))
    coulomb = -Z * (Z - 1) / A ** (1 / 3)
    asymmetry = -((N - Z) ** 2) / A
    pairing = delta / np.sqrt(A)
    return np.array([volume, surface, coulomb, asymmetry, pairing])


# %% right: nucleus by nucleus
def liquid_drop_terms(Z, N):
    T = np.zeros((len(Z), 5))
    for i, (z, n) in enumerate(zip(Z, N, strict=True)):
        A = float(z + n)
        T[i, 0] = A
        T[i, 1] = -(np.cbrt(A) ** 2)
        T[i, 2] = -z * (z - 1) / np.cbrt(A)
        T[i, 3] = -((A - 2 * z) ** 2) / A
        if z % 2 == n % 2:
            T[i, 4] = (1 if z % 2 == 0 else -1) * A**-0.5
    return T


# %% right: in floating point from the start
def liquid_drop_terms(Z, N):
    Z, N = Z.astype(float), N.astype(float)
    A = Z + N
    even = ((-1.0) ** Z + (-1.0) ** N) / 2
    return np.stack(
        [A, -np.power(A, 2 / 3), (Z - Z**2) * A ** (-1 / 3), -np.square(N - Z) / A, even * A**-0.5], axis=1
    )
