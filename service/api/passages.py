"""The sentences of a whole text laid out for a terminal, a place and a verdict in front of each claim."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from service.api.plain import one_line
from service.api.text import VERDICT_WORDS, byline, count, wrapped
from service.domain import Evidence, Report, Verdict
from service.spotting.claims import Reason


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence at its `place`, as it is shown: with the report on its claim, a problem, or why it makes none."""

    place: str
    sentence: str
    checked_as: str | None = None
    report: Report | None = None
    problem: str | None = None
    reason: Reason | None = None

    @property
    def head(self) -> str:
        """Return the first line, which ends in the verdict."""
        if self.report is not None:
            ruling = self.report.ruling
            said = f"{VERDICT_WORDS[ruling.verdict]}, confidence {ruling.confidence:.0%}"
        elif self.problem is not None:
            said = "NOT CHECKED"
        else:
            said = f"left out, {(self.reason or '').replace('_', ' ')}"
        return f"{one_line(self.place)}: {said}"

    @property
    def body(self) -> list[str]:
        """Return the lines below: the sentence, the reason, and the sentence on each side that counts most."""
        lines = wrapped(f'"{self.sentence}"', 2)
        if self.checked_as and one_line(self.checked_as) != one_line(self.sentence):
            lines += wrapped(f"checked as: {self.checked_as}", 2)
        if self.problem is not None:
            lines += wrapped(self.problem, 2)
        if self.report is not None:
            lines += wrapped(self.report.ruling.reason, 2)
            for item in _strongest(self.report):
                lines += _shown(item)
        return lines

    @property
    def text(self) -> str:
        """Return all lines, with an empty one at the end."""
        return "\n".join([self.head, *self.body, "", ""])


def summary(claims: int, left_out: int, failed: int, verdicts: Counter[Verdict]) -> str:
    """Return the line at the end of a text."""
    parts = [f"{number} {VERDICT_WORDS[verdict].lower()}" for verdict, number in verdicts.most_common()]
    parts += [f"{failed} not checked"] if failed else []
    told = f": {', '.join(parts)}" if parts else ""
    return f"{count(claims, 'claim')}{told}; {count(left_out, 'sentence')} left out.\n"


def _strongest(report: Report) -> Iterator[Evidence]:
    seen = set()
    for item in report.evidence:
        if item.judgement.stance not in seen:
            seen.add(item.judgement.stance)
            yield item


def _shown(item: Evidence) -> Iterator[str]:
    hit = item.judgement.hit
    yield from wrapped(f'{item.judgement.stance}: "{hit.sentence.text}"', 4)
    yield from wrapped(byline(hit), 6)
    if address := item.link or hit.article.url:
        yield from wrapped(address, 6)
