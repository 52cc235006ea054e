# %% wrong: gradients add up
def train(seed, loss, n_steps, rate):
    network = make_network(seed)
    optimiser = torch.optim.Adam(network.parameters(), lr=rate)
    losses = []
    for _ in range(n_steps):
        value = loss(network)
        value.backward()
        optimiser.step()
        losses.append(value.item())
    return network, losses


# %% wrong: plain gradient descent
def train(seed, loss, n_steps, rate):
    network = make_network(seed)
    optimiser = torch.optim.SGD(network.parameters(), lr=rate)
    losses = []
    for _ in range(n_steps):
        optimiser.zero_grad()
        value = loss(network)
        value.backward()
        optimiser.step()
        losses.append(value.item())
    return network, losses


# %% wrong: the learning rate that PyTorch has
def train(seed, loss, n_steps, rate):
    network = make_network(seed)
    optimiser = torch.optim.Adam(network.parameters())
    losses = []
    for _ in range(n_steps):
        optimiser.zero_grad()
        value = loss(network)
        value.backward()
        optimiser.step()
        losses.append(value.item())
    return network, losses


# %% wrong: always the same seed
def train(seed, loss, n_steps, rate):
    network = make_network(0)
    optimiser = torch.optim.Adam(network.parameters(), lr=rate)
    losses = []
    for _ in range(n_steps):
        optimiser.zero_grad()
        value = loss(network)
        value.backward()
        optimiser.step()
        losses.append(value.item())
    return network, losses


# %% wrong: losses after the steps
def train(seed, loss, n_steps, rate):
    network = make_network(seed)
    optimiser = torch.optim.Adam(network.parameters(), lr=rate)
    losses = []
    for _ in range(n_steps):
        optimiser.zero_grad()
        loss(network).backward()
        optimiser.step()
        losses.append(loss(network).item())
    return network, losses


# %% wrong: one step too many
def train(seed, loss, n_steps, rate):
    network = make_network(seed)
    optimiser = torch.optim.Adam(network.parameters(), lr=rate)
    losses = []
    for _ in range(n_steps + 1):
        optimiser.zero_grad()
        value = loss(network)
        value.backward()
        optimiser.step()
        losses.append(value.item())
    return network, losses[:n_steps]


# %% wrong: the losses are tensors with their graphs
def train(seed, loss, n_steps, rate):
    network = make_network(seed)
    optimiser = torch.optim.Adam(network.parameters(), lr=rate)
    losses = []
    for _ in range(n_steps):
        optimiser.zero_grad()
        value = loss(network)
        value.backward()
        optimiser.step()
        losses.append(value)
    return network, losses


# %% wrong: a new optimiser in each step forgets its moments
def train(seed, loss, n_steps, rate):
    network = make_network(seed)
    losses = []
    for _ in range(n_steps):
        optimiser = torch.optim.Adam(network.parameters(), lr=rate)
        optimiser.zero_grad()
        value = loss(network)
        value.backward()
        optimiser.step()
        losses.append(value.item())
    return network, losses


# %% wrong: never steps
def train(seed, loss, n_steps, rate):
    network = make_network(seed)
    optimiser = torch.optim.Adam(network.parameters(), lr=rate)
    losses = []
    for _ in range(n_steps):
        optimiser.zero_grad()
        value = loss(network)
        value.backward()
        losses.append(value.item())
    return network, losses


# %% wrong: zero_grad between backward and step
def train(seed, loss, n_steps, rate):
    network = make_network(seed)
    optimiser = torch.optim.Adam(network.parameters(), lr=rate)
    losses = []
    for _ in range(n_steps):
        value = loss(network)
        value.backward()
        optimiser.zero_grad()
        optimiser.step()
        losses.append(value.item())
    return network, losses


# %% wrong: returns a fresh network
def train(seed, loss, n_steps, rate):
    network = make_network(seed)
    optimiser = torch.optim.Adam(network.parameters(), lr=rate)
    losses = []
    for _ in range(n_steps):
        optimiser.zero_grad()
        value = loss(network)
        value.backward()
        optimiser.step()
        losses.append(value.item())
    return make_network(seed), losses


# %% wrong: only the losses
def train(seed, loss, n_steps, rate):
    network = make_network(seed)
    optimiser = torch.optim.Adam(network.parameters(), lr=rate)
    losses = []
    for _ in range(n_steps):
        optimiser.zero_grad()
        value = loss(network)
        value.backward()
        optimiser.step()
        losses.append(value.item())
    return losses


# %% wrong: with weight decay
def train(seed, loss, n_steps, rate):
    network = make_network(seed)
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=0.01)
    losses = []
    for _ in range(n_steps):
        optimiser.zero_grad()
        value = loss(network)
        value.backward()
        optimiser.step()
        losses.append(value.item())
    return network, losses


# %% wrong: stops when the loss goes up
def train(seed, loss, n_steps, rate):
    network = make_network(seed)
    optimiser = torch.optim.Adam(network.parameters(), lr=rate)
    losses = []
    for _ in range(n_steps):
        optimiser.zero_grad()
        value = loss(network)
        losses.append(value.item())
        if len(losses) > 1 and losses[-1] > losses[-2]:
            break
        value.backward()
        optimiser.step()
    return network, losses


# %% right: gradients by torch.autograd.grad
def train(seed, loss, n_steps, rate):
    network, losses = make_network(seed), []
    parameters = list(network.parameters())
    adam = torch.optim.Adam(parameters, lr=rate)
    for step in range(n_steps):
        L = loss(network)
        for p, g in zip(parameters, torch.autograd.grad(L, parameters, allow_unused=True)):
            p.grad = g
        adam.step()
        losses.append(float(L))
    return network, losses


# %% right: zero_grad at the end, detached losses
def train(seed, loss, n_steps, rate):
    network = make_network(seed)
    optimizer = torch.optim.Adam(network.parameters(), rate)
    losses = torch.zeros(n_steps)
    for i in range(n_steps):
        L = loss(network)
        losses[i] = L.detach()
        L.backward()
        optimizer.step()
        optimizer.zero_grad()
    return network, losses.tolist()


# %% right: a closure
def train(seed, loss, n_steps, rate):
    network = make_network(seed)
    optimiser = torch.optim.Adam(network.parameters(), lr=rate, betas=(0.9, 0.999))

    def closure():
        optimiser.zero_grad()
        value = loss(network)
        value.backward()
        return value

    return [network, [optimiser.step(closure).item() for _ in range(n_steps)]]
