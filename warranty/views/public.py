"""What a customer sees of a warranty card: no sign-in, no cookie, nothing from other hosts."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from inventory.ground import access, codes, photos
from inventory.ground.codes import CodeKind
from inventory.ground.house import house_name
from warranty import public_cards, throttle

FORM_BYTES = 64 * access.KILOBYTE  # what stands around the picture in its request
# larger ones still get the calm page here; it is answered by their length and never read
LONGEST_REQUEST = 2**31

View = Callable[..., HttpResponse]


def in_asked_language(view: View) -> View:
    """`?lang=en` answers in that language, without a cookie, and stays out of every cache."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.GET.get("lang")
        if asked not in dict(settings.LANGUAGES):
            return _private(view(request, *args, **kwargs))
        with override(asked):
            response = view(request, *args, **kwargs)
        response["Content-Language"] = asked
        return _private(response)

    return answer


@require_safe
@access.public()
@in_asked_language
def public_card(request: HttpRequest, text: str) -> HttpResponse:
    """The page behind the QR code: 200 for every number, known or not."""
    code = codes.read(text)
    if mistake := public_cards.mistake_in(code):
        return _look_up_page(request, typed=text, mistake=mistake)
    card = public_cards.look_up(code.value, on=timezone.localdate())
    if card.card_id is None and not throttle.budget.spend(throttle.network_of(request)):
        return _wait_page(request)
    return _page(request, "warranty/public_card.html", {"card": card})


@csrf_exempt  # because: the picture is read and forgotten; nothing is written for anybody
@require_http_methods(["GET", "HEAD", "POST"])
@access.public(max_body=LONGEST_REQUEST)
@in_asked_language
def look_up_card(request: HttpRequest) -> HttpResponse:
    """Type the number, or send a photo of the card."""
    if request.method == "POST":
        return _read_photo(request)
    text = request.GET.get("n", "")
    if not text.strip():
        return _look_up_page(request)
    code = codes.read(text)
    if mistake := public_cards.mistake_in(code):
        return _look_up_page(request, typed=text, mistake=mistake)
    return _to_card(request, code.value)


def _read_photo(request: HttpRequest) -> HttpResponse:
    """A photo without a card on it is an answer, not a refusal: typing is always possible."""
    length = request.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > photos.MOST_BYTES + FORM_BYTES:
        return _look_up_page(request, bad_photo=str(photos.PictureTooLarge.sentence), status=413)
    photo = request.FILES.get("photo")
    if photo is None:
        return _look_up_page(request, bad_photo=_("Choose a photo first."), status=422)
    try:
        found = _card_numbers(photos.codes_on(photos.open_picture(photo)))
    except photos.BadPicture as refusal:
        return _look_up_page(request, bad_photo=str(refusal), status=refusal.status)
    if len(found) == 1:
        return _to_card(request, found.pop())
    if not throttle.budget.spend(throttle.network_of(request)):
        return _wait_page(request)
    told = _("No card number could be read from this photo. Try again closer, or type the number.")
    return _look_up_page(request, bad_photo=told, status=422)


def _card_numbers(texts: list[str]) -> set[str]:
    """The sound card numbers on a photo; bars and square of one card say the same."""
    read = [codes.read(text) for text in texts]
    return {code.value for code in read if code.kind == CodeKind.CARD and not code.wrong_digit}


def _to_card(request: HttpRequest, number: str) -> HttpResponse:
    asked = request.GET.get("lang", "")
    again = f"?lang={asked}" if asked in dict(settings.LANGUAGES) else ""
    return HttpResponseRedirect(reverse("public_card", args=[number]) + again)


def _look_up_page(
    request: HttpRequest,
    *,
    typed: str = "",
    mistake: str = "",
    bad_photo: str = "",
    status: int = 200,
) -> HttpResponse:
    told = {"typed": typed, "mistake": mistake, "bad_photo": bad_photo}
    return _page(request, "warranty/look_up_card.html", told, status=status)


def _wait_page(request: HttpRequest) -> HttpResponse:
    seconds = throttle.budget.seconds_to_wait()
    response = _page(request, "warranty/wait.html", {}, status=429)
    response["Retry-After"] = str(seconds)
    return response


def _page(
    request: HttpRequest, template: str, told: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """Without the context of staff pages: no person, no session, no cookie."""
    around = {"house_name": house_name(), "path": request.path}
    return HttpResponse(render_to_string(template, around | told), status=status)


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
