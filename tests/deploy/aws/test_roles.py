"""Who may do what: every role of ours, word by word where it matters."""

from __future__ import annotations

import json
from typing import Any

import pytest

from deploy.scale import MOST
from deploy.sdk.clients import client
from tests.deploy.aws.account import REPOSITORY, Account
from tests.deploy.aws.moto import ACCOUNT

WORKFLOWS = ["alb-smoke", "audit-evidence", "ecr-push", "ecs-deploy", "ecs-scale", "rds-snapshot"]
# Which secrets of the database each kind of task is started with, by the outputs of 10-rds.
EXECUTION = {
    "execution": ["database_secret_arn"],
    "execution-migrate": ["database_owner_secret_arn"],
    "execution-database-roles": [
        "database_secret_arn",
        "database_owner_secret_arn",
        "database_administrator_secret_arn",
    ],
}
ROLES = [f"papyrus-prd-{name}" for name in (*EXECUTION, "flow-log", "migrate", "task", *WORKFLOWS)]
# The Service Authorization Reference lists no resource for these.
WITHOUT_RESOURCE = {
    "cloudtrail:LookupEvents",
    "config:DescribeComplianceByConfigRule",
    "config:DescribeConfigurationRecorderStatus",
    "config:SelectResourceConfig",
    "ec2:DescribeAccountAttributes",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroupRules",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVpcs",
    "ecr:GetAuthorizationToken",
    "ecs:DescribeTaskDefinition",
    "ecs:RegisterTaskDefinition",
    "elasticloadbalancing:DescribeCapacityReservation",
    "elasticloadbalancing:DescribeListenerAttributes",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancerAttributes",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeTags",
    "elasticloadbalancing:DescribeTargetGroupAttributes",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
    "tag:GetResources",
}
# No resource but a cluster, which stands in the condition.
BY_CONDITION = {"ecs:ListTasks"}
INLINE_LIMIT = 10_240


def as_list(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value


def statements(role: str) -> list[dict[str, Any]]:
    iam = client("iam")
    assert iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"] == []
    (name,) = iam.list_role_policies(RoleName=role)["PolicyNames"]
    found: list[dict[str, Any]] = iam.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]["Statement"]
    return found


def trust(role: str) -> dict[str, Any]:
    (found,) = client("iam").get_role(RoleName=role)["Role"]["AssumeRolePolicyDocument"]["Statement"]
    return dict(found)


def allowed(role: str) -> dict[str, list[str]]:
    """Resources by action. A role of ours denies nothing and names what it allows."""
    found: dict[str, list[str]] = {}
    for statement in statements(role):
        assert statement["Effect"] == "Allow"
        for action in as_list(statement["Action"]):
            found[action] = sorted({*found.get(action, []), *as_list(statement["Resource"])})
    return found


def test_there_are_no_other_roles(applied: Account) -> None:
    assert sorted(each["RoleName"] for each in client("iam").list_roles()["Roles"]) == sorted(ROLES)


@pytest.mark.parametrize("role", ROLES)
def test_role_names_every_action(applied: Account, role: str) -> None:
    assert [action for action in allowed(role) if "*" in action] == []


@pytest.mark.parametrize("role", ROLES)
def test_role_names_resources_wherever_aws_knows_them(applied: Account, role: str) -> None:
    everywhere = {action for action, resources in allowed(role).items() if "*" in resources}
    assert everywhere <= WITHOUT_RESOURCE | BY_CONDITION


@pytest.mark.parametrize("role", ROLES)
def test_role_lists_tasks_of_our_cluster_only(applied: Account, role: str) -> None:
    cluster = f"arn:aws:ecs:us-west-2:{ACCOUNT}:cluster/papyrus-prd"
    for statement in statements(role):
        if BY_CONDITION & set(as_list(statement["Action"])):
            assert statement["Condition"] == {"ArnEquals": {"ecs:cluster": cluster}}


@pytest.mark.parametrize("role", ROLES)
def test_role_fits_into_what_iam_takes(applied: Account, role: str) -> None:
    assert len(json.dumps({"Statement": statements(role)}, separators=(",", ":"))) < INLINE_LIMIT


@pytest.mark.parametrize("kind", EXECUTION)
def test_execution_role_can_only_pull_log_and_read_its_secrets(applied: Account, kind: str) -> None:
    database, service = applied.outputs("10-rds"), applied.outputs("15-ecs")
    repository = f"arn:aws:ecr:us-west-2:{ACCOUNT}:repository/{service['repository_name']}"
    of_the_provider = {
        "ssm:GetParameters": [f"arn:aws:ssm:us-west-2:{ACCOUNT}:parameter/papyrus/prd/auth0/callback_url"]
    }
    names = ("auth0", "django") if kind == "execution" else ("django",)
    secrets = [client("secretsmanager").describe_secret(SecretId=f"papyrus/prd/{name}")["ARN"] for name in names]
    log = f"arn:aws:logs:us-west-2:{ACCOUNT}:log-group:/ecs/papyrus:*"
    assert allowed(f"papyrus-prd-{kind}") == {
        "ecr:GetAuthorizationToken": ["*"],
        "ecr:BatchCheckLayerAvailability": [repository],
        "ecr:BatchGetImage": [repository],
        "ecr:GetDownloadUrlForLayer": [repository],
        "logs:CreateLogStream": [log],
        "logs:PutLogEvents": [log],
        "secretsmanager:GetSecretValue": sorted([*(database[each] for each in EXECUTION[kind]), *secrets]),
        "kms:Decrypt": [database["secret_kms_key_arn"]],
        **(of_the_provider if kind == "execution" else {}),
    }


def test_task_role_can_only_read_its_settings_and_use_the_archive(applied: Account) -> None:
    database, bucket = applied.outputs("10-rds"), applied.outputs("15-ecs")["archive_bucket"]
    assert allowed("papyrus-prd-task") == {
        "ssm:GetParameter": [f"arn:aws:ssm:us-west-2:{ACCOUNT}:parameter/papyrus/prd/*"],
        "secretsmanager:GetSecretValue": [database["database_secret_arn"]],
        "kms:Decrypt": [database["secret_kms_key_arn"]],
        "s3:GetBucketObjectLockConfiguration": [f"arn:aws:s3:::{bucket}"],
        "s3:ListBucket": [f"arn:aws:s3:::{bucket}"],
        "s3:GetObject": [f"arn:aws:s3:::{bucket}/*"],
        "s3:PutObject": [f"arn:aws:s3:::{bucket}/*"],
        "s3:PutObjectRetention": [f"arn:aws:s3:::{bucket}/*"],
    }


def test_migrate_role_can_only_read_its_own_sign_in(applied: Account) -> None:
    database = applied.outputs("10-rds")
    assert allowed("papyrus-prd-migrate") == {
        "secretsmanager:GetSecretValue": [database["database_owner_secret_arn"]],
        "kms:Decrypt": [database["secret_kms_key_arn"]],
    }


def test_flow_log_role_can_only_write_its_log(applied: Account) -> None:
    groups = f"arn:aws:logs:us-west-2:{ACCOUNT}:log-group:"
    log = f"{groups}/vpc/papyrus/refused"
    assert allowed("papyrus-prd-flow-log") == {
        "logs:CreateLogGroup": [log, f"{log}:*"],
        "logs:CreateLogStream": [f"{log}:*"],
        "logs:DescribeLogGroups": [f"{groups}*"],
        "logs:DescribeLogStreams": [f"{log}:*"],
        "logs:PutLogEvents": [f"{log}:*"],
    }


@pytest.mark.parametrize("role", [f"papyrus-prd-{name}" for name in (*EXECUTION, "migrate", "task")])
def test_role_is_for_tasks_of_this_account(applied: Account, role: str) -> None:
    assert trust(role)["Principal"] == {"Service": "ecs-tasks.amazonaws.com"}
    assert trust(role)["Condition"] == {"StringEquals": {"aws:SourceAccount": ACCOUNT}}


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_workflow_has_a_role_that_only_this_repository_takes(applied: Account, workflow: str) -> None:
    from_environment = workflow in ("ecs-deploy", "ecs-scale")
    place = "environment:prd" if from_environment else "ref:refs/heads/main"
    found = trust(f"papyrus-prd-{workflow}")
    assert found["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert found["Condition"] == {
        "StringEquals": {
            "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
            "token.actions.githubusercontent.com:sub": f"repo:{REPOSITORY}:{place}",
        }
    }
    assert applied.outputs("40-github-oidc")["roles"][workflow].endswith(f":role/papyrus-prd-{workflow}")


@pytest.mark.parametrize("workflow", WORKFLOWS)
def test_workflow_passes_the_tasks_roles_only_and_to_tasks_only(applied: Account, workflow: str) -> None:
    service = applied.outputs("15-ecs")
    services = [service["execution_role_arn"], service["task_role_arn"]]
    passing = [each for each in statements(f"papyrus-prd-{workflow}") if "iam:PassRole" in as_list(each["Action"])]
    for statement in passing:
        assert statement["Condition"] == {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    # Nobody's are those of database-roles: only an administrator of the account starts that task.
    passed = {"ecs-deploy": services + service["migrate_role_arns"], "rds-snapshot": services}
    assert allowed(f"papyrus-prd-{workflow}").get("iam:PassRole", []) == sorted(passed.get(workflow, []))


def test_scale_can_only_scale_the_services_and_switch_their_alarms(applied: Account) -> None:
    services = [f"arn:aws:ecs:us-west-2:{ACCOUNT}:service/papyrus-prd/papyrus-prd-{kind}" for kind in MOST]
    alarms = [f"arn:aws:cloudwatch:us-west-2:{ACCOUNT}:alarm:papyrus-prd-no-running-task-{kind}" for kind in MOST]
    assert allowed("papyrus-prd-ecs-scale") == {
        "ecs:DescribeServices": services,
        "ecs:UpdateService": services,
        "cloudwatch:DisableAlarmActions": alarms,
        "cloudwatch:EnableAlarmActions": alarms,
    }


def test_smoke_may_ask_what_the_first_balancer_of_an_account_needs(applied: Account) -> None:
    assert {"ec2:DescribeAccountAttributes", "iam:CreateServiceLinkedRole"} <= allowed("papyrus-prd-alb-smoke").keys()


def test_smoke_may_do_what_terraform_does_to_make_a_balancer(applied: Account) -> None:
    called = applied.balancer().actions_called()
    assert {"elasticloadbalancing:CreateLoadBalancer", "ec2:AuthorizeSecurityGroupIngress"} <= called
    assert called - allowed("papyrus-prd-alb-smoke").keys() == set()


def test_smoke_destroys_only_what_is_temporary(applied: Account) -> None:
    task_group = applied.outputs("00-network")["task_security_group_id"]
    for statement in statements("papyrus-prd-alb-smoke"):
        actions = [each for each in as_list(statement["Action"]) if each.split(":")[1].startswith(("Delete", "Revoke"))]
        resources = as_list(statement["Resource"])
        if actions and not all(each.endswith((".tflock", task_group)) for each in resources):
            assert statement["Condition"] == {"StringEquals": {"aws:ResourceTag/Ephemeral": "true"}}, actions


def test_smoke_makes_only_what_is_temporary(applied: Account) -> None:
    making = ("elasticloadbalancing:Create", "cloudwatch:Put")
    for statement in statements("papyrus-prd-alb-smoke"):
        if any(action.startswith(making) for action in as_list(statement["Action"])):
            assert statement["Condition"] == {"StringEquals": {"aws:RequestTag/Ephemeral": "true"}}
