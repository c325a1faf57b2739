"""Lines that are page furniture by their own wording, wherever they stand.

Each pattern covers a habit of news pages in general. A pattern must match the whole line, or be so much the page's
own voice that no reporter writes it.
"""

from __future__ import annotations

import re

from service.reading.characters import words
from service.reading.dates import find_date
from service.reading.shape import ends, has_verb

WIRES = r"(?:Reuters|AP|Associated Press|AFP|Agence France-Presse|PTI|ANI|IANS|UPI|EPA|dpa|ANSA|Xinhua|TASS|Bloomberg)"
_STOCK = (
    rf"(?:{WIRES}|Getty(?: Images)?|Shutterstock|Unsplash|Pexels|Pixabay|iStock|Alamy|Adobe Stock|"
    rf"Wikimedia(?: Commons)?"
    r"|Flickr|Zuma(?: Press)?|Anadolu|NurPhoto|Rex(?: Features)?|PA(?: Wire| Media)?)"
)

_WHOLE = [  # the whole line, case ignored, closing marks ignored
    # advertising
    r"(?:advertisements?|advertising|ads?|sponsored(?: (?:content|links?|post|by .{1,40}))?|promoted(?: content|"
    r" links)?|"
    r"paid (?:post|content|partnership)|partner content|advertorial|affiliate links?)(?: \d+)?",
    r"(?:(?:this )?(?:story|article|content|post)|report|text|read(?:ing)?) continues? (?:below|after|beneath|"
    r"underneath)\b.{0,40}",
    r"(?:continue|keep) reading\b.{0,60}",
    r"(?:scroll|swipe)(?: down| up| left| right)?(?: to| for) .{1,40}",
    r"remove ads?|report (?:this )?ad|ad feedback|close ad|skip ad|go ad-free",
    # getting about the page
    r"(?:skip|jump|go|return|back)(?: back)? to (?:the )?(?:main |page |site )?(?:content|navigation|menu|"
    r"search|footer|top|"
    r"home(?: ?page)?|comments|article)",
    r"(?:open|close|toggle|show|hide|expand|main|site|primary)? ?(?:menu|navigation|nav|sidebar|search(?: bar| box)?)",
    r"(?:quick|useful|important|external|related|popular) links",
    r"(?:home|news|world|international|national|local|politics|business|sports?|opinions?|entertainment|"
    r"technology|tech|"
    r"science|health|culture|lifestyle|travel|weather|video|videos|photos|gallery|podcasts?|live|latest|"
    r"trending|explainers?|"
    r"analysis|editorial|tags?|topics?|categories|comments?|share|print|email|save|bookmark|listen|subscribe|"
    r"newsletters?|"
    r"log ?in|log ?out|sign ?in|sign ?up|register|my account|contact(?: us)?|about(?: us)?|careers|help|faqs?|"
    r"advertise"
    r"(?: with us)?|site ?map|rss|archives?|settings|more|next|previous|prev|older|newer|reply|report|like|"
    r"dislike|follow|"
    r"copy link|link copied|loading|read|watch|play|pause|mute|unmute|captions?|transcript|full screen|"
    r"exclusive|breaking"
    r"(?: news)?|just in|updated|developing|must[- ]reads?|premium|featured?|spotlight|recommended|related)",
    r"(?:latest|top|recent|trending|popular|featured|related|recommended|more|other|similar|breaking|local|world|"
    r"most(?: read| viewed| popular| shared)?|today['’]s)(?: \w+){0,2} (?:news|stories|story|articles?|posts?|"
    r"shows|videos?|"
    r"headlines|coverage|topics?|content|reads?|podcasts?|links|galleries|reading)(?: (?:from|in|on|by|"
    r"about) .{1,40})?",
    r"(?:most (?:read|viewed|popular|shared|commented)|trending(?: now| today)?|editor['’]?s?['’]? (?:picks?|"
    r"choice)|up next|"
    r"don['’]t miss|what to read next|next up|more (?:from|on|in|like) .{1,60}|in (?:this|other) (?:article|"
    r"story|news)|"
    r"table of contents|on this page|contents|keep exploring|people also (?:read|ask)|(?:you )?(?:might|"
    r"may) (?:also )?(?:like|"
    r"be interested in)|from around the web|around the web)",
    r"(?:the )?end(?: of (?:the )?(?:article|story|document|text|page|transcript|feed))|(?:view|load|show|see|"
    r"read) (?:all|more|"
    r"less|fewer|full)\b.{0,40}|click (?:here|to)\b.{0,60}|tap (?:here|to)\b.{0,60}",
    r"\d[\d,.]*k? (?:comments?|shares?|views?|likes?|reads?|replies|retweets?|followers?|reactions?)(?: .{0,30})?",
    r"(?:leave|post|add|write|submit) (?:a |your )?(?:comment|reply|response|review).{0,30}|(?:be the first to|"
    r"join the) "
    r"(?:comment|conversation|discussion).{0,30}|(?:view|show|hide|see|read|load) (?:the |"
    r"all )?(?:\d+ )?comments?.{0,20}|"
    r"comments? (?:are |is )?(?:closed|off|disabled|section|policy).{0,60}|no comments(?: yet)?",
    # time and authors
    r"\d+\s?(?:m|min|mins|minutes?|hours?|hrs?|h|days?|d|weeks?|months?) (?:ago|read|listen|watch|video)(?: .{0,30})?",
    r"(?:reading|read|listening|run(?:ning)?) time\b.{0,30}|(?:est(?:imated)?\.? )?\d+[- ]minute (?:read|listen)",
    r"\d{1,2}:\d{2}(?: ?/ ?\d{1,2}:\d{2})?(?: ?[ap]\.?m\.?)?(?: [A-Z]{2,4})?",
    r"about the (?:author|writer|reporter|journalist)s?|(?:our )?(?:staff|web desk|news desk|newsroom|agencies|"
    r"correspondent)",
    # tags
    r"(?:tags?|topics?|filed (?:under|in)|keywords?|categor(?:y|ies)|posted in|tagged(?: with)?|hashtags?|labels?|"
    r"subjects?|sections?|mentioned in this (?:article|story))\s*[:|–-].*",
    r"(?:[#@]\w+[\s,]*)+",
    # legal
    r"(?:read |see |view )?(?:our |the )?(?:terms|privacy|cookies?)(?: (?:of|and|&) (?:use|service|conditions))?"
    r"(?: (?:policy|notice|settings|preferences|statement))?(?: .{0,40})?",
    r"(?:do not sell|your privacy|privacy)\b.{0,60}",
    r"(?:share|tweet|facebook|twitter|x|whatsapp|telegram|reddit|linkedin|pinterest|email|e-mail|print|"
    r"copy link|instagram|"
    r"youtube|tiktok|messenger|flipboard|pocket|threads|bluesky|mastodon|viber|line|and|more|link|save|[|,/•·-]|\s)+",
    r"https?://\S+|www\.\S+|[\w.+-]+@[\w-]+\.[\w.]+",
    r"\(?(?:developing|more (?:to (?:follow|come)|details? (?:soon|to follow|awaited)|follows?)).{0,30}\)?",
    r"(?:with|has) (?:additional |further )?(?:inputs?|input) from (?:the )?(?:news )?agenc(?:y|ies).{0,20}",
    r"(?:powered|provided|presented|brought to you) by .{1,60}",
    r"(?:file|stock|handout|archive|representational|representative|illustrative|symbolic|undated)[- ]?(?:photo|"
    r"image|picture|"
    r"pic|footage)(?: .{0,30})?",
    r"(?:left|center|centre|right|bias|factuality|ownership|high|low|mixed|positive|negative|neutral|yes|no|"
    r"[a-z]+)\s*:?\s*\d{1,3}(?:\.\d+)?\s?%(?:[\s,|·•-]*[a-z]+\s*:?\s*\d{1,3}(?:\.\d+)?\s?%)+",
]

_START = [  # the line begins so, case ignored, and the rest does not matter
    r"(?:©|\(c\)\s*(?:copyright|19|20)|copyright\s*(?:©|\(c\)|\d{4}|by\b))",
    r"(?:also read|read also|also see|see also|related|read more|must read|more|more on this|don['’]t miss|read|"
    r"watch|watch live|"
    r"listen|recommended|further reading|in pictures|live updates|explore|up next|next)\s*[:|»>]",
    r"(?:photo|image|picture|pic|photograph|video|illustration|graphic|screenshot|screengrab|credit|file photo)s?"
    r"(?: (?:credits?|courtesy|source|via))?\s*(?::|\bby\b(?! (?:the|a|an)\b)|/)(?!.{120})",
    r"(?:image|photo|picture) (?:credit|source|courtesy|caption)",
    r"our standards?\s*:",
    r"(?:this|the) (?:article|story|report|piece|post) (?:was|is|has been) (?:originally |first )?(?:published|"
    r"republished|produced|"
    r"syndicated|generated|auto-generated|licensed|sponsored|written by)\b",
    r"(?:this )?(?:article|story|post|piece) (?:first |originally )(?:appeared|published)|(?:originally|"
    r"first) published (?:by|in|on|at)\b",
    r"(?:republished|reprinted|reproduced|licensed|published) (?:here )?(?:with permission|under (?:a |"
    r"the )?(?:creative|cc|licen[cs]e))",
    r"(?:this )?(?:work|content|text) is (?:licensed|available) under",
    r"creative commons\b|cc[- ]by\b",
    r"disclaimer\s*:|disclosure\s*:",
    r"(?:the )?(?:views|opinions)(?: and (?:views|opinions))? expressed (?:here|in this|above|"
    r"by (?:the )?(?:author|writer|contributor)s?)",
    r"(?:we|this (?:web)?site|our (?:web)?site) uses? cookies|by (?:clicking|continuing|using|browsing|"
    r"subscribing|signing)\b.*"
    r"\b(?:you|agree|consent|accept)",
    r"(?:your browser|javascript|please (?:enable|turn on)|you need to enable)\b.*\b(?:javascript|browser|"
    r"cookies|support)",
    r"this (?:site|page|form) is protected by|this is a developing (?:story|news)|thank(?:s|"
    r" you) for (?:reading|subscribing|"
    r"signing|your (?:support|feedback|comment))",
    r"(?:already )?(?:a )?(?:subscriber|member)\? |already (?:have an account|registered|subscribed)|"
    r"not (?:a subscriber|registered|"
    r"a member)\b|enjoyed? (?:this|reading)|like (?:this|what you)|want (?:more|to (?:read|get|know|receive))|"
    r"got a (?:tip|story|news tip)|have a (?:tip|story|news tip)|do you have (?:a|any) (?:tip|story|information|"
    r"question)",
    r"(?:this|the) (?:article|story|content|video|page) is (?:only |exclusively )?(?:for|available (?:to"
    r"|for)) (?:\w+ )?"
    r"(?:subscribers|members|registered)",
    r"(?:for (?:more|the latest|all the latest|breaking)\b.{0,80}\b(?:visit|follow|download|subscribe|click|"
    r"sign up|news|updates))",
    r"catch (?:all )?the (?:latest|business|breaking|live|top)\b",
    r"\(?(?:only )?the headline\b.{0,80}\b(?:reworked|edited|modified)",
]

_ANYWHERE = [
    r"\ball rights reserved\b",
    r"\bmay not be (?:published|reproduced|republished|copied)\b.{0,60}\b(?:broadcast|rewritten|redistributed|"
    r"permission|consent)",
    r"\bsyndicated (?:news )?feed\b",
    r"\bpurchase licensing rights\b|\bopens (?:in )?(?:a )?new (?:tab|window)\b",
    r"\bcontributed (?:reporting )?to this (?:report|story|article)\b|\bcontributed reporting\b",
    r"\bqr code\b.{0,30}\b(?:app|download|scan)|\b(?:scan|download)\b.{0,30}\bqr code\b",
    r"\bdoes not (?:provide|constitute|offer) (?:any )?(?:investment|financial|legal|medical) advice\b",
    r"\bcopyright\b.{0,10}©|©\s?(?:19|20)\d\d",
    r"\b(?:reach|contact|email|write to|follow) (?:him|her|them|the (?:author|reporter|writer)|me|"
    r"us)\b.{0,40}(?:@|\bat\b|\bon (?:x|twitter)\b)",
]

_EDGE = r"[\s\W]*"
_IS_WHOLE = re.compile(rf"{_EDGE}(?:{'|'.join(f'(?:{pattern})' for pattern in _WHOLE)}){_EDGE}", re.I)
_IS_START = re.compile(rf"[\s\W]*?(?:{'|'.join(f'(?:{pattern})' for pattern in _START)})", re.I)
_IS_ANYWHERE = re.compile("|".join(f"(?:{pattern})" for pattern in _ANYWHERE), re.I)

_DATE_LABEL = re.compile(
    r"(?:published|posted|updated|modified|first published|last (?:updated|modified|edited)|date|time|issued|created|"
    r"updated (?:at|on)|published (?:at|on))\b\s*[:|]?\s*(?:on |at )?(?=.{0,24}\d)(?=.{0,50}$)",
    re.I,
)
_ROLE = re.compile(
    r"[(\[\s—–-]*(?:additional |further )?(?:(?:re)?written|report(?:ed|ing)|edit(?:ed|ing)|engineered|"
    r"produc(?:ed|ing)|compil(?:ed|ing)|"
    r"translat(?:ed|ing|ion)|review(?:ed)?|curated|writing|words|text|story|posted|published|contributed|"
    r"fact[- ]checked|"
    r"photograph(?:ed|s)?|graphics?|created|authored|uploaded)(?:\s*(?:,|and|&)\s*\w+)? by\s*:?\s+(?=[A-Z])"
)
_BY = re.compile(r"(?:[Bb]y|BY|From|Author|Reporter)s?:?\s+(?=[A-Z])")
_AGO = re.compile(r"\s*(?:[A-Z]{2,4}\s*)?\bupdated\b.{0,20}\bago\b", re.I)
_NAMES = re.compile(
    r"(?:(?:[A-Z][\w.'’-]*|@\w+|and|of|for|the|in|at|de|la|van|von|der|bin|al|with|to|staff|[|,;/&•·–—-]+)(?:\s+|$))+"
)
_WIRE_BYLINE = re.compile(rf"\W*(?:by\s+)?(?:the\s+)?{WIRES}(?:\s+(?:staff|news agency))?\W*", re.I)
_SLASHED = re.compile(
    rf"(?:[A-Z][\w.'’-]*\s?){{0,4}}(?:\s?(?:/|via|\|)\s?)?{_STOCK}(?:\s?/\s?[\w .]{{1,30}})?"
    rf"(?:\s(?:File(?: Photo)?|Photo|Images?|Pictures?|Handout))?",
)
_TAIL_CREDIT = re.compile(
    rf"(?:(?<=\w\w[.!?])|(?<=\)[.!?])|(?<=[.!?][”\"]))\s+[(\[]?(?:(?:Photo|Image|Picture|Credit|Photograph"
    rf"|Video|Source)s?(?: credit|"
    rf" courtesy)?\s*(?::|by)\s*[^.!?]{{1,60}}"
    rf"|(?:[A-Z][\w.'’-]*\s){{0,3}}(?:[A-Z][\w.'’-]*\s?)?/\s?{_STOCK}(?:\s?/\s?[\w ]{{1,20}})?"
    rf"|{_STOCK}\s?(?:/\s?[\w .]{{1,40}}|File(?: Photo)?|Photos?|Images?|Pictures?|Handout))[)\]]?\.?$",
    re.I,
)
_HEAD_MARK = re.compile(
    r"^(?:(?:FILE(?: PHOTO)?|File photo|UPDATE \d|BREAKING)\s*[:–—-]\s*|Item \d+ of \d+\s+|\[\d+/\d+\]\s*)(?=\S)"
)
_PICTURE_NOTE = re.compile(
    r"\s*[(\[](?:(?:picture|photo|image|pic|credit|source|photograph)s?(?: credit| courtesy)?\s*:[^()\[\]]{1,60}|"
    rf"(?:file|representative|representational) (?:photo|image|picture)|{_STOCK} (?:photo|file|images?|pictures?)|"
    r"getty(?: images)?|shutterstock|unsplash|pexels|pixabay|istock|alamy)[)\]]\.?$",
    re.I,
)
_MENU = re.compile(r"(?:[A-Z][\w&'’-]*(?: [\w&'’-]+){0,2}\s*[|•·›»]\s*){2,}[A-Z][\w&'’-]*(?: [\w&'’-]+){0,2}")
_DATED_LABEL = re.compile(r"^\W*(?:date(?:line)?|published|posted|updated|time)?\W*$", re.I)
_LABEL_ROOM = 12
_EDGE_ROOM = 160
_LONGEST = 45  # words; a longer line is judged by its sentences
_MOST_CHARACTERS = 500  # the patterns backtrack: without this a hostile line of 100,000 brackets takes hours


def strip_edges(line: str) -> tuple[str, str]:
    """Return a line without a date stamp or file mark before it and a picture credit after it, and what went."""
    lost = []
    found = find_date(line[:80])
    # Only a stamp (`date 2024-05-01 The river …`): "May 5, 2024 was a Sunday" goes on in lower case.
    if found and found.start <= _LABEL_ROOM and _DATED_LABEL.match(line[: found.start]):
        rest = line[found.end :].lstrip(" \t:|–—-")
        if len(words(rest)) > 3 and (rest[0].isupper() or rest[0] in "\"“'‘") and ends(rest):
            lost.append(line[: len(line) - len(rest)].strip())
            line = rest
    for pattern in (_HEAD_MARK, _TAIL_CREDIT, _PICTURE_NOTE):
        if match := pattern.search(line, 0 if pattern is _HEAD_MARK else max(0, len(line) - _EDGE_ROOM)):
            lost.append(match.group().strip())
            line = (line[: match.start()] + line[match.end() :]).strip()
    return line, " ".join(lost)


def is_credit(line: str) -> bool:
    """Say whether a line names the source of the report; origins are told by it, so it stays."""
    if len(words(line)) > 14:
        return False
    if _WIRE_BYLINE.fullmatch(line):
        return True
    if re.match(r"[(\[]?sources?\s*:\s*(?!https?:|www)\w", line, re.I):
        return not re.search(r"\b(?:getty|shutterstock|unsplash|photos?|images?)\b", line, re.I)
    return bool(re.search(rf"\b(?:inputs?|reporting|material|files?) from\b.*\b{WIRES}\b", line))


def is_furniture(line: str) -> bool:
    """Say whether a line is furniture by its own wording."""
    if not any(char.isalpha() for char in line):
        return True
    if len(line) > _MOST_CHARACTERS or len(words(line)) > _LONGEST:
        return False
    if _IS_START.match(line) or _IS_ANYWHERE.search(line):
        return True
    if _MENU.fullmatch(line):
        return True
    # A label may open a sentence as well: "Published in 2018, the audit warned of the risk."
    is_sentence = ends(line) and has_verb(line[1:])
    if _IS_WHOLE.fullmatch(line) and not (is_sentence and len(words(line)) > 7):
        return True
    if (match := _DATE_LABEL.match(line)) and not (is_sentence and has_verb(line[match.end() :])):
        return True
    return is_byline(line) or _SLASHED.fullmatch(line.strip("()[] .")) is not None


def is_legal(sentence: str) -> bool:
    """Say whether a sentence claims rights or disclaims duties."""
    return _IS_ANYWHERE.search(sentence) is not None


def is_byline(line: str) -> bool:
    """Say whether a line says who made the page, or when."""
    if match := _ROLE.match(line):
        return not ends(line) or not has_verb(line[match.end() :])
    if (match := _BY.match(line)) and _NAMES.fullmatch(line[match.end() :].rstrip(". ")):
        return True
    found = find_date(line)
    if found is None:
        return False
    rest = f"{line[: found.start]} {_AGO.sub('', line[found.end :])}".strip(" ,|-–—.:()")
    return len(words(rest)) <= 8 and not has_verb(rest) and (not rest or _NAMES.fullmatch(rest) is not None)
