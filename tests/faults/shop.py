"""The shop of a run: the standing cast of the tests, and a counter for each tablet."""

from django.core.management import call_command

from appraisal import seed as old_gold_seed
from counter import api_clients, clerks, return_seed
from counter.models import Role
from inventory import places
from inventory.ground import settings_rows
from tests.cast import PASSWORD, PINS, open_shop
from tests.faults.clerk import Place

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
    key, found = api_clients.issue_key(scanner), []
    for turn in range(1, tablets + 1):
        counter = places.build_counter(store=shop.s01, code=f"K{turn:02d}", trays=1)
        pins = {"chen": PINS["chen"]}
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
                float_cents=settings_rows.number(shop.s01, "cash_float_cents"),
            )
        )
    return found, stars
