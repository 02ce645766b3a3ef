"""The files that need no sign-in, as WhiteNoise serves them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.contrib.staticfiles.storage import ManifestStaticFilesStorage
from whitenoise.middleware import WhiteNoiseMiddleware


class StaticFilesMiddleware(WhiteNoiseMiddleware):
    """Serves what `collectstatic` collected, but not its list of it, which names every library's files."""

    def add_file_to_dictionary(self, url: str, path: str, stat_cache: Any = None) -> None:
        if Path(path).name != ManifestStaticFilesStorage.manifest_name:
            super().add_file_to_dictionary(url, path, stat_cache)
