"""Similarity, against copies that are disguised here and answers that different people would write."""

import ast
import random
import re
import time
from itertools import combinations
from pathlib import Path

import nbformat
import pytest

from course_admin.reports import similarity
from course_admin.reports.similarity import SHARE, runs, similar_pairs, tokens, winnow, words

ROOT = Path(__file__).resolve().parents[2]
NAME = "ps01-linear-models"


@pytest.fixture(scope="module")
def variants():
    """{answer cell: {"wrong": [source, ...], "right": [...]}} from the files beside the assignment."""
    found = {}
    for path in sorted((ROOT / "solutions" / NAME / "answers").glob("*.py")):
        found[path.stem] = {"wrong": [], "right": []}
        for chunk in re.split(r"^# %% ", path.read_text(), flags=re.MULTILINE)[1:]:
            header, source = chunk.split("\n", 1)
            found[path.stem][header.split(":")[0]].append(source.strip())
    return found


@pytest.fixture(scope="module")
def given():
    """What everybody has, and what is right: the released notebook and the reference."""
    notebooks = [nbformat.read(ROOT / top / NAME / f"{NAME}.ipynb", 4) for top in ("exercises", "solutions")]
    return [cell.source for nb in notebooks for cell in nb.cells if cell.cell_type == "code"]


@pytest.fixture(scope="module")
def class_(variants):
    """right-0 and right-1 answer each task in two ways; wrong-i makes another mistake in each task."""
    right = {f"right-{i}": {cell: v["right"][i] for cell, v in variants.items()} for i in range(2)}
    wrong = {f"wrong-{i}": {cell: v["wrong"][i] for cell, v in variants.items()} for i in range(6)}
    return right | wrong


class Rename(ast.NodeTransformer):
    """Gives every argument and local variable another name."""

    def visit_Name(self, node):
        return ast.Name(self.new(node.id), node.ctx)

    def visit_arg(self, node):
        return ast.arg(self.new(node.arg))

    def new(self, name):
        return self.names.setdefault(name, f"renamed_{len(self.names)}") if name in self.mine else name

    def __call__(self, tree):
        self.names = {}
        stored = {n.id for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
        self.mine = stored | {n.arg for n in ast.walk(tree) if isinstance(n, ast.arg)}
        return ast.unparse(self.visit(tree))


def renamed(source):
    return Rename()(ast.parse(source))


def commented(source):
    """Another docstring, and a comment on every line that can take one."""
    source = re.sub(r"^(def .*:)$", r'\1\n    """Entirely my own idea."""', source, flags=re.MULTILINE)
    return "\n".join(
        f"{line}  # {i} of mine" if line.endswith(")") else line for i, line in enumerate(source.splitlines())
    )


def reordered(source):
    """The functions of a cell, last first."""
    tree = ast.parse(source)
    return "\n\n\n".join(ast.unparse(node) for node in reversed(tree.body))


def found(submissions, given, **options):
    return {(pair.left.student, pair.right.student) for pair in similar_pairs(submissions, given, **options)}


def test_independent_answers_are_not_alike(class_, given):
    assert found(class_, given) == set()


@pytest.mark.parametrize("disguise", [renamed, commented, lambda s: commented(renamed(s))])
@pytest.mark.parametrize("victim", ["right-1", "wrong-3"])
def test_a_disguised_copy_is_found(class_, given, disguise, victim):
    thief = {cell: disguise(source) for cell, source in class_[victim].items()}
    assert thief != class_[victim]
    pairs = similar_pairs({**class_, "thief": thief}, given)
    assert [{p.left.student, p.right.student} for p in pairs] == [{victim, "thief"}]
    assert pairs[0].share > 0.6


def test_a_copy_with_its_functions_reordered_in_one_cell_is_found(class_, given):
    everything = "\n\n\n".join(class_["right-1"].values())
    thief = {"one": reordered(renamed(everything))}
    assert found({**class_, "thief": thief}, given) == {("right-1", "thief")}


def test_a_copy_of_half_of_the_answers_is_found(class_, given):
    half = dict(list(class_["right-1"].items())[::2])
    thief = {**class_["wrong-0"], **{cell: renamed(source) for cell, source in half.items()}}
    pairs = similar_pairs({**class_, "thief": thief}, given, share=0.3)
    assert {pairs[0].left.student, pairs[0].right.student} & {"right-1", "thief"} == {"right-1", "thief"}


def test_one_answer_in_common_is_not_enough(class_, given):
    borrower = {**class_["right-0"], "fit_lasso": class_["right-1"]["fit_lasso"]}
    assert found({**class_, "borrower": borrower}, given) == {("borrower", "right-0")}
    assert found({"a": class_["right-1"], "borrower": borrower}, given) == set()


def test_what_stands_in_the_assignment_is_nobody_s_own(class_, given):
    same = dict.fromkeys(("a", "b"), class_["right-1"])
    assert found(same, given) == {("a", "b")}
    assert found(same, [*given, *class_["right-1"].values()]) == set()


def test_what_many_share_is_nobody_s_own(class_, given):
    lecture = {"cell": class_["right-1"]["fit_lasso"] + "\n\n" + class_["right-1"]["choose_lambda"]}
    others = {f"student{i}": {"cell": distinct(i)} for i in range(16)}
    few = {f"listener{i}": lecture for i in range(4)}
    many = {f"listener{i}": lecture for i in range(8)}
    assert found({**others, **few}, given) == set(combinations(sorted(few), 2))
    assert found({**others, **many}, given) == set()


def test_excerpts_show_the_shared_lines(given, class_):
    thief = {"choose_lambda": "x = 1\n" + renamed(class_["right-1"]["choose_lambda"])}
    [pair] = similar_pairs({"a": class_["right-1"], "thief": thief}, given)
    assert (pair.left.student, pair.right.student) == ("a", "thief")
    assert pair.left.cell == pair.right.cell == "choose_lambda"
    assert not pair.right.lines[0][1], "x = 1 is not shared"
    assert sum(hit for _, hit in pair.right.lines) > len(pair.right.lines) / 2
    assert "\n".join(line for line, _ in pair.left.lines) == class_["right-1"]["choose_lambda"]


@pytest.mark.parametrize("number", [0, 1, 2])
def test_few_submissions_are_no_problem(class_, given, number):
    assert similar_pairs(dict(list(class_.items())[:number]), given) == []
    assert similar_pairs({str(i): {} for i in range(number)}, given) == []
    assert similar_pairs({str(i): {"a": ""} for i in range(number)}, given) == []


# --- Tokens ---


def test_names_comments_docstrings_and_layout_do_not_count():
    one = 'def f(x, y):\n    """Text."""\n    # why\n    return np.sum(x*y, axis=0)\n'
    two = "def area(\n  width, height,\n):\n        return numpy.sum(width * height, dim = 0)"
    three = "def f(x, y):\n    return np.prod(x*y, axis=0)\n"
    stream = [word for word, _ in words(one)]
    assert " ".join(stream) == "def N ( N , N ) : return N . sum ( N * N , N = 0 )"
    assert [w for w, _ in words(two) if w != ","] == [w for w in stream if w != ","]
    assert [word for word, _ in words(three)] != stream


BROKEN = {
    "bracket": "x = (1,\ny = 2\n",
    "string": 'a = 1\ns = """never closed\nb = 2\nc = b + 1\n',
    "dedent": "if x:\n        y = 1\n    z = 2\nw = 3\n",
    "magic": "%matplotlib inline\n!ls 'a\nx = 1\n",
    "quote": "x = 'abc\ny = 2\n",
    "bytes": "x = 1\x00\ny = ¿2\n",
    "tabs": "if x:\n\ty = 1\n        z = 2\n",
    "empty": "",
}


@pytest.mark.parametrize("source", BROKEN.values(), ids=BROKEN.keys())
def test_broken_code_is_read_as_far_as_it_goes(source):
    rows = [token.start[0] for token in tokens(source)]
    assert rows == sorted(rows)
    assert len(rows) >= min(1, len(source))


def test_after_an_error_reading_goes_on():
    assert [w for w, _ in words(BROKEN["string"])][-5:] == ["N", "=", "N", "+", "1"]
    assert [w for w, _ in words(BROKEN["dedent"])][-3:] == ["N", "=", "3"]


def test_a_copy_with_a_syntax_error_is_found(class_, given):
    thief = {cell: source + "\n   return ((" for cell, source in class_["right-1"].items()}
    assert found({**class_, "thief": thief}, given) == {("right-1", "thief")}


def test_winnowing_keeps_the_smallest_of_every_window():
    rng = random.Random(1)
    for length in (0, 1, 3, 6, 7, 200):
        hashes = tuple((bytes([rng.randint(0, 9)]), i, i) for i in range(length))
        kept = {i for _, i, _ in winnow(hashes)}
        for start in range(max(0, length - similarity.WINDOW + 1)):
            window = hashes[start : start + similarity.WINDOW]
            smallest = min(key for key, _, _ in window)
            assert max(i for key, i, _ in window if key == smallest) in kept
        assert len(kept) >= min(1, length)


def test_winnowing_keeps_its_promise():
    """Any K + WINDOW - 1 shared tokens leave a fingerprint in common (section 3 of the paper)."""
    rng = random.Random(0)
    length = similarity.K + similarity.WINDOW - 1
    for _ in range(50):
        shared = [f"{rng.choice('+-*/')} {rng.randint(0, 99)}" for _ in range(length)]
        one, two = (" ".join([str(rng.random()), *shared, "@", str(rng.random())] * 1) for _ in range(2))
        keys = [{key for key, _, _ in winnow(runs(source))} for source in (one, two)]
        assert keys[0] & keys[1]


# --- Speed ---


def distinct(seed):
    """A function that nobody else would write, 20 lines long."""
    rng = random.Random(seed)
    calls = ["np.sum", "np.dot", "np.linalg.norm", "len", "max", "np.exp", "sorted", "np.where"]
    lines = [f"def f{seed}(x, y, z):"]
    for i in range(20):
        terms = [
            f"{rng.choice(calls)}({rng.choice('xyz')} {rng.choice('+-*/@')} {rng.randint(1, 9)})"
            for _ in range(3)
        ]
        lines.append(f"    v{i} = {terms[0]} {rng.choice('+-*')} {terms[1]} {rng.choice('+-*')} {terms[2]}")
    return "\n".join([*lines, "    return v0"])


@pytest.mark.slow
def test_500_submissions_take_less_than_10_seconds(class_, given):
    """A third of what each hands in is shared with up to a hundred others, which is the expensive case."""
    submissions = {
        f"s{i:03}": {"own": distinct(i), "more": distinct(-i - 1), "group": distinct(10_000 + i % 5)}
        for i in range(498)
    }
    submissions |= {"victim": class_["right-1"]}
    submissions |= {"thief": {cell: renamed(source) for cell, source in class_["right-1"].items()}}
    start = time.perf_counter()
    pairs = similar_pairs(submissions, given)
    assert time.perf_counter() - start < 10
    assert [(p.left.student, p.right.student) for p in pairs] == [("thief", "victim")]
    assert SHARE > 0.34, "the groups share a third"
