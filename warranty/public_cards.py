"""What anybody may know who holds the number of a card: facts of the piece, never of a person.

This page is open to the whole world, so it asks the database once, by index and in fixed words:
the statement costs a tenth of what it takes to compose it anew. A hit and a miss ask the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, NamedTuple

from django.db import router
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from inventory.ground import measures, statements
from inventory.ground.codes import Code, CodeKind
from inventory.ground.settings_rows import SETTINGS
from warranty import benefits, scans
from warranty.models import BenefitKind, Card, CardState, EntryKind

# one row at least, whatever the number: the house's telephone; else one for each line of the
# ledger of benefits, times main stones, times reports
FACTS = """
    SELECT house.phone, card.id, card.state, card.issued_on, card.hides_purchase,
        piece.name, piece.category, piece.metal, piece.grade, piece.content, piece.net_mg,
        store.name, store.phone,
        (SELECT value FROM inventory_storesetting
            WHERE store_id = store.id AND key = 'public_purchase' AND valid_from <= %s
            ORDER BY valid_from DESC, id DESC LIMIT 1),
        (SELECT SUM(count) FROM warranty_cardscan WHERE card_id = card.id),
        (SELECT MIN(day) FROM warranty_cardscan WHERE card_id = card.id),
        stone.id, stone.weight_mct, stone.color, stone.clarity, stone.cut,
        certificate.lab, certificate.number,
        benefit.id, benefit.position, benefit.kind, benefit.is_yearly, benefit.needs_inspection,
        benefit.title_zh, benefit.title_en, benefit.terms_zh, benefit.terms_en,
        entry.id, entry.kind, entry.uses, entry.valid_until, entry.next_due, entry."on"
    FROM (SELECT 1 AS one) AS asked
    LEFT JOIN inventory_store AS house ON house.kind = 'head_office'
    LEFT JOIN warranty_card AS card ON card.number = %s
    LEFT JOIN inventory_piece AS piece ON piece.id = card.piece_id
    LEFT JOIN inventory_store AS store ON store.id = card.store_id
    LEFT JOIN inventory_stone AS stone ON stone.piece_id = piece.id AND stone.main
    LEFT JOIN inventory_certificate AS certificate ON certificate.piece_id = piece.id
    LEFT JOIN warranty_benefitentry AS entry ON entry.card_id = card.id
    LEFT JOIN warranty_planbenefit AS benefit ON benefit.id = entry.benefit_id
    ORDER BY stone.id, certificate.id, benefit.position, entry.id
"""
KNOWN = "SELECT 1 FROM warranty_card WHERE number = %s"


class Row(NamedTuple):
    """The first columns of `FACTS`; all but one are empty for an unknown number."""

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
    stone_id: int | None
    stone_mct: int
    color: str
    clarity: str
    cut: str
    lab: str | None
    certificate: str


class Promise(NamedTuple):
    """The words of a benefit (`benefits.Promised`)."""

    pk: int
    position: int
    kind: str
    is_yearly: bool
    needs_inspection: bool
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
    on: date | None


NOBODYS_ROW: Final = Row(
    house_phone=None,
    card_id=None,
    state=CardState.VALID,
    issued_on=date(2026, 1, 1),
    hides_purchase=False,
    name="-",
    category="ring",
    metal="Au",
    grade=9900,
    content=None,
    net_mg=1,
    store_name="-",
    store_phone="",
    public_purchase=None,
    look_ups=None,
    first_look_up=None,
    stone_id=None,
    stone_mct=0,
    color="",
    clarity="",
    cut="",
    lab="NGTC",
    certificate="-",
)
NOBODYS_PROMISES: Final = tuple(
    PromiseEntry(
        Promise(n, n, kind, False, False, "-", "-", "-", "-"),
        EntryKind.GRANT,
        None,
        NOBODYS_ROW.issued_on,
        None,
        None,
    )
    for n, kind in enumerate((BenefitKind.CARE, BenefitKind.REWEIGH, BenefitKind.TRADE_IN))
)


ENTRY_ID: Final = len(Row._fields) + len(Promise._fields)


@dataclass(frozen=True)
class Facts:
    """What the page of a valid card tells, every figure already a text."""

    name: str
    category: str
    bought: str  # "Bought in June 2026, …"; empty when the owner or the store hides it
    lines: list[tuple[str, str]]  # what it is, label and value
    promises: tuple[PromiseEntry, ...]  # see `benefit_lines`
    looked_up: tuple[str, str]  # how often, and since when
    phone: str


@dataclass(frozen=True)
class PublicCard:
    """The answer to a number: known or not, and the facts while the card is valid."""

    number: str
    card_id: int | None
    facts: Facts | None
    phone: str  # the house's where there are no facts; may be empty


def look_up(number: str, *, on: date) -> PublicCard:
    """Looks a number up as it stands on a day; the look-up itself is counted in memory.

    `number` has sound check digits. A card that is replaced, void, lost or closed has no facts.
    """
    rows, promises = _ask(number)
    first = rows[0]
    if first.card_id is None:
        return PublicCard(number, None, facts=None, phone=first.house_phone or "")
    unwritten = scans.note(card_id=first.card_id, day=on)
    if first.state != CardState.VALID:
        return PublicCard(number, first.card_id, facts=None, phone=first.house_phone or "")
    facts = _facts(rows, promises, unwritten=unwritten, on=on)
    return PublicCard(number, first.card_id, facts=facts, phone=facts.phone)


def nobodys_facts(*, on: date) -> Facts:
    """Facts of no card at all, composed like those of a card: whoever draws them for a miss and
    throws them away takes as long as for a hit."""
    return _facts([NOBODYS_ROW], NOBODYS_PROMISES, unwritten=0, on=on)


def is_known(number: str) -> bool:
    """Whether there is a card of this number, in whatever state (1 query, the smallest)."""
    return bool(_fetch(KNOWN, [number]))


def benefit_lines(
    promises: Iterable[PromiseEntry], *, on: date
) -> list[tuple[str, str, str, bool]]:
    """What is left of each benefit: title, terms, what may be had of it, whether it is over."""
    return [
        (left.benefit.title, left.note, left.answer, left.over)
        for left in benefits.sum_up(promises, on=on)
    ]


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


def _ask(number: str) -> tuple[list[Row], tuple[PromiseEntry, ...]]:
    found = _fetch(FACTS, [timezone.now(), number])
    # stones, reports and lines of the ledger multiply each other in the rows
    ledger = {columns[ENTRY_ID]: columns[len(Row._fields) :] for columns in found}
    rows = [Row._make(columns[: len(Row._fields)]) for columns in found]
    return rows, tuple(_entry(columns) for key, columns in ledger.items() if key is not None)


def _entry(columns: Sequence[Any]) -> PromiseEntry:
    words = len(Promise._fields)
    return PromiseEntry(Promise._make(columns[:words]), *columns[words + 1 :])


def _fetch(statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
    # perhaps a replica
    return statements.fetch(statement, values, using=router.db_for_read(Card))


def _facts(
    rows: Sequence[Row], promises: tuple[PromiseEntry, ...], *, unwritten: int, on: date
) -> Facts:
    row = rows[0]
    hidden = row.hides_purchase or _setting(row.public_purchase) == "hide"
    house_phone = row.house_phone or ""
    return Facts(
        name=row.name,
        category=row.category,
        bought="" if hidden else _bought(row),
        lines=_lines(rows),
        promises=promises,
        looked_up=_looked_up(row, unwritten=unwritten, on=on),
        # the telephone of the store would tell which store it was
        phone=house_phone if hidden else row.store_phone or house_phone,
    )


def _bought(row: Row) -> str:
    month = date_format(row.issued_on, "YEAR_MONTH_FORMAT")
    return _("Bought in %(month)s, %(store)s") % {"month": month, "store": row.store_name}


def _lines(rows: Sequence[Row]) -> list[tuple[str, str]]:
    row = rows[0]
    # stones and reports multiply each other in the rows: each stands here once
    stones = {
        each.stone_id: stone_words(each.stone_mct, each.color, each.clarity, each.cut)
        for each in rows
        if each.stone_id is not None
    }
    reports = {f"{each.lab} {each.certificate}": None for each in rows if each.lab}
    return [
        (_("Metal"), measures.declared_name(row.metal, row.content or row.grade)),
        (_("Net weight"), _("%s g") % measures.grams(row.net_mg)),
        *((_("Main stone"), words) for words in stones.values()),
        *((_("Certificate"), report) for report in reports),
    ]


def _looked_up(row: Row, *, unwritten: int, on: date) -> tuple[str, str]:
    times = (row.look_ups or 0) + unwritten
    counted = ngettext("looked up once", "looked up %(n)d times", times) % {"n": times}
    return counted, _("first on %s") % (row.first_look_up or on)


def _setting(kept: str | None) -> str:
    return kept or str(SETTINGS["public_purchase"].default)


def stone_words(weight_mct: int, *words: str) -> str:
    """A stone in the laboratory's words: "0.30 ct · D · VS2 · EX"; empty words are left out."""
    return " · ".join([f"{measures.carats(weight_mct)} ct", *filter(None, words)])


def _chinese() -> bool:
    return (get_language() or "").startswith("zh")
