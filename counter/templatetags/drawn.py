"""How templates show a customer's signature: {% load drawn %}."""

from django import template

from inventory.ground.signatures import Strokes

register = template.Library()


@register.filter
def svg_path(strokes: Strokes) -> str:
    """Strokes as the data of an SVG path on the pad of 1,000 by 400."""
    return "".join(_line(stroke) for stroke in strokes if len(stroke) >= 2)


def _line(stroke: list[int]) -> str:
    # a dot is a line from itself to itself; the round ends of the line make it seen
    return f"M{stroke[0]} {stroke[1]}L{' '.join(str(number) for number in stroke)}"
