"""Linear differential operators, written as on paper: D("t") - nu * D("xx")."""

from collections import Counter
from dataclasses import dataclass
from numbers import Real

__all__ = ["D", "Operator", "parts"]


@dataclass(frozen=True)
class Operator:
    """A sum of partial derivatives with constant coefficients.

    Made by `D`, and by +, - and multiplication with numbers. A coefficient that depends on x or is to be
    learned belongs into the residual: ask for each derivative there, and multiply.

    Parameters
    ----------
    terms : dict of str to float
        Coefficient of each derivative; "" is the function itself, "x" its first derivative with respect to x,
        "xx" the second, "tx" the mixed one. The letters of a word are sorted.

    Examples
    --------
    >>> print(D("t") - 0.1 * D("xx"))
    u_t - 0.1 u_xx
    """

    terms: dict

    def __add__(self, other):
        if not isinstance(other, Operator):
            return NotImplemented
        total = Counter(self.terms)
        for word, coefficient in other.terms.items():
            total[word] += coefficient
        return Operator(dict(total))

    def __mul__(self, factor):
        if not isinstance(factor, Real):
            raise TypeError(
                f"an operator can be multiplied by a number, got {type(factor).__name__}; a coefficient that "
                "varies or is learned belongs into the residual"
            )
        return Operator({word: float(factor) * c for word, c in self.terms.items()})

    __rmul__ = __mul__

    def __neg__(self):
        return -1.0 * self

    def __sub__(self, other):
        return self + -other

    def __str__(self):
        text = ""
        for word, c in self.terms.items():
            size = "" if abs(c) == 1 else f"{abs(c):g} "
            text += f" {'-' if c < 0 else '+'} {size}u{word and '_' + word}"
        return text.removeprefix(" + ").strip()


def D(word=""):
    """The partial derivative with respect to the letters of `word`; the identity for ""."""
    if not isinstance(word, str):
        raise TypeError(f'a word of coordinates is expected, such as D("xx"), got {word!r}')
    return Operator({"".join(sorted(word)): 1.0})


def parts(word):
    """The words, other than "" and the whole, whose letters are some of those of `word`.

    >>> sorted(parts("txx"))
    ['t', 'tx', 'x', 'xx']
    """
    found = {""}
    for letter in word:
        found |= {"".join(sorted(part + letter)) for part in found}
    return found - {"", "".join(sorted(word))}
