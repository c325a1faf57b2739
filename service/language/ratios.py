"""Reads a share that is put as one number in another: "six in ten", "one out of five"."""

from __future__ import annotations

from service.language.numerals import Numeral, read_numeral
from service.language.tokens import Tokens, lower_at

_MOST = 1_000  # "five in 2024" is no share
# "Six in ten" is said of anything within about three points of 60 percent, "one in 25" of less around 4.
_PLACE, _PLACE_OF_SHARE = 6.0, 0.3


def read_ratio(tokens: Tokens, index: int) -> Numeral | None:
    """Return in percent the share that starts at an index, or None."""
    part = read_numeral(tokens, index)
    after = _after_joint(tokens, part.end) if part else 0
    whole = read_numeral(tokens, after) if 0 < after < len(tokens) else None
    if part is None or whole is None or not (_is_whole(part) and _is_whole(whole)):
        return None
    if not 0 < part.value < whole.value <= _MOST:
        return None
    share = 100 * part.value / whole.value
    return Numeral(share, min(_PLACE, _PLACE_OF_SHARE * share), whole.end, share, share, is_fraction=True)


def _after_joint(tokens: Tokens, index: int) -> int:
    """Return the place after "in", "out of" or "in every", 0 where none is there."""
    if lower_at(tokens, index) == "in":
        after = index + 1
    elif (lower_at(tokens, index), lower_at(tokens, index + 1)) == ("out", "of"):
        after = index + 2
    else:
        return 0
    return after + (lower_at(tokens, after) == "every")


def _is_whole(numeral: Numeral) -> bool:
    return numeral.value == int(numeral.value) and not numeral.is_vague and not numeral.is_fraction
