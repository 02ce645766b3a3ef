"""Anything at all where the provider's answer is read: in the query of the callback, and in the claims of a token."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib.auth.models import User
from django.test import Client
from hypothesis import strategies as st

from papyrus_site.sign_in.models import Identity
from tests.abuse.effort import for_each
from tests.abuse.strategies import queries
from tests.papyrus_site.sign_in.chosen_provider import PERSON, ChosenProvider
from tests.papyrus_site.sign_in.conftest import begin, is_signed_in, sign_in

PARAMETERS = ["code", "state", "error", "error_description", "iss", "session_state", "next"]
# What PostgreSQL cannot keep, what is too long for any column, and what is cut in two by JavaScript.
ODD_TEXTS = st.sampled_from(
    ["", "\0", "a\0b@papyrus.example", "\ud800", "x" * 5000, "x" * 5000 + "@a.example", "‮", "@"]
)
TEXTS = ODD_TEXTS | st.text(max_size=30)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))
CLAIMS = ["sub", "email", "email_verified", "name", "https://papyrus/roles"]


def test_callback_holds_against_any_query(provider: ChosenProvider) -> None:
    statuses = set()

    def attack(query: str) -> None:
        client = Client(raise_request_exception=False)
        begin(client, provider)
        response = client.get(f"/callback?{query}")
        statuses.add(response.status_code)
        assert not is_signed_in(client)

    for_each(queries(PARAMETERS), attack, count=60)
    assert statuses <= {HTTPStatus.FOUND, HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.BAD_GATEWAY}


def test_sign_in_holds_against_any_claims(provider: ChosenProvider) -> None:
    admitted = []

    def attack(claims: dict[str, Any]) -> None:
        provider.person = PERSON | claims
        client = Client(raise_request_exception=False)
        response = sign_in(client, provider)
        assert response.status_code < 500, response.content.decode()
        admitted.append(is_signed_in(client))
        assert not User.objects.filter(is_superuser=True).exists()

    for_each(st.dictionaries(st.sampled_from(CLAIMS), VALUES, min_size=1, max_size=2), attack, count=120)
    assert set(admitted) == {True, False}
    assert Identity.objects.exists()
