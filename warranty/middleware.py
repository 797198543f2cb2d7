"""The page of a card, answered before all that only people who sign in need: no session, no
message, no form. The whole world may ask for it, and often at once."""

import re
from collections.abc import Callable
from typing import cast

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation

from warranty.views import public

Handler = Callable[[HttpRequest], HttpResponseBase]
ADDRESS = re.compile(rf"/[wW]/({public.NUMBER})/?")


def answer_card(get_response: Handler) -> Handler:
    """The same answer, headers included, that the page gives behind the other middlewares."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        found = ADDRESS.fullmatch(request.path_info)
        if found is None:
            return get_response(request)
        request.get_host()  # refuses a host that is none of ours
        language = translation.get_language_from_request(request)
        translation.activate(language)  # until the next request says its own
        response = cast(HttpResponse, public.public_card(request, found[1]))
        response.headers.setdefault("Content-Language", language)
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Content-Length", str(len(response.content)))
        response.headers.setdefault("Vary", "Accept-Language, Cookie")
        return response

    return answer
