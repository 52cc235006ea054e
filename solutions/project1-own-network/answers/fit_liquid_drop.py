# %% wrong: the energy per nucleon is fitted
def fit_liquid_drop(Z, N, B):
    T = liquid_drop_terms(Z, N)
    A = Z + N
    return np.linalg.lstsq(T / A[:, None], B / A, rcond=None)[0]


# %% wrong: hard-coded for the whole table
def fit_liquid_drop(Z, N, B):
    return np.array([15.41375054, 16.86017725, 0.69524085, 22.49747373, 12.02782364])


# %% wrong: textbook values
def fit_liquid_drop(Z, N, B):
    return np.array([15.8, 18.3, 0.714, 23.2, 12.0])


# %% wrong: without pairing
def fit_liquid_drop(Z, N, B):
    T = liquid_drop_terms(Z, N)
    return np.append(np.linalg.lstsq(T[:, :4], B, rcond=None)[0], 0.0)


# %% wrong: with an intercept that is thrown away
def fit_liquid_drop(Z, N, B):
    T = liquid_drop_terms(Z, N)
    T = np.column_stack([T, np.ones(len(B))])
    return np.linalg.lstsq(T, B, rcond=None)[0][:5]


# %% wrong: a Ridge penalty
def fit_liquid_drop(Z, N, B):
    T = liquid_drop_terms(Z, N)
    return np.linalg.solve(T.T @ T + 10 * np.eye(5), T.T @ B)


# %% wrong: all of lstsq is returned
def fit_liquid_drop(Z, N, B):
    T = liquid_drop_terms(Z, N)
    return np.linalg.lstsq(T, B, rcond=None)


# %% wrong: signs taken out again
def fit_liquid_drop(Z, N, B):
    T = liquid_drop_terms(Z, N)
    return np.linalg.lstsq(T, B, rcond=None)[0] * np.array([1, -1, -1, -1, 1])


# %% wrong: the whole table, whatever is given
def fit_liquid_drop(Z, N, B):
    Z, N, B = nuclei.Z, nuclei.N, nuclei.binding_energy
    T = liquid_drop_terms(Z, N)
    return np.linalg.lstsq(T, B, rcond=None)[0]


# %% wrong: small singular values are cut
def fit_liquid_drop(Z, N, B):
    T = liquid_drop_terms(Z, N)
    return np.linalg.lstsq(T, B, rcond=1e-2)[0]


# %% right: QR
def fit_liquid_drop(Z, N, B):
    T = liquid_drop_terms(Z, N)
    Q, R = np.linalg.qr(T)
    return np.linalg.solve(R, Q.T @ B)


# %% right: normal equations
def fit_liquid_drop(Z, N, B):
    T = liquid_drop_terms(Z, N)
    return np.linalg.solve(T.T @ T, T.T @ B)


# %% right: scikit-learn
def fit_liquid_drop(Z, N, B):
    from sklearn.linear_model import LinearRegression

    return LinearRegression(fit_intercept=False).fit(liquid_drop_terms(Z, N), B).coef_
