"""`make faults`: both databases one after the other, the table, build/faults.json.

Exit 1 when anything was lost, torn or doubled, when somebody got no answer, or an answer that does
not say whether to try again. SEED=… repeats the story of a run, FULL=1 goes on for hours.
"""

import argparse
import json
import os
import secrets
import subprocess
import sys
from dataclasses import asdict

from tests.faults import report
from tests.faults.databases import POSTGRES, SQLITE, Cluster
from tests.faults.plan import FOLDER, Plan, Result

ROOT = FOLDER.parent.parent
# of each database; the rest of the quarter of an hour is for the last round's proof
SECONDS = 400
# the long run ends when all of it is reached, or after so many hours
FULL = {"seconds": 4 * 3600, "acts": 500_000, "kills": 500, "stops": 200}


def main() -> int:
    """Runs the databases named by --only, or both; returns the exit status."""
    parser = argparse.ArgumentParser(prog="make faults", description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS, help="for each database")
    parser.add_argument("--seed", default=os.environ.get("SEED") or secrets.token_hex(4))
    parser.add_argument("--only", choices=[SQLITE, POSTGRES])
    asked = parser.parse_args()
    full = os.environ.get("FULL") == "1"
    results = []
    for vendor in [asked.only] if asked.only else [SQLITE, POSTGRES]:
        if vendor == POSTGRES and Cluster.programs() is None:
            reason = "initdb was not found under /usr/lib/postgresql"
            results.append(Result(vendor, not_run={"everything": reason}))
            continue
        plan = Plan(vendor, f"{asked.seed}.{vendor}", asked.seconds)
        plan.round_seconds = min(plan.round_seconds, asked.seconds)
        if full:
            # as many rounds as kill at every point of a sale, and mishaps close to each other
            plan.sweeps, plan.round_seconds, plan.every = 20, 90, 5
            plan.seconds, plan.acts = FULL["seconds"], FULL["acts"]
            plan.kills, plan.stops = FULL["kills"], FULL["stops"] * (vendor == POSTGRES)
        print(f"{vendor}, seed {plan.seed}", flush=True)  # noqa: T201  because: a command tells
        results.append(simulate(plan))
        report.write(results, ROOT / "build" / "faults.json", command=" ".join(sys.argv))
    print(report.table(results))  # noqa: T201  because: a command tells
    return 0 if report.is_clean(results) else 1


def simulate(plan: Plan) -> Result:
    """One database in a process of its own, as Django knows one database only."""
    command = [sys.executable, "-m", "tests.faults.simulator", json.dumps(asdict(plan))]
    environment = {k: v for k, v in os.environ.items() if k not in {"PUBLIC_URL", "NUM_PROXIES"}}
    said = subprocess.run(  # noqa: S603  because: our own command
        command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
    )
    return Result(**json.loads(said.stdout))


if __name__ == "__main__":
    sys.exit(main())
