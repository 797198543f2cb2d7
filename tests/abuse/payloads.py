"""Texts that want to be more than text, and the columns of the books that people write into."""

from collections.abc import Iterator, Mapping
from itertools import cycle
from typing import Any

from django.apps import apps
from django.db.models import CharField, Model

from inventory.ground import changes
from tests.conftest import unprotect

# an element of ours that no page has; short enough for the shortest column
MARK = "x-p"
SCRIPTS = (
    "<x-p>",
    '"><x-p>',
    "'><x-p>",
    "<svg onload=hit()>",
    "<script>hit()</script>",
    '"><img src=x onerror=hit()>',
    "'><img src=x onerror=hit()>",
    '" autofocus onfocus=hit() x="',
    "<x-p style=position:fixed>{{hit()}}",
    "<x-p hx-get=/today/ hx-trigger=load>",
    "<a href=javascript:hit()>${hit()}<x-p>",
    "</title></textarea><script>hit()</script>",
    "<iframe srcdoc='<script>parent.hit()</script>'>",
    "<details open ontoggle=hit()>{% debug %}<x-p>",
)

# what people type, as a list brings it in, or head office keeps it; numbers and codes are made here
TYPED: Mapping[str, tuple[str, ...]] = {
    "auth.User": ("first_name", "last_name"),
    "inventory.Store": ("name", "phone", "address"),
    "inventory.Place": ("name",),
    "inventory.Style": ("name",),
    "inventory.Piece": ("name", "mark", "ring_size"),
    "inventory.Cost": ("supplier",),
    "inventory.Stone": ("color", "clarity", "cut"),
    "inventory.Certificate": ("lab",),
    "inventory.PieceUpload": ("name",),
    "inventory.Approval": ("summary",),
    "warranty.Plan": ("source",),
    "warranty.PlanBenefit": ("title_zh", "title_en", "terms_zh", "terms_en"),
    "warranty.CardEvent": ("why",),
    "counter.ApiClient": ("name",),
    "counter.Webhook": ("name", "url"),
    "counter.Delivery": ("answer",),
    "counter.Customer": ("name",),
    "counter.Sale": ("mark",),
    "counter.Reduction": ("reason",),
    "counter.Tender": ("name_zh", "name_en"),
    "counter.SaleVoid": ("reason",),
    "counter.Handover": ("remark", "abandoned_reason", "first_reason"),
    "counter.TrayCount": ("reason", "seal_number", "kept_in"),
    "counter.CountItem": ("name",),
    "counter.HandoverItem": ("name", "remark"),
    "counter.HandoverMoney": ("reason",),
    "counter.Signature": ("reason",),
    "counter.Investigation": ("what", "note"),
    "counter.DayCounter": ("explanation",),
    "counter.DayFileLayout": ("name_zh", "name_en"),
    "counter.DayFile": ("name",),
    "counter.CashCase": ("note",),
    "counter.CalendarDay": ("name",),
    "counter.StyleOffer": ("words",),
    "counter.NetworkOrder": ("recipient", "address", "remark", "promises"),
    "counter.OrderLine": ("size_spec", "finish", "mark", "engraving", "remark"),
    "counter.OrderVersion": ("why",),
    "counter.OrderQuestion": ("text",),
    "counter.OrderReply": ("text",),
    "counter.OrderContact": ("result",),
    "counter.OrderStep": ("remark",),
    "appraisal.Scale": ("name", "certificate"),
    "appraisal.Instrument": ("name", "model", "curve"),
    "appraisal.AnalyserLayout": ("name_zh", "name_en"),
    "appraisal.TradeInRule": ("name", "source", "promotion", "member_level"),
    "appraisal.TradeIn": ("source", "representative"),
    "appraisal.TradeInStep": ("remark",),
    "appraisal.OldPiece": ("description", "mark", "brand", "receipt"),
    "appraisal.Assay": ("remark",),
    "appraisal.IdentityReveal": ("why",),
    "appraisal.RefinerAssay": ("refiner", "paper"),
}


def poison(texts: tuple[str, ...] = SCRIPTS) -> None:
    """Writes the texts into every typed column of every row, as somebody with the worst intent has
    typed them; each column gets what is not too long for it, one text after the other."""
    unprotect("default")
    try:
        for model, name in columns():
            longest = column_of(model, name).max_length or 0
            fitting = cycle(text for text in texts if len(text) <= longest)
            for row in model._default_manager.order_by("pk"):
                text = next(fitting, "")
                if text:
                    model._default_manager.filter(pk=row.pk).update(**{name: text})
    finally:
        changes.protect()


def columns() -> Iterator[tuple[type[Model], str]]:
    for label, names in TYPED.items():
        model = apps.get_model(label)
        for name in names:
            yield model, name


def column_of(model: type[Model], name: str) -> "CharField[Any, Any]":
    field = model._meta.get_field(name)
    assert isinstance(field, CharField)
    return field
