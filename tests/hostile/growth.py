"""How the cost of work grows with its input: by the ratio of two sizes, so that a slow machine changes nothing."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable

TIMES = 4
SLOW_S = 0.2  # what takes less at the larger size is cheap however it grows
# Work in proportion to its input takes 4 times as long for 4 times the input, with its square 16 times.
MOST = 9.0
FRAGMENTS = (
    " ", "a", "A", "é", "1", "0,", "1.", "1 ", "a ", "A ", "A. ", "a, ", "a-", "'", '"', "“", "”", "(", ")", "[",
    "<", "-", "–", "/", ":", "@", "&", "\n", "\n\n", "\t", "\u200b", "the ", "of the ", "A of the ", "and ",
    "A and ", "said ", "he said ", "A said that ", "according to A ", "million ", "one hundred and ", "1 million ",
    "1,000 ", "$1 ", "1% ", "about ", "at least ", "not ", "n't ", "no ", "did not ", "January ", "1 January ",
    "Monday, ", "2024-01-", "http://a.b/", "a@b.c ", "By A ", "A (B) ", "(A) — ", "- A", "* a\n", "A: b\n",
    "“a” said ", "Mr. A ", "U.S. ", "spoke on condition of ", "declined to comment ", "twenty-", "first ",
    "x" * 50 + " ", "a.b.", "1-1-", "1/2 ", "Comments\n", "Read more\n", "© A\n", "A\n\n", "Photo: A\n", "# A\n",
    "Ab ", "Ab in ", "the Ab ", "{",
    "> a\n", "<p>a</p>", "<b>", "&amp;", "```\n", "[a](b)", "**a", "![", "By A\n",
)  # fmt: skip


def _took(work: Callable[[str], object], text: str, clock: Callable[[], float]) -> float:
    # Collections of garbage grow with all that lives in the process, which is not the work's doing.
    gc.disable()
    try:
        started = clock()
        work(text)
        return clock() - started
    finally:
        gc.enable()


def grows_too_fast(
    work: Callable[[str], object], fragment: str, size: int, clock: Callable[[], float] = time.process_time
) -> str | None:
    """Say how much longer 4 times a repeated fragment takes, where that is much more than 4 times, in three tries."""
    small, large = (fragment * (count // len(fragment)) for count in (size, TIMES * size))
    for _ in range(3):
        took = _took(work, large, clock)
        if took < SLOW_S:
            return None
        ratio = took / max(1e-6, min(_took(work, small, clock) for _ in range(2)))
        if ratio < MOST:
            return None
    return f"{fragment!r}: {ratio:.0f} times as long for {TIMES} times the input, {took:.2f} s at the last"
