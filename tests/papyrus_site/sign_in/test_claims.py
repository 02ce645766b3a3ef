from __future__ import annotations

from typing import Any

import pytest

from papyrus_site.sign_in import claims

KNOWN = ("clerk", "auditor")


@pytest.mark.parametrize(
    ("found", "email"),
    [
        ({"email": " a@papyrus.example ", "email_verified": True}, "a@papyrus.example"),
        ({"email": "a@papyrus.example", "email_verified": False}, ""),
        ({"email": "a@papyrus.example", "email_verified": "true"}, ""),
        ({"email": "a@papyrus.example", "email_verified": 1}, ""),
        ({"email": "a@papyrus.example"}, ""),
        ({"email": "", "email_verified": True}, ""),
        ({"email": ["a@papyrus.example"], "email_verified": True}, ""),
        ({"email": "a\0@papyrus.example", "email_verified": True}, ""),
        ({"email": f"{'a' * 240}@papyrus.example", "email_verified": True}, ""),
        ({"email_verified": True}, ""),
    ],
)
def test_email_is_taken_only_when_it_is_verified(found: dict[str, Any], email: str) -> None:
    assert claims.verified_email(found) == email


@pytest.mark.parametrize("unsound", [None, "", 7, "\0", "あ", "a" * 256])
def test_subject_is_ascii_of_255_at_most(unsound: object) -> None:
    assert claims.subject({"sub": "auth0|1"}) == "auth0|1"
    assert claims.subject({"sub": unsound}) == ""


@pytest.mark.parametrize(
    ("found", "names"),
    [
        ({"given_name": "花子", "family_name": "山田", "name": "山田 花子"}, ("花子", "山田")),
        ({"name": "山田 花子"}, ("山田 花子", "")),
        ({"name": "a" * 200}, ("a" * 150, "")),
        ({"name": "a\0b\ud800"}, ("ab", "")),
        ({"name": "山田\u3000花子"}, ("山田\u3000花子", "")),
        ({"name": ["山田"], "given_name": None}, ("", "")),
        ({}, ("", "")),
    ],
)
def test_names_are_given_and_family_name_else_the_whole(found: dict[str, Any], names: tuple[str, str]) -> None:
    assert claims.names(found) == names


@pytest.mark.parametrize(
    ("found", "claim", "groups"),
    [
        ({"https://papyrus/roles": ["clerk", "auditor"]}, "https://papyrus/roles", {"clerk", "auditor"}),
        ({"https://auth.papyrus.example/roles": ["clerk"]}, "https://auth.papyrus.example/roles", {"clerk"}),
        ({"realm_access": {"roles": ["clerk"]}}, "realm_access.roles", {"clerk"}),
        ({"groups": "clerk auditor"}, "groups", {"clerk", "auditor"}),
        ({"groups": "clerk, auditor,"}, "groups", {"clerk", "auditor"}),
        ({"groups": ["clerk", 1, None, ["auditor"]]}, "groups", {"clerk"}),
        ({"groups": {"clerk": True}}, "groups", set()),
        ({"groups": None}, "groups", set()),
        ({"groups": "clerk"}, "groups.roles", set()),
        ({}, "groups", set()),
    ],
)
def test_groups_are_read_from_a_list_a_text_or_a_path(found: dict[str, Any], claim: str, groups: set[str]) -> None:
    assert claims.groups(found, claim=claim) == groups


@pytest.mark.parametrize(
    ("groups", "mapping", "roles"),
    [
        ({"clerk", "tennis"}, {}, {"clerk"}),
        ({"Clerk", "納品書担当"}, {}, set()),
        ({"sales", "tennis"}, {"sales": "clerk"}, {"clerk"}),
        ({"clerk"}, {"sales": "clerk"}, set()),
        ({"sales"}, {"sales": "king"}, set()),
    ],
)
def test_roles_are_found_by_the_mapping_else_by_equality(
    groups: set[str], mapping: dict[str, str], roles: set[str]
) -> None:
    assert claims.roles(groups, mapping=mapping, known=KNOWN) == roles
