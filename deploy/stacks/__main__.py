"""What an operator types: `python -m deploy.stacks VERB STACK`."""

from __future__ import annotations

import argparse
import json
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from deploy.evidence.masking import Mask
from deploy.sdk.clients import region
from deploy.sdk.refusals import sentence_of
from deploy.stacks.stack import STACKS, Log, Stack, TerraformFailed, TerraformMissing, declared_variables, stacks_upon
from deploy.stacks.state_store import StateStore, WrongRegion, account_store, bootstrap, has_resources

WORK_FOLDER = Path("var") / "terraform"
# SIGHUP is a terminal that was closed. Terraform has a session of its own and would go on without anybody reading it.
STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
# What Terraform says when a step before this one is missing, and that step.
REMEDIES = {
    "NoSuchBucket": "There is no bucket for the states yet. Run `python -m deploy.stacks bootstrap` first.",
    "No stored state was found": "This stack builds on others. Apply these first, in this order: {earlier}.",
    "is object with no attributes": "This stack builds on others, of which one was destroyed. Apply these "
    "first, in this order: {earlier}. A destroy needs them, too.",
}
TEMPORARY = "20-alb"
SET_BY_THE_ENVIRONMENT = ("region", "state_bucket")
NO_STATE = StateStore(bucket="validation-only", region="us-west-2")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return the exit code: 0 when it succeeded, 1 when not, 2 for wrong arguments."""
    known = _parser()
    asked = known.parse_args(arguments)
    if mistake := _mistake(asked):
        known.error(mistake)
    try:
        return _VERBS[asked.verb](asked)
    except TerraformMissing as missing:
        print(missing, file=sys.stderr)
    except WrongRegion as wrong:
        print(wrong, file=sys.stderr)
    except TerraformFailed as failure:
        _tell(failure, has_been_shown=asked.verb != "output")
    except (BotoCoreError, ClientError) as error:
        print(sentence_of(error), file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m deploy.stacks", description="Terraform for one stack.")
    parser.add_argument("--work-folder", type=Path, default=WORK_FOLDER, help="for Terraform's own files (%(default)s)")
    parser.add_argument("--state-bucket", help="by default the bucket that bootstrap makes in this account")
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("bootstrap", help="make the bucket with the states, once in an account")
    for verb, does in _DOES.items():
        made = verbs.add_parser(verb, help=does)
        made.add_argument("stack", choices=STACKS)
        made.add_argument("--var", action="append", default=[], metavar="NAME=VALUE", type=_assignment)
        made.add_argument("--yes", action="store_true", help="apply or destroy without asking")
    made = verbs.add_parser("validate", help="check the files of all stacks, without an account")
    made.add_argument("stack", choices=STACKS, nargs="?")
    return parser


CHANGING = ("apply", "destroy")
_DOES = {
    "plan": "say what apply would change",
    "apply": "make AWS what the files say",
    "destroy": "destroy the stack",
    "output": "print the outputs as JSON",
}


def _assignment(text: str) -> tuple[str, object]:
    """Read NAME=VALUE. A list, an object and null are read as JSON, anything else is text."""
    name, separator, value = text.partition("=")
    if not separator or not name:
        raise argparse.ArgumentTypeError(f'"{text}" is not NAME=VALUE')
    if value != "null" and not value.startswith(("[", "{")):
        return name, value
    try:
        return name, json.loads(value)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f'the value of "{name}" is not JSON: {error}') from error


def _mistake(asked: argparse.Namespace) -> str | None:
    """Return what is wrong with the names given by --var. Terraform would only warn, and apply without the value."""
    if not (given := [name for name, _ in getattr(asked, "var", ())]):
        return None
    # A value of its own would win, and leave the parts in one region and their state in another.
    if ours := [f'"{name}"' for name in given if name in SET_BY_THE_ENVIRONMENT]:
        return f"{', '.join(ours)} cannot be given by --var. Set AWS_REGION, or give --state-bucket before the verb."
    declared = [name for name in declared_variables(asked.stack) if name not in SET_BY_THE_ENVIRONMENT]
    unknown = [f'"{name}"' for name in given if name not in declared]
    if not unknown:
        return None
    return f"{asked.stack} has no variable {', '.join(unknown)}. It has: {', '.join(declared)}."


def _tell(failure: TerraformFailed, *, has_been_shown: bool) -> None:
    """Say on stderr what failed, and what to do if that is known; show why unless Terraform's lines were shown."""
    if not has_been_shown:
        print(Mask()(failure.tail), file=sys.stderr)
    print(f"terraform {failure.verb} of {failure.stack} failed with exit code {failure.exit_code}.", file=sys.stderr)
    earlier = ", ".join(name for name in STACKS[: STACKS.index(failure.stack)] if name != TEMPORARY)
    for sign, remedy in REMEDIES.items():
        if sign in failure.tail:
            print(remedy.format(earlier=earlier), file=sys.stderr)


def _store(asked: argparse.Namespace) -> StateStore:
    return StateStore(bucket=asked.state_bucket, region=region()) if asked.state_bucket else account_store()


def _clock() -> Log:
    started = time.monotonic()
    return lambda line: print(f"{time.monotonic() - started:7.1f} s  {line}", flush=True)


def _bootstrap(asked: argparse.Namespace) -> int:
    store = _store(asked)
    bootstrap(store)
    print(f"The bucket {store.bucket} in {store.region} is ready: versioned, encrypted, private.")
    return 0


def _on_stack(asked: argparse.Namespace) -> int:
    if asked.verb in CHANGING and not asked.yes and not sys.stdin.isatty():
        print(f"{asked.verb} asks before it changes anything. Where nobody can answer, add --yes.", file=sys.stderr)
        return _unchanged()
    log = _clock()
    store = _store(asked)
    if asked.verb == "destroy" and (upon := _standing_upon(asked.stack, store=store)):
        print(
            f"What builds on {asked.stack} must go first. Destroy, in this order: {', '.join(upon)}.", file=sys.stderr
        )
        return _unchanged()
    stack = Stack(name=asked.stack, state=store, work_folder=asked.work_folder.resolve())
    # Terraform finishes the step it is in and writes its state; killing it would lose what was just made.
    for number in STOPPING:
        signal.signal(number, lambda *_: stack.interrupt())
    stack.init(log if asked.verb != "output" else lambda line: None)
    if asked.verb == "output":
        print(json.dumps(stack.outputs(), indent=2, ensure_ascii=False))
    elif asked.verb == "plan":
        stack.plan(dict(asked.var), log)
    else:
        return _change(stack, asked=asked, log=log)
    return 0


def _standing_upon(name: str, *, store: StateStore) -> list[str]:
    """Return the stacks that need `name` and are there, in the order in which they may go.

    Destroyed before them it would break what runs, end half-way, and leave none of them able to be destroyed.
    """
    return [each for each in reversed(stacks_upon(name)) if has_resources(store, stack=each)]


def _change(stack: Stack, *, asked: argparse.Namespace, log: Log) -> int:
    variables = dict(asked.var)
    if not asked.yes and not _confirmed(stack, asked=asked, log=log):
        return _unchanged()
    change = stack.apply if asked.verb == "apply" else stack.destroy
    change(variables, log)
    log(f"{asked.verb} of {stack.name} is done")
    return 0


def _unchanged() -> int:
    print("Nothing was changed.")
    return 1


def _confirmed(stack: Stack, *, asked: argparse.Namespace, log: Log) -> bool:
    show = stack.plan if asked.verb == "apply" else stack.plan_destruction
    show(dict(asked.var), log)
    return _answer(f"{asked.verb} {stack.name}? Type the stack's name: ") == stack.name


def _answer(question: str) -> str:
    """Ask at the terminal. Ctrl-C, Ctrl-D and SIGTERM are no answer: no Terraform runs that must end in order."""
    kept = {number: signal.signal(number, signal.default_int_handler) for number in STOPPING}
    try:
        return input(question)
    except (EOFError, KeyboardInterrupt):
        print()
        return ""
    finally:
        for number, handler in kept.items():
            signal.signal(number, handler)


def _validate(asked: argparse.Namespace) -> int:
    log = _clock()
    for name in [asked.stack] if asked.stack else STACKS:
        log(f"{name}:")
        Stack(name=name, state=NO_STATE, work_folder=asked.work_folder.resolve()).validate(log)
    return 0


_VERBS = {"bootstrap": _bootstrap, "validate": _validate} | dict.fromkeys(_DOES, _on_stack)


if __name__ == "__main__":
    sys.exit(main())
