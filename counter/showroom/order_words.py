"""An order in plain words, as the customer confirms it: product, quantity, size, engraving letter
by letter, address."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from counter.models import DeliveryWay, OrderVersion, PriceMode
from counter.showroom.wishes import LineWish, Wish
from inventory.ground import measures
from inventory.models import Style


def summary(version: OrderVersion) -> str:
    """A version in lines of text."""
    number = _("Order %(number)s") % {"number": version.order.number}
    wish = Wish.from_content(version.content)
    return "\n".join([number, *wish_words(wish, total_cents=version.total_cents)])


def wish_words(wish: Wish, *, total_cents: int) -> list[str]:
    """What is ordered, line for line, before it has a number."""
    styles = Style.objects.filter(code__in={line.style for line in wish.lines})
    names = dict(styles.values_list("code", "name"))
    told = [line_words(line, name=names.get(line.style, "")) for line in wish.lines]
    told += terms_words(wish)
    return [*told, _("Estimated: %(amount)s") % {"amount": measures.yuan(total_cents)}]


def line_words(line: LineWish, *, name: str) -> str:
    """One line: what, how many, and each thing that was chosen."""
    metal = measures.grade_name(line.metal, line.grade)
    told = [f"{line.style} {name}".strip(), f"{metal} × {line.pieces}"]
    told += [each for each in (line.size_spec, line.finish) if each]
    if line.ring_size:
        told.append(_("ring size %(size)s") % {"size": line.ring_size})
    if line.stone_kind:
        weight = f"{measures.carats(line.stone_mct)} ct" if line.stone_mct else ""
        stone = (line.stone_kind, weight, line.stone_color, line.stone_clarity, line.stone_cut)
        told.append(" ".join(each for each in stone if each))
    if line.certificate:
        told.append(_("certificate of %(lab)s") % {"lab": line.certificate})
    if line.mark:
        told.append(_("stamped: %(letters)s") % {"letters": spelled(line.mark)})
    if line.engraving:
        told.append(_("engraved: %(letters)s") % {"letters": spelled(line.engraving)})
    if line.remark:
        told.append(line.remark)
    return " · ".join(told)


def terms_words(wish: Wish) -> list[str]:
    """Price basis, day, delivery and promises."""
    told = [str(PriceMode(wish.price_mode).label), str(DeliveryWay(wish.delivery).label)]
    if wish.delivery == DeliveryWay.SHIP:
        told.append(f"{wish.recipient} {wish.telephone} {wish.address}")
    if wish.wanted_on:
        told.append(_("wanted on %(day)s") % {"day": date_format(wish.wanted_on)})
    return told + [each for each in (wish.promises, wish.remark) if each]


def spelled(text: str) -> str:
    """Letter by letter, a space as a sign of its own: nobody reads over a missing one."""
    return " ".join("␣" if sign == " " else sign for sign in text)
