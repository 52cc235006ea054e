"""pyproject.toml, environment.yml and requirements.lock name the same packages."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
CONDA_NAMES = {"pytorch": "torch"}


def project():
    return tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


def declared():
    """Requirement of each package in pyproject.toml: name -> version range; but for the benchmarks' peers."""
    extras = project()["optional-dependencies"]
    assert "bench" in extras
    wanted = [extra for name, extra in extras.items() if name != "bench"]
    lines = [*project()["dependencies"], *(line for extra in wanted for line in extra)]
    requirements = [Requirement(line) for line in lines]
    return {canonicalize_name(r.name): r.specifier for r in requirements}


def in_environment(text):
    """The same of an environment.yml."""
    entries = yaml.safe_load(text)["dependencies"]
    pip = next(entry["pip"] for entry in entries if isinstance(entry, dict))
    lines = [entry for entry in entries if isinstance(entry, str) and entry != "pip"]
    requirements = [Requirement(line) for line in lines + pip if not line.startswith("--")]
    found = {canonicalize_name(CONDA_NAMES.get(r.name, r.name)): r.specifier for r in requirements}
    assert str(found.pop("python")) == project()["requires-python"]
    return found


def locked():
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    return dict(line.split("==") for line in lines if line and not line.startswith("#"))


def test_environment_equals_pyproject():
    assert in_environment((ROOT / "environment.yml").read_text()) == declared()


@pytest.mark.parametrize(
    ("old", "new"),
    [("  - rich>=13\n", ""), ("numpy>=2.0", "numpy>=1.0"), ("  - pip\n", "  - pip\n  - polars>=1\n")],
    ids=["missing", "other version", "additional"],
)
def test_a_difference_is_noticed(old, new):
    text = (ROOT / "environment.yml").read_text()
    assert old in text
    assert in_environment(text.replace(old, new)) != declared()


def test_the_lock_holds_every_declared_package_in_range():
    versions = {canonicalize_name(name): version for name, version in locked().items()}
    for name, specifier in declared().items():
        assert name in versions, f"{name} is not in requirements.lock: run `make lock`"
        assert specifier.contains(versions[name]), f"{name}=={versions[name]} is outside {specifier}"


def test_the_lock_names_no_machine():
    for line in (ROOT / "requirements.lock").read_text().splitlines():
        assert line.startswith("#") or re.fullmatch(r"[\w.-]+==[\w.]+", line), line


def test_one_version():
    assert f"## {project()['version']}" in (ROOT / "CHANGELOG.md").read_text()
