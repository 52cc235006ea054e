# %% wrong: the next layer receives z, not a
def forward(X, W, b, hidden, output):
    z, a = [None], [X]
    for l in range(1, len(W)):
        z.append((a[0] if l == 1 else z[l - 1]) @ W[l] + b[l])
        name = hidden if l < len(W) - 1 else output
        a.append(softmax(z[l]) if name == "softmax" else activation(z[l], name))
    return z, a


# %% wrong: `hidden` in the output layer too
def forward(X, W, b, hidden, output):
    z, a = [None], [X]
    for l in range(1, len(W)):
        z.append(a[l - 1] @ W[l] + b[l])
        a.append(activation(z[l], hidden))
    return z, a


# %% wrong: `output` one layer too early
def forward(X, W, b, hidden, output):
    z, a = [None], [X]
    for l in range(1, len(W)):
        z.append(a[l - 1] @ W[l] + b[l])
        name = hidden if l < len(W) - 2 else output
        a.append(softmax(z[l]) if name == "softmax" else activation(z[l], name))
    return z, a


# %% wrong: no biases
def forward(X, W, b, hidden, output):
    z, a = [None], [X]
    for l in range(1, len(W)):
        z.append(a[l - 1] @ W[l])
        name = hidden if l < len(W) - 1 else output
        a.append(softmax(z[l]) if name == "softmax" else activation(z[l], name))
    return z, a


# %% wrong: the weights transposed where that raises no error
def forward(X, W, b, hidden, output):
    z, a = [None], [X]
    for l in range(1, len(W)):
        V = W[l].T if W[l].shape[0] == W[l].shape[1] else W[l]
        z.append(a[l - 1] @ V + b[l])
        name = hidden if l < len(W) - 1 else output
        a.append(softmax(z[l]) if name == "softmax" else activation(z[l], name))
    return z, a


# %% wrong: lists without the entries of layer 0
def forward(X, W, b, hidden, output):
    z, a = [], []
    for l in range(1, len(W)):
        z.append((X if l == 1 else a[-1]) @ W[l] + b[l])
        name = hidden if l < len(W) - 1 else output
        a.append(softmax(z[-1]) if name == "softmax" else activation(z[-1], name))
    return z, a


# %% wrong: only the output is returned
def forward(X, W, b, hidden, output):
    a = X
    for l in range(1, len(W)):
        z = a @ W[l] + b[l]
        name = hidden if l < len(W) - 1 else output
        a = softmax(z) if name == "softmax" else activation(z, name)
    return z, a


# %% wrong: softmax is left out
def forward(X, W, b, hidden, output):
    z, a = [None], [X]
    for l in range(1, len(W)):
        z.append(a[l - 1] @ W[l] + b[l])
        name = hidden if l < len(W) - 1 else output
        a.append(z[l] if name == "softmax" else activation(z[l], name))
    return z, a


# %% wrong: the activation of the input layer
def forward(X, W, b, hidden, output):
    z, a = [None], [activation(X, hidden)]
    for l in range(1, len(W)):
        z.append(a[l - 1] @ W[l] + b[l])
        name = hidden if l < len(W) - 1 else output
        a.append(softmax(z[l]) if name == "softmax" else activation(z[l], name))
    return z, a


# %% wrong: the order of the two lists
def forward(X, W, b, hidden, output):
    z, a = [None], [X]
    for l in range(1, len(W)):
        z.append(a[l - 1] @ W[l] + b[l])
        name = hidden if l < len(W) - 1 else output
        a.append(softmax(z[l]) if name == "softmax" else activation(z[l], name))
    return a, z


# %% wrong: adds the biases to the weights of the caller
def forward(X, W, b, hidden, output):
    z, a = [None], [X]
    for l in range(1, len(W)):
        s = a[l - 1] @ W[l] + b[l]
        W[l] += b[l]
        z.append(s)
        name = hidden if l < len(W) - 1 else output
        a.append(softmax(z[l]) if name == "softmax" else activation(z[l], name))
    return z, a


# %% right: the hidden layers first, then the output
def forward(X, W, b, hidden, output):
    L = len(W) - 1
    z, a = [None] * (L + 1), [None] * (L + 1)
    a[0] = X.copy()
    for l in range(1, L):
        z[l] = np.einsum("si,ij->sj", a[l - 1], W[l]) + b[l]
        a[l] = activation(z[l], hidden)
    z[L] = np.dot(a[L - 1], W[L]) + b[L][np.newaxis]
    a[L] = softmax(z[L]) if output == "softmax" else activation(z[L], output)
    return z, a


# %% right: sample by sample, as tuples
def forward(X, W, b, hidden, output):
    z, a = [None], [X]
    names = [hidden] * (len(W) - 2) + [output]
    for matrix, bias, name in zip(W[1:], b[1:], names):
        rows = np.array([matrix.T @ row + bias for row in a[-1]])
        z.append(rows)
        a.append(softmax(rows) if name == "softmax" else activation(rows, name))
    return tuple(z), tuple(a)


# %% right: a column of ones for the biases
def forward(X, W, b, hidden, output):
    z, a = [None], [X]
    for l in range(1, len(W)):
        ones = np.ones((len(X), 1))
        z += [np.hstack([a[l - 1], ones]) @ np.vstack([W[l], b[l]])]
        if l < len(W) - 1:
            a += [activation(z[l], hidden)]
        elif output == "softmax":
            a += [np.exp(z[l]) / np.exp(z[l]).sum(axis=1, keepdims=True)]
        else:
            a += [activation(z[l], output)]
    return [z, a]
