"""What lies outside the books, such as paper and ports, is slow: no transaction waits for it."""

from django.db import transaction


def refuse_in_transaction(what: str) -> None:
    """RuntimeError inside a transaction; `what` is the slow act, such as "a paper is made"."""
    # like Django's own durable blocks: the one around a test does not count
    blocks = transaction.get_connection().atomic_blocks
    if any(not block._from_testcase for block in blocks):
        raise RuntimeError(f"{what} before or after a transaction, never inside")
