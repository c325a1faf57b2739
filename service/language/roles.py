"""What happened to the people that a count counts: died, were injured, were arrested, are missing, were rescued."""

from __future__ import annotations

from service.language.tokens import Tokens, lower_at

_ROLE_WORDS = {
    "deaths": "killed kills killing kill died dies die dead death deaths lives fatalities fatality fatally slain toll "
    "perished deadly drowned",
    "injuries": "injured injures injuring injuries injury injure wounded wounding wounds wound hurt hospitalized "
    "hospitalised maimed",
    "arrests": "arrested arrests arresting arrest detained detaining detains detention detentions custody apprehended "
    "jailed",
    "missing": "missing unaccounted",
    "rescues": "rescued rescuing rescues saved",
    "evacuations": "evacuated evacuating evacuations evacuates",
    "infections": "infected infecting infections",
}
ROLE_OF = {word: role for role, words in _ROLE_WORDS.items() for word in words.split()}
# Words that name the role only behind a count ("58 dead") or only before it ("the toll rose to 58").
_ONLY_AFTER = frozenset({"dead", "hurt", "missing", "lives", "custody", "unaccounted"})
_ONLY_BEFORE = frozenset({"toll", "killing", "wounding", "injuring", "killed", "kills"})
_BREAKS = frozenset({";", ".", ":", ",", "and", "but", "while", "(", ")"})
_PASSIVE = frozenset({"was", "were", "been", "being", "are", "is", "be", "had", "have", "has", "people", "person"})
_REACH = 7
_INSERTED = 12  # tokens


def role_of(tokens: Tokens, first: int, end: int, is_number: tuple[bool, ...]) -> str | None:
    """Return the role of the count that stands at `tokens[first:end]`, or None where no word near it gives one."""
    after = _after(tokens, end, is_number)
    before = _before(tokens, first, is_number)
    if after is None or before is None:
        nearest = after or before
        return nearest[0] if nearest else _toll(tokens, first)
    # "killed four people who were wounded": on a tie the verb in front governs.
    return after[0] if after[1] < before[1] else before[0]


def _after(tokens: Tokens, end: int, is_number: tuple[bool, ...]) -> tuple[str, int] | None:
    for distance in range(_REACH):
        index = end + distance
        word = lower_at(tokens, index)
        if word == ",":
            return _behind_insertion(tokens, index)
        if not word or word in _BREAKS or is_number[index]:
            return None
        role = ROLE_OF.get(word)
        passive = any(lower_at(tokens, i) in _PASSIVE for i in range(max(end, index - 3), index))
        if role and (word not in _ONLY_BEFORE or passive or distance == 0):
            return role, distance
    return None


def _behind_insertion(tokens: Tokens, comma: int) -> tuple[str, int] | None:
    """Read "seven people, three of them women, died": the verb stands behind what is put in between."""
    close = next((i for i in range(comma + 1, comma + _INSERTED) if lower_at(tokens, i) in _BREAKS - {"and"}), None)
    if close is None or tokens[close].text != ",":
        return None
    at = close + 1
    while lower_at(tokens, at) in _PASSIVE:
        at += 1
    role = ROLE_OF.get(lower_at(tokens, at))
    return (role, _REACH) if role else None


def _before(tokens: Tokens, first: int, is_number: tuple[bool, ...]) -> tuple[str, int] | None:
    for distance in range(_REACH):
        index = first - 1 - distance
        if index < 0 or is_number[index] or lower_at(tokens, index) in _BREAKS:
            return None
        role = ROLE_OF.get(lower_at(tokens, index))
        if role and (lower_at(tokens, index) not in _ONLY_AFTER or _is_counted(tokens, index)):
            return role, distance
    return None


def _is_counted(tokens: Tokens, index: int) -> bool:
    """Say whether a word stands in "the number of dead" or "the number of the missing"."""
    at = index - 1 - (lower_at(tokens, index - 1) == "the")
    return lower_at(tokens, at) == "of" and lower_at(tokens, at - 1) in {"number", "count", "total", "toll", "tally"}


def _toll(tokens: Tokens, first: int) -> str | None:
    """Return the role of "The toll …, has since risen to 58" and "the number of people killed is up from 90 to 120"."""
    if lower_at(tokens, first - 1) not in {"to", "at", "from", "as", "of", "is", "was", "reached", "hit", "passed"}:
        return None
    for index in range(first - 1, max(-1, first - 24), -1):
        if tokens[index].lower in {";", ":"}:
            return None
        bare = tokens[index].lower in {"dead", "missing", "hurt"} and not _is_counted(tokens, index)
        if tokens[index].lower in ROLE_OF and not bare:
            return ROLE_OF[tokens[index].lower]
    return None
