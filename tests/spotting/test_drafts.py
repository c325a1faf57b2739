"""Drafts: marks are blanked in place, wrapped lines joined, and every offset is still one of the file."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.spotting.claims import spot
from service.spotting.drafts import Places, flattened

DRAFT = """---
title: Ferry
---

# The night of the ferry

The *ferry* struck the [breakwater](https://a.example/b "x") on
Thursday evening. __Nobody__ was `hurt`.

- Two berths are closed.
1. The pier lost its roof.

```
print("Ten people died.")
```
<!-- Ask the port: were nine people hurt? -->
> Six crew members were on board.
![A ship sank here.](ship.png)
The file_name_here stayed.
"""


def test_marks_go_and_offsets_stay() -> None:
    flat = flattened(DRAFT, is_markdown=True)
    assert len(flat) == len(DRAFT)
    found = {" ".join(each.sentence.split()): DRAFT[each.span.start : each.span.end] for each in spot(flat)}
    assert found["The ferry struck the breakwater on Thursday evening."].startswith("The *ferry* struck the [break")
    assert found["Two berths are closed."] == "Two berths are closed."
    assert {"Nobody was hurt .", "The pier lost its roof.", "Six crew members were on board."} <= set(found)
    assert not any("died" in said or "nine" in said or "sank" in said or "title" in said for said in found)
    assert "file_name_here" in flat


def test_wrapped_lines_of_a_plain_text_are_one_sentence() -> None:
    text = "The ferry struck the breakwater outside the harbor of\nKelmouth on Thursday.\nShort line\nNext line"
    flat = flattened(text, is_markdown=False)
    assert flat == text.replace("of\nKel", "of Kel")


@pytest.mark.parametrize(("offset", "said"), [(0, "1:1"), (1, "1:2"), (2, "2:1"), (3, "3:1"), (5, "3:3")])
def test_places_are_counted_as_editors_do(offset: int, said: str) -> None:
    assert str(Places("a\n\nbc").of(offset)) == said


@given(st.text(alphabet="a*_`#>-[]()!<\n .~1", max_size=200), st.booleans())
def test_no_draft_breaks_it(text: str, is_markdown: bool) -> None:
    flat = flattened(text, is_markdown=is_markdown)
    assert len(flat) == len(text)
