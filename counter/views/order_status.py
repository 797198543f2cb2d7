"""The private link of an order: whoever holds it sees how far the order is, answers what we ask,
says yes or no to a change, confirms and cancels. No sign-in, no cookie."""

from collections.abc import Callable, Mapping
from typing import Final

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseRedirect
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from counter import order_status_page
from counter.models import ConsentHow, NetworkOrder
from counter.showroom import endings, orders, steps, talks, versions
from inventory.ground import access, nobody
from inventory.ground.errors import BadField, RuleBroken
from inventory.ground.house import house_name
from warranty import throttle
from warranty.views.public import in_asked_language, wait_page

LONGEST_KEY = 22


@csrf_exempt  # because: the secret in the address is the proof, and no cookie adds anything to it
@require_http_methods(["GET", "HEAD", "POST"])
@access.public(may_be_old=False)
@in_asked_language
def order_status(request: HttpRequest, key: str) -> HttpResponse:
    """How far the order is. A POST says `act`: confirm, reply, answer or cancel."""
    order = order_status_page.by_link(key) if len(key) <= LONGEST_KEY else None
    if order is None:
        spent = throttle.budget.spend(throttle.network_of(request))
        return _page(None) if spent else wait_page()
    if request.method != "POST":
        return _page(order)
    try:
        ACTS.get(request.POST.get("act", ""), _nothing)(request, order)
    except RuleBroken as refusal:
        order.refresh_from_db()
        return _page(order, mistake=refusal, status=refusal.status)
    return HttpResponseRedirect(request.get_full_path(), status=303)


def _nothing(_request: HttpRequest, _order: NetworkOrder) -> None:
    raise BadField


def _confirm(_request: HttpRequest, order: NetworkOrder) -> None:
    orders.confirm_by_customer(order=order, how=ConsentHow.LINK, by=nobody.customer())


def _reply(request: HttpRequest, order: NetworkOrder) -> None:
    asked = request.POST.get("question", "")
    is_number = asked.isascii() and asked.isdigit() and len(asked) < 19
    question = order.questions.filter(pk=int(asked) if is_number else 0).first()
    if question is None:
        raise BadField
    text = request.POST.get("text", "")
    talks.reply(question=question, text=text, how=ConsentHow.LINK, by=nobody.customer())


def _answer(request: HttpRequest, order: NetworkOrder) -> None:
    """To the version that stood on the page, with a plain yes or no."""
    version, answer = versions.open_proposal(order), request.POST.get("answer")
    shown = request.POST.get("version", "")
    if version is None or shown != str(version.version) or answer not in {"yes", "no"}:
        raise order_status_page.ChangeOld
    versions.answer(
        version=version, agreed=answer == "yes", how=ConsentHow.LINK, by=nobody.customer()
    )


def _cancel(request: HttpRequest, order: NetworkOrder) -> None:
    """Of an order in the state that stood on the page."""
    if request.POST.get("state") != order.state:
        raise steps.OrderMoved(order)
    reason, remark = request.POST.get("reason", ""), request.POST.get("remark", "")
    endings.cancel(order=order, reason=reason, remark=remark[:200], by=nobody.customer())


ACTS: Final[Mapping[str, Callable[[HttpRequest, NetworkOrder], None]]] = {
    "confirm": _confirm,
    "reply": _reply,
    "answer": _answer,
    "cancel": _cancel,
}


def _page(
    order: NetworkOrder | None, *, mistake: RuleBroken | None = None, status: int = 200
) -> HttpResponse:
    """One calm page for every link, known or not."""
    told = {
        "house_name": house_name(),
        "told": order_status_page.told(order) if order else None,
        "mistake": mistake,
    }
    page = render_to_string("counter/showroom/order_status.html", told)
    response = HttpResponse(page, status=status)
    if mistake is not None:
        response["X-Refusal"] = mistake.code
    response._has_been_logged = True  # type: ignore[attr-defined]  # because: Django's own switch; the address is the secret
    return response
