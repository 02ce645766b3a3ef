"""What was changed, when and by whom, recorded by the database; and what the pages of all masters share because of it.

`recording` declares which models are recorded, `selectors` reads what was recorded, `wording` says it to people.
"""
