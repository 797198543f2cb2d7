"""The label of a bag: every figure already a text in the language of the paper."""

from dataclasses import dataclass

from appraisal.models import ScrapBag
from inventory.ground import barcodes, measures
from inventory.ground.barcodes import Symbol


@dataclass(frozen=True)
class BagLabel:
    """旧料袋标签, see `templates/counter/scrap_bags/print_bag_label.html`."""

    number: str
    bars: Symbol
    seal: str
    metal: str
    grams: str
    gross_grams: str
    store: str
    day: str
    sealed_by: str
    watched_by: str


def label_of(bag: ScrapBag) -> BagLabel:
    """Pass it with `origin`, `sealed_by` and `weighed_by`."""
    watcher = bag.weighed_by
    return BagLabel(
        number=bag.number,
        bars=barcodes.document_bars(bag.number),
        seal=bag.seal,
        metal=bag.metal_class.label,
        grams=measures.grams(bag.mg),
        gross_grams=measures.grams(bag.gross_mg),
        store=bag.origin.name,
        day=f"{bag.at:%Y-%m-%d}",
        sealed_by=bag.sealed_by.first_name or bag.sealed_by.username,
        watched_by=(watcher.first_name or watcher.username) if watcher else "",
    )
