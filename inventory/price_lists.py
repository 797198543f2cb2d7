"""A price board from a file: metal, fineness, kind, yuan per gram; whole or not at all."""

from collections.abc import Iterable, Iterator
from functools import partial
from typing import Final

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from inventory import listing_cells, prices, tables
from inventory.ground import measures
from inventory.ground.errors import RuleBroken
from inventory.ground.measures import Metal
from inventory.listing_cells import Cells
from inventory.listing_words import COLUMNS as PIECE_COLUMNS
from inventory.listing_words import METALS, said
from inventory.models import MetalPrice, PriceKind, Store
from inventory.prices import Quote
from inventory.tables import Column, Line

COLUMNS: Final[dict[str, Column]] = {
    "metal": PIECE_COLUMNS["metal"],
    "fineness": PIECE_COLUMNS["fineness"],
    "kind": Column(gettext_lazy("Kind"), ("kind", "类型", "价格类型"), needed=True),
    "price": Column(
        gettext_lazy("Yuan per gram"),
        ("yuan_per_g", "yuan per gram", "元/克", "金价(元/克)", "牌价(元/克)"),
        needed=True,
    ),
}
KINDS: Final = said(
    {
        PriceKind.SELL: ("卖出", "销售", "零售"),
        PriceKind.EXCHANGE: ("换新", "换购", "以旧换新", "旧料换新"),
        PriceKind.BUYBACK: ("buy-back", "回购", "回收"),
    }
)


class PriceListWrong(RuleBroken):
    """One wrong line keeps the whole board out; `sentences` tell which and why."""

    code = "price_list_wrong"
    status = 422

    def __init__(self, sentences: list[str]) -> None:
        self.sentences = sentences
        told = {"n": len(sentences)}
        super().__init__(
            ngettext(
                "%(n)d thing is wrong with this price list. Nothing was saved.",
                "%(n)d things are wrong with this price list. Nothing was saved.",
                len(sentences),
            )
            % told,
            sentences=sentences,
        )


def put_up(*, store: Store, content: bytes, by: User) -> list[MetalPrice]:
    """The board of a file, from now on; of head office for all stores. A price that the board
    shows already is not written again, so that the same file twice changes nothing.

    Refused with `PriceListWrong` for a wrong or repeated line, and like `prices.put_up`.
    """
    quotes = _read(tables.read(content, COLUMNS).lines)
    standing = {quote for kind in PriceKind for quote in _standing(store, kind)}
    return prices.put_up(store=store, quotes=[q for q in quotes if q not in standing], by=by)


def _standing(store: Store, kind: PriceKind) -> Iterator[Quote]:
    for (metal, fineness), row in prices.current(store=store, kind=kind).items():
        yield Quote(metal, fineness, kind, row.cents_per_gram)


def _read(lines: Iterable[Line]) -> list[Quote]:
    """Every line as a price; what is wrong with any of them is collected and then raised."""
    quotes: dict[tuple[str, int, str], Quote] = {}
    sentences: list[str] = []
    for line in lines:
        cells = Cells(line.cells, columns=COLUMNS)
        quote = _quote(cells)
        named = quote.metal, quote.fineness, quote.kind
        if not cells.sentences and quotes.setdefault(named, quote) is not quote:
            cells.sentences.append(_("This price stands in another row too."))
        sentences += [
            _("Row %(row)d: %(sentence)s") % {"row": line.row, "sentence": sentence}
            for sentence in cells.sentences
        ]
    if sentences:
        raise PriceListWrong(sentences)
    return list(quotes.values())


def _quote(cells: Cells) -> Quote:
    read_price = partial(measures.read_yuan, at_least_cents=1, at_most_cents=prices.MOST_CENTS)
    return Quote(
        metal=cells.take(
            "metal", partial(listing_cells.word, words=METALS), Metal.GOLD, needed=True
        ),
        fineness=cells.take("fineness", measures.read_fineness, 0, needed=True),
        kind=cells.take(
            "kind", partial(listing_cells.word, words=KINDS), PriceKind.SELL, needed=True
        ),
        cents_per_gram=cells.take("price", read_price, 0, needed=True),
    )
