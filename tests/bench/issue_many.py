"""Issue notes of 20 lines, no two alike, and print their delivery date: python -m tests.bench.issue_many 1000"""

from __future__ import annotations

import os
import sys

import django

LINES = 20


def main() -> None:
    from django.contrib.auth.models import User
    from django.db import transaction

    from tests.bench.pdf_many import line_name
    from tests.invoices.factories import TODAY, CustomerFactory, issued_note, line

    author = User.objects.earliest("pk")
    customers = [CustomerFactory.create(code=f"P{place}", delivery_route=f"コース{place % 4}") for place in range(40)]
    with transaction.atomic():
        for number in range(int(sys.argv[1])):
            lines = tuple(line(name=line_name(number * LINES + place)) for place in range(LINES))
            issued_note(author, customer=customers[number % len(customers)], lines=lines)
        # Their files would only be stored once this commits.
        transaction.get_connection().run_on_commit = []
    print(TODAY.isoformat())


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "papyrus_site.settings")
    django.setup()
    main()
