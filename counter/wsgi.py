"""The WSGI application that the server loads."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "counter.settings")

application = get_wsgi_application()

from warranty import scans  # noqa: E402  # because: models can be loaded only now

scans.start_writer()
