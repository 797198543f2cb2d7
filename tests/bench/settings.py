"""The shop's own settings; only the map of the site has the floors besides, and static files are
gathered apart from those of a shop that may be served from this checkout."""

import os

from counter.settings import *  # noqa: F403  because: everything but the lines below
from counter.settings import BASE_DIR, STORAGES

ROOT_URLCONF = "tests.bench.urls"
STATIC_ROOT = BASE_DIR / "build" / "bench-static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
if os.environ.get("BENCH_SCALE") == "smoke":
    # gathering and packing them takes longer than the round does
    STORAGES = STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
