"""Evaluation traces: what automatic differentiation does with a formula, line by line, as a table."""

from dataclasses import dataclass

import numpy as np

from course_lib.autodiff import Tape

__all__ = ["Trace", "TraceRow", "trace"]


@dataclass(frozen=True)
class TraceRow:
    """One intermediate result.

    Attributes
    ----------
    name : str
        v1, v2, ... in the order of evaluation.
    expression : str
        How it follows from earlier ones, or the name of the input.
    value : float
    partials : dict
        By the name of each earlier variable: the derivative as text, and its value.
    dot : dict
        By the name of each input: the derivative of this variable with respect to it (forward accumulation).
    adjoint : float
        Derivative of the result with respect to this variable (reverse accumulation).
    """

    name: str
    expression: str
    value: float
    partials: dict
    dot: dict
    adjoint: float


@dataclass(frozen=True)
class Trace:
    """The rows of a trace, and the tape that they were read from.

    Attributes
    ----------
    rows : list of TraceRow
    inputs : tuple of str
    tape : Tape
    """

    rows: list
    inputs: tuple
    tape: Tape

    def __str__(self):
        """The lecture's table: variable, expression, value, partial derivatives."""
        table = [["var", "expression", "value", "partials"]]
        for row in self.rows:
            partials = [
                f"d{row.name}/d{parent} = {text}" + ("" if _is_number(text) else f" = {value:.4g}")
                for parent, (text, value) in row.partials.items()
            ]
            table.append([row.name, row.expression, f"{row.value:.6g}", ",  ".join(partials)])
        return _aligned(table)

    def forward(self):
        """The same rows with the derivatives that forward accumulation carries from the first to the last."""
        table = [["var", "value", *(f"d/d{name}" for name in self.inputs)]]
        for row in self.rows:
            table.append([row.name, f"{row.value:.6g}", *(f"{row.dot[name]:.6g}" for name in self.inputs)])
        return _aligned(table)

    def reverse(self):
        """The adjoints, in the order in which reverse accumulation finds them: from the last to the first."""
        last = self.rows[-1].name
        table = [["var", f"d{last}/dvar"]]
        return _aligned(table + [[row.name, f"{row.adjoint:.6g}"] for row in reversed(self.rows)])


def _is_number(text):
    return text.lstrip("-").replace(".", "", 1).isdigit()


def _aligned(table):
    widths = [max(len(row[k]) for row in table) for k in range(len(table[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in table]
    return "\n".join(line.rstrip() for line in lines)


def trace(f, **inputs):
    """Evaluate f on a tape and list every step with its partial derivatives.

    Parameters
    ----------
    f : callable
        Numpy code of numbers, called with the inputs by name.
    inputs : float
        Values, in the order in which they are to be listed.

    Returns
    -------
    Trace

    Raises
    ------
    ValueError
        If an input or a step is not a single number, or f depends on none of the inputs.

    References
    ----------
    Perdikaris, ENM 360, lecture 13, table of the logarithm of a normal density.

    Examples
    --------
    >>> print(trace(lambda x1, x2: x1 * x2 + np.sin(x1), x1=2.0, x2=3.0))
    var  expression  value     partials
    v1   x1          2
    v2   x2          3
    v3   v1 v2       6         dv3/dv1 = v2 = 3,  dv3/dv2 = v1 = 2
    v4   sin v1      0.909297  dv4/dv1 = cos v1 = -0.4161
    v5   v3 + v4     6.9093    dv5/dv3 = 1,  dv5/dv4 = 1
    """
    tape = Tape()
    variables = {name: tape.variable(value, name) for name, value in inputs.items()}
    output = f(**variables)
    if getattr(output, "tape", None) is not tape:
        raise ValueError("f does not depend on any of the inputs, so there is nothing to trace")
    if any(node.shape != () for node in tape.nodes):
        raise ValueError("a trace is for numbers: every input and every step has to be a single one")
    adjoints = tape.adjoints(output)
    rows = []
    for node in tape.nodes[: output.index + 1]:
        rows.append(_row(node, rows, adjoints[node.index], list(inputs)))
    return Trace(rows, tuple(inputs), tape)


def _row(node, rows, adjoint, inputs):
    name, adjoint = f"v{node.index + 1}", 0.0 if adjoint is None else float(np.sum(adjoint))
    if node.operation is None:
        dot = {other: float(other == node.name) for other in inputs}
        return TraceRow(name, node.name, float(node.value), {}, dot, adjoint)
    named = dict(node.parents)
    texts = [rows[named[i]].name if i in named else f"{float(v):.6g}" for i, v in enumerate(node.arguments)]
    partials, dot = {}, dict.fromkeys(inputs, 0.0)
    for i, parent in node.parents:
        above = rows[parent]
        text = node.operation.partials[i].format(*texts)
        value = float(node.operation.push[i](1.0, node.value, *node.arguments))
        for other in inputs:
            dot[other] += value * above.dot[other]
        if above.name in partials:  # the same variable twice, as in v1 v1
            text = f"{partials[above.name][0]} + {text}"
            value += partials[above.name][1]
        partials[above.name] = (text, value)
    expression = node.operation.text.format(*texts)
    return TraceRow(name, expression, float(node.value), partials, dot, adjoint)
