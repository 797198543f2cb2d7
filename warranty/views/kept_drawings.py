"""What a card's page says, drawn once for all cards that are built alike, and then filled in.

Django walks through a template anew for every page, which takes a third of the time of the whole
answer; cards differ in their words and figures and not in what stands around them.
"""

import re
from functools import lru_cache
from itertools import chain
from typing import Final

from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString

from inventory.ground import codes
from warranty.public_cards import Facts, PublicCard

# signs that no text of ours has (for private use), one for each place to fill in
FIRST: Final = 0xE000
_PLACES: Final = re.compile("([\ue000-\uf8ff])")


def facts(card: PublicCard, told: Facts, *, left: SafeString, language: str) -> str:
    """What `warranty/_facts.html` draws of these facts; `left` is what is left of the benefits."""
    words = _words(card, told)
    shape = (told.category, bool(told.bought), len(told.lines), bool(card.phone))
    filled = [str(left), *map(escape, words)]
    return "".join(
        filled[place] if isinstance(place, int) else place for place in _drawing(language, *shape)
    )


def no_facts(card: PublicCard, *, language: str) -> str:
    """What `warranty/_no_facts.html` draws of a number without facts, known or not."""
    drawn = _drawing_of_none(language, card.card_id is not None, card.phone)
    return drawn.replace(chr(FIRST), codes.group_card(card.number))


def _words(card: PublicCard, told: Facts) -> list[str]:
    """What is filled in, in the order of the places."""
    return [
        codes.group_card(card.number),
        told.name,
        told.bought,
        card.phone,
        *told.looked_up,
        *chain.from_iterable(told.lines),
    ]


@lru_cache(maxsize=500)
def _drawing(
    language: str, category: str, bought: bool, lines: int, phone: bool
) -> tuple[str | int, ...]:
    """The template in pieces: texts, and the numbers of the places between them."""
    signs = map(chr, range(FIRST, FIRST + 7 + 2 * lines))
    left, number, name, month, call, times, since, *others = signs
    card = PublicCard(number, None, facts=None, phone=call if phone else "")
    blank = Facts(
        name=name,
        category=category,
        bought=month if bought else "",
        lines=list(zip(others[::2], others[1::2], strict=True)),
        promises=(),
        looked_up=(times, since),
        phone=card.phone,
    )
    drawn = render_to_string("warranty/_facts.html", {"card": card, "facts": blank, "left": left})
    return tuple(
        ord(piece) - FIRST if n % 2 else str(piece) for n, piece in enumerate(_PLACES.split(drawn))
    )


@lru_cache(maxsize=20)
def _drawing_of_none(language: str, known: bool, phone: str) -> str:
    card = PublicCard(chr(FIRST), FIRST if known else None, facts=None, phone=phone)
    return render_to_string("warranty/_no_facts.html", {"card": card})
