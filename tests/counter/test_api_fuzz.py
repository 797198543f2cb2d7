"""Thousands of odd requests, made up from the contract: never a 500, never an answer that the
contract does not know, never a yes to what it forbids.

Three hundred of them, always the same, in every run; `FULL=1` makes up some ten thousand, new ones
each time.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, settings
from schemathesis import Case

from tests import stocktakes
from tests.cast import Shop
from tests.programs import EVERYTHING, contract, register

FULL = bool(os.environ.get("FULL"))


def configured() -> schemathesis.Config:
    config = schemathesis.Config()
    house = config.projects.default
    house.generation.max_examples = 800 if FULL else 24
    house.generation.deterministic = not FULL
    house.generation.database = "none"
    # both may vanish on their way into an address, and are then refused by nobody; unknown
    # parameters and missing keys have tests of their own
    house.generation.allow_extra_parameters = False
    house.generation.with_security_parameters = False
    # what was answered before, times and all, would make every run another one
    house.phases.fuzzing.extra_data_sources.responses = FULL
    house.phases.fuzzing.error_feedback.is_enabled = FULL
    house.phases.coverage.enabled = FULL
    # a sealed cursor, a printable text and a band around a price are more than a schema can say
    house.checks.positive_data_acceptance.enabled = False
    return config


promised = schemathesis.openapi.from_dict(contract(), config=configured())
# not the server's own, which starts to write down look-ups of cards
promised.app = get_wsgi_application()


# numbers that there are, by their folder; those that are made up find nothing
known: dict[str, str] = {}


@promised.hook
def map_path_parameters(
    context: schemathesis.HookContext, path_parameters: dict[str, Any]
) -> dict[str, Any]:
    """Half of the requests for one document ask for one that is there."""
    folder = context.operation.path.split("/")[3] if context.operation else ""
    made_up = str((path_parameters or {}).get("number", ""))
    if folder in known and len(made_up) % 2:
        return {**path_parameters, "number": known[folder]}
    return path_parameters


@pytest.fixture
def headers(shop: Shop) -> Iterator[dict[str, str]]:
    """The key of a program, in a shop that has something to tell. The connection of the test's
    transaction stays open between requests, as it does for Django's own test client."""
    sale = shop.sell(shop.piece(), shop.ring())
    counting = stocktakes.opened(shop, "A-01")
    known.update(sales=str(sale.number), stocktakes=counting.number, pieces=shop.charm().number)
    program = register(*EVERYTHING)
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield {"Authorization": program.client.defaults["HTTP_AUTHORIZATION"]}
    for signal in signals:
        signal.connect(close_old_connections)


@promised.parametrize()
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_it_keeps_the_contract_whatever_is_sent(case: Case[Any], headers: dict[str, Any]) -> None:
    case.call_and_validate(headers=headers)
