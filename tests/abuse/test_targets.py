"""Whether everything that can be attacked is known: these tests fail when something was added that is not yet."""

from __future__ import annotations

from collections import defaultdict

import pytest

from tests.abuse.judge import Answer, Attempt, Judge
from tests.abuse.recipes import PARAMETERS, filled
from tests.abuse.sending import submission
from tests.abuse.survey import Survey
from tests.abuse.targets import Form, addresses

# Answered 403 or 404 to everybody, whatever the rows are.
CLOSED = {
    "admin/autocomplete/": "no list of the admin is completed while one types",
    "admin/r/<path:content_type_id>/<path:object_id>/": "no row of the admin has a page of its own",
    "admin/(?P<url>.*)$": "what the admin has no page for",
    "admin/auth/user/<path:object_id>/delete/": "nobody is deleted",
    "admin/sign_in/identity/add/": "an account becomes known by its first sign-in",
    "admin/sign_in/identity/<path:object_id>/delete/": "its owner would come in as somebody new",
    "admin/catalog/pricerevision/add/": "a bulk change begins with products that were chosen",
    "admin/catalog/pricerevision/<path:object_id>/delete/": "bulk changes are kept",
    "admin/catalog/productload/add/": "a load begins with its file",
    "admin/catalog/productload/<path:object_id>/delete/": "loads are kept",
    "admin/invoices/numberseries/add/": "the series are made by migrations",
    "admin/invoices/numberseries/<path:object_id>/delete/": "the series are made by migrations",
    "admin/invoices/mailtemplate/add/": "the texts of mails are made by migrations",
    "admin/invoices/mailtemplate/<path:object_id>/delete/": "the texts of mails are made by migrations",
    "admin/invoices/issuer/<path:object_id>/delete/": "the first issuer is the current one",
}


@pytest.fixture
def sent(judge: Judge, met: Survey) -> list[tuple[Form, Answer]]:
    """Every form, filled in and sent."""
    return [(form, judge.try_out(submission(form, filled(form, judge.world)))) for form in met.forms]


def test_every_address_is_opened_or_is_where_a_form_leads(met: Survey) -> None:
    statuses: dict[str, set[int]] = defaultdict(set)
    for visit in met.visits:
        statuses[visit.address.route].add(visit.answer.status)
    targets = {form.route for form in met.forms}
    for address in addresses():
        opened = statuses[address.route] & {200, 302}
        assert opened or address.route in targets or address.route in CLOSED, (
            f"{address.route} cannot be opened (it answers {statuses[address.route]}), and no page has a form for it. "
            "Let world.py hold the rows that lead there."
        )


def test_every_form_is_accepted_once_its_recipe_is_filled_in(sent: list[tuple[Form, Answer]]) -> None:
    for form, answer in sent:
        assert is_accepted(form, answer), (
            f"{form.route} (button {form.button and form.button.name}) does not accept {filled_names(form)}: it "
            f"answers {answer.status}. Say in RECIPES of recipes.py what is to be filled in."
        )


def test_every_json_answer_has_its_parameters_listed(met: Survey) -> None:
    for visit in met.visits:
        if "json" in visit.answer.headers.get("Content-Type", ""):
            assert visit.address.route in PARAMETERS, f"Add the parameters of {visit.address.route} to recipes.py."


def test_outsider_is_told_nothing_by_any_address(judge: Judge, met: Survey) -> None:
    for visit in met.visits:
        answer = judge.try_out(Attempt(path=visit.path, is_signed_in=False))
        assert judge.world.customer.name not in answer.body.decode("utf-8", "replace"), visit.path


def is_accepted(form: Form, answer: Answer) -> bool:
    """Whether the form was not shown again with something to mend."""
    refusals = ("errorlist", "errornote", 'role="alert"', "messagelist")
    return answer.status < 400 and not (answer.is_html and any(each in answer.text for each in refusals))


def filled_names(form: Form) -> list[str]:
    return [field.name for field in form.fields]
