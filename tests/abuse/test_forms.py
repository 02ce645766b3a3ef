"""Every form, sent with what nobody types in earnest."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pytest
from hypothesis import strategies as st

from tests.abuse.effort import IS_LONG, for_each
from tests.abuse.judge import Attempt, Judge
from tests.abuse.recipes import filled
from tests.abuse.sending import multipart, urlencoded
from tests.abuse.strategies import NUMBERS, broken, submissions
from tests.abuse.survey import Survey
from tests.abuse.targets import Form

LIES = ["1000000000", "0", "-1", "x", "", "9" * 30, *NUMBERS]
COUNTS = ("TOTAL_FORMS", "INITIAL_FORMS", "MIN_NUM_FORMS", "MAX_NUM_FORMS")


def alike(met: Survey) -> list[list[Form]]:
    """Forms that differ in their button only, together."""
    groups: dict[Any, list[Form]] = defaultdict(list)
    for form in met.forms:
        route, method, _button, names = form.identity
        groups[route, method, names].append(form)
    return list(groups.values())


def test_forms_hold_against_hostile_values(judge: Judge, met: Survey) -> None:
    for forms in alike(met):
        hostile = st.one_of([submissions(form, filled(form, judge.world)) for form in forms])
        for_each(hostile, judge.try_out, count=4)
    assert {200, 302} <= judge.answered.keys()


def test_forms_hold_against_bodies_that_are_not_what_they_say(judge: Judge, met: Survey) -> None:
    for forms in alike(met):
        pairs = [(name, value.encode()) for name, value in filled(forms[0], judge.world)]
        if forms[0].method == "post":
            whole = st.sampled_from([urlencoded(forms[0], pairs), multipart(forms[0], pairs)])
            for_each(whole.flatmap(broken), judge.try_out, count=4)
    assert {200, 405, 422} <= judge.answered.keys()


def test_forms_of_many_rows_hold_against_lies_about_their_number(judge: Judge, met: Survey) -> None:
    for forms in alike(met):
        pairs = filled(forms[0], judge.world)
        for lied in (name for name, _ in pairs if name.endswith(COUNTS)):
            for lie in LIES if IS_LONG else LIES[:4]:
                sent = [(name, (lie if name == lied else value).encode()) for name, value in pairs]
                judge.try_out(urlencoded(forms[0], sent))


@pytest.mark.parametrize("count", [30_001, 100_000])
def test_too_many_fields_are_refused(judge: Judge, met: Survey, count: int) -> None:
    for form in {form.route: form for form in met.forms if form.method == "post"}.values():
        assert judge.try_out(urlencoded(form, [("a", b"")] * count)).status == 400


def test_too_large_a_body_is_refused(judge: Judge) -> None:
    form = Form(page="/login", action="/login", method="post", fields=(), is_for_outsiders=True)
    for written in (urlencoded, multipart):
        attempt: Attempt = written(form, [("username", b"x" * (21 * 1024 * 1024))])
        assert judge.try_out(attempt).status in (400, 413)
