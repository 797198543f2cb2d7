"""How templates show what differs on a sheet: {% load sheets %}."""

from django import template

from counter import sheet_papers

register = template.Library()

register.filter("difference", sheet_papers.amount_of)
register.filter("signed", sheet_papers.signed)
register.filter("signed_yuan", sheet_papers.signed_yuan)
