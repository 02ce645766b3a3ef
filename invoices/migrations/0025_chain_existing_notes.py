"""Appends to the chain the notes that were issued, and voided, before there was one, in the order of their issue.

In steps of their own: issuing waits for one of them at most. Interrupted, it goes on where it was.
"""

from django.conf import settings
from django.db import migrations, transaction
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

AT_ONCE = 500
STEP = f"""
with waiting as (
    select id from {settings.SCHEMA}.delivery_notes where number is not null and id > %s order by id limit {AT_ONCE}
), issued as (
    select {settings.SCHEMA}.append_to_chain(id, 'issued') from (select id from waiting order by id) as each
), void as (
    select {settings.SCHEMA}.append_to_chain(note.id, 'void')
    from {settings.SCHEMA}.delivery_notes as note
    where note.state = 'void' and note.id in (select id from waiting) and (select count(*) from issued) > 0
)
select max(id), (select count(*) from issued), (select count(*) from void) from waiting
"""


def chain_existing_notes(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    last = 0
    while last is not None:
        with transaction.atomic(using=schema_editor.connection.alias), schema_editor.connection.cursor() as cursor:
            cursor.execute(STEP, [last])
            last = cursor.fetchone()[0]


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("invoices", "0024_document_chain")]
    operations = [migrations.RunPython(chain_existing_notes, migrations.RunPython.noop)]
