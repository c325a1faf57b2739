"""The folder through which gunicorn's workers share the figures of `/metrics`: one for each start, gone at its end.

The master names it before any worker imports the Prometheus client, which then keeps its figures there.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_PREFIX = "wirecheck-metrics-"
# Shared memory first: the files are written at every request, and the rest of the file system may be read-only.
_PLACES = ("/dev/shm",)  # noqa: S108  # made with mkdtemp
_log = logging.getLogger(__name__)


def share(places: tuple[str, ...] = _PLACES) -> None:
    """Make this master's folder and name it to the workers; a reload keeps the one that is there."""
    mine = f"{_PREFIX}{os.getpid()}-"
    if Path(os.environ.get(FOLDER, "")).name.startswith(mine):
        return
    os.environ.pop(FOLDER, None)
    for place in (*places, None):
        with suppress(OSError):
            made = os.environ[FOLDER] = tempfile.mkdtemp(prefix=mine, dir=place)
            _sweep(Path(made).parent)
            return
    _log.warning("No folder for temporary files can be written to: /metrics tells the figures of one worker alone.")


def forget(pid: int) -> None:
    """Drop the figures of a dead worker that mean nothing once it is dead."""
    if os.environ.get(FOLDER):
        from prometheus_client.multiprocess import mark_process_dead

        mark_process_dead(pid)  # type: ignore[no-untyped-call]


def remove() -> None:
    """Remove this master's folder."""
    folder = Path(os.environ.get(FOLDER, ""))
    if folder.name.startswith(f"{_PREFIX}{os.getpid()}-"):
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(place: Path) -> None:
    """Remove the folders of masters that were killed."""
    for folder in place.glob(f"{_PREFIX}*"):
        pid = folder.name.removeprefix(_PREFIX).partition("-")[0]
        with suppress(FileNotFoundError):  # another master sweeps too
            if pid.isdigit() and folder.stat().st_uid == os.getuid() and not _lives(int(pid)):
                shutil.rmtree(folder, ignore_errors=True)


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
