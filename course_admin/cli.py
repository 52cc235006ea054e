"""The `course` command: one group, one function a command; the work is done in the modules it calls."""

from pathlib import Path

import click

ROOT = Path(__file__).resolve().parents[1]


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main():
    """Build the site, release assignments, grade, return feedback, export grades."""


if __name__ == "__main__":
    main()
