"""What the tests see of the student's objects: proxies that can be used, and that decide no comparison.

A test passes if its comparisons come out right, so nothing of the student's may take part in one:

- `==` and `!=` are identity, `<` and the like do not exist, `bool()` is True, `in` goes through the items
  here;
- numpy takes no proxy for an array or a number: np.asarray, ufuncs and np.allclose raise TypeError;
- an operator between a proxy and the test's own data hands that data over, so what comes back is worth
  nothing as a verdict: `abs(f(x) - wanted) < 1e-8` would pass for an object whose `-` returns 0. It must
  be an object again, and of that only attributes with names that arrays and numbers do not have can be
  read.
"""

from typing import Any

import numpy as np

from course_admin.grading.trusted.channel import BINARY, UNARY

MAX_LENGTH = 10**7
MAX_ITERATIONS = 10**6
DATA_ATTRIBUTES = {
    f"__{name}__"
    for name in [
        "name",
        "doc",
        "qualname",
        "module",
        "dict",
        "annotations",
        "defaults",
        "kwdefaults",
        "code",
        "wrapped",
    ]
}
# Of the result of an operator between a student's object and data: what arrays, tensors and numbers have, and
# what an author would call on a difference out of habit. `data` and `grad` are what an autodiff value has.
NUMBER_LIKE = {
    name
    for kind in (np.ndarray, float, list, dict)
    for name in dir(kind)
    if not name.startswith("_") and name != "data"
} | {
    "abs",
    "norm",
    "square",
    "sqrt",
    "isclose",
    "allclose",
    "equal",
    "eq",
    "ne",
    "lt",
    "le",
    "gt",
    "ge",
    "detach",
    "numpy",
    "cpu",
    "double",
    "isnan",
    "pow",
}


class Remote:
    # An object of the student's, by handle. Its documentation is the student's, too.
    __doc__ = property(lambda self: _ask(self, "getattr", self, "__doc__"))  # type: ignore[assignment]

    __slots__ = ("__weakref__", "_course_channel", "_course_derived", "_course_handle", "_course_steps")

    # numpy looks for these on the type: None and an error mean "no array".
    __array_ufunc__ = None

    def __array__(self, *args, **kwargs):
        raise TypeError(f"{_what(self)} is not an array or a number: return plain numbers or NumPy arrays.")

    def __array_function__(self, function, types, args, kwargs):
        raise TypeError(
            f"{function.__name__} needs arrays or numbers, but was given {_what(self)}: return plain numbers "
            "or NumPy arrays."
        )

    def __call__(self, *args, **kwargs):
        return _ask(self, "call", self, args, kwargs)

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__") and name not in DATA_ATTRIBUTES:
            raise AttributeError(f"{_what(self)} shows no {name} to the tests")
        if self._course_derived and name in NUMBER_LIKE:
            raise AttributeError(_derived(self, f"its attribute `{name}`"))
        return _ask(self, "getattr", self, name)

    def __setattr__(self, name, value):
        _apply(self, "setattr", self, name, value)

    def __delattr__(self, name):
        _apply(self, "delattr", self, name)

    def __getitem__(self, key):
        return _apply(_underived(self, "indexing"), "getitem", self, key)

    def __setitem__(self, key, value):
        _apply(self, "setitem", self, key, value)

    def __delitem__(self, key):
        _apply(self, "delitem", self, key)

    def __len__(self):
        length = _apply(_underived(self, "len()"), "len", self)
        if type(length) is not int or not 0 <= length <= MAX_LENGTH:
            raise TypeError(f"The length of {_what(self)} should be an int from 0 to {MAX_LENGTH}.")
        return length

    def __iter__(self):
        iterator = _apply(_underived(self, "a loop"), "iter", self)
        if iterator is self:
            return self
        return _counted(self, iterator)

    def __next__(self):
        pair = _ask(_underived(self, "next()"), "next", self)
        if type(pair) is not tuple or len(pair) != 2 or type(pair[0]) is not bool:
            raise TypeError(f"{_what(self)} is no iterator.")
        steps = self._course_steps + 1
        object.__setattr__(self, "_course_steps", steps)
        if steps > MAX_ITERATIONS:
            raise RuntimeError(f"{_what(self)} went on after {MAX_ITERATIONS} items: does it ever end?")
        if not pair[0]:
            raise StopIteration
        return pair[1]

    def __contains__(self, wanted):
        return any(item is wanted or item == wanted for item in self)

    def __enter__(self):
        return _apply(self, "enter", self)

    def __exit__(self, *details):
        _apply(self, "exit", self)

    def __bool__(self):
        return True

    def __eq__(self, other):
        return self is other

    def __ne__(self, other):
        return self is not other

    def __hash__(self):
        return object.__hash__(self)

    def __repr__(self):
        return _text(self, "repr", self)

    def __str__(self):
        return _text(self, "str", self)

    def __format__(self, spec):
        return _text(self, "format", self, spec)

    def __copy__(self):
        return _apply(self, "copy", self)

    def __deepcopy__(self, memo):
        return _apply(self, "deepcopy", self)

    def __reduce_ex__(self, protocol):
        raise TypeError(f"{_what(self)} cannot be pickled.")

    def __instancecheck__(self, instance):
        return isinstance(instance, Remote) and _apply(self, "isinstance", instance, self) is True

    def __subclasscheck__(self, subclass):
        return isinstance(subclass, Remote) and _apply(self, "issubclass", subclass, self) is True


def _counted(container, iterator):
    """The items; an error if their number is not what len() says, as a test with zip() relies on."""
    count = 0
    for item in iterator:
        count += 1
        yield item
    try:
        length = len(container)
    except (TypeError, AttributeError):  # it has none
        return
    if length != count:
        raise TypeError(f"{_what(container)} says that it has {length} items, but gives {count}.")


def _operator(name, reflected=False):
    def method(self, *others):
        operands = (*others, self) if reflected else (self, *others)
        derived = not all(isinstance(x, Remote) and not x._course_derived for x in operands)
        result = _apply(self, name, *operands)
        if derived and not isinstance(result, Remote):
            raise TypeError(_derived(self, f"a {type(result).__name__} as the result of the operator"))
        if derived:
            object.__setattr__(result, "_course_derived", True)
        return result

    return method


for _name in BINARY:
    setattr(Remote, f"__{_name}__", _operator(_name))
    setattr(Remote, f"__r{_name}__", _operator(_name, reflected=True))
for _name in UNARY:
    setattr(Remote, f"__{_name}__", _operator(_name))

# Names of the classes as the student knows them, for messages such as "not a Dual".
CLASSES: dict[str, type] = {}


def make_remote(channel: Any, handle: int, kind: str, name: str) -> Remote:
    if name not in CLASSES:
        if len(CLASSES) > 1000:
            CLASSES.clear()
        CLASSES[name] = type(name if name.isidentifier() else "object", (Remote,), {"__slots__": ()})
    remote = object.__new__(CLASSES[name] if kind == "object" else Remote)
    object.__setattr__(remote, "_course_channel", channel)
    object.__setattr__(remote, "_course_handle", handle)
    object.__setattr__(remote, "_course_derived", False)
    object.__setattr__(remote, "_course_steps", 0)
    return remote


def _ask(remote: Remote, operation: str, *values: Any) -> Any:
    return remote._course_channel.ask(operation, *values)


def _apply(remote: Remote, name: str, *operands: Any) -> Any:
    return _ask(remote, "apply", name, *operands)


def _text(remote: Remote, name: str, *operands: Any) -> str:
    text = _apply(remote, name, *operands)
    if type(text) is not str:
        raise TypeError(f"{name}() of {_what(remote)} gave no text.")
    return text


def _what(remote: Remote) -> str:
    name = type(remote).__name__
    return "an object of the notebook" if name == "Remote" else f"an object of the notebook's class {name}"


def _underived(remote: Remote, use: str) -> Remote:
    if remote._course_derived:
        raise TypeError(_derived(remote, use))
    return remote


def _derived(remote: Remote, use: str) -> str:
    return (
        f"{_what(remote)} was combined with plain data by an operator; a test does not rely on {use}, which "
        "could claim anything. Return plain numbers or NumPy arrays; of objects a test reads the attributes."
    )
