"""The shop's settings with a clock that the run can set, plain static names, quick hashing."""

from counter.settings import *  # noqa: F403  # because: every setting of the shop holds
from counter.settings import STORAGES
from tests.faults import clock

clock.install()

STORAGES = STORAGES | {
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
