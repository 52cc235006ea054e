"""Imports point one way: primitives <- models <- notebooks; course_lib never imports course_admin."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

# Each layer may import the ones before it, and modules of its own layer may not import each other, but for
# the private ones, which belong to the module that is written under them.
LAYERS = [
    {"_checks"},
    {
        "activations",
        "costs",
        "datasets",
        "gradcheck",
        "metrics",
        "pde",
        "pinn.constraints",
        "pinn.networks",
        "pinn.operators",
        "pinn.sampling",
        "plotting",
        "quasi_newton",
        "taylor",
    },
    {
        "_operations",
        "_rbm_training",
        "_solvers",
        "initialisers",
        "natural_gradient",
        "optimisers",
        "spins",
        "trial_functions",
    },
    {
        "_rbm_base",
        "autodiff",
        "autodiff_trial",
        "linear_model",
        "metropolis",
        "pinn.derivatives",
        "pinn.problems",
        "resampling",
        "training",
    },
    {"bayes", "discovery", "nn", "pinn.training", "rbm", "traces", "vmc"},
    {"spin_rbm"},
    {"spin_vmc"},
    {"nqs"},
]
# What works on networks of PyTorch needs PyTorch; the rest of the library does not.
TORCH = {"pinn.derivatives", "pinn.networks", "pinn.problems", "pinn.training"}
ALLOWED_OUTSIDE = {"numpy", "scipy", "sklearn", "matplotlib", "matplotlib_inline", "IPython", "torch"}


def imported(source):
    """Names of the modules that a source file imports, anywhere in it."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative imports hide which way they point: write course_lib.module"
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def faults(module, source):
    """What a module of course_lib imports and should not."""
    layer = next((i for i, names in enumerate(LAYERS) if module in names), None)
    if layer is None:
        return [f"{module} has no layer: add it to LAYERS"]
    below = set().union(*LAYERS[:layer])
    found = []
    for name in imported(source):
        top, *rest = name.split(".")
        if top == "course_lib":
            target = ".".join(rest[: 2 if rest[:1] == ["pinn"] else 1])
            if any(target in names for names in LAYERS) and target not in below:
                found.append(f"{module} imports {name}, which is not below it")
        elif top not in ALLOWED_OUTSIDE and top not in sys.stdlib_module_names:
            found.append(f"{module} imports {name}")
    return found


def test_course_lib_imports_point_downwards():
    modules = sorted((ROOT / "course_lib").rglob("*.py"))
    assert len(modules) > 5
    for path in modules:
        if path.stem != "__init__":
            name = ".".join(path.relative_to(ROOT / "course_lib").with_suffix("").parts)
            assert faults(name, path.read_text()) == []


@pytest.mark.parametrize(
    "line",
    [
        "import course_admin",
        "from course_admin.site import build",
        "from course_lib.linear_model import OLS",
        "from course_lib import resampling",
        "import course_lib.datasets",
        "def f():\n    import course_lib.linear_model",
        "import requests",
    ],
)
def test_an_upward_import_is_noticed(line):
    assert faults("metrics", line)


def test_an_upward_import_within_a_package_is_noticed():
    assert faults("pinn.sampling", "from course_lib.pinn.training import Trainer")
    assert faults("pinn.derivatives", "from course_lib.pinn import problems")
    assert faults("pinn.training", "from course_lib.pinn.derivatives import METHODS") == []


def test_a_downward_import_is_allowed():
    assert (
        faults("linear_model", "from course_lib import _solvers\nimport numpy as np\nimport dataclasses")
        == []
    )


def test_importing_course_lib_loads_no_torch():
    modules = ", ".join(f"course_lib.{name}" for layer in LAYERS for name in sorted(layer - TORCH))
    code = f"import sys, course_lib, {modules}; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT).returncode == 0


def test_the_instructors_code_imports_no_private_part_of_the_library():
    for path in (ROOT / "course_admin").rglob("*.py"):
        private = {n for n in imported(path.read_text()) if n.startswith("course_lib._")}
        assert private == set(), path.name
