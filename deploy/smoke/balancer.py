"""The temporary load balancer: Terraform's stack 20-alb."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from deploy.ephemeral import Part
from deploy.smoke.interruption import Interruption
from deploy.stacks.stack import Stack, StateStore

STACK = "20-alb"

# Of what Terraform prints, the lines that tell how far it is.
TOLD = re.compile(
    r": (Creating|Still|Creation|Destroying|Destruction)|^(Plan:|Apply complete|Destroy complete|Stopping)|Error"
)

Log = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class LoadBalancer:
    """What the stack made."""

    arn: str
    dns_name: str
    zones: tuple[str, ...]
    target_group_arn: str


class Balancer(Protocol):
    """Makes the load balancer and takes it away again."""

    def plan(self, variables: Mapping[str, object], log: Log) -> None: ...

    def apply(self, variables: Mapping[str, object], log: Log) -> LoadBalancer: ...

    def destroy(self, variables: Mapping[str, object], log: Log) -> None: ...

    def owner(self, parts: Iterable[Part]) -> str | None: ...


class TerraformBalancer:
    """The stack 20-alb. A signal reaches Terraform through `interruption`, which lets it finish in order."""

    def __init__(self, *, state: StateStore, work_folder: Path, interruption: Interruption) -> None:
        self._stack = Stack(name=STACK, state=state, work_folder=work_folder)
        self._interruption = interruption

    def plan(self, variables: Mapping[str, object], log: Log) -> None:
        """Write the plan to `log`. Raises TerraformFailed."""
        with self._interruption.reaching(self._stack):
            self._stack.init(log)
        with self._interruption.reaching(self._stack):
            self._stack.plan(variables, log)

    def apply(self, variables: Mapping[str, object], log: Log) -> LoadBalancer:
        """Return the load balancer once it is there. Raises TerraformFailed."""
        with self._interruption.reaching(self._stack):
            self._stack.apply(variables, log)
        return load_balancer_of(self._stack.outputs())

    def destroy(self, variables: Mapping[str, object], log: Log) -> None:
        """Destroy all that the state knows of. Raises TerraformFailed."""
        with self._interruption.reaching(self._stack):
            self._stack.destroy(variables, log)

    def owner(self, parts: Iterable[Part]) -> str | None:
        """Return the run whose load balancer the state describes: the one that tagged it, among `parts`."""
        target_group = self._stack.outputs().get("target_group_arn")
        return next((part.run_id for part in parts if part.identity == target_group), None)


def load_balancer_of(outputs: Mapping[str, Any]) -> LoadBalancer:
    """Return what the stack's `outputs` tell."""
    return LoadBalancer(
        arn=outputs["load_balancer_arn"],
        dns_name=outputs["load_balancer_dns_name"],
        zones=tuple(outputs["load_balancer_zones"]),
        target_group_arn=outputs["target_group_arn"],
    )


def told(log: Log, *, detail: Log) -> Log:
    """Return a log that writes to `log`, and says to `detail` what tells how far Terraform is."""

    def write(line: str) -> None:
        log(line)
        if TOLD.search(line):
            detail(line.strip())

    return write
