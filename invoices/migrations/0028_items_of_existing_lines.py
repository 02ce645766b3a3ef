"""The items of the lines that are there already. Reads all of them, and holds up nobody."""

from django.db import migrations

ITEMS = """
    insert into line_items (code, name)
    select distinct code, name from delivery_note_lines order by code, name
    on conflict do nothing;
"""


class Migration(migrations.Migration):
    dependencies = [("invoices", "0027_line_items")]
    operations = [migrations.RunSQL(ITEMS, migrations.RunSQL.noop)]
