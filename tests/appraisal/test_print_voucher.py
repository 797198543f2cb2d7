"""收回单, read back from its PDF: the figures, words and signatures of the screen."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from appraisal import identities, offer_words, offers, old_pieces, queries, reception, trade_ins
from appraisal.identities import Paper
from appraisal.models import Offer, TradeIn
from appraisal.weighings import Shown
from counter import customers, old_gold, voucher_papers
from counter.models import Customer, Tender
from inventory.ground import measures, printing
from inventory.ground.signatures import Drawn
from tests import paper
from tests.cast import Shop
from tests.old_gold import SIGNED, Desk
from tests.old_gold_bills import buy_back
from tests.scrap_bags import of_two_metals, sealed, settled

# words that a paper may not have: nobody says here that a camera watched, or counts cash
NEVER = ("film", "camera", "监控", "录像", "summed", "大额", "100,000")


def print_of(client: Client, trade_in: TradeIn) -> bytes:
    answer = client.get(f"/trade-ins/{trade_in.number}/voucher.pdf")
    assert answer.status_code == 200, answer.content
    return bytes(answer.content)


def text_of(desk: Desk, trade_in: TradeIn, client: Client | None = None) -> str:
    return " ".join(paper.text_of(print_of(client or desk.shop.client(), trade_in)).split())


def chinese(shop: Shop) -> Client:
    client = shop.client()
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    return client


def bare(text: str) -> str:
    """Without blanks: where a line of paper ends says nothing."""
    return re.sub(r"\s", "", text)


def newest(trade_in: TradeIn) -> Offer:
    found = offers.newest(trade_in)
    assert found
    return found


def zhou(desk: Desk) -> Customer:
    return customers.find_or_make(
        phone="13812345678", name="周小梅", store=desk.shop.s01, by=desk.by
    )


def test_it_is_one_page_that_its_barcode_opens(desk: Desk) -> None:
    trade_in = settled(desk)
    client = desk.shop.client()
    pdf = print_of(client, trade_in)
    assert paper.page_sizes_mm(pdf) == [(210.0, 297.0)]
    assert paper.codes_of(pdf) == {trade_in.number}
    found = client.get("/scan/", {"code": trade_in.number})
    assert found.headers["Location"] == f"/trade-ins/{trade_in.number}/"


def test_it_prints_the_arithmetic_of_the_offer_line_by_line(desk: Desk) -> None:
    trade_in = settled(desk)
    told = bare(text_of(desk, trade_in))
    offer = newest(trade_in)
    (part,) = offer.pieces.all()
    lines = [offer_words.say(line, kind=trade_in.kind) for line in part.lines.all()]
    assert len(lines) >= 5
    place = 0
    for line in lines:  # in their order, with their figures
        shown = bare(f"{line.words}{line.grams}{'g' if line.grams else ''}{line.amount}")
        assert shown in told[place:], shown
        place = told.index(shown, place) + len(shown)
    assert bare(f"All old pieces together{measures.yuan(offer.worth_cents)}") in told
    assert offer.worth_cents == 984_000


def test_it_prints_what_was_brought_weighed_and_tested(desk: Desk) -> None:
    trade_in = settled(desk)
    told = text_of(desk, trade_in)
    verified = desk.scale.verified_until.isoformat()
    for words in (
        "Trade-in voucher",
        "Xinghe Jewelry",
        "国贸店",
        trade_in.number,
        "素圈戒指",
        "Mark, as stamped 足金",
        "another brand, or none",
        "Where it comes from 本人购买，票据已失",
        f"old piece as received 10.00 scale A1, verified until {verified} 林",
        "X-ray fluorescence X1 body 999‰ · 999‰ · 999‰ mean 999‰",
        "Taken for Fine gold 999‰ · not our brand",
        "Board Metal Prices per gram Since Fine gold 999‰",
        "exchange price ¥1,100.00",
    ):
        assert bare(words) in bare(told), words
    (part,) = newest(trade_in).pieces.all()
    assert bare(f"{part.rule.code}, version {part.rule.version} of") in bare(told)


def test_every_reading_is_printed_also_the_one_that_was_best(desk: Desk) -> None:
    trade_in = desk.consented()
    (piece,) = trade_ins.pieces_of(trade_in)
    old_pieces.weigh(old_piece=piece, shown=desk.on_scale(10_000), by=desk.by)
    desk.test(piece, 9_990, 9_870, 9_995, rule="minimum")
    told = text_of(desk, trade_in)
    assert "999‰ · 987‰ · 999.5‰ lowest 987‰" in told


def test_a_typed_weight_says_so(desk: Desk) -> None:
    desk.put("typed_weight", "allow")
    trade_in = desk.consented()
    (piece,) = trade_ins.pieces_of(trade_in)
    old_pieces.weigh(old_piece=piece, shown=Shown(typed_mg=10_000), by=desk.by)
    assert "old piece as received 10.00 typed 林" in text_of(desk, trade_in)
    old_pieces.weigh(old_piece=piece, shown=Shown(typed_mg=10_010, scale=desk.scale), by=desk.by)
    assert "old piece as received 10.01 typed · scale A1" in text_of(desk, trade_in)


def test_the_customer_is_masked(desk: Desk) -> None:
    who = zhou(desk)
    trade_in = desk.receive(customer_id=who.pk)
    told = Paper(
        kind="citizen",
        number="11010519491231002X",
        name="周小梅",
        address="建国路1号",
        valid_until=timezone.localdate() + timedelta(days=9),
    )
    identities.take(trade_in=trade_in, paper=told, by=desk.by)
    printed = bare(text_of(desk, TradeIn.objects.get(pk=trade_in.pk)))
    assert "周**" in printed
    assert "138****5678" in printed
    assert "110105********002X" in printed
    for secret in ("小梅", "13812345678", "19491231", "建国路"):
        assert secret not in printed


def test_the_signatures_stand_under_their_words(desk: Desk) -> None:
    trade_in = settled(desk)
    pdf = print_of(desk.shop.client(), trade_in)
    told = bare(paper.text_of(pdf))
    words = [bare(row.text) for row in queries.signatures_of(trade_in)]
    assert len(words) == 3
    assert [told.index(each) for each in words] == sorted(told.index(each) for each in words)
    assert told.count(bare("Signature of the customer")) == 3
    voucher = voucher_papers.voucher_of(trade_in)
    assert all(each.picture for each in voucher.signatures)
    # ink where the pad is: the paper without its pictures has less of it
    blank = [
        voucher_papers.VoucherSignature(each.text, "", each.at, each.on_paper)
        for each in voucher.signatures
    ]
    assert ink(pdf) > ink(printed(voucher, signatures=blank)) + 300


def printed(voucher: Any, **changed: Any) -> bytes:
    told = {"voucher": replace(voucher, **changed), "house_name": "星河珠宝"}
    return printing.render_pdf("counter/print_voucher.html", told)


def ink(pdf: bytes) -> int:
    """Black dots of all pages."""
    return sum(sum(page.histogram()[:100]) for page in paper.raster(pdf, dpi=100))


def test_paper_takes_the_signature_that_comes_next(desk: Desk) -> None:
    """Without a pad the words stand above an empty line, on which the customer signs."""
    trade_in = desk.receive()
    told = bare(text_of(desk, trade_in))
    assert bare("My pieces may be weighed and tested without harm to them.") in told
    assert bare("not settled") in told
    reception.consent(trade_in=trade_in, drawn=Drawn(on_paper=True), by=desk.by)
    assert "signed on paper" in text_of(desk, TradeIn.objects.get(pk=trade_in.pk))


def test_it_prints_goods_payments_bag_and_seal(desk: Desk) -> None:
    bag = sealed(desk)
    trade_in = TradeIn.objects.get()
    told = text_of(desk, trade_in)
    assert f"Bag {bag.number} · seal F-0001 · 10.00 g of old gold" in told
    assert "Second person 赵" in told
    assert "足金项链 8.72 ¥331.36 ¥10,594.80" in told
    sale = trade_in.payments.get().sale
    assert f"Paid {sale.number}" in told
    assert re.search(r"Old gold ¥9,840.00", told)
    assert re.search(r"Cash ¥754.80", told)
    assert "not settled" not in told


def test_a_buy_back_says_what_goes_out(desk: Desk) -> None:
    trade_in = buy_back(desk)
    old_gold.buy_back(trade_in=trade_in, tender=Tender.objects.get(code="cash"), by=desk.by)
    trade_in.refresh_from_db()
    told = text_of(desk, trade_in)
    assert "Buy-back voucher" in told
    assert "Paid out ¥9,236.70" in told
    assert "Cash −¥9,236.70" in told


def test_what_was_declined_is_a_form_of_its_own(desk: Desk) -> None:
    trade_in = trade_ins.decline(trade_in=desk.offered().trade_in, by=desk.by)
    (piece,) = trade_ins.pieces_of(trade_in)
    old_pieces.give_back(
        trade_in=trade_in, weights={piece.pk: desk.on_scale(10_000)}, drawn=SIGNED, by=desk.by
    )
    trade_in.refresh_from_db()
    told = text_of(desk, trade_in)
    assert "Old gold given back" in told
    assert "Offered and not accepted" in told
    assert "old piece as given back 10.00" in told
    assert "I took my pieces back as I gave them. Nothing was charged." in told
    assert "voucher" not in told


def test_several_pieces_are_told_apart(desk: Desk) -> None:
    trade_in = of_two_metals(desk)
    told = text_of(desk, trade_in)
    assert [told.index(f"{n} · ") for n in (1, 2, 3)] == sorted(
        told.index(f"{n} · ") for n in (1, 2, 3)
    )
    assert "Platinum" in told or "Pt950" in told
    assert bare(measures.yuan(newest(trade_in).worth_cents)) in bare(told)


def test_it_is_printed_in_chinese_without_a_box(desk: Desk) -> None:
    trade_in = settled(desk)
    pdf = print_of(chinese(desk.shop), trade_in)
    told = bare(paper.text_of(pdf))
    assert "¥9,840.00" in told
    assert not [word for word in NEVER if word in told]
    worst = min(
        (paper.likeness(ink, sign), sign) for sign, ink in list(paper.chinese_glyphs(pdf))[:40]
    )
    assert worst[0] > paper.SAME_GLYPH, worst


@pytest.mark.parametrize("begun", [settled, sealed])
def test_it_never_says_that_it_was_filmed(desk: Desk, begun: Any) -> None:
    begun(desk)
    told = text_of(desk, TradeIn.objects.get()).lower()
    assert not [word for word in NEVER if word in told]


def test_another_store_has_no_voucher_of_it(desk: Desk) -> None:
    trade_in = settled(desk)
    client = desk.shop.client(desk.shop.sun, counter=desk.shop.a2)
    assert client.get(f"/trade-ins/{trade_in.number}/voucher.pdf").status_code == 404
