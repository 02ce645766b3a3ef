import pytest

from invoices.domain.errors import InvalidRegistrationNumber
from invoices.domain.registration import expected_check_digit, has_valid_check_digit, normalise


@pytest.mark.parametrize(
    "typed",
    ["T8700110005901", "t8700110005901", "Ｔ８７００１１０００５９０１", "T 8700-1100-05901", "T8700110005901　"],
)
def test_normalise_forgives_width_case_spaces_and_hyphens(typed: str) -> None:
    assert normalise(typed) == "T8700110005901"


@pytest.mark.parametrize(
    "typed", ["", "8700110005901", "T870011000590", "T87001100059012", "X8700110005901", "T87001100059O1"]
)
def test_normalise_refuses_anything_else_and_names_it(typed: str) -> None:
    with pytest.raises(InvalidRegistrationNumber, match=r"T. and 13 digits") as refusal:
        normalise(typed)
    assert refusal.value.params == {"value": typed}


def test_check_digit_is_the_published_example() -> None:
    assert has_valid_check_digit("T8700110005901") is True
    assert has_valid_check_digit("T1234567890123") is False
    assert expected_check_digit("T1234567890123") == 9
