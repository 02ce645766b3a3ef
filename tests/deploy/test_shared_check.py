from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

from deploy.shared_check import SHARED_SECONDS, SharedCheck


class Count:
    """A check that counts its runs and lasts until it is released or abandoned."""

    def __init__(self, *, seconds: float = 0.0, is_deaf: bool = False) -> None:
        self.runs = 0
        self.released = threading.Event()
        self._seconds = seconds
        self._is_deaf = is_deaf

    def run(self) -> str:
        self.runs += 1
        number = self.runs
        self.released.wait(self._seconds)
        return f"run {number}"

    def abandon(self) -> None:
        if not self._is_deaf:
            self.released.set()


def shared(count: Count, *, deadline: float = 5.0) -> SharedCheck[str]:
    return SharedCheck(begin=lambda: count, deadline=deadline, late="late")


def test_answer_is_shared_when_many_ask_at_once() -> None:
    count = Count(seconds=0.2)
    check = shared(count)

    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(lambda _: check.answer(), range(50)))

    assert answers == ["run 1"] * 50
    assert count.runs == 1


def test_answer_is_new_when_the_last_is_older_than_a_second() -> None:
    check = shared(Count())

    first, second = check.answer(), check.answer()
    time.sleep(SHARED_SECONDS)
    third = check.answer()

    assert (first, second, third) == ("run 1", "run 1", "run 2")


def test_answer_is_late_and_starts_no_second_run_when_the_first_hangs() -> None:
    count = Count(seconds=30, is_deaf=True)
    check = shared(count, deadline=0.2)
    started = time.monotonic()

    first = check.answer()
    took = time.monotonic() - started
    second = check.answer()

    assert (first, second) == ("late", "late")
    assert took < 0.4
    assert count.runs == 1
    count.released.set()


def test_answer_is_new_when_a_hanging_run_has_ended() -> None:
    count = Count(seconds=30)
    check = shared(count, deadline=0.1)
    late = check.answer()
    time.sleep(0.05)

    still_late = check.answer()
    time.sleep(SHARED_SECONDS)
    fresh = check.answer()

    assert (late, still_late, fresh) == ("late", "late", "run 2")
