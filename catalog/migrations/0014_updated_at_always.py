"""Keep `updated_at` by a trigger without django-pgtrigger's door, which took a subtransaction for each row."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

import history.triggers


class Migration(migrations.Migration):
    dependencies = [
        ("catalog", "0013_names_index_pending_list"),
    ]

    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="product",
            name="keep_updated_at",
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="product",
            trigger=pgtrigger.compiler.Trigger(
                name="keep_updated_at",
                sql=history.triggers.LastingTriggerSql(
                    func="NEW.updated_at := now(); RETURN NEW;",
                    hash="eaa1138652e892dec712b3e9c1a08c4a6120cd72",
                    operation="UPDATE",
                    pgid="pgtrigger_keep_updated_at_d9a11",
                    table="products",
                    when="BEFORE",
                ),
            ),
        ),
    ]
