"""What the outside may rely on: the recorded contract, and that every answer keeps it."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from ninja.constants import NOT_SET
from ninja.operation import Operation
from pydantic import BaseModel, TypeAdapter

from appraisal.models import TradeIn
from counter.api import api
from counter.models import Handover, NetworkOrder, Return, SaleLine
from inventory.ground.schemas import Strict
from inventory.models import Shipment, StocktakeSheet
from tests.cast import Shop
from tests.programs import API, EVERYTHING, Program, contract, register
from tests.traded import something_of_everything
from warranty.models import Ticket

RECORDED = Path(__file__).resolve().parent.parent / "openapi.json"
RECORD = (
    "python manage.py export_openapi_schema --api counter.api.api --indent 1 --sorted "
    "--output tests/openapi.json"
)


def test_it_is_the_recorded_contract() -> None:
    now = contract()
    recorded = json.loads(RECORDED.read_text(encoding="utf-8"))
    assert now == recorded, (
        f"The contract has changed. When it only gained something, record it: {RECORD}"
    )


def test_it_serves_the_contract_and_its_documentation_to_everybody() -> None:
    answer = Client().get(f"{API}/openapi.json")
    assert answer.json() == json.loads(RECORDED.read_text(encoding="utf-8"))
    page = Client().get(f"{API}/docs")
    told = page.content.decode()
    assert page.status_code == 200
    assert "'unsafe-inline'" not in page["Content-Security-Policy"]
    assert "<style" not in told
    assert "style=" not in told
    assert "http" not in told
    # a block of data is not run; everything that is run comes as a file of our own
    scripts = [each.split(">")[0] for each in told.split("<script")[1:]]
    assert all('src="/static/' in each or "application/json" in each for each in scripts)


# --- schemas


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """A schema and all that it is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
        for field in annotation.model_fields.values():
            yield from models_in(field.annotation)
    for part in getattr(annotation, "__args__", ()):
        yield from models_in(part)


def asked_by(operation: Operation) -> Iterator[Any]:
    for model in operation.models:
        for field in model.model_fields.values():
            yield field.annotation


def answered_by(operation: Operation) -> Any:
    """The schema of an answer; None for a file."""
    (model,) = operation.response_models.values()
    return None if model is NOT_SET else model.model_fields["response"].annotation


def test_it_has_only_strict_schemas() -> None:
    schemas = {
        model
        for operation in api.operations()
        for annotation in (*asked_by(operation), answered_by(operation))
        for model in models_in(annotation)
    }
    assert len(schemas) > 30
    for schema in schemas:
        assert issubclass(schema, Strict), schema
        assert schema.model_config["extra"] == "forbid", schema


BOUNDS = {
    "string": ({"maxLength"}, {"format"}, {"enum"}),
    "integer": ({"minimum", "maximum"},),
    "array": ({"maxItems"},),
    "object": ({"additionalProperties"},),
}


def unbounded(schema: dict[str, Any], defined: dict[str, Any], path: str) -> Iterator[str]:
    """Places in what a program sends where a text, a number or a list may be of any size."""
    if "$ref" in schema:
        schema = defined[schema["$ref"].rsplit("/", 1)[-1]]
    for choice in schema.get("anyOf", []):
        yield from unbounded(choice, defined, path)
    ways = BOUNDS.get(schema.get("type", ""), ())
    if ways and not any(way <= schema.keys() for way in ways):
        yield path
    for name, each in schema.get("properties", {}).items():
        yield from unbounded(each, defined, f"{path}.{name}")
    if "items" in schema:
        yield from unbounded(schema["items"], defined, f"{path}[]")


def test_it_bounds_everything_that_is_sent() -> None:
    document = contract()
    defined = document["components"]["schemas"]
    sent = [
        (f"{method} {path} {each['name']}", each["schema"])
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        for each in operation["parameters"]
    ]
    sent += [
        (f"{method} {path}", operation["requestBody"]["content"]["application/json"]["schema"])
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
        if "requestBody" in operation
    ]
    assert len(sent) > 30
    assert [each for name, schema in sent for each in unbounded(schema, defined, name)] == []


def test_it_finds_what_has_no_bounds() -> None:
    loose = {"type": "object", "properties": {"a": {"type": "string"}, "n": {"type": "integer"}}}
    assert list(unbounded(loose, {}, "x")) == ["x", "x.a", "x.n"]


# --- answers


Address = Callable[[Shop], str]
ADDRESSES: dict[str, Address] = {
    "list_stores": lambda shop: "/stores",
    "list_places": lambda shop: "/places",
    "list_pieces": lambda shop: "/pieces",
    "get_piece": lambda shop: f"/pieces/{sold(shop, 'piece__number')}",
    "list_movements": lambda shop: f"/pieces/{sold(shop, 'piece__number')}/movements",
    "list_metal_prices": lambda shop: "/metal-prices?store=S01",
    "list_changes": lambda shop: "/changes",
    "list_sales": lambda shop: "/sales",
    "get_sale": lambda shop: f"/sales/{sold(shop, 'sale__number')}",
    "list_payments": lambda shop: "/payments",
    "list_handovers": lambda shop: "/handovers",
    "get_handover": lambda shop: f"/handovers/{signed(shop)}",
    "list_trade_ins": lambda shop: "/trade-ins",
    "get_trade_in": lambda shop: f"/trade-ins/{TradeIn.objects.earliest('pk').number}",
    "list_scrap_bags": lambda shop: "/scrap-bags",
    "list_tickets": lambda shop: "/tickets",
    "get_ticket": lambda shop: f"/tickets/{Ticket.objects.earliest('pk').number}",
    "list_deposits": lambda shop: "/deposits",
    "list_returns": lambda shop: "/returns",
    "get_return": lambda shop: f"/returns/{Return.objects.earliest('pk').number}",
    "list_transfers": lambda shop: "/transfers",
    "get_transfer": lambda shop: f"/transfers/{Shipment.objects.earliest('pk').number}",
    "list_stocktakes": lambda shop: "/stocktakes",
    "get_stocktake": lambda shop: f"/stocktakes/{StocktakeSheet.objects.earliest('pk').number}",
    "list_stocktake_lines": lambda shop: (
        f"/stocktakes/{StocktakeSheet.objects.earliest('pk').number}/lines"
    ),
    "list_showroom_styles": lambda shop: "/showroom/styles",
    "get_order": lambda shop: f"/showroom/orders/{NetworkOrder.objects.earliest('pk').number}",
    "get_card": lambda shop: f"/cards/{sold(shop, 'cards__number')}",
}
READS = {
    each.view_func.__name__: each
    for each in api.operations()
    if each.methods == ["GET"] and answered_by(each) is not None
}


def sold(shop: Shop, column: str) -> str:
    found = SaleLine.objects.filter(cards__isnull=False).values_list(column, flat=True)
    return str(found.order_by("pk")[0])


def signed(shop: Shop) -> str:
    newest = Handover.objects.filter(store=shop.s01, signed_at__isnull=False).latest("pk")
    return newest.number


@pytest.fixture
def program(shop: Shop, standing_trade: None) -> Program:
    return register(*EVERYTHING)


@pytest.mark.parametrize("name", READS)
def test_it_answers_what_its_schema_says(shop: Shop, program: Program, name: str) -> None:
    answer = program.client.get(API + ADDRESSES[name](shop))
    assert answer.status_code == 200
    told = TypeAdapter(answered_by(READS[name])).validate_json(answer.content)
    if name.startswith("list_"):
        assert len(told.items) > 1


def test_it_asks_the_database_as_often_for_fifty_rows_as_for_one(shop: Shop) -> None:
    program = register(*set(EVERYTHING) - {"all_stores"}, stores=[shop.s01])
    something_of_everything(shop, times=1)
    addresses = [ADDRESSES[name](shop) for name in READS if name.startswith("list_")]
    few = {address: program.questions(address) for address in addresses}
    before = len(program.rows("/sales"))
    for _each in range(49):
        shop.sell(shop.charm())
    assert len(program.rows("/sales")) == before + 49
    assert {address: program.questions(address) for address in addresses} == few
    assert max(few.values()) <= 9
