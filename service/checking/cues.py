"""The words that show an act of speech: verbs before and after the speaker, passives, and the phrases of denial."""

from __future__ import annotations

import re
from dataclasses import dataclass

from service.domain import Act

_CHARGE = (
    r"(?:reports?|claims?|suggestions?|allegations?|accusations?|assertions?|stor(?:y|ies)|account|idea|theor(?:y|ies)|"
    r"notion|charges?|findings?|rumou?rs?|criticism|statements?|evidence|complaints?|link|involvement|responsibility)"
)
_UNTRUE = (
    r"(?:absurd|baseless|false|untrue|unfounded|groundless|nonsense|fabricat\w+|a lie|lies|ridiculous|fake|fiction)"
)
# What is rejected or dismissed is a charge only where the charge is the object: a bill may be rejected after a report.
_CIRCUMSTANCE = r"\b(?:after|because|when|where|following|amid|before|since|over|despite|until)\b"
_OBJECT = rf"\W+(?:as )?(?:(?!{_CIRCUMSTANCE}|(?:on|of|in|for|by|from|with|to|at)\b)[\w\u2019'-]+\W+){{0,5}}?"
# "Called it false" and "called it a lie on Monday", but no "called police after a false alarm".
_SAID_OF_IT = r"(?=\W*$|[\u201d\"]|\s*[,.;:\u2014-]|\s+(?:and|but|or|in|on|at|as|while|that)\b)"
# To deny somebody something is to refuse it.
_REFUSED = (
    r" (?:him|her|them|us|me)\b| \d[\d,.]* \w+| (?:(?!\w+ing )[\w’']+ ){0,3}?(?:entry|access|bail|parole|asylum|visas?|"
    r"permission|permits?|licen[cs]es?|requests?|motions?|appeals?|applications?|petitions?|bids?|treatment|services?|"
    r"benefits?|boarding|loans?|aid|coverage|funding|compensation|payments?|citizenship|residency|credit|insurance)\b"
)
# Whoever decides a case does not speak of what happened to them.
DECIDES = re.compile(r"\b(?:courts?|judges?|jury|tribunal|magistrates?|justices?|panel|referees?)\b", re.I)
_LIVES = r"(?:the |at least |nearly |about |some |more than |over )?(?:[\w,]+ ){0,2}(?:lives|life)\b"
# What is claimed by winning or asking for it is no statement; "claimed victory" after a vote may be.
_WON = (
    r"(?:(?:an?|the|his|her|its|their|\w+[\u2019']s?|first|second|third|[\w-]*\d[\w-]*) )(?:[\w\u2013-]+ ){0,3}?"
    r"(?:victory|wins?|titles?|golds?|silvers?|bronzes?|medals?|crowns?|cups?|champions?hips?|trophy|throne|prizes?|wickets?|"
    r"place|spot|podium|poles?|points?|lead|scalps?|benefits?|compensation|refunds?|damages|asylum|victims?)\b|"
    r"(?:gold|silver|bronze|asylum|benefits|compensation|damages)\b"
)


@dataclass(frozen=True, slots=True)
class Cue:
    """A verb of speech. `denied` marks the acts whose content is what the speaker says is not so."""

    act: Act
    pattern: re.Pattern[str]
    denied: bool = False


def _cue(act: Act, pattern: str, denied: bool = False) -> Cue:
    return Cue(act, re.compile(rf"\b(?:{pattern})", re.ASCII), denied)


# One list, tried at every place; the earliest place wins, then the order here.
VERBS = (
    _cue(Act.ADMITS, r"(?:claim(?:s|ed)?|claiming|took|takes|accepted) (?:full |sole )?responsibility\b(?: for)?"),
    _cue(Act.DENIES, rf"(?:den(?:y|ies|ied)|refut(?:e|es|ed)|rebut(?:s|ted)?)\b(?!{_REFUSED})", denied=True),
    _cue(Act.DENIES, r"disput(?:es|ed?) that\b", denied=True),
    _cue(Act.DENIES, rf"(?:reject|dismiss|disput)(?:s|es|ed|e)?\b(?={_OBJECT}{_CHARGE}\b)", denied=True),
    _cue(
        Act.DENIES,
        r"(?:call|describ|brand|label|dismiss|denounc)(?:s|es|ed|led)\b(?! (?:for|on|off|in|up)\b)"
        rf"(?= (?:as )?{_UNTRUE}\b|(?:(?!{_CIRCUMSTANCE})[^.;]){{1,80}}?\b{_UNTRUE}{_SAID_OF_IT})",
        denied=True,
    ),
    _cue(Act.DENIES, r"plead(?:s|ed)? not guilty\b(?: to)?", denied=True),
    _cue(Act.ADMITS, r"plead(?:s|ed)? guilty\b(?: to)?"),
    _cue(Act.CONFIRMS, r"(?:confirm(?:s|ed)?|verif(?:y|ies|ied)|corroborat(?:es|ed))\b"),
    _cue(Act.ADMITS, r"(?:acknowledg(?:e|es|ed)|conced(?:e|es|ed)|confess(?:es|ed)?(?: to)?)\b"),
    _cue(Act.ADMITS, r"admit(?:s|ted)?\b(?! (?:to|into) (?:\w+ ){0,2}(?:hospital|clinic|school|university))"),
    _cue(Act.ALLEGES, r"(?:accus(?:e|es|ed)|blam(?:e|es|ed)|alleg(?:e|es|ed)|insist(?:s|ed)?|suspect(?:s|ed)?)\b"),
    _cue(
        Act.ALLEGES,
        r"(?:maintain(?:s|ed)?(?= that\b|[.,]|$)|(?:contend|assert)(?:s|ed)?\b(?! with)|believ(?:e|es|ed)|"
        r"suggest(?:s|ed)?|hint(?:s|ed)?|impl(?:y|ies|ied))\b",
    ),
    _cue(Act.ALLEGES, rf"claim(?:s|ed)?\b(?! {_LIVES}| {_WON})"),
    _cue(Act.ALLEGES, r"(?:linked\b(?=[^.;,]{1,60} (?:to|with)\b)|tied\b(?=[^.;,]{1,60} to\b))"),
    _cue(Act.ASKS, r"(?:ask(?:s|ed)?|urg(?:e|es|ed)|demand(?:s|ed)?)\b(?! to (?:remain|stay|be)\b)"),
    _cue(Act.ASKS, r"(?:call(?:s|ed)? (?:for|on)|appeal(?:s|ed)? (?:for|to))\b"),
    _cue(
        Act.REPORTS,
        r"(?:sa(?:id|ys?)|told|tells?|stat(?:es|ed)|announc(?:e|es|ed)|add(?:s|ed)|not(?:es|ed)|wr(?:ote|ites?)|"
        r"report(?:s|ed)|(?:was|were) quoted (?:by [\w ]{2,30} )?as saying|warn(?:s|ed)?(?= that\b|[,:.]|$)|"
        r"explain(?:s|ed)?|repl(?:y|ies|ied)|reveal(?:s|ed)?|disclos(?:es|ed)|declar(?:es|ed)|estimat(?:es|ed)|"
        r"indicat(?:es|ed)|tweet(?:s|ed)|posted(?= (?:that|on)\b)|(?:vow|promise|pledge)(?:s|d|ed)\b|"
        r"recall(?:s|ed)?|remark(?:s|ed)?|answer(?:s|ed)|argu(?:e|es|ed)|testif(?:ies|ied)|predict(?:s|ed)|"
        r"(?:found|finds|learned) that|conclud(?:e|es|ed)(?= that))(?!\w)",
    ),
)

PASSIVE = re.compile(
    r"\b(?:(?P<alleges>(?:was|were|been|is|are|being)[^.;,]{0,30}? (?:blamed|accused|suspected)|alleged)|"
    r"(?P<denies>(?:denied|rejected|dismissed|disputed))|(?P<confirms>confirmed)|(?P<admits>claimed))"
    rf"(?(denies)(?: as (?:\w+ )?{_UNTRUE}| as (?:un\w+|in\w+))?)"
    r"(?: (?:on|last|in) \w+){0,2} by (?P<speaker>(?:the |an? )?[^.;,]{2,60}?)"
    r"(?= (?:of|on|for|over|as|in|with|after|includ\w+|is|are|was|were|has|have|had|left|killed|that)\b|[.;,]|$)"
)
UNNAMED = (
    (Act.ALLEGES, re.compile(r"\b(?:is|are|was|were|been) (?:\w+ly )?(?:accused|suspected) of\b|\ballegedly\b")),
    (Act.REPORTS, re.compile(r"\breportedly\b|\b(?:is|are|was|were) (?:said|reported|understood|thought) to\b")),
)
ACCORDING = re.compile(
    r"(?:\b(?:[Aa]ccording to|[Ii]n the (?:view|words|opinion) of|"
    r"[Aa]s (?:stated|noted|reported|explained|described|told) by)|^[Pp]er|, per) (?P<speaker>[^;“”\"]{2,120})"
)
QUOTED_AS = re.compile(r"\bquot(?:es|ed|ing) (?P<speaker>[^,;“”\"]{2,80}?) as (?:saying|telling)\b(?: that\b)?")
ASIDE = re.compile(r", (?:an? )?(?:claim|charge|accusation|assertion|allegation)s?\b")
# Where what a speaker denies ends and what the speaker or somebody else says or does instead begins.
SPEAKS_ON = re.compile(
    r",? but\b|;|,? (?:while|whereas)\b|"
    r", (?:and )?(?:saying|adding|putting|calling|insisting|arguing|noting|claiming|blaming|accusing|describing)\b|"
    r",? and (?:instead )?(?:has |have |had )?(?:blam|accus|sa(?:id|ys)\b|told|tells|insist|call(?:ed|s)\b|claim|"
    r"put\b|puts|point|add(?:s|ed)|admit|acknowledg|conced|urg|ask|describ|demand|threaten|vow|promis|fil(?:ed|es)|"
    r"su(?:ed|es)\b)\w*"
)
UNTRUE_CONTENT = re.compile(
    r"^\W*(?:there(?: is| was|['\u2019]s) (?:absolutely |simply )?no truth|"
    r"(?:it|that|this|these|they|those|(?:(?:the|such|all|any|those|these|both) )?(?:\w+ ){0,2}" + _CHARGE + r")"
    r"(?: (?:is|was|are|were)|['\u2019]s) (?:\w+ )?(?:not true|" + _UNTRUE + r"))",
    re.I,
)
# What the speaker says of the speaker: "I never fired", "it had no part in the raid". Ignorance is no denial.
OWN_DENIAL = re.compile(
    r"^\W*(?:I|[Ww]e|[Ii]t|[Hh]e|[Ss]he|[Tt]hey|[Ii]ts (?:forces|troops|fighters|staff))"
    r"(?: have| had| has| would|['\u2019]ve)? (?:never|did not|didn['\u2019]t|do not|don['\u2019]t|"
    r"(?:was|were) (?:not|never) (?:behind|involved|responsible|part|to blame)|"
    r"not (?:fired|attacked|taken|done|carried|ordered|killed|broken|violated|committed)|"
    r"(?:had|have|has)? ?nothing to do with|(?:had|have|has|played|took) no (?:part|role|hand|involvement))\b"
    r"(?! (?:yet )?(?:know|see|think|remember|recall|believe|want|hear|heard|understand|need|expect)\b)"
)
CALLED_UNTRUE = re.compile(rf"\s+(?:as )?(?:\w+ly )?(?:an? )?{_UNTRUE}\W*$")
# Who tells what was found rather than what was done to whom, and the verbs that are then no charge.
OBSERVER = re.compile(
    r"\b(?:stud(?:y|ies)|research(?:ers?)?|results?|data|findings?|analys[ie]s|evidence|surveys?|polls?|figures|trials?|"
    r"models?|experiments?|reviews?|papers?|documents?|records|images|footage|information|tests?|observations?|"
    r"estimates?|reports?|scientists?|experts?|economists?|historians?|epidemiologists?|doctors|physicians|analysts?|"
    r"authors?|sources?|biologists?|geologists?|astronomers?|physicists?|virologists?|projections?|scenarios?|"
    r"simulations?|calculations?|conclusions?|effects?|prevalence|increase|decrease|reduction|mutations?|patterns?|"
    r"levels?|rates?|associations?|differences?|correlations?|presence|absence|expression)\b",
    re.I,
)
HOLDS = re.compile(r"(?:believ|suggest|hint|impl|claim|maintain)")
GUILT = re.compile(
    r"\b(?:(?:(?:has|have|had)(?:n['\u2019]t| not| never)? )?"
    r"(?:was|were|is|are|be|been|being)(?:n['\u2019]t)? (?:\w+ )?"
    r"(?:behind|responsible for|to blame|linked to|tied to|involved in|complicit|guilty|the work of)|"
    r"had (?:a hand|a role|no hand|no role) in|played (?:a|no) (?:part|role) in|had (?:something|nothing) to do with|"
    r"(?:bears?|bore) (?:the |no )?(?:responsibility|blame) for|"
    r"(?:did not|didn['\u2019]t) (?:carry out|stage|perpetrate|orchestrate|mastermind)|"
    r"(?:never )?(?:carried out|staged|perpetrated|orchestrated|masterminded))\b"
)
BY_WHOM = re.compile(
    r"^(?P<deed>.+?) (?:was|were|has been|had been) (?:\w+ly )?"
    r"(?:carried out by|staged by|perpetrated by|orchestrated by|masterminded by|the work of) (?P<who>.+)$"
)
BELIEF = re.compile(
    r"^\W*(?:that )?(?:it|he|she|they|we|its \w+)(?: also| now| still)? (?:believ|suspect|think|thought)\w*\b"
)
OWN_DEED = re.compile(
    r"^\W*(?:I did it|we did it)\b|"
    r"^\W*(?:that )?(?:it|they|its (?:fighters|forces|men|members|militants)|he|she|I|[Ww]e)(?: had| has| have)? "
    r"(?:carried out|staged|planted|was behind|were behind|was responsible|were responsible)\b"
)
NO_ANSWER = re.compile(
    r"^(?P<speaker>[^,;“”\"]{2,80}?),? (?:(?:has|have|had) )?(?:(?:declined|refused|failed) to|"
    r"(?:did|do|does|would|has|have|had) (?:not|n['\u2019]t)|didn['\u2019]t|wouldn['\u2019]t|"
    r"(?:gave|made|had|offered) no|refrained from|remained silent)"
    r"(?: immediately| yet| publicly)?(?: provide| offer| make| issue)?(?: any)? "
    r"(?:comment\w*|respon\w+|repl\w+|answer\w*|say|said|state[sd]?|disclose|elaborat\w+|"
    r"confirm\w*|den\w+|claim\w* responsibility|admit\w*|explanation|statement)\b"
)
KEPT_SILENT = re.compile(
    r"^(?P<speaker>[^,;“”\"]{2,80}?),? (?:(?:has|have|had) )?(?:so far )?"
    r"(?:(?:stayed|remained|kept|been) (?:silent|quiet|mum)|left (?:\w+ ){0,6}?unanswered)\b"
)
PROOF = re.compile(
    r"^(?P<speaker>[^,;“”\"]{2,80}?),? (?:(?:has|have|had) )?(?:(?:did|do|does|has|have|had) not |never )?"
    r"(?:offer|provide|present|produce|publish|cite|gave|given?|show)(?:s|d|ed|n)?(?: any| no| some)? "
    r"(?:evidence|proof)\b"
)
NOBODY = re.compile(
    r"^(?P<speaker>(?:[Nn]o (?:one|\w+(?: \w+)?)|[Nn]obody|[Nn]either [^,;]{2,40}?|[Nn]one of [^,;]{2,40}?)) "
    r"(?:has |have |had )?(?:yet )?(?:claimed|said|admitted|denied|confirmed|commented|taken|took|accepted|blamed)\b"
)
_NOUN = re.compile(
    r"(?:claims?|reports?|demands?|notes|suspects?|calls|estimates|suggested|accused|blamed|alleged|asked|denied|rejected|"
    r"dismissed|confirmed|claimed)\s+(?:of|by|from|about|are|is|were|was|have|has|had)\b"
    r"|(?:claims|reports|demands)\s*,"
    r"|(?:claims|reports|suspects|estimates)\s+(?:come|came|emerged?|say|said|suggest(?:ed)?|show(?:ed)?|indicated?|held|"
    r"who|in|on|with|linked|arrested|apprehended|detained|identified)\b"
    r"|reported\s+(?:as|missing|dead|injured|killed|wounded)\b"
)
# "multiple claims that", "brushed off reports that", "six suspects": a noun, whatever follows.
_NOUN_BEFORE = re.compile(
    r"['\u2019]s$|\b(?:of|by|from|with|per|to|on|off|about|over|for|in|against|between|into|amid|despite|the|these|those|such|any|all|"
    r"no|other|more|most|many|multiple|several|few|recent|earlier|false|new|media|news|his|her|its|their|our|two|three|"
    r"four|five|six|seven|eight|nine|ten|\d+)$",
    re.I,
)
# "Debunked claims that": another verb has them for its object. Case counts: a club may be called United.
_VERB_BEFORE = re.compile(r"(?<![\w-])(?:[a-z]+ed|faces?|heard|hears|hit back at)$")
_NOUN_FORM = re.compile(r"(?:claim|claims|reports|demands|notes|suspects|calls|estimates)\b")


def is_noun(left: str, word: str) -> bool:
    """Say whether a word that could be a verb of speech is a noun: "six suspects held", "those claims that"."""
    before = left.rstrip()
    is_object = _NOUN_BEFORE.search(before) or _VERB_BEFORE.search(before)
    return bool(_NOUN.match(word) or (_NOUN_FORM.match(word) and is_object))
