"""Fills a database with invented notes and lines, as many as one asks for, the same ones each time.

By plain SQL with triggers off: ten years of notes, in which few customers buy much and many little, and products come
and go. Snapshots are as long as those of real notes, and as hard to compress.
"""

from __future__ import annotations

from django.db import connection

LINES_EACH = 12
CUSTOMERS = 3_000
ITEMS = 20_000

PEOPLE = """
insert into auth_user (username, password, first_name, last_name, email, is_superuser, is_staff, is_active, date_joined)
values ('bench', '', '', '', '', false, false, true, now());
insert into customers (code, name, kana, department, person_title, person, postal_code, address, telephone,
    ship_to_name, ship_to_postal_code, ship_to_address, price_basis, line_rounding, tax_rounding, invoice_policy,
    note, is_active)
select 'C' || to_char(n, 'FM00000'),
    (array['株式会社', '有限会社', '合同会社'])[1 + n %% 3]
        || (array['山田', '髙橋', '北斗', 'サクラ', 'ミナト', '日之出', '三葉', '光陽', '丸八', '銀河'])[1 + n %% 10]
        || (array['商店', '工業', '物産', '文具', '電機'])[1 + n / 10 %% 5] || n,
    '', '', '', '', '', '', '', '', '', '', 'exclusive', 'floor', 'floor', 'B', '', true
from generate_series(1, %(customers)s) as n;
"""
# Ten years to the end of November 2026. A few are drafts, the newest of all; one in two hundred is void.
NOTES = """
insert into delivery_notes (id, state, number, customer_id, delivered_on, order_number, subject, notes, revision,
    creation_key, created_by_id, updated_by_id, created_at, updated_at, total, issued_on, issued_at, issued_by_id,
    snapshot, pdf_sha256, archived_at, voided_at, voided_by_id, void_reason)
select n, state, case when is_issued then 'DN-' || extract(year from day) || '-' || to_char(n, 'FM0000000') end,
    customer, day - (random() * 3)::int, case when n %% 3 = 0 then 'PO-' || n else '' end,
    case when n %% 5 = 0 then '定期便' else '' end, '', 1, gen_random_uuid(), author, author, day, day,
    case when is_issued or n %% 3 > 0 then (exp(6 + random() * 7))::bigint end,
    case when is_issued then day end, case when is_issued then day + interval '9 hours' end,
    case when is_issued then author end,
    case when is_issued then jsonb_build_object('version', 1, 'document', (
        select string_agg(md5(n::text || part), '') from generate_series(1, 40) as part)) end,
    case when is_issued then encode(sha256(n::text::bytea), 'hex') else '' end,
    case when is_issued then day + interval '10 hours' end,
    case when state = 'void' then day + interval '20 hours' end, case when state = 'void' then author end,
    case when state = 'void' then '誤記' else '' end
from (
    select n, (select min(id) from auth_user) as author,
        date '2016-12-01' + (n * 3640::bigint / %(notes)s)::int as day,
        (select min(id) from customers) + floor(%(customers)s * power(random(), 3))::bigint as customer,
        n <= %(notes)s - %(notes)s / 1000 as is_issued,
        case when n > %(notes)s - %(notes)s / 1000 then 'draft' when n %% 200 = 0 then 'void' else 'issued' end as state
    from generate_series(1, %(notes)s) as n offset 0
) as planned;
select setval(pg_get_serial_sequence('delivery_notes', 'id'), %(notes)s);
"""
# An item is sold in a stretch of about two years, some of them always; a few of them on every tenth note.
LINES = """
insert into delivery_note_lines (delivery_note_id, position, code, name, quantity, unit, unit_price, tax_category_id,
    rate_reason, note)
select n, position, case when item %% 20 = 0 then '' else 'IT-' || to_char(item, 'FM000000') end,
    (array['ボールペン', 'リングノート', '段ボール箱', 'トナー', 'LED電球', '六角ボルト', '深蒸し煎茶', '不織布マスク',
        'せんべい', 'スチール椅子', '送料', 'クリアファイル'])[1 + item %% 12]
        || ' ' || (array['黒', '赤', '青', '白'])[1 + item / 12 %% 4] || ' No.' || item,
    1 + (n + position) %% 20, '個', 100 + item %% 900, 'standard', '', ''
from (
    select n, position, case when position = 1 then (power(random(), 4) * 400)::int
        else (n * (%(items)s - 4000)::bigint / %(notes)s)::int + (power(random(), 2) * 4000)::int end as item
    from generate_series(%(first)s, %(last)s) as n, generate_series(1, %(lines)s) as position
) as planned
"""


def fill(notes: int) -> None:
    """Write so many notes, and twelve times as many lines, into a database that has none."""
    values = {"notes": notes, "customers": CUSTOMERS, "items": ITEMS, "lines": LINES_EACH}
    with connection.cursor() as cursor:
        cursor.execute("set statement_timeout = 0; set session_replication_role = replica; select setseed(0.5)")
        cursor.execute(PEOPLE, values)
        cursor.execute(NOTES, values)
        for first in range(1, notes + 1, 50_000):
            cursor.execute(LINES, values | {"first": first, "last": min(first + 49_999, notes)})
        cursor.execute("set session_replication_role = default")
        cursor.execute("vacuum analyze")
