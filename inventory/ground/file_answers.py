"""A file that never changes, over HTTP: whole, in part, or not at all when the reader has it.

RFC 9110: `ETag`, `Last-Modified`, one `Range` with `If-Range`, 304, 412 and 416. The file is read
block by block, so that a file of a gigabyte costs as much memory as one of a kilobyte.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from django.http import HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import content_disposition_header, http_date, parse_http_date_safe
from django.utils.translation import gettext_lazy as _

from inventory.ground import refusals
from inventory.ground.errors import RuleBroken

BLOCK: Final = 262_144  # bytes
_RANGE: Final = re.compile(r"bytes=(?:([0-9]{1,18})-([0-9]{1,18})?|-([0-9]{1,18}))")


class OutsideFile(RuleBroken):
    code = "range_outside"
    status = 416
    sentence = _("The file ends before this range begins.")


class OtherFile(RuleBroken):
    code = "other_file"
    status = 412
    sentence = _("This is not the file that you have seen. Fetch it again.")


@dataclass(frozen=True)
class Kept:
    """A file on the disk. `etag` without quotation marks: other bytes have another one; `name` is
    how it is called when it is saved."""

    path: Path
    etag: str
    at: datetime
    content_type: str
    name: str


def answer(request: HttpRequest, kept: Kept) -> HttpResponseBase:
    """The answer to GET and HEAD. `FileNotFoundError` when it is not there."""
    size, etag, at = kept.path.stat().st_size, f'"{kept.etag}"', int(kept.at.timestamp())
    early: HttpResponse | None = get_conditional_response(request, etag, at)
    if early is not None:
        response: HttpResponseBase
        response = refusals.problem(OtherFile()) if early.status_code == 412 else early
    elif request.method == "HEAD":
        response = HttpResponse(headers={"Content-Length": str(size)})
    else:
        response = _whole_or_part(kept, size, _range_asked(request, etag, at))
    if response.status_code < 400:
        _describe(response, kept, etag, at)
    return response


def streamed(
    request: HttpRequest, blocks: Iterator[bytes], *, content_type: str, name: str
) -> HttpResponseBase:
    """What is made while it is sent, and may be other bytes the next time: no `ETag`, no ranges."""
    response = StreamingHttpResponse(
        iter(()) if request.method == "HEAD" else blocks, content_type=content_type
    )
    response.headers["Content-Disposition"] = _saved_as(name)
    response.headers["Accept-Ranges"] = "none"
    return response


def _describe(response: HttpResponseBase, kept: Kept, etag: str, at: int) -> None:
    response.headers["Content-Type"] = kept.content_type
    response.headers["Content-Disposition"] = _saved_as(kept.name)
    response.headers["Accept-Ranges"] = "bytes"
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(at)
    # kept by the reader alone, and looked at again each time whether the key still opens it
    response.headers["Cache-Control"] = "private, no-cache"


def _range_asked(request: HttpRequest, etag: str, at: int) -> str:
    """The range, unless the reader has the beginning of another file."""
    only_if = request.headers.get("If-Range", "")
    if only_if and only_if != etag and parse_http_date_safe(only_if) != at:
        return ""
    return request.headers.get("Range", "")


def _whole_or_part(kept: Kept, size: int, asked: str) -> HttpResponseBase:
    found = _RANGE.fullmatch(asked)
    if not found or _is_backwards(found):
        # none, several, another unit, or nonsense: the whole file is a right answer to all
        return _sent(kept, first=0, count=size)
    first, last = _bounds(found, size)
    if first > last:
        refused = refusals.problem(OutsideFile())
        refused.headers["Content-Range"] = f"bytes */{size}"
        return refused
    response = _sent(kept, first=first, count=last - first + 1)
    response.status_code = 206
    response.headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    return response


def _is_backwards(found: "re.Match[str]") -> bool:
    return found[2] is not None and int(found[2]) < int(found[1])


def _bounds(found: "re.Match[str]", size: int) -> tuple[int, int]:
    """First and last byte, both included; the first behind the last when there are none."""
    first, last, tail = found.groups()
    if tail is not None:
        return max(size - int(tail), 0), size - 1
    return int(first), min(size - 1 if last is None else int(last), size - 1)


def _sent(kept: Kept, *, first: int, count: int) -> HttpResponseBase:
    blocks = _blocks(kept.path, first, count)
    return StreamingHttpResponse(blocks, headers={"Content-Length": str(count)})


def _blocks(path: Path, first: int, count: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(first)
        while count > 0 and (block := file.read(min(BLOCK, count))):
            count -= len(block)
            yield block


def _saved_as(name: str) -> str:
    return content_disposition_header(as_attachment=True, filename=name) or "attachment"
