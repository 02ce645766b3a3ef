# ruff: noqa: N999 - gunicorn's own name for such a file
"""How gunicorn serves the product: `gunicorn --config deploy/gunicorn.conf.py papyrus_site.wsgi`.

gunicorn reads this file by its path. It is part of no package, so it may name papyrus_site, as a command
line does.
"""

from __future__ import annotations

import os
import sys

from gunicorn import util
from gunicorn.http import wsgi

from deploy import plain_answer
from papyrus_site import logs
from papyrus_site.answer_headers import ANSWER_HEADERS

# A reload reads this file again, but must not wrap the wrapper.
if not isinstance(sys.stderr, logs.StreamOfLines):
    sys.stderr = logs.StreamOfLines(sys.stderr)
sys.excepthook = logs.log_uncaught


def counted(name: str, typed: str, *, most: int) -> int:
    """Return the whole number that the variable `name` holds; end the start with a sentence when it is none."""
    if typed.isascii() and typed.isdigit() and 1 <= int(typed) <= most:
        return int(typed)
    sys.exit(f"{name} must be a whole number from 1 to {most}, and is {typed!r}. Correct it or remove it.")


bind = [os.environ.get("GUNICORN_BIND") or f"0.0.0.0:{os.environ.get('PORT', '5000')}"]
# gunicorn's gthread, but it loses nobody at the door when it stops.
worker_class = "deploy.worker.LosslessWorker"
workers = counted("WEB_CONCURRENCY", os.environ.get("WEB_CONCURRENCY", "2"), most=64)
threads = counted("WEB_THREADS", os.environ.get("WEB_THREADS", "4"), most=64)
# Loaded before the workers are forked: they share the memory of code and fonts, a new one is there at once,
# and a missing setting stops the start. Deployments replace the container: SIGHUP need not load new code.
preload_app = True

# Longer than the load balancer keeps idle connections (60 s), or it would use one that was just closed.
keepalive = 75
timeout = 60
# Requests under way have this long after SIGTERM. The platform must not kill earlier (stopTimeout).
graceful_timeout = 30

# The workers' heartbeat files: on a disk a write can block and the worker be taken for dead.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108 - mkstemp inside it
# Nobody uses it, and it would need a folder to write to.
control_socket_disable = True
# gunicorn believes no header about scheme, address or path. Django reads X-Forwarded-Proto itself (PAPYRUS_HTTPS).
secure_scheme_headers: dict[str, str] = {}
forwarder_headers = ""
# Else X_Forwarded_Proto would pass for X-Forwarded-Proto, which a load balancer writes over.
header_map = "drop"

# What gunicorn says of itself and of requests it cannot read.
wsgi.SERVER = "papyrus"
util.write_error = plain_answer.writer(ANSWER_HEADERS)

raw_env = ["LOG_STREAM=stdout"]
logconfig_dict = logs.configuration(level=os.environ.get("LOG_LEVEL", "INFO"), stream="stdout")
