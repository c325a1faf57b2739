"""The common words of news events, by what they tell; and the light words that tell little in any sentence."""

from __future__ import annotations

import snowballstemmer

_EVENTS = {
    "attack": "attack attacks attacked attackers attacker assault assaulted massacre shooting shootings shot gunfire "
    "gunmen gunman ambush raid raided killings bloodshed violence storm stormed struck opened fire",
    "bombing": "bomb bombs bombing bombings bombed blast blasts explosion explosions exploded explosive detonated",
    "responsible": "responsible responsibility behind perpetrated perpetrators perpetrator culprits culprit blamed "
    "blame accused linked involved involvement implicated",
    "warning": "warn warns warned warning warnings alert alerts alerted forewarned tip tipped notified cautioned",
    "denial": "deny denies denied denial denials reject rejects rejected dismiss dismisses dismissed refute refuted "
    "disputed disputes untrue baseless unfounded contradicted",
    "comment": "comment comments commented respond responded response reply replied",
    "silence": "declined declines declining refrained refused refuses silent",
    "announcement": "announce announced announces announcement declared declares declaration unveiled",
    "increase": "increase increases increased rise rises rose risen grow grew grown climb climbed soared jumped surged "
    "higher raised raises hike",
    "decrease": "decrease decreases decreased fall falls fell fallen drop drops dropped decline lowered lower sank "
    "shrank shrunk reduced reduction cut cuts slashed",
    "closing": "close closes closed closing closure shut shuts shutting shuttered",
    "opening": "open opens opening reopen reopened reopens inaugurated",
    "purchase": "buy buys bought purchase purchased acquire acquires acquired acquisition takeover",
    "election": "election elections vote votes voted voters voter ballot ballots polls poll referendum turnout",
    "dismissal": "fired sacked ousted dismissal resign resigned resigns resignation quit stepped",
    "appointment": "appoint appointed appoints appointment named names nominated successor succeeds succeed",
    "trial": "trial court judge jury verdict sentenced sentence convicted conviction acquitted charged charges",
    "strike": "strike strikes striking walkout walkouts",
    "vaccine": "vaccine vaccines vaccination vaccinated jab jabs shots immunized immunization",
    "study": "study studies research researchers survey scientists",
}
_LIGHT = (
    "say says said saying tell tells told out up down off over behind carry carries carried take takes took taken "
    "make makes made place happen happens happened occur occurs occurred come comes came go goes went gone get gets "
    "got give gives gave given use uses used put one two new first last many much very just only even still yet "
    "already later earlier ago now day days week weeks month months year years time times time people person man men "
    "woman women part parts way thing things including include includes included according report reports reported "
    "know known knows see seen saw set become became begin began begun during while against between both each every "
    "around near nearly almost through since until because however despite there's it's himself itself themselves "
    "state states country government official officials group groups number total"
)
_stem = snowballstemmer.stemmer("english").stemWord

EVENT_OF = {_stem(word): event for event, words in _EVENTS.items() for word in words.split()}
LIGHT = frozenset(_stem(word) for word in _LIGHT.split())
