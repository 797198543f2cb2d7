"""The shop of a run: the standing cast of the tests, and a counter for each tablet."""

from django.core.management import call_command

from appraisal import seed as old_gold_seed
from counter import api_clients, clerks, return_seed
from counter.models import OrderState, Role
from inventory import places
from inventory.ground import codes, settings_rows
from inventory.models import Style
from tests.cast import PASSWORD, PINS, open_shop
from tests.faults.clerk import MANAGER, Place
from tests.showroom import open_showroom

ORDERS = 8  # that every clerk follows from the second check to the hand-over
WANTED = 200  # pieces that every clerk of the store wants
READS = ("pieces:read", "sales:read", "changes:read")


def build(tablets: int) -> tuple[list[Place], list[str]]:
    """Migrates the database and opens the shop; where each tablet works, and the wanted pieces."""
    call_command("migrate", verbosity=0, interactive=False)
    shop = open_shop()
    # no clerk of a run has a camera or a balance
    old_gold_seed.put_tolerances()
    return_seed.put_seed_windows()
    old_gold_seed.put_rules()
    settings_rows.put(store=shop.s01, key="trade_in_photo", new="no", by=shop.wang)
    settings_rows.put(store=shop.s01, key="buy_back", new="yes", by=shop.wang)
    # nobody of a run brings a paper
    settings_rows.put(store=shop.s01, key="identity_buy_back_cents", new="100000000", by=shop.wang)
    stars = [shop.charm(style="STAR").number for _ in range(WANTED)]
    scanner = api_clients.register(name="scanner", scopes=READS, stores=[shop.s01])
    # the numbers that the shop gives to ordered pieces lie above those of the clerks' lists
    shop.charm(number=codes.piece_number("500000000"))
    showroom = open_showroom(shop)
    # the laboratory of a run sends no reports
    Style.objects.filter(code=showroom.wish().lines[0].style).update(report_required=False)
    key, found = api_clients.issue_key(scanner), []
    for turn in range(1, tablets + 1):
        counter = places.build_counter(store=shop.s01, code=f"K{turn:02d}", trays=1)
        pins = {"chen": PINS["chen"], MANAGER: PINS[MANAGER]}
        for side, name in enumerate(("clerk", "partner")):
            user = f"{name}{turn}"
            pins[user] = f"{204_713 + 1_371 * turn + 331 * side}"
            clerks.hire(
                username=user,
                name=user,
                role=Role.CLERK,
                store=shop.s01,
                password=PASSWORD,
                pin=pins[user],
            )
        found.append(
            Place(
                store=shop.s01.code,
                counter=counter.code,
                clerk=f"clerk{turn}",
                partner=f"partner{turn}",
                chief="chen",
                pins=pins,
                key=key,
                orders=tuple(showroom.at(OrderState.TRANSFERRED).number for _ in range(ORDERS)),
                float_cents=settings_rows.number(shop.s01, "cash_float_cents"),
            )
        )
    return found, stars
