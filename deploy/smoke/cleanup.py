"""What follows every run that may have made something."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack

from deploy import ephemeral, sweep
from deploy.ephemeral import Kind, Part
from deploy.evidence.folder import NotWritten
from deploy.smoke import target
from deploy.smoke.balancer import Balancer, Log, told
from deploy.smoke.course import REFUSALS, Course
from deploy.smoke.interruption import Abandoned
from deploy.smoke.order import Order
from deploy.smoke.record import Record
from deploy.smoke.steps import Step, StepFailed


class CleanUp:
    """Takes away what the run made: in Terraform's way, then by tag whatever Terraform does not know of."""

    def __init__(self, *, order: Order, balancer: Balancer, course: Course, variables: Mapping[str, object]) -> None:
        self._order = order
        self._balancer = balancer
        self._course = course
        self._variables = variables

    def run(self, record: Record) -> None:
        """Do every step, also after one failed; when the operator abandons it, say what is left."""
        self._course.interruption.is_cleaning_up = True
        try:
            with self._course.cleaning(Step.DEREGISTER):
                self._deregister()
            with self._course.cleaning(Step.DESTROY):
                self._destroy_on_record(record)
            with self._course.cleaning(Step.SWEEP):
                self._sweep()
            with self._course.cleaning(Step.NOTHING_LEFT):
                self._require_nothing_left()
        except Abandoned:
            self._tell_what_is_left()

    def _deregister(self) -> None:
        for part in self._parts():
            if part.kind is Kind.TARGET_GROUP:
                target.deregister_all(part.identity)

    def _destroy_on_record(self, record: Record) -> None:
        """Destroy, also when the log of it cannot be begun; that is the step's failure then."""
        refusal: NotWritten | None = None
        with ExitStack() as opened:
            try:
                log = opened.enter_context(record.log("alb_destroy"))
            except NotWritten as error:
                refusal, log = error, _unheard
            self._destroy(log)
        if refusal:
            raise refusal

    def _destroy(self, log: Log) -> None:
        owner = self._balancer.owner(ephemeral.find_parts())
        if owner not in (None, self._order.run_id):
            log(f"The state belongs to run {owner}; of this run's parts it knows nothing.")
            return
        self._balancer.destroy(self._variables, told(log, detail=self._course.progress.detail))

    def _sweep(self) -> None:
        sweep.clear_lock(self._order.state, is_stale=self._is_stale, say=self._course.progress.detail)
        sweep.destroy_parts(self._parts, say=self._course.progress.detail, wait=self._course.interruption.wait)

    def _is_stale(self, lock: sweep.Lock) -> bool:
        # Our Terraform has ended, so a lock that it took would be nobody's.
        return lock.created_at >= self._order.started_at and lock.is_of_this_user()

    def _require_nothing_left(self) -> None:
        if left := self._parts():
            raise StepFailed(f"{_listed(left)} Run python -m deploy.sweep --run-id {self._order.run_id}.")

    def _tell_what_is_left(self) -> None:
        course = self._course
        course.failed.append(Step.NOTHING_LEFT)
        try:
            left = self._parts()
        except REFUSALS as error:
            course.progress.say(f"What is left cannot be found out: {error}")
            return
        course.progress.say(f"Abandoned. {_listed(left)}")
        course.progress.say(f"Run python -m deploy.sweep --run-id {self._order.run_id} to make sure.")

    def _parts(self) -> list[Part]:
        return ephemeral.of_run(ephemeral.find_parts(), run_id=self._order.run_id)


def _unheard(line: str) -> None:
    pass


def _listed(parts: list[Part]) -> str:
    return f"Left: {', '.join(map(str, parts)) or 'nothing that is known'}."
