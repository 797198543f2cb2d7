"""The shop as the server loads it, with the failpoints around it."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.faults.settings")

from counter.wsgi import application as shop  # because: the settings come first
from tests.faults import failpoints

application = failpoints.around(shop)
