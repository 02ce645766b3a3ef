"""`updated_at` is set by the database, whoever writes."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("catalog", "0008_product_rules")]

    operations = [
        # Going back, pgtrigger takes the trigger and leaves its function.
        migrations.RunSQL(
            migrations.RunSQL.noop, f"drop function if exists {settings.SCHEMA}.pgtrigger_keep_updated_at_d9a11()"
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="product",
            trigger=pgtrigger.compiler.Trigger(
                name="keep_updated_at",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func="NEW.updated_at := now(); RETURN NEW;",
                    hash="de237ee638212d8643990850b5f0b418ee988c08",
                    operation="UPDATE",
                    pgid="pgtrigger_keep_updated_at_d9a11",
                    table="products",
                    when="BEFORE",
                ),
            ),
        ),
    ]
