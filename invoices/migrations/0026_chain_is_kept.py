"""Links of the chain are made by triggers alone, and stay."""

import pgtrigger.compiler
import pgtrigger.migrations
from django.db import migrations

import invoices.triggers


class Migration(migrations.Migration):
    dependencies = [("invoices", "0025_chain_existing_notes")]
    operations = [
        pgtrigger.migrations.AddTrigger(
            model_name="chainlink",
            trigger=pgtrigger.compiler.Trigger(
                name="link_is_made_by_a_trigger",
                sql=invoices.triggers.LastingTriggerSql(
                    func="\n    -- This trigger is one, what inserts must be another.\n    if pg_trigger_depth() < 2 then\n        raise exception 'links of the chain are made by the database alone' using errcode = 'restrict_violation';\n    end if;\n    return new;\n",
                    hash="9f68f1221270cc9a5c3267eff160aaa31043961e",
                    operation="INSERT",
                    pgid="pgtrigger_link_is_made_by_a_trigger_74749",
                    table="document_chain",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="chainlink",
            trigger=pgtrigger.compiler.Trigger(
                name="link_is_kept",
                sql=invoices.triggers.LastingTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="a0f2e1e2afaeeb2b4bf7f7b54a4e8f7906dca3fd",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_link_is_kept_2b6f9",
                    table="document_chain",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="chainlink",
            trigger=pgtrigger.compiler.Trigger(
                name="links_survive_truncate",
                sql=invoices.triggers.LastingTriggerSql(
                    func="\n    if exists (select from delivery_notes where number is not null) then\n        raise exception 'issued delivery notes cannot be deleted' using errcode = 'restrict_violation';\n    end if;\n    return null;\n",
                    hash="5856b4c0e27e44a313c38d533e945ee520b7c207",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_links_survive_truncate_5c9d5",
                    table="document_chain",
                    when="BEFORE",
                ),
            ),
        ),
    ]
