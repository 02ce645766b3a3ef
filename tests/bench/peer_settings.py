"""The product's settings, with Django's own admin of products beside ours, to be measured on the same rows."""

from papyrus_site.settings import *  # noqa: F403

ROOT_URLCONF = "tests.bench.peer_urls"
