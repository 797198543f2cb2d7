"""熔料: bags of one metal class become a bar; the refiner's paper says what was really in it."""

from collections.abc import Sequence

from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from appraisal import bag_journeys, contents, scrap
from appraisal.bag_journeys import NoBags
from appraisal.models import BagState, Melt, RefinerAssay, ScrapBag
from inventory import places
from inventory.ground import access, changes, measures, numbers, settings_rows
from inventory.ground.amounts import WHOLE_BP
from inventory.ground.errors import BadField, RuleBroken
from inventory.ground.measures import MOST_FINENESS
from inventory.models import Store


class SeveralClasses(RuleBroken):
    """Metal of two classes in one bar could be told apart by nobody."""

    code = "several_classes"
    status = 422
    sentence = gettext_lazy("Only bags of one metal class are melted together.")


class MeltGains(RuleBroken):
    code = "melt_gains"
    status = 422

    def __init__(self, in_mg: int) -> None:
        super().__init__(
            _("The bar weighs more than the %(grams)s g of old gold. Weigh it again.")
            % {"grams": measures.grams(in_mg)},
            field="out_grams",
        )


class MeltLosesTooMuch(RuleBroken):
    code = "melt_loses"
    status = 422

    def __init__(self, least_mg: int) -> None:
        super().__init__(
            _("From this old gold come at least %(grams)s g. Weigh the bar again, or look for it.")
            % {"grams": measures.grams(least_mg)},
            field="out_grams",
        )


class AssayEntered(RuleBroken):
    code = "assay_entered"
    sentence = gettext_lazy("The refiner's paper of this bar was entered already.")


def melt(*, bags: Sequence[ScrapBag], out_mg: int, by: User) -> Melt:
    """Bags that arrived at head office become one bar of `out_mg` milligrams.

    Refused: to a role without the right, bags of two classes, one that is not there or whose days
    of rest are not over, a bar heavier than what went in, or lighter than the setting
    `melt_loss_bp` allows for the metal in it.
    """
    if not bags:
        raise NoBags
    if len({(bag.metal, bag.grade) for bag in bags}) > 1:
        raise SeveralClasses
    house = bag_journeys.head_office()
    access.refuse_unless(by, "melt_scrap", store=house)
    with changes.opened(store=house, by=by) as book:
        bag_journeys.check_hold(bags, book)
        in_mg = sum(bag.mg for bag in bags)
        _check_loss(bags, in_mg=in_mg, out_mg=out_mg, house=house)
        day = places.business_day(house, book.at)
        row = Melt(
            number=numbers.issue(store=house, kind=numbers.Kind.MELT, day=day),
            store=house,
            metal=bags[0].metal,
            grade=bags[0].grade,
            in_mg=in_mg,
            out_mg=out_mg,
            predicted_mg=sum(bag.fine_mg for bag in bags),
            at=book.at,
        )
        book.write([row], kind="old_gold_melted", number=row.number)
        scrap.move(bags, BagState.MELTED, to=None, book=book, melt=row)
        scrap.put_pieces(scrap.pieces_in(bags), None, reason="melted", book=book)
    return row


def enter_assay(*, melt: Melt, refiner: str, paper: str, fineness: int, by: User) -> RefinerAssay:
    """What the refiner found in a bar, in tenths of a permille, with the number of the paper.
    Refused: twice, above 1000 ‰, without a name or a number."""
    access.refuse_unless(by, "melt_scrap", store=melt.store)
    if not 0 < fineness <= MOST_FINENESS:
        raise BadField(_("Nothing is purer than 1000 ‰."), field="fineness")
    if not refiner.strip() or not paper.strip():
        raise BadField(_("Type the refiner and the number of the paper."), field="paper")
    with changes.opened(store=melt.store, by=by) as book:
        # the head is locked: nobody else enters it meanwhile
        if RefinerAssay.objects.filter(melt=melt).exists():
            raise AssayEntered
        row = RefinerAssay(
            melt=melt,
            refiner=refiner.strip(),
            paper=paper.strip(),
            fineness=fineness,
            by=by,
            at=book.at,
        )
        book.write([row], kind="refiner_assay", number=melt.number)
    return row


def _check_loss(bags: Sequence[ScrapBag], *, in_mg: int, out_mg: int, house: Store) -> None:
    if out_mg > in_mg:
        raise MeltGains(in_mg)
    # stones and dirt burn away or are picked out; only what is metal must come out again
    kept_bp = WHOLE_BP - settings_rows.number(house, "melt_loss_bp")
    least_mg = contents.metal_mg(bags) * kept_bp // WHOLE_BP
    if not least_mg <= out_mg or out_mg <= 0:
        raise MeltLosesTooMuch(least_mg)
