"""The S3 bucket with the states of the stacks, which must be there before Terraform is."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from deploy.sdk.clients import account_id, client, region

ENVIRONMENT = "prd"


@dataclass(frozen=True, kw_only=True)
class StateStore:
    """A bucket and its region. The state of a stack has the key STACK.tfstate, its lock STACK.tfstate.tflock."""

    bucket: str
    region: str


class WrongRegion(Exception):
    """The account's bucket is in another region than the one that is asked for. The text says what to do."""


def account_store() -> StateStore:
    """Return the store that `bootstrap` makes in this account, whether it is there or not."""
    return StateStore(bucket=f"papyrus-{ENVIRONMENT}-state-{account_id()}", region=region())


def bootstrap(store: StateStore) -> None:
    """Make the bucket, or bring one of ours to what it must be: versioned, encrypted, private, by TLS only.

    Raises WrongRegion, and changes nothing, when it is there in another region.
    """
    s3 = client("s3")
    _create(s3, store)
    _require_region(s3, store)
    s3.put_public_access_block(
        Bucket=store.bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    s3.put_bucket_versioning(Bucket=store.bucket, VersioningConfiguration={"Status": "Enabled"})
    by_default = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}
    s3.put_bucket_encryption(Bucket=store.bucket, ServerSideEncryptionConfiguration={"Rules": [by_default]})
    s3.put_bucket_policy(Bucket=store.bucket, Policy=json.dumps(_policy(store.bucket)))
    s3.put_bucket_tagging(
        Bucket=store.bucket,
        Tagging={"TagSet": [{"Key": "Project", "Value": "papyrus"}, {"Key": "Environment", "Value": ENVIRONMENT}]},
    )


def has_resources(store: StateStore, *, stack: str) -> bool:
    """Whether the state of `stack` knows anything that Terraform made; not when it was destroyed or never applied."""
    s3 = client("s3")
    try:
        state = json.loads(s3.get_object(Bucket=store.bucket, Key=f"{stack}.tfstate")["Body"].read())
    except (s3.exceptions.NoSuchKey, s3.exceptions.NoSuchBucket):
        return False
    return any(each["mode"] == "managed" for each in state["resources"])


def _create(s3: Any, store: StateStore) -> None:
    # The oldest region is the one that may not be named.
    place = {"CreateBucketConfiguration": {"LocationConstraint": store.region}} if store.region != "us-east-1" else {}
    try:
        s3.create_bucket(Bucket=store.bucket, ObjectOwnership="BucketOwnerEnforced", **place)
    except s3.exceptions.BucketAlreadyOwnedByYou:
        return


def _require_region(s3: Any, store: StateStore) -> None:
    found = s3.get_bucket_location(Bucket=store.bucket)["LocationConstraint"] or "us-east-1"
    if found != store.region:
        raise WrongRegion(
            f"The bucket {store.bucket} is in {found}, not in {store.region}. Set AWS_REGION={found}. Only if that is "
            "a mistake and no stack is applied, delete the bucket and run this again."
        )


def _policy(bucket: str) -> dict[str, Any]:
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "RefusePlainHttp",
                "Effect": "Deny",
                "Principal": "*",
                # IAM reads actions without regard to case. moto does not, and would refuse all: it skips the condition.
                "Action": "S3:*",
                "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }
