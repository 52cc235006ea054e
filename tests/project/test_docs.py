"""The commands in README, CONTRIBUTING and the guides exist, and the documented targets are all there are."""

import re
import subprocess
from pathlib import Path

import pytest

from course_admin.cli import main

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "book").rglob("*.md"))]


def commands(text, word):
    """What follows `make` or `course` in code: in back-quotes, or at the start of a line of a code block."""
    blocks = re.findall(r"```[^\n]*\n(.*?)```", text, re.DOTALL)
    lines = [line.strip().removeprefix("$ ") for block in blocks for line in block.splitlines()]
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    return {m.group(1) for code in lines + spans if (m := re.match(rf"{word} ([a-z][a-z-]*)", code))}


def targets():
    return set(re.findall(r"^([a-z-]+):.*## ", (ROOT / "Makefile").read_text(), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_commands_exist(page):
    text = page.read_text()
    assert commands(text, "make") <= targets()
    assert commands(text, "course") <= set(main.commands)


def test_a_command_that_does_not_exist_is_noticed():
    text = "Run `make coffee`, or\n```bash\ncourse brew strong\n```\n"
    assert commands(text, "make") == {"coffee"}
    assert commands(text, "course") == {"brew"}


def test_readme_starts_with_the_two_commands():
    text = (ROOT / "README.md").read_text()
    assert text.index("make serve") < 1500
    assert text.index("make test") < 1500


def test_make_help_lists_every_target_in_a_line():
    out = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True
    ).stdout
    assert {line.split()[0] for line in out.splitlines()} == targets()


def test_make_says_which_python_it_needs(tmp_path):
    old = tmp_path / "python-old"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    run = subprocess.run(
        ["make", "serve", f"PYTHON={old}"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert run.returncode != 0
    assert "needs Python 3.11 or newer" in run.stdout + run.stderr
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize("command", sorted(main.commands))
def test_every_command_has_help(command):
    assert main.commands[command].help
