"""The numbers of a class report: how scores are spread, and what each task tells about who solves it."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

BINS = 10
NUMBER = re.compile(r"0x[0-9a-fA-F]+|[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?")


@dataclass(frozen=True)
class Spread:
    """How scores are distributed; `counts` are of bins of equal width from 0 to the highest score."""

    n: int
    mean: float
    quartiles: tuple[float, float, float]
    edges: tuple[float, ...]
    counts: tuple[int, ...]


@dataclass(frozen=True)
class Discrimination:
    """Correlation of a task's score with the sum of all other tasks, and its standard error."""

    r: float
    error: float
    n: int


@dataclass(frozen=True)
class Message:
    """How often a message came, with its numbers collapsed to #, and one of them as it stood."""

    text: str
    count: int
    example: str


def spread(scores: Sequence[float], highest: float) -> Spread | None:
    """None without scores. A score above the highest, with extra credit, counts in the last bin."""
    if not scores or highest <= 0:
        return None
    counts, edges = np.histogram(np.clip(scores, 0, highest), bins=BINS, range=(0, highest))
    quartiles = tuple(float(q) for q in np.percentile(scores, [25, 50, 75]))
    return Spread(
        len(scores),
        float(np.mean(scores)),
        quartiles,
        tuple(float(edge) for edge in edges),
        tuple(int(count) for count in counts),
    )


def discrimination(task: Sequence[float], rest: Sequence[float]) -> Discrimination | None:
    """The corrected item-total correlation: "corrected" because the total leaves the task itself out.

    Its standard error is sqrt((1 - r^2) / (n - 2)). None for fewer than three students, or where the task or
    the rest is the same for everybody: then it is not defined.
    """
    task, rest = np.asarray(task, float), np.asarray(rest, float)
    n = len(task)
    if n < 3 or np.ptp(task) == 0 or np.ptp(rest) == 0:
        return None
    r = float(np.clip(np.corrcoef(task, rest)[0, 1], -1, 1))
    return Discrimination(r, float(np.sqrt((1 - r * r) / (n - 2))), n)


def discriminations(scores: Mapping[str, Mapping[str, float]]) -> dict[str, Discrimination | None]:
    """For {student: {task: score}}, from the students with a score in every task that anybody has one in."""
    tasks = sorted({task for row in scores.values() for task in row})
    complete = [[row[task] for task in tasks] for row in scores.values() if len(row) == len(tasks)]
    columns = np.array(complete, float).reshape(len(complete), len(tasks)).T
    return {
        task: discrimination(column, columns.sum(axis=0) - column)
        for task, column in zip(tasks, columns, strict=True)
    }


def most_frequent(messages: Iterable[str]) -> Message | None:
    """The message that came most often, where two that differ in their numbers only are the same."""
    examples, counts = {}, Counter()
    for message in messages:
        key = " ".join(NUMBER.sub("#", message).split())
        examples.setdefault(key, message)
        counts[key] += 1
    if not counts:
        return None
    key, count = min(counts.items(), key=lambda item: (-item[1], item[0]))
    return Message(key, count, examples[key])
