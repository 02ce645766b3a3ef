"""What a walk through the whole product meets: every page, its forms, and the forms behind those."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.abuse.judge import Answer, Attempt, Judge
from tests.abuse.recipes import filled
from tests.abuse.sending import submission
from tests.abuse.targets import Address, Form, addresses, distinct, forms_of, links_of


@dataclass(frozen=True, kw_only=True)
class Visit:
    """One address opened at one path."""

    address: Address
    path: str
    answer: Answer
    is_outside: bool = False

    def forms(self) -> list[Form]:
        if not self.answer.is_html:
            return []
        return [replace(form, is_for_outsiders=self.is_outside) for form in forms_of(self.path, self.answer.text)]


@dataclass(frozen=True, kw_only=True)
class Survey:
    """All visits, and one form of each kind that was met on them."""

    visits: tuple[Visit, ...]
    forms: tuple[Form, ...]
    links: tuple[str, ...]


def survey(judge: Judge) -> Survey:
    """Open every address for every row there is, fill in what is met, and return all that was met.

    What somebody signed in is led away from, such as the page for signing in, is opened as an outsider, too.
    """
    visits = [
        visit
        for address in addresses()
        for path in judge.world.paths(address)
        for visit in _visits(judge, address=address, path=path)
    ]
    pages = [visit for visit in visits if visit.answer.is_html]
    met = distinct(form for visit in visits for form in visit.forms())
    behind = [form for first in met for form in _forms_behind(first, judge)]
    links = {link for visit in pages for link in links_of(visit.path, visit.answer.text)}
    return Survey(visits=tuple(visits), forms=tuple(distinct([*behind, *met])), links=tuple(sorted(links)))


def _visits(judge: Judge, *, address: Address, path: str) -> Iterator[Visit]:
    answer = judge.try_out(Attempt(path=path))
    yield Visit(address=address, path=path, answer=answer)
    if 300 <= answer.status < 400:
        outside = judge.try_out(Attempt(path=path, is_signed_in=False))
        yield Visit(address=address, path=path, answer=outside, is_outside=True)


def _forms_behind(form: Form, judge: Judge) -> Iterator[Form]:
    """The forms that the answer to a filled form shows, such as the question whether to delete."""
    if form.method != "post":
        return
    answer = judge.try_out(submission(form, filled(form, judge.world)))
    if answer.is_html and answer.status == 200:
        yield from forms_of(form.action, answer.text)
