# %% wrong: t in place of t**2
def hard_constraint(network, u0, v0):
    return lambda t: u0 + v0 * t + t * network(t)


# %% wrong: no initial slope
def hard_constraint(network, u0, v0):
    return lambda t: u0 + t**2 * network(t)


# %% wrong: a product with the initial value
def hard_constraint(network, u0, v0):
    return lambda t: u0 * (1 + v0 * t + t**2 * network(t))


# %% wrong: always starts at 1 with slope 0
def hard_constraint(network, u0, v0):
    return lambda t: 1 + t**2 * network(t)


# %% wrong: the opposite slope
def hard_constraint(network, u0, v0):
    return lambda t: u0 - v0 * t + t**2 * network(t)


# %% wrong: the product of t and the network is squared
def hard_constraint(network, u0, v0):
    return lambda t: u0 + v0 * t + (t * network(t)) ** 2


# %% wrong: detached factors
def hard_constraint(network, u0, v0):
    return lambda t: u0 + v0 * t.detach() + t.detach() ** 2 * network(t)


# %% wrong: detached network
def hard_constraint(network, u0, v0):
    def u(t):
        return u0 + v0 * t + t**2 * network(t).detach()

    return u


# %% wrong: the answers of the first call are kept
def hard_constraint(network, u0, v0):
    memory = []

    def u(t):
        if not memory:
            memory.append(network(t))
        return u0 + v0 * t + t**2 * memory[0]

    return u


# %% wrong: no graph, as if nothing were to be trained
def hard_constraint(network, u0, v0):
    def u(t):
        with torch.no_grad():
            return u0 + v0 * t + t**2 * network(t)

    return u


# %% wrong: values in place of a function
def hard_constraint(network, u0, v0):
    t = torch.linspace(0, 3, 30).reshape(-1, 1)
    return u0 + v0 * t + t**2 * network(t)


# %% wrong: value and slope exchanged
def hard_constraint(network, u0, v0):
    return lambda t: v0 + u0 * t + t**2 * network(t)


# %% wrong: t changed in place
def hard_constraint(network, u0, v0):
    def u(t):
        nn_t = network(t)
        t = t.detach()
        t *= t
        return u0 + v0 * t + t * nn_t

    return u


# %% wrong: the network is asked at t**2
def hard_constraint(network, u0, v0):
    return lambda t: u0 + v0 * t + t**2 * network(t**2)


# %% right: a module
def hard_constraint(network, u0, v0):
    class Constrained(nn.Module):
        def __init__(self):
            super().__init__()
            self.network = network

        def forward(self, t):
            return u0 + t * (v0 + t * self.network(t))

    return Constrained()


# %% right: a function with a name, other operations
def hard_constraint(network, u0, v0):
    def u(t):
        line = torch.full_like(t, u0) + torch.mul(t, v0)
        return torch.addcmul(line, torch.square(t), network(t))

    return u


# %% right: a class with __call__
def hard_constraint(network, u0, v0):
    class U:
        def __call__(self, t):
            return u0 + v0 * t + network(t) * t.pow(2)

    return U()
