"""Lines in which the page speaks to its reader: subscribe, download, share, donate, accept."""

from __future__ import annotations

import re

_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"|‘[^’]*’(?!\w)|«[^»]*»")
_READER = re.compile(r"\b(?:you|your|yours|you’re|you're|you’ve|you've|you’ll|you'll)\b", re.I)
_HOUSE = re.compile(
    r"\bour (?:\w+[ -]){0,2}(?:journalism|newsroom|newsletters?|reporting|readers?|apps?|channels?|site|website|"
    r"stories|"
    r"coverage|podcasts?|community|patrons?|members?|subscribers?|page|partners|newspaper|reporters|inbox|"
    r"alerts|e-?paper)\b"
    r"|\b(?:support|follow|join|help|email|contact|tell|send|like|give|write to|subscribe to|find|visit|reach|"
    r"message) us\b"
    r"|\bwe (?:use|value|collect|store|need|rely|depend|ask|hope)\b",
    re.I,
)
_GOODS = re.compile(
    r"\b(?:newsletters?|inbox|subscri(?:be|bers?|ptions?|bing)|sign(?:ed|ing)? (?:up|in)|log(?:ged)? in|"
    r"register(?:ed)?|"
    r"apps?|alerts|notifications?|click(?:ing)?|tap(?:ping)?|scroll|scan|qr code|cookies?|browser|javascript|"
    r"password|account|free trial|unlimited|access|ad-free|donat(?:e|ion|ions|ing)|patrons?|members?|membership|"
    r"journalism|podcasts?|channel|whatsapp|telegram|facebook|instagram|twitter|youtube|tiktok|linkedin|social media|"
    r"breaking news|latest news|headlines|top stories|updates|free reports?|e-?paper|website|homepage|"
    r"stories|insights|comments?|email|e-mail|offers?|deals|app store|google play|privacy|preferences|"
    r"this (?:site|page|article|story|post|link|widget|service|button|ad|content)|terms of (?:use|service))\b",
    re.I,
)
_COMMAND = re.compile(
    r"(?:(?:to|for) [^,]{3,60}, )?(?:please |simply |just |or |and )?(?P<verb>accept|allow|become|bookmark|"
    r"browse|check|"
    r"choose|click|complete|continue|create|discover|donate|enable|enjoy|enter|explore|follow|get|give|go|grab|"
    r"install|"
    r"join|keep|know|learn|leave|listen|load|log in|manage|never miss|open|read|receive|refresh|register|reload|save|"
    r"scroll|see|select|send|sign|skip|stay|stream|submit|subscribe|swipe|switch|take|tell|tune|unlock|upgrade|write"
    # These are nouns or prepositions as well: no command where such a word follows.
    r"|(?:like(?= (?:us|our|this)\b)|(?:access|add|comment(?= (?:below|here|now))|contact|copy|download|email|"
    r"find|help|play|point|press|print|"
    r"rate|scan|share|shop|start|support|tap|trade|try|turn|use|view|visit|vote|watch)"
    r"(?!\s*(?:,|(?:to|of|for|in|at|from|by|and|or|is|are|was|were|has|have|had|will|groups?|between|among|"
    r"against)\b))))\b",
    re.I,
)
_OBJECT = re.compile(
    r"\b(?:us|our|here|now|today|free|below|above|more|app|page|story|article|post|patrons?|members?|subscribers?|"
    r"updates|newsletter|comments?|button|link|camera|screen|discussion|conversation|coverage|channel|device)\b",
    re.I,
)
_SHORT_CALL = re.compile(
    r"^(?:learn|read|see|find out|view|show|load|discover|hear|watch|know|tell me|get|click for) (?:more|less|"
    r"all|it here)"
    r"(?: (?:here|about|on|at|in|from)\b.{0,60})?\W*$",
    re.I,
)


def unquoted(line: str) -> str:
    """Return a line without what it quotes: what people say to each other is news."""
    return _QUOTED.sub(" ", line)


def is_call(sentence: str) -> bool:
    """Say whether a sentence tells the reader to do something with the page ("Learn more.", "Tap the bell …")."""
    bare = unquoted(sentence).strip()
    if not bare or len(bare.split()) > 40:
        return False
    if _SHORT_CALL.match(bare):
        return True
    command = _COMMAND.match(bare)
    if command is None:
        return False
    goods = {match.group().lower() for match in _GOODS.finditer(bare, command.start("verb"))}
    if _READER.search(bare) or _HOUSE.search(bare):
        return bool(goods) or bool(_READER.search(bare) and _HOUSE.search(bare))
    return len(goods) >= 2 or (bool(_OBJECT.search(bare)) and (bool(goods) or len(bare.split()) <= 8))


def is_appeal(sentence: str) -> bool:
    """Say whether a sentence is about the reader's dealings with the page and not about the world."""
    if is_call(sentence):
        return True
    bare = unquoted(sentence)
    if len(bare.split()) > 40:
        return False
    goods = {match.group().lower() for match in _GOODS.finditer(bare)}
    if _HOUSE.search(bare) and _READER.search(bare):
        return bool(goods)
    return len(goods) >= 2 and (_READER.search(bare) is not None or _HOUSE.search(bare) is not None)


def speaks_to_reader(sentence: str) -> bool:
    """Say whether a sentence says you or your outside a quotation; that is only a hint."""
    return _READER.search(unquoted(sentence)) is not None
