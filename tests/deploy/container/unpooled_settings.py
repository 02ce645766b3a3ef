"""Production's settings, except that every request signs in to the database anew: the hardest case for a rotation."""

from papyrus_site.settings import *  # noqa: F403
from papyrus_site.settings import DATABASES

DATABASES["default"]["CONN_MAX_AGE"] = 0
