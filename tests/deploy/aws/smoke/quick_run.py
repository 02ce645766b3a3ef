"""`python -m tests.deploy.aws.smoke.quick_run`: the smoke run as it is, but for Terraform, with the same options."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from deploy.evidence.masking import Mask
from deploy.sdk.clients import region
from deploy.smoke.__main__ import execute, order_of, parser
from deploy.smoke.account import outputs_in_state
from deploy.smoke.course import Course
from deploy.smoke.interruption import Interruption
from deploy.smoke.progress import Progress
from deploy.stacks.state_store import StateStore
from tests.deploy.aws.standins.quick_balancer import QuickBalancer


def main() -> int:
    options = parser().parse_args()
    store = StateStore(bucket=options.state_bucket, region=region())
    progress = Progress(mask=Mask())
    with Interruption(say=progress.say) as interruption:
        return execute(
            order_of(options, store=store, now=datetime.now(UTC)),
            balancer=QuickBalancer(network=outputs_in_state(store, stack="00-network")),
            course=Course(interruption=interruption, progress=progress),
        )


if __name__ == "__main__":
    sys.exit(main())
