"""The image without Docker: its build steps and its command, each in a file system of its own.

Where the tests run as root, that is a mount namespace with a root directory like the image's: the machine's programs
and Python read-only, what the Dockerfile makes under /opt, a new /tmp, and nothing else that can be written to.
Where they do not, the same steps run in a folder that is made read-only by its permissions.
"""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.deploy.container import dockerfile
from tests.deploy.serving import ROOT

BUILD, FINAL = dockerfile.stages()
PROGRAMS = ("bin", "sbin", "lib", "lib64", "usr", "etc")
# How this machine's pip finds packages is no business of the image's.
PASSED_ON = re.compile(r"PIP_.*|SSL_.*|.*_CA_.*|.*_proxy|.*_PROXY")
CHROOT = shutil.which("chroot", path="/usr/sbin:/sbin:/usr/bin:/bin")
USER = FINAL.only("USER").rest


def can_isolate() -> bool:
    """Whether this machine lets us make mount namespaces."""
    if os.geteuid() != 0 or not shutil.which("unshare") or not CHROOT:
        return False
    return subprocess.run(["unshare", "--mount", "true"], check=False, capture_output=True).returncode == 0


@dataclass(frozen=True, kw_only=True)
class Image:
    """The image in `folder`: `opt` is its /opt."""

    folder: Path

    @classmethod
    def built(cls, folder: Path) -> Image:
        """Perform the build stage: copy what COPY names and run what RUN says, as they stand in the Dockerfile."""
        image = cls(folder=folder)
        for each in ("opt", "build", "root"):
            (folder / each).mkdir()
        for instruction in BUILD.instructions:
            if instruction.word == "COPY":
                image._copy(*instruction.parts)
            elif instruction.word == "RUN":
                image._run(instruction.rest)
        return image

    def start(self, *command: str, output: Path, environment: dict[str, str]) -> subprocess.Popen[bytes]:
        """Start a command as the image does: its user, its variables, and only /tmp to write to."""
        variables = {name: self._here(value) for name, value in FINAL.environment.items()} | environment
        if can_isolate():
            arguments = ["unshare", "--mount", "--propagation", "private", "sh", "-euc", self._namespace(), "sh"]
            arguments += command
            home = "/"
        else:
            temporary = self.folder / "tmp"
            temporary.mkdir(exist_ok=True)
            variables |= {"HOME": str(temporary), "TMPDIR": str(temporary)}
            make_read_only(self.folder / "opt")
            arguments, home = list(command), self._here("/opt/papyrus")
            arguments[0] = shutil.which(command[0], path=variables["PATH"]) or command[0]
        with output.open("wb") as printed:
            return subprocess.Popen(
                arguments, env=variables, cwd=home, stdout=printed, stderr=printed, start_new_session=True
            )

    def files(self) -> dict[str, int]:
        """Everything under /opt with the time of its last change."""
        return {str(path): path.stat().st_mtime_ns for path in (self.folder / "opt").rglob("*")}

    def _copy(self, source: str, target: str) -> None:
        goal = self.folder / target.strip("/")
        for path in dockerfile.context():
            if path == source:
                _copy_file(path, goal / path)
            elif path.startswith(f"{source}/"):
                _copy_file(path, goal / path.removeprefix(f"{source}/"))

    def _run(self, script: str) -> None:
        passed_on = {name: value for name, value in os.environ.items() if PASSED_ON.fullmatch(name)}
        variables = passed_on | BUILD.environment | {"PATH": f"{sys.base_prefix}/bin:{os.defpath}", "HOME": "/tmp"}  # noqa: S108
        if can_isolate():
            arguments = ["unshare", "--mount", "--propagation", "private", "sh", "-euc", self._building(), "sh", script]
            home = "/"
        else:
            arguments, home = ["sh", "-euc", self._here(script)], self._here("/opt/papyrus")
            Path(home).mkdir(exist_ok=True)
        done = subprocess.run(
            arguments, env=variables, cwd=home, capture_output=True, text=True, check=False, timeout=240
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]

    def _here(self, text: str) -> str:
        """Put the image's own folders where they are on this machine, unless they are mounted in their place."""
        if can_isolate():
            return text.replace("/usr/local/bin:", f"{sys.base_prefix}/bin:")
        return re.sub(r"(?<![\w/])(/opt|/build|/var/lib/papyrus)\b", lambda found: str(self.folder) + found[1], text)

    def _building(self) -> str:
        """A shell script that shows the machine read-only, /opt and /build writable, and runs its argument."""
        lines = [
            # Where this machine may keep packages for pip.
            *self._mounted(also=[each for each in Path("/opt").iterdir() if each.is_dir()]),
            *_bound(self.folder / "build", f"{self._root}/build"),
            f'exec {CHROOT} {self._root} sh -euc "cd /opt/papyrus 2>/dev/null || cd /; $1"',
        ]
        return "\n".join(lines)

    def _namespace(self) -> str:
        """A shell script that makes the running image's file system and becomes its user and command."""
        lines = [
            *self._mounted(also=[]),
            f"mount -o remount,bind,ro {self._root}/opt",
            f"mount -o remount,bind,ro {self._root}",
            f'exec {CHROOT} --userspec={USER} --groups= {self._root} sh -c \'cd /opt/papyrus && exec "$@"\' sh "$@"',
        ]
        return "\n".join(lines)

    def _mounted(self, *, also: list[Path]) -> list[str]:
        root = self._root
        lines = [f"mount -t tmpfs -o mode=755 tmpfs {root}"]
        for name in PROGRAMS:
            place = Path("/", name)
            if place.is_symlink():
                lines.append(f"ln -s {shlex.quote(str(place.readlink()))} {root}/{name}")
            elif place.exists():
                lines += _bound(place, f"{root}/{name}", options="ro")
        lines += [*_bound(Path("/dev"), f"{root}/dev"), *_bound(Path("/proc"), f"{root}/proc")]
        lines += [f"mkdir -p {root}/tmp", f"mount -t tmpfs -o mode=1777 tmpfs {root}/tmp"]  # noqa: S108 - in `root`
        lines += _bound(self.folder / "opt", f"{root}/opt")
        python = [] if Path(sys.base_prefix).is_relative_to("/usr") else [Path(sys.base_prefix)]
        for each in (*python, *also):
            lines += _bound(each, f"{root}{each}", options="ro")
        return lines

    @property
    def _root(self) -> str:
        return shlex.quote(str(self.folder / "root"))


def _bound(source: Path, target: str, *, options: str = "") -> list[str]:
    lines = [f"mkdir -p {target}", f"mount --rbind {shlex.quote(str(source))} {target}"]
    return [*lines, f"mount -o remount,bind,{options} {target}"] if options else lines


def _copy_file(path: str, goal: Path) -> None:
    goal.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(ROOT / path, goal)


def make_read_only(folder: Path) -> None:
    for path in (folder, *folder.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode & ~0o222)
