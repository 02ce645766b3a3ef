"""What the database refuses on returns and corrections, whoever asks: more than was delivered, also by two at once."""

from __future__ import annotations

import pgtrigger

from invoices.triggers import LastingTrigger

# What waits for approval counts as taken back. The lock makes returns of one note wait for each other, so that the
# second one counts the first.
_WITHIN_DELIVERED = """
    if tg_op = 'UPDATE' and old.state = new.state then
        return new;
    end if;
    perform from delivery_notes where id = new.original_id for no key update;
    if not exists (select from delivery_notes where id = new.original_id and state = 'issued' and original_id is null)
    then
        raise exception 'delivery note % takes back goods of a note that is not issued', new.id
            using errcode = 'restrict_violation';
    end if;
    if exists (
        select from delivery_note_lines as back
        left join delivery_note_lines as delivered
            on delivered.delivery_note_id = new.original_id and delivered.position = back.original_position
        where back.delivery_note_id = new.id
          and (delivered.id is null or sign(back.quantity) = sign(delivered.quantity)
               or (back.unit_price, back.tax_category_id, back.rate_override)
                  is distinct from (delivered.unit_price, delivered.tax_category_id, delivered.rate_override))
    ) then
        raise exception 'the lines of return % are not those of its original', new.id
            using errcode = 'restrict_violation';
    end if;
    if exists (
        select from delivery_notes as slip
        join delivery_note_lines as back on back.delivery_note_id = slip.id
        join delivery_note_lines as delivered
            on delivered.delivery_note_id = slip.original_id and delivered.position = back.original_position
        where slip.original_id = new.original_id and (slip.state in ('waiting', 'issued') or slip.id = new.id)
        group by delivered.id, delivered.quantity
        having abs(sum(back.quantity)) > abs(delivered.quantity)
    ) then
        raise exception 'return % takes back more than was delivered', new.id using errcode = 'restrict_violation';
    end if;
    return new;
"""
_KEPT_WHILE_RETURNED = """
    if exists (select from delivery_notes where original_id = new.id and state in ('waiting', 'issued')) then
        raise exception 'delivery note % has returns and cannot be void', new.number
            using errcode = 'restrict_violation';
    end if;
    return new;
"""
_REPLACED_IS_VOID = """
    if tg_op = 'UPDATE' and old.state = new.state then
        return new;
    end if;
    if new.corrects_id = new.id or exists (select from delivery_notes where id = new.corrects_id and state <> 'void')
    then
        raise exception 'delivery note % is the correction of a note that is not void', new.id
            using errcode = 'restrict_violation';
    end if;
    return new;
"""
LINK_TRIGGERS = (
    LastingTrigger(
        name="returned_within_delivered",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        condition=pgtrigger.Q(new__original__isnull=False, new__state__in=["waiting", "issued"]),
        func=_WITHIN_DELIVERED,
    ),
    LastingTrigger(
        name="returned_note_is_not_void",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(old__state="issued", new__state="void"),
        func=_KEPT_WHILE_RETURNED,
    ),
    LastingTrigger(
        name="corrected_note_is_void",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        condition=pgtrigger.Q(new__corrects__isnull=False, new__state="issued"),
        func=_REPLACED_IS_VOID,
    ),
)
