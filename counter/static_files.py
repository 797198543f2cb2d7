"""Static files under hashed names, with the names inside our JavaScript modules rewritten too."""

from django.contrib.staticfiles.apps import StaticFilesConfig
from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(StaticFilesConfig):
    """Leaves out what no page of ours uses: one of htmx's extensions names a file it lacks, and
    the API's second documentation takes longer to compress than all the rest."""

    ignore_patterns = [
        *StaticFilesConfig.ignore_patterns,
        "django_htmx/ext/*",
        "ht*x-4*",
        "redoc*",
    ]


class Storage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # because: whitenoise has no types for Django's storages
    """`import "./scan.js"` must reach the hashed file, as an import map would be inline script."""

    support_js_module_import_aggregation = True
