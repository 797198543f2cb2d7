"""Static files under hashed names, with the names inside our JavaScript modules rewritten too."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class Storage(CompressedManifestStaticFilesStorage):
    """`import "./scan.js"` must reach the hashed file, as an import map would be inline script."""

    support_js_module_import_aggregation = True
