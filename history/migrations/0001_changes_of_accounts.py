"""What happens to accounts and their roles is recorded by triggers."""

import django.contrib.auth.models
import django.contrib.auth.validators
import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models

import history.triggers

# What the triggers call. Going back, pgtrigger takes the triggers and leaves these.
FUNCTIONS = [
    "pgtrigger_record_insert_77d23",
    "pgtrigger_record_delete_5a4dc",
    "pgtrigger_record_update_63ef0",
    "pgtrigger_record_truncate_00fd8",
    "pgtrigger_record_insert_930a7",
    "pgtrigger_record_delete_eb4d8",
    "pgtrigger_record_update_1ffa7",
    "pgtrigger_record_truncate_7b41f",
    "pgtrigger_history_is_kept_441ea",
    "pgtrigger_history_is_kept_db7d6",
]
DROP = ";".join(f"drop function if exists {settings.SCHEMA}.{name}()" for name in FUNCTIONS)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(migrations.RunSQL.noop, DROP),
        migrations.CreateModel(
            name="Account",
            fields=[],
            options={
                "verbose_name": "user",
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
            },
            bases=("auth.user",),
            managers=[
                ("objects", django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[],
            options={
                "verbose_name": "role of a user",
                "proxy": True,
                "default_permissions": (),
                "indexes": [],
                "constraints": [],
            },
            bases=("auth.user_groups",),
        ),
        migrations.CreateModel(
            name="AccountChange",
            fields=[
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField()),
                (
                    "pgh_label",
                    models.TextField(choices=[("insert", "added"), ("update", "changed"), ("delete", "deleted")]),
                ),
                ("pgh_role", models.TextField()),
                ("pgh_program", models.TextField()),
                ("pgh_request", models.TextField()),
                ("pgh_load", models.BigIntegerField(null=True)),
                ("pgh_former", models.JSONField(null=True)),
                ("id", models.IntegerField()),
                (
                    "username",
                    models.CharField(
                        error_messages={"unique": "A user with that username already exists."},
                        help_text="Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.",
                        max_length=150,
                        validators=[django.contrib.auth.validators.UnicodeUsernameValidator()],
                        verbose_name="username",
                    ),
                ),
                ("last_name", models.CharField(blank=True, max_length=150, verbose_name="last name")),
                ("first_name", models.CharField(blank=True, max_length=150, verbose_name="first name")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="email address")),
                (
                    "is_active",
                    models.BooleanField(
                        default=True,
                        help_text="Designates whether this user should be treated as active. Unselect this instead of deleting accounts.",
                        verbose_name="active",
                    ),
                ),
                (
                    "is_staff",
                    models.BooleanField(
                        default=False,
                        help_text="Designates whether the user can log into this admin site.",
                        verbose_name="staff status",
                    ),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "pgh_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "user",
                "db_table": "user_changes",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="MembershipChange",
            fields=[
                ("pgh_id", models.BigAutoField(primary_key=True, serialize=False)),
                ("pgh_created_at", models.DateTimeField()),
                (
                    "pgh_label",
                    models.TextField(choices=[("insert", "added"), ("update", "changed"), ("delete", "deleted")]),
                ),
                ("pgh_role", models.TextField()),
                ("pgh_program", models.TextField()),
                ("pgh_request", models.TextField()),
                ("pgh_load", models.BigIntegerField(null=True)),
                ("pgh_former", models.JSONField(null=True)),
                ("id", models.IntegerField()),
                (
                    "group",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        db_tablespace="",
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to="auth.group",
                    ),
                ),
                (
                    "pgh_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        db_tablespace="",
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        related_query_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "role of a user",
                "db_table": "user_role_changes",
                "abstract": False,
                "default_permissions": (),
            },
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="account",
            trigger=pgtrigger.compiler.Trigger(
                name="record_insert",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO user_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "username", "last_name", "first_name", "email", "is_active", "is_staff", "is_superuser") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'insert\', NULL, new_row."id", new_row."username", new_row."last_name", new_row."first_name", new_row."email", new_row."is_active", new_row."is_staff", new_row."is_superuser" FROM told, new_rows AS new_row; RETURN NULL;',
                    hash="3d7bd3ac33dfbf1cf4ce7442b7874d065fee4c74",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_record_insert_77d23",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="auth_user",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="account",
            trigger=pgtrigger.compiler.Trigger(
                name="record_delete",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO user_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "username", "last_name", "first_name", "email", "is_active", "is_staff", "is_superuser") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."id", old_row."username", old_row."last_name", old_row."first_name", old_row."email", old_row."is_active", old_row."is_staff", old_row."is_superuser" FROM told, old_rows AS old_row; RETURN NULL;',
                    hash="492a33d70fe3efb0b4a791e024bd78dfa8b2079e",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_record_delete_5a4dc",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="auth_user",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="account",
            trigger=pgtrigger.compiler.Trigger(
                name="record_update",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO user_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "username", "last_name", "first_name", "email", "is_active", "is_staff", "is_superuser") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, CASE WHEN old_row."id" IS NULL THEN \'insert\' WHEN new_row."id" IS NULL THEN \'delete\' ELSE \'update\' END, CASE WHEN NOT (old_row."id" IS NULL OR new_row."id" IS NULL) THEN CASE WHEN old_row."id" IS DISTINCT FROM new_row."id" THEN jsonb_build_object(\'id\', old_row."id") ELSE \'{}\' END || CASE WHEN old_row."username" IS DISTINCT FROM new_row."username" THEN jsonb_build_object(\'username\', old_row."username") ELSE \'{}\' END || CASE WHEN old_row."last_name" IS DISTINCT FROM new_row."last_name" THEN jsonb_build_object(\'last_name\', old_row."last_name") ELSE \'{}\' END || CASE WHEN old_row."first_name" IS DISTINCT FROM new_row."first_name" THEN jsonb_build_object(\'first_name\', old_row."first_name") ELSE \'{}\' END || CASE WHEN old_row."email" IS DISTINCT FROM new_row."email" THEN jsonb_build_object(\'email\', old_row."email") ELSE \'{}\' END || CASE WHEN old_row."is_active" IS DISTINCT FROM new_row."is_active" THEN jsonb_build_object(\'is_active\', old_row."is_active") ELSE \'{}\' END || CASE WHEN old_row."is_staff" IS DISTINCT FROM new_row."is_staff" THEN jsonb_build_object(\'is_staff\', old_row."is_staff") ELSE \'{}\' END || CASE WHEN old_row."is_superuser" IS DISTINCT FROM new_row."is_superuser" THEN jsonb_build_object(\'is_superuser\', old_row."is_superuser") ELSE \'{}\' END END, CASE WHEN new_row."id" IS NULL THEN old_row."id" ELSE new_row."id" END, CASE WHEN new_row."id" IS NULL THEN old_row."username" ELSE new_row."username" END, CASE WHEN new_row."id" IS NULL THEN old_row."last_name" ELSE new_row."last_name" END, CASE WHEN new_row."id" IS NULL THEN old_row."first_name" ELSE new_row."first_name" END, CASE WHEN new_row."id" IS NULL THEN old_row."email" ELSE new_row."email" END, CASE WHEN new_row."id" IS NULL THEN old_row."is_active" ELSE new_row."is_active" END, CASE WHEN new_row."id" IS NULL THEN old_row."is_staff" ELSE new_row."is_staff" END, CASE WHEN new_row."id" IS NULL THEN old_row."is_superuser" ELSE new_row."is_superuser" END FROM told, old_rows AS old_row FULL JOIN new_rows AS new_row ON old_row."id" = new_row."id" WHERE old_row."id" IS DISTINCT FROM new_row."id" OR old_row."username" IS DISTINCT FROM new_row."username" OR old_row."last_name" IS DISTINCT FROM new_row."last_name" OR old_row."first_name" IS DISTINCT FROM new_row."first_name" OR old_row."email" IS DISTINCT FROM new_row."email" OR old_row."is_active" IS DISTINCT FROM new_row."is_active" OR old_row."is_staff" IS DISTINCT FROM new_row."is_staff" OR old_row."is_superuser" IS DISTINCT FROM new_row."is_superuser"; RETURN NULL;',
                    hash="a3cd155429444b477355db5ae80a7e81f9358a53",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_record_update_63ef0",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="auth_user",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="account",
            trigger=pgtrigger.compiler.Trigger(
                name="record_truncate",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO user_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "username", "last_name", "first_name", "email", "is_active", "is_staff", "is_superuser") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."id", old_row."username", old_row."last_name", old_row."first_name", old_row."email", old_row."is_active", old_row."is_staff", old_row."is_superuser" FROM told, auth_user AS old_row; RETURN NULL;',
                    hash="195def5d1ca1a6903c54c422362e2849aa76bdf3",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_record_truncate_00fd8",
                    table="auth_user",
                    when="BEFORE",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="membership",
            trigger=pgtrigger.compiler.Trigger(
                name="record_insert",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO user_role_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "user_id", "group_id") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'insert\', NULL, new_row."id", new_row."user_id", new_row."group_id" FROM told, new_rows AS new_row; RETURN NULL;',
                    hash="2116ab214778f7343fd9d7842282640cc9f7b521",
                    level="STATEMENT",
                    operation="INSERT",
                    pgid="pgtrigger_record_insert_930a7",
                    referencing="REFERENCING NEW TABLE AS new_rows ",
                    table="auth_user_groups",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="membership",
            trigger=pgtrigger.compiler.Trigger(
                name="record_delete",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO user_role_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "user_id", "group_id") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."id", old_row."user_id", old_row."group_id" FROM told, old_rows AS old_row; RETURN NULL;',
                    hash="12144e5fd7d20fc3b4d8c371000ae4025c611d19",
                    level="STATEMENT",
                    operation="DELETE",
                    pgid="pgtrigger_record_delete_eb4d8",
                    referencing="REFERENCING OLD TABLE AS old_rows ",
                    table="auth_user_groups",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="membership",
            trigger=pgtrigger.compiler.Trigger(
                name="record_update",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO user_role_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "user_id", "group_id") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, CASE WHEN old_row."id" IS NULL THEN \'insert\' WHEN new_row."id" IS NULL THEN \'delete\' ELSE \'update\' END, CASE WHEN NOT (old_row."id" IS NULL OR new_row."id" IS NULL) THEN CASE WHEN old_row."id" IS DISTINCT FROM new_row."id" THEN jsonb_build_object(\'id\', old_row."id") ELSE \'{}\' END || CASE WHEN old_row."user_id" IS DISTINCT FROM new_row."user_id" THEN jsonb_build_object(\'user_id\', old_row."user_id") ELSE \'{}\' END || CASE WHEN old_row."group_id" IS DISTINCT FROM new_row."group_id" THEN jsonb_build_object(\'group_id\', old_row."group_id") ELSE \'{}\' END END, CASE WHEN new_row."id" IS NULL THEN old_row."id" ELSE new_row."id" END, CASE WHEN new_row."id" IS NULL THEN old_row."user_id" ELSE new_row."user_id" END, CASE WHEN new_row."id" IS NULL THEN old_row."group_id" ELSE new_row."group_id" END FROM told, old_rows AS old_row FULL JOIN new_rows AS new_row ON old_row."id" = new_row."id" WHERE old_row."id" IS DISTINCT FROM new_row."id" OR old_row."user_id" IS DISTINCT FROM new_row."user_id" OR old_row."group_id" IS DISTINCT FROM new_row."group_id"; RETURN NULL;',
                    hash="8d1e7196f9c50c7c52ae635eb2f7fff2cb90d7f9",
                    level="STATEMENT",
                    operation="UPDATE",
                    pgid="pgtrigger_record_update_1ffa7",
                    referencing="REFERENCING OLD TABLE AS old_rows  NEW TABLE AS new_rows ",
                    table="auth_user_groups",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="membership",
            trigger=pgtrigger.compiler.Trigger(
                name="record_truncate",
                sql=history.triggers.RecordingTriggerSql(
                    func='WITH told AS MATERIALIZED (SELECT nullif(current_setting(\'pghistory.context_metadata\', true), \'\')::jsonb AS facts) INSERT INTO user_role_changes ("pgh_created_at", "pgh_by_id", "pgh_role", "pgh_program", "pgh_request", "pgh_load", "pgh_label", "pgh_former", "id", "user_id", "group_id") SELECT now(), (told.facts ->> \'user\')::bigint, session_user, current_setting(\'application_name\'), coalesce(told.facts ->> \'request\', \'\'), (told.facts ->> \'load\')::bigint, \'delete\', NULL, old_row."id", old_row."user_id", old_row."group_id" FROM told, auth_user_groups AS old_row; RETURN NULL;',
                    hash="5c67f52cf489d63511ced7653d380e95cf338130",
                    level="STATEMENT",
                    operation="TRUNCATE",
                    pgid="pgtrigger_record_truncate_7b41f",
                    table="auth_user_groups",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="accountchange",
            index=models.Index(fields=["-pgh_created_at", "-pgh_id"], name="user_changes_at"),
        ),
        migrations.AddIndex(
            model_name="accountchange",
            index=models.Index(fields=["pgh_by", "-pgh_created_at", "-pgh_id"], name="user_changes_by"),
        ),
        migrations.AddIndex(
            model_name="accountchange",
            index=models.Index(fields=["id", "-pgh_created_at", "-pgh_id"], name="user_changes_of"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="accountchange",
            trigger=pgtrigger.compiler.Trigger(
                name="history_is_kept",
                sql=history.triggers.LastingTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="12e0a136970dbd08436551de92d37fc1f82a081f",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_history_is_kept_441ea",
                    table="user_changes",
                    when="BEFORE",
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="membershipchange",
            index=models.Index(fields=["-pgh_created_at", "-pgh_id"], name="user_role_changes_at"),
        ),
        migrations.AddIndex(
            model_name="membershipchange",
            index=models.Index(fields=["pgh_by", "-pgh_created_at", "-pgh_id"], name="user_role_changes_by"),
        ),
        migrations.AddIndex(
            model_name="membershipchange",
            index=models.Index(fields=["user", "-pgh_created_at", "-pgh_id"], name="user_role_changes_of"),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="membershipchange",
            trigger=pgtrigger.compiler.Trigger(
                name="history_is_kept",
                sql=history.triggers.LastingTriggerSql(
                    func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;",
                    hash="39e1e169598cd6f0defb3bc781562f88171602a5",
                    operation="UPDATE OR DELETE",
                    pgid="pgtrigger_history_is_kept_db7d6",
                    table="user_role_changes",
                    when="BEFORE",
                ),
            ),
        ),
    ]
