"""Whether a store works on the orders of a network showroom at all."""

from typing import Final

from django.utils import timezone

from inventory.models import Store, StoreKind

# the house has a network showroom, and this store was not taken out
WORKED: Final = """
    SELECT id FROM inventory_store WHERE kind = %s AND COALESCE((
        SELECT value FROM inventory_storesetting
        WHERE store_id = %s AND key = %s AND valid_from <= %s
        ORDER BY valid_from DESC, id DESC LIMIT 1
    ), %s) <> %s LIMIT 1
"""
SETTING: Final = "network_showroom"


def asked(store: Store) -> list[object]:
    """The values of `WORKED` for a store."""
    return [StoreKind.SHOWROOM, store.pk, SETTING, timezone.now(), "yes", "no"]
