"""Physics-informed neural networks in PyTorch: a problem, its points, derivatives, constraints, training."""
