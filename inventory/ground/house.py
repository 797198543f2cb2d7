"""The brand."""

from django.conf import settings
from django.utils.translation import get_language


def house_name() -> str:
    """The name of the house, in the language of the page or the paper."""
    language = get_language() or "en"
    return str(settings.HOUSE_NAME.get(language, settings.HOUSE_NAME["en"]))
