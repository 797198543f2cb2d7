"""What is changed behind the back of the book of old gold is found and named."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from appraisal import books as old_gold
from appraisal import offers, old_pieces, scrap, trade_ins
from appraisal.models import Offer, OldPiece, ScrapBag, TradeIn, Weighing
from counter import books
from inventory.ground import approvals, changes
from inventory.models import LedgerHead, Store
from tests.counter.test_verify_books import behind_the_back
from tests.old_gold import SIGNED, Desk
from tests.scrap_bags import BAG_MG, melted, sealed, settled


def broken(desk: Desk, store: str = "S01") -> list[str]:
    return [str(each) for each in old_gold.verify(Store.objects.get(code=store))]


def given_back(desk: Desk) -> TradeIn:
    """One that was offered, declined, weighed once more and taken home."""
    trade_in = trade_ins.decline(trade_in=desk.offered().trade_in, by=desk.by)
    (piece,) = trade_ins.pieces_of(trade_in)
    return old_pieces.give_back(
        trade_in=trade_in, weights={piece.pk: desk.on_scale(10_000)}, drawn=SIGNED, by=desk.by
    )


def reweighed(desk: Desk) -> TradeIn:
    trade_in = desk.accepted()
    (piece,) = trade_ins.pieces_of(trade_in)
    weights = {piece.pk: desk.on_scale(10_010, by=desk.shop.zhao)}
    return old_pieces.reweigh(trade_in=trade_in, weights=weights, by=desk.shop.zhao)


BEGUN: dict[str, Callable[[Desk], object]] = {
    "settled": settled,
    "bagged": sealed,
    "given back": given_back,
    "reweighed": reweighed,
    "melted": lambda desk: melted(desk, sealed(desk)),
    "offered": lambda desk: desk.offered(),
}


@pytest.mark.parametrize("begun", BEGUN)
def test_it_agrees_at_every_stage(desk: Desk, begun: str) -> None:
    BEGUN[begun](desk)
    for store in Store.objects.all():
        assert [str(each) for each in books.verify(store, full=True)] == []


# the state before, what somebody changes, and the words that name it
PLANTED = [
    ("settled", "UPDATE appraisal_tradein SET state = 'accepted'",
     "appraisal_tradein {number}: is not in the state of its last step (settled)"),
    ("settled", "DELETE FROM appraisal_tradeinstep WHERE new = 'offered'",
     "appraisal_tradeinstep {step}: does not follow the step before (offered)"),
    ("settled", "UPDATE appraisal_tradeinstep SET old = 'weighed' WHERE new = 'settled'",
     "is a step that nothing allows (settled)"),
    ("settled", "UPDATE appraisal_tradeinstep SET signature_id = NULL WHERE new = 'accepted'",
     "lacks the customer's signature (accepted)"),
    ("settled", "UPDATE inventory_drawnsignature SET document = 'S01-T000000-0001'",
     "lacks the customer's signature (consented)"),
    ("settled", "UPDATE appraisal_tradeinstep SET signature_id = NULL WHERE new = 'accepted'",
     "appraisal_tradein {number}: has no offer that was signed (settled)"),
    ("settled", "UPDATE inventory_documentcounter SET last = last + 1 WHERE kind = 'T'",
     "numbers of trade-ins have a gap"),
    ("offered", "UPDATE appraisal_offer SET pays_cents = pays_cents + 1",
     "appraisal_offer {offer}: is not the sum of its pieces"),
    ("offered", "UPDATE appraisal_offer SET credit_cents = credit_cents + 1",
     "appraisal_offer {offer}: is not the sum of its pieces"),
    ("offered", "UPDATE appraisal_offer SET money_cents = money_cents + 1",
     "appraisal_offer {offer}: is not the sum of its pieces"),
    ("offered", "UPDATE appraisal_offerline SET cents = cents + 1 WHERE step = 'fee'",
     "its lines do not add up"),
    ("offered", "UPDATE appraisal_offerline SET cents = cents + 1 WHERE step = 'credit'",
     "its lines do not add up"),
    ("offered", "DELETE FROM appraisal_offerline WHERE step = 'credit'",
     "its lines do not add up"),
    ("settled", "UPDATE appraisal_offerpiece SET facts = "
     "replace(CAST(facts AS text), '10000', '10100'){json}",
     "appraisal_offer {offer}: comes to other cents now"),
    ("settled", "UPDATE appraisal_tradeinrule SET fee_cents_per_g = 1",
     "appraisal_offer {offer}: comes to other cents now"),
    ("settled", "UPDATE appraisal_scalereading SET mg = mg + 10",
     "is not what the scale showed (10010)"),
    ("reweighed", "UPDATE appraisal_weighing SET mg = 10030 WHERE purpose = 'reweighed'",
     "weighs something else than before (30)"),
    ("given back", "UPDATE appraisal_weighing SET mg = 9970 WHERE purpose = 'returned'",
     "weighs something else than before (-30)"),
    ("settled", "UPDATE appraisal_oldpiece SET place_id = "
     "(SELECT MIN(id) FROM inventory_place WHERE code = 'B')",
     "appraisal_oldpiece {piece}: is not where its last move put it"),
    ("settled", "DELETE FROM appraisal_oldpiecemove",
     "appraisal_oldpiece {piece}: is not where its last move put it"),
    ("bagged", "UPDATE appraisal_oldpiecemove SET from_place_id = NULL WHERE reason = 'bagged'",
     "does not follow the move before (bagged)"),
    ("settled", "UPDATE appraisal_oldpiece SET place_id = NULL",
     "appraisal_oldpiece {piece}: is gone and was not given back"),
    ("given back", "UPDATE appraisal_oldpiece SET place_id = "
     "(SELECT MIN(id) FROM inventory_place WHERE code = 'A')",
     "appraisal_oldpiece {piece}: is gone and was not given back"),
    ("bagged", "UPDATE appraisal_scrapbag SET place_id = "
     "(SELECT MIN(id) FROM inventory_place WHERE code = 'B')",
     "appraisal_oldpiece {piece}: is not where its bag is ({bag})"),
    ("bagged", "UPDATE appraisal_oldpiece SET bag_id = NULL",
     "appraisal_tradein {number}: is bagged and one piece lies in no bag"),
    ("bagged", "UPDATE appraisal_oldpiece SET bag_id = NULL",
     "appraisal_scrapbag {bag}: grams in are not grams bagged (0)"),
    ("bagged", "UPDATE appraisal_scrapbag SET mg = mg - 10",
     "appraisal_scrapbag {bag}: grams in are not grams bagged (10000)"),
    ("bagged", "UPDATE appraisal_scrapbag SET state = 'sent'",
     "appraisal_scrapbag {bag}: is not where its last move put it (sealed)"),
    ("melted", "UPDATE appraisal_bagmove SET old = 'sealed' WHERE new = 'arrived'",
     "does not follow the move before (sealed)"),
]  # fmt: skip


@pytest.mark.parametrize(("begun", "statement", "named"), PLANTED)
def test_it_names_what_was_changed(desk: Desk, begun: str, statement: str, named: str) -> None:
    BEGUN[begun](desk)
    assert broken(desk) == []
    told = named.format(**names_of(desk))
    json = "::jsonb" if connection.vendor == "postgresql" else ""
    behind_the_back(statement.replace("{json}", json))
    found = broken(desk)
    assert any(told in line for line in found), found


def names_of(desk: Desk) -> dict[str, object]:
    trade_in = TradeIn.objects.get()
    bag, offer = ScrapBag.objects.first(), Offer.objects.first()
    return {
        "number": trade_in.number,
        "step": trade_in.steps.filter(new="accepted").values_list("pk", flat=True).first(),
        "piece": OldPiece.objects.get().pk,
        "offer": offer.pk if offer else None,
        "bag": bag.number if bag else None,
    }


@pytest.mark.parametrize("column", ["in_mg", "predicted_mg"])
def test_it_names_a_bar_that_is_not_its_bags(desk: Desk, column: str) -> None:
    bar = melted(desk, sealed(desk))
    assert broken(desk, "HQ") == []
    behind_the_back(f"UPDATE appraisal_melt SET {column} = {column} + 10")  # noqa: S608
    (found,) = broken(desk, "HQ")
    assert found.startswith(f"appraisal_melt {bar.number}: is not the sum of its bags")


def test_a_reading_settles_once_by_the_databases_word(desk: Desk) -> None:
    desk.accepted()
    once = Weighing.objects.get(purpose="gross")
    with (
        pytest.raises(IntegrityError),
        transaction.atomic(),
        changes.opened(store=desk.shop.s01, by=desk.by) as book,
    ):
        again = Weighing(
            store=once.store, purpose="gross", mg=once.mg, scale=once.scale, reading=once.reading
        )
        book.write([again], kind="weighed", number="X")


def test_only_what_moved_since_the_seal_is_reckoned_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A year of trade-ins must not be reckoned at every close of a shift."""
    settled(desk)
    asked: list[Offer] = []
    replay = offers.replay

    def count(offer: Offer, *rest: Any) -> Any:
        asked.append(offer)
        return replay(offer, *rest)

    monkeypatch.setattr(offers, "replay", count)
    store, head = desk.shop.s01, LedgerHead.objects.get(store=desk.shop.s01)
    assert not list(old_gold.verify(store, since=head.seq))
    assert asked == []
    settling = TradeIn.objects.get().steps.get(new="settled").change.seq
    assert not list(old_gold.verify(store, since=settling - 1))
    assert len(asked) == 1


def test_an_opened_bag_holds_nothing(desk: Desk) -> None:
    bag = sealed(desk)
    assert bag.gross_mg == 10_000 + BAG_MG
    approvals.grant(
        ask=scrap.open_ask(bag), store=desk.shop.s01, asked_by=desk.by, by=desk.shop.chen
    )
    scrap.open_again(bag=bag, reason="the sale is taken back", by=desk.by)
    assert broken(desk) == []
