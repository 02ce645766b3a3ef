"""Every address, asked for with keys, queries and headers that make no sense."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

from hypothesis import strategies as st

from tests.abuse.effort import for_each
from tests.abuse.judge import Attempt, Judge
from tests.abuse.recipes import PARAMETERS
from tests.abuse.strategies import junk_headers, path_parts, queries
from tests.abuse.survey import Survey
from tests.abuse.targets import Address, addresses


def test_addresses_hold_against_keys_of_no_row(judge: Judge) -> None:
    for address in addresses():
        if address.parameters:
            made = st.builds(Attempt, path=paths(address), method=st.sampled_from(["GET", "POST"]))
            for_each(made, judge.try_out, count=4)
    assert {302, 404} <= judge.answered.keys()


def test_addresses_hold_against_any_query(judge: Judge, met: Survey) -> None:
    for visit in {visit.address.route: visit for visit in met.visits}.values():
        names = [*PARAMETERS.get(visit.address.route, ()), *parameters_of(visit.path, met)]
        made = st.builds(Attempt, path=queries(names).map(f"{visit.path}?".__add__))
        for_each(made, judge.try_out, count=3)
    assert {200, 302} <= judge.answered.keys()


def test_addresses_hold_against_any_header(judge: Judge, met: Survey) -> None:
    visited = sorted({visit.path for visit in met.visits})
    made = st.builds(Attempt, path=st.sampled_from(visited), headers=junk_headers(), is_signed_in=st.booleans())
    for_each(made, judge.try_out, count=250)
    assert {200, 302, 400} <= judge.answered.keys()


def paths(address: Address) -> st.SearchStrategy[str]:
    """Paths at `address` with anything in the place of its parameters."""
    parts = st.fixed_dictionaries({name: path_parts() for name in address.parameters})
    return parts.map(lambda each: "/" + address.template.format(**each))


def parameters_of(path: str, met: Survey) -> list[str]:
    """The parameters that links and search forms send to `path`."""
    links = [query for link in met.links if urlsplit(link).path == path for query in [urlsplit(link).query]]
    fields = [field.name for form in met.forms if form.action == path and form.method == "get" for field in form.fields]
    return sorted({name for query in links for name, _ in parse_qsl(query, keep_blank_values=True)} | set(fields))
