"""The shop's own settings; only the map of the site has the floors besides, and static files are
gathered apart from those of a shop that may be served from this checkout."""

import os

from counter.settings import *  # noqa: F403  because: everything but the lines below
from counter.settings import BASE_DIR, INSTALLED_APPS, STORAGES

ROOT_URLCONF = "tests.bench.urls"
STATIC_ROOT = BASE_DIR / "build" / "bench-static"
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
if os.environ.get("BENCH_SCALE") == "smoke":
    # the tables as the models say, which are the same: replaying every migration takes a third of
    # the round
    MIGRATION_MODULES = {app.rpartition(".")[2]: None for app in INSTALLED_APPS}
    # gathering and packing them takes longer than the round does
    STORAGES = STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
