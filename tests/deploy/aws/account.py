"""The stacks in an account, applied as the README of deploy/terraform says."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.sdk.clients import client
from deploy.stacks.stack import Stack
from deploy.stacks.state_store import StateStore, account_store, bootstrap
from tests.deploy.aws.calls import WatchedStack

IMAGE = "123456789012.dkr.ecr.us-west-2.amazonaws.com/papyrus@sha256:" + "a" * 64
RUN_ID = "20260131-090000z"
EXPIRES_AT = "2026-01-31T10:00:00Z"
REPOSITORY = "example-company/papyrus-invoice"
# Only what a trial needs: an account that can be destroyed again. Everything else is as in production.
VARIABLES: dict[str, dict[str, object]] = {
    "00-network": {},
    "10-rds": {"deletion_protection": False, "skip_final_snapshot": True, "recovery_days": 0},
    "15-ecs": {
        "image": IMAGE,
        "web_desired_count": 1,
        "worker_desired_count": 1,
        "force_destroy": True,
        "recovery_days": 0,
    },
    "20-alb": {"run_id": RUN_ID, "expires_at": EXPIRES_AT},
    "30-monitor": {},
    "40-github-oidc": {"github_repository": REPOSITORY},
}
# Side by side what does not build on each other.
ORDER = (("00-network",), ("10-rds", "20-alb"), ("15-ecs",), ("30-monitor", "40-github-oidc"))


@dataclass(frozen=True, kw_only=True)
class Account:
    """The stacks of one account, with what Terraform printed about each."""

    store: StateStore
    work_folder: Path
    # Each look at them starts Terraform, and only an apply changes them.
    _outputs: dict[str, dict[str, Any]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def empty(cls, *, work_folder: Path) -> Account:
        store = account_store()
        bootstrap(store)
        return cls(store=store, work_folder=work_folder)

    def stack(self, name: str, *, work_folder: Path | None = None) -> Stack:
        return Stack(name=name, state=self.store, work_folder=work_folder or self.work_folder)

    def balancer(self) -> WatchedStack:
        """20-alb, with what Terraform calls noted down: a workflow's role must be enough for it."""
        return WatchedStack(name="20-alb", state=self.store, work_folder=self.work_folder)

    def outputs(self, name: str) -> dict[str, Any]:
        if name not in self._outputs:
            self._outputs[name] = self.stack(name).outputs()
        return self._outputs[name]

    def with_all(self) -> Account:
        """Apply every stack, and return this account."""
        self.apply_all()
        return self

    def apply_all(self) -> None:
        for names in ORDER:
            self.at_once(self.apply, names)

    def destroy_all(self) -> None:
        self._empty_archive()
        for names in reversed(ORDER):
            self.at_once(self.destroy, names)

    def apply(self, name: str) -> None:
        stack = self._watched(name)
        stack.init(self._log(name))
        stack.apply(VARIABLES[name], self._log(name))
        self._outputs.pop(name, None)

    def destroy(self, name: str) -> None:
        self._watched(name).destroy(VARIABLES[name], self._log(name))

    def _watched(self, name: str) -> Stack:
        return self.balancer() if name == "20-alb" else self.stack(name)

    def _empty_archive(self) -> None:
        """AWS lets go of a lock's rule while there are files. moto does not, so they go first."""
        s3, bucket = client("s3"), self.outputs("15-ecs")["archive_bucket"]
        for each in s3.list_object_versions(Bucket=bucket).get("Versions", []):
            version = {"Key": each["Key"], "VersionId": each["VersionId"]}
            s3.delete_object(Bucket=bucket, BypassGovernanceRetention=True, **version)

    def at_once(self, act: Any, names: tuple[str, ...]) -> None:
        with ThreadPoolExecutor(max_workers=len(names)) as pool:
            list(pool.map(act, names))

    def _log(self, name: str) -> Any:
        path = self.work_folder / f"{name}.log"

        def write(line: str) -> None:
            with path.open("a") as log:
                log.write(f"{line}\n")

        return write
