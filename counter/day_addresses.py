"""A business day in an address: /day/2026-11-21/."""

from datetime import date


class IsoDay:
    """A day as it stands in an address; one that is none leads nowhere (404)."""

    regex = "20[0-9]{2}-[0-9]{2}-[0-9]{2}"

    def to_python(self, text: str) -> date:
        return date.fromisoformat(text)

    def to_url(self, day: date) -> str:
        return day.isoformat()
