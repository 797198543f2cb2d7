"""Records a small shop as this release writes it, so that later ones can prove that they read it:

    DATABASE_URL=sqlite:////tmp/release.sqlite3 .venv/bin/python -m tests.releases NAME

Run it once for a release that shops will have; what it wrote is never recorded again.
"""

import os
import sqlite3
import sys
from pathlib import Path

HERE = Path(__file__).parent


def main(name: str) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "counter.settings")
    import django  # because: the settings come first

    django.setup()
    from django.core.management import call_command  # because: as above
    from django.db import connection  # because: as above

    from tests.releases.shop import trade  # because: as above

    call_command("migrate", verbosity=0)
    trade()
    path = str(connection.settings_dict["NAME"])
    connection.close()
    with sqlite3.connect(path) as database:
        kept = HERE / f"{name}.sql"
        kept.write_text("\n".join(database.iterdump()) + "\n", encoding="utf-8")
    sys.stdout.write(f"{kept}: {kept.stat().st_size // 1024} kB\n")


if __name__ == "__main__":
    main(sys.argv[1])
