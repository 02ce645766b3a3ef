"""The functions that make text comparable and break it into what the index of names holds.

Stored columns and an index are computed by them. Whoever changes one must rebuild those in the same migration: drop
and add the folded columns, and reindex.
"""

from django.conf import settings
from django.db import migrations

SCHEMA = settings.SCHEMA

HIRAGANA = "".join(map(chr, range(0x3041, 0x3097))) + "ゝゞ"
KATAKANA = "".join(map(chr, range(0x30A1, 0x30F7))) + "ヽヾ"
# What NFKC leaves apart. ー counts as a dash, since many keyboards give one for the other.
DASHES = "‐‑‒–—―−ー─━"
TILDES = "〜∼〰"
DOTS = "·•‧∙"
QUOTES = "’‘′"
VARIANT_KANJI = {
    "髙": "高", "﨑": "崎", "嵜": "崎", "𠮷": "吉", "濵": "浜", "濱": "浜", "邉": "辺", "邊": "辺", "齋": "斎", "齊": "斉",
    "德": "徳", "瀨": "瀬", "桒": "桑", "栁": "柳", "槇": "槙", "澤": "沢", "嶋": "島", "國": "国", "廣": "広", "靍": "鶴",
}  # fmt: skip
SOURCE = KATAKANA + DASHES + TILDES + DOTS + QUOTES + "×" + "".join(VARIANT_KANJI)
TARGET = (
    HIRAGANA
    + "-" * len(DASHES)
    + "~" * len(TILDES)
    + "・" * len(DOTS)
    + "'" * len(QUOTES)
    + "x"
    + "".join(VARIANT_KANJI.values())
)

# Variation selectors, joiners and soft hyphens are not seen, so nobody types them.
SEARCH_FOLD = rf"""
create function {SCHEMA}.search_fold(value text) returns text
language sql immutable strict parallel safe
return pg_catalog.translate(
    pg_catalog.lower(pg_catalog.normalize(
        pg_catalog.regexp_replace(
            value, U&'[\00AD\200B-\200D\2060\FE00-\FE0F\FEFF\+0E0100-\+0E01EF]' collate pg_catalog."C", '', 'g'
        ),
        'NFKC'
    ) collate pg_catalog."default"),
    '{SOURCE}', '{TARGET.replace("'", "''")}'
)
"""

# An entry of a btree holds 2,700 bytes; folding may make text longer than what was typed.
SKU_FOLD = f"""
create function {SCHEMA}.sku_fold(value text) returns text
language sql immutable strict parallel safe
return pg_catalog.left({SCHEMA}.search_fold(value), 200)
"""

# A character is its code point; a pair is a negative number mixed from both. Two pairs may share a number, which is
# why whoever searches by grams compares the text as well. Its cost tells the planner never to compute it for every
# row where the index holds it; and it is not declared parallel safe, since starting parallel workers takes longer
# than most searches do.
SEARCH_GRAMS = f"""
create function {SCHEMA}.search_grams(folded text) returns integer[]
language plpgsql immutable strict cost 100
as $$
declare
    grams integer[] := '{{}}';
    code integer;
    previous integer := 32;
begin
    foreach code in array array(
        select pg_catalog.ascii(letter) from pg_catalog.string_to_table(folded, null) as letter
    ) loop
        if code operator(pg_catalog.<>) 32 then
            grams := grams operator(pg_catalog.||) code;
            if previous operator(pg_catalog.<>) 32 then
                grams := grams operator(pg_catalog.||) (
                    -1 - ((previous::bigint * 31627 + code) & 2147483647)
                )::integer;
            end if;
        end if;
        previous := code;
    end loop;
    return grams;
end
$$
"""

# Pairs say all that single characters do, so those count only in a word that has no pair. Null, when nothing is left
# of the words, so that they match no name instead of every name.
WORD_GRAMS = f"""
create function {SCHEMA}.word_grams(words text[]) returns integer[]
language sql immutable strict parallel safe
return nullif(array(
    select distinct gram
    from pg_catalog.unnest(words) as word,
         lateral (select {SCHEMA}.search_grams({SCHEMA}.search_fold(word)) as grams) as found,
         pg_catalog.unnest(grams) as gram
    where gram < 0 or 0 < all (grams)
), '{{}}')
"""

# Patterns for LIKE, in which what was typed means only itself.
LIKE_PREFIX = rf"""
create function {SCHEMA}.like_prefix(typed text) returns text
language sql immutable strict parallel safe
return pg_catalog.regexp_replace({SCHEMA}.sku_fold(typed), '([\\%_])', '\\\1', 'g') || '%'
"""
LIKE_PARTS = rf"""
create function {SCHEMA}.like_parts(words text[]) returns text[]
language sql immutable strict parallel safe
return array(
    select '%' || pg_catalog.regexp_replace({SCHEMA}.search_fold(word), '([\\%_])', '\\\1', 'g') || '%'
    from pg_catalog.unnest(words) as word
)
"""


def drop(signature: str) -> str:
    return f"drop function {SCHEMA}.{signature}"


class Migration(migrations.Migration):
    dependencies = [("catalog", "0004_deactivate_probe_products")]

    operations = [
        migrations.RunSQL(SEARCH_FOLD, drop("search_fold(text)")),
        migrations.RunSQL(SKU_FOLD, drop("sku_fold(text)")),
        migrations.RunSQL(SEARCH_GRAMS, drop("search_grams(text)")),
        migrations.RunSQL(WORD_GRAMS, drop("word_grams(text[])")),
        migrations.RunSQL(LIKE_PREFIX, drop("like_prefix(text)")),
        migrations.RunSQL(LIKE_PARTS, drop("like_parts(text[])")),
    ]
