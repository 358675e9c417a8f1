"""The parameters of an option as texts of their own: commas are doubled where they are written, flags written out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from ..source import Encoder, Piece, Value, refuse
from .optstring import FLAG, Param


def param_value(argument: Value, param: Param) -> Value:
    """What QEMU takes as the value of a parameter; a flag's is `on` or `off` and stands where the flag does."""
    if param.kind == FLAG:
        return Value(param.value, lambda: (_flag_piece(argument, param),))
    return Value(param.value, lambda: _pair_pieces(argument, param))


def _flag_piece(argument: Value, flag: Param) -> Piece:
    parts = argument.pick((flag.start, flag.end)).pieces
    outer = parts[0].encode if _adjoin(parts) else refuse

    def encode(text: str) -> bytes | None:
        return outer(f"{flag.key}={doubled(text)}")

    return Piece(0, len(flag.value), parts[0].start, parts[-1].end, 0, encode)


def _pair_pieces(argument: Value, param: Param) -> tuple[Piece, ...]:
    """The pieces of the value; nothing can be changed where two commas that stand for one lie in different quotes."""
    pieces: list[Piece] = []
    at, low, changeable = 0, param.value_ranges[0][0], True
    for _, high in param.value_ranges[:-1]:  # each but the last ends after the first of two commas
        pieces += _literal(argument, low, high - 1, at)
        commas = argument.pick((high - 1, high + 1)).pieces
        changeable = changeable and _adjoin(commas)
        at += high - low
        pieces.append(Piece(at - 1, 1, commas[0].start, commas[-1].end, 0, _doubling(commas[0].encode)))
        low = high + 1
    if low < param.end or not pieces:
        pieces += _literal(argument, low, param.end, at)
    return tuple(pieces) if changeable else tuple(piece._replace(encode=refuse) for piece in pieces)


def _literal(argument: Value, low: int, high: int, at: int) -> list[Piece]:
    parts = argument.pick((low, high)).pieces if low < high or not at else ()
    return [part._replace(at=at + part.at, encode=_doubling(part.encode)) for part in parts]


def _adjoin(parts: Sequence[Piece]) -> bool:
    """Whether nothing stands between some pieces, no quote above all, so that one text can take their place."""
    return all(one.end == two.start and one.encode is two.encode for one, two in pairwise(parts))


def doubled(text: str) -> str:
    """A text as it is written in an option string."""
    return text.replace(",", ",,")


@lru_cache(maxsize=256)
def _doubling(outer: Encoder) -> Encoder:
    """Writes text with doubled commas in a place written by `outer`. One object for equal arguments."""

    def encode(text: str) -> bytes | None:
        return outer(doubled(text))

    return encode
