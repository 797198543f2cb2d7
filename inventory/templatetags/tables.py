"""The frame of a table: {% load tables %}."""

from django import template
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_block_tag
def table(
    content: SafeString, *headings: str | Promise, figures: str = "", dense: bool = True
) -> SafeString:
    """A table that scrolls by itself when it is wider than its pane; `content` is its body.

    `figures` numbers the columns, from 1, whose heading stands right because figures do:
    {% table _("Number") _("Time") _("Total") figures="3" %}<tbody>…</tbody>{% endtable %}
    """
    right = {int(column) for column in figures.split()}
    marks = (' class="n"' if column in right else "" for column in range(1, len(headings) + 1))
    head = format_html_join(
        "", '<th scope="col"{}>{}</th>', zip(map(SafeString, marks), headings, strict=True)
    )
    return format_html(
        '<div class="scroll"><table{}><thead><tr>{}</tr></thead>{}</table></div>',
        SafeString(' class="dense"' if dense else ""),
        head,
        content,
    )
