"""The frame of a table: {% load tables %}."""

import re

from django import template
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

register = template.Library()

Heading = str | Promise
# what the tab key stops at
STOPS = re.compile(r"<(?:a|button|input|select|summary|textarea)\b")


@register.simple_block_tag
def table(
    content: SafeString, *headings: Heading, figures: str = "", dense: bool = True
) -> SafeString:
    """A table that scrolls by itself when it is wider than its pane; `content` is its body.

    `figures` numbers the columns, from 1, whose heading stands right because figures do:
    {% table _("Number") _("Time") _("Total") figures="3" %}<tbody>…</tbody>{% endtable %}
    """
    return format_html(
        '<div class="scroll"{}><table{}>{}{}</table></div>',
        _reached(content, headings),
        SafeString(' class="dense"' if dense else ""),
        _head(headings, figures=figures, mark="n"),
        content,
    )


@register.simple_block_tag
def paper_table(content: SafeString, *headings: Heading, figures: str = "") -> SafeString:
    """A list on paper, with its headings as those of `table`."""
    head = _head(headings, figures=figures, mark="figure")
    return format_html('<table class="list">{}{}</table>', head, content)


def _head(headings: tuple[Heading, ...], *, figures: str, mark: str) -> SafeString:
    right = {int(column) for column in figures.split()}
    cells = (
        (format_html(' class="{}"', mark) if column in right else "", heading)
        for column, heading in enumerate(headings, 1)
    )
    row = format_html_join("", '<th scope="col"{}>{}</th>', cells)
    return format_html("<thead><tr>{}</tr></thead>", row)


def _reached(content: SafeString, headings: tuple[Heading, ...]) -> SafeString:
    """A table without a link is a stop of the tab key itself, so that the arrow keys scroll it; its
    name is what its columns are called."""
    if STOPS.search(content):
        return SafeString("")
    name = " · ".join(str(heading) for heading in headings if heading)
    return format_html(' tabindex="0" role="region" aria-label="{}"', name)
