"""Numbers that count nothing: parts of names, ages, times, telephone numbers, scores, pronouns, ordinals."""

from __future__ import annotations

from service.checking.units import unit_after
from service.checking.wording import STOP
from service.language.numerals import MAGNITUDES, Numeral
from service.language.tokens import Tokens, lower_at, starts_sentence, word_set

_ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
    "hundredth",
    "thousandth",
]
_ORDINAL_ENDS = frozenset({"st", "nd", "rd", "th"})
_LABELED = word_set(
    "article section chapter page route highway flight number room unit phase level grade group channel resolution "
    "directive part volume season episode gate platform terminal sector district zone area pier line bus class type "
    "model version covid boeing airbus apollo formula paragraph rule act law clause amendment schedule exhibit"
)
_IRREGULAR_PLURALS = word_set("people children men women police personnel staff cattle crew dead percent per")
_NOT_AFTER_ONE = word_set("day thing another night morning who that which can must should is was has will by and")


def is_ordinal(tokens: Tokens, index: int) -> bool:
    """Say whether a rank stands at an index: "first", "22nd". A second of time follows a number, as a unit."""
    token = tokens[index]
    if token.is_number:
        return lower_at(tokens, index + 1) in _ORDINAL_ENDS and token.touches(tokens[index + 1])
    return token.lower in _ORDINALS


def ordinal_value(tokens: Tokens, index: int) -> float:
    """Return the rank that stands at an index."""
    if tokens[index].is_number:
        return float(tokens[index].text.replace(",", ""))
    known = _ORDINALS.index(tokens[index].lower) + 1
    return {21: 100.0, 22: 1000.0}.get(known, float(known))


def is_label(tokens: Tokens, index: int, numeral: Numeral) -> bool:
    """Say whether a number is part of a name, an age, a time, a telephone number or a score, or a pronoun."""
    if not tokens[index].is_number:
        return _is_pronoun(tokens, index, numeral) or _is_age(tokens, index, numeral.end)
    return (
        _is_glued(tokens, index, numeral.end)
        or _is_named(tokens, index, numeral.end)
        or _is_age(tokens, index, numeral.end)
        or _is_time(tokens, index, numeral.end)
        or _is_chain(tokens, index, numeral.end)
        or _is_bare_year(tokens, index, numeral.end)
    )


def _is_pronoun(tokens: Tokens, index: int, numeral: Numeral) -> bool:
    if tokens[index].lower != "one" or numeral.end > index + 1:
        return False
    before, after = lower_at(tokens, index - 1), lower_at(tokens, index + 1)
    follows = not after.isalpha() or after in STOP or after in _NOT_AFTER_ONE
    return follows or before in {"no", "this", "that", "the", "which", "any", "every", "each", "number", "another", "-"}


def _is_glued(tokens: Tokens, index: int, end: int) -> bool:
    """Say whether letters or a hyphen are stuck to the front: "G7", "COVID-19", "#5"."""
    if index == 0 or not tokens[index - 1].touches(tokens[index]):
        return _has_letters_behind(tokens, index, end)
    before = tokens[index - 1]
    if before.text in {"#", "/", "_", "@", ":", "."}:
        return True
    hyphened = before.text == "-" and index > 1 and tokens[index - 2].touches(before) and tokens[index - 2].is_word
    country = before.is_word and lower_at(tokens, index - 1) in {"usd", "eur", "gbp"}
    return (before.is_word and not country) or hyphened or _has_letters_behind(tokens, index, end)


def _has_letters_behind(tokens: Tokens, index: int, end: int) -> bool:
    """Say whether letters are stuck to the back that are no unit and no magnitude: "737s", "4x4", "3D"."""
    if end >= len(tokens) or end != index + 1 or not tokens[index].touches(tokens[end]):
        return False
    behind = tokens[end]
    return behind.text in {"/", "_"} or (
        behind.is_word
        and unit_after(tokens, end) is None
        and behind.lower not in {"m", "k", "bn", "mn", "tn", *MAGNITUDES}
    )


def _is_named(tokens: Tokens, index: int, end: int) -> bool:
    """Say whether a capitalized word is in front and no counted noun behind: "a Boeing 737 landed", "Article 5"."""
    if index == 0 or "," in tokens[index].text:
        return False
    before = tokens[index - 1]
    if before.text == "." and lower_at(tokens, index - 2) in {"no", "nos"}:
        return True
    if not before.is_capitalized or before.lower in STOP or end != index + 1:
        return False
    if before.lower in _LABELED:
        return True
    return not starts_sentence(tokens, index - 1) and not _looks_counted(tokens, end)


def _looks_counted(tokens: Tokens, end: int) -> bool:
    if unit_after(tokens, end) is not None:
        return True
    for index in range(end, min(end + 3, len(tokens))):
        word = tokens[index].lower
        if not tokens[index].is_word or word in STOP:
            return False
        if word in _IRREGULAR_PLURALS or (word.endswith("s") and not word.endswith("ss")):
            return True
    return False


def _is_age(tokens: Tokens, index: int, end: int) -> bool:
    """Say whether it is an age: "a 45-year-old man", "aged 45", "45 years old", or "Ana Lukic, 45, said"."""
    before = lower_at(tokens, index - 1)
    if before in {"aged", "age", "ages"} or (before == "of" and lower_at(tokens, index - 2) == "age"):
        return True
    if before in {"his", "her", "their", "s"} and "s" in {lower_at(tokens, end), lower_at(tokens, end + 1)}:
        return True  # "in her 30s", "in his 30's"
    at = end + (lower_at(tokens, end) == "-")
    if lower_at(tokens, at) in {"year", "years", "month", "months"}:
        after = at + 1 + (lower_at(tokens, at + 1) == "-")
        return lower_at(tokens, after) in {"old", "olds"} or lower_at(tokens, at + 1) == "of"
    named = index > 1 and tokens[index - 2].is_capitalized and lower_at(tokens, index - 1) == ","
    return named and lower_at(tokens, end) in {",", "."}


def _is_time(tokens: Tokens, index: int, end: int) -> bool:
    """Say whether it is a time of day: "10:30", "9 a.m.", "5pm", "6 o'clock", or "14:00 GMT"."""
    after = lower_at(tokens, end)
    if after == ":" or (index > 0 and tokens[index - 1].text == ":" and tokens[index - 1].touches(tokens[index])):
        return end < len(tokens) and (tokens[end - 1].touches(tokens[end]) or after != ":")
    if after in {"am", "pm", "gmt", "utc", "o"}:
        return True
    return after in {"a", "p"} and lower_at(tokens, end + 1) == "." and lower_at(tokens, end + 2) == "m"


def _is_chain(tokens: Tokens, index: int, end: int) -> bool:
    """Say whether it is in a row of digits: telephone numbers, versions, scores such as 3-1, dates such as 3/22."""
    if end != index + 1:
        return False
    for joint, other in ((index + 1, index + 2), (index - 1, index - 2)):
        if not min(joint, other) >= 0 or max(joint, other) >= len(tokens) or not tokens[other].is_number:
            continue
        glued = tokens[min(joint, other)].touches(tokens[max(joint, other)])
        if glued and tokens[joint].text in {"/", ".", ":", "+"}:
            return True
        if glued and tokens[joint].text in {"-", "–"}:
            return not _is_plain_range(tokens, min(index, other))
    neighbor = tokens[end].is_number if end < len(tokens) else False
    return neighbor or (index > 0 and tokens[index - 1].is_number)


def _is_plain_range(tokens: Tokens, first: int) -> bool:
    low, high = (float(tokens[i].text.replace(",", "")) for i in (first, first + 2))
    joined = lower_at(tokens, first - 1) == "-" or lower_at(tokens, first + 3) == "-"
    return low < high and not (joined and first + 4 < len(tokens) and tokens[first + 4].is_number)


def _is_bare_year(tokens: Tokens, index: int, end: int) -> bool:
    """Say whether it is a number such as 2019 with nothing counted behind it."""
    text = tokens[index].text
    is_year = text.isdecimal() and len(text) == 4 and 1900 <= int(text) <= 2099
    money = index > 0 and tokens[index - 1].text in {"$", "€", "£"}
    return is_year and not money and end == index + 1 and not _looks_counted(tokens, end)
