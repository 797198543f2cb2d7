"""What a hand takes off a price: off labour or a fixed price, within the limit of the role."""

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counter import bills, clerks, line_prices, new_goods
from counter.models import Part, Reduction, Role, SaleLine
from inventory.ground import amounts, approvals, measures, settings_rows
from inventory.ground.approvals import Ask
from inventory.ground.errors import BadField, NotAllowed, RuleBroken
from inventory.models import Store

# who may agree to what exceeds a clerk's limit, the least right first
AGREEMENTS = {"agree_discount": Role.CHIEF, "agree_large_discount": Role.MANAGER}


class BelowMetal(RuleBroken):
    """Grams × board are not given away without head office's right."""

    code = "below_metal"
    status = 422
    sentence = gettext_lazy("The metal's own value is not reduced. Take it off labour instead.")


class TooMuchOff(BadField):
    code = "too_much_off"


@transaction.atomic
def put(*, line: SaleLine, part: Part, cents: int, reason: str, by: User) -> Reduction | None:
    """Takes `cents` off one price part of a line of an open bill; 0 takes the reduction away.

    Refused: more than the part, off the metal without head office's right, without a reason; above
    the role's limit a second person must agree to exactly this, unless the old gold on the same
    bill had so much taken off and its rule keeps that for the new piece.
    """
    if not by.has_perm("sell"):
        raise NotAllowed
    line = bills.lock_line(line)
    before = _cents_of(line, part)
    if not 0 <= cents <= before:
        told = {"most": measures.yuan(before)}
        raise TooMuchOff(_("At most %(most)s can be taken off here.") % told, field="off")
    if cents and not reason.strip():
        raise BadField(_("Say why."), field="reason")
    if part == Part.METAL and not by.has_perm("below_metal"):
        raise BelowMetal
    approval = None
    alone = cents <= allowed_cents(before, store=line.sale.store, by=by)
    if not alone and cents > kept_cents(line, before):
        approval = approvals.spend(ask=ask(line=line, part=part, cents=cents), by=by)
    line.reductions.filter(part=part).delete()
    row = None
    if cents:
        row = Reduction.objects.create(
            line=line, part=part, cents=cents, reason=reason.strip()[:60], by=by, approval=approval
        )
    line_prices.sum_up(line)
    bills.round_anew(line.sale)
    return row


def allowed_cents(before: int, *, store: Store, by: User) -> int:
    """How much of an amount this person may take off alone."""
    role = clerks.role_of(by)
    key = clerks.DISCOUNT_SETTING.get(role) if role else None
    if key is None:
        return before if role == Role.HEAD else 0
    return amounts.share(cents=before, bp=settings_rows.number(store, key))


def kept_cents(line: SaleLine, before: int) -> int:
    """How much may be taken off because the old piece had it: 换新享原折扣."""
    return amounts.share(cents=before, bp=new_goods.kept_discount_bp(line))


def agreement_for(cents: int, *, before: int, store: Store) -> str:
    """The right that a second person needs to agree to so much: nobody agrees to more than they
    might give alone."""
    keys = {right: clerks.DISCOUNT_SETTING[role] for right, role in AGREEMENTS.items()}
    limits = settings_rows.values(store, *keys.values())
    for right, key in keys.items():
        if cents <= amounts.share(cents=before, bp=int(limits[key])):
            return right
    return "agree_any_discount"


def ask(*, line: SaleLine, part: Part, cents: int) -> Ask:
    """What the second person agrees to: this much off this part of this piece on this bill."""
    before = _cents_of(line, part)
    percent = amounts.half_up(dividend=cents * 1000, divisor=before)
    told = {
        "off": measures.yuan(cents),
        "percent": f"{percent // 10}.{percent % 10}",
        "piece": line.piece.name,
        "number": line.piece.number,
    }
    return Ask(
        action="reduce",
        store=line.sale.store.code,
        document=str(line.sale.uuid),
        figures={"piece": line.piece.number, "part": part.value, "cents": cents, "before": before},
        summary=_("%(off)s (%(percent)s %%) off %(piece)s %(number)s") % told,
        permission=agreement_for(cents, before=before, store=line.sale.store),
    )


def _cents_of(line: SaleLine, part: Part) -> int:
    by_part = {
        Part.METAL: line.metal_cents,
        Part.LABOUR: line.labour_cents,
        Part.FIXED: line.fixed_cents,
    }
    return by_part[part]
