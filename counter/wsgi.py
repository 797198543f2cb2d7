"""The WSGI application that the server loads."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "counter.settings")

application = get_wsgi_application()

from warranty import scans  # noqa: E402  # because: models can be loaded only now

scans.start_writer()
# what was loaded until here stays for good: the collector need not look through it again and
# again, each time for longer than a page takes
gc.collect()
gc.freeze()
