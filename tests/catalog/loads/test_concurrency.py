"""Loads beside people who edit the same products."""

from __future__ import annotations

import threading

import pytest
from django.db import connection, connections, transaction
from django.utils import translation

from catalog.loads import applying, previews, undoing
from catalog.loads.applying import Outcome
from catalog.loads.models import LoadState, ProductLoad
from catalog.loads.refusals import LoadRefused
from catalog.models import Product
from tests.catalog.factories import ProductFactory
from tests.catalog.loads.loading import counts, loaded, messages, previewed, rows_of_products
from tests.conftest import wait_until

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture(autouse=True)
def english() -> object:
    with translation.override("en"):
        yield


def test_row_edited_since_the_preview_is_not_overwritten_but_compared_anew() -> None:
    ProductFactory.create(sku="A", name="茶", unit_price=100)
    ProductFactory.create(sku="B", name="水", unit_price=100)
    load = previewed(("品番", "単価"), ("A", "200"), ("B", "100"))
    Product.objects.filter(pk="A").update(unit_price=150)
    Product.objects.filter(pk="B").update(unit_price=90)
    before = rows_of_products()

    assert applying.apply(load.pk) is Outcome.OUTDATED

    assert rows_of_products() == before
    load.refresh_from_db()
    assert (load.state, counts(load)) == (LoadState.PREVIEWED, (0, 2, 0, 0))
    shown = [(each.sku, cell.old, cell.new) for each in previews.differences(load) for cell in each.cells]
    assert shown == [("A", "150", "200"), ("B", "90", "100")]
    assert applying.apply(load.pk) is Outcome.APPLIED


@pytest.mark.parametrize("happens", ["added", "deleted"])
def test_product_added_or_deleted_since_the_preview_is_compared_anew(happens: str) -> None:
    if happens == "deleted":
        ProductFactory.create(sku="A", name="茶", unit_price=1)
    load = previewed(("品番", "単価", "品名"), ("A", "200", "茶"))
    if happens == "added":
        ProductFactory.create(sku="A", name="茶", unit_price=1)
    else:
        Product.objects.all().delete()
    assert applying.apply(load.pk) is Outcome.OUTDATED
    load.refresh_from_db()
    assert counts(load) == ((0, 1, 0, 0) if happens == "added" else (1, 0, 0, 0))


def test_price_list_whose_product_was_deleted_since_turns_wrong() -> None:
    ProductFactory.create(sku="A", name="茶", unit_price=1)
    load = previewed(("品番", "単価"), ("A", "200"))
    Product.objects.all().delete()
    assert applying.apply(load.pk) is Outcome.OUTDATED
    assert [number for number, *_rest in messages(load)] == [2]
    with pytest.raises(LoadRefused, match="1 rows are wrong"):
        applying.apply(load.pk)


def test_undo_is_refused_and_names_products_that_were_changed_since() -> None:
    ProductFactory.create(sku="A", name="茶", unit_price=100)
    load = loaded(("品番", "品名", "単価"), ("A", "茶", "200"), ("B", "米", "5"), ("C", "麦", "5"), ("D", "粟", "5"))
    Product.objects.filter(pk__in=["A", "B"]).update(note="x")
    Product.objects.get(pk="C").delete()
    before = rows_of_products()

    with pytest.raises(undoing.CannotBeUndone) as refused:
        undoing.undo(load.pk, user=None)

    assert [(each.sku, each.reason) for each in refused.value.obstacles] == [
        ("A", "changed since the load"),
        ("B", "changed since the load"),
        ("C", "deleted since the load"),
    ]
    assert rows_of_products() == before


def test_later_load_must_be_undone_first() -> None:
    first = loaded(("品番", "品名", "単価"), ("A", "茶", "1"))
    second = loaded(("品番", "単価"), ("A", "2"))
    with pytest.raises(undoing.CannotBeUndone):
        undoing.undo(first.pk, user=None)
    assert undoing.undo(second.pk, user=None) == 1
    # What the second put back is newer than the first, though it reads the same.
    with pytest.raises(undoing.CannotBeUndone):
        undoing.undo(first.pk, user=None)
    assert Product.objects.get().unit_price == 1


def test_confirming_twice_at_once_loads_once() -> None:
    load = previewed(("品番", "品名"), *((str(number), "茶") for number in range(200)))
    start = threading.Barrier(2)
    ended: list[object] = []

    def confirm() -> None:
        start.wait()
        try:
            ended.append(applying.apply(load.pk))
        except LoadRefused:
            ended.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=confirm) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, ended)) == ["Outcome.APPLIED", "refused"]
    assert Product.objects.count() == ProductLoad.objects.get().changes.count() == 200


def test_edit_under_way_is_waited_for_and_then_seen() -> None:
    ProductFactory.create(sku="A", name="茶", unit_price=100)
    load = previewed(("品番", "単価"), ("A", "200"))
    ended: list[object] = []

    def confirm() -> None:
        ended.append(applying.apply(load.pk))
        connections.close_all()

    thread = threading.Thread(target=confirm)
    with transaction.atomic():
        Product.objects.filter(pk="A").update(unit_price=150)
        thread.start()
        wait_until(waits_for_lock)
    thread.join()
    assert ended == [Outcome.OUTDATED]
    assert Product.objects.get().unit_price == 150


def test_product_that_stays_locked_ends_the_load_with_a_sentence() -> None:
    ProductFactory.create(sku="A", name="茶", unit_price=100)
    load = previewed(("品番", "単価"), ("A", "200"))
    ended: list[str] = []

    def confirm() -> None:
        with translation.override("en"), connection.cursor() as cursor:
            cursor.execute("set lock_timeout = '50ms'")
            try:
                applying.apply(load.pk)
            except LoadRefused as refusal:
                ended.append(str(refusal))
        connections.close_all()

    with transaction.atomic():
        Product.objects.filter(pk="A").update(unit_price=150)
        thread = threading.Thread(target=confirm)
        thread.start()
        thread.join()
    assert ended == ["Somebody else is writing products of this file right now. Nothing was written; try again."]


def waits_for_lock() -> bool:
    with connection.cursor() as cursor:
        # Not pg_stat_activity, which stays as it was first seen in a transaction.
        cursor.execute("select exists (select from pg_locks where not granted)")
        [is_waiting] = cursor.fetchone()
    return bool(is_waiting)
