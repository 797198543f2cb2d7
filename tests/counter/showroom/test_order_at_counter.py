"""An order at the counter: the same form as the customer's, read back on the turned tablet."""

import pytest

from counter.models import NetworkOrder, OrderChannel, OrderState, OrderVersion, ShowroomDraft
from counter.showroom import drafts, versions
from tests.cast import KeyedClient
from tests.paper import text_of
from tests.showroom import Showroom

BAND = {
    "metal": "Au-7500",
    "pieces": "2",
    "size_spec": "3 mm",
    "ring_size": "12.25",
    "finish": "喷沙",
    "engraving": "永恒 LIN",
    "remark": "",
}
TERMS = {"delivery": "collect", "price_mode": "settlement", "promises": "送擦银布"}


class Tablet:
    def __init__(self, showroom: Showroom, channel: str = "counter") -> None:
        self.lin: KeyedClient = showroom.shop.client(showroom.shop.lin)
        told = {"phone": showroom.customer.phone, "channel": channel}
        answer = self.lin.post("/orders/new/", told)
        assert answer.status_code == 303, answer.text[-1_500:]
        self.path = answer["Location"]

    @property
    def draft(self) -> ShowroomDraft:
        return ShowroomDraft.objects.get(uuid=self.path.split("/")[3])

    def put_band(self, **typed: str) -> None:
        told = BAND | {"act": "add", "edition": str(self.draft.edition)} | typed
        answer = self.lin.post(f"{self.path}styles/B1001/", told)
        assert answer.status_code == 303, answer.text[-2_000:]

    def put_terms(self) -> None:
        told = TERMS | {"act": "terms", "edition": str(self.draft.edition)}
        answer = self.lin.post(self.path, told)
        assert answer.status_code == 303, answer.text[-2_000:]
        assert answer["Location"] == f"{self.path}read-back/"

    def say(self, **typed: str) -> int:
        draft = self.draft
        shown = str(self.lin.get(f"{self.path}read-back/").context["basket"].total_cents)
        told = {"edition": str(draft.edition), "shown": shown} | typed
        return int(self.lin.post(f"{self.path}read-back/", told).status_code)


@pytest.fixture
def tablet(showroom: Showroom) -> Tablet:
    return Tablet(showroom)


def test_it_is_read_back_signed_and_checked_first(tablet: Tablet) -> None:
    tablet.put_band()
    tablet.put_terms()
    page = tablet.lin.get(f"{tablet.path}read-back/").text
    assert "<b>永</b>" in page
    assert "送擦银布" in page
    assert tablet.say(how="tablet", on_paper="1") == 303
    order = NetworkOrder.objects.get()
    assert (order.state, order.channel) == (OrderState.REVIEWING, OrderChannel.COUNTER)
    signature = order.versions.get().answer.signature
    assert signature is not None
    assert "永 恒 ␣ L I N" in signature.text
    assert order.promises == "送擦银布"
    # it lies in the network showroom's queue now, and stays in sight of those who took it in
    assert tablet.lin.get(f"/orders/{order.number}/").status_code == 200


def test_by_telephone_the_channel_is_kept_and_nobody_signs(showroom: Showroom) -> None:
    tablet = Tablet(showroom, "telephone")
    tablet.put_band()
    tablet.put_terms()
    assert tablet.say(how="telephone") == 303
    order = NetworkOrder.objects.get()
    assert (order.channel, order.state) == (OrderChannel.TELEPHONE, OrderState.REVIEWING)
    assert order.confirmed_at


def test_without_a_signature_nothing_is_ordered(tablet: Tablet) -> None:
    tablet.put_band()
    tablet.put_terms()
    assert tablet.say(how="tablet") in {409, 422}
    assert not NetworkOrder.objects.exists()


def test_what_cannot_be_made_so_is_told_beside_its_field(tablet: Tablet) -> None:
    told = BAND | {"act": "add", "ring_size": "99"}
    assert tablet.lin.post(f"{tablet.path}styles/B1001/", told).status_code == 422


def test_the_draft_of_a_store_is_not_there_for_another(showroom: Showroom, tablet: Tablet) -> None:
    tablet.put_band()
    sun = showroom.shop.client(showroom.shop.sun)
    assert sun.get(tablet.path).status_code == 404
    assert "何女士" in tablet.lin.get("/orders/new/").text


def test_a_change_is_proposed_line_for_line(showroom: Showroom) -> None:
    order = showroom.at(OrderState.REVIEWING)
    gao = showroom.shop.client(showroom.shop.gao)
    path = f"/orders/{order.number}/change/"
    assert gao.get(path).status_code == 200
    typed = {f"line-0-{name}": value for name, value in BAND.items()} | TERMS
    told = typed | {"line-0-ring_size": "13", "why": "量错了"}
    answer = gao.post(path, told)
    assert answer.status_code == 303, answer.text[-2_000:]
    proposal = versions.open_proposal(order)
    assert proposal is not None
    assert proposal.content["lines"][0]["ring_size"] == "13"
    assert gao.post(path, told).status_code == 422  # one waits already
    assert OrderVersion.objects.count() == 2


def test_the_sheet_carries_the_number_and_what_is_made(showroom: Showroom) -> None:
    order = showroom.at(OrderState.REVIEWING)
    gao = showroom.shop.client(showroom.shop.gao)
    sheet = text_of(gao.get(f"/orders/{order.number}/sheet.pdf").content)
    assert order.number in sheet
    assert drafts.ordered_wish(order).lines[0].ring_size in sheet
    assert showroom.customer.phone not in sheet


def test_a_scan_of_the_sheet_opens_the_order(showroom: Showroom) -> None:
    order = showroom.at(OrderState.TRANSFERRED)
    lin = showroom.shop.client(showroom.shop.lin)
    answer = lin.get("/scan/", {"code": order.number})
    assert answer["Location"] == f"/orders/{order.number}/"
