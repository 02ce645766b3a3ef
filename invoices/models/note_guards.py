"""What the database refuses on notes and lines, whoever asks: the bodies of their triggers."""

from __future__ import annotations

# What may still change on an issued note: its voiding, where its file is, and that it was printed.
_CHANGEABLE = ("state", "voided_at", "voided_by_id", "void_reason", "archived_at", "awaits_printing")
FROZEN_NOTE = f"""
    if old.state = 'void' and (new.state, new.voided_at, new.voided_by_id, new.void_reason)
            is distinct from (old.state, old.voided_at, old.voided_by_id, old.void_reason)
       or new.state in ('draft', 'waiting')
       or new.awaits_printing and not old.awaits_printing
       or to_jsonb(old) - '{{{",".join(_CHANGEABLE)}}}'::text[]
            is distinct from to_jsonb(new) - '{{{",".join(_CHANGEABLE)}}}'::text[] then
        raise exception 'delivery note % is issued and cannot be changed', old.number
            using errcode = 'restrict_violation';
    end if;
    return new;
"""
# What the approver reads does not change under their eyes: an edit takes the note back to a draft first.
_DECIDABLE = (
    *("state", "number", "total", "issued_on", "issued_at", "issued_by_id", "snapshot", "pdf_sha256", "updated_at"),
    *("requested_at", "requested_by_id", "approved_at", "approved_by_id", "awaits_printing"),
    *("line_rounding", "tax_rounding"),
)
UNCHANGED_WAITING = f"""
    if to_jsonb(old) - '{{{",".join(_DECIDABLE)}}}'::text[]
            is distinct from to_jsonb(new) - '{{{",".join(_DECIDABLE)}}}'::text[] then
        raise exception 'delivery note % waits for approval and cannot be changed', old.id
            using errcode = 'restrict_violation';
    end if;
    return new;
"""
KEPT_NOTE = """
    raise exception 'delivery note % is % and cannot be deleted', coalesce(old.number, old.id::text), old.state
        using errcode = 'restrict_violation';
"""
# The rule of invoices.domain.approval once more, for whoever comes past the services.
APPROVED_NOTE = """
    if tg_op = 'UPDATE' and old.number is not null then
        return new;
    end if;
    if new.approved_by_id is null
       and exists (select from issuers where is_current and abs(new.total) > approval_above) then
        raise exception 'delivery note % is above the limit and not approved', new.id
            using errcode = 'restrict_violation';
    end if;
    if exists (
        select from delivery_note_steps
        where delivery_note_id = new.id and kind = 'written' and by_id = new.approved_by_id
    ) then
        raise exception 'delivery note % cannot be approved by one of its authors', new.id
            using errcode = 'restrict_violation';
    end if;
    return new;
"""
TAKE_STEPS_ALONG = """
    delete from delivery_note_steps where delivery_note_id = old.id;
    return null;
"""
# The share lock waits for an issue under way; without it a row could slip in between its snapshot and its commit.
FROZEN_LINE = """
    perform from delivery_notes
        where id in (case when tg_op <> 'INSERT' then old.delivery_note_id end,
                     case when tg_op <> 'DELETE' then new.delivery_note_id end)
        for share;
    if exists (
        select from delivery_notes
        where id in (case when tg_op <> 'INSERT' then old.delivery_note_id end,
                     case when tg_op <> 'DELETE' then new.delivery_note_id end)
          and state <> 'draft'
    ) then
        raise exception 'the lines of a delivery note can be changed only while it is a draft'
            using errcode = 'restrict_violation';
    end if;
    return case when tg_op = 'DELETE' then old else new end;
"""
# At the end of the transaction, so that the chain is held for a moment, and whatever else is locked was so before.
APPEND_ISSUED = """
    perform append_to_chain(new.id, 'issued');
    return null;
"""
APPEND_VOID = """
    perform append_to_chain(new.id, 'void');
    return null;
"""
