# %% wrong: W is not transposed where that raises no error
def backward(y, W, z, hidden, output):
    delta = [None] * len(W)
    delta[-1] = output_delta(y, z[-1], output)
    for l in range(len(W) - 2, 0, -1):
        V = W[l + 1] if W[l + 1].shape[0] == W[l + 1].shape[1] else W[l + 1].T
        delta[l] = (delta[l + 1] @ V) * d_activation(z[l], hidden)
    return delta


# %% wrong: f' is forgotten in the hidden layers
def backward(y, W, z, hidden, output):
    delta = [None] * len(W)
    delta[-1] = output_delta(y, z[-1], output)
    for l in range(len(W) - 2, 0, -1):
        delta[l] = delta[l + 1] @ W[l + 1].T
    return delta


# %% wrong: f' taken at a
def backward(y, W, z, hidden, output):
    delta = [None] * len(W)
    delta[-1] = output_delta(y, z[-1], output)
    for l in range(len(W) - 2, 0, -1):
        delta[l] = (delta[l + 1] @ W[l + 1].T) * d_activation(activation(z[l], hidden), hidden)
    return delta


# %% wrong: the first layer is left out
def backward(y, W, z, hidden, output):
    delta = [None] * len(W)
    delta[-1] = output_delta(y, z[-1], output)
    for l in range(len(W) - 2, 1, -1):
        delta[l] = (delta[l + 1] @ W[l + 1].T) * d_activation(z[l], hidden)
    return delta


# %% wrong: `output` in the hidden layers
def backward(y, W, z, hidden, output):
    delta = [None] * len(W)
    delta[-1] = output_delta(y, z[-1], output)
    for l in range(len(W) - 2, 0, -1):
        delta[l] = (delta[l + 1] @ W[l + 1].T) * d_activation(z[l], output)
    return delta


# %% wrong: the logistic derivative, whatever `hidden` says
def backward(y, W, z, hidden, output):
    delta = [None] * len(W)
    delta[-1] = output_delta(y, z[-1], output)
    for l in range(len(W) - 2, 0, -1):
        delta[l] = (delta[l + 1] @ W[l + 1].T) * d_activation(z[l], "logistic")
    return delta


# %% wrong: divided by n in each layer
def backward(y, W, z, hidden, output):
    delta = [None] * len(W)
    delta[-1] = output_delta(y, z[-1], output)
    for l in range(len(W) - 2, 0, -1):
        delta[l] = (delta[l + 1] @ W[l + 1].T) * d_activation(z[l], hidden) / len(y)
    return delta


# %% wrong: f' of the layer after, where the shapes fit
def backward(y, W, z, hidden, output):
    delta = [None] * len(W)
    delta[-1] = output_delta(y, z[-1], output)
    for l in range(len(W) - 2, 0, -1):
        t = z[l + 1] if z[l + 1].shape == z[l].shape else z[l]
        delta[l] = (delta[l + 1] @ W[l + 1].T) * d_activation(t, hidden)
    return delta


# %% wrong: the weights of the same layer, where the shapes fit
def backward(y, W, z, hidden, output):
    delta = [None] * len(W)
    delta[-1] = output_delta(y, z[-1], output)
    for l in range(len(W) - 2, 0, -1):
        V = W[l] if W[l].shape == W[l + 1].shape else W[l + 1]
        delta[l] = (delta[l + 1] @ V.T) * d_activation(z[l], hidden)
    return delta


# %% wrong: an error of layer 0 too
def backward(y, W, z, hidden, output):
    delta = [None] * len(W)
    delta[-1] = output_delta(y, z[-1], output)
    for l in range(len(W) - 2, 0, -1):
        delta[l] = (delta[l + 1] @ W[l + 1].T) * d_activation(z[l], hidden)
    delta[0] = delta[1] @ W[1].T
    return delta


# %% wrong: f' of the output layer twice
def backward(y, W, z, hidden, output):
    delta = [None] * len(W)
    delta[-1] = output_delta(y, z[-1], output) * d_activation(z[-1], hidden)
    for l in range(len(W) - 2, 0, -1):
        delta[l] = (delta[l + 1] @ W[l + 1].T) * d_activation(z[l], hidden)
    return delta


# %% wrong: all layers from the error of the output, one hidden layer at most
def backward(y, W, z, hidden, output):
    delta = [None] * len(W)
    delta[-1] = output_delta(y, z[-1], output)
    for l in range(len(W) - 2, 0, -1):
        last = delta[-1] @ W[-1].T
        delta[l] = last * d_activation(z[l], hidden) if last.shape == z[l].shape else np.zeros(z[l].shape)
    return delta


# %% wrong: overwrites z
def backward(y, W, z, hidden, output):
    delta = [None] * len(W)
    delta[-1] = output_delta(y, z[-1], output)
    for l in range(len(W) - 2, 0, -1):
        z[l][...] = d_activation(z[l], hidden)
        delta[l] = (delta[l + 1] @ W[l + 1].T) * z[l]
    return delta


# %% right: recursion from the output, as a tuple
def backward(y, W, z, hidden, output):
    def errors(l):
        if l == len(W) - 1:
            return (output_delta(y, z[l], output),)
        later = errors(l + 1)
        return (np.einsum("sk,jk->sj", later[0], W[l + 1]) * d_activation(z[l], hidden), *later)

    return (None, *errors(1))


# %% right: the list grows from the front
def backward(y, W, z, hidden, output):
    delta = [output_delta(y, z[-1], output)]
    for matrix, inner in zip(reversed(W[2:]), reversed(z[1:-1])):
        arrived = (matrix @ delta[0].T).T
        delta.insert(0, arrived * d_activation(inner, hidden))
    return [None] + delta


# %% right: sample by sample
def backward(y, W, z, hidden, output):
    L = len(W) - 1
    delta = [None] + [np.zeros(np.shape(z[l])) for l in range(1, L + 1)]
    delta[L] += output_delta(y, z[L], output)
    for l in range(L - 1, 0, -1):
        slope = d_activation(z[l], hidden)
        for s in range(len(y)):
            delta[l][s] = (W[l + 1] @ delta[l + 1][s]) * slope[s]
    return delta
