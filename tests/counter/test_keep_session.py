"""A session is found by its key until it expires, and an unknown key is never taken over."""

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.utils import timezone

from counter.sessions import SessionStore
from tests.cast import Shop


def kept() -> str:
    session = SessionStore()
    session["counter"] = 7
    session.save()
    return str(session.session_key)


def test_it_finds_what_was_kept(shop: Shop) -> None:
    assert SessionStore(kept())["counter"] == 7


def test_it_forgets_a_session_that_has_expired(shop: Shop) -> None:
    key = kept()
    Session.objects.filter(pk=key).update(expire_date=timezone.now() - timedelta(seconds=1))
    assert "counter" not in SessionStore(key)


def test_it_takes_over_no_unknown_key(shop: Shop) -> None:
    session = SessionStore("a" * 32)
    assert "counter" not in session
    assert session.session_key is None
