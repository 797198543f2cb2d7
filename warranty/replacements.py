"""补卡: a card with a new number in the place of one that was lost or worn out. The old one stops
at once, and what is left of the benefits goes along."""

from collections import Counter

from django.contrib.auth.models import User

from inventory.ground import codes, statements
from inventory.ground.changes import Book
from warranty import benefits, card_proofs, cards
from warranty.cards import CardMoved
from warranty.models import BenefitEntry, Card, CardOwner, CardState, EntryKind

REPLACEABLE = frozenset({CardState.VALID, CardState.LOST})


def replace(*, card: Card, proof: str, why: str, by: User) -> Card:
    """The replacement of a card, for the same piece, sale and plan; its days count from the same
    purchase. Whoever owned the old one owns it. Refused to a role that does not serve, without
    proof, and for a card that was replaced before or is over."""
    with cards.opened(card, by=by) as (locked, book):
        if locked.state not in REPLACEABLE:
            raise CardMoved
        shown = card_proofs.check(locked, proof)
        # first, because a piece has one valid card
        cards.move(card=locked, new=CardState.REPLACED, why=cards.told(shown, why), book=book)
        new = Card(
            number=codes.new_card_number(),
            piece_id=locked.piece_id,
            sale_line_id=locked.sale_line_id,
            replaces=locked,
            plan_id=locked.plan_id,
            store_id=locked.store_id,
            issued_on=locked.issued_on,
            hides_purchase=locked.hides_purchase,
        )
        book.write([new], kind="card_issued")
        _carry_over(locked, new, book)
        _keep_owner(locked, new, book)
    return new


def _carry_over(old: Card, new: Card, book: Book) -> None:
    """The new ledger begins with what was granted and with each use that stands, for the same job:
    so a yearly number begins again on its day, and work that is dropped after all gives its use
    back. The old card gives nothing any more, whatever its own ledger says."""
    statements.hear()  # the entries name their card
    rows = list(benefits.standing(old))
    granted = [row for row in rows if row.kind == EntryKind.GRANT]
    used = [row for row in rows if row.kind == EntryKind.USE]
    copies = [_copy(row, new) for row in granted]
    book.write(copies, kind="benefit_granted", number=new.number)
    counted: Counter[int] = Counter()
    for row in used:
        counted[row.benefit_id] += 1
        copy = _copy(row, new, nth=counted[row.benefit_id])
        book.write([copy], kind="benefit_carried", number=new.number)


def _copy(row: BenefitEntry, card: Card, *, nth: int | None = None) -> BenefitEntry:
    return BenefitEntry(
        card=card,
        benefit_id=row.benefit_id,
        kind=row.kind,
        uses=row.uses,
        valid_until=row.valid_until,
        next_due=row.next_due,
        nth=nth,
        store_id=row.store_id,
        on=row.on,
        job_id=row.job_id,
    )


def _keep_owner(old: Card, new: Card, book: Book) -> None:
    last = CardOwner.objects.filter(card=old).order_by("-pk").first()
    if last is not None:
        row = CardOwner(card=new, customer_id=last.customer_id, why=last.why)
        book.write([row], kind="card_passed_on", number=new.number)
