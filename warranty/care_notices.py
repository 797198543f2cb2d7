"""Care due: a customer is told before the inspection that keeps a promise of the card alive. Only
where the store has said so; off by default."""

from datetime import date, timedelta
from typing import Final

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from inventory import places
from inventory.ground import changes, nobody, notices, settings_rows
from inventory.ground.changes import Book
from inventory.ground.house import house_name
from inventory.models import Notice, Store
from warranty.models import BenefitEntry, BenefitKind, CardState

KIND: Final = "care_due"
AT_ONCE: Final = 200


def queue_due(store: Store) -> int:
    """Queues a message for each card of a store whose inspection falls due within the days that
    its settings name, once for each card and day; returns how many were new."""
    asked = settings_rows.values(store, "care_notices", "care_notice_days")
    if asked["care_notices"] != "yes":
        return 0
    today = places.business_day(store)
    until = today + timedelta(days=int(asked["care_notice_days"]))
    rows = _untold(list(_due(store, since=today, until=until)))[:AT_ONCE]
    if rows:
        with changes.opened(store=store, by=nobody.system()) as book:
            for entry in rows:
                _queue(entry, book)
    return len(rows)


def _untold(rows: list[BenefitEntry]) -> list[BenefitEntry]:
    """Those with somebody to tell, who was not told before (1 query)."""
    known = {_document(row): row for row in rows if _phone(row)}
    told = Notice.objects.filter(kind=KIND, document__in=known)
    before = set(told.values_list("document", flat=True))
    return [row for document, row in known.items() if document not in before]


def _queue(entry: BenefitEntry, book: Book) -> None:
    def words() -> str:
        told = {"house": house_name(), "tail": entry.card.number[-4:], "day": entry.next_due}
        return _(
            "%(house)s: the inspection of your piece (card …%(tail)s) is due by %(day)s. It keeps "
            "the promises of the card alive."
        ) % (told)

    notices.queue(
        kind=KIND, document=_document(entry), address=_phone(entry), words=words, book=book
    )


def _document(entry: BenefitEntry) -> str:
    return f"{entry.card.number}/{entry.next_due:%y%m%d}"


def _phone(entry: BenefitEntry) -> str:
    """Of whoever has the card now, else of the customer of the sale."""
    owners = list(entry.card.owners.all())
    customer = owners[-1].customer if owners else entry.card.sale_line.sale.customer
    return customer.phone if customer else ""


def _due(store: Store, *, since: date, until: date) -> QuerySet[BenefitEntry]:
    """The newest entry of an inspection names the day; entries of before are over."""
    rows = BenefitEntry.objects.filter(
        card__store=store,
        card__state=CardState.VALID,
        benefit__kind=BenefitKind.INSPECTION,
        next_due__range=(since, until),
    )
    later = BenefitEntry.objects.filter(
        card=OuterRef("card"), benefit=OuterRef("benefit"), pk__gt=OuterRef("pk")
    )
    along = rows.select_related("card__sale_line__sale__customer").order_by("next_due", "pk")
    return along.filter(~Exists(later)).prefetch_related("card__owners__customer")
