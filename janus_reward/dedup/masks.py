"""64 bytes at a time: which of them are words, layout, ends of strings, as the bits of one integer.

LLVM makes of each mask a handful of vector instructions where the processor has them. Kernels that walk over the bits
set skip words, layout and strings at once, where a loop over bytes mispredicts a branch at the end of each.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from janus_reward.compiled import kernel

BLOCK, SHIFT = 64, 6
"""Bytes of a mask; a position shifted right by so much is the number of its mask."""
MARGIN = 2 * BLOCK
"""So many bytes must be readable after a text that is read by masks."""

_BYTES, _BITS = ir.VectorType(ir.IntType(8), BLOCK), ir.IntType(64)
_ONE = np.uint64(1)


def _mask_of(ranges: Sequence[tuple[int, int]]) -> Any:
    """A compiled `mask(data, at)`: bit k tells whether `data[at + k]` lies in one of the ranges (both ends inside)."""

    @intrinsic  # type: ignore[untyped-decorator]
    def mask(_typing: Any, data: Any, at: Any) -> Any:
        def code(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            array = context.make_array(signature.args[0])(context, builder, arguments[0])
            place = builder.bitcast(builder.gep(array.data, [arguments[1]]), _BYTES.as_pointer())
            values = builder.load(place, align=1)
            found = None
            for low, high in ranges:
                moved = builder.sub(values, ir.Constant(_BYTES, [low] * BLOCK))
                inside = builder.icmp_unsigned("<=", moved, ir.Constant(_BYTES, [high - low] * BLOCK))
                found = inside if found is None else builder.or_(found, inside)
            return builder.bitcast(found, _BITS)

        return types.uint64(data, types.int64), code

    return mask


ascii_word_mask = _mask_of([(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)])
word_mask = _mask_of([(0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A), (0x80, 0xBF), (0xC3, 0xDF), (0xE1, 0xE1)])
"""Bytes whose class is `lexer.WORD`."""
layout_mask = _mask_of([(0x09, 0x0D), (0x20, 0x20)])
stop_mask = _mask_of([(0x0A, 0x0A), (0x22, 0x22), (0x27, 0x27), (0x5C, 0x5C), (0x60, 0x60)])
"""Bytes at which a string may end: quotation marks, backslash, line feed."""
double_mask, single_mask = _mask_of([(0x22, 0x22)]), _mask_of([(0x27, 0x27)])
high_mask = _mask_of([(0x80, 0xFF)])


@intrinsic  # type: ignore[untyped-decorator]
def lowest(_typing: Any, mask: Any) -> Any:
    """The number of the lowest bit set of a mask that is not 0."""

    def code(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), code


@kernel
def write_places(mask, first, places, used):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """Write `first` + the number of each bit set to `places[used:]`; returns the new `used`."""
    while mask != 0:
        places[used] = first + lowest(mask)
        used += 1
        mask &= mask - _ONE
    return used


@kernel
def next_set(masks, i):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """The first bit set from i on; there must be one."""
    number = i >> SHIFT
    left = masks[number] >> np.uint64(i & (BLOCK - 1))
    if left != 0:
        return i + lowest(left)
    number += 1
    while masks[number] == 0:
        number += 1
    return (number << SHIFT) + lowest(masks[number])


@kernel
def next_clear(masks, i):  # type: ignore[no-untyped-def] # noqa: ANN001, ANN201
    """The first bit not set from i on; there must be one, and a mask after that of i."""
    shift = np.uint64(i & (BLOCK - 1))
    left = (~masks[i >> SHIFT] >> shift) | ((~masks[(i >> SHIFT) + 1] << _ONE) << (np.uint64(BLOCK - 1) - shift))
    while left == 0:
        i = ((i >> SHIFT) + 1) << SHIFT
        left = ~masks[i >> SHIFT]
    return i + lowest(left)
