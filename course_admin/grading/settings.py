"""How students' code is run. Limits are set in nbgrader_config.py: c.GradingLimits.NAME = VALUE."""

import ast
from dataclasses import asdict, dataclass

from traitlets import Int
from traitlets.config import Config, Configurable


class GradingLimits(Configurable):
    """Limits for one submission. Seconds are wall-clock unless they say otherwise."""

    cell_seconds = Int(60, help="For one cell, and for one test cell with all the calls it makes.").tag(
        config=True
    )
    total_seconds = Int(600, help="For the whole notebook, restarts included.").tag(config=True)
    cpu_seconds = Int(600, help="Processor time of all the processes of one sandbox together.").tag(
        config=True
    )
    memory_mb = Int(2048, help="Memory of all the processes of one sandbox together.").tag(config=True)
    processes = Int(64, help="Processes of one sandbox at any time.").tag(config=True)
    threads = Int(512, help="Threads of one sandbox at any time, those of all its processes together.").tag(
        config=True
    )
    scratch_mb = Int(256, help="Files that one sandbox may hold; they live in memory.").tag(config=True)
    files = Int(20_000, help="Files and folders that one sandbox may make.").tag(config=True)
    output_mb = Int(4, help="What one cell may print or display.").tag(config=True)


@dataclass(frozen=True)
class Limits:
    """The values of GradingLimits, as they travel to a worker."""

    cell_seconds: int = 60
    total_seconds: int = 600
    cpu_seconds: int = 600
    memory_mb: int = 2048
    processes: int = 64
    threads: int = 512
    scratch_mb: int = 256
    files: int = 20_000
    output_mb: int = 4

    @classmethod
    def of(cls, config: Config) -> "Limits":
        configured = GradingLimits(config=config)
        return cls(**{name: getattr(configured, name) for name in cls.__dataclass_fields__})


@dataclass(frozen=True)
class Settings:
    """How the submissions to one assignment are run."""

    limits: Limits = Limits()
    sandboxed: bool = True
    trusted: bool = True
    not_importable: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()  # modules that are loaded before a submission's process is forked

    @classmethod
    def of(cls, config: Config, source: dict, sandboxed: bool = True) -> "Settings":
        """The settings of an assignment: limits from the configuration, the rest from its source notebook."""
        course = source["metadata"].get("course", {})
        hidden = tuple(course.get("not_importable", ()))
        return cls(
            limits=Limits.of(config),
            sandboxed=sandboxed,
            trusted=course.get("trusted", True),
            not_importable=hidden,
            imports=tuple(m for m in imported(source) if m not in hidden),
        )

    def as_dict(self) -> dict:
        return asdict(self)


def imported(source: dict) -> list[str]:
    """The modules that the cells of a notebook import, in order: `import a.b` and `from a.b import c`."""
    found = {}
    for cell in source["cells"]:
        try:
            tree = ast.parse(cell["source"] if cell["cell_type"] == "code" else "")
        except SyntaxError:  # a magic, such as %timeit
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Import):
                found |= dict.fromkeys(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                found[node.module] = None
    return list(found)
