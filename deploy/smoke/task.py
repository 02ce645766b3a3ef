"""The running task of the web service, and where in the network it is."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from deploy.sdk.clients import client
from deploy.smoke.steps import StepFailed

AT_ONCE = 100


@dataclass(frozen=True, kw_only=True)
class RunningTask:
    """A task with its network interface, availability zone and private address."""

    task_id: str
    interface_id: str
    zone: str
    address: str


def find_task(*, cluster: str, service: str, zones: Collection[str]) -> RunningTask:
    """Return a running task of `service` in one of `zones`, those the load balancer has a subnet in.

    Raises StepFailed when no task runs, or none in these zones.
    """
    running = list(_running_tasks(cluster=cluster, service=service))
    if not running:
        raise StepFailed(
            f"The service {service} has no running task. Scale it up (python -m deploy.scale) and run again."
        )
    for task in running:
        if task.zone in zones:
            return task
    raise StepFailed(
        f"The load balancer has no subnet in {', '.join(sorted({task.zone for task in running}))}, where the tasks of "
        f"{service} run; it has subnets in {', '.join(sorted(zones))}. Its targets there would get no request: give "
        "00-network a public subnet in that zone, or let the service run in the others."
    )


def _running_tasks(*, cluster: str, service: str) -> Iterator[RunningTask]:
    ecs = client("ecs")
    pages = ecs.get_paginator("list_tasks").paginate(cluster=cluster, serviceName=service, desiredStatus="RUNNING")
    arns = [arn for page in pages for arn in page["taskArns"]]
    for start in range(0, len(arns), AT_ONCE):
        for task in ecs.describe_tasks(cluster=cluster, tasks=arns[start : start + AT_ONCE])["tasks"]:
            interface_id = _interface_of(task)
            is_of_service = task.get("group") == f"service:{service}"
            if is_of_service and task["lastStatus"] == "RUNNING" and interface_id:
                yield _located(task_id=task["taskArn"].rsplit("/", 1)[-1], interface_id=interface_id)


def _interface_of(task: dict[str, Any]) -> str | None:
    for attachment in task.get("attachments", []):
        if attachment["type"] == "ElasticNetworkInterface":
            for detail in attachment["details"]:
                if detail["name"] == "networkInterfaceId":
                    return str(detail["value"])
    return None


def _located(*, task_id: str, interface_id: str) -> RunningTask:
    found = client("ec2").describe_network_interfaces(NetworkInterfaceIds=[interface_id])
    (interface,) = found["NetworkInterfaces"]
    return RunningTask(
        task_id=task_id,
        interface_id=interface_id,
        zone=interface["AvailabilityZone"],
        address=interface["PrivateIpAddress"],
    )
