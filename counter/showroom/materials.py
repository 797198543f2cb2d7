"""客料: stones and metal that the customer brings for an order, signed for when they are received,
and accounted for to the last chip before the order is handed over."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db.models import Sum
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter.models import (
    CustomersMaterial,
    MaterialEnd,
    MaterialEntry,
    MaterialKind,
    MaterialPhoto,
    NetworkOrder,
)
from counter.showroom import steps
from inventory.ground import access, codes, measures, signatures
from inventory.ground.changes import Book
from inventory.ground.errors import BadField, NotAllowed, RuleBroken
from inventory.ground.signatures import Drawn
from inventory.models import DrawnSignature, Photo

RECEIVED: str = "material_received"
GIVEN_BACK: str = "material_returned"
MOST_COUNT = 9_999


class BadMaterial(BadField):
    code = "bad_material"
    sentence = gettext_lazy("Say what it is, how many there are, and what they weigh together.")


class MaterialPhotoNeeded(BadField):
    code = "material_photo_needed"
    sentence = gettext_lazy("Take a picture of it before the customer leaves.")


class MaterialTooMuch(RuleBroken):
    code = "material_too_much"

    def __init__(self, left: "Amount") -> None:
        words = _("Only this is left of it: %(left)s. Nothing was changed.")
        super().__init__(words % {"left": left.words})


class MaterialWordsNeeded(BadField):
    code = "material_words_needed"
    sentence = gettext_lazy("Say how it was lost or broken.")


class MaterialUnaccounted(RuleBroken):
    code = "material_unaccounted"

    def __init__(self, order: NetworkOrder, left: Sequence[str]) -> None:
        words = _(
            "Material of the customer is not accounted for in order %(number)s: %(left)s. Note "
            "what was used, given back or lost."
        )
        told = {"number": order.number, "left": "; ".join(left)}
        super().__init__(words % told, number=order.number)


@dataclass(frozen=True)
class Amount:
    """So many stones or pieces; stones in thousandths of a carat, metal in mg."""

    count: int = 0
    mct: int = 0
    mg: int = 0

    @property
    def is_nothing(self) -> bool:
        return not (self.count or self.mct or self.mg)

    @property
    def words(self) -> str:
        told = [_("%(n)d pcs") % {"n": self.count}]
        if self.mct:
            # a chip of a few points counts too
            told.append(f"{self.mct // 1000}.{self.mct % 1000:03d} ct")
        if self.mg:
            told.append(f"{measures.grams(self.mg)} g")
        return " · ".join(told)


@dataclass(frozen=True)
class Brought:
    """What the customer puts on the counter; `fineness` in tenths of a permille by looks and
    stamp."""

    kind: str
    words: str
    amount: Amount
    metal: str = ""
    fineness: int | None = None


def receive(
    *,
    order: NetworkOrder,
    brought: Brought,
    photos: Sequence[Photo],
    signature: Drawn | None,
    by: User,
) -> CustomersMaterial:
    """The customer leaves stones or metal with us for an order, and signs for what it is.

    Refused: to a role without the right, for an order that is over, without words, count and
    weight, without a picture and without the signature.
    """
    _refuse_unless_theirs(by, order)
    words = codes.one_line(brought.words)[:120]
    _check(brought, words)
    if not photos:
        raise MaterialPhotoNeeded(field="photo")
    with steps.opened(order, by=by) as (book, locked):
        if locked.is_over:
            raise steps.OrderMoved(locked)
        text = "\n".join([locked.number, words, brought.amount.words])
        row = CustomersMaterial(
            order=locked,
            kind=brought.kind,
            words=words,
            count=brought.amount.count,
            weight_mct=brought.amount.mct,
            weight_mg=brought.amount.mg,
            metal=brought.metal,
            fineness=brought.fineness,
            signature=_signed(signature, locked, point=RECEIVED, text=text, book=book),
            at=book.at,
            by=by,
        )
        book.write([row], kind="material_received", number=locked.number)
        pictures = [MaterialPhoto(material=row, photo=photo) for photo in photos]
        book.write(pictures, kind="material_photo", number=locked.number)
    return row


def account(
    *,
    material: CustomersMaterial,
    end: str,
    amount: Amount,
    words: str,
    by: User,
    signature: Drawn | None = None,
) -> MaterialEntry:
    """What became of a part: used in the piece, given back with the customer's signature, or lost
    in the work with a word how; also after the order has ended.

    Refused: to a role without the right, nothing, more than is left, without the signature or the
    word.
    """
    order = material.order
    _refuse_unless_theirs(by, order)
    said = codes.one_line(words)[:120]
    if amount.is_nothing or min(amount.count, amount.mct, amount.mg) < 0:
        raise BadMaterial(field="count")
    if end == MaterialEnd.LOST and not said:
        raise MaterialWordsNeeded(field="words")
    with steps.opened(order, by=by) as (book, locked):
        # the chain's head is locked: nobody else takes from it meanwhile
        left = rest(material)
        if amount.count > left.count or amount.mct > left.mct or amount.mg > left.mg:
            raise MaterialTooMuch(left)
        drawn = None
        if end == MaterialEnd.RETURNED:
            text = "\n".join([locked.number, material.words, amount.words])
            drawn = _signed(signature, locked, point=GIVEN_BACK, text=text, book=book)
        row = MaterialEntry(
            material=material,
            end=MaterialEnd(end),
            count=amount.count,
            weight_mct=amount.mct,
            weight_mg=amount.mg,
            words=said,
            signature=drawn,
            at=book.at,
            by=by,
        )
        book.write([row], kind=f"material_{end}", number=locked.number)
    return row


def rest(material: CustomersMaterial) -> Amount:
    """What still lies with us of it (1 query)."""
    sums = material.entries.aggregate(
        count=Sum("count", default=0),
        mct=Sum("weight_mct", default=0),
        mg=Sum("weight_mg", default=0),
    )
    return Amount(
        material.count - sums["count"],
        material.weight_mct - sums["mct"],
        material.weight_mg - sums["mg"],
    )


def stones_here(order: NetworkOrder) -> int:
    """How many stones the customer has left with us that did not go back or break (2 queries)."""
    rows = CustomersMaterial.objects.filter(order=order, kind=MaterialKind.STONE)
    received: int = rows.aggregate(sum=Sum("count", default=0))["sum"]
    gone = MaterialEntry.objects.filter(material__in=rows).exclude(end=MaterialEnd.USED)
    lost: int = gone.aggregate(sum=Sum("count", default=0))["sum"]
    return received - lost


def check_accounted(order: NetworkOrder) -> None:
    """Refused while material of the customer lies with us that nobody has accounted for."""
    left = []
    for material in CustomersMaterial.objects.filter(order=order):
        amount = rest(material)
        if not amount.is_nothing:
            left.append(f"{material.words} ({amount.words})")
    if left:
        raise MaterialUnaccounted(order, left)


def _check(brought: Brought, words: str) -> None:
    amount = brought.amount
    is_stone = brought.kind == MaterialKind.STONE
    weighs, other = (amount.mct, amount.mg) if is_stone else (amount.mg, amount.mct)
    most = measures.MOST_MCT if is_stone else measures.MOST_MG
    if brought.kind not in MaterialKind.values or not words:
        raise BadMaterial(field="words")
    if not 0 < amount.count <= MOST_COUNT:
        raise BadMaterial(field="count")
    if other or not 0 < weighs <= most:
        raise BadMaterial(field="weight")
    if brought.fineness is not None and not 0 < brought.fineness <= measures.MOST_FINENESS:
        raise BadMaterial(field="fineness")


def _signed(
    drawn: Drawn | None, order: NetworkOrder, *, point: str, text: str, book: Book
) -> DrawnSignature:
    return signatures.write(
        drawn=drawn, store=book.store, document=order.number, point=point, text=text, book=book
    )


def _refuse_unless_theirs(by: User, order: NetworkOrder) -> None:
    """At the counter the customer may bring it before the order is in this store's queue."""
    if not (by.has_perm("work_orders") or by.has_perm("place_orders")):
        raise NotAllowed
    if order.queue_id != order.store_id:
        access.refuse_unless(by, "work_orders", store=order.queue)
