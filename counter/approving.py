"""The second person at the same tablet: what is asked travels signed, the PIN proves who agrees."""

from dataclasses import asdict

from django.contrib.auth.models import User
from django.core import signing
from django.http import QueryDict
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from counter import clerks
from inventory.ground import access, approvals
from inventory.ground.approvals import ApproverNotAllowed, Ask
from inventory.ground.errors import RuleBroken
from inventory.models import Approval, Store

SALT = "counter.approval"
OUR_FIELDS = {"ask", "approver", "pin", "again_path", "csrfmiddlewaretoken", "_key"}


class AskExpired(RuleBroken):
    code = "ask_expired"
    sentence = _("This request is too old. Press the button again.")


def seal(ask: Ask) -> str:
    """What is asked, so that the browser can carry it and not change it."""
    return signing.dumps(asdict(ask) | {"summary": str(ask.summary)}, salt=SALT)


def read(sealed: str) -> Ask:
    try:
        found = signing.loads(sealed, salt=SALT, max_age=approvals.VALID_FOR)
    except signing.BadSignature as wrong:
        raise AskExpired from wrong
    return Ask(**found)


def agree(*, ask: Ask, asked_by: User, approver: User, pin: str) -> Approval:
    """Checks the PIN, then writes the yes. Refused: a wrong PIN (the try stays written), the one
    who asks, a role without the right, and a person of another store than the document's."""
    if approver.pk == asked_by.pk:
        raise ApproverNotAllowed
    clerks.check_pin(user=approver, pin=pin, purpose=ask.action)
    stores = Store.objects.filter(code=ask.store)
    store = access.visible(stores, approver, store="pk").first()
    if store is None:
        raise ApproverNotAllowed
    return approvals.grant(ask=ask, store=store, asked_by=asked_by, by=approver)


def again(typed: QueryDict) -> dict[str, object]:
    """The asker's own request, to be sent once more: its address and its fields."""
    path = typed.get("again_path", "")
    fields = [
        (name, value) for name in typed if name not in OUR_FIELDS for value in typed.getlist(name)
    ]
    return {
        "path": path if _is_inside(path) else "/",
        "fields": fields,
    }


def _is_inside(path: str) -> bool:
    """An address of this site, however a browser may read its slashes."""
    return path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
