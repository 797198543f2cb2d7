"""The pages and the command that bring in a list: choose, read the report, write."""

from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client

from inventory import imports, tables, uploads
from inventory.ground import nobody
from inventory.models import Movement, Piece, PieceUpload
from tests.cast import Shop
from tests.inventory.lists import CHARM, DATA, NECKLACE, RING, csv_of, sample


def send(client: Client, content: bytes, *, store: str = "S01", follow: bool = True) -> Any:
    file = SimpleUploadedFile("goods.csv", content)
    return client.post("/pieces/import/", {"store": store, "file": file}, follow=follow)


def report_page(shop: Shop, *rows: dict[str, str]) -> Any:
    return send(shop.client(shop.wang), csv_of(*rows))


def test_it_checks_then_writes(shop: Shop) -> None:
    client = shop.client(shop.wang)
    sent = send(client, csv_of(NECKLACE, RING, CHARM), follow=False)
    upload = PieceUpload.objects.get()
    assert (sent.status_code, sent.url) == (303, f"/pieces/import/{upload.pk}/")
    page = client.get(sent.url)
    assert "Every row is right." in page.text
    assert "Write 3 pieces into the books" in page.text
    assert "7.41" in page.text
    assert not Piece.objects.exists()

    written = client.post(sent.url)
    assert (written.status_code, written.url) == (303, sent.url)
    done = client.get(sent.url)
    assert "3 pieces are in the books." in done.text
    assert "This list is in the books." in done.text
    assert Piece.objects.count() == 3
    assert {each.change.by for each in Movement.objects.all()} == {shop.wang}


def test_it_takes_the_sample_of_a_chinese_shop(shop: Shop) -> None:
    client = shop.client(shop.wang)
    page = send(client, sample("pieces_sample_gb18030.csv"))
    client.post(page.request["PATH_INFO"])
    assert Piece.objects.count() == 400


def test_it_works_for_head_office_in_a_store_of_its_choice(shop: Shop) -> None:
    client = shop.client(shop.head)
    assert '<select name="store"' in client.get("/pieces/import/").text
    page = send(client, csv_of(NECKLACE), store="S01")
    client.post(page.request["PATH_INFO"])
    assert Piece.objects.get().store == shop.s01


def test_it_shows_the_wrong_rows_first(shop: Shop) -> None:
    page = report_page(shop, NECKLACE | {"lab": "", "certificate": ""}, CHARM | {"place": "Z-99"})
    assert page.text.index("There is no place Z-99") < page.text.index("no laboratory report")
    assert "1 row is wrong." in page.text
    assert "into the books</button>" not in page.text


def test_it_shows_two_hundred_rows_and_then_more(shop: Shop) -> None:
    rows = [CHARM | {"piece_number": f"{number}"} for number in range(1, 252)]
    client = shop.client(shop.wang)
    page = send(client, csv_of(*rows))
    assert page.text.count('<li class="row">') == 200
    assert 'href="?page=2#rows"' in page.text
    rest = client.get(page.request["PATH_INFO"], {"page": "2"})
    assert rest.text.count('<li class="row">') == 51


def test_it_says_calmly_that_all_is_known(shop: Shop) -> None:
    imports.write(store=shop.s01, content=csv_of(NECKLACE), by=shop.wang)
    page = report_page(shop, NECKLACE)
    assert "The books know all these pieces already." in page.text


def test_it_names_the_columns_that_are_not_used(shop: Shop) -> None:
    page = report_page(shop, NECKLACE | {"<b>remark</b>": "blue box"})
    assert "Columns that are not used: &lt;b&gt;remark&lt;/b&gt;" in page.text


def test_it_never_shows_a_cost(shop: Shop) -> None:
    imports.write(store=shop.s01, content=csv_of(RING), by=shop.wang)
    page = report_page(shop, RING | {"cost": "4001"})
    assert "Something differs that your role does not show." in page.text
    assert "3,937" not in page.text
    assert "4,001" not in page.text


# --- refusals


def test_it_refuses_a_file_that_is_no_list_and_keeps_nothing(shop: Shop) -> None:
    page = send(shop.client(shop.wang), b"\xff\xfe\x00\x01")
    assert (page.status_code, page.headers["X-Refusal"]) == (422, "file_unreadable")
    assert not PieceUpload.objects.exists()


def test_it_keeps_no_file_with_a_bank_card_number(shop: Shop) -> None:
    page = send(shop.client(shop.wang), csv_of(NECKLACE | {"supplier": "4111111111111111"}))
    assert (page.status_code, page.headers["X-Refusal"]) == (422, "bank_card_number")
    assert "in row 2" in page.text
    assert not PieceUpload.objects.exists()


def test_it_asks_for_the_file_again(shop: Shop) -> None:
    page = shop.client(shop.wang).post("/pieces/import/", {"store": "S01"})
    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text


def test_it_refuses_a_file_that_is_too_large(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "MOST_BYTES", 100)
    page = send(shop.client(shop.wang), csv_of(NECKLACE))
    assert page.status_code == 422
    assert "at most 10 MB" in page.text


@pytest.mark.parametrize("username", ["lin", "qian", "chen", "sun", "gao"])
def test_it_refuses_who_may_not(shop: Shop, username: str) -> None:
    client = shop.client(shop.people[username])
    assert client.get("/pieces/import/").status_code == 403
    assert send(client, csv_of(NECKLACE)).status_code == 403
    assert not PieceUpload.objects.exists()


def test_it_does_not_offer_another_store(shop: Shop) -> None:
    page = send(shop.client(shop.wang), csv_of(NECKLACE), store="S02")
    assert page.status_code == 422
    assert not PieceUpload.objects.exists()


def test_it_hides_the_upload_of_another_store(shop: Shop) -> None:
    kept = uploads.keep(store=shop.s02, content=csv_of(CHARM), name="x.csv", by=shop.head)
    client = shop.client(shop.wang)
    assert client.get(f"/pieces/import/{kept.pk}/").status_code == 404
    assert client.post(f"/pieces/import/{kept.pk}/").status_code == 404


def test_it_writes_nothing_when_a_row_became_wrong_meanwhile(shop: Shop) -> None:
    client = shop.client(shop.wang)
    page = send(client, csv_of(NECKLACE, CHARM))
    shop.piece(number=NECKLACE["piece_number"])
    written = client.post(page.request["PATH_INFO"])
    assert (written.status_code, written.headers["X-Refusal"]) == (422, "import_has_errors")
    assert Piece.objects.count() == 1
    assert PieceUpload.objects.get().confirmed_at is None


def test_it_writes_a_list_once_for_two_people(shop: Shop) -> None:
    page = report_page(shop, NECKLACE)
    assert shop.client(shop.wang).post(page.request["PATH_INFO"]).status_code == 303
    second = shop.client(shop.head).post(page.request["PATH_INFO"])
    assert (second.status_code, second.headers["X-Refusal"]) == (409, "written_already")
    assert Piece.objects.count() == 1


def test_the_same_file_sent_twice_is_one_upload(shop: Shop) -> None:
    client = shop.client(shop.wang)
    send(client, csv_of(NECKLACE))
    send(client, csv_of(NECKLACE))
    assert PieceUpload.objects.count() == 1
    send(client, csv_of(CHARM))
    assert PieceUpload.objects.count() == 2


# --- the command


def run(*arguments: object) -> tuple[str, str]:
    said, progress = StringIO(), StringIO()
    call_command("import_pieces", *map(str, arguments), stdout=said, stderr=progress)
    return said.getvalue(), progress.getvalue()


def test_the_command_brings_in_the_sample(shop: Shop) -> None:
    said, progress = run(DATA / "pieces_sample_gb18030.csv", "--store", "S01")
    assert "400 new, 0 known, 0 wrong." in said
    assert "Everything is in the books of 国贸店." in said
    assert "Written: 400 pieces" in progress
    assert {each.change.by for each in Movement.objects.all()} == {nobody.system()}


def test_the_command_only_checks_in_a_dry_run(shop: Shop) -> None:
    said, _progress = run(DATA / "pieces_sample_gb18030.csv", "--store", "S01", "--dry-run")
    assert "400 new, 0 known, 0 wrong." in said
    assert not Piece.objects.exists()


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_the_command_says_which_rows_are_wrong(
    shop: Shop, tmp_path: Path, options: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "goods.csv"
    file.write_bytes(csv_of(NECKLACE | {"name": "千足金项链"}, CHARM))
    with pytest.raises(CommandError, match=r"1 row is wrong\. Nothing was saved\."):
        call_command("import_pieces", str(file), "--store", "S01", *options)
    said = capsys.readouterr().out
    assert "Row 2, 1000000018:\n  Name: The name must not contain 千足金.\n" in said
    assert "1 new, 0 known, 1 wrong." in said
    assert not Piece.objects.exists()


def test_the_command_needs_a_file_and_a_store(shop: Shop, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="no such store"):
        run(DATA / "pieces_sample_gb18030.csv", "--store", "S99")
    with pytest.raises(CommandError, match=r"missing\.csv"):
        run(tmp_path / "missing.csv", "--store", "S01")
