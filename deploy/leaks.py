"""`python -m deploy.leaks`: look in the repository's files for what gives an account away, and show none of it."""

from __future__ import annotations

import ipaddress
import re
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.evidence.identifiers import RULES, Kind

# The other kinds, such as bucket names, are in order in source code, or cannot be told from it.
LOOKED_FOR = frozenset(
    {
        Kind.PRIVATE_KEY,
        Kind.CREDENTIALS_IN_URL,
        Kind.TOKEN,
        Kind.DATABASE_ENDPOINT,
        Kind.LOAD_BALANCER_HOST,
        Kind.RESOURCE_ID,
        Kind.LOAD_BALANCER_ID,
        Kind.DATABASE_ID,
        Kind.ACCESS_KEY_ID,
        Kind.SECRET_KEY,
        Kind.IPV4,
        Kind.ACCOUNT,
    }
)
# What documents and tests may show. IP addresses are judged by their range instead: private networks, loopback and the
# documentation's networks of RFC 5737 are nobody's.
EXAMPLES = frozenset(
    {
        *("123456789012", "111122223333", "444455556666", "777788889999"),  # accounts of AWS's documentation
        *("0123456789abcdef0", "0123456789abcdef", "1234567890abcdef0", "12345678", "1a2b3c4d"),  # its resource ids
        *("50dc6c495c0c9188", "73e2d6bc24d8a067", "1234567890"),  # its load balancers and target groups
        *("abcdefghijkl", "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "mock"),  # databases; the last of Terraform's mocked provider
        *("example", "secret", "password"),  # a host of RFC 2606, and what is no password
        *("490123456789", "870011000590"),  # a JAN and a registration number, each a digit short
    }
)
# Every key in AWS's documentation has it.
EXAMPLE_KEY = "EXAMPLE"
# A certificate is public, and its letters look like anything.
CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----\s+MI[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----")
# In a URL's credentials these begin the name of a variable.
VARIABLES = ("{", "$")


class NotLooked(Exception):
    """The files could not be listed; the sentence says why."""


@dataclass(frozen=True, kw_only=True)
class Leak:
    """What stands where."""

    path: str
    line: int
    kind: Kind

    def __str__(self) -> str:
        return (
            f"{self.path}:{self.line}: {self.kind}. Take it out and, if it was published, replace it; for an example "
            "use one of EXAMPLES in deploy/leaks.py."
        )


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; return 0 when nothing is found, 1 when something is, 2 when the files cannot be listed."""
    options = _parser().parse_args(arguments)
    try:
        paths = _files_below(options.paths) if options.paths else _files_of_the_repository()
    except NotLooked as error:
        print(error, file=sys.stderr)
        return 2
    leaks = [leak for path in paths for leak in leaks_in(path)]
    for leak in leaks:
        print(leak)
    print(f"Files looked at: {len(paths)}. Leaks: {len(leaks)}.", file=sys.stderr)
    return 1 if leaks else 0


def leaks_in(path: Path) -> list[Leak]:
    """Return what the file at `path` gives away, in order; nothing for a file that is not text."""
    content = path.read_bytes()
    if b"\0" in content:
        return []
    text = content.decode(errors="replace")
    certificates = [match.span() for match in CERTIFICATE.finditer(text)]
    found = {
        (text.count("\n", 0, position) + 1, rule.kind)
        for rule in RULES
        if rule.kind in LOOKED_FOR
        for position, value in rule.found(text)
        if not (_is_harmless(value, rule.kind) or _is_pinned_version(text, position))
        and not any(begins <= position < ends for begins, ends in certificates)
    }
    return [Leak(path=str(path), line=line, kind=kind) for line, kind in sorted(found)]


def _is_harmless(value: str, kind: Kind) -> bool:
    if kind is Kind.IPV4:
        return not _is_public(value)
    if kind is Kind.CREDENTIALS_IN_URL and any(sign in value for sign in VARIABLES):
        return True
    parts = {value.replace("-", ""), *re.split(r"[^A-Za-z0-9]+", value)}
    return EXAMPLE_KEY in value or not EXAMPLES.isdisjoint(parts)


def _is_pinned_version(text: str, position: int) -> bool:
    """Whether four numbers are not an address but the version of a requirement."""
    return text.endswith("==", 0, position)


def _is_public(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_global
    except ValueError:
        return False


def _files_of_the_repository() -> list[Path]:
    """Those of git, and those that are about to be, as long as they are not ignored."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, capture_output=True, check=True, timeout=60).stdout.decode()
    except (OSError, subprocess.SubprocessError) as error:
        raise NotLooked(f"git does not list the files: {error}. Run this in a checkout, or name files.") from error
    return [path for path in map(Path, sorted(filter(None, listed.split("\0")))) if _is_plain(path)]


def _files_below(names: Sequence[Path]) -> list[Path]:
    missing = [str(name) for name in names if not name.exists()]
    if missing:
        raise NotLooked(f"There is no {', '.join(missing)}. Name files or folders that exist.")
    return sorted({path for name in names for path in ([name] if name.is_file() else _plain_below(name))})


def _plain_below(folder: Path) -> Iterator[Path]:
    return filter(_is_plain, folder.rglob("*"))


def _is_plain(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="python -m deploy.leaks",
        description="Look for account ids, keys, endpoints, resource ids and public IP addresses.",
        epilog="Exit codes: 0 nothing found, 1 something found, 2 wrong arguments or no list of files.",
    )
    parser.add_argument("paths", nargs="*", type=Path, metavar="PATH", help="default: the files of the repository")
    return parser


if __name__ == "__main__":
    sys.exit(main())
