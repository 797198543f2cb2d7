"""库存交接表, read back from its PDF."""

import logging
import re
from typing import Any

import pytest
from django.test import Client
from PIL import Image

from counter import handovers, investigations, signatures
from counter.models import Handover, HandoverKind, SignedAs
from inventory import transfers
from inventory.ground import barcodes, settings_rows
from inventory.models import Piece, Place, PlaceKind
from tests import paper, sheets
from tests.cast import Shop


def printed(client: Client, handover: Handover) -> Any:
    return client.get(f"/handovers/{handover.number}/sheet.pdf")


def text_of(client: Client, handover: Handover) -> str:
    answer = printed(client, handover)
    assert answer.status_code == 200, answer.content
    return " ".join(paper.text_of(answer.content).split())


def chinese(shop: Shop) -> Client:
    client = shop.client()
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "zh-CN"
    return client


def askew(page: Image.Image) -> Image.Image:
    """As a sheet lies on a counter; the bars are wider than those of a card, and lower."""
    return page.rotate(5, Image.Resampling.BICUBIC, expand=True, fillcolor=255)


def test_it_is_opened_by_scanning_its_barcode(shop: Shop) -> None:
    done = sheets.signed(shop)
    answer = printed(shop.client(), done)
    assert answer.headers["Content-Disposition"] == f'inline; filename="{done.number}.pdf"'
    assert set(paper.page_sizes_mm(answer.content)) == {(297.0, 210.0)}
    assert paper.codes_of(answer.content) == {done.number}
    for mishap in (paper.blurred, paper.squeezed, paper.pale, askew):
        codes = paper.codes_on(mishap(paper.raster(answer.content)[0]))
        assert codes == {("Code128", done.number)}, mishap.__name__
    found = shop.client().get("/scan/", {"code": done.number})
    assert found.headers["Location"] == f"/handovers/{done.number}/"
    assert (
        shop.client(shop.sun, counter=shop.a2).get("/scan/", {"code": done.number}).status_code
        == 404
    )


def test_it_prints_opening_moves_counted_and_closing_of_each_class(shop: Shop) -> None:
    shop.sell(shop.piece())
    shop.piece()
    shop.ring()
    done = sheets.signed(shop)
    told = text_of(shop.client(), done)
    # opening, in with reasons, out, expected, counted by tags, not weighed, no difference, closing
    gold = "0 0.00 +2 +17.44 −1 −8.72 received +2 · sold −1 1 8.72 1 8.72 — 0 0.00 1 8.72"
    rings = "0 0.00 +1 +1.96 received +1 1 1.96 1 1.96 — 0 0.00 1 1.96"
    assert f"Fine gold {gold}" in told
    assert f"18K gold {rings}" in told
    assert "All pieces 0 +3 −1 2 2 0 2" in told  # never one sum of grams
    assert "Sales of this shift 1 piece · Fine gold 8.72 g · Cash ¥10,594.80" in told
    assert f"Books {done.sealed_seq} · {done.sealed_hash[:16]}" in told
    assert "Everything agrees." in told


def test_it_continues_the_sheet_before(shop: Shop) -> None:
    shop.piece()
    first = sheets.signed(shop)
    shop.piece()
    second = sheets.begin(shop)
    sheets.count_goods(shop, second)
    sheets.count_money(shop, second)
    told = text_of(shop.client(), sheets.sign(shop, second))
    assert f"Sheet before {first.number}" in told
    assert "1 8.72 +1 +8.72 received +1 2 17.44 2 17.44" in told


def test_it_names_each_difference_with_its_reason_and_who_agreed(shop: Shop) -> None:
    ring = shop.ring(place=shop.tray("A-02"))
    shop.sell(shop.piece())
    done = sheets.signed(shop, lacking=[ring], short_cents=1_000)
    told = text_of(shop.client(), done)
    assert "1 1.96 0 0.00 — −1 −1.96 0 0.00" in told
    assert "18K金钻石戒指 · 18K gold 750‰ −1 piece · −1.96 g searched the whole counter 陈" in told
    assert "Cash −¥10.00 wrong change given 陈" in told
    assert "¥10,594.80 ¥10,584.80 −¥10.00" in told
    assert "¥100.00 × 105 ¥10,500.00" in told


def test_it_lists_what_moved_between_the_count_and_the_signature(shop: Shop) -> None:
    shop.ring()
    sold = shop.piece(place=shop.tray("A-02"))
    handover = sheets.begin(shop)
    sheets.count_goods(shop, handover)
    sheets.count_money(shop, handover)
    shop.sell(sold)
    told = text_of(shop.client(), sheets.sign(shop, handover))
    assert "1 8.72 1 8.72 — 0 0.00 −1 −8.72 0 0.00" in told
    moved = told.split("Moved between the count and the signature")[1]
    assert "足金项链 8.72 A-02 → · sold" in moved
    assert "¥0.00 ¥0.00 ¥0.00 ¥0.00 +¥10,594.80" in moved  # the cash that came in with it


def test_it_shows_the_weight_of_a_tray_and_what_lies_elsewhere(shop: Shop) -> None:
    shop.piece()
    lent = shop.ring(place=shop.tray("A-02"))
    lend(shop, lent)
    handover = sheets.begin(shop)
    sheets.count_goods(shop, handover, gross_mg={"A-01": 1_200 + 8_730})
    sheets.count_money(shop, handover)
    told = text_of(shop.client(), sheets.sign(shop, handover))
    assert "gross 9.93, tare 1.20, off the tags +0.01" in told
    assert "8.72 8.73 0 0.00" in told  # tags and scale side by side
    assert re.search(r"Lent pieces .* 18K金钻石戒指 1\.96 A-02 → B-02", told)


def lend(shop: Shop, ring: Piece) -> None:
    """To a tray of counter B, back today."""
    transfers.hand_over(
        rows=[ring], to=shop.tray("B-02"), sender=shop.lin, receiver=shop.zhao, lent=True
    )


def test_it_says_that_nobody_has_witnessed_it_until_somebody_signs(shop: Shop) -> None:
    settings_rows.put(store=shop.s01, key="alone_on_duty", new="yes", by=shop.wang)
    done = sheets.signed(shop, HandoverKind.CLOSE, alone=True)
    told = text_of(shop.client(), done)
    assert told.count("Not witnessed") == 2  # beside the time, and in the box of the witness
    assert "未见证" in text_of(chinese(shop), done)
    signatures.sign_later(handover=done, as_=SignedAs.WITNESS, user=shop.chen)
    later = text_of(shop.client(), done)
    assert "Not witnessed" not in later
    assert re.search(r"Witness 陈 .* · signed later", later)


def test_it_says_who_signed_for_somebody_who_was_not_there(shop: Shop) -> None:
    handover = sheets.begin(shop)
    sheets.count_goods(shop, handover)
    sheets.count_money(shop, handover)
    for role, user in ((SignedAs.MANAGER, shop.wang), (SignedAs.INCOMING, shop.zhao)):
        signatures.sign(handover=handover, as_=role, user=user, reason="Lin is ill")
    told = text_of(shop.client(), handover)
    assert "Outgoing Not signed yet Incoming 赵" in told
    assert re.search(r"Manager 王 .* · Lin is ill", told)
    assert "Not witnessed" not in told


def test_it_is_refused_before_the_signatures_and_after_giving_up(shop: Shop) -> None:
    handover = sheets.begin(shop)
    head = shop.client(shop.head)
    answer = printed(head, handover)
    assert (answer.status_code, answer.headers["X-Refusal"]) == (409, "sheet_open")
    handovers.abandon(handover=handover, reason="fire drill", by=shop.lin)
    answer = printed(shop.client(), handover)
    assert (answer.status_code, answer.headers["X-Refusal"]) == (409, "sheet_open")


def test_it_tells_nobody_who_counts_what_the_last_sheet_left(shop: Shop) -> None:
    shop.piece()
    done = sheets.signed(shop)
    handovers.start(counter=shop.a, kind=HandoverKind.CLOSE, by=shop.zhao)
    answer = printed(shop.client(), done)
    assert (answer.status_code, answer.headers["X-Refusal"]) == (409, "count_open")
    assert printed(shop.client(shop.head), done).status_code == 200


def test_it_is_another_stores_secret(shop: Shop) -> None:
    done = sheets.signed(shop)
    assert printed(shop.client(shop.sun, counter=shop.a2), done).status_code == 404
    assert printed(shop.client(shop.gao), done).status_code == 403


def test_it_is_the_same_paper_again_after_a_difference_was_cleared(shop: Shop) -> None:
    ring = shop.ring()
    done = sheets.signed(shop, lacking=[ring])
    before = printed(shop.client(), done).content
    (found,) = done.investigations.all()
    investigations.close(investigation=found, outcome="found", note="in the window", by=shop.wang)
    shop.sell(shop.piece())
    assert printed(shop.client(), done).content == before


def test_it_prints_markup_in_a_remark_as_it_was_typed(shop: Shop) -> None:
    typed = '<img src="file:///etc/passwd"><b>急</b>'
    handover = sheets.begin(shop)
    handovers.remark(handover=handover, text=typed, by=shop.lin)
    sheets.count_goods(shop, handover)
    sheets.count_money(shop, handover)
    assert typed in text_of(shop.client(), sheets.sign(shop, handover))


# --- the paper itself


def lay(shop: Shop, *, trays: int) -> None:
    """A necklace and a ring in each of so many trays of counter A."""
    for n in range(1, trays + 1):
        place, _made = Place.objects.get_or_create(
            store=shop.s01, code=f"A-{n:02d}", defaults={"parent": shop.a, "kind": PlaceKind.TRAY}
        )
        shop.piece(place=place)
        shop.ring(place=place)


def test_it_repeats_heads_number_and_seal_on_every_page_and_never_tears_a_tray_in_two(
    shop: Shop,
) -> None:
    lay(shop, trays=40)
    done = sheets.signed(shop)
    pages = paper.page_texts(printed(chinese(shop), done).content)
    assert len(pages) > 3
    for page in pages[:-1]:
        assert "签重" in page
    for n, page in enumerate(pages, 1):
        assert done.number in page
        assert done.sealed_hash[:16] in page
        assert f"{n} / {len(pages)}" in page
    whole = re.compile(r"(A-\d\d)[^\r]*\s+足金 0 0\.00 \+1[^\r]*\r\n18K金 0 0\.00 \+1 ")
    assert [place for page in pages for place in whole.findall(page)] == [
        f"A-{n:02d}" for n in range(1, 41)
    ]


def test_it_is_readable_and_its_styles_are_understood(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing below seven points, and every Chinese character in its own shape."""
    lay(shop, trays=3)
    shop.sell(shop.piece())
    lend(shop, shop.ring())
    done = sheets.signed(shop, lacking=[Piece.objects.filter(place__code="A-02")[0]])
    with caplog.at_level(logging.WARNING):
        pdf = printed(chinese(shop), done).content
    assert caplog.messages == []
    assert min(paper.font_sizes(pdf)) >= 7
    glyphs = list(paper.chinese_glyphs(pdf))
    wrong = {sign for sign, ink in glyphs if paper.likeness(ink, sign) < paper.SAME_GLYPH}
    assert len(glyphs) > 20
    assert wrong == set()


def test_it_takes_only_numbers_that_a_scanner_reads() -> None:
    with pytest.raises(ValueError, match="set B"):
        barcodes.document_bars("单号")
