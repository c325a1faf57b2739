"""What the words round a figure say: stems, names, the kind of event, and what happened to those counted."""

from __future__ import annotations

from functools import lru_cache

from service.language.places import countries
from service.language.tokens import Token, Tokens, lower_at, starts_sentence, tokenize, word_set

STOP = word_set(
    "a an the this that these those his her its their our my your he she it they we i you him them us who whom which "
    "whose what there here and or but nor so yet if than as at by for from in into of off on onto out over per to up "
    "with within without upon about around after before since until during between among amid against near through "
    "under outside inside toward towards across along beside besides beyond behind via throughout "
    "is are was were be been being am has have had having do does did will would can could may might shall "
    "should must not no also just only all both each every any some more most less least fewer many much other others "
    "another such same own very too then now when while where why how s t d ll re ve said says saying told reported "
    "reports report according including left stands stood put total number figure time times made make makes one"
)
# Verbs by which a figure goes from one value to another.
CHANGES = word_set(
    "up down rose risen rise rises rising climbed climbs climbing increased increases increasing jumped grew grown "
    "dropped fell fallen revised raised lowered updated corrected cut reduced changed went gone "
    "doubled tripled quadrupled halved narrowed widened slowed eased declined shrank shrunk plunged tumbled soared "
    "surged extended shortened trimmed hiked lifted slid slipped dipped slashed boosted expanded swelled accelerated "
    "improved worsened moved downgraded upgraded"
)
# Those that something goes by itself, with how far right behind them: "rose 120 points".
MOVES = word_set(
    "rose risen rise rises rising climbed climbs climbing increased increases jumped grew grown dropped fell fallen "
    "declined shrank shrunk plunged tumbled soared surged slid slipped dipped"
)
_IRREGULAR = {
    "people": "person", "persons": "person", "men": "man", "women": "woman", "children": "child", "kids": "child",
    "won": "win", "took": "take", "taken": "take", "sank": "sink", "sunk": "sink", "rose": "rise", "risen": "rise",
    "fell": "fall", "fallen": "fall", "began": "begin", "begun": "begin", "lost": "lose", "losses": "lose",
    "shot": "shoot", "held": "hold", "led": "lead", "stole": "steal", "stolen": "steal", "fled": "flee",
    "grew": "grow", "grown": "grow", "built": "build", "bought": "buy", "sold": "sell", "sales": "sell", "sale": "sell",
    "came": "come", "went": "go", "gone": "go", "gave": "give", "given": "give", "drove": "drive", "drew": "draw",
    "burnt": "burn", "burned": "burn", "spent": "spend", "paid": "pay", "sent": "send", "struck": "strike",
    "met": "meet", "cut": "cut", "hit": "hit", "found": "find", "fought": "fight", "caught": "catch",
    "troops": "soldier", "soldiers": "soldier", "students": "pupil", "pupils": "pupil", "inhabitants": "resident",
    "long": "long", "longer": "long", "tall": "tall", "high": "tall", "killed": "kill", "news": "news",
    "firms": "company", "firm": "company", "companies": "company", "planes": "plane", "aircraft": "plane",
    "worth": "worth", "cost": "cost", "lives": "life",
}  # fmt: skip
_SUFFIXES = ("ings", "ing", "ees", "ers", "er", "ed", "es", "s", "e")

EVENTS = {
    stem: kind
    for kind, stems in {
        "attack": "attack bomb blast explosion explod shoot massacr assault strike raid ambush siege gunm stab bloodsh "
        "carnag atrocity violenc murd murder",
        "disaster": "flood quake earthquak landslid avalanch storm hurrican cyclon tornado typhoon tsunami heatwav",
        "accident": "crash collid collision derailment derail capsiz sink overturn collaps stamped",
        "fire": "fire blaz wildfir",
        "illness": "outbreak virus pandem epidemic covid flu cholera diseas",
        "unrest": "protest riot unrest march demonstrat",
    }.items()
    for stem in stems.split()
}
_ATTACKS_MEANT_BY = {"strike": "unrest"}  # a strike is an attack or a walkout, so it meets both

# Words at the start of a sentence that are no names although capitalized, beyond stop words, plurals and gerunds.
_COMMON_STARTS = word_set(
    "police inflation turnout unemployment crime trade rescue fire flood storm temperature snow rain court parliament "
    "government state local two three four five six seven eight nine ten eleven twelve half nearly almost roughly "
    "approximately close exactly initially earlier later last next today yesterday tomorrow former early late medics "
    "search traffic rail air power oil gas tax health school mayor president minister prime king queen general "
    "chief senior chairman doctor staff crew debt growth output demand profit revenue membership attendance fewer "
    "least once never always even still however meanwhile although despite because following separate similar one "
    "emergency army navy opposition leader rebel troop ministry city village town regional national federal"
)
_TITLES = word_set(
    "mr mrs ms dr sir mayor president minister prime king queen general colonel captain the senator governor "
    "january february march april may june july august september october november december "
    "monday tuesday wednesday thursday friday saturday sunday mar jan feb apr jun jul aug sept oct nov dec"
)
# A capital is left out: what happens in the town is not what happens in the country.
_PEOPLES = {
    form.lower(): country.name.lower()[:5]
    for country in countries()
    for form in country.adjectives
    if " " not in form and " " not in country.name
}
_NOMINAL_ENDS = ("s", "ing", "tion", "ment", "ness", "ity", "age", "ance", "ence", "ly", "ed", "ists", "ers")
_NAME_REACH = 12  # tokens that a name may go on for either way: a whole text may be in capitals
_SPEECH = word_set("said says told reported reports according confirmed announced wrote writes saying")


@lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """Return a short form that a word's inflections share; rough, and only ever compared with another."""
    known = _IRREGULAR.get(word)
    if known:
        word = known
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 3 and not word.endswith("ss"):
            word = word[: -len(suffix)]
            break
    return word[:-1] if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "sl" else word


def content_stem(tokens: Tokens, index: int) -> str | None:
    """Return the stem of a word that carries meaning, or None for signs, numbers, stop words and single letters."""
    token = tokens[index]
    if not token.is_word or len(token.text) < 2 or token.lower in STOP:
        return None
    return stem(token.lower)


@lru_cache(maxsize=64)  # the sentences that are judged are often of one article
def content_stems(text: str) -> frozenset[str]:
    """Return the stems of the words of a text that carry meaning."""
    tokens = tokenize(text)
    return frozenset(word for i in range(len(tokens)) if (word := content_stem(tokens, i)))


def event_kinds(stems: frozenset[str]) -> frozenset[str]:
    """Return the kinds of event that stems speak of: attack, disaster, accident, fire, illness, unrest."""
    kinds = {kind for word in stems for start, kind in EVENTS.items() if word == start or word == stem(start)}
    return frozenset(kinds | {_ATTACKS_MEANT_BY[word] for word in stems if word in _ATTACKS_MEANT_BY})


def names_in(tokens: Tokens, indexes: range) -> frozenset[str]:
    """Return the first letters of the capitalized names among some tokens; the source of a report is no subject."""
    return frozenset(_name_key(tokens[i]) for i in indexes if _is_name(tokens, i) and not _is_speaker(tokens, i))


def _name_key(token: Token) -> str:
    """Return what a name's forms share: its first letters, those of the country for a people."""
    return _PEOPLES.get(token.lower, token.lower[:5])


def _is_name(tokens: Tokens, index: int) -> bool:
    token = tokens[index]
    if not token.is_capitalized or len(token.text) < 2 or token.lower in STOP or token.lower in _TITLES:
        return False
    if not starts_sentence(tokens, index):
        return True
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    if following is not None and following.is_capitalized:
        return token.lower not in _COMMON_STARTS
    nominal = token.lower.endswith(_NOMINAL_ENDS) or stem(token.lower) in EVENTS
    return token.lower not in _COMMON_STARTS and not nominal


def _is_speaker(tokens: Tokens, index: int) -> bool:
    """Say whether a name is who reports: "Reuters said", "according to the Mirova Post", "told the BBC"."""
    last, after = index, min(index + _NAME_REACH, len(tokens))
    while last + 1 < after and tokens[last + 1].is_capitalized and tokens[last + 1].is_word:
        last += 1
    first, start = index, max(0, index - _NAME_REACH)
    while first > start and (tokens[first - 1].is_capitalized or lower_at(tokens, first - 1) == "the"):
        first -= 1
    if lower_at(tokens, last + 1) in _SPEECH or lower_at(tokens, first - 1) in {"told", "by"}:
        return lower_at(tokens, last + 1) in _SPEECH or lower_at(tokens, first - 1) == "told"
    return lower_at(tokens, first - 1) == "to" and lower_at(tokens, first - 2) == "according"


_LINKS = word_set("in of at near outside s the ' ’ , city town region province capital suburb district western eastern")
_LINK_REACH = 6


def linked_names(tokens: Tokens) -> frozenset[tuple[str, str]]:
    """Return the pairs of names, both ways round, between which only a preposition or a possessive stands."""
    found: set[tuple[str, str]] = set()
    named = [i for i in range(len(tokens)) if _is_name(tokens, i)]
    names = frozenset(named)
    for nth, first in enumerate(named):
        for second in named[nth + 1 : nth + 1 + _LINK_REACH]:
            between = range(first + 1, second)
            if second - first > _LINK_REACH or any(tokens[i].lower not in _LINKS and i not in names for i in between):
                break
            one, other = _name_key(tokens[first]), _name_key(tokens[second])
            found |= {(one, other), (other, one)}
    return frozenset(found)
