from __future__ import annotations

import io
import json
import logging
import subprocess
import sys

import psycopg
import pytest
from django.contrib.auth.models import Group
from django.core.exceptions import ImproperlyConfigured
from django.db import IntegrityError

from papyrus_site import logs
from tests.papyrus_site.conftest import Log

logger = logging.getLogger("papyrus")


def test_line_has_the_fixed_fields_first_when_a_record_has_its_own(log: Log) -> None:
    logger.info("note issued", extra={"note": 7})

    (line,) = log.lines
    assert list(line) == ["ts", "lvl", "logger", "msg", "note"]
    assert (line["lvl"], line["logger"], line["msg"], line["note"]) == ("INFO", "papyrus", "note issued", 7)


def test_line_tells_utc_when_the_process_lives_in_another_time_zone(log: Log) -> None:
    record = logging.makeLogRecord({"name": "papyrus", "msg": "x", "created": 1_767_225_599.9994})

    assert json.loads(logs.JsonLines().format(record))["ts"] == "2025-12-31T23:59:59.999Z"


def test_line_keeps_japanese_readable(log: Log) -> None:
    logger.info("納品書", extra={"sku": "品番①𠮷"})

    assert '"納品書"' in log.stream.getvalue()
    assert '"品番①𠮷"' in log.stream.getvalue()


@pytest.mark.parametrize(
    "text",
    [
        'a\n{"msg":"forged"}',
        'a\r\n{"msg":"forged"}',
        'a\u2028{"msg":"forged"}',
        "a\u2029b\x85c\x0bd\x0ce\x1cf\x1dg\x1eh",
        'a","lvl":"CRITICAL","b":"',
        "a\x1b[2J\x00\x7f\x9b\u202e\u2066b",
        "lone \udcff surrogate",
        "100% {} %s %(name)s",
    ],
)
def test_line_stays_one_object_when_a_text_tries_to_forge_another(log: Log, text: str) -> None:
    logger.info(text, extra={"field": text, text: "key"})

    printed = log.stream.getvalue()
    (line,) = log.lines
    assert (line["msg"], line["field"], line[text], line["lvl"]) == (text, text, "key", "INFO")
    assert printed[:-1].isprintable()
    printed.encode()


def test_line_has_frames_and_kind_but_no_values_when_an_exception_is_logged(log: Log) -> None:
    secret = "株式会社山田"
    try:
        raise ValueError(secret)
    except ValueError as error:
        logger.error("export failed", exc_info=error)

    (line,) = log.lines
    assert line["exc"].endswith("ValueError")
    assert "test_logs.py:" in line["exc"]
    assert "raise ValueError(secret)" in line["exc"]
    assert secret not in log.stream.getvalue()


def test_line_has_all_causes_first_cause_first_when_exceptions_are_chained(log: Log) -> None:
    try:
        try:
            raise KeyError("山田")
        except KeyError as first:
            raise ImproperlyConfigured("Set the X variable") from first
    except ImproperlyConfigured as error:
        logger.error("start failed", exc_info=error)

    (line,) = log.lines
    titles = [row for row in line["exc"].splitlines() if not row.startswith("/")]
    assert titles == ["KeyError", "django.core.exceptions.ImproperlyConfigured: Set the X variable"]


@pytest.mark.django_db
def test_line_has_sqlstate_and_constraint_but_no_values_when_the_database_refuses(log: Log) -> None:
    name = "山田"
    Group.objects.create(name=name)
    try:
        Group.objects.create(name=name)
    except IntegrityError as error:
        logger.error("write failed", exc_info=error)

    (line,) = [each for each in log.lines if each["logger"] == "papyrus"]
    assert "psycopg.errors.UniqueViolation 23505 auth_group_name_key" in line["exc"]
    assert name not in log.stream.getvalue()


def test_line_has_no_host_when_the_database_is_unreachable(log: Log) -> None:
    try:
        psycopg.connect(host="127.0.0.1", port=1, user="secret", password="secret")
    except psycopg.OperationalError as error:
        logger.error("connect failed", exc_info=error)

    (line,) = log.lines
    assert line["exc"].endswith("psycopg.OperationalError")


def test_stream_prints_each_line_as_an_object_when_something_bypasses_logging() -> None:
    target = io.StringIO()
    stream = logs.StreamOfLines(target)

    print('a "b"', "c\u2028d", file=stream)
    stream.write("begun, ")
    stream.write("ended\n\nnext")

    lines = [json.loads(line) for line in target.getvalue().splitlines()]
    assert [(line["lvl"], line["logger"], line["msg"]) for line in lines] == [
        ("ERROR", "stderr", 'a "b" c\u2028d'),
        ("ERROR", "stderr", "begun, ended"),
    ]


def logged_by_a_process(*, level: str, stream: str) -> subprocess.CompletedProcess[str]:
    code = (
        "import logging, logging.config, warnings; from papyrus_site import logs;"
        f"logging.config.dictConfig(logs.configuration(level={level!r}, stream={stream!r}));"
        "logging.captureWarnings(True);"
        "[logging.getLogger(name).log(level, 'event', extra={'request': None}) "
        " for name in ('papyrus.x', 'django.db.backends', 'gunicorn.error', 'botocore', 'gunicorn.access')"
        " for level in (10, 20, 30)];"
        "warnings.warn('old')"
    )
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)


def test_configuration_sends_all_to_the_stream_it_is_given() -> None:
    to_stdout = logged_by_a_process(level="INFO", stream="stdout")
    to_stderr = logged_by_a_process(level="INFO", stream="stderr")

    assert (to_stdout.stderr, to_stderr.stdout) == ("", "")
    names = ["papyrus.x", "papyrus.x", "django.db.backends", "django.db.backends", "gunicorn.error"]
    names += ["gunicorn.error", "botocore", "py.warnings"]
    assert [json.loads(line)["logger"] for line in to_stdout.stdout.splitlines()] == names
    assert [json.loads(line)["logger"] for line in to_stderr.stderr.splitlines()] == names


def test_configuration_opens_only_our_own_logger_when_the_level_is_debug() -> None:
    lines = logged_by_a_process(level="DEBUG", stream="stdout").stdout.splitlines()

    assert [json.loads(line)["logger"] for line in lines if '"DEBUG"' in line] == ["papyrus.x"]


@pytest.mark.parametrize("level", ["WARNING", "warning"])
def test_configuration_keeps_only_warnings_when_the_level_is_warning(level: str) -> None:
    lines = logged_by_a_process(level=level, stream="stdout").stdout.splitlines()

    assert {json.loads(line)["lvl"] for line in lines} == {"WARNING"}
