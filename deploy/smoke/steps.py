"""What a smoke run does, in order, and how it can end."""

from __future__ import annotations

from enum import Enum


class Step(Enum):
    """One step each: the exit code of a run that fails there, and what the step does."""

    PREFLIGHT = (10, "credentials, stacks and routes are there")
    DRIFT = (11, "the secret names the database's host and port")
    PLAN = (12, "terraform plan of 20-alb")
    APPLY = (13, "terraform apply of 20-alb")
    TASK = (14, "a web task runs, in a zone of the load balancer")
    REGISTER = (15, "the task is registered as target")
    HEALTHY = (16, "the target becomes healthy")
    HEALTHZ = (17, "GET /healthz through the load balancer")
    DBCHECK = (18, "GET /dbcheck through the load balancer")
    LOG_LINES = (19, "both requests have their line in CloudWatch Logs")
    RECORD = (20, "listeners and target health are recorded")
    DEREGISTER = (30, "the target is deregistered")
    DESTROY = (31, "terraform destroy of 20-alb, its rule revoked")
    SWEEP = (32, "whatever else has the run's id is destroyed")
    NOTHING_LEFT = (33, "nothing with the run's id is left")
    EVIDENCE = (40, "the evidence is complete and has its manifest")

    def __init__(self, exit_code: int, title: str) -> None:
        self.exit_code = exit_code
        self.title = title


USAGE_ERROR = 2
SIGNAL_BASE = 128


class StepFailed(Exception):
    """A step found what must not be; the text is a full sentence with the value and the remedy."""


def exit_codes() -> str:
    """Return one line for each exit code, for `--help`."""
    lines = [f"{step.exit_code:>5}  {step.name.lower().replace('_', '-')}: {step.title}" for step in Step]
    return "\n".join(
        [
            "    0  all steps succeeded, and nothing is left",
            f"{USAGE_ERROR:>5}  wrong arguments",
            *lines,
            "  129  SIGHUP, 130 SIGINT (Ctrl-C), 143 SIGTERM: the run was told to stop, and cleaned up",
        ]
    )
