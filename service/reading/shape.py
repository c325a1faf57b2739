"""The shape of a line: whether it stops, whether it has a verb, whether it is a list item, a caption or a heading."""

from __future__ import annotations

import re

from service.reading.characters import is_upper, words

STOP = re.compile(r"[.!?…。！？]['\"”’»)\]]*(?:\[\d+\])*$")
BULLET = re.compile(r"(?:[-*•‣◦▪●–—·]\s+|\(?\d{1,2}[.)]\s+|\(?[a-z][.)]\s+)(?=\S)")
_SMALL = frozenset({
    "a", "an", "and", "as", "at", "but", "by", "for", "from", "in", "into", "nor", "of", "off", "on", "onto", "or",
    "over", "per", "so", "than", "the", "to", "up", "v", "via", "vs", "with", "yet",
})  # fmt: skip
_WH = re.compile(r"(?:what|how|why|who|where|when|which)\b", re.I)
# Finite forms that news prose cannot do without. Regular past tenses are told by their ending.
_VERBS = frozenset({
    "am", "is", "are", "was", "were", "be", "been", "being", "has", "have", "had", "do", "does", "did", "will",
    "would", "can", "could", "may", "might", "must", "shall", "should", "isn't", "aren't", "wasn't", "weren't",
    "hasn't", "haven't", "hadn't", "don't", "doesn't", "didn't", "won't", "wouldn't", "can't", "couldn't", "said",
    "says", "say", "told", "tells", "took", "takes", "made", "makes", "gave", "gives", "left", "leaves", "fell",
    "falls", "rose", "rises", "went", "goes", "came", "comes", "saw", "sees", "knew", "knows", "thought", "thinks",
    "found", "finds", "got", "gets", "held", "holds", "kept", "keeps", "led", "leads", "lost", "loses", "met",
    "meets", "paid", "pays", "put", "puts", "ran", "runs", "sent", "sends", "set", "sets", "shot", "shoots", "spoke",
    "speaks", "spent", "stood", "stands", "struck", "strikes", "won", "wins", "wrote", "writes", "began", "begins",
    "became", "becomes", "broke", "breaks", "brought", "bought", "built", "caught", "cut", "drew", "drove", "ate",
    "felt", "fought", "flew", "forgot", "grew", "hit", "hung", "heard", "hurt", "lay", "laid", "let", "lit", "meant",
    "rang", "read", "sang", "sat", "sold", "shook", "shut", "slept", "stole", "stuck", "swam", "swore", "taught",
    "threw", "understood", "woke", "wore", "warns", "claims", "denies", "reports", "shows", "wants", "needs",
    "remains", "plans", "calls", "asks", "adds", "believes", "expects", "hopes", "faces", "seeks", "urges", "vows",
    "dies", "kills", "hits", "opens", "closes", "moves", "follows", "turns", "looks", "helps", "seems", "appears",
    "continues", "include", "includes", "contains", "means", "remain", "lies", "dropped",
})  # fmt: skip
_SURE = frozenset({"is", "are", "was", "were", "has", "have", "had", "will", "would", "said", "told"})
_PAST = re.compile(r"[a-z]{2,}(?:[^e\W]ed|eed)\b")


def ends(line: str) -> bool:
    """Say whether a line comes to a full stop."""
    return STOP.search(line) is not None


def bullet(line: str) -> int:
    """Return the length of the bullet mark or number that opens a list item, 0 where there is none."""
    match = BULLET.match(line)
    return match.end() if match else 0


def has_verb(line: str) -> bool:
    """Say whether a line holds a finite verb, as far as its form tells."""
    found = [word.replace("’", "'") for word in words(line) if word != "May"]  # the month
    if is_upper(line):
        found = [word.lower() for word in found]
    return any(word.lower() in _VERBS or _PAST.fullmatch(word) for word in found)


def title_case(line: str) -> bool:
    """Say whether nearly every word that could be lower-case begins with a capital, as in headlines and menus."""
    content = [word for word in words(line) if word.lower() not in _SMALL and word[0].isalpha()]
    capitals = sum(word[0].isupper() for word in content)
    return bool(content) and capitals >= 0.8 * len(content)


def is_heading(line: str) -> bool:
    """Say whether a line without a full stop is a heading, a label, a menu or a caption rather than a sentence."""
    count = len(words(line))
    if mark := bullet(line):
        rest = line[mark:]
        return count < 3 or (title_case(rest) and not has_verb(rest))
    if count <= 4 or (title_case(line) and count <= 20):
        return True
    if _WH.match(line) and count <= 10:
        return True
    # Headings are in the present tense and leave the small verbs out.
    if count >= 5 and any(word in _SURE for word in words(line)):
        return False
    # Past fifteen words a line is prose, whatever the list of verbs missed.
    return count <= 6 or (count <= 15 and not has_verb(line))
