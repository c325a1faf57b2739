"""Attribution: who says what a sentence holds, measured on invented sentences in `cases_attribution.jsonl`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.checking.attribution import UNNAMED, attribute, is_speech_claim, reported
from service.checking.speakers import same_speaker
from service.domain import Act, Attribution
from service.language.aliases import aliases, expand
from service.language.places import countries

CASES = [
    json.loads(line) for line in Path(__file__).with_name("cases_attribution.jsonl").read_text("utf-8").splitlines()
]


def told(sentence: str) -> tuple[str, str, bool]:
    """Return the content and the cue of the reported speech, and whether the speaker holds the content not so."""
    found = reported(sentence)
    assert found is not None
    return (
        sentence[found.content.start : found.content.end],
        sentence[found.cue.start : found.cue.end],
        found.negated,
    )


@pytest.mark.parametrize("half", ["dev", "held"])
def test_speaker_and_act_are_right_in_nineteen_of_twenty(half):
    cases = [case for case in CASES if case["half"] == half]
    wrong = []
    for case in cases:
        found = attribute(case["sentence"])
        got = (found.speaker.casefold(), found.act) if found else (None, None)
        want = (case["speaker"].casefold() if case["speaker"] else None, case["act"])
        if got != want:
            wrong.append((case["sentence"], want, got))
    assert len(wrong) <= len(cases) // 20, wrong


@pytest.mark.parametrize(
    ("sentence", "content", "cue", "negated"),
    [
        ("Norland denied that it had fired first.", "it had fired first", "denied", True),
        ("“I never fired,” the guard said.", "I never fired", "said", False),
        ("The well is dry, according to the mayor.", "The well is dry", "according to", False),
        ("According to the mayor, the well is dry.", "the well is dry", "According to", False),
        ("The mayor told reporters on Monday that the well is dry.", "the well is dry", "told", False),
        ("“The well is dry,” Orun Radio quoted the mayor as saying.", "The well is dry", "as saying", False),
        ("The mayor said the well, a claim rejected by Vesta, is dry.", "the well", "said", False),
        ("The well is dry, Orun Radio reported, citing the mayor.", "The well is dry", "reported", False),
        ("Orun Radio said, without naming anyone, that the well is dry.", "the well is dry", "said", False),
        ("The mayor called the rumor false.", "the rumor", "called", True),
        ("The mayor announced Tuesday that the well is dry.", "the well is dry", "announced", False),
        ("“The well is dry,” the mayor wrote on social media.", "The well is dry", "wrote", False),
        ("The mayor told Orun Radio the well is dry.", "the well is dry", "told", False),
        ("“The well is dry,” Ada Holm, a farmer, told the radio.", "The well is dry", "told", False),
    ],
)
def test_content_and_cue_are_spans_of_the_sentence(sentence, content, cue, negated):
    assert told(sentence) == (content, cue, negated)


@pytest.mark.parametrize(
    ("sentence", "speaker", "act"),
    [
        ("Russia said Ukraine was behind the raid.", "Russia", Act.ALLEGES),
        ("Police said two people were involved in the raid.", "police", Act.REPORTS),
        ("The Grey Legion said it carried out the raid.", "the Grey Legion", Act.ADMITS),
        ("Vesta and the U.S. said there's no truth to it.", "Vesta and the U.S.", Act.DENIES),
        ("Norland continues to accuse Vesta of the raid.", "Norland", Act.ALLEGES),
        ("The raid was claimed by the Grey Legion.", "the Grey Legion", Act.ADMITS),
        ("The driver allegedly fled.", UNNAMED, Act.ALLEGES),
        ("Despite the reported gains, the union blamed the board.", "the union", Act.ALLEGES),
        ("The results suggest that the drug shortens the illness.", "the results", Act.REPORTS),
        ("Projections suggest that the flu will return.", "Projections", Act.REPORTS),
        ("Our results refute the earlier findings.", "Our results", Act.REPORTS),
        ("Researchers believe the lake once held salt water.", "researchers", Act.REPORTS),
        ("The union suggests the board hid the losses.", "the union", Act.ALLEGES),
        ("The guard said he had no part in the theft.", "the guard", Act.DENIES),
        ("Vesta said it never ordered the raid.", "Vesta", Act.DENIES),
        ("The guard said he did not know the thief.", "the guard", Act.REPORTS),
        ("The union said the allegations were baseless.", "the union", Act.DENIES),
        ("The rumors were dismissed as nonsense by the palace.", "the palace", Act.DENIES),
        ("Raids claimed by the Grey Legion include one in Orun.", "the Grey Legion", Act.ADMITS),
        (
            "Meanwhile, a second guard, who asked for time, claims that the gate was open.",
            "a second guard",
            Act.ALLEGES,
        ),
        ("“It shook,” Ada Holm, a farmer, told the radio.", "Ada Holm", Act.REPORTS),
        ("The judge dismissed the charges.", "the judge", Act.REPORTS),
        ("Ada Holm dismissed the charges.", "Ada Holm", Act.DENIES),
        ("The mayor called for an end to false alarms.", "the mayor", Act.ASKS),
        ("Sources close to Holm said she would quit.", "sources close to Holm", Act.REPORTS),
        ("Officials on Monday confirmed the outage.", "officials", Act.CONFIRMS),
        ("“I did it,” the guard told police.", "the guard", Act.ADMITS),
        ("Vesta has indicated that the gate was open.", "Vesta", Act.REPORTS),
    ],
)
def test_a_party_alleges_where_an_office_reports(sentence, speaker, act):
    assert attribute(sentence) == Attribution(speaker, act)


@pytest.mark.parametrize(
    "sentence",
    [
        "The flood claimed nearly forty lives.",
        "She was admitted to the hospital on Friday.",
        "The board dismissed its director.",
        "The witness, who asked to remain anonymous, sat in the back.",
        "The court denied bail.",
        "Her voice was described by the critic as bold.",
        "Patients with confirmed or suspected flu were tested.",
        "The queen backed her nephew's claim, whereas the king backed his son.",
        "Holm tied for second with Pike.",
        "The islands were long believed to be empty.",
        "The ministry denied her a visa.",
        "Norland denied the pilot’s asylum request.",
        "The tip came from interviews of suspects held after the raid.",
        "It is harder to wave away reports that the dam leaks.",
        "The weather service reports come at a bad time.",
        "The number of dead, first reported as nine, has grown.",
        "The mayor neither confirmed nor denied the story.",
        "",
        "“",
        "said",
    ],
)
def test_the_articles_own_voice_has_no_speaker(sentence):
    assert attribute(sentence) is None


def test_a_pronoun_takes_the_speaker_of_the_sentence_before():
    before = "The gate was open. Harbor master Joan Pike said the lock had been cut."
    assert attribute("She added that nothing was stolen.", before) == Attribution(
        "Harbor master Joan Pike", Act.REPORTS
    )
    assert attribute("She added that nothing was stolen.") == Attribution("She", Act.REPORTS)
    assert attribute("She denied it.", "Minister Ada Holm was asked about the gate.") == Attribution(
        "Minister Ada Holm", Act.DENIES
    )


@pytest.mark.parametrize(
    ("claim", "speaker", "act"),
    [
        ("Pike said she knew nothing.", "Pike", Act.REPORTS),
        ("Kyiv denied any part in it.", "Kyiv", Act.DENIES),
        ("The White House declined to comment.", "the White House", Act.REPORTS),
        ("The ministry did not respond to a request for comment.", "the ministry", Act.REPORTS),
        ("No group claimed responsibility.", "No group", Act.ADMITS),
        ("The airline refused to confirm the figure.", "the airline", Act.REPORTS),
        ("Vesta has not denied the raid.", "Vesta", Act.REPORTS),
        ("Norland offered no proof that the gang was behind it.", "Norland", Act.REPORTS),
        ("The ministry has not provided any evidence.", "the ministry", Act.REPORTS),
    ],
)
def test_a_claim_about_speech_or_silence_is_one(claim, speaker, act):
    assert is_speech_claim(claim) == Attribution(speaker, act)


@pytest.mark.parametrize(
    "claim",
    [
        "Sixty people died in the fire.",
        "Norland was behind the raid.",
        "The gang reportedly fled.",
        "Iran warned Iraq.",
        "The trial showed that the drug works.",
    ],
)
def test_a_claim_about_the_world_is_none(claim):
    assert is_speech_claim(claim) is None


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("Kyiv", "Ukraine", True),
        ("the Kremlin", "Moscow", True),
        ("the White House", "Washington", True),
        ("Tehran", "the Iranian government", True),
        ("U.S.", "United States", True),
        ("Pike", "harbor master Joan Pike", True),
        ("J. Pike", "Joan Pike", True),
        ("Russia", "Russia's foreign ministry", True),
        ("Kyiv and the U.S.", "Ukraine", True),
        ("Joan Pike and her lawyer", "Pike", True),
        ("ISIS", "the Islamic State militant group", True),
        ("the W.H.O.", "the World Trade Organization", False),
        ("Iran's foreign ministry", "Iran\u2019s foreign ministry", True),
        ("Iran's foreign ministry", "the Iranian Ministry of Foreign Affairs", True),
        ("the Justice Department", "the Department of Justice", True),
        ("Iran's foreign ministry", "Iran's health ministry", False),
        ("Iran's foreign ministry", "Oman's foreign ministry", False),
        ("Joan Pike", "Karl Pike", False),
        ("North Korea", "South Korea", False),
        ("Russia", "a Russian singer", False),
        ("police", "the mayor", False),
        ("", "", False),
    ],
)
def test_same_speaker(a, b, same):
    assert same_speaker(a, b) is same
    assert same_speaker(b, a) is same


def test_aliases_of_governments_groups_and_months():
    assert "Islamic State" in expand("ISIS struck in Mar. 2024")
    assert "March" in expand("ISIS struck in Mar. 2024")
    assert {"Russia", "Kremlin"} <= set(expand("Moscow's envoy left."))
    assert {"United States", "Washington"} <= set(expand("The U.S. voted."))
    assert "Islamic State" not in expand("ISIS-K struck.")
    assert aliases("South Korea voted.")[0][0] == "South Korea"
    assert expand("It is not clear who told us.") == ()


def test_every_country_has_one_row():
    names = [country.name for country in countries()]
    assert len(names) == len(set(names)) > 100


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_any_text_is_read_and_its_spans_lie_inside(text):
    found = reported(text)
    if found:
        for span in (found.content, found.cue):
            assert 0 <= span.start <= span.end <= len(text)
    is_speech_claim(text)
    expand(text)


@pytest.mark.parametrize(
    "text",
    [
        " said" * 4000,
        "a, " * 4000,
        "“" * 4000,
        " in the" * 4000 + " said",
        "no one " * 4000,
        "A " * 4000 + "said",
        " " * 9000,
    ],
)
def test_hostile_text_is_done(text):
    """Backtracking would take minutes here, which the hang guard in pyproject.toml ends."""
    found = reported(text)
    assert found is None or 0 <= found.content.start <= found.content.end <= len(text)
    is_speech_claim(text)


@pytest.mark.parametrize(
    ("sentence", "content"),
    [
        ("Dorn denied theft, but the court found him guilty.", "theft"),
        ("The firm denied cutting 500 jobs, saying it had cut 200.", "cutting 500 jobs"),
        ("Tormal denied the charge and blamed its supplier.", "the charge"),
        ("The mayor rejected the accusation; her deputy confirmed it.", "the accusation"),
    ],
)
def test_a_denial_ends_where_something_else_is_said(sentence, content):
    found = reported(sentence)
    assert found is not None
    assert found.negated
    assert sentence[found.content.start : found.content.end] == content


@pytest.mark.parametrize(
    "sentence",
    [
        "The company dismissed 40 workers after complaints of theft.",
        "Parliament rejected the bill after a report on its cost.",
        "The council rejected the plan on the evidence of two engineers.",
        "The company called police after a false alarm.",
        "The insurer denied 300 claims last year.",
        "Tormal Rovers claimed a 3-1 victory over Kelby.",
        "Ana Vell claimed the title on Sunday.",
        "Officials debunked claims that the vaccine causes rashes.",
    ],
)
def test_everyday_verbs_are_no_acts_of_speech(sentence):
    assert reported(sentence) is None


def test_a_club_called_united_may_claim_something():
    found = reported("Kelby United claims that the referee was wrong.")
    assert found is not None
    assert found.attribution == Attribution("Kelby United", Act.ALLEGES)
