"""Loaded by pytest before Django's settings: gives the tests a PostgreSQL of their own and a plain environment."""

import os

from papyrus_site import local
from papyrus_site.embedded_postgres import EmbeddedPostgres

# A test database may be lost with the machine: without waiting for the disk the suite runs twice as fast.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}

local.prepare(os.environ, database=EmbeddedPostgres(folder=local.VAR / "postgres-test", settings=FAST))
