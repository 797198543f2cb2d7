"""Where the store says so, a piece by weight is paid by what the scale showed and not by its
label."""

import pytest

from appraisal.weighings import Shown
from counter import bills, line_weights, papers, queries, sales, settled_weights
from counter.models import Sale, SaleLine
from counter.sales import TotalChanged
from inventory.models import Piece
from tests.cast import Shop
from tests.old_gold import Desk, open_desk
from tests.old_gold_bills import complete, is_clean, total

# the label says 8.72 g: × (¥1,177.00 + ¥38.00)
LABEL_CENTS = 1_059_480
# what the scale shows: 8.71 g
SCALE_MG, SCALE_CENTS = 8_710, 1_058_265


@pytest.fixture
def desk(shop: Shop) -> Desk:
    desk = open_desk(shop)
    desk.put("settle_on_reading", "yes")
    return desk


def weigh(desk: Desk, line: SaleLine, mg: int = SCALE_MG, shown: Shown | None = None) -> SaleLine:
    on_scale = shown or desk.on_scale(mg)
    return line_weights.weigh(line=line, shown=on_scale, by=desk.by)[1]


def line_of(desk: Desk, piece: Piece | None = None) -> SaleLine:
    sale = desk.shop.bill(piece or desk.shop.piece())
    return queries.line_for(desk.by, sale.uuid, sale.lines.get().pk)


def test_the_scale_counts_and_the_new_total_is_shown_before_it_is_paid(desk: Desk) -> None:
    line = line_of(desk)
    now = weigh(desk, line)
    assert (now.net_mg, now.total_cents) == (SCALE_MG, SCALE_CENTS)
    with pytest.raises(TotalChanged):
        sales.complete(sale=line.sale, shown_cents=LABEL_CENTS, by=desk.by)
    page = desk.shop.client().get(f"/sell/{line.sale.uuid}/").content.decode()
    assert "the scale's weight counts" in page.replace("&#x27;", "'")
    assert "label 8.72 g" in page
    assert "¥10,582.65" in page
    desk.shop.pay(line.sale)
    sale = complete(desk, line.sale)
    assert sale.total_cents == SCALE_CENTS
    assert is_clean(desk)


def test_slip_and_page_of_the_sale_say_which_weight_counted(desk: Desk) -> None:
    line = line_of(desk)
    weigh(desk, line)
    desk.shop.pay(line.sale)
    sale = queries.sale_for(desk.by, complete(desk, line.sale).number or "")
    (printed,) = papers.receipt_of(sale).lines
    assert (printed.gross_grams, printed.net_grams) == ("8.71", "8.71")
    assert "8.72 g" in printed.label_line
    assert printed.parts[1][0] == "Labour ¥38.00 × 8.71"
    page = desk.shop.client().get(f"/sales/{sale.number}/").content.decode()
    assert "label 8.72 g" in page
    (plain,) = papers.receipt_of(queries.sale_for(desk.by, _sold(desk))).lines
    assert plain.label_line == ""


def _sold(desk: Desk) -> str:
    return desk.shop.sell(desk.shop.piece()).number or ""


def test_it_is_off_unless_the_store_turns_it_on(desk: Desk) -> None:
    desk.put("settle_on_reading", "no")
    now = weigh(desk, line_of(desk))
    assert (now.net_mg, now.total_cents) == (8_720, LABEL_CENTS)


@pytest.mark.parametrize("mg", [8_700, 8_760])
def test_beyond_the_tolerance_the_label_stays(desk: Desk, mg: int) -> None:
    """Or else a lighter piece on the scale would make a heavy one cheap."""
    assert weigh(desk, line_of(desk), mg).total_cents == LABEL_CENTS


def test_a_typed_weight_settles_nothing(desk: Desk) -> None:
    desk.put("typed_weight", "allow")
    typed = Shown(typed_mg=SCALE_MG, scale=desk.scale)
    assert weigh(desk, line_of(desk), shown=typed).total_cents == LABEL_CENTS


def test_a_fixed_price_stays_what_it_is(desk: Desk) -> None:
    ring = desk.shop.ring()
    assert weigh(desk, line_of(desk, ring), ring.gross_mg - 10).total_cents == 757_200


def test_stones_are_taken_off_as_the_label_says(desk: Desk) -> None:
    set_ring = desk.shop.piece(gross_mg=9_000, net_mg=8_720)
    assert weigh(desk, line_of(desk, set_ring), 8_990).net_mg == SCALE_MG


def test_no_price_changes_under_money_that_lies_there(desk: Desk) -> None:
    line = line_of(desk)
    desk.shop.pay(line.sale, cents=100)
    with pytest.raises(bills.MoneyOnBill):
        weigh(desk, line)
    assert total(line.sale) == LABEL_CENTS


def test_the_weight_stays_when_the_board_is_taken_anew(desk: Desk) -> None:
    line = line_of(desk)
    weigh(desk, line)
    bills.refresh_prices(sale=line.sale, by=desk.by)
    assert total(line.sale) == SCALE_CENTS


def test_the_reading_of_another_bill_counts_for_nothing_here(desk: Desk) -> None:
    """The piece goes back, and comes onto the next bill by its label."""
    line = line_of(desk)
    weigh(desk, line)
    bills.remove_piece(sale=line.sale, line=line, by=desk.by)
    again = line_of(desk, line.piece)
    assert again.total_cents == LABEL_CENTS
    SaleLine.objects.filter(pk=again.pk).update(net_mg=SCALE_MG)
    again.refresh_from_db()
    assert settled_weights.counting_mg(again) == 8_720
    assert not Sale.objects.filter(number__isnull=False).exists()


def test_the_page_says_what_the_line_becomes(desk: Desk) -> None:
    line = line_of(desk)
    reading = desk.on_scale(SCALE_MG).reading
    assert reading is not None
    client = desk.shop.client()
    path = f"/sell/{line.sale.uuid}/lines/{line.pk}/weigh/"
    answer = client.post(path, {"reading": reading.pk}, follow=True)
    assert "¥10,594.80 becomes ¥10,582.65" in answer.content.decode()
