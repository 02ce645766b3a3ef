"""Notes that wait for approval, and issued ones that were given it."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import invoices.triggers


class Migration(migrations.Migration):
    dependencies = [("invoices", "0007_note_steps_are_kept"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
    operations = [
        pgtrigger.migrations.RemoveTrigger(
            model_name="deliverynote",
            name="issued_note_is_frozen",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="deliverynote",
            name="issued_note_is_kept",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="deliverynoteline",
            name="issued_lines_are_frozen",
        ),
        migrations.RemoveConstraint(
            model_name="deliverynote",
            name="delivery_notes_issued_facts",
        ),
        migrations.AddField(
            model_name="deliverynote",
            name="approved_at",
            field=models.DateTimeField(null=True, verbose_name="approved at"),
        ),
        migrations.AddField(
            model_name="deliverynote",
            name="approved_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="deliverynote",
            name="requested_at",
            field=models.DateTimeField(null=True, verbose_name="approval asked for at"),
        ),
        migrations.AddField(
            model_name="deliverynote",
            name="requested_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AlterField(
            model_name="deliverynote",
            name="state",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("waiting", "Waiting for approval"),
                    ("issued", "Issued"),
                    ("void", "Void"),
                ],
                default="draft",
                max_length=8,
                verbose_name="state",
            ),
        ),
        migrations.AddIndex(
            model_name="deliverynote",
            index=models.Index(
                condition=models.Q(("state", "waiting")), fields=["requested_at", "id"], name="delivery_notes_waiting"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deliverynote",
            trigger=pgtrigger.compiler.Trigger(
                name="issued_note_is_frozen",
                sql=invoices.triggers.LastingTriggerSql(
                    condition="WHEN (OLD.\"state\" IN ('issued', 'void'))",
                    func="\n    if old.state = 'void' and (new.state, new.voided_at, new.voided_by_id, new.void_reason)\n            is distinct from (old.state, old.voided_at, old.voided_by_id, old.void_reason)\n       or new.state in ('draft', 'waiting')\n       or to_jsonb(old) - '{state,voided_at,voided_by_id,void_reason,archived_at}'::text[]\n            is distinct from to_jsonb(new) - '{state,voided_at,voided_by_id,void_reason,archived_at}'::text[] then\n        raise exception 'delivery note % is issued and cannot be changed', old.number\n            using errcode = 'restrict_violation';\n    end if;\n    return new;\n",
                    hash="87f4943489bc85537dc08ab77e6f1bd07af392c5",
                    operation="UPDATE",
                    pgid="pgtrigger_issued_note_is_frozen_a61f3",
                    table="delivery_notes",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deliverynote",
            trigger=pgtrigger.compiler.Trigger(
                name="waiting_note_is_unchanged",
                sql=invoices.triggers.LastingTriggerSql(
                    condition="WHEN (OLD.\"state\" = 'waiting')",
                    func="\n    if to_jsonb(old) - '{state,number,total,issued_on,issued_at,issued_by_id,snapshot,pdf_sha256,updated_at,requested_at,requested_by_id,approved_at,approved_by_id}'::text[]\n            is distinct from to_jsonb(new) - '{state,number,total,issued_on,issued_at,issued_by_id,snapshot,pdf_sha256,updated_at,requested_at,requested_by_id,approved_at,approved_by_id}'::text[] then\n        raise exception 'delivery note % waits for approval and cannot be changed', old.id\n            using errcode = 'restrict_violation';\n    end if;\n    return new;\n",
                    hash="9fd9823d26156c0cf5e99351da544a4641ff9e49",
                    operation="UPDATE",
                    pgid="pgtrigger_waiting_note_is_unchanged_cab6c",
                    table="delivery_notes",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deliverynote",
            trigger=pgtrigger.compiler.Trigger(
                name="large_note_is_approved",
                sql=invoices.triggers.LastingTriggerSql(
                    condition='WHEN (NEW."number" IS NOT NULL)',
                    func="\n    if tg_op = 'UPDATE' and old.number is not null then\n        return new;\n    end if;\n    if new.approved_by_id is null\n       and exists (select from issuers where is_current and abs(new.total) > approval_above) then\n        raise exception 'delivery note % is above the limit and not approved', new.id\n            using errcode = 'restrict_violation';\n    end if;\n    if exists (\n        select from delivery_note_steps\n        where delivery_note_id = new.id and kind = 'written' and by_id = new.approved_by_id\n    ) then\n        raise exception 'delivery note % cannot be approved by one of its authors', new.id\n            using errcode = 'restrict_violation';\n    end if;\n    return new;\n",
                    hash="97848791bc6a81128c7e942c602d33096b2558c9",
                    operation="INSERT OR UPDATE",
                    pgid="pgtrigger_large_note_is_approved_3e16c",
                    table="delivery_notes",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deliverynote",
            trigger=pgtrigger.compiler.Trigger(
                name="issued_note_is_kept",
                sql=invoices.triggers.LastingTriggerSql(
                    condition="WHEN (NOT (OLD.\"state\" = 'draft'))",
                    func="\n    raise exception 'delivery note % is % and cannot be deleted', coalesce(old.number, old.id::text), old.state\n        using errcode = 'restrict_violation';\n",
                    hash="1a3651518401bf8e3eebac747d25defdefcfce26",
                    operation="DELETE",
                    pgid="pgtrigger_issued_note_is_kept_16737",
                    table="delivery_notes",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="deliverynoteline",
            trigger=pgtrigger.compiler.Trigger(
                name="issued_lines_are_frozen",
                sql=invoices.triggers.LastingTriggerSql(
                    func="\n    perform from delivery_notes\n        where id in (case when tg_op <> 'INSERT' then old.delivery_note_id end,\n                     case when tg_op <> 'DELETE' then new.delivery_note_id end)\n        for share;\n    if exists (\n        select from delivery_notes\n        where id in (case when tg_op <> 'INSERT' then old.delivery_note_id end,\n                     case when tg_op <> 'DELETE' then new.delivery_note_id end)\n          and state <> 'draft'\n    ) then\n        raise exception 'the lines of a delivery note can be changed only while it is a draft'\n            using errcode = 'restrict_violation';\n    end if;\n    return case when tg_op = 'DELETE' then old else new end;\n",
                    hash="c82ae351e9fb046a99f19dddc069057f74f65eef",
                    operation="INSERT OR UPDATE OR DELETE",
                    pgid="pgtrigger_issued_lines_are_frozen_eef80",
                    table="delivery_note_lines",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="deliverynote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("issued_at", None),
                        ("issued_by", None),
                        ("issued_on", None),
                        ("number", None),
                        ("pdf_sha256", ""),
                        ("snapshot", None),
                        ("state__in", ("draft", "waiting")),
                    ),
                    models.Q(
                        ("issued_at__isnull", False),
                        ("issued_by__isnull", False),
                        ("issued_on__isnull", False),
                        ("number__isnull", False),
                        ("pdf_sha256__regex", "^[0-9a-f]{64}$"),
                        ("snapshot__isnull", False),
                        ("state__in", ["issued", "void"]),
                        ("total__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="delivery_notes_issued_facts",
            ),
        ),
        migrations.AddConstraint(
            model_name="deliverynote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("requested_at", None), ("requested_by", None), ("state", "draft")),
                    models.Q(
                        ("requested_at__isnull", False),
                        ("requested_by__isnull", False),
                        models.Q(("state", "draft"), _negated=True),
                    ),
                    models.Q(("requested_at", None), ("requested_by", None), ("state__in", ["issued", "void"])),
                    _connector="OR",
                ),
                name="delivery_notes_request_facts",
            ),
        ),
        migrations.AddConstraint(
            model_name="deliverynote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("approved_at", None), ("approved_by", None)),
                    models.Q(
                        ("approved_at__isnull", False),
                        ("approved_by__isnull", False),
                        ("requested_at__isnull", False),
                        ("state__in", ["issued", "void"]),
                    ),
                    _connector="OR",
                ),
                name="delivery_notes_approval_facts",
            ),
        ),
        migrations.AddConstraint(
            model_name="deliverynote",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by", None),
                    models.Q(
                        models.Q(("approved_by", models.F("created_by")), _negated=True),
                        models.Q(("approved_by", models.F("updated_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="delivery_notes_approver_is_no_author",
            ),
        ),
    ]
