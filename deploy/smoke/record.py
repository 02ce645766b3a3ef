"""The evidence a run writes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from deploy.evidence.files import KINDS, Run
from deploy.evidence.folder import EvidenceFolder, NotWritten, Result
from deploy.evidence.masking import Mask
from deploy.smoke.exchange import Exchange
from deploy.smoke.log_line import LogLine
from deploy.smoke.order import Order
from deploy.smoke.steps import StepFailed

SMOKE_KINDS = tuple(name for name, kind in KINDS.items() if kind.run is Run.SMOKE)
SECRET_KEYS = ("host", "password")
# What AWS calls a part, after its address. The address says what it is, and of the id the mask would leave little.
ID = re.compile(r"\[id=[^\]]+\]")

Log = Callable[[str], None]


class Record:
    """The files of one run, masked with the values of `secret`, the database's, before they touch the disk."""

    def __init__(self, *, order: Order, secret: Mapping[str, str]) -> None:
        # The other keys are words such as papyrus and 5432, without which nothing could be read any more.
        self.mask = Mask(secrets=[secret[key] for key in SECRET_KEYS if secret.get(key)])
        self._folder = EvidenceFolder(
            folder=order.evidence,
            mask=self.mask,
            started_at=order.started_at,
            label=order.label,
            run_id=order.run_id,
        )
        self._written: set[str] = set()

    @contextmanager
    def log(self, kind: str) -> Iterator[Log]:
        """Yield a function that appends a line of Terraform's to the log of `kind`, without the parts' ids.

        It does not raise: a full disk must not stop Terraform half-way. The block's end raises NotWritten then.
        """
        with self._folder.open_log(kind) as write:
            refusals: list[NotWritten] = []
            yield lambda line: _attempt(write, line, refusals=refusals)
            if refusals:
                raise refusals[0]
        self._written.add(kind)

    def answer(self, route: str, found: Exchange) -> None:
        """Keep request and answer as they went over the wire."""
        self._text(route, found.raw())

    def line(self, route: str, found: LogLine) -> None:
        """Keep the event as CloudWatch gave it, and the line that the service printed."""
        self.facts(f"cloudwatch_{route}", found.event)
        self._text(f"{route}_json_line", found.message + "\n")

    def facts(self, kind: str, value: Any) -> None:
        """Keep `value`, as an AWS call returned it, as JSON."""
        self._folder.write_json(kind, value)
        self._written.add(kind)

    def finish(self, *, result: Result) -> None:
        """Write the manifest. Raises StepFailed when the run PASSED and a kind of evidence is missing."""
        self._folder.finish(result=result)
        missing = [kind for kind in SMOKE_KINDS if kind not in self._written]
        if result is Result.PASSED and missing:
            raise StepFailed(f"The evidence lacks {', '.join(missing)}.")

    def _text(self, kind: str, text: str) -> None:
        self._folder.write(kind, text, extension="log")
        self._written.add(kind)


def _attempt(write: Log, line: str, *, refusals: list[NotWritten]) -> None:
    try:
        write(ID.sub("[id=****]", line))
    except NotWritten as refusal:
        refusals.append(refusal)
