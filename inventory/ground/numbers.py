"""Document numbers: `<store>-<kind><yymmdd>-<nnnn>`, gap-free among what was committed."""

from datetime import date
from enum import StrEnum

from django.db import connection

from inventory.models import DocumentCounter, Store


class Kind(StrEnum):
    SALE = "S"
    HANDOVER = "H"
    TRANSFER = "V"


# one statement on both databases; the store's head is locked, so nobody else asks meanwhile
NEXT = """
    INSERT INTO {table} (store_id, kind, day, last) VALUES (%s, %s, %s, 1)
    ON CONFLICT (store_id, kind, day) DO UPDATE SET last = {table}.last + 1
    RETURNING last
"""


def issue(*, store: Store, kind: Kind, day: date) -> str:
    """The next number of this kind on a business day. Call it inside the transaction of the rule
    that makes the document real: a rollback gives the number back."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT.format(table=DocumentCounter._meta.db_table), [store.pk, kind, day])
        (last,) = cursor.fetchone()
    return f"{store.code}-{kind}{day:%y%m%d}-{last:04d}"
