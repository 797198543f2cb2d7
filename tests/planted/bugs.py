"""Bugs of the kinds that cost a shop most, each as a small change of the product's own code."""

from dataclasses import dataclass
from pathlib import Path

UNLOCKED = "unlocked read-then-write"
SCOPE = "missing scope"
TORN = "torn sale"
FEED = "skipped row in the feed"


@dataclass(frozen=True)
class Bug:
    """`right` stands once in `file`; with `wrong` in its place each test of `caught_by` fails."""

    kind: str
    name: str
    file: str
    right: str
    wrong: str
    caught_by: tuple[str, ...]

    def plant(self, tree: Path) -> None:
        """Into a copy of the tree. Refused when the code is no longer as it was."""
        path = tree / self.file
        text = path.read_text(encoding="utf-8")
        if text.count(self.right) != 1:
            raise LookupError(f"{self.file} has {text.count(self.right)} places for “{self.name}”")
        path.write_text(text.replace(self.right, self.wrong), encoding="utf-8")


BUGS = (
    Bug(
        UNLOCKED,
        "the bill is looked at before anything is locked",
        "counter/sales.py",
        """\
    with statements.without_waiting(), changes.opened(store=sale.store, by=by) as book:
        shift, sale, basket, tendered = baskets.lock(sale)
""",
        """\
    shift, sale, basket, tendered = baskets.lock(sale)
    with statements.without_waiting(), changes.opened(store=sale.store, by=by) as book:
""",
        ("tests/test_races.py::test_one_bill_is_completed_once_by_fifty_hands",),
    ),
    Bug(
        UNLOCKED,
        "a piece is set without comparing what it was",
        "inventory/pieces.py",
        'f"state = %s AND COALESCE(place_id, 0) = %s AND id IN {statements.marks(ids)}"',
        "f\"%s <> '' AND %s >= 0 AND id IN {statements.marks(ids)}\"",
        ("tests/abuse/test_set_state.py::test_a_piece_changes_only_from_what_it_was_read_as",),
    ),
    Bug(
        UNLOCKED,
        "a second person's yes is read, then marked as spent",
        "inventory/ground/approvals.py",
        "    return unspent.update(spent_at=timezone.now()) == 1\n",
        "    unspent.update(spent_at=timezone.now())\n    return approval.spent_at is None\n",
        ("tests/abuse/test_set_state.py::test_a_yes_that_was_read_twice_is_spent_once",),
    ),
    Bug(
        SCOPE,
        "a sale is found in any store",
        "counter/queries.py",
        "rows = access.visible(Sale.objects.filter(number__isnull=False), user)\n    full",
        "rows = Sale.objects.filter(number__isnull=False)\n    full",
        ("tests/test_access.py::test_another_stores_row_is_not_there",),
    ),
    Bug(
        SCOPE,
        "the API lists the pieces of every store",
        "inventory/queries.py",
        "    return access.visible(Piece.objects.all(), user)\n",
        "    return Piece.objects.all()\n",
        (
            "tests/counter/test_api_access.py::test_it_lists_only_the_stores_of_the_key",
            "tests/test_access.py::test_another_stores_row_is_not_there",
        ),
    ),
    Bug(
        SCOPE,
        "voiding a sale asks for no right",
        "counter/views/sales.py",
        '@access.page("void_sale")',
        "@access.page()",
        ("tests/test_access.py::test_only_these_pages_are_open_to_every_role",),
    ),
    Bug(
        TORN,
        "the money is taken after the pieces have been committed",
        "counter/sales.py",
        "        payments.take(sale=sale, tendered=tendered, shift=shift, book=book)\n",
        """\
    with changes.opened(store=sale.store, by=by) as book:
        payments.take(sale=sale, tendered=tendered, shift=shift, book=book)
""",
        (
            "tests/abuse/test_tear_sale.py::test_a_sale_that_breaks_off_anywhere_leaves_nothing",
            "tests/abuse/test_tear_sale.py"
            "::test_a_sale_that_is_refused_at_its_last_step_leaves_nothing[1]",
        ),
    ),
    Bug(
        TORN,
        "a refusal keeps what was written before it",
        "inventory/ground/keys.py",
        "            transaction.set_rollback(True)  # a refusal leaves no effect and no key\n",
        "            response.headers.setdefault('Retry-After', '1')\n",
        ("tests/inventory/test_keep_keys.py::test_a_refusal_leaves_no_key_and_no_row",),
    ),
    Bug(
        FEED,
        "the cursor of every store moves on by a page",
        "inventory/api/changes.py",
        'reached = {row["store_id"]: row["seq"] for row in rows}',
        "reached = {store: behind.get(store, 0) + asked.limit for store in stores}",
        ("tests/counter/test_api_cursors.py::test_it_feeds_every_link_of_every_store_in_order",),
    ),
    Bug(
        FEED,
        "a store of which nothing was read yet is left out of the next page",
        "inventory/ground/lists.py",
        "    fresh = Q(store__in=[store for store in stores if store not in behind])\n",
        "    fresh = Q(pk__in=[]) if behind else Q(store__in=stores)\n",
        (
            "tests/counter/test_api_cursors.py"
            "::test_it_loses_and_doubles_nothing_while_rows_are_added[/sales]",
            "tests/counter/test_api_cursors.py::test_it_goes_on_where_it_stopped[/payments]",
        ),
    ),
)
