# %% wrong: shares overwrite each other
def adjoints(tape, output):
    v_bar = np.zeros(len(tape))
    v_bar[output] = 1.0
    for i in range(output, -1, -1):
        for j, c in tape[i]:
            v_bar[j] = v_bar[i] * c
    return v_bar


# %% wrong: the sweep goes forward
def adjoints(tape, output):
    v_bar = np.zeros(len(tape))
    v_bar[output] = 1.0
    for i in range(output + 1):
        for j, c in tape[i]:
            v_bar[j] += v_bar[i] * c
    return v_bar


# %% wrong: starts at the last entry, whatever the output
def adjoints(tape, output):
    v_bar = np.zeros(len(tape))
    v_bar[-1] = 1.0
    for i in range(len(tape) - 1, -1, -1):
        for j, c in tape[i]:
            v_bar[j] += v_bar[i] * c
    return v_bar


# %% wrong: off by one, the output hands nothing on
def adjoints(tape, output):
    v_bar = np.zeros(len(tape))
    v_bar[output] = 1.0
    for i in range(output - 1, -1, -1):
        for j, c in tape[i]:
            v_bar[j] += v_bar[i] * c
    return v_bar


# %% wrong: only the first argument of each entry
def adjoints(tape, output):
    v_bar = np.zeros(len(tape))
    v_bar[output] = 1.0
    for i in range(output, -1, -1):
        for j, c in tape[i][:1]:
            v_bar[j] += v_bar[i] * c
    return v_bar


# %% wrong: an argument that stands twice counts once
def adjoints(tape, output):
    v_bar = np.zeros(len(tape))
    v_bar[output] = 1.0
    for i in range(output, -1, -1):
        for j, c in dict(tape[i]).items():
            v_bar[j] += v_bar[i] * c
    return v_bar


# %% wrong: the partial derivatives are added, not multiplied along a path
def adjoints(tape, output):
    v_bar = np.zeros(len(tape))
    v_bar[output] = 1.0
    for i in range(output, -1, -1):
        for j, c in tape[i]:
            v_bar[j] += c
    return v_bar


# %% wrong: the adjoint of the output is 0
def adjoints(tape, output):
    v_bar = np.zeros(len(tape))
    v_bar[output] = 1.0
    for i in range(output, -1, -1):
        for j, c in tape[i]:
            v_bar[j] += v_bar[i] * c
    v_bar[output] = 0.0
    return v_bar


# %% wrong: cuts off what comes after the output
def adjoints(tape, output):
    v_bar = np.zeros(output + 1)
    v_bar[output] = 1.0
    for i in range(output, -1, -1):
        for j, c in tape[i]:
            v_bar[j] += v_bar[i] * c
    return v_bar


# %% wrong: takes the tape apart
def adjoints(tape, output):
    v_bar = np.zeros(len(tape))
    v_bar[output] = 1.0
    for i in range(output, -1, -1):
        while tape[i]:
            j, c = tape[i].pop()
            v_bar[j] += v_bar[i] * c
    return v_bar


# %% wrong: integers for adjoints
def adjoints(tape, output):
    v_bar = np.zeros(len(tape), dtype=int)
    v_bar[output] = 1
    for i in range(output, -1, -1):
        for j, c in tape[i]:
            v_bar[j] += int(v_bar[i] * c)
    return v_bar


# %% right: gathers in place of handing on
def adjoints(tape, output):
    users = [[] for _ in tape]
    for i, entry in enumerate(tape):
        for j, c in entry:
            users[j].append((i, c))
    v_bar = [0.0] * len(tape)
    for j in range(len(tape) - 1, -1, -1):
        v_bar[j] = float(j == output) + sum(v_bar[i] * c for i, c in users[j])
    return v_bar


# %% right: back substitution
def adjoints(tape, output):
    C = np.zeros((len(tape), len(tape)))
    for i, entry in enumerate(tape):
        for j, c in entry:
            C[i, j] += c
    from scipy.linalg import solve_triangular

    e = np.zeros(len(tape))
    e[output] = 1
    return solve_triangular(np.eye(len(tape)) - C.T, e)


# %% right: a dictionary, and only what is reached
def adjoints(tape, output):
    found, i = {output: 1.0}, output
    while i >= 0:
        if i in found:
            for j, c in tape[i]:
                found[j] = found.get(j, 0.0) + found[i] * c
        i -= 1
    return np.array([found.get(i, 0.0) for i in range(len(tape))])
