"""Two sessions that write one product through the view at the same time."""

from __future__ import annotations

import threading
from decimal import Decimal

import psycopg
import pytest
from django.conf import settings
from django.db import connection

from catalog import services
from catalog.models import Product
from tests.catalog.factories import ProductFactory
from tests.conftest import wait_until

pytestmark = pytest.mark.usefixtures("committed")


def session() -> psycopg.Connection:
    return psycopg.connect(dbname=settings.DATABASES["default"]["NAME"], options="-c search_path=papyrus_schema")


def test_each_keeps_what_the_other_changed() -> None:
    ProductFactory.create(sku="A", name="茶", note="")
    with session() as first, session() as second:
        first.execute("update products set name = '紅茶', unit_price = 5")
        update = threading.Thread(target=second.execute, args=["update products set note = '冷暗所'"])
        update.start()
        wait_until(lambda: is_waiting(second))
        first.commit()
        update.join()
        second.commit()

    product = Product.objects.get()
    assert (product.name, product.note, product.unit_price) == ("紅茶", "冷暗所", Decimal(5))


def test_demo_product_is_left_alone_that_somebody_adds_meanwhile() -> None:
    with session() as other:
        other.execute("insert into products (sku, name) values ('A', '先')")
        added: list[int] = []

        def add() -> None:
            added.append(services.add_missing([Product(sku="A", name="後"), Product(sku="B", name="後")]))
            connection.close()

        adding = threading.Thread(target=add)
        adding.start()
        wait_until(lambda: is_anybody_waiting(other))
        other.commit()
        adding.join()

    assert added == [1]
    assert list(Product.objects.order_by("sku").values_list("sku", "name")) == [("A", "先"), ("B", "後")]


def is_waiting(waiting: psycopg.Connection) -> bool:
    return bool(rows_of_activity("pid = %s", waiting.info.backend_pid))


def is_anybody_waiting(other: psycopg.Connection) -> bool:
    return bool(rows_of_activity("%s = any (pg_blocking_pids(pid))", other.info.backend_pid))


def rows_of_activity(condition: str, pid: int) -> list[object]:
    with connection.cursor() as cursor:
        cursor.execute(f"select 1 from pg_stat_activity where wait_event_type = 'Lock' and {condition}", [pid])
        return list(cursor.fetchall())
