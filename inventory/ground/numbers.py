"""Document numbers: `<store>-<kind><yymmdd>-<nnnn>`, gap-free among what was committed."""

from datetime import date
from enum import StrEnum

from inventory.ground import statements
from inventory.models import DocumentCounter, Store


class Kind(StrEnum):
    SALE = "S"
    RETURN = "R"
    TICKET = "W"
    HANDOVER = "H"
    TRANSFER = "V"
    TRADE_IN = "T"
    BAG = "B"
    MELT = "M"
    STOCKTAKE = "C"
    ORDER = "O"


# one statement on both databases; the store's head is locked, so nobody else asks meanwhile
NEXT = """
    INSERT INTO {table} (store_id, kind, day, last) VALUES (%s, %s, %s, 1)
    ON CONFLICT (store_id, kind, day) DO UPDATE SET last = {table}.last + 1
    RETURNING last
"""


def issue(*, store: Store, kind: Kind, day: date) -> str:
    """The next number of this kind on a business day. Call it inside the transaction of the rule
    that makes the document real: a rollback gives the number back."""
    statement = NEXT.format(table=DocumentCounter._meta.db_table)
    ((last,),) = statements.fetch(statement, [store.pk, kind, day])
    return f"{store.code}-{kind}{day:%y%m%d}-{last:04d}"
