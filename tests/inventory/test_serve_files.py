"""A file over HTTP: whole, in part, on from where it was cut off, or not at all."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.signals import request_finished
from django.db import close_old_connections
from django.http import HttpResponseBase
from django.test import RequestFactory

from inventory.ground import file_answers
from inventory.ground.file_answers import BLOCK, Kept

AT = datetime(2026, 11, 22, 10, 0, 0, 654_321, tzinfo=UTC)
HTTP_DATE = "Sun, 22 Nov 2026 10:00:00 GMT"
CONTENT = bytes(range(256)) * 10
SIZE = len(CONTENT)


@pytest.fixture
def kept(tmp_path: Path) -> Kept:
    path = tmp_path / "lines.csv"
    path.write_bytes(CONTENT)
    return Kept(path, etag="abc", at=AT, content_type="text/csv", name="S01-C261122-0001.csv")


def asked(kept: Kept, method: str = "get", **headers: str) -> Any:
    request = getattr(RequestFactory(), method)("/", headers=headers)
    return file_answers.answer(request, kept)


def body(answer: Any) -> bytes:
    whole = b"".join(answer.streaming_content) if answer.streaming else answer.content
    close(answer)
    return whole


def close(answer: Any) -> None:
    """Without the end of a request, which looks after the connection to the database."""
    request_finished.disconnect(close_old_connections)
    answer.close()
    request_finished.connect(close_old_connections)


def test_it_answers_the_whole_file_with_its_mark(kept: Kept) -> None:
    answer = asked(kept)
    assert (answer.status_code, body(answer)) == (200, CONTENT)
    assert (answer["ETag"], answer["Last-Modified"]) == ('"abc"', HTTP_DATE)
    assert (answer["Content-Length"], answer["Accept-Ranges"]) == (str(SIZE), "bytes")
    assert answer["Content-Type"] == "text/csv"
    assert answer["Content-Disposition"] == 'attachment; filename="S01-C261122-0001.csv"'


def test_head_tells_the_same_without_the_file(kept: Kept) -> None:
    whole, told = asked(kept), asked(kept, "head")
    body(whole)
    assert told.content == b""
    assert dict(told.headers) == dict(whole.headers)


@pytest.mark.parametrize(
    ("wanted", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=1613-", 1613, SIZE - 1),
        ("bytes=10-99999999", 10, SIZE - 1),
        ("bytes=-5", SIZE - 5, SIZE - 1),
        ("bytes=-99999999", 0, SIZE - 1),
    ],
)
def test_it_answers_a_part(kept: Kept, wanted: str, first: int, last: int) -> None:
    answer = asked(kept, range=wanted)
    assert (answer.status_code, body(answer)) == (206, CONTENT[first : last + 1])
    assert answer["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert answer["Content-Length"] == str(last - first + 1)
    assert answer["ETag"] == '"abc"'


@pytest.mark.parametrize("wanted", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 5}", "bytes=-0"])
def test_it_refuses_a_part_behind_the_end(kept: Kept, wanted: str) -> None:
    answer = asked(kept, range=wanted)
    assert (answer.status_code, answer["Content-Range"]) == (416, f"bytes */{SIZE}")
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "wanted",
    ["bytes=5-2", "bytes=0-1,4-5", "lines=0-1", "bytes=a-b", "bytes=-", "bytes=" + "9" * 40],
)
def test_it_answers_the_whole_file_to_ranges_that_it_does_not_know(kept: Kept, wanted: str) -> None:
    answer = asked(kept, range=wanted)
    assert (answer.status_code, body(answer)) == (200, CONTENT)


@pytest.mark.parametrize(
    ("mark", "status"),
    [
        ('"abc"', 206),
        (HTTP_DATE, 206),
        ('"other"', 200),
        ('W/"abc"', 200),
        ("Sun, 22 Nov 2026 09:59:59 GMT", 200),
        ("nonsense", 200),
    ],
)
def test_it_goes_on_only_with_the_file_that_was_begun(kept: Kept, mark: str, status: int) -> None:
    answer = asked(kept, range="bytes=100-", **{"if-range": mark})
    assert answer.status_code == status
    assert body(answer) == CONTENT[100 if status == 206 else 0 :]


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"if-none-match": '"abc"'}, 304),
        ({"if-none-match": '"other"'}, 200),
        ({"if-modified-since": HTTP_DATE}, 304),
        ({"if-modified-since": "Sun, 22 Nov 2026 09:59:59 GMT"}, 200),
        ({"if-match": '"abc"'}, 200),
        ({"if-match": '"other"'}, 412),
    ],
)
def test_it_sends_nothing_that_the_reader_has(
    kept: Kept, headers: dict[str, str], status: int
) -> None:
    answer: HttpResponseBase = asked(kept, **headers)
    whole = body(answer)
    assert answer.status_code == status
    if status == 304:
        assert (answer.headers["ETag"], whole) == ('"abc"', b"")
    if status == 412:
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_it_never_holds_more_than_one_block(kept: Kept) -> None:
    kept.path.write_bytes(b"x" * (3 * BLOCK + 1))
    answer = asked(kept)
    assert [len(block) for block in answer.streaming_content] == [BLOCK, BLOCK, BLOCK, 1]
    close(answer)


def test_what_is_made_on_the_way_has_no_mark(kept: Kept) -> None:
    for method, told in (("get", b"ab"), ("head", b"")):
        request = getattr(RequestFactory(), method)("/", headers={"range": "bytes=1-"})
        answer = file_answers.streamed(
            request, iter([b"a", b"b"]), content_type="text/csv", name="x.csv"
        )
        assert (answer.status_code, body(answer)) == (200, told)
        assert "ETag" not in answer.headers
        assert answer.headers["Accept-Ranges"] == "none"
