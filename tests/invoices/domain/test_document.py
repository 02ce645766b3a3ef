import pytest

from invoices.domain.document import Recipient


@pytest.mark.parametrize(
    ("recipient", "lines"),
    [
        (Recipient(name="株式会社見本商事"), ("株式会社見本商事 御中",)),
        (Recipient(name="株式会社見本商事", department="購買部"), ("株式会社見本商事", "購買部 御中")),
        (
            Recipient(name="株式会社見本商事", department="購買部", person_title="部長", person="田中"),
            ("株式会社見本商事", "購買部", "部長 田中 様"),
        ),
        (Recipient(name="株式会社見本商事", person="田中"), ("株式会社見本商事", "田中 様")),
        (Recipient(name="株式会社見本商事", person_title="部長"), ("株式会社見本商事 御中",)),
    ],
)
def test_addressee_lines_carry_exactly_one_honorific(recipient: Recipient, lines: tuple[str, ...]) -> None:
    assert recipient.addressee_lines() == lines
