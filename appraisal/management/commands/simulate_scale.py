"""A balance that is not there, for the demo shop; or a piece laid on its pan."""

from argparse import ArgumentParser
from decimal import Decimal
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from appraisal import simulated_scale
from appraisal.simulated_scale import SimulatedScale


class Command(BaseCommand):
    help = "Speaks MT-SICS on a port of this machine; --put lays grams on one that runs already."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=0, help="0: any that is free")
        parser.add_argument("--grams", type=Decimal, default=Decimal(0), help="what lies there")
        parser.add_argument("--settle", type=float, default=0.8, help="seconds a load moves")
        parser.add_argument("--serial", default="SIM-0001")
        parser.add_argument("--continuous", action="store_true", help="A&D lines all the time")
        parser.add_argument("--put", metavar="GRAMS", help="on the pan of the one at --port")

    def handle(self, **options: Any) -> None:
        if options["put"] is not None:
            return self._put(options["port"], options["put"])
        scale = SimulatedScale(
            serial=options["serial"],
            settle_s=options["settle"],
            continuous=options["continuous"],
            port=options["port"],
        )
        scale.put(int(options["grams"] * 1000))
        scale.serve(self._tell)
        return None

    def _put(self, port: int, grams: str) -> None:
        try:
            answer = simulated_scale.put_on(port=port, grams=grams)
        except OSError as away:
            raise CommandError(f"No simulated scale listens at port {port}.") from away
        self.stdout.write(answer)

    def _tell(self, sentence: str) -> None:
        self.stdout.write(sentence)
        self.stdout.flush()
