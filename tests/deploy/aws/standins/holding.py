"""Stop the traffic at a chosen place, so that a test knows where a run is when it sends a signal."""

from __future__ import annotations

import threading

PATIENCE_SECONDS = 500


class Hold:
    """Traffic that is called `name` and comes for `whom` waits until release()."""

    def __init__(self, name: str, *, whom: str) -> None:
        self.name = name
        self.whom = whom
        self._reached = threading.Event()
        self._released = threading.Event()

    def wait_until_reached(self) -> None:
        """Return once the traffic is here."""
        assert self._reached.wait(PATIENCE_SECONDS), f"nobody called {self.name} in {PATIENCE_SECONDS} s"

    def release(self) -> None:
        """Let it go on, and all that follows."""
        self._released.set()

    def stop_here(self) -> None:
        """Wait for release(); the traffic calls this."""
        self._reached.set()
        self._released.wait(PATIENCE_SECONDS)


class Holds:
    """The holds of one place."""

    def __init__(self) -> None:
        self._holds: list[Hold] = []

    def add(self, name: str, *, whom: str = "") -> Hold:
        """Return a new hold for traffic called `name`; with `whom` only if that is a part of its address."""
        hold = Hold(name, whom=whom)
        self._holds.append(hold)
        return hold

    def pass_by(self, name: str, *, address: str = "") -> None:
        """Wait here if there is a hold for this traffic."""
        for hold in list(self._holds):
            if hold.name == name and hold.whom in address:
                hold.stop_here()

    def clear(self) -> None:
        """Release and forget all of them."""
        for hold in self._holds:
            hold.release()
        self._holds.clear()
