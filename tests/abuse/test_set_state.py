"""What two hands have read alike is changed by one of them only: the guards by themselves, without
the locks in front of them."""

import pytest
from django.utils import timezone

from inventory import pieces
from inventory.ground import approvals, changes
from inventory.ground.approvals import ApprovalNeeded, Ask
from inventory.models import Approval, Movement, Piece, State
from tests.cast import Shop

ASK = Ask(
    action="void_sale",
    store="S01",
    document="S01-S260602-0001",
    figures={"total_cents": 9_800},
    summary="Void",
    permission="agree_void",
)


def test_a_piece_changes_only_from_what_it_was_read_as(shop: Shop) -> None:
    charm = shop.charm()
    mine, yours = Piece.objects.get(pk=charm.pk), Piece.objects.get(pk=charm.pk)
    with changes.opened(store=shop.s01, by=shop.lin) as book:
        pieces.sell(rows=[mine], counter=shop.a, number="S01-S260602-0001", book=book)
    with (
        pytest.raises(pieces.PieceMoved),
        changes.opened(store=shop.s01, by=shop.zhao) as book,
    ):
        pieces.sell(rows=[yours], counter=shop.b, number="S01-S260602-0002", book=book)
    assert Movement.objects.filter(piece=charm, new=State.SOLD).count() == 1


def test_a_yes_that_was_read_twice_is_spent_once(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two tablets have found the same yes; the second one marks it after the first."""
    given = approvals.grant(ask=ASK, store=shop.s01, asked_by=shop.lin, by=shop.chen)
    found = Approval.objects.get(pk=given.pk)
    first = type(Approval.objects.all()).first

    def after_the_other(rows: object) -> object:
        row = first(rows)  # type: ignore[arg-type]  # because: the queryset is the caller's own
        Approval.objects.filter(pk=given.pk).update(spent_at=timezone.now())
        return row

    monkeypatch.setattr(type(Approval.objects.all()), "first", after_the_other)
    with pytest.raises(ApprovalNeeded):
        approvals.spend(ask=ASK, by=shop.lin)
    assert found.spent_at is None
