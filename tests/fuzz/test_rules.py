"""The rules read any sentence: values stand where they say, and two readings of one text agree."""

from __future__ import annotations

import math
from datetime import UTC, datetime

from hypothesis import given

from service.checking.attribution import attribute, is_speech_claim, reported
from service.checking.differences import compare
from service.checking.folding import signature
from service.checking.links import link_to
from service.checking.quantities import extract
from service.domain import Value
from service.language.terms import terms
from service.reading.characters import normalize
from service.reading.overlap import profile
from tests.fuzz.texts import fuzzed, texts

DAY = datetime(2026, 3, 4, tzinfo=UTC)


def _stands(value: Value, text: str) -> None:
    assert 0 <= value.start <= value.end <= len(text)
    assert text[value.start : value.end] == value.text
    assert not isinstance(value.value, float) or math.isfinite(value.value)


@fuzzed
@given(text=texts)
def test_quantities_stand_where_they_say(text: str) -> None:
    for found in extract(text):
        assert text[found.start : found.end] == found.text
        assert found.interval.low <= found.interval.high
        assert math.isfinite(found.value)


@fuzzed
@given(claim=texts, sentence=texts)
def test_compared_values_stand_where_they_say(claim: str, sentence: str) -> None:
    compared = compare(claim, sentence, DAY, sentence, sentence)
    for pair in (*compared.differences, *compared.agreements):
        _stands(pair.claim, claim)
        _stands(pair.evidence, sentence)


@fuzzed
@given(sentence=texts)
def test_a_sentence_does_not_differ_from_itself(sentence: str) -> None:
    assert compare(sentence, sentence, DAY, sentence, sentence).differences == ()


@fuzzed
@given(sentence=texts, before=texts)
def test_speakers_are_words_and_content_lies_within(sentence: str, before: str) -> None:
    said = attribute(sentence, before)
    assert said is None or said.speaker.strip()
    found = reported(sentence)
    assert found is None or 0 <= found.content.start <= found.content.end <= len(sentence)
    claim = is_speech_claim(sentence)
    assert claim is None or claim.speaker.strip()


@fuzzed
@given(text=texts)
def test_reading_is_repeatable(text: str) -> None:
    assert terms(text) == terms(text)
    assert signature(text) == signature(text)
    assert profile(1, text) == profile(1, text)


@fuzzed
@given(text=texts)
def test_links_are_one_word_and_begin_with_the_address(text: str) -> None:
    kept = normalize(text)  # as the text of an article is
    for address in ("https://a.example/x", "https://a.example/x#y"):
        link = link_to(address, kept)
        assert link is None or (link.startswith("https://a.example/x") and len(link.split()) == 1)
