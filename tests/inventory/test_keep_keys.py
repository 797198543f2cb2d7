"""A repeated click is the same act; a refusal leaves no key."""

from counter.models import Sale
from inventory.ground import keys
from inventory.models import RequestKey
from tests.cast import Shop


def test_the_second_click_gets_the_first_answer(shop: Shop) -> None:
    sale = shop.bill(shop.charm())
    shop.pay(sale)
    client = shop.client()
    form = {"_key": "a-key", "shown_cents": 9_800}
    first = client.post(f"/sell/{sale.uuid}/complete/", form)
    again = client.post(f"/sell/{sale.uuid}/complete/", form)
    assert first.headers["Location"] == again.headers["Location"]
    assert again.headers["Idempotent-Replay"] == "true"
    assert Sale.objects.filter(number__isnull=False).count() == 1


def test_the_same_key_for_another_request_is_refused(shop: Shop) -> None:
    piece = shop.piece()
    client = shop.client()
    client.post("/sell/", {"_key": "a-key", "code": piece.number})
    other = client.post("/sell/", {"_key": "a-key", "code": shop.ring().number})
    assert (other.status_code, other.headers["X-Refusal"]) == (422, "key_reused")


def test_a_refusal_leaves_no_key_and_no_row(shop: Shop) -> None:
    client = shop.client()
    refused = client.post("/sell/", {"_key": "a-key", "code": "9999999990"})
    assert refused.status_code in {404, 422}
    assert not RequestKey.objects.exists()
    assert not Sale.objects.exists()
    assert client.post("/sell/", {"_key": "a-key", "code": shop.piece().number}).status_code == 303


def test_a_form_without_a_key_is_refused(shop: Shop) -> None:
    client = shop.client()
    answer = client.post("/sell/", {"_key": "", "code": "1"})
    assert (answer.status_code, answer.headers["X-Refusal"]) == (400, "key_needed")


def test_a_new_csrf_token_is_the_same_request(shop: Shop) -> None:
    piece = shop.piece()
    client = shop.client()
    form = {"_key": "a-key", "code": piece.number}
    first = client.post("/sell/", form | {"csrfmiddlewaretoken": "one"})
    again = client.post("/sell/", form | {"csrfmiddlewaretoken": "two"})
    assert first.headers["Location"] == again.headers["Location"]


def test_keys_of_two_people_do_not_meet(shop: Shop) -> None:
    form = {"_key": "a-key"}
    first = shop.client(shop.lin).post("/sell/", form | {"code": shop.piece().number})
    second = shop.client(shop.zhao).post("/sell/", form | {"code": shop.piece().number})
    assert first.headers["Location"] != second.headers["Location"]


def test_a_body_of_ten_megabytes_is_refused_by_its_length(shop: Shop) -> None:
    answer = shop.client().post("/sell/", {"code": "9" * 10_000_000})
    assert (answer.status_code, answer.headers["X-Refusal"]) == (413, "too_large")


def test_fresh_keys_differ() -> None:
    assert len({keys.fresh() for _ in range(100)}) == 100
