"""Texts for fuzzing: any characters, and pieces of news put together at random, which reach further into the rules."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

# A run tries a few hundred inputs for each property; `FUZZ=20000 make test` tries that many.
EXAMPLES = int(os.environ.get("FUZZ", "150"))
fuzzed = settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
    derandomize=EXAMPLES < 1000,  # a short run is the same each time, a long one looks further
)
PIECES = (
    "Averby", "Dr. Marta Quill", "the mayor", "Norpress", "The Harbor Times reported", "according to police",
    "said", "denied", "did not deny", "admitted", "alleged that", "“We will not pay,”", '"no', "12", "twelve",
    "at least 144", "about fifty", "1,200.5", "3.5 million", "$4bn", "40%", "two thirds", "half", "dozens of", "0",
    "-7", "1/2", "10-12", "10–12", "12th", "on 3 March", "March 3, 2026", "3/3/26", "last Tuesday", "yesterday",
    "in 1999", "on Feb. 30", "99/99/9999", "May", "people", "died", "were injured", "km", "°C", "kg", "euros",
    "per cent", "not", "never", "no longer", "earlier", "now", "rose to", "from 8 to 11", ".", ".", ".", "?", "!",
    ",", ";", ":", "—", "…", "(", ")", "[", "]", "\n", "\n\n", "By A. Writer", "Photo:", "Read more", "Share this",
    "© 2026", "U.S.", "a.m.", "No. 5", "e.g.", "…”", "‘", "’s", "🚢", "e\u0301", "\u200b", "\u202e", "\0", "\ufeff",
    "ß", "İ", "ǅ", "١٢", "Ⅻ", "½", "²", "１２", "一百", "\ud800",
)  # fmt: skip
anything = st.text(max_size=400)
news = st.lists(st.sampled_from(PIECES) | st.text(max_size=6), max_size=40).map(" ".join)
close = st.lists(st.sampled_from(PIECES), max_size=25).map("".join)
texts = anything | news | close
