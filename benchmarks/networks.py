"""The network on handwritten digits beside scikit-learn and PyTorch; reverse accumulation beside PyTorch."""

import warnings

import numpy as np
import torch
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier

from benchmarks.harness import Case, compare, save, table
from course_lib.autodiff import gradient
from course_lib.nn import NNClassifier

ACCURACY = 0.97  # to be reached on the test set, by both sides
N_EPOCHS = 50


def digits():
    """Training and test set, scaled to [0, 1], float32."""
    X, y = load_digits(return_X_y=True)
    return train_test_split((X / 16).astype(np.float32), y, test_size=0.25, random_state=0, stratify=y)


def train_ours(X, y, seed=0):
    """Two hidden layers of 64, ReLU, Adam, mini-batches of 64."""
    return NNClassifier((64, 64), n_epochs=N_EPOCHS, batch_size=64, random_state=seed).fit(X, y)


def train_scikit_learn(X, y, seed=0):
    """The same with MLPClassifier, with its early stopping off."""
    options = {"batch_size": 64, "max_iter": N_EPOCHS, "alpha": 0.0, "tol": 0.0, "n_iter_no_change": N_EPOCHS}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says that 50 epochs are the 50 epochs asked for
        return MLPClassifier((64, 64), random_state=seed, **options).fit(X, y)


class TrainedByPyTorch:
    """The same with PyTorch as one writes it: eager mode, Adam, mini-batches by slices."""

    def __init__(self, X, y, seed=0):
        torch.manual_seed(seed)
        layers = [torch.nn.Linear(64, 64), torch.nn.ReLU(), torch.nn.Linear(64, 64), torch.nn.ReLU()]
        self.network = torch.nn.Sequential(*layers, torch.nn.Linear(64, 10))
        optimiser = torch.optim.Adam(self.network.parameters(), lr=1e-3)
        cost = torch.nn.CrossEntropyLoss()
        X, y = torch.tensor(X), torch.tensor(y)
        for _ in range(N_EPOCHS):
            order = torch.randperm(len(X))
            X_order, y_order = X[order], y[order]
            for i in range(0, len(X), 64):
                optimiser.zero_grad()
                cost(self.network(X_order[i : i + 64]), y_order[i : i + 64]).backward()
                optimiser.step()

    def score(self, X, y):
        """Accuracy."""
        with torch.no_grad():
            return float(np.mean(self.network(torch.tensor(X)).argmax(dim=1).numpy() == y))


def matrix_expression(A, B, library):
    """A number from 100 x 100 matrices, by products and entry by entry."""
    return (library.tanh(A @ B / 10) @ A * library.exp(-B * B)).sum()


def cases(repeats=7):
    """The comparisons."""
    X_train, X_test, y_train, y_test = digits()
    rng = np.random.default_rng(0)
    A, B = rng.normal(size=(2, 100, 100))
    peers = [torch.tensor(M, requires_grad=True) for M in (A, B)]

    def gradient_by_pytorch():
        return [g.numpy() for g in torch.autograd.grad(matrix_expression(*peers, torch), peers)]

    exact = gradient_by_pytorch()

    def shortfall(model):
        """How much less than ACCURACY the model reaches on the test set."""
        return max(0.0, ACCURACY - model.score(X_test, y_test))

    def relative_error(gradients):
        return max(np.max(np.abs(g - e)) / np.max(np.abs(e)) for g, e in zip(gradients, exact, strict=True))

    setting = f"{len(X_train)} digits, 64-64-64-10, batch 64, {N_EPOCHS} epochs, float32"
    missing = f"accuracy below {ACCURACY}"
    return [
        Case(
            "digits",
            setting,
            lambda: train_ours(X_train, y_train),
            "MLPClassifier",
            lambda: train_scikit_learn(X_train.astype(np.float64), y_train),
            missing,
            shortfall,
            bar=2.5,
            repeats=repeats,
        ),
        Case(
            "digits",
            setting,
            lambda: train_ours(X_train, y_train),
            "PyTorch, eager",
            lambda: TrainedByPyTorch(X_train, y_train),
            missing,
            shortfall,
            bar=2.5,
            repeats=repeats,
        ),
        Case(
            "reverse mode",
            "tanh(AB/10) A o exp(-B o B), 100 x 100",
            lambda: gradient(lambda A, B: matrix_expression(A, B, np))(A, B),
            "torch.autograd",
            gradient_by_pytorch,
            "relative error",
            relative_error,
            bar=0.2,
            repeats=20 * repeats,
        ),
    ]


def run():
    """Measure, print, save; returns whether every bar was reached."""
    torch.set_num_threads(1)
    comparisons = [compare(case) for case in cases()]
    print(table(comparisons))
    print(save("networks", comparisons))
    return all(c.met for c in comparisons)
