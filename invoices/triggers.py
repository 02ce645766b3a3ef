"""Where migrations of this application look for the triggers that no session can switch off."""

from history.triggers import LastingProtect, LastingTrigger, LastingTriggerSql

__all__ = ["LastingProtect", "LastingTrigger", "LastingTriggerSql"]
