"""How the benchmarks measure: ours and the peer in turn, on one thread, error beside time.

Machines differ and are noisy, so what counts is the ratio within one run. The minimum of the repeats is the
time least disturbed by anything else; the median says how disturbed the rest were.
"""

import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path

from threadpoolctl import threadpool_info, threadpool_limits

RESULTS = Path(__file__).parent / "results"
PACKAGES = ("numpy", "scipy", "scikit-learn")


@dataclass(frozen=True)
class Case:
    """One piece of work done in two ways.

    `error` takes the result of either way and says how wrong it is; `bar` is the ratio peer / ours to reach.
    """

    name: str
    setting: str
    ours: Callable
    peer_name: str
    peer: Callable
    error_name: str
    error: Callable
    bar: float
    repeats: int = 7


@dataclass(frozen=True)
class Timing:
    """Seconds of each repeat and the error of the last result."""

    minimum: float
    median: float
    error: float


@dataclass(frozen=True)
class Comparison:
    """A measured Case."""

    name: str
    setting: str
    peer_name: str
    error_name: str
    ours: Timing
    peer: Timing
    bar: float

    @property
    def ratio(self) -> float:
        """How many times faster ours is, by the minima."""
        return self.peer.minimum / self.ours.minimum

    @property
    def met(self) -> bool:
        """Whether the bar is reached with an error no larger than the peer's, or than 1e-8."""
        return self.ratio >= self.bar and self.ours.error <= max(self.peer.error, 1e-8)


def compare(case: Case) -> Comparison:
    """Run both ways in turn, after one run of each that is not counted."""
    seconds, results = {"ours": [], "peer": []}, {}
    with threadpool_limits(limits=1):
        for repeat in range(case.repeats + 1):
            for who, work in (("ours", case.ours), ("peer", case.peer)):
                start = time.perf_counter()
                results[who] = work()
                if repeat > 0:
                    seconds[who].append(time.perf_counter() - start)
    ours, peer = (
        Timing(min(seconds[who]), statistics.median(seconds[who]), float(case.error(results[who])))
        for who in ("ours", "peer")
    )
    return Comparison(case.name, case.setting, case.peer_name, case.error_name, ours, peer, case.bar)


def table(comparisons: list[Comparison]) -> str:
    """The comparisons as text, one line each."""
    lines = [
        f"{'work':<14} {'peer':<40} {'ours: min, median':>20} {'peer: min, median':>20} {'ratio':>7}"
        f" {'bar':>6}  error: ours, peer"
    ]
    for c in comparisons:
        ours, peer = (f"{1e3 * t.minimum:.1f}, {1e3 * t.median:.1f} ms" for t in (c.ours, c.peer))
        lines.append(
            f"{c.name:<14} {c.peer_name:<40} {ours:>20} {peer:>20} {c.ratio:7.2f} {c.bar:6.1f}"
            f"  {c.error_name} {c.ours.error:.1e}, {c.peer.error:.1e}{'' if c.met else '   BAR MISSED'}"
        )
    return "\n".join(lines)


def machine() -> dict:
    """What a reader needs to know of the machine and the versions."""
    cpu = platform.processor() or platform.machine()
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        models = [
            line.split(":")[1].strip() for line in cpuinfo.read_text().splitlines() if "model name" in line
        ]
        cpu = models[0] if models else cpu
    blas = sorted(
        {f"{p['internal_api']} {p['version']}" for p in threadpool_info() if p["user_api"] == "blas"}
    )
    return {
        "date": time.strftime("%Y-%m-%d"),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in PACKAGES},
        "blas": blas,
        "system": platform.system(),
        "cpu": cpu,
        "cores": os.cpu_count(),
        "threads used": 1,
    }


def save(topic: str, comparisons: list[Comparison], **more) -> Path:
    """Write results/TOPIC.json: machine, comparisons with their ratios, what else the topic measured."""
    rows = [asdict(c) | {"ratio": c.ratio, "met": c.met} for c in comparisons]
    path = RESULTS / f"{topic}.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps({"machine": machine(), "comparisons": rows} | more, indent=1) + "\n")
    return path
