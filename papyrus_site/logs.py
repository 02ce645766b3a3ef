"""How every line this product prints looks: one JSON object on one line, and what never stands in it.

Each line has ts (UTC), lvl, logger (`papyrus` for us) and msg, a constant text; within a request also
request_id. The request line adds route (the pattern of the address, never its ids), method, status, ms,
user_id of whoever is signed in, and reason of a refusal. exc says where something failed, without values.
"""

from __future__ import annotations

import io
import json
import logging
import re
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Literal, TextIO

from django.core.exceptions import ImproperlyConfigured
from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)
# Under this key of request.META anybody may leave why the answer is a refusal, for the request line to say.
REASON = "papyrus.reason"

# Django hangs these on its records; a request's text holds its query string.
UNPRINTED = ("request", "server_time", "status_code")
# These speak of the code. Any other message may hold what a customer or a password is called.
SPEAK_OF_CODE = (ImproperlyConfigured, ImportError, NameError, AttributeError, TypeError, SyntaxError)
MAX_FRAMES = 25
MAX_CAUSES = 5
# Legal inside a JSON string, but a line break or a change of direction to whatever shows the line; and a lone
# surrogate cannot be written at all.
DECEPTIVE = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def configuration(*, level: str, stream: Literal["stdout", "stderr"]) -> dict[str, Any]:
    """Return the dictConfig that sends every logger of the process to `stream`, ours from `level` up."""
    level = level.upper()
    # Below INFO these two print SQL with its values and the whole environment.
    others = level if logging.getLevelNamesMapping().get(level, 0) > logging.INFO else "INFO"
    through = {"handlers": [], "propagate": True}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "filters": {
            "told_by_request_line": {"()": "papyrus_site.logs.ToldByRequestLine"},
            "context": {"()": "papyrus_site.logs.AddContext"},
            "constant_text": {"()": "papyrus_site.logs.ConstantText"},
        },
        "formatters": {"json": {"()": "papyrus_site.logs.JsonLines"}},
        "handlers": {
            "lines": {
                "class": "logging.StreamHandler",
                "stream": f"ext://sys.{stream}",
                "formatter": "json",
                "filters": ["told_by_request_line", "context", "constant_text"],
            }
        },
        "root": {"level": "WARNING", "handlers": ["lines"]},
        "loggers": {
            "papyrus": {"level": level, **through},
            "django": {"level": others, **through},
            "gunicorn": {"level": others, **through},
            "gunicorn.error": {"level": others, **through},
            # The request line says more, and neither address nor query string.
            "django.server": {"handlers": [], "propagate": False},
            "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
        },
    }


class JsonLines(JsonFormatter):
    """One JSON object a line: ts, lvl, logger and msg, then the fields of the record, then exc."""

    def __init__(self) -> None:
        super().__init__(fmt=[], reserved_attrs=[*RESERVED_ATTRS, "taskName", *UNPRINTED])

    def add_fields(self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]) -> None:
        log_data["ts"] = _iso(record.created)
        log_data["lvl"] = record.levelname
        log_data["logger"] = record.name
        log_data["msg"] = record.message
        exception = message_dict.pop("exc_info", None)
        super().add_fields(log_data, record, message_dict)
        if exception:
            log_data["exc"] = exception

    def formatException(  # noqa: N802 - the name is logging's
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        return "" if ei[1] is None else describe(ei[1])

    def jsonify_log_record(self, log_data: dict[str, Any]) -> str:
        text = json.dumps(log_data, default=str, ensure_ascii=False, separators=(",", ":"))
        return DECEPTIVE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class ToldByRequestLine(logging.Filter):
    """Drop what Django says about a request unless it failed; the request line has its status and reason."""

    def filter(self, record: logging.LogRecord) -> bool:
        request = getattr(record, "request", None)
        if request is None:
            return True
        if record.name.startswith("django.security."):
            request.META[REASON] = _refusal(record)
            return False
        return record.levelno >= logging.ERROR and bool(record.exc_info)


class AddContext(logging.Filter):
    """Add the id of the request at hand, and the route and method of the one the record is about."""

    def filter(self, record: logging.LogRecord) -> bool:
        if current := request_id.get():
            record.request_id = current
        request = getattr(record, "request", None)
        if request is not None:
            record.route = route_of(request)
            record.method = request.method
        return True


class ConstantText(logging.Filter):
    """Replace messages that carry an address, a path or a query string by what they are about."""

    GUNICORN = ("Invalid request", "Error handling request")

    def filter(self, record: logging.LogRecord) -> bool:
        if getattr(record, "request", None) is not None:
            record.msg, record.args = "request failed", None
        for event in self.GUNICORN if record.name == "gunicorn.error" else ():
            if str(record.msg).startswith(event):
                record.msg, record.args = event, None
        return True


class StreamOfLines(io.TextIOBase):
    """A stream that turns what is written to it into log lines: for what bypasses logging, as print()."""

    def __init__(self, target: TextIO) -> None:
        self._target = target
        self._formatter = JsonLines()
        self._begun = ""

    def write(self, text: str) -> int:
        *lines, self._begun = (self._begun + text).split("\n")
        for line in filter(str.strip, lines):
            record = logging.LogRecord("stderr", logging.ERROR, "", 0, line, None, None)
            self._target.write(self._formatter.format(record) + "\n")
        self._target.flush()
        return len(text)

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self._target.fileno()


def log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Log what ends the process, in the place of the interpreter's own report (sys.excepthook)."""
    logging.getLogger("papyrus").critical("process failed", exc_info=(kind, error, trace))


def describe(error: BaseException) -> str:
    """Return the frames and kinds of `error` and its causes, first cause first, without the values in them.

    A database error keeps its SQLSTATE and constraint; messages stay only where they speak of code.
    """
    return "\n".join(f"{_frames(each)}{_title(each)}" for each in reversed(list(_causes(error))))


def route_of(request: Any) -> str:
    """Return the pattern that `request` matched, such as `notes/<int:pk>/`; `-` when it matched none."""
    match = getattr(request, "resolver_match", None)
    return match.route if match else "-"


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    for _ in range(MAX_CAUSES):
        if error is None:
            return
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _frames(error: BaseException) -> str:
    frames = traceback.extract_tb(error.__traceback__, limit=-MAX_FRAMES)
    return "".join(f"{frame.filename}:{frame.lineno} {frame.name}: {frame.line}\n" for frame in frames)


def _title(error: BaseException) -> str:
    name = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    if isinstance(error, SPEAK_OF_CODE):
        return f"{name}: {error}"
    if isinstance(error, OSError) and error.strerror:
        return f"{name}: {error.strerror}"
    facts = (getattr(error, "sqlstate", None), getattr(getattr(error, "diag", None), "constraint_name", None))
    return " ".join([name, *filter(None, facts)])


def _refusal(record: logging.LogRecord) -> str:
    kind = record.name.removeprefix("django.security.")
    if kind != "csrf" or not isinstance(record.args, tuple) or not record.args:
        return kind
    # Behind the dash Django quotes the origin or the whole referring address.
    return f"csrf: {str(record.args[0]).split(' - ')[0]}"


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, tz=UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
