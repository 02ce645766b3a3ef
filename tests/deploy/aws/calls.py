"""Which calls Terraform made on a stack, from the provider's own log."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from deploy.stacks.stack import Stack

SERVICES = {
    "CloudWatch": "cloudwatch",
    "EC2": "ec2",
    '"Elastic Load Balancing v2"': "elasticloadbalancing",
    "STS": "sts",
}
SERVICE = re.compile(r'rpc\.service=("[^"]+"|\S+)')
METHOD = re.compile(r"rpc\.method=(\w+)")
# Everybody may ask who he is.
NEEDS_NO_PERMISSION = {"sts:GetCallerIdentity"}


@dataclass(frozen=True, kw_only=True)
class WatchedStack(Stack):
    """A stack whose provider notes down each call."""

    def _environment(self, data_folder: str) -> dict[str, str]:
        watching = {"TF_LOG_PROVIDER": "DEBUG", "TF_LOG_PATH": str(self.calls)}
        return super()._environment(data_folder) | watching

    @property
    def calls(self) -> Path:
        return self.work_folder / f"{self.name}.calls"

    def actions_called(self) -> set[str]:
        """Return every call so far as IAM calls it."""
        lines = self.calls.read_text().splitlines()
        found = [(SERVICE.search(line), METHOD.search(line)) for line in lines]
        return {
            f"{SERVICES[service[1]]}:{method[1]}" for service, method in found if service and method
        } - NEEDS_NO_PERMISSION
