"""Articles taken some at once: together they cost less than one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

T = TypeVar("T")
# What is taken at once, ended by whichever comes first: articles, and bytes or characters of their texts. The checks of
# others wait until they are embedded, about a second.
MOST, MOST_LENGTH = 64, 32_768


def together(items: Iterable[T], length: Callable[[T], int], most_length: int = MOST_LENGTH) -> Iterator[list[T]]:
    """Yield the items in order, some at once; one that is longer than all may be ends its batch."""
    batch: list[T] = []
    size = 0
    for item in items:
        batch.append(item)
        size += length(item)
        if len(batch) >= MOST or size >= most_length:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
