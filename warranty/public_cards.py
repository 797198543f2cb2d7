"""What anybody may know who holds the number of a card: facts of the piece, never of a person.

This page is open to the whole world, so it asks the database twice, by index and in fixed words:
the statements cost a tenth of what it takes to compose them anew. A hit and a miss ask the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from django.db import connection
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from inventory.ground import measures
from inventory.ground.codes import Code, CodeKind
from inventory.ground.settings_rows import SETTINGS
from warranty import benefits, scans
from warranty.benefits import Remainder
from warranty.models import CardState

CARD_DIGITS: Final = 20

# one row at least, whatever the number: the house's telephone; more rows when a piece has more
# than one main stone or report
FACTS = """
    SELECT house.phone, card.id, card.state, card.issued_on, card.hides_purchase,
        piece.name, piece.category, piece.metal, piece.grade, piece.content, piece.net_mg,
        store.name, store.phone,
        (SELECT value FROM inventory_storesetting
            WHERE store_id = store.id AND key = 'public_purchase' AND valid_from <= %s
            ORDER BY valid_from DESC, id DESC LIMIT 1),
        (SELECT SUM(count) FROM warranty_cardscan WHERE card_id = card.id),
        (SELECT MIN(day) FROM warranty_cardscan WHERE card_id = card.id),
        stone.weight_mct, stone.color, stone.clarity, stone.cut,
        certificate.lab, certificate.number
    FROM (SELECT 1 AS one) AS asked
    LEFT JOIN inventory_store AS house ON house.kind = 'head_office'
    LEFT JOIN warranty_card AS card ON card.number = %s
    LEFT JOIN inventory_piece AS piece ON piece.id = card.piece_id
    LEFT JOIN inventory_store AS store ON store.id = card.store_id
    LEFT JOIN inventory_stone AS stone ON stone.piece_id = piece.id AND stone.main
    LEFT JOIN inventory_certificate AS certificate ON certificate.piece_id = piece.id
    ORDER BY stone.id, certificate.id
"""
PROMISES = """
    SELECT benefit.position, benefit.kind, benefit.title_zh, benefit.title_en,
        benefit.terms_zh, benefit.terms_en,
        entry.kind, entry.uses, entry.valid_until, entry.next_due
    FROM warranty_benefitentry AS entry
    JOIN warranty_planbenefit AS benefit ON benefit.id = entry.benefit_id
    WHERE entry.card_id = %s
    ORDER BY benefit.position, entry.id
"""
NO_CARD: Final = 0  # the key of no row: a miss asks for its promises too


class Row(NamedTuple):
    """The columns of `FACTS`; all but the first are empty for an unknown number."""

    house_phone: str | None
    card_id: int | None
    state: str
    issued_on: date
    hides_purchase: bool
    name: str
    category: str
    metal: str
    grade: int
    content: int | None
    net_mg: int
    store_name: str
    store_phone: str
    public_purchase: str | None
    look_ups: int | None
    first_look_up: date | str | None
    stone_mct: int | None
    color: str
    clarity: str
    cut: str
    lab: str | None
    certificate: str


class Promise(NamedTuple):
    """The words of a benefit (`benefits.Promised`)."""

    position: int
    kind: str
    title_zh: str
    title_en: str
    terms_zh: str
    terms_en: str

    @property
    def title(self) -> str:
        return self.title_zh if _chinese() else self.title_en

    @property
    def terms(self) -> str:
        return self.terms_zh if _chinese() else self.terms_en


class PromiseEntry(NamedTuple):
    """A line of the ledger of benefits (`benefits.Entry`)."""

    benefit: Promise
    kind: str
    uses: int | None
    valid_until: date | None
    next_due: date | None


@dataclass(frozen=True)
class Facts:
    """What the page of a valid card tells, every figure already a text."""

    name: str
    category: str
    metal: str
    net_grams: str
    main_stones: list[str]
    certificates: list[str]
    bought_in: str  # "June 2026"; empty when the owner or the store hides it
    bought_at: str
    phone: str
    benefits: list[Remainder]
    look_ups: int
    first_look_up: date


@dataclass(frozen=True)
class PublicCard:
    """The answer to a number: known or not, and the facts while the card is valid."""

    number: str
    card_id: int | None
    facts: Facts | None
    phone: str  # the house's; may be empty


def look_up(number: str, *, on: date) -> PublicCard:
    """Looks a number up as it stands on a day; the look-up itself is counted in memory.

    `number` has sound check digits. A card that is replaced, void, lost or closed has no facts.
    Two statements, for a hit and for a miss.
    """
    rows = _ask_facts(number)
    first = rows[0]
    entries = _ask_promises(first.card_id or NO_CARD)
    card = PublicCard(number, first.card_id, facts=None, phone=first.house_phone or "")
    if first.card_id is None:
        return card
    unwritten = scans.note(card_id=first.card_id, day=on)
    if first.state != CardState.VALID:
        return card
    left = benefits.sum_up(entries, on=on)
    facts = _facts(rows, left, house_phone=card.phone, unwritten=unwritten, on=on)
    return PublicCard(number, first.card_id, facts=facts, phone=facts.phone)


def mistake_in(code: Code) -> str:
    """Why something typed cannot be the number of a card; empty when it can. Nothing is asked of
    the database, so this costs a guesser nothing and tells him nothing."""
    digits = sum(sign.isdigit() for sign in code.value)
    if code.kind == CodeKind.PIECE:
        return _("This is the number of a piece. The number of a card has 20 digits.")
    if code.kind != CodeKind.CARD:
        return _("The number of a card has 20 digits; here are %(n)d.") % {"n": digits}
    if code.wrong_digit:
        return _("Digits 19 and 20 do not fit the others. Please compare each digit with the card.")
    return ""


def _ask_facts(number: str) -> list[Row]:
    now = connection.ops.adapt_datetimefield_value(timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(FACTS, [now, number])
        return [Row._make(columns) for columns in cursor.fetchall()]


def _ask_promises(card_id: int) -> list[PromiseEntry]:
    words = len(Promise._fields)
    with connection.cursor() as cursor:
        cursor.execute(PROMISES, [card_id])
        return [_entry(columns, words) for columns in cursor.fetchall()]


def _entry(columns: Sequence[Any], words: int) -> PromiseEntry:
    return PromiseEntry(Promise._make(columns[:words]), *columns[words:])


def _facts(
    rows: Sequence[Row], left: list[Remainder], *, house_phone: str, unwritten: int, on: date
) -> Facts:
    row = rows[0]
    hidden = row.hides_purchase or _setting(row.public_purchase) == "hide"
    return Facts(
        name=row.name,
        category=row.category,
        metal=measures.declared_name(row.metal, row.content or row.grade),
        net_grams=measures.grams(row.net_mg),
        main_stones=_different(_stone(each) for each in rows if each.stone_mct),
        certificates=_different(f"{each.lab} {each.certificate}" for each in rows if each.lab),
        bought_in="" if hidden else date_format(row.issued_on, "YEAR_MONTH_FORMAT"),
        bought_at="" if hidden else row.store_name,
        # the telephone of the store would tell which store it was
        phone=house_phone if hidden else row.store_phone or house_phone,
        benefits=left,
        look_ups=(row.look_ups or 0) + unwritten,
        first_look_up=date.fromisoformat(str(row.first_look_up or on)),
    )


def _setting(kept: str | None) -> str:
    return kept or str(SETTINGS["public_purchase"].default)


def _stone(row: Row) -> str:
    """A main stone in the laboratory's words: "0.30 ct · D · VS2 · EX"."""
    carats = f"{measures.carats(row.stone_mct or 0)} ct"
    return " · ".join(part for part in (carats, row.color, row.clarity, row.cut) if part)


def _different(texts: Iterable[str]) -> list[str]:
    """Each text once, in their order: stones and reports multiply each other in the rows."""
    return list(dict.fromkeys(texts))


def _chinese() -> bool:
    return (get_language() or "").startswith("zh")
