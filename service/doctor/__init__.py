"""`wirecheck doctor`: what is wrong with an installation, and what to do about each thing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from service.config import Settings
from service.doctor import corpus, machine, weights
from service.doctor.finding import Finding, Level
from service.errors import SettingError

Check = Callable[[], Finding]


def examine(read: Callable[[], Settings] = Settings.from_env) -> Iterator[Finding]:
    """Yield a finding for each thing that must be right, as it is looked at; most cheap ones come first."""
    yield from (_safely(name, check) for name, check in _OF_THE_MACHINE.items())
    try:
        settings = read()
    except SettingError as error:
        yield Finding("settings", Level.FAILED, str(error), "correct the variables that are named")
        for name in _OF_THE_SETTINGS:
            yield Finding(name, Level.SKIPPED, "the settings cannot be read")
        return
    yield Finding("settings", Level.OK, "valid")
    for name, of_settings in _OF_THE_SETTINGS.items():
        yield _safely(name, lambda check=of_settings: check(settings))  # type: ignore[misc]


_OF_THE_MACHINE: dict[str, Check] = {
    "python": machine.python,
    "packages": machine.packages,
    "fts5": machine.fts5,
    "openmp": machine.openmp,
}
_OF_THE_SETTINGS: dict[str, Callable[[Settings], Finding]] = {
    "threads": machine.threads,
    "port": machine.port,
    "data": corpus.data,
    "database": corpus.database,
    "articles": corpus.articles,
    "embedder": weights.embedder,
    "stance": weights.stance,
    "models": weights.judged,
}


def _safely(name: str, check: Check) -> Finding:
    """Turn what a check did not foresee into a finding: the others must still be looked at."""
    try:
        return check()
    except Exception as error:  # whatever it is, it is what is wrong
        said = " ".join(f"{type(error).__name__}: {error}".split())
        return Finding(name, Level.FAILED, said, "see whether the installation is whole: pip install it again")
