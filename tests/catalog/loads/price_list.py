"""A supplier's price list as suppliers send them, with ten typical mistakes: python -m tests.catalog.loads.price_list

Written in CP932 by an invented company for invented goods. The file beside this one is what it wrote; a test compares
the two.
"""

from __future__ import annotations

from pathlib import Path

from catalog import jan

FILE = Path(__file__).with_name("price_list_cp932.csv")

TITLE = """髙﨑文具卸㈱　価格表,,,,,,,\r
2027年4月1日改定　（単価は税抜）,,,,,,,\r
,,,,,,,\r
No.,商品コード,商品名,単価（円）,単位,税区分,ＪＡＮコード,摘要\r
"""
GOODS = (
    ("ボールペン 0.5㎜", "120", "本"),
    ("表紙付ノート A4", "￥３８０", "冊"),
    ("ソフトケース", "1250", "個"),
    ("構造用ビス ①型", "42.5", "袋"),
    ("機構部品セット Ⅲ", "9800", "式"),
    ("ﾃｰﾌﾟﾉﾘ", "230", "個"),
)
MISTAKES = (
    # The number of a row above once more.
    ("HB-0007", "ボールペン 0.7㎜", "130", "本", "標準税率", "", ""),
    ("HB-0101", "万年筆 細字", "お問合せ", "本", "標準税率", "", "価格は別途"),
    ("HB-0102", "万年筆 中字", "5200", "本", "標準税率", "4.90123E+12", ""),
    ("HB-0103", "万年筆 太字", "5400", "本", "標準税率", "4901234567890", ""),
    # Opened once in a spreadsheet: 00123 lost its zeros, 1-2 became a date.
    ("123", "消しゴム", "80", "個", "標準税率", "", ""),
    ("1月2日", "消しゴム 小", "60", "個", "標準税率", "", ""),
    # Another typing of KB-001.
    ("ｋｂ-001", "メカニカルキーボード", "11800", "台", "標準税率", "", ""),
    ("HB-0104", "ペンケース", "1,200", "個", "標準税率", "", ""),
    ("HB-0105", "", "300", "個", "標準税率", "", ""),
    ("HB-0106", "煎茶 100g", "=D12*1.1", "袋", "8%", "", ""),
)


def content() -> bytes:
    rows = [TITLE]
    for number in range(1, 51):
        name, price, unit = GOODS[number % len(GOODS)]
        code = f"4954321{number:05d}0"
        code = code[:-1] + str(jan.expected_check_digit(code))
        rows.append(f"{number},HB-{number:04d},{name} {number},{price},{unit},標準税率,{code},\r\n")
    for number, cells in enumerate(MISTAKES, start=51):
        rows.append(",".join((str(number), *cells)) + "\r\n")
    return "".join(rows).encode("cp932")


if __name__ == "__main__":
    FILE.write_bytes(content())
