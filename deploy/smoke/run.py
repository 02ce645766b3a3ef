"""The steps of a smoke run, and the clean-up that follows whatever happens in them."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime
from typing import Any

from deploy import ephemeral
from deploy.evidence.folder import Result
from deploy.sdk.clients import client
from deploy.smoke import drift, log_line, preflight, target
from deploy.smoke.account import Account, read_account
from deploy.smoke.balancer import Balancer, LoadBalancer, told
from deploy.smoke.cleanup import CleanUp
from deploy.smoke.course import Course, Stopped
from deploy.smoke.exchange import Exchange, address_of, exchange, require
from deploy.smoke.interruption import Abandoned, Interrupted
from deploy.smoke.order import Order
from deploy.smoke.record import Record
from deploy.smoke.steps import Step, StepFailed
from deploy.smoke.task import find_task

ROUTES = {"healthz": Step.HEALTHZ, "dbcheck": Step.DBCHECK}
BODIES: dict[str, dict[str, Any]] = {"healthz": {"ok": True}, "dbcheck": {"ok": True, "inserted": True}}


def run(*, order: Order, balancer: Balancer, course: Course) -> int:
    """Do the whole run and return its exit code."""
    preparation = _Preparation(order=order, course=course)
    try:
        record, account = preparation.run()
    except (Stopped, Interrupted, Abandoned):
        course.progress.say("Nothing was made, so nothing has to be cleaned up.")
        return course.exit_code()
    work = _Work(order=order, account=account, record=record, balancer=balancer, course=course)
    work.run()
    _finish(record, order=order, course=course)
    return course.exit_code()


class _Preparation:
    """The steps that only look."""

    def __init__(self, *, order: Order, course: Course) -> None:
        self._order = order
        self._course = course

    def run(self) -> tuple[Record, Account]:
        with self._course.step(Step.PREFLIGHT):
            account = self._preflight()
        with self._course.step(Step.DRIFT):
            secret = drift.read_secret(account.database_secret_arn)
            record = Record(order=self._order, secret=secret)
            self._course.progress.mask = record.mask
            drift.check_drift(secret=secret, database_identifier=account.database_identifier)
        return record, account

    def _preflight(self) -> Account:
        preflight.check_credentials()
        account = read_account(self._order.state)
        preflight.check_routes(vpc_id=account.vpc_id, public_subnets=account.public_subnets)
        left = ephemeral.expired(ephemeral.find_parts(), now=datetime.now(UTC))
        for run_id, count in Counter(part.run_id for part in left).items():
            self._course.progress.detail(f"Run {run_id} left {count} parts; python -m deploy.sweep --expired helps.")
        return account


class _Work:
    """The steps with a load balancer."""

    def __init__(self, *, order: Order, account: Account, record: Record, balancer: Balancer, course: Course) -> None:
        self._order = order
        self._account = account
        self._record = record
        self._balancer = balancer
        self._course = course
        self._variables: dict[str, object] = {
            "run_id": order.run_id,
            "expires_at": f"{order.expires_at:%Y-%m-%dT%H:%M:%SZ}",
            "state_bucket": order.state.bucket,
            "region": order.state.region,
            "alarm_topic_arn": account.alarm_topic_arn,
        }

    def run(self) -> None:
        try:
            self._plan()
            if self._order.is_dry_run:
                self._find_task(zones=tuple(self._account.public_subnets))
                return
        except (Stopped, Interrupted, Abandoned):
            self._course.progress.say("Nothing was made, so nothing has to be cleaned up.")
            return
        try:
            self._try_out()
        except (Interrupted, Abandoned):
            self._course.progress.say("Told to stop.")
        except Stopped:
            self._course.progress.say("The steps that are left out could not succeed either.")
        finally:
            self._clean_up()

    def _plan(self) -> None:
        with self._course.step(Step.PLAN), self._record.log("alb_plan") as log:
            self._balancer.plan(self._variables, log)
            owner = self._balancer.owner(ephemeral.find_parts())
            if owner not in (None, self._order.run_id):
                raise StepFailed(
                    f"Run {owner} uses the load balancer now. Wait until it ends; if it is dead, run "
                    f"python -m deploy.sweep --run-id {owner}."
                )

    def _try_out(self) -> None:
        with self._course.step(Step.APPLY), self._record.log("alb_apply") as log:
            balancer = self._balancer.apply(self._variables, told(log, detail=self._course.progress.detail))
        self._connect(balancer)
        found = {route: self._ask(step, route=route, balancer=balancer) for route, step in ROUTES.items()}
        with self._course.step(Step.LOG_LINES):
            for route, each in found.items():
                self._record.line(route, self._fetch_line(route, each))
        with self._course.step(Step.RECORD):
            self._record_facts(balancer)

    def _connect(self, balancer: LoadBalancer) -> None:
        address = self._find_task(zones=balancer.zones)
        port = self._account.container_port
        with self._course.step(Step.REGISTER):
            target.register(target_group_arn=balancer.target_group_arn, address=address, port=port)
        with self._course.step(Step.HEALTHY):
            target.wait_until_healthy(
                target_group_arn=balancer.target_group_arn,
                seconds=self._order.healthy_seconds,
                wait=self._course.interruption.wait,
                detail=self._course.progress.detail,
            )

    def _find_task(self, *, zones: tuple[str, ...]) -> str:
        with self._course.step(Step.TASK):
            found = find_task(cluster=self._account.cluster_name, service=self._account.web_service_name, zones=zones)
            self._course.progress.detail(f"task {found.task_id} at {found.address} in {found.zone}")
            return found.address

    def _ask(self, step: Step, *, route: str, balancer: LoadBalancer) -> Exchange:
        with self._course.step(step):
            found = exchange(
                f"/{route}",
                address=address_of(balancer.dns_name, connect_to=self._order.connect_to),
                seconds=self._order.answer_seconds,
                wait=self._course.interruption.wait,
            )
            self._record.answer(route, found)
            require(found, path=f"/{route}", body=BODIES[route])
            return found

    def _fetch_line(self, route: str, found: Exchange) -> log_line.LogLine:
        return log_line.fetch(
            log_group=self._account.log_group_name,
            route=route,
            found=found,
            seconds=self._order.log_seconds,
            wait=self._course.interruption.wait,
        )

    def _record_facts(self, balancer: LoadBalancer) -> None:
        listeners = client("elbv2").describe_listeners(LoadBalancerArn=balancer.arn)["Listeners"]
        if not listeners:
            raise StepFailed(f"The load balancer {balancer.dns_name} has no listener. Look at the stack 20-alb.")
        self._record.facts("listeners", listeners)
        self._record.facts("tg_health", target.health_of(balancer.target_group_arn))

    def _clean_up(self) -> None:
        CleanUp(order=self._order, balancer=self._balancer, course=self._course, variables=self._variables).run(
            self._record
        )


def _finish(record: Record, *, order: Order, course: Course) -> None:
    """Close the evidence. Of a run that failed, was told to stop or was abandoned it is kept as far as it goes."""
    course.interruption.is_cleaning_up = True
    with course.closing(Step.EVIDENCE):
        record.finish(result=_result(order, course=course))
        course.progress.detail(f"evidence in {order.evidence}")


def _result(order: Order, *, course: Course) -> Result:
    if course.failed or course.interruption.signal:
        return Result.FAILED
    return Result.RECORDED if order.is_dry_run else Result.PASSED
