"""The seller's identity: refused when it cannot be one, sealed, revealed on record, forgotten."""

import io
from datetime import date, datetime, timedelta
from typing import Any

import pytest
import time_machine
from cryptography.fernet import Fernet, InvalidToken
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone
from stdnum.iso7064 import mod_11_2

from appraisal import identities, identity_numbers, offers, trade_ins
from appraisal.identities import FOR_LIFE, Paper
from appraisal.models import Identity, IdentityReveal, TradeIn, TradeInState
from counter import books, customers, due
from counter.models import CashCase
from inventory import places
from inventory.ground import changes, sealing, sealing_checks
from inventory.ground.errors import BadField, NotAllowed
from inventory.models import Store
from tests.cast import Shop
from tests.old_gold import SIGNED, Desk

NUMBER = "11010519491231002X"  # the example of GB 11643
TODAY = date(2026, 6, 2)


def paper(**facts: Any) -> Paper:
    told: dict[str, Any] = {
        "kind": "citizen",
        "number": NUMBER,
        "name": "周小梅",
        "address": "北京市朝阳区建国路1号",
        "valid_until": timezone.localdate() + timedelta(days=400),
    }
    return Paper(**told | facts)


def take(desk: Desk, trade_in: TradeIn | None = None, **facts: Any) -> Identity:
    return identities.take(trade_in=trade_in or desk.receive(), paper=paper(**facts), by=desk.by)


def kept_bytes() -> bytes:
    """Every sealed and open column of every identity, as the database holds them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM appraisal_identity")
        return b" ".join(
            bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode()
            for row in cursor.fetchall()
            for value in row
        )


def is_clean(desk: Desk) -> bool:
    return not list(books.verify(Store.objects.get(pk=desk.shop.s01.pk), full=True))


# --- numbers


@pytest.mark.parametrize(
    ("kind", "typed", "kept"),
    [
        ("citizen", NUMBER, NUMBER),
        ("citizen", "110105 19491231 002x", NUMBER),
        ("citizen", "１１０１０５１９４９１２３１００２Ｘ", NUMBER),
        ("citizen", "440524188001010014", None),  # a birthday of 1880
        ("citizen", "110105194912310021", None),  # another check digit
        ("citizen", "110105194912310020", None),
        ("citizen", "11010519490231002X", None),  # the 31st of February, wherever the digit fits
        ("citizen", "11010519491231002", None),
        ("citizen", "110105491231002", None),  # the fifteen digits of the first edition
        ("citizen", "A1010519491231002X", None),
        ("citizen", "", None),
        ("passport", "e12345678", "E12345678"),
        ("passport", "EA1234567", "EA1234567"),
        ("passport", "C01X00T47", "C01X00T47"),
        ("passport", "ABCDEFG", None),
        ("passport", "E1234", None),
        ("passport", "E1234567890", None),
        ("permit", "H1234567801", "H1234567801"),
        ("permit", "12345678", "12345678"),
        ("permit", "CHN110105123456", "CHN110105123456"),
        ("permit", "810000199408230021", "810000199408230021"),
        ("permit", "810000199408230022", None),
        ("permit", "1234567", None),
    ],
)
def test_it_reads_a_number_or_refuses_it(kind: str, typed: str, kept: str | None) -> None:
    if kept is None:
        with pytest.raises(identity_numbers.BadNumber) as refusal:
            identity_numbers.read(kind, typed, today=TODAY)
        assert not typed or typed not in str(refusal.value)
    else:
        assert identity_numbers.read(kind, typed, today=TODAY) == kept


def test_an_impossible_birthday_is_refused_though_its_check_digit_fits() -> None:
    for birthday in ("19490231", "20991231", "18800101"):
        bare = f"110105{birthday}002"
        (number,) = (bare + sign for sign in "0123456789X" if mod_11_2.is_valid(bare + sign))
        with pytest.raises(identity_numbers.BadNumber):
            identity_numbers.read("citizen", number, today=TODAY)


def test_it_masks_the_middle() -> None:
    assert identity_numbers.masked("citizen", NUMBER) == "110105********002X"
    assert identity_numbers.masked("passport", "E12345678") == "E1*****78"


# --- kept


def test_nothing_of_it_lies_open_in_the_database(desk: Desk) -> None:
    desk.put("identity_photo", "yes")
    take(desk, photo=b"a picture of the card")
    lies = kept_bytes()
    for secret in (NUMBER, NUMBER[6:14], "周小梅", "建国路", "a picture of the card"):
        assert secret.encode() not in lies, secret
    assert b"110105********002X" in lies


def test_the_same_paper_has_the_same_index_and_other_words(desk: Desk) -> None:
    first, second = take(desk), take(desk)
    other = take(desk, kind="passport", number="E12345678")
    assert first.blind_index == second.blind_index != other.blind_index
    assert bytes(first.sealed or b"") != bytes(second.sealed or b"")


def test_it_is_what_a_large_offer_asks_for(desk: Desk) -> None:
    desk.put("identity_swap_cents", "1")
    offer = desk.offered()
    with pytest.raises(offers.IdentityNeeded):
        offers.accept(offer=offer, drawn=SIGNED, by=desk.by)
    take(desk, offer.trade_in)
    fresh = TradeIn.objects.get(pk=offer.trade_in.pk)
    done = offers.accept(offer=offers.newest(fresh) or offer, drawn=SIGNED, by=desk.by)
    assert done.state == TradeInState.ACCEPTED
    assert is_clean(desk)


def test_it_is_typed_once_more_when_it_was_wrong(desk: Desk) -> None:
    trade_in = desk.receive()
    take(desk, trade_in)
    take(desk, trade_in, kind="passport", number="E12345678")
    assert Identity.objects.get().masked == "E1*****78"
    assert is_clean(desk)


def test_it_refuses_a_paper_that_has_expired(desk: Desk) -> None:
    today = places.business_day(desk.shop.s01)
    with pytest.raises(identities.IdentityExpired) as refusal:
        take(desk, valid_until=today - timedelta(days=1))
    assert refusal.value.code == "identity_expired"
    assert not Identity.objects.exists()
    take(desk, valid_until=today)
    take(desk, valid_until=FOR_LIFE)


def test_it_refuses_a_paper_without_a_name(desk: Desk) -> None:
    with pytest.raises(BadField):
        take(desk, name="  ")


def test_it_keeps_no_picture_that_nobody_asked_for(desk: Desk) -> None:
    with pytest.raises(identities.PictureNotAsked):
        take(desk, photo=b"picture")


def test_it_is_not_taken_from_whoever_has_gone(desk: Desk) -> None:
    trade_in = trade_ins.decline(trade_in=desk.offered().trade_in, by=desk.by)
    with pytest.raises(trade_ins.TradeInMoved):
        take(desk, trade_in)


def test_a_cashier_does_not_take_it(desk: Desk) -> None:
    trade_in = desk.receive()
    with pytest.raises(NotAllowed):
        identities.take(trade_in=trade_in, paper=paper(), by=desk.shop.qian)


# --- revealed


def test_every_look_behind_the_mask_is_on_record(desk: Desk) -> None:
    row = take(desk)
    seen = identities.reveal(identity=row, why="police, letter 17", by=desk.shop.wang)
    assert (seen.name, seen.number) == ("周小梅", NUMBER)
    look = IdentityReveal.objects.get()
    assert (look.by, look.why, look.identity) == (desk.shop.wang, "police, letter 17", row)
    assert is_clean(desk)


@pytest.mark.parametrize("why", ["", "  ", "x"])
def test_it_is_not_revealed_without_a_reason(desk: Desk, why: str) -> None:
    row = take(desk)
    with pytest.raises(identities.ReasonNeeded):
        identities.reveal(identity=row, why=why, by=desk.shop.wang)
    assert not IdentityReveal.objects.exists()


def test_it_is_not_revealed_to_a_clerk_or_another_store(desk: Desk, shop: Shop) -> None:
    row = take(desk)
    for somebody in (shop.lin, shop.chen, shop.sun):
        with pytest.raises(NotAllowed):
            identities.reveal(identity=row, why="curious", by=somebody)
    assert not IdentityReveal.objects.exists()


# --- keys


def test_a_new_key_in_front_seals_and_the_old_one_still_opens(desk: Desk, settings: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.FIELD_KEYS = [old]
    before = take(desk)
    settings.FIELD_KEYS = [new, old]
    after = take(desk)
    assert after.blind_index == before.blind_index  # the same person is still found
    for row in (before, after):
        assert identities.reveal(identity=row, why="audit", by=desk.shop.wang).number == NUMBER
    assert _opens_with(new, after)
    assert not _opens_with(new, before)


def test_everything_is_sealed_anew_under_the_first_key(desk: Desk, settings: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.FIELD_KEYS = [old]
    desk.put("identity_photo", "yes")
    take(desk, photo=b"picture")
    settings.FIELD_KEYS = [new, old]
    said = io.StringIO()
    call_command("seal_anew", stdout=said)
    assert said.getvalue() == "1 identities sealed anew.\n"
    row = Identity.objects.get()
    assert _opens_with(new, row)
    assert Fernet(new).decrypt(bytes(row.sealed_photo or b"")) == b"picture"
    settings.FIELD_KEYS = [new]
    assert identities.reveal(identity=row, why="audit", by=desk.shop.wang).photo == b"picture"


def test_a_lost_key_is_told_and_breaks_nothing_else(desk: Desk, settings: Any) -> None:
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    row = take(desk)
    assert sealing_checks.check_keys_open(None, databases=["default"]) == []
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    with pytest.raises(identities.IdentityLocked):
        identities.reveal(identity=row, why="audit", by=desk.shop.wang)
    with pytest.raises(CommandError):
        call_command("seal_anew")
    (told,) = sealing_checks.check_keys_open(None, databases=["default"])
    assert (told.id, "FIELD_KEYS" in str(told.msg)) == ("keys.W002", True)


def test_production_is_told_to_give_the_keys(settings: Any) -> None:
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"FIELD_KEYS": ""})
    told = [each for each in run_checks(include_deployment_checks=True) if each.id == "keys.E001"]
    assert len(told) == 1
    given = Fernet.generate_key().decode()
    settings.ENVIRONMENT = settings.ENVIRONMENT.model_copy(update={"FIELD_KEYS": given})
    assert "keys.E001" not in {each.id for each in run_checks(include_deployment_checks=True)}
    assert "keys.E001" not in {each.id for each in run_checks()}


def test_the_index_needs_the_key(settings: Any) -> None:
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    first = sealing.blind_index("citizen " + NUMBER)
    settings.FIELD_KEYS = [Fernet.generate_key().decode()]
    assert len(first) == 64
    assert sealing.blind_index("citizen " + NUMBER) != first


# --- forgotten


@pytest.mark.parametrize(
    ("day", "months", "then"),
    [
        (date(2026, 6, 2), 24, date(2028, 6, 2)),
        (date(2026, 12, 31), 26, date(2029, 2, 28)),
        (date(2026, 1, 31), 25, date(2028, 2, 29)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
        (date(2026, 6, 2), -120, date(2016, 6, 2)),
    ],
)
def test_months_are_those_of_the_calendar(day: date, months: int, then: date) -> None:
    assert identities.months_after(day, months) == then


def test_it_is_forgotten_when_its_time_is_over_and_not_before(desk: Desk) -> None:
    desk.put("identity_photo", "yes")
    row = take(desk, photo=b"picture", valid_until=FOR_LIFE)
    with time_machine.travel(in_days(row.keep_until)):
        assert "forgotten" not in " ".join(due.run())
        assert Identity.objects.get().sealed is not None
    with time_machine.travel(in_days(row.keep_until, 1)):
        assert "1 identities forgotten" in due.run()
        assert "forgotten" not in " ".join(due.run())
        row.refresh_from_db()
        assert (row.sealed, row.sealed_photo, row.masked) == (None, None, "110105********002X")
        assert row.blind_index != take(desk).blind_index
        assert row.valid_until < timezone.localdate()
        with pytest.raises(identities.IdentityForgotten):
            identities.reveal(identity=row, why="too late", by=desk.shop.wang)
    assert is_clean(desk)


def test_large_cash_keeps_it_for_ten_years(desk: Desk) -> None:
    who = customers.find_or_make(phone="13800000001", name="", store=desk.shop.s01, by=desk.by)
    row = take(desk, desk.receive(customer_id=who.pk))
    case = CashCase(
        store=desk.shop.s01,
        customer=who,
        business_day=timezone.localdate(),
        in_cents=10_000_000,
        out_cents=0,
        due_on=timezone.localdate() + timedelta(days=7),
    )
    with changes.opened(store=desk.shop.s01, by=desk.by) as book:
        book.write([case], kind="cash_case", number="1")
    with time_machine.travel(in_days(row.keep_until, 1)):
        due.run()
        assert Identity.objects.get().sealed is not None
    with time_machine.travel(in_days(identities.months_after(timezone.localdate(), 120), 2)):
        due.run()
        assert Identity.objects.get().sealed is None


def in_days(day: date, more: int = 0) -> Any:
    """Noon of a day of the shop."""
    then = day + timedelta(days=more)
    return datetime(then.year, then.month, then.day, 12, tzinfo=timezone.get_default_timezone())


def _opens_with(key: str, row: Identity) -> bool:
    try:
        return bool(Fernet(key).decrypt(bytes(row.sealed or b"")))
    except InvalidToken:
        return False
