"""How templates show money, weight, numbers and keys: {% load measures %}."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from inventory.ground import codes, keys
from inventory.ground import measures as measured
from inventory.models import Piece

register = template.Library()

register.filter("yuan", measured.yuan)
register.filter("carats", measured.carats)
register.filter("permille", measured.permille)
register.filter("pieces", measured.count)
register.filter("signed", measured.signed)
register.filter("signed_yuan", measured.signed_yuan)
register.filter("group_piece", codes.group_piece)
register.filter("group_card", codes.group_card)


@register.filter
def grams(mg: int | None) -> str:
    """Two decimals, as on a tag; an unknown weight is a dash and never 0."""
    return "—" if mg is None else measured.grams(mg)


@register.filter
def plain_yuan(cents: int | None) -> str:
    """An amount as a field holds it."""
    return "" if cents is None else measured.plain_yuan(cents)


@register.filter
def fineness_of(piece: Piece) -> str:
    """Grade and declared content: 足金 999‰."""
    return measured.declared_name(piece.metal, piece.fineness)


@register.filter
def metal_name(metal: str, fineness: int) -> str:
    return measured.declared_name(metal, fineness)


@register.simple_tag
def form_key() -> SafeString:
    """A fresh key for a form that writes: a repeated click is the same act."""
    return format_html('<input type="hidden" name="{}" value="{}">', keys.FIELD, keys.fresh())
