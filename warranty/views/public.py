"""What a customer sees of a warranty card: no sign-in, no cookie, nothing from other hosts."""

from collections.abc import Callable, Iterable
from datetime import date
from functools import cache, lru_cache, wraps
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from inventory.ground import access, codes, photos
from inventory.ground.codes import Code, CodeKind
from inventory.ground.house import house_name
from warranty import public_cards, throttle
from warranty.public_cards import PromiseEntry
from warranty.views import kept_drawings

NUMBER = r"[\d -]{1,60}"  # as it may stand in an address
LANGUAGES = frozenset(code for code, _name in settings.LANGUAGES)
CONTENT = "[the card]"  # where the frame is open
FORM_BYTES = 64 * access.KILOBYTE  # what stands around the picture in its request
# larger ones still get the calm page here; it is answered by their length and never read
LONGEST_REQUEST = 2**31

View = Callable[..., HttpResponse]


def in_asked_language(view: View) -> View:
    """`?lang=en` answers in that language, without a cookie, and stays out of every cache."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        asked = request.GET.get("lang")
        if asked not in LANGUAGES:
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
        return _look_up_page(typed=_in_groups(code, text), mistake=mistake)
    network = throttle.network_of(request)
    if throttle.budget.is_over(network) and not public_cards.is_known(code.value):
        return wait_page()
    today = timezone.localdate()
    card = public_cards.look_up(code.value, on=today)
    if card.card_id is None and not throttle.budget.spend(network):
        return wait_page()
    # a miss draws nobody's facts and throws them away: the clock does not tell it from a hit
    facts = card.facts or public_cards.nobodys_facts(on=today)
    language = get_language() or settings.LANGUAGE_CODE
    left = _benefits(facts.promises, today, language)
    drawn = kept_drawings.facts(card, facts, left=left, language=language)
    if card.facts is None:
        drawn = kept_drawings.no_facts(card, language=language)
    before, after = _frame(language)
    return HttpResponse(f"{before}{drawn}{after}")


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
        return _look_up_page()
    code = codes.read(text)
    if mistake := public_cards.mistake_in(code):
        return _look_up_page(typed=_in_groups(code, text), mistake=mistake)
    return _to_card(request, code.value)


def _in_groups(code: Code, text: str) -> str:
    """What was typed, as the card shows it."""
    return codes.group_card(code.value) if code.value.isdigit() else text[: codes.LONGEST]


def _read_photo(request: HttpRequest) -> HttpResponse:
    """A photo without a card on it is an answer, not a refusal: typing is always possible."""
    length = request.headers.get("Content-Length", "")
    if length.isdigit() and int(length) > photos.MOST_BYTES + FORM_BYTES:
        return _look_up_page(bad_photo=str(photos.PictureTooLarge.sentence), status=413)
    photo = request.FILES.get("photo")
    if photo is None:
        return _look_up_page(bad_photo=_("Choose a photo first."), status=422)
    try:
        found = _card_numbers(photos.codes_on(photos.open_picture(photo)))
    except photos.BadPicture as refusal:
        return _look_up_page(bad_photo=str(refusal), status=refusal.status)
    if len(found) == 1:
        return _to_card(request, found.pop())
    if not throttle.budget.spend(throttle.network_of(request)):
        return wait_page()
    told = _("No card number could be read from this photo. Try again closer, or type the number.")
    return _look_up_page(bad_photo=told, status=422)


def _card_numbers(texts: Iterable[str]) -> set[str]:
    """The sound card numbers on a photo; bars and square of one card say the same."""
    read = [codes.read(text) for text in texts]
    return {code.value for code in read if code.kind == CodeKind.CARD and not code.wrong_digit}


def _to_card(request: HttpRequest, number: str) -> HttpResponse:
    asked = request.GET.get("lang", "")
    again = f"?lang={asked}" if asked in LANGUAGES else ""
    return HttpResponseRedirect(reverse("public_card", args=[number]) + again)


def _look_up_page(
    *, typed: str = "", mistake: str = "", bad_photo: str = "", status: int = 200
) -> HttpResponse:
    told = {"typed": typed, "mistake": mistake, "bad_photo": bad_photo}
    return HttpResponse(_page("warranty/look_up_card.html", **told), status=status)


def wait_page() -> HttpResponse:
    """What somebody gets who has guessed too often."""
    response = HttpResponse(_wait(get_language() or settings.LANGUAGE_CODE), status=429)
    response["Retry-After"] = str(throttle.budget.seconds_to_wait())
    response._has_been_logged = True  # type: ignore[attr-defined]  # because: Django's own switch; a flood must not fill the log
    return response


@cache
def _wait(language: str) -> str:
    """Drawn once for each language: who floods us gets the cheapest answer we have."""
    return _page("warranty/wait.html")


@lru_cache(maxsize=1_000)
def _benefits(promises: tuple[PromiseEntry, ...], on: date, language: str) -> SafeString:
    """What is left of the benefits. Cards that were sold on one day under one plan, and of which
    nothing was used, say the same: it is drawn once for all of them."""
    lines = public_cards.benefit_lines(promises, on=on)
    return render_to_string("warranty/_benefits.html", {"benefits": lines})


@cache
def _frame(language: str) -> tuple[str, str]:
    """What stands before and after the facts of every card, drawn once for each language: it is
    five times as long as the facts and says the same to everybody."""
    before, after = _page("warranty/public_card.html", content=CONTENT).split(CONTENT)
    return before, after


def _page(template: str, **told: str) -> str:
    """Without the context of staff pages: no person, no session, no cookie."""
    return render_to_string(template, {"house_name": house_name(), **told})


def _private(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response
