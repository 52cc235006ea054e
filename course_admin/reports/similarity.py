"""Pairs of submissions whose answers are suspiciously alike.

Code becomes a stream of tokens in which the student's own names, comments, docstrings and layout do not
count; the stream becomes overlapping runs of k tokens; of each window of runs the smallest hash is kept
(S. Schleimer, D. S. Wilkerson, A. Aiken, "Winnowing: local algorithms for document fingerprinting", SIGMOD
2003). Any k + w - 1 tokens that two submissions share give them a fingerprint in common. What stands in the
assignment or its reference solution, and what many submissions share, says nothing and is not counted.

Alike is a reason to look, not a proof: a book, a lecture or a tutor explains it as well as a copy.
"""

import builtins
import io
import keyword
import tokenize
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import combinations

K = 12  # tokens of a run: shorter ones are idioms that everybody writes
WINDOW = 6  # runs of which one is kept
COMMON = 0.25  # share of the class from which on a fingerprint is nobody's own
FEW = 3  # in small classes, so many submissions may share a fingerprint before it counts as common
SHARE = 0.5  # of the smaller submission's fingerprints: below, a pair is not worth a look
ENOUGH = 10  # fingerprints in common: below, chance and habit explain them

LAYOUT = {tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT}
LAYOUT |= {tokenize.ENCODING, tokenize.ENDMARKER, tokenize.ERRORTOKEN}
KNOWN = {*keyword.kwlist, *dir(builtins)}

Cells = dict[str, str]  # grade_id of an answer -> its source


@dataclass(frozen=True)
class Place:
    """Where a fingerprint stands: lines count from 1."""

    cell: str
    first: int
    last: int


@dataclass(frozen=True)
class Excerpt:
    """One answer of one student, and which of its lines the other submission has too."""

    student: str
    cell: str
    lines: tuple[tuple[str, bool], ...]


@dataclass(frozen=True)
class Pair:
    """Two submissions that are alike; `share` is of the fingerprints of the smaller one."""

    share: float
    common: int
    left: Excerpt
    right: Excerpt


def similar_pairs(
    submissions: dict[str, Cells], given: list[str], share: float = SHARE, enough: int = ENOUGH
) -> list[Pair]:
    """The pairs above both thresholds, the most alike first.

    `given` holds the sources that everybody has: the released cells and those of the reference solution.
    What many share does not count as common, but it does count in the size of a submission: otherwise one
    answer that two students have by themselves in common would be all that is left of them.
    """
    boilerplate = {key for source in given for key, _, _ in runs(source)}
    prints = {student: fingerprints(cells, boilerplate) for student, cells in submissions.items()}
    owners = defaultdict(list)
    for student in sorted(prints):
        for key in prints[student]:
            owners[key].append(student)
    most = max(FEW, COMMON * len(prints))
    telling = {key: students for key, students in owners.items() if len(students) <= most}
    shared = Counter(pair for students in telling.values() for pair in combinations(students, 2))
    found = [
        (common / size, common, a, b)
        for (a, b), common in shared.items()
        if common >= enough and common >= share * (size := min(len(prints[a]), len(prints[b])))
    ]
    return [
        Pair(
            part,
            common,
            *excerpts(a, b, submissions, prints, prints[a].keys() & prints[b].keys() & telling.keys()),
        )
        for part, common, a, b in sorted(found, key=lambda row: (-row[0], -row[1], row[2], row[3]))
    ]


def fingerprints(cells: Cells, boilerplate: set[bytes]) -> dict[bytes, Place]:
    """The winnowed fingerprints of a submission, with the place where each stands first."""
    found = {}
    for cell, source in cells.items():
        for key, first, last in winnow(runs(source)):
            if key not in boilerplate:
                found.setdefault(key, Place(cell, first, last))
    return found


def winnow(hashes: tuple[tuple[bytes, int, int], ...]) -> Iterator[tuple[bytes, int, int]]:
    """Of each window the smallest hash, the last one where two are equal; each chosen hash once."""
    chosen = -1
    for start in range(max(1, len(hashes) - WINDOW + 1)):
        end = min(start + WINDOW, len(hashes))
        if start <= chosen and hashes[end - 1][0] > hashes[chosen][0]:
            continue  # the window has moved on by one hash, which is not the smallest
        best = min(range(start, end), key=lambda i: (hashes[i][0], -i), default=-1)
        if best > chosen:
            chosen = best
            yield hashes[best]


@lru_cache(maxsize=4096)  # a class hands in many equal cells
def runs(source: str) -> tuple[tuple[bytes, int, int], ...]:
    """(hash, first line, last line) of every run of K tokens."""
    stream = list(words(source))
    return tuple(
        (
            blake2b("\0".join(word for word, _ in stream[i : i + K]).encode(), digest_size=8).digest(),
            stream[i][1],
            stream[i + K - 1][1],
        )
        for i in range(len(stream) - K + 1)
    )


def words(source: str) -> Iterator[tuple[str, int]]:
    """(normalised token, its line): names become N, except keywords, built-ins and what follows a dot."""
    before, statement_starts = "", True
    for token in tokens(source):
        if token.type in LAYOUT:
            statement_starts |= token.type in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT)
            continue
        word, starts = token.string, statement_starts
        statement_starts = False
        if token.type == tokenize.STRING:
            if starts:
                continue  # a docstring, or a text that does nothing
            word = "S"
        elif token.type == tokenize.NAME and word not in KNOWN and before != ".":
            word = "N"
        before = word
        yield word, token.start[0]


def tokens(source: str) -> Iterator[tokenize.TokenInfo]:
    """The tokens of code that may be broken: after what cannot be read, it goes on with the next line."""
    lines = source.splitlines(keepends=True)
    skipped = 0
    while skipped < len(lines):
        row = 0
        try:
            for token in tokenize.generate_tokens(io.StringIO("".join(lines[skipped:])).readline):
                row = token.start[0]
                yield token._replace(start=(row + skipped, token.start[1]))
        except (tokenize.TokenError, SyntaxError) as error:
            skipped += max(1, row, broken_line(error))
        else:
            return


def broken_line(error: Exception) -> int:
    """The line after which to go on; an indentation that fits nothing is read again as a new start."""
    if isinstance(error, SyntaxError):
        return (error.lineno or 1) - 1
    return error.args[1][0]


def excerpts(
    a: str, b: str, submissions: dict[str, Cells], prints: dict[str, dict], common: set[bytes]
) -> tuple[Excerpt, Excerpt]:
    """For each of two students the answer that holds most of what they share."""
    cell_a = Counter(sorted(prints[a][key].cell for key in common)).most_common(1)[0][0]
    there = {key for key in common if prints[a][key].cell == cell_a}
    cell_b = Counter(sorted(prints[b][key].cell for key in there)).most_common(1)[0][0]
    return (
        marked(a, cell_a, submissions[a][cell_a], [prints[a][key] for key in common]),
        marked(b, cell_b, submissions[b][cell_b], [prints[b][key] for key in common]),
    )


def marked(student: str, cell: str, source: str, places: list[Place]) -> Excerpt:
    hit = {row for p in places if p.cell == cell for row in range(p.first, p.last + 1)}
    lines = source.splitlines()
    return Excerpt(student, cell, tuple((line, row in hit) for row, line in enumerate(lines, 1)))
