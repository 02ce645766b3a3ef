"""Migrations forwards and backwards, by our `migrate` in a database of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest

from tests.migrating import Database

pytestmark = pytest.mark.django_db

PREDECESSOR = """
    create schema papyrus_schema;
    create table papyrus_schema.products (
        sku text primary key, name text not null, unit_price integer not null, note text
    );
    insert into papyrus_schema.products values
        ('KB-001', 'キーボード', 12000, '青軸'),
        ('007', '先頭ゼロ', 0, null),
        ('008', '空の備考', 2147483647, ''),
        ('SKU-APP', 'app probe', 1, null),
        ('SKU-CLI', 'cli probe', 2, null);
"""
NUMBERS = ("number_series", "number_counters")
COLUMNS = """
    select column_name, data_type, collation_name, is_nullable, column_default, numeric_precision, numeric_scale,
           is_generated, generation_expression
    from information_schema.columns where table_schema = 'papyrus_schema' and table_name = 'products'
    order by column_name
"""
CONSTRAINTS = """
    select conname, pg_get_constraintdef(oid) from pg_constraint
    where conrelid = coalesce(to_regclass('stored_products'), 'products'::regclass) order by 1
"""
INDEXES = "select indexname, indexdef from pg_indexes where tablename in ('products', 'stored_products') order by 1"
TRIGGERS = """
    select tgname from pg_trigger where tgrelid in ('products'::regclass, to_regclass('stored_products'))
    and not tgisinternal order by 1
"""


def shape(database: Database) -> list[list[tuple[Any, ...]]]:
    return [database.rows(query) for query in (COLUMNS, CONSTRAINTS, INDEXES, TRIGGERS)]


def left_functions(database: Database) -> list[str]:
    """Those of our migrations that stay; the first of the notes leaves the functions of its triggers."""
    of_notes = r"pgtrigger_(seal|issued|number)\w*"
    return [name for (name,) in database.functions() if not re.fullmatch(of_notes, name)]


@pytest.fixture
def predecessor(database: Database) -> Database:
    database.execute(PREDECESSOR)
    return database


def test_table_is_made_and_removed_when_database_starts_empty(database: Database) -> None:
    database.migrated()
    database.execute("insert into products (sku, name, unit_price) values ('A', 'B', 42.5)")
    made = database.tables()

    database.migrated("zero")

    loads = {"product_loads", "product_load_rows", "product_load_changes"}
    changed = ("product", "tax_category", "tax_rate", "product_alias", "list_price")
    changes = {f"{name}_changes" for name in changed}
    ours = {
        "stored_products",
        "list_prices",
        "price_revisions",
        "price_revision_rows",
        "product_aliases",
        "tax_categories",
        "tax_rates",
        *loads,
        *changes,
    }
    # Those that refer to products come before the view of them.
    assert made - {"customers", "issuers", "seals", "delivery_notes", "delivery_note_lines", *NUMBERS} == ours
    assert database.tables() == set()
    assert left_functions(database) == []


def test_rows_are_kept_when_predecessor_table_is_adopted(predecessor: Database) -> None:
    predecessor.migrated()

    assert predecessor.rows(
        "select sku, name, unit_price::text, note, is_active, unit, tax_category_id, jan from products order by sku"
    ) == [
        ("007", "先頭ゼロ", "0.0000", "", True, "個", "standard", ""),
        ("008", "空の備考", "2147483647.0000", "", True, "個", "standard", ""),
        ("KB-001", "キーボード", "12000.0000", "青軸", True, "個", "standard", ""),
        ("SKU-APP", "app probe", "1.0000", "", False, "個", "standard", ""),
        ("SKU-CLI", "cli probe", "2.0000", "", False, "個", "standard", ""),
    ]


def test_tables_are_alike_when_made_and_when_adopted(predecessor: Database) -> None:
    predecessor.migrated()
    adopted = shape(predecessor)
    predecessor.execute("drop schema papyrus_schema cascade")

    predecessor.migrated()

    assert shape(predecessor) == adopted


def test_predecessor_table_is_given_back_when_migrated_to_zero(predecessor: Database) -> None:
    before = (shape(predecessor), predecessor.rows("select * from products order by sku"))
    predecessor.migrated()
    predecessor.execute("insert into products (sku, name, unit_price) values ('NEW', '新しい品', 300)")

    predecessor.migrated("zero")

    predecessor_rows = predecessor.rows("select * from products where sku <> 'NEW' order by sku")
    assert (shape(predecessor), predecessor_rows) == before
    assert predecessor.rows("select * from products where sku = 'NEW'") == [("NEW", "新しい品", 300, None)]
    assert predecessor.tables() == {"products"}
    assert left_functions(predecessor) == []


def test_adoption_works_again_when_migrated_back_before(predecessor: Database) -> None:
    predecessor.migrated()
    first = shape(predecessor)
    predecessor.migrated("zero")

    predecessor.migrated()

    assert shape(predecessor) == first


@pytest.mark.parametrize("price", ["42.5", "null", "2147483648"])
def test_way_back_is_refused_when_a_price_is_no_integer(predecessor: Database, price: str) -> None:
    predecessor.migrated()
    predecessor.execute(f"update products set unit_price = {price} where sku = '007'")
    before = predecessor.rows("select sku, name, unit_price, note from products order by sku")

    refused = predecessor.migrate("zero")

    assert refused.returncode == 1
    assert "The adopted table holds prices as integers, which cannot say these: 007 (" in refused.stderr
    assert predecessor.rows("select sku, name, unit_price, note from products order by sku") == before
    predecessor.migrated()


def test_rows_are_kept_when_they_break_the_rules(predecessor: Database) -> None:
    predecessor.execute(
        """insert into products values (' X ', '', -5, 'kept'), ('', 'no sku', 1, null), ('x\u3000', '\u3000', 1, null),
           (repeat('L', 100), repeat('長', 5000), 1, null)"""
    )
    before = predecessor.rows("select * from products order by sku")

    output = predecessor.migrated()

    assert [
        (sku, name, price, note or None)
        for sku, name, price, note in predecessor.rows(
            'select sku, name, unit_price::integer, note from products order by sku collate "default"'
        )
    ] == [(sku, name, price, note or None) for sku, name, price, note in before]
    assert "products_sku_valid stays NOT VALID: adopted rows break it." in output
    assert predecessor.rows("select conname from pg_constraint where not convalidated order by 1") == [
        ("products_name_not_blank",),
        ("products_sku_valid",),
        ("products_unit_price_not_negative",),
    ]
    with pytest.raises(psycopg.errors.CheckViolation):
        predecessor.execute("insert into products (sku, name) values (' Y ', 'B')")
    predecessor.migrated("zero")
    assert predecessor.rows("select * from products order by sku") == before


def test_every_rule_is_valid_when_adopted_rows_keep_them(predecessor: Database) -> None:
    predecessor.migrated()

    assert predecessor.rows("select conname from pg_constraint where not convalidated") == []


def test_table_is_left_alone_when_it_is_not_the_predecessors(database: Database) -> None:
    database.execute("create schema papyrus_schema; create table papyrus_schema.products (id integer, price money)")

    refused = database.migrate()

    assert refused.returncode == 1
    assert "Rename that table and migrate again." in refused.stderr
    assert database.rows("select count(*) from products") == [(0,)]


VIEWS = """
    create view papyrus_schema.dear with (security_barrier = true, check_option = local) as
        select sku, name, unit_price, unit_price * 2 as twice from papyrus_schema.products where unit_price >= 1000;
    create schema sales;
    create view sales."價格 $1%s" as select *, sku collate "C" as key from papyrus_schema.dear where sku like '%-%';
    create view sales.names as select name from papyrus_schema.products union all select "key" from sales."價格 $1%s";
    create function sales.refuse() returns trigger language plpgsql as 'begin return null; end';
    create trigger refuse instead of delete on sales.names for each row execute function sales.refuse();
    create rule nothing as on insert to sales.names do instead nothing;
    alter view papyrus_schema.dear alter column name set default '名なし';
    comment on view papyrus_schema.dear is 'it''s 100 % dear';
    comment on column papyrus_schema.dear.twice is 'for two';
    grant select on papyrus_schema.products, papyrus_schema.dear to public;
    grant usage, create on schema sales, papyrus_schema to {role};
    alter view sales.names owner to {role};
    revoke delete on sales.names from {role};
    grant select on papyrus_schema.dear to {role} with grant option;
    grant update (name) on papyrus_schema.dear to {role};
"""
RELATIONS = """
    select relation.oid::regclass::text, case relname when 'products' then 'r' else relkind end,
           pg_get_userbyid(relowner),
           coalesce(relacl, acldefault('r', relowner))::text, reloptions,
           obj_description(relation.oid, 'pg_class'),
           array(select (attname, attacl::text, col_description(attrelid, attnum), pg_get_expr(adbin, adrelid))::text
                 from pg_attribute left join pg_attrdef on adrelid = attrelid and adnum = attnum
                 where attrelid = relation.oid and attnum > 0 and relkind = 'v' and relname <> 'products'
                 order by attnum),
           array(select pg_get_ruledef(rule.oid) from pg_rewrite as rule where ev_class = relation.oid
                 and rulename <> '_RETURN'),
           array(select pg_get_triggerdef(oid) from pg_trigger where tgrelid = relation.oid and relkind = 'v'
                 and relname <> 'products')
    from pg_class as relation
    where relkind in ('v', 'm') and relnamespace in ('papyrus_schema'::regnamespace, to_regnamespace('sales'))
       or relation.oid = 'papyrus_schema.products'::regclass
    order by 1
"""


@pytest.fixture
def reader(predecessor: Database) -> Iterator[str]:
    """A role that may be given views and grants."""
    name = "papyrus_migration_reader"
    predecessor.execute(f"drop role if exists {name}; create role {name}")
    yield name
    predecessor.execute(f"drop owned by {name} cascade; drop role {name}")


def test_grants_and_views_live_on_when_table_is_adopted(predecessor: Database, reader: str) -> None:
    predecessor.execute(VIEWS.replace("{role}", reader))
    before = predecessor.rows(RELATIONS)
    assert len(before) == 4

    predecessor.migrated()

    assert predecessor.rows(RELATIONS) == before
    assert predecessor.rows('select sku, unit_price, twice from sales."價格 $1%s"') == [("KB-001", 12000, 24000)]


def test_grants_and_views_live_on_when_table_is_given_back(predecessor: Database, reader: str) -> None:
    predecessor.execute(VIEWS.replace("{role}", reader))
    predecessor.execute(f"alter default privileges in schema papyrus_schema grant delete on tables to {reader}")
    before = predecessor.rows(RELATIONS)
    predecessor.migrated()

    predecessor.migrated("zero")

    assert predecessor.rows(RELATIONS) == before
    assert predecessor.rows("select sku, unit_price, twice from dear order by sku") == [
        ("008", 2147483647, 4294967294),
        ("KB-001", 12000, 24000),
    ]


@pytest.mark.parametrize(
    ("statement", "refusal"),
    [
        (
            "create materialized view papyrus_schema.cheap as select sku from papyrus_schema.products",
            "The materialized view cheap reads papyrus_schema.products. Drop it, migrate, and make it again.",
        ),
        (
            "create table papyrus_schema.t (a text); create rule r as on insert to papyrus_schema.t"
            " do also delete from papyrus_schema.products where sku = new.a",
            "A rule of t reads papyrus_schema.products. Drop the rule, migrate, and make it again.",
        ),
        (
            "create function papyrus_schema.half(price integer) returns integer language sql return price / 2;"
            " create view papyrus_schema.halves as select papyrus_schema.half(unit_price) from papyrus_schema.products",
            "The view halves cannot be made again after the change: ",
        ),
    ],
    ids=["materialized", "rule", "view"],
)
def test_adoption_is_refused_when_a_dependent_cannot_be_made_again(
    predecessor: Database, statement: str, refusal: str
) -> None:
    predecessor.execute(statement)
    before = (shape(predecessor), predecessor.rows(RELATIONS))

    refused = predecessor.migrate()

    assert refused.returncode == 1
    assert refusal in refused.stderr
    assert (shape(predecessor), predecessor.rows(RELATIONS)) == before


def test_way_back_is_refused_when_a_view_reads_a_column_that_goes(predecessor: Database) -> None:
    predecessor.migrated()
    predecessor.execute("create view papyrus_schema.units as select sku, unit from papyrus_schema.products")

    refused = predecessor.migrate("zero")

    assert refused.returncode == 1
    assert "The view units cannot be made again after the change: " in refused.stderr
    assert predecessor.rows("select sku, unit from units where sku = '007'") == [("007", "個")]


def test_seeded_rates_stay_single_when_migrated_again(database: Database) -> None:
    database.migrated("0001")
    database.migrated("0002")
    database.migrated("0001")
    database.migrated("0002")

    assert database.rows("select count(*) from tax_categories") == [(3,)]
    assert database.rows("select count(*) from tax_rates") == [(3,)]
