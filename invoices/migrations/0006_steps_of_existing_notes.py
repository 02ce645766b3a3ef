"""Who wrote the notes that are there already: creators, and of drafts the last editors, too."""

from django.db import migrations

# An issued note names whoever issued it as its last editor, so only drafts tell of theirs.
AUTHORS = """
    insert into delivery_note_steps (delivery_note_id, kind, by_id, at, reason)
    select id, 'written', created_by_id, created_at, '' from delivery_notes order by id;
    insert into delivery_note_steps (delivery_note_id, kind, by_id, at, reason)
    select id, 'written', updated_by_id, updated_at, '' from delivery_notes
    where state = 'draft' and updated_by_id <> created_by_id order by id;
"""


class Migration(migrations.Migration):
    dependencies = [("invoices", "0005_note_steps")]
    operations = [migrations.RunSQL(AUTHORS, "delete from delivery_note_steps")]
