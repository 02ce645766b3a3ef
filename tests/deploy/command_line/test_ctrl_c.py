from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest

from deploy.command_line.steps import Code, Patience, Say, StepFailed, run


class InterruptedAtItsEnd:
    """An object during whose finaliser Ctrl-C is pressed."""

    def __del__(self) -> None:
        os.kill(os.getpid(), signal.SIGINT)


@pytest.fixture(autouse=True)
def default_handler() -> Iterator[None]:
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    signal.signal(signal.SIGINT, former)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("found", [None, "something"])
def test_ctrl_c_in_a_finaliser_ends_the_wait(found: str | None) -> None:
    looks: list[int] = []

    def look() -> str | None:
        looks.append(1)
        InterruptedAtItsEnd()
        return found

    def work(say: Say) -> Code:
        raise StepFailed(Code.AWS, f"found {Patience(seconds=0.2, between=0.01).wait_for(look)}")

    assert run(work) == Code.INTERRUPTED
    assert looks == [1]


def test_ctrl_c_of_one_command_is_not_that_of_the_next() -> None:
    def stopped(say: Say) -> Code:
        os.kill(os.getpid(), signal.SIGINT)
        raise AssertionError("Ctrl-C was pressed")

    def waits(say: Say) -> Code:
        assert Patience(seconds=1, between=0.01).wait_for(lambda: "something") == "something"
        return Code.DONE

    assert run(stopped) == Code.INTERRUPTED
    assert run(waits) == Code.DONE


def test_ctrl_c_stays_ignored_for_a_job_in_the_background() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def work(say: Say) -> Code:
        os.kill(os.getpid(), signal.SIGINT)
        return Code.DONE

    assert run(work) == Code.DONE
    signal.signal(signal.SIGINT, signal.default_int_handler)
