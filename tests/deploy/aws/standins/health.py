"""Health checks as the User Guide for Application Load Balancers describes them."""

from __future__ import annotations

import http.client
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

USER_AGENT = "ELB-HealthChecker/2.0"


@dataclass(frozen=True, kw_only=True)
class Health:
    """A state of TargetHealth, with the load balancer's reason and description."""

    state: str
    reason: str = ""
    description: str = ""


INITIAL = Health(state="initial", reason="Elb.InitialHealthChecking", description="Initial health checks in progress")
UNUSED = Health(
    state="unused",
    reason="Target.NotInUse",
    description="Target group is not configured to receive traffic from the load balancer",
)
HEALTHY = Health(state="healthy")


@dataclass(frozen=True, kw_only=True)
class HealthCheck:
    """The settings of a target group."""

    path: str
    matcher: str
    interval: float
    timeout: float
    healthy_threshold: int
    unhealthy_threshold: int

    @classmethod
    def of(cls, group: Mapping[str, Any]) -> HealthCheck:
        """Read them from a target group as DescribeTargetGroups returns it."""
        return cls(
            path=group["HealthCheckPath"],
            matcher=group["Matcher"]["HttpCode"],
            interval=float(group["HealthCheckIntervalSeconds"]),
            timeout=float(group["HealthCheckTimeoutSeconds"]),
            healthy_threshold=int(group["HealthyThresholdCount"]),
            unhealthy_threshold=int(group["UnhealthyThresholdCount"]),
        )

    def accepts(self, status: int) -> bool:
        """Tell whether the matcher (`200-399` or `200,302`) takes `status` for success."""
        for part in self.matcher.split(","):
            low, _, high = part.partition("-")
            if int(low) <= status <= int(high or low):
                return True
        return False

    def failure(self, *, host: str, port: int) -> Health | None:
        """Ask the target on loopback at `port`, naming it `host`; return why it fails, None when it does not."""
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=self.timeout)
        try:
            connection.request("GET", self.path, headers={"Host": host, "User-Agent": USER_AGENT})
            status = connection.getresponse().status
        except TimeoutError:
            return Health(state="unhealthy", reason="Target.Timeout", description="Request timed out")
        except (OSError, http.client.HTTPException):
            return Health(state="unhealthy", reason="Target.FailedHealthChecks", description="Health checks failed")
        finally:
            connection.close()
        if self.accepts(status):
            return None
        return Health(
            state="unhealthy",
            reason="Target.ResponseCodeMismatch",
            description=f"Health checks failed with these codes: [{status}]",
        )


class TargetWatch:
    """The health of one target: one success makes a new one healthy, afterwards the thresholds decide."""

    def __init__(self) -> None:
        self.health = INITIAL
        self._successes = 0
        self._failures = 0
        self._next_at = 0.0

    def look(self, check: HealthCheck, *, host: str, port: int) -> None:
        """Ask the target unless the interval is not over yet."""
        if time.monotonic() < self._next_at:
            return
        self._next_at = time.monotonic() + check.interval
        failure = check.failure(host=host, port=port)
        self._successes = 0 if failure else self._successes + 1
        self._failures = self._failures + 1 if failure else 0
        if failure and self._failures >= check.unhealthy_threshold:
            self.health = failure
        elif self._successes >= (1 if self.health is INITIAL else check.healthy_threshold):
            self.health = HEALTHY
