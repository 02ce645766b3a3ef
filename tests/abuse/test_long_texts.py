"""A megabyte in each text field of each form: refused in few steps, or taken whole."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.abuse.effort import IS_LONG
from tests.abuse.judge import Judge
from tests.abuse.recipes import filled
from tests.abuse.sending import multipart
from tests.abuse.survey import Survey
from tests.abuse.targets import Field, Form

MEGABYTE = 1_000_000
TYPED = ("text", "textarea", "password", "date", "number", "email", "search", *(("hidden",) if IS_LONG else ()))
# Each of them something that takes a careless reader more than one step a character.
FLOODS = {
    "marks": "x" + "\u0301\u0323" * (MEGABYTE // 4),
    "letters": "x" * MEGABYTE,
    "digits": "9" * MEGABYTE,
    "ligatures": "ﷺ" * (MEGABYTE // 3),
    "commas": "1" + ",000" * (MEGABYTE // 4),
    "lines": "\n" * MEGABYTE,
    "spaces": " " * MEGABYTE,
    "markup": "<" * MEGABYTE,
    "dots": "." * MEGABYTE,
}


@pytest.mark.parametrize("flood", FLOODS if IS_LONG else ["marks"])
def test_field_takes_or_refuses_a_megabyte(judge: Judge, met: Survey, flood: str) -> None:
    for form, field in fields(met):
        pairs = [(name, value.encode()) for name, value in filled(form, judge.world) if name != field.name]
        judge.try_out(multipart(form, [*pairs, (field.name, FLOODS[flood].encode())]))


@pytest.mark.skipif(not IS_LONG, reason="the same as above, in one request")
def test_form_takes_or_refuses_a_megabyte_in_each_field(judge: Judge, met: Survey) -> None:
    for form in {form.route: form for form in met.forms if form.method == "post"}.values():
        long = {field.name for field in form.fields if field.kind in ("text", "textarea")}
        kept = [(name, value.encode()) for name, value in filled(form, judge.world) if name not in long]
        chosen = sorted(long)[:15]  # more is over the limit of a request
        judge.try_out(multipart(form, [*kept, *((name, FLOODS["letters"].encode()) for name in chosen)]))


def fields(met: Survey) -> Iterator[tuple[Form, Field]]:
    """Each text field of each form, once for all pages where the form stands and once for all its lines."""
    seen = set()
    for form in met.forms:
        for field in form.fields:
            row = form.route.replace("add/", "").replace("<path:object_id>/change/", "")
            if (
                form.method == "post"
                and field.kind in TYPED
                and (row, field.name) not in seen
                and "-1" not in field.name
            ):
                seen.add((row, field.name))
                yield form, field
