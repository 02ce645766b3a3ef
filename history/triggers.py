"""Triggers that no session can switch off.

django-pgtrigger's own functions obey the setting `pgtrigger.ignore`, which any role may set. What guards issued
documents must not: here the same declarations are compiled without that door, and with a fixed search path, so that a
temporary table cannot stand in for ours. Only the tables' owner can still drop or disable them.
"""

from __future__ import annotations

import pgtrigger
from django.conf import settings
from django.db import models
from pgtrigger import compiler


class LastingTriggerSql(compiler.UpsertTriggerSql):
    """The SQL of a trigger that obeys no setting. Migrations refer to it: change the template in a new class only."""

    def get_template(self) -> str:
        return f"""
            CREATE OR REPLACE FUNCTION {{pgid}}()
            RETURNS TRIGGER AS $$
                {{declare}}
                BEGIN
                    {{func}}
                END;
            $$ LANGUAGE plpgsql SET search_path = {settings.SCHEMA}, pg_temp;

            DROP TRIGGER IF EXISTS {{pgid}} ON {{table}};
            CREATE {{constraint}} TRIGGER {{pgid}}
                {{when}} {{operation}} ON {{table}}
                {{timing}}
                {{referencing}}
                FOR EACH {{level}} {{condition}}
                EXECUTE PROCEDURE {{execute}};

            COMMENT ON TRIGGER {{pgid}} ON {{table}} IS '{{hash}}';
        """


class LastingTrigger(pgtrigger.Trigger):
    """A trigger that no session can switch off."""

    def compile(self, model: models.Model) -> compiler.Trigger:
        compiled = super().compile(model)
        return compiler.Trigger(name=compiled.name, sql=LastingTriggerSql(**compiled.sql.kwargs))


class LastingProtect(LastingTrigger, pgtrigger.Protect):
    """A refusal of operations that no session can switch off."""


class RecordingTriggerSql(compiler.UpsertTriggerSql):
    """The SQL of a trigger that acts for the tables' owner. Migrations refer to it: change it in a new class only.

    Whoever changes a row needs no right to write, change or delete its history. Nobody else may call the function: by
    a trigger on a table of their own they would write what never happened.
    """

    def get_template(self) -> str:
        return f"""
            CREATE OR REPLACE FUNCTION {{pgid}}()
            RETURNS TRIGGER AS $$
                BEGIN
                    {{func}}
                END;
            $$ LANGUAGE plpgsql SECURITY DEFINER SET search_path = {settings.SCHEMA}, pg_temp;
            REVOKE ALL ON FUNCTION {{pgid}}() FROM PUBLIC;

            DROP TRIGGER IF EXISTS {{pgid}} ON {{table}};
            CREATE TRIGGER {{pgid}}
                {{when}} {{operation}} ON {{table}}
                {{referencing}}
                FOR EACH {{level}}
                EXECUTE PROCEDURE {{execute}};

            COMMENT ON TRIGGER {{pgid}} ON {{table}} IS '{{hash}}';
        """


class RecordingTrigger(pgtrigger.Trigger):
    """A trigger of statements that acts for the tables' owner and that no session can switch off."""

    when = pgtrigger.After
    level = pgtrigger.Statement

    def compile(self, model: models.Model) -> compiler.Trigger:
        compiled = super().compile(model)
        return compiler.Trigger(name=compiled.name, sql=RecordingTriggerSql(**compiled.sql.kwargs))
