"""One small tree of refusals; mapped once for pages and once for the API."""

from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class RuleBroken(Exception):
    """A rule of the shop said no; nothing was written but evidence.

    `message` is a translated sentence that a clerk understands. `next_url` and `next_label` name
    the next sensible step, `field` the form field that is wrong, `extra` figures for the API.
    """

    code: ClassVar[str] = "rule_broken"
    status: ClassVar[int] = 409
    retryable: ClassVar[bool] = False
    tone: ClassVar[str] = "scan-unknown"  # what a scanner's user hears
    sentence: ClassVar[str | Promise] = _("This is not possible.")

    def __init__(
        self,
        message: str | Promise | None = None,
        *,
        next_url: str = "",
        next_label: str | Promise = "",
        field: str = "",
        **extra: Any,
    ) -> None:
        self.message = message if message is not None else self.sentence
        self.next_url = next_url
        self.next_label = next_label
        self.field = field
        self.extra = extra
        super().__init__(self.message)

    def __str__(self) -> str:
        return str(self.message)


class NotAllowed(RuleBroken):
    """The role of this person does not include this act."""

    code = "not_allowed"
    status = 403
    sentence = _("Your role does not include this. Ask the counter chief or the manager.")


class Busy(RuleBroken):
    """Somebody else is writing; the same request may be sent again."""

    code = "busy"
    status = 503
    retryable = True
    sentence = _("The system is busy. Nothing was saved; please try again.")


class BadField(RuleBroken):
    """A typed value is not what this field takes; the other values stay."""

    code = "bad_field"
    status = 422
