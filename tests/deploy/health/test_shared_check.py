from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from deploy.health.shared_check import SHARED_SECONDS, SharedCheck
from tests.conftest import wait_until

ASKING = 50


class Count:
    """A check that counts its runs; each lasts until it is let go, or, unless it is deaf, abandoned."""

    def __init__(self, *, is_held: bool = False, is_deaf: bool = False) -> None:
        self.runs = 0
        self.ended = 0
        self.let_go = threading.Event()
        self._is_deaf = is_deaf
        if not is_held:
            self.let_go.set()

    def run(self) -> str:
        self.runs += 1
        number = self.runs
        self.let_go.wait()
        self.ended += 1
        return f"run {number}"

    def abandon(self) -> None:
        if not self._is_deaf:
            self.let_go.set()


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def no_check_runs() -> bool:
    return "shared-check" not in {thread.name for thread in threading.enumerate()}


def test_answer_is_shared_when_many_ask_at_once() -> None:
    count = Count(is_held=True)
    check = SharedCheck(begin=lambda: count, deadline=60, late="late", clock=Clock())
    asking = threading.Barrier(ASKING + 1)

    def ask() -> str:
        asking.wait()
        return check.answer()

    with ThreadPoolExecutor(ASKING) as threads:
        answers = [threads.submit(ask) for _ in range(ASKING)]
        asking.wait()
        wait_until(lambda: count.runs)
        count.let_go.set()

    assert [each.result() for each in answers] == ["run 1"] * ASKING
    assert count.runs == 1


def test_answer_is_new_when_the_last_is_older_than_a_second() -> None:
    clock = Clock()
    count = Count()
    check = SharedCheck(begin=lambda: count, deadline=60, late="late", clock=clock)

    first = check.answer()
    clock.now += SHARED_SECONDS - 0.001
    second = check.answer()
    clock.now += 0.001
    third = check.answer()

    assert SHARED_SECONDS == 1
    assert (first, second, third) == ("run 1", "run 1", "run 2")


def test_answer_is_late_and_starts_no_second_run_when_the_first_hangs() -> None:
    count = Count(is_held=True, is_deaf=True)
    check = SharedCheck(begin=lambda: count, deadline=0.2, late="late")

    first, second = check.answer(), check.answer()

    assert (first, second) == ("late", "late")
    assert (count.runs, count.ended) == (1, 0)
    count.let_go.set()


def test_run_is_abandoned_when_it_is_late() -> None:
    count = Count(is_held=True)

    assert SharedCheck(begin=lambda: count, deadline=0.1, late="late").answer() == "late"

    assert count.let_go.is_set()


def test_answer_is_new_when_a_hanging_run_has_ended() -> None:
    count, clock = Count(is_held=True, is_deaf=True), Clock()
    check = SharedCheck(begin=lambda: count, deadline=2, late="late", clock=clock)
    late = check.answer()
    clock.now += 2.5
    count.let_go.set()
    wait_until(no_check_runs)

    clock.now += SHARED_SECONDS - 0.001
    still_late = check.answer()
    clock.now += 0.001
    fresh = check.answer()

    assert (late, still_late, fresh) == ("late", "late", "run 2")
