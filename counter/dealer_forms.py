"""What is typed about dealers, and their orders as a grid or a file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from counter.models import ConsentHow, StyleOffer
from counter.showroom import dealers
from counter.showroom.dealer_lists import BAD_COUNT, Cell
from counter.showroom.wishes import LineWish
from inventory.forms.fields import LineField, TableField, YuanField
from inventory.ground import measures
from inventory.models import Style

MOST_ROWS: Final = 40  # of a grid on one page; more come as a file
# how a clerk knows that the dealer wants this; without one the dealer confirms by the link
READ_BACK: Final = (
    ("", _("the dealer confirms by the link")),
    (ConsentHow.TELEPHONE, ConsentHow.TELEPHONE.label),
)


class TermsForm(forms.Form):
    """A customer as a dealer."""

    phone = LineField(label=_("Telephone"), max_length=20)
    name = LineField(label=_("Name"), max_length=60, required=False)
    level = LineField(label=_("Level"), max_length=dealers.LONGEST_LEVEL)
    credit_cents = YuanField(label=_("May owe up to"))


class LabourForm(forms.Form):
    """What a level pays of the labour, of one style or of all."""

    level = LineField(label=_("Level"), max_length=dealers.LONGEST_LEVEL)
    style = LineField(label=_("Style; empty: all others"), max_length=30, required=False)
    percent = forms.IntegerField(
        label=_("Percent of the labour"), min_value=0, max_value=dealers.MOST_BP // 100
    )

    def clean_style(self) -> Style | None:
        """The style of this code."""
        code = str(self.cleaned_data["style"]).upper()
        style = Style.objects.filter(code=code).first() if code else None
        if code and style is None:
            raise ValidationError(_("There is no style %s.") % code, code="style_unknown")
        return style


class DealerOrderForm(forms.Form):
    """What belongs to the whole order; the lines are the grid, or the file."""

    file = TableField(label=_("File (CSV or workbook)"), required=False)
    wanted_on = forms.DateField(
        label=_("Wanted on"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    remark = LineField(label=_("Remark"), required=False)
    how = forms.ChoiceField(label=_("Confirmed"), choices=READ_BACK, required=False)


@dataclass(frozen=True)
class Box:
    """One field of the grid: its name, the size it stands for, and what was typed."""

    name: str
    size: str
    typed: str


@dataclass(frozen=True)
class GridRow:
    """One style in one metal, with a field for every size it comes in."""

    offer: StyleOffer
    metal: str
    grade: int
    boxes: Sequence[Box]

    @property
    def label(self) -> str:
        return measures.grade_name(measures.Metal(self.metal), self.grade)


def grid(offers: Sequence[StyleOffer], typed: Mapping[str, Any]) -> list[GridRow]:
    """A row for each metal of these styles; `typed` are the figures that were posted."""
    return [
        GridRow(offer, metal, grade, list(_boxes(offer, metal, grade, typed)))
        for offer in offers
        for metal, grade, _net_mg in offer.metals
    ]


def cells(rows: Sequence[GridRow]) -> Iterator[Cell | tuple[int, Sequence[str]]]:
    """What was typed into the grid; `row` counts the rows of the page."""
    for number, row in enumerate(rows, 1):
        for box in row.boxes:
            if not box.typed:
                continue
            if not (box.typed.isascii() and box.typed.isdigit() and len(box.typed) < 4):
                yield number, [str(BAD_COUNT)]
            elif int(box.typed):
                is_ring = row.offer.ring_from is not None
                yield Cell(
                    number,
                    LineWish(
                        style=row.offer.style.code,
                        pieces=int(box.typed),
                        metal=row.metal,
                        grade=row.grade,
                        ring_size=box.size if is_ring else "",
                        size_spec="" if is_ring else box.size,
                    ),
                )


def sizes_of(offer: StyleOffer) -> list[str]:
    """The columns of a style: whole ring sizes, its sizes, or one without a name."""
    if offer.ring_from is not None and offer.ring_to is not None:
        return [str(size) for size in range(-(-offer.ring_from // 4), offer.ring_to // 4 + 1)]
    return [str(size) for size in offer.sizes] or [""]


def _boxes(offer: StyleOffer, metal: str, grade: int, typed: Mapping[str, Any]) -> Iterator[Box]:
    for nth, size in enumerate(sizes_of(offer)):
        name = f"n-{offer.pk}-{metal}-{grade}-{nth}"
        yield Box(name, size, str(typed.get(name, "")).strip())
