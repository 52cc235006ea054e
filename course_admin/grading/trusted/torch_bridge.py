"""Torch tensors between the two processes, with gradients that go on in the other one.

A tensor without gradient is data. One that requires grad arrives as an *image*: the same values, and a
node in the receiver's graph whose backward asks the sender for the vector-Jacobian product. The sender
tells on which tensors of the receiver's, and on which leaves of its own, the tensor depends; these are
the inputs of the node. The products are images again, so second derivatives work, and so do callbacks
that differentiate callbacks.

Supported: gradients with respect to tensors that have crossed, and with respect to the leaves
(parameters) of the student's that a result depends on. An image is a copy: stepping an optimiser on it
trains nothing on the other side. Gradients with respect to a non-leaf tensor of the sender's own are
followed to its leaves only.
"""

import importlib
import sys
import weakref
from typing import Any

from course_admin.grading.trusted import codec
from course_admin.grading.trusted.codec import CannotCross, Decoder, Encoder, ProtocolError, expect

DTYPES = {
    "bool",
    "uint8",
    "int8",
    "int16",
    "int32",
    "int64",
    "float16",
    "bfloat16",
    "float32",
    "float64",
    "complex64",
    "complex128",
}
MAX_NODES = 200_000  # of a graph that is searched


def is_tensor(value: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.Tensor)


class Link:
    """The other side's tensor; released there when no image of it, and no node, is left here."""

    def __init__(self, channel: Any, handle: int):
        self.channel, self.handle = channel, handle

    def __del__(self):
        self.channel.to_release.append(self.handle)


def image_handle(channel: Any, value: Any) -> int | None:
    """The other side's handle, if the value is an unchanged image (or the link itself)."""
    if isinstance(value, Link):
        return value.handle
    # Once it is changed in place, an image is a tensor of this side's own.
    link = getattr(value, "_course_link", None) if is_tensor(value) else None
    if link is None or link.channel is not channel or value._version != value._course_version:
        return None
    return link.handle


# --------------------------------------------------------------------------------------------- crossing


def export(channel: Any, value: Any, encoder: Encoder) -> list:
    dtype = str(value.dtype).removeprefix("torch.")
    if dtype not in DTYPES or value.layout is not sys.modules["torch"].strided or value.is_meta:
        raise CannotCross(
            f"It is a tensor of the type {value.dtype} and layout {value.layout}; dense ones can go."
        )
    encoder.memo.setdefault(id(value), ["ref", len(encoder.nodes)])
    encoder.nodes.append(value)
    shape, index = list(value.shape), encoder.buffer(raw_bytes(value))
    if not value.requires_grad:
        return ["tensor", dtype, shape, index, None, []]
    if not value.is_leaf:
        value._course_edges = edges = graph_inputs(channel, value)
        inputs = [encoder.encode(target) for _, target in edges]
    else:
        inputs = []
    return ["tensor", dtype, shape, index, channel.enter(value), inputs]


def raw_bytes(value: Any) -> bytes:
    torch = sys.modules["torch"]
    plain = torch.empty(
        value.numel(), dtype=value.dtype
    )  # contiguous() would keep the strides of one element
    plain.copy_(value.detach().reshape(-1))
    return plain.view(torch.uint8).numpy().tobytes() if plain.numel() else b""


def imported(channel: Any, rest: list, decoder: Decoder) -> Any:
    dtype, shape, index, handle, inputs = rest
    torch = importlib.import_module("torch")
    expect(type(dtype) is str and dtype in DTYPES, "the type of a tensor")
    expect(type(shape) is list and len(shape) <= 32, "the shape of a tensor")
    expect(all(type(n) is int and 0 <= n < 2**40 for n in shape), "the shape of a tensor")
    dtype, raw = getattr(torch, dtype), decoder.buffer(index)
    expect(codec.math.prod(shape) * dtype.itemsize == len(raw), "as many bytes as the shape says")
    if dtype is torch.bool:
        raw = (codec.np.frombuffer(raw, "u1") != 0).tobytes()
    data = (
        torch.frombuffer(bytearray(raw), dtype=dtype).reshape(shape)
        if raw
        else torch.empty(shape, dtype=dtype)
    )
    if handle is None:
        decoder.node(data, (lambda now: raw_bytes(now) != raw) if decoder.private else None)
        return data
    expect(type(handle) is int and type(inputs) is list, "a tensor with a gradient")
    expect(dtype.is_floating_point or dtype.is_complex, "a type that has gradients")
    place = decoder.node(None)
    sources = [decoder.value(part, 0) for part in inputs]
    expect(all(map(is_tensor, sources)) and all(s.requires_grad for s in sources), "tensors with gradients")
    decoder.nodes[place] = image = make_image(channel, handle, data, sources)
    return image


def make_image(channel: Any, handle: int, data: Any, sources: list) -> Any:
    link = channel.links.get(handle)
    if link is None:
        link = channel.links[handle] = Link(channel, handle)
        if handle in channel.to_release:
            channel.to_release.remove(handle)
    if sources:
        image = bridge().apply(link, data, *sources)
    else:
        known = channel.leaves.get(handle)
        if known is not None and known.shape == data.shape and known.dtype == data.dtype:
            known.data.copy_(
                data
            )  # a parameter that came before is the same parameter, with the values of now
            return known
        image = channel.leaves[handle] = data.requires_grad_()
    image._course_link, image._course_version = link, image._version
    return image


def apply_change(node: Any, new: Any) -> None:
    """Give a tensor the content that its copy in the other process has now."""
    expect(is_tensor(new) and new.dtype == node.dtype, "a tensor of the same type")
    if new.shape != node.shape:
        raise CannotCross(
            "The function changed the shape of a tensor it was given, in place: work on a copy."
        )
    with sys.modules["torch"].no_grad():
        node.copy_(new)


# -------------------------------------------------------------------------------------------- gradients


def graph_inputs(channel: Any, value: Any) -> list[tuple[Any, Any]]:
    """What a tensor depends on and the other side knows: (where the gradient arrives, what to send for it).

    The search ends at images: what is behind them is the other side's business.
    """
    torch = sys.modules["torch"]
    found, stack, seen = [], [(value.grad_fn, value.output_nr)], set()
    while stack:
        node, output = stack.pop()
        link = getattr(node, "course_link", None)
        leaf = getattr(node, "variable", None)
        if link is not None and link.channel is channel:
            if (node, output) not in seen:
                found.append((torch.autograd.graph.GradientEdge(node, output), link))
            seen.add((node, output))
            continue
        if node in seen:
            continue
        seen.add(node)
        if len(seen) > MAX_NODES:
            raise CannotCross(f"The graph of a tensor has more than {MAX_NODES} nodes.")
        if leaf is None:
            stack += [(behind, number) for behind, number in node.next_functions if behind is not None]
        elif image_handle(channel, leaf) is not None or channel.shares_leaves or id(leaf) in channel.handles:
            found.append((leaf, leaf))
    return found


def product(channel: Any, tensor: Any, gradient: Any, create_graph: Any) -> list:
    """The vector-Jacobian products of one of our tensors with respect to what `graph_inputs` found."""
    torch = importlib.import_module("torch")
    edges = getattr(tensor, "_course_edges", None)
    expect(edges is not None and id(tensor) in channel.handles, "a tensor that was handed out")
    expect(is_tensor(gradient) and gradient.shape == tensor.shape, "a gradient of the shape of its tensor")
    expect(type(create_graph) is bool, "a flag")
    before, channel.cut = channel.cut, True
    try:
        return list(
            torch.autograd.grad(
                tensor,
                [place for place, _ in edges],
                gradient.to(tensor.dtype),
                retain_graph=True,
                create_graph=create_graph,
                allow_unused=True,
            )
        )
    finally:
        channel.cut = before


_bridge = None


def bridge() -> Any:
    """The autograd function; made when first needed, so that torch costs nothing where it is not used."""
    global _bridge
    if _bridge is not None:
        return _bridge
    torch = sys.modules["torch"]

    class Bridge(torch.autograd.Function):
        """Values from the other side; backward asks there for the products."""

        @staticmethod
        def forward(ctx, link, data, *sources):
            ctx.course_link = link
            ctx.course_sources = [(source.shape, source.dtype) for source in sources]
            return data.clone()

        @staticmethod
        def backward(ctx, gradient):
            link, expected = ctx.course_link, ctx.course_sources
            nothing = (None,) * (2 + len(expected))
            if link.channel.cut:  # the other side adds what flows on from here
                return nothing
            products = link.channel.ask("vjp", link, gradient, torch.is_grad_enabled())
            if type(products) is not list or len(products) != len(expected):
                raise ProtocolError("expected one product for each tensor that a result depends on")
            for part, (shape, dtype) in zip(products, expected, strict=True):
                if part is not None and not (is_tensor(part) and part.shape == shape and part.dtype == dtype):
                    raise ProtocolError("expected products of the shape and type of their tensors")
            return (None, None, *products)

    _bridge = Bridge
    return _bridge


def new_tables(channel: Any) -> None:
    """What a channel keeps for tensors."""
    channel.links = weakref.WeakValueDictionary()  # handle -> Link
    channel.leaves = weakref.WeakValueDictionary()  # handle -> image of a leaf
    channel.cut = False  # whether backward stops at images
