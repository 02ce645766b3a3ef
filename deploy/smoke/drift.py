"""Does the secret that tasks start with still lead to the database?"""

from __future__ import annotations

import json
from collections.abc import Mapping

from deploy.sdk.clients import client
from deploy.smoke.steps import StepFailed


def read_secret(arn: str) -> dict[str, str]:
    """Return the database secret's keys and values, all as text.

    Raises StepFailed when the secret is no JSON object.
    """
    text = client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
    try:
        found = json.loads(text)
        return {key: str(value) for key, value in found.items()}
    except (ValueError, AttributeError):
        # Without the parser's message, which may quote the secret.
        raise StepFailed(f"The secret {arn} is no JSON object. Apply 10-rds again.") from None


def check_drift(*, secret: Mapping[str, str], database_identifier: str) -> None:
    """Compare `secret`'s host and port with the endpoint of the RDS instance.

    Raises StepFailed when they differ, or when the instance has no endpoint.
    """
    (instance,) = client("rds").describe_db_instances(DBInstanceIdentifier=database_identifier)["DBInstances"]
    endpoint = instance.get("Endpoint")
    if not endpoint:
        raise StepFailed(
            f"The database {database_identifier} has no endpoint; its status is {instance['DBInstanceStatus']}. "
            "Wait until it is available."
        )
    named = f"{secret.get('host')}:{secret.get('port')}"
    real = f"{endpoint['Address']}:{endpoint['Port']}"
    if named != real:
        raise StepFailed(
            f"The secret leads to {named}, but the database {database_identifier} is at {real}. "
            "Apply 10-rds again, then deploy the service anew: tasks read the secret when they start."
        )
