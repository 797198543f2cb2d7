"""What head office pulls: sales with all that makes them up, and the money."""

from datetime import timedelta

from counter import acknowledgements, bills, customers, reductions, sales, seller_shares
from counter.models import Part, Sale
from inventory.ground import approvals
from tests.cast import Shop, card_of
from tests.counter.test_api_access import refusal
from tests.programs import EVERYTHING, register


def void(shop: Shop, sale: Sale) -> None:
    approvals.grant(ask=sales.void_ask(sale), store=shop.s01, asked_by=shop.lin, by=shop.chen)
    numbers = [line.piece.number for line in sale.lines.select_related("piece")]
    sales.void(sale=sale, scanned=numbers, reason="wrong size", by=shop.lin)


def test_it_tells_a_sale_with_its_parts_its_sellers_and_its_money(shop: Shop) -> None:
    necklace, ring = shop.piece(), shop.ring()
    sale = shop.bill(necklace, ring)
    first = sale.lines.get(piece=necklace)
    reductions.put(line=first, part=Part.LABOUR, cents=700, reason="birthday", by=shop.lin)
    seller_shares.put(line=first, shares={shop.lin: 6_000, shop.zhao: 4_000})
    bills.round_down(sale=sale, cents=80)
    sale.refresh_from_db()
    acknowledgements.give(sale=sale, how=acknowledgements.How.TAP)
    shop.pay(sale, "cash", 100_000)
    shop.pay(sale, "wechat", number="WX-20261122-000001")
    total = 1_059_480 - 700 + 757_200 - 80
    done = sales.complete(sale=sale, shown_cents=total, by=shop.lin)

    told = register(*EVERYTHING).get(f"/sales/{done.number}").json()
    assert (told["state"], told["total"], told["total_cents"]) == ("completed", "18159.00", total)
    assert (told["rounding"], told["rounding_cents"]) == ("0.80", 80)
    assert (told["store"], told["counter"], told["completed_by"]) == ("S01", "A", "lin")
    line = told["lines"][0]
    assert line["piece"] == necklace.number
    assert (line["net"], line["net_mg"], line["fineness"]) == ("8.720", 8_720, 9_990)
    assert (line["board"]["per_gram"], line["board"]["per_gram_cents"]) == ("1177.00", 117_700)
    assert (line["metal_part_cents"], line["labour_part_cents"]) == (1_026_344, 33_136)
    assert (line["reduced"], line["total"]) == ("7.00", "10587.80")
    assert line["reductions"] == [
        {
            "part": "labour",
            "amount": "7.00",
            "amount_cents": 700,
            "reason": "birthday",
            "by": "lin",
        }
    ]
    assert line["sellers"] == [
        {"username": "lin", "share_bp": 6_000},
        {"username": "zhao", "share_bp": 4_000},
    ]
    fixed = told["lines"][1]
    assert (fixed["board"], fixed["fixed_part"], fixed["acknowledged_how"]) == (
        None,
        "7572.00",
        "tap",
    )
    cash, wechat = told["payments"]
    assert (cash["kind"], cash["amount_cents"], cash["merchant_number"]) == ("cash", 100_000, None)
    assert (wechat["tender"], wechat["merchant_number"]) == ("wechat", "WX-20261122-000001")
    assert cash["amount_cents"] + wechat["amount_cents"] == total


def test_it_never_adds_grams_of_two_grades(shop: Shop) -> None:
    done = shop.sell(shop.piece(), shop.piece(), shop.ring())
    told = register(*EVERYTHING).get(f"/sales/{done.number}").json()
    assert told["pieces"] == 3
    assert told["metals"] == [
        {"metal": "Au", "grade": 9_900, "pieces": 2, "net": "17.440", "net_mg": 17_440},
        {"metal": "Au", "grade": 7_500, "pieces": 1, "net": "1.960", "net_mg": 1_960},
    ]


def test_it_tells_a_voided_sale_with_the_money_that_went_back(shop: Shop) -> None:
    done = shop.sell(shop.ring())
    void(shop, done)
    program = register(*EVERYTHING)
    told = program.get(f"/sales/{done.number}").json()
    assert told["state"] == "voided"
    assert {name: told["void"][name] for name in ("by", "approved_by", "reason")} == {
        "by": "lin",
        "approved_by": "chen",
        "reason": "wrong size",
    }
    assert [(each["amount_cents"], each["refund"]) for each in told["payments"]] == [
        (757_200, False),
        (-757_200, True),
    ]
    paid = program.rows("/payments")
    assert [(each["amount"], each["back"]) for each in paid] == [
        ("7572.00", "0.00"),
        ("-7572.00", "0.00"),
    ]


def test_it_keeps_an_open_bill_to_itself(shop: Shop) -> None:
    bill = shop.bill(shop.piece())
    program = register(*EVERYTHING)
    assert program.rows("/sales") == []
    assert refusal(program.get(f"/sales/{bill.uuid}")) == (404, "not_found")


def test_it_finds_the_sales_and_the_money_of_a_business_day(shop: Shop) -> None:
    done = shop.sell(shop.charm())
    assert done.business_day is not None
    program = register(*EVERYTHING)
    for path in ("/sales", "/payments"):
        today = program.rows(path, store="S01", business_day=done.business_day.isoformat())
        eve = (done.business_day - timedelta(days=1)).isoformat()
        assert len(today) == 1, path
        assert program.rows(path, business_day=eve) == [], path


def test_it_names_a_customer_only_to_a_key_with_that_scope(shop: Shop) -> None:
    bill = shop.bill(shop.charm())
    file = customers.find_or_make(phone="13812345678", name="王芳", store=shop.s01, by=shop.lin)
    bills.name_customer(sale=bill, customer=file)
    shop.pay(bill)
    done = sales.complete(sale=bill, shown_cents=9_800, by=shop.lin)
    card = card_of(done)
    curious = register(*set(EVERYTHING) - {"customers:read"})
    trusted = register(*EVERYTHING)
    for path in (f"/sales/{done.number}", f"/cards/{card.number}"):
        without, told = curious.get(path), trusted.get(path)
        assert without.json()["customer"] is None
        assert told.json()["customer"] == {"id": file.pk, "phone": "138****5678"}
        for answer in (without, told):
            assert "13812345678" not in answer.content.decode()
            assert "王芳" not in answer.content.decode()


def test_it_tells_times_with_the_offset_of_the_store(shop: Shop) -> None:
    shop.s01.time_zone = "Asia/Urumqi"
    shop.s01.save()
    done = shop.sell(shop.charm())
    told = register(*EVERYTHING).get(f"/sales/{done.number}").json()
    assert told["completed_at"].endswith("+06:00")
    assert told["payments"][0]["at"].endswith("+06:00")
