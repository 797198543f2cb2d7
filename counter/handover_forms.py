"""What the pages of a handover may send. What is typed becomes an integer once, here."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from counter import drawers, handovers, weighing
from counter.custody import MetalKey
from counter.models import HandoverKind, SignedAs
from inventory.forms.fields import LARGEST_KEY, GramsField, LineField, YuanField
from inventory.ground import measures
from inventory.ground.errors import BadField

MOST_SEQ = LARGEST_KEY
WORD = 120  # characters of a reason
TRAY: dict[str, Any] = {"least": 0, "most": weighing.MOST_TRAY_MG}  # milligrams on the scale
# the forms of the sheet that begin on its own page; a spot count begins with a draw
KINDS = [HandoverKind.CHANGE, HandoverKind.CLOSE, HandoverKind.OPEN]


class SeenForm(forms.Form):
    """The moment of the ledger at which the page was drawn."""

    seen_seq = forms.IntegerField(min_value=0, max_value=MOST_SEQ)


class WeighTrayForm(SeenForm):
    gross = GramsField(**TRAY, required=False)  # else a reading of the scale
    tare = GramsField(**TRAY, required=False)


class WeighPieceForm(forms.Form):
    grams = GramsField(error_messages={"required": _("Type the weight.")})


class HandInForm(SeenForm):
    """A tray that was scanned; its weight may come along."""

    gross = GramsField(**TRAY, required=False)
    tare = GramsField(**TRAY, required=False)
    seal_number = LineField(max_length=30, required=False)
    kept_in = forms.CharField(max_length=12, required=False)


class SealForm(SeenForm):
    seal = LineField(max_length=30, error_messages={"required": _("Type the seal's number.")})
    gross = GramsField(**TRAY, error_messages={"required": _("Type the weight.")})


class ForgottenForm(forms.Form):
    piece = forms.CharField(max_length=10)
    to = forms.CharField(max_length=12, error_messages={"required": _("Choose the place first.")})
    reason = LineField(max_length=WORD, required=False)


class ReasonForm(forms.Form):
    reason = LineField(max_length=WORD, required=False)


class RemarkForm(forms.Form):
    remark = LineField(max_length=handovers.MOST_REMARK, required=False)


class ItemForm(forms.Form):
    counted = forms.IntegerField(
        min_value=0,
        max_value=9_999,
        error_messages={
            "required": _("Type how many there are."),
            "invalid": _("Type how many there are."),
        },
    )
    remark = LineField(max_length=WORD, required=False)


class BagsForm(forms.Form):
    remark = LineField(max_length=WORD, required=False)


class CashForm(forms.Form):
    """How many of each note and coin; an empty field is none of them."""

    taken = YuanField(required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for cents in drawers.DENOMINATIONS:
            self.fields[f"of-{cents}"] = forms.IntegerField(
                required=False, min_value=0, max_value=drawers.MOST_OF_ONE
            )

    @property
    def denominations(self) -> dict[int, int]:
        clean = self.cleaned_data
        return {cents: clean[f"of-{cents}"] or 0 for cents in drawers.DENOMINATIONS}


class SlipsForm(forms.Form):
    """Number and sum of the slips of a tender that is not cash; nothing typed is none."""

    vouchers = forms.IntegerField(required=False, min_value=0, max_value=drawers.MOST_OF_ONE)
    amount = YuanField(required=False)
    back = forms.BooleanField(required=False)  # more was paid back than taken in

    @property
    def cents(self) -> int:
        amount: int = self.cleaned_data["amount"] or 0
        return -amount if self.cleaned_data["back"] else amount


class StartForm(forms.Form):
    """Which of the three forms, and the people that it names beforehand."""

    kind = forms.ChoiceField(choices=[(kind, kind.label) for kind in KINDS])

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {user.username: user for user in people}
        names = [(name, name) for name in self.people]
        for side in ("outgoing", "incoming"):
            self.fields[side] = forms.ChoiceField(choices=names, required=False)

    def person(self, side: str) -> User | None:
        return self.people.get(self.cleaned_data[side])


class SignForm(forms.Form):
    """Whose PIN it is and what it stands for: "outgoing:lin"; "alone" in place of the witness."""

    pin = forms.CharField(max_length=6, error_messages={"required": _("Type the PIN.")})
    reason = LineField(max_length=WORD, required=False)
    alone = forms.BooleanField(required=False)

    def __init__(self, *args: Any, people: Sequence[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {user.username: user for user in people}
        nobody = _("Choose who signs.")
        choices = [f"{role}:{name}" for role in SignedAs for name in self.people]
        self.fields["signer"] = forms.ChoiceField(
            choices=[(each, each) for each in choices],
            error_messages={"required": nobody, "invalid_choice": nobody},
        )

    @property
    def role(self) -> str:
        return str(self.cleaned_data["signer"]).partition(":")[0]

    @property
    def user(self) -> User:
        return self.people[str(self.cleaned_data["signer"]).partition(":")[2]]


def typed_counts(post: QueryDict) -> dict[MetalKey, tuple[int, int | None]]:
    """Pieces and milligrams by metal class from the rows of a place that is counted by pieces.

    A row without anything is passed over; grams may stay empty. Refused: figures without a class,
    the same class twice, and what is no number.
    """
    found: dict[MetalKey, tuple[int, int | None]] = {}
    rows = zip(*(post.getlist(name) for name in ("class", "pieces", "grams")), strict=False)
    for chosen, pieces, grams in rows:
        if not (chosen or pieces or grams):
            continue
        key = classes().get(chosen)
        if key is None:
            raise BadField(str(_("Choose the metal of this row.")), field="class")
        if key in found:
            raise BadField(str(_("One metal stands in two rows. Add them up.")), field="class")
        found[key] = (_number(pieces), _grams(grams))
    return found


def classes() -> dict[str, MetalKey]:
    """Every metal class that a piece may have, by how the page names it: "Au-9900"."""
    return {
        f"{metal}-{grade}": (str(metal), grade)
        for metal, grades in measures.LEGAL_GRADES.items()
        for grade in reversed(grades)
    }


def _number(text: str) -> int:
    try:
        n: int = forms.IntegerField(min_value=0, max_value=9_999).clean(text or "0")
    except ValidationError as wrong:
        raise BadField(str(_("Type how many there are.")), field="pieces") from wrong
    return n


def _grams(text: str) -> int | None:
    try:
        mg: int | None = GramsField(**TRAY, required=False).clean(text)
    except ValidationError as wrong:
        raise BadField(str(wrong.messages[0]), field="grams") from wrong
    return mg
