"""When the secret is read, and what becomes of what it holds."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from deploy.database_secret import RotatingSignIn, SignIn


def sign_in(password: str) -> SignIn:
    return SignIn(user="papyrus", password=password)


class Readings:
    """A secret that holds these passwords, and counts how often it was read."""

    def __init__(self, *passwords: str) -> None:
        self.passwords = passwords
        self.count = 0
        self._reading = threading.Lock()

    def __call__(self) -> Sequence[SignIn]:
        assert self._reading.acquire(blocking=False), "two threads read at once"
        self.count += 1
        # Long enough for the others to arrive meanwhile.
        threading.Event().wait(0.1)
        self._reading.release()
        return [sign_in(each) for each in self.passwords]


def test_secret_is_read_once_when_many_are_refused_at_once() -> None:
    readings = Readings("new")
    rotating = RotatingSignIn(read=readings, seconds_between_reads=60)

    with ThreadPoolExecutor(20) as threads:
        found = list(threads.map(lambda _: rotating.instead_of(sign_in("old")), range(20)))

    assert found == [[sign_in("new")]] * 20
    assert readings.count == 1


def test_refused_sign_in_is_not_tried_again_when_the_secret_holds_it_still() -> None:
    rotating = RotatingSignIn(read=Readings("old", "pending"))
    assert rotating.instead_of(sign_in("old")) == [sign_in("pending")]


def test_secret_is_not_read_again_when_it_was_read_just_now() -> None:
    readings = Readings("old")
    rotating = RotatingSignIn(read=readings, seconds_between_reads=60)

    assert [rotating.instead_of(sign_in("old")) for _ in range(3)] == [[], [], []]

    assert readings.count == 1


def test_secret_is_read_again_when_time_has_passed() -> None:
    readings = Readings("old")
    rotating = RotatingSignIn(read=readings, seconds_between_reads=0)
    rotating.instead_of(sign_in("old"))

    readings.passwords = ("new",)

    assert rotating.instead_of(sign_in("old")) == [sign_in("new")]


def test_new_connections_begin_with_what_was_accepted_last() -> None:
    rotating = RotatingSignIn(read=Readings("new"))
    assert rotating.accepted is None

    rotating.accept(sign_in("new"))

    assert rotating.accepted == sign_in("new")


def test_password_stands_in_no_representation() -> None:
    assert repr(sign_in("hidden")) == "SignIn(user='papyrus')"
