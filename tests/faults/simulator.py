"""One database's share of a run: `python -m tests.faults.simulator '{"vendor": "sqlite", …}'`.

Rounds of clerks at work while things go wrong, each with a seed and a database of its own, until
the time is over or something is broken. The result goes to standard output as JSON.
"""

import json
import os
import secrets
import sys
import time
from dataclasses import asdict

import django

from tests.faults import clock as clocks
from tests.faults.databases import TEMPLATE, Cluster, Database, SqliteFile
from tests.faults.plan import FOLDER, Plan, Result

OPENS_AT = 10  # o'clock, in every round
MOST_BROKEN = 3  # rounds; what is broken is then known well enough


def run(plan: Plan) -> Result:
    """All rounds of a plan; the third one with a violation ends it."""
    began = time.monotonic()
    result = Result(plan.vendor)
    FOLDER.mkdir(parents=True, exist_ok=True)
    clock = clocks.Clock(FOLDER / f"{plan.vendor}.{os.getpid()}.clock")
    database: Database = Cluster() if plan.vendor == Cluster.vendor else SqliteFile()
    try:
        os.environ |= {
            "DJANGO_SETTINGS_MODULE": "tests.faults.settings",
            "DATABASE_URL": database.url(TEMPLATE),
            clocks.VARIABLE: str(clock.path),
            "SECRET_KEY": secrets.token_urlsafe(48),
            "DEMO": "0",
        }
        django.setup()
        _let_rounds_pass(plan, result, database, clock, deadline=began + plan.seconds)
        if isinstance(database, Cluster):
            result.database_ready_seconds = round(database.slowest_start, 1)
    finally:
        database.close()
        clock.path.unlink()
    result.seconds = round(time.monotonic() - began, 1)
    return result


def _let_rounds_pass(
    plan: Plan, result: Result, database: Database, clock: clocks.Clock, *, deadline: float
) -> None:
    # because: what they read of the models needs the settings first
    from tests.faults.rounds import Round
    from tests.faults.shop import build

    desks, broken = build(plan.tablets), 0
    for turn in range(1, plan.rounds + 1):
        if turn > 1 and time.monotonic() + plan.round_seconds > deadline:
            return
        if broken >= MOST_BROKEN or result.reaches(plan):
            return
        clock.begin_at(OPENS_AT)
        each = Round(
            plan=plan,
            seed=f"{plan.seed}.{turn}",
            sweep=turn <= plan.sweeps,
            database=database,
            clock=clock,
            desks=desks,
        )
        each.run(result)
        broken += bool(each.violations)
        acts, faults = result.acknowledged, sum(result.mishaps.values())
        told = f"  round {turn}: {acts:,} acts acknowledged, {faults:,} faults"
        print(told, file=sys.stderr, flush=True)  # noqa: T201  because: the table comes late


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asdict(run(Plan(**json.loads(sys.argv[1]))))))
