"""What a run finds wrong, and that it cleans up all the same."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from functools import partial
from typing import Any

from tests.deploy.aws.smoke.runs import Run
from tests.deploy.aws.stage import Stage
from tests.deploy.aws.standins.fargate import Task

Start = Callable[..., Run]

# A web server that has neither /healthz nor /dbcheck.
ANOTHER_PROGRAM = ("python", "-m", "http.server", "--bind", "127.0.0.1", "{port}")


def serve(stage: Stage, service: str, **options: Any) -> Task:
    """Start a task of a service of its own, as Fargate.start_service does with `options`."""
    stage.add_service(service)
    return stage.fargate.start_service(
        cluster=stage.outputs["cluster_name"],
        service=service,
        **options,
    )


def subnet_in(stage: Stage, zone: str) -> str:
    """Make a subnet in `zone`, where the load balancer has none."""
    ec2, vpc = stage.client("ec2"), stage.outputs["vpc_id"]
    block = ec2.describe_vpcs(VpcIds=[vpc])["Vpcs"][0]["CidrBlock"]
    last = list(ipaddress.ip_network(block).subnets(new_prefix=28))[-1]
    made = ec2.create_subnet(VpcId=vpc, CidrBlock=str(last), AvailabilityZone=zone)
    subnet = str(made["Subnet"]["SubnetId"])
    stage.undo.callback(partial(ec2.delete_subnet, SubnetId=subnet))
    return subnet


def test_run_fails_when_no_task_runs(stage: Stage, start: Start) -> None:
    run = start(outputs={"web_service_name": stage.add_service("papyrus-asleep")})

    assert run.finish() == 14
    assert "The service papyrus-asleep has no running task. Scale it up" in run.text()
    assert run.left() == []


def test_run_fails_when_the_task_is_in_a_zone_without_the_load_balancer(stage: Stage, start: Start) -> None:
    task = serve(stage, "papyrus-elsewhere", subnet=subnet_in(stage, "us-west-2d"), command=ANOTHER_PROGRAM)
    run = start(outputs={"web_service_name": "papyrus-elsewhere"})

    assert run.finish() == 14
    assert "The load balancer has no subnet in us-west-2d" in run.text()
    assert "it has subnets in us-west-2a, us-west-2b, us-west-2c" in run.text()
    assert task.address not in run.text()
    assert run.left() == []


def test_run_fails_with_the_load_balancers_reason_when_the_target_is_unhealthy(stage: Stage, start: Start) -> None:
    serve(stage, "papyrus-another", command=ANOTHER_PROGRAM)
    run = start(outputs={"web_service_name": "papyrus-another"}, options=("--healthy-seconds", "14"))

    assert run.finish() == 16
    assert "is unhealthy (Target.ResponseCodeMismatch: Health checks failed with these codes: [404])" in run.text()
    assert "After 14 s the target is not healthy" in run.text()
    assert run.left() == []


def test_run_fails_with_the_services_reason_when_dbcheck_is_503(stage: Stage, start: Start) -> None:
    serve(stage, "papyrus-without-database", surroundings={"PGHOST": "127.0.0.1", "PGPORT": "9"})
    run = start(outputs={"web_service_name": "papyrus-without-database"})

    assert run.finish() == 18
    assert 'GET /dbcheck answered 503 {"ok": false, "error": "database unreachable"}' in run.text()
    (kept,) = run.evidence.glob("*_dbcheck.log")
    assert "HTTP/1.1 503 Service Unavailable" in kept.read_text()
    assert run.left() == []


def test_run_fails_before_anything_is_made_when_the_secret_leads_elsewhere(stage: Stage, start: Start) -> None:
    rds, name = stage.client("rds"), "papyrus-restored"
    rds.create_db_instance(
        DBInstanceIdentifier=name,
        DBInstanceClass="db.t4g.micro",
        Engine="postgres",
        AllocatedStorage=20,
        MasterUsername="papyrus",
        MasterUserPassword="not-used-by-anyone",
    )
    (group,) = rds.describe_db_instances(DBInstanceIdentifier=name)["DBInstances"][0]["DBParameterGroups"]
    # Which moto makes with the instance; on AWS it was always there.
    stage.undo.callback(partial(rds.delete_db_parameter_group, DBParameterGroupName=group["DBParameterGroupName"]))
    stage.undo.callback(partial(rds.delete_db_instance, DBInstanceIdentifier=name, SkipFinalSnapshot=True))
    run = start(outputs={"database_identifier": name})

    assert run.finish() == 11
    assert "but the database papyrus-restored is at" in run.text()
    assert stage.secret()["host"] not in run.text()
    assert "Nothing was made" in run.text()
    assert run.left() == []


def test_run_fails_when_cloudwatch_has_no_line(stage: Stage, start: Start) -> None:
    logs = stage.client("logs")
    logs.create_log_group(logGroupName="/ecs/silent")
    stage.undo.callback(partial(logs.delete_log_group, logGroupName="/ecs/silent"))
    run = start(outputs={"log_group_name": "/ecs/silent"}, options=("--log-seconds", "4"))

    assert run.finish() == 19
    assert "CloudWatch Logs has no line of GET /healthz in /ecs/silent after 4 s" in run.text()
    assert list(run.evidence.glob("*cloudwatch*")) == []
    assert run.left() == []


def test_run_fails_when_a_public_subnet_has_no_way_to_the_internet(stage: Stage, start: Start) -> None:
    subnets = stage.outputs["private_subnets"]
    run = start(outputs={"public_subnets": subnets})

    assert run.finish() == 10
    assert "No route to an internet gateway from the public subnets" in run.text()
    assert run.left() == []


def test_run_fails_when_a_stack_is_not_applied(start: Start) -> None:
    run = start(without="15-ecs")

    assert run.finish() == 10
    assert "The stack 15-ecs has no outputs in the state bucket. Apply it first." in run.text()
    assert run.left() == []
