"""A customer comes in by a personal link and a code, and by nothing else."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import resolve

from counter import books
from counter.models import ShowroomCode, ShowroomLink
from counter.showroom import invitations
from inventory.ground import access, notices
from inventory.ground.errors import NotAllowed
from inventory.models import Notice
from tests.guests import asked_code, invited, let_in
from tests.showroom import Showroom
from warranty import throttle
from warranty.throttle import Budget

DOOR = "/showroom/"


@pytest.fixture(autouse=True)
def _budget(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "budget", Budget(clock=lambda: 0.0))


def test_an_invited_customer_enters_with_the_code_that_was_sent(showroom: Showroom) -> None:
    address, browser = invited(showroom), Client()
    assert "code" not in {row.kind for row in Notice.objects.all()}
    code = asked_code(browser, address)
    assert browser.get(DOOR).context.get("catalogue") is None
    answer = browser.post(address, {"act": "enter", "code": f" {code[:3]} {code[3:]}"})
    assert (answer.status_code, answer["Location"]) == (302, DOOR)
    shown = browser.get(DOOR)
    assert shown.context["catalogue"].found == len(showroom.offers)
    assert (shown["Cache-Control"], shown["X-Robots-Tag"]) == ("no-store", "noindex, nofollow")
    # one use, in another browser as well
    assert Client().post(address, {"act": "enter", "code": code}).status_code == 422
    assert [str(each) for each in books.verify(showroom.shop.hq, full=True)] == []


def test_a_link_that_is_known_and_one_that_is_not_are_answered_alike(showroom: Showroom) -> None:
    known, unknown = invited(showroom), "/showroom/enter/AAAAAAAAAAAAAAAAAAAAAA/"

    def page(address: str, sent: dict[str, str] | None = None) -> tuple[int, str]:
        browser = Client(headers={"accept-language": "en"})
        answer = browser.post(address, sent) if sent else browser.get(address)
        text = re.sub(r'(value|action)="[^"]{20,}"', "", answer.text).replace(address, "")
        return answer.status_code, text

    for sent in (None, {"act": "send"}, {"act": "enter", "code": "123456"}):
        assert page(known, sent) == page(unknown, sent), sent


@pytest.mark.parametrize("spoil", ["tries", "time", "next", "revoked"])
def test_a_code_is_over(showroom: Showroom, spoil: str) -> None:
    address = invited(showroom)
    browser = Client()
    code = asked_code(browser, address)
    row = ShowroomCode.objects.get()
    wrong = f"{(int(code) + 1) % 10**6:06d}"
    if spoil == "tries":
        for _turn in range(invitations.MOST_TRIES):
            assert browser.post(address, {"act": "enter", "code": wrong}).status_code == 422
    elif spoil == "time":
        ShowroomCode.objects.update(expires_at=row.made_at)
    elif spoil == "next":
        ShowroomCode.objects.update(made_at=row.made_at - invitations.NEXT_CODE_AFTER)
        assert asked_code(browser, address) != code or ShowroomCode.objects.count() == 2
    else:
        invitations.revoke(link=ShowroomLink.objects.get(), by=showroom.gao)
    answer = browser.post(address, {"act": "enter", "code": code})
    assert answer.status_code == 422
    assert browser.get(DOOR).context.get("catalogue") is None


def test_a_telephone_is_not_filled_with_codes(showroom: Showroom) -> None:
    address = invited(showroom)
    for turn in range(2 * invitations.MOST_CODES_AN_HOUR):
        Client().post(address, {"act": "send"})
        assert ShowroomCode.objects.count() == min(turn // 2 + 1, invitations.MOST_CODES_AN_HOUR)
        if turn % 2:  # a minute goes by
            for row in ShowroomCode.objects.all():
                row.made_at -= timedelta(minutes=1)
                row.save()


def test_a_session_ends_with_its_link(showroom: Showroom) -> None:
    browser = let_in(showroom)
    invitations.revoke(link=ShowroomLink.objects.get(), by=showroom.gao)
    assert browser.get("/showroom/basket/").status_code == 302
    assert browser.get(DOOR).context.get("catalogue") is None


def test_another_invitation_ends_the_one_before(showroom: Showroom) -> None:
    first = invited(showroom)
    invited(showroom)
    assert len(invitations.live_links(showroom.customer)) == 1
    Client().post(first, {"act": "send"})
    assert not ShowroomCode.objects.exists()


def test_a_guest_and_a_clerk_in_one_browser_are_two(showroom: Showroom) -> None:
    browser = let_in(showroom)
    assert browser.get("/today/").status_code == 302  # a guest is nobody of the staff
    browser.force_login(showroom.shop.lin)
    assert browser.get("/showroom/orders/").status_code == 302  # and a clerk is no guest
    assert browser.get("/today/").status_code == 200


def test_whoever_leaves_is_out(showroom: Showroom) -> None:
    browser = let_in(showroom)
    browser.post("/showroom/leave/")
    assert browser.get("/showroom/orders/").status_code == 302


def test_only_who_keeps_the_offers_invites(showroom: Showroom) -> None:
    for by in (showroom.shop.lin, showroom.shop.sun):
        with pytest.raises(NotAllowed):
            invitations.invite(customer=showroom.customer, by=by)


def test_nobody_here_reads_the_link_or_the_code(
    showroom: Showroom, caplog: pytest.LogCaptureFixture
) -> None:
    address, browser = invited(showroom), Client()
    secret = address.split("/")[-2]
    with caplog.at_level("DEBUG"):
        caplog.handler.setLevel("DEBUG")
        code = asked_code(browser, address)
        browser.post(address, {"act": "enter", "code": "000001"})
        browser.post(address, {"act": "enter", "code": code})
    assert not [line for line in caplog.messages if code in line or secret in line]
    page = showroom.shop.client(showroom.gao).get("/notices/").text
    assert secret not in page and code not in page
    notices.send_due()
    assert not Notice.objects.exclude(text="").exists()


def test_guessing_links_is_slowed_down(showroom: Showroom) -> None:
    invited(showroom)
    told = [
        Client().post(f"/showroom/enter/{turn:022d}/", {"act": "send"}).status_code
        for turn in range(throttle.PER_NETWORK + 3)
    ]
    assert told == [200] * throttle.PER_NETWORK + [429] * 3


def test_the_showroom_invites_and_ends_it_on_a_page(showroom: Showroom) -> None:
    gao = showroom.shop.client(showroom.gao)
    gao.post("/guests/invite/", {"phone": "139 0000 0009", "name": "钱女士"})
    (link,) = gao.get("/guests/").context["rows"]
    assert (str(link.customer), link.last_entry) == ("钱女士", None)
    assert gao.post("/guests/end/", {"link": link.pk}).status_code == 303
    assert list(gao.get("/guests/").context["rows"]) == []
    assert gao.post("/guests/end/", {"link": link.pk}).status_code == 404


def test_a_foreign_page_sends_nothing_for_a_guest(showroom: Showroom) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = let_in(showroom).cookies
    for path in ("styles/B1001/", "basket/", "orders/new/", "leave/", "enter/x/"):
        assert strict.post(f"/showroom/{path}", {"act": "add"}).status_code == 403, path


def test_what_a_guest_has_just_written_comes_from_no_replica() -> None:
    for path in ("", "basket/", "orders/new/", "orders/", "styles/B1001/"):
        declared = access.declared(resolve(f"/showroom/{path}").func)
        assert declared is not None and not declared.may_be_old, path
