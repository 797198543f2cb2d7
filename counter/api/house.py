"""What holds for every operation of the API: who is let in, what may be sent, how it refuses."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import wraps
from types import MethodType
from typing import Any, cast

import orjson
from django.core.exceptions import SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.openapi.docs import Swagger
from ninja.openapi.schema import OpenAPISchema
from ninja.operation import Operation
from ninja.parser import Parser

from inventory.ground import access, refusals, scopes
from inventory.ground.access import Access, Scope
from inventory.ground.errors import RuleBroken
from inventory.ground.schemas import Problem

View = Callable[..., HttpResponseBase]
Errors = dict[str, list[str]]

MOST_ERRORS = 20  # told at once; a body of nothing but mistakes is not answered with as many

ABOUT = """\
Money is text in yuan and an integer in cents (`…_cents`), weights are text in grams and an integer
in milligrams (`…_mg`), fineness is in tenths of a permille, times are RFC 3339 with an offset.
Every POST takes an `Idempotency-Key`: the same request with the same key has one effect.
Refusals are RFC 9457 problems with a stable `code`."""


class BadInput(RuleBroken):
    code = "bad_input"
    status = 422
    sentence = gettext_lazy("Something in this request is not as the contract says.")


class BadJson(BadInput):
    code = "bad_json"
    sentence = gettext_lazy("The body is not one JSON document in UTF-8 with each name once.")


class WrongMethod(RuleBroken):
    code = "wrong_method"
    status = 405
    sentence = gettext_lazy("This address does not take this method.")


class OneDocument(Parser):
    """JSON without what Python's reader forgives: names twice, NaN, half characters, towers of
    brackets, other encodings. A number too large for 64 bits arrives as one that no field takes."""

    def parse_body(self, request: HttpRequest) -> dict[str, Any]:
        try:
            orjson.loads(request.body)
            document: dict[str, Any] = json.loads(request.body, object_pairs_hook=_each_once)
        except (ValueError, RecursionError) as unreadable:
            raise BadJson(field="body") from unreadable
        return document


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    named = dict(pairs)
    if len(named) != len(pairs):
        raise ValueError("a name stands twice")
    return named


class HouseApi(NinjaAPI):
    """Closed unless opened: an operation without a scope lets nobody in."""

    def __init__(self) -> None:
        super().__init__(
            title="Jewelry counter",
            version="1",
            description=ABOUT,
            urls_namespace="api",
            auth=scopes.Needs(),
            parser=OneDocument(),
            # the badge of the documentation would ask another host
            docs=Swagger(settings={"validatorUrl": None}),
            docs_decorator=access.public(),
        )
        self.add_decorator(admit, mode="view")
        self.add_exception_handler(RuleBroken, _refuse)
        self.add_exception_handler(ValidationError, _refuse_fields)
        self.add_exception_handler(HttpError, _refuse_unread)
        self.add_exception_handler(Http404, _refuse_unknown)
        self.add_exception_handler(Exception, _refuse_if_ours)

    def get_openapi_operation_id(self, operation: Operation) -> str:
        return operation.view_func.__name__

    @property
    def urls(self) -> tuple[list[URLPattern | URLResolver], str, str]:
        """The addresses; each says who may come, and refuses other methods in our own words."""
        addresses, app_name, namespace = super().urls
        patterns = [each for each in addresses if isinstance(each, URLPattern)]
        methods_of = {each.view_func.__name__: each.methods for each in self.operations()}
        bodies = {
            each.view_func.__name__: access.most_body(each.view_func) for each in self.operations()
        }
        taken: dict[str, set[str]] = defaultdict(set)
        for pattern in patterns:
            taken[str(pattern.pattern)] |= set(methods_of.get(str(pattern.name), ()))
        for pattern in patterns:
            if access.declared(pattern.callback) is None:
                methods = taken[str(pattern.pattern)]
                max_body = bodies.get(str(pattern.name), access.MAX_BODY)
                pattern.callback = _answering(pattern.callback, methods, max_body)
        return addresses, app_name, namespace

    def operations(self) -> Iterator[Operation]:
        """Everything the API does; a test wants a scope on each."""
        for router in self._get_bound_routers():
            for view in router.path_operations.values():
                yield from view.operations

    def get_openapi_schema(self, **kwargs: Any) -> OpenAPISchema:
        """The contract, with what ninja cannot know: refusals, keys, and that a parameter of an
        address can be left out but never be null."""
        document = super().get_openapi_schema(**kwargs)
        components = document["components"]
        components["schemas"]["Problem"] = Problem.model_json_schema()
        components["securitySchemes"] = {scopes.SCHEME: {"type": "http", "scheme": "bearer"}}
        for path in document["paths"].values():
            for method, operation in path.items():
                answers = {str(status): each for status, each in operation["responses"].items()}
                operation["responses"] = answers | REFUSED
                operation["parameters"] = [_never_null(each) for each in operation["parameters"]]
                if method == "post":
                    operation["parameters"].append(KEY)
        return document


KEY = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": True,
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
REFUSED = {
    "4XX": {"description": "Refused", "content": _PROBLEM},
    "503": {"description": "Busy: the same request may be sent again", "content": _PROBLEM},
}


def admit(run: MethodType) -> View:
    """Around every operation: an address with a parameter that is not in the contract, or with
    one twice, is refused instead of half understood."""
    operation = cast(Operation, run.__self__)
    queries = [each for each in operation.models if each.__ninja_param_source__ == "query"]
    known = {name for each in queries for name in each.__ninja_flatten_map__}

    @wraps(run)
    def admitted(request: HttpRequest, **path: Any) -> HttpResponseBase:
        # who has no key is told so first, by the operation itself
        if request.user.is_authenticated and (strange := _strange(request, known)):
            return refusals.problem(BadInput(), errors=strange)
        return cast(HttpResponseBase, run(request, **path))

    return admitted


def _strange(request: HttpRequest, known: set[str]) -> Errors:
    strange: Errors = {}
    for name, values in request.GET.lists():
        if name not in known:
            strange[name] = [_("There is no such parameter.")]
        elif len(values) > 1:
            strange[name] = [_("Send this parameter once.")]
    return dict(list(strange.items())[:MOST_ERRORS])


def _answering(view: Any, methods: set[str], max_body: int) -> View:
    @csrf_exempt  # because: a session does not open the API, so there is nothing to ride on
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if methods and request.method not in methods:
            response = refusals.problem(WrongMethod())
            response["Allow"] = ", ".join(sorted(methods))
            return response
        try:
            return cast(HttpResponseBase, view(request, *args, **kwargs))
        except SuspiciousOperation:
            return refusals.problem(BadInput())

    # who may come is said by each operation; where nothing is posted, no key is asked for
    answer.access = Access(Scope.STORE, keyed="POST" in methods, max_body=max_body)  # type: ignore[attr-defined]  # because: a view carries its declaration
    return answer


def _never_null(parameter: dict[str, Any]) -> dict[str, Any]:
    schema = dict(parameter["schema"])
    kinds = [each for each in schema.pop("anyOf", []) if each != {"type": "null"}]
    if len(kinds) == 1:
        schema |= kinds[0]
    return parameter | {"schema": schema}


def _refuse(_request: HttpRequest, refusal: Any) -> HttpResponse:
    response = refusals.problem(refusal)
    if refusal.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def _refuse_fields(_request: HttpRequest, wrong: Any) -> HttpResponse:
    errors: Errors = {}
    for error in wrong.errors[:MOST_ERRORS]:
        # where it stands begins with the kind of parameter and, in a body, its Python name
        place = error["loc"][2:] if error["loc"][0] == "body" else error["loc"][1:]
        errors.setdefault(".".join(map(str, place)) or "body", []).append(error["msg"])
    return refusals.problem(BadInput(), errors=errors)


def _refuse_unread(_request: HttpRequest, unread: Any) -> HttpResponse:
    """Ninja hides what our reader of bodies said behind an error of its own."""
    reason = unread.__cause__
    return refusals.problem(reason if isinstance(reason, RuleBroken) else BadInput())


def _refuse_unknown(_request: HttpRequest, _unknown: Any) -> HttpResponse:
    return refusals.problem(refusals.NotHere())


def _refuse_if_ours(_request: HttpRequest, error: Any) -> HttpResponse:
    refusal = refusals.as_refusal(error)
    if refusal is None:
        raise error
    return refusals.problem(refusal)
