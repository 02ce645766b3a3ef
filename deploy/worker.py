"""gunicorn's thread worker, except that stopping loses no connection that a client believes to have."""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

# Longer than any handshake between the load balancer and us takes.
HANDSHAKE_SECONDS = 0.5

# linux/filter.h and asm-generic/socket.h; Python's socket module does not name them.
SO_ATTACH_FILTER = 26
LOAD_FLAGS = (0x30, 0, 0, 13)  # A = byte 13 of the TCP header
KEEP_SYN_AND_ACK = (0x54, 0, 0, 0x12)  # A &= SYN | ACK
IF_ONLY_SYN = (0x15, 0, 1, 0x02)  # A == SYN ? next : the one after
DROP = (0x06, 0, 0, 0)
PASS = (0x06, 0, 0, 0xFFFFFFFF)
DROP_NEWCOMERS = b"".join(
    struct.pack("=HBBI", *each) for each in (LOAD_FLAGS, KEEP_SYN_AND_ACK, IF_ONLY_SYN, DROP, PASS)
)


# gunicorn is not typed.
class LosslessWorker(ThreadWorker):  # type: ignore[misc]
    """A thread worker that, told to stop, first takes in whoever stands at the door, then closes it.

    gunicorn's own leaves the door open while it finishes its requests, lets nobody in, and slams it in the end:
    the kernel has long shaken hands with those outside, and their requests are reset.
    """

    def set_accept_enabled(self, enabled: bool) -> None:
        """Open or shut the door, for good once the worker is told to stop."""
        is_stopping = not enabled and not self.alive
        # At a reload the door stays open, and other workers let in whoever comes.
        if is_stopping and not any(is_open_in(self.ppid, listener) for listener in self.sockets):
            self._take_in_the_last()
        super().set_accept_enabled(enabled)
        if is_stopping:
            for listener in self.sockets:
                listener.close()

    def _take_in_the_last(self) -> None:
        super().set_accept_enabled(True)
        for listener in self.sockets:
            ignore_newcomers(listener)
        ends_at = time.monotonic() + HANDSHAKE_SECONDS
        while (left := ends_at - time.monotonic()) > 0:
            self.wait_for_and_dispatch_events(timeout=left)
        for listener in self.sockets:
            while self._took_in_one(listener):
                pass

    def _took_in_one(self, listener: Any) -> bool:
        before = self.nr_conns
        self.accept(listener)
        return bool(self.nr_conns > before)

    def _cap_keepalive(self, deadline: float) -> None:
        """Close also those connections by `deadline` that have never said a word: they hold up the stop."""
        super()._cap_keepalive(deadline)
        for connection in self.pending_conns:
            connection.timeout = min(connection.timeout, deadline)


def is_open_in(process: int, listener: Any) -> bool:
    """Tell whether that process has the socket open as well; yes where the system does not let us look."""
    identity = os.fstat(listener.fileno()).st_ino
    try:
        return any(_identity(each) == identity for each in Path(f"/proc/{process}/fd").iterdir())
    except OSError:
        return True


def _identity(file: Path) -> int | None:
    # Files come and go while we look.
    with suppress(FileNotFoundError):
        return file.stat().st_ino
    return None


def ignore_newcomers(listener: Any) -> None:
    """Let the kernel leave new connections to `listener` unanswered, while begun ones come about.

    A client repeats its first packet after a second and is then refused, since nobody listens any more. Where the
    kernel has no such filter, connections that come about in the very moment of closing are lost.
    """
    program = ctypes.create_string_buffer(DROP_NEWCOMERS, len(DROP_NEWCOMERS))
    instructions = len(DROP_NEWCOMERS) // struct.calcsize("=HBBI")
    with suppress(OSError):
        listener.setsockopt(
            socket.SOL_SOCKET, SO_ATTACH_FILTER, struct.pack("HP", instructions, ctypes.addressof(program))
        )
