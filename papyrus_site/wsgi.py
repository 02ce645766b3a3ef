"""WSGI entry point for gunicorn."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "papyrus_site.settings")
django.setup(set_prefix=False)

from papyrus_site.requests import Handler  # noqa: E402 - needs the settings

application = Handler()
