"""What the service says of itself: a line an event on standard error, as JSON, or as text for a terminal.

What a user asked or sent is no part of it. Texts reach a log by way of error messages and of gunicorn's remarks on
requests too, so both are looked at here, whoever writes them.
"""

from __future__ import annotations

import logging.config
import re
import sys
import traceback
from collections.abc import Callable, Iterator, MutableMapping
from functools import partial
from os import getpid
from typing import Any

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import Processor

from service.config import Settings

Line = MutableMapping[str, Any]

LEFT_OUT = "[left out, since it may repeat a claim or an article; WIRECHECK_LOG_CLAIMS=true shows it]"
_TELLING = 4  # letters of a word that gives a text away; "the" does not
_ASKED = re.compile(r"(?<=\?)\S+")
_FAILED = re.compile(r"^gunicorn\S* .*\brequest\b")  # what gunicorn says of a request of which Flask knows no more
_MALFORMED = re.compile(r"(Invalid request from ip=[^:\s]*(?::[0-9a-f:]+)?): .*", re.DOTALL)


def configure(settings: Settings) -> None:
    """Let this process, and those that it forks, log as the settings say."""
    logging.config.dictConfig(dict_config(settings))
    logging.captureWarnings(True)
    structlog.configure(
        processors=[*_common(), ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )


def dict_config(settings: Settings) -> dict[str, Any]:
    """Return how the standard library's logging is set up, ours, gunicorn's and everybody's lines in one form."""
    level = settings.log_level.upper()
    formatter = {
        "()": ProcessorFormatter,
        "processors": [ProcessorFormatter.remove_processors_meta, *_last(settings)],
        "foreign_pre_chain": [*_common(), structlog.stdlib.ExtraAdder()],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stderr"}},
        "root": {"level": level, "handlers": ["stderr"]},
        "loggers": {
            "gunicorn.error": {"level": level, "handlers": [], "propagate": True},
            "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
            "alembic": {"level": "WARNING"},
            "faiss": {"level": "WARNING"},
        },
    }


def teller(settings: Settings) -> Callable[[str], object]:
    """Return what tells a user at the start: in words at a terminal, as a line like all others elsewhere."""
    if is_json(settings):
        return structlog.get_logger("wirecheck.start").info  # type: ignore[no-any-return]
    return partial(print, file=sys.stderr)


def is_json(settings: Settings) -> bool:
    """Return whether lines are JSON: as set, and else where nobody reads along at a terminal."""
    return settings.log == "json" if settings.log else not sys.stderr.isatty()


def _common() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        _add_worker,
    ]


def _last(settings: Settings) -> list[Processor]:
    private: list[Processor] = [_tell_all] if settings.log_claims else [_keep_requests_private, _tell_errors]
    if is_json(settings):
        return [*private, structlog.processors.JSONRenderer()]  # ASCII: no character in it can end a line
    return [
        *private,
        _fit_for_a_terminal,
        structlog.dev.ConsoleRenderer(
            colors=sys.stderr.isatty(),
            timestamp_key="time",
            exception_formatter=structlog.dev.plain_traceback,  # the usual one shows local variables: texts, keys
        ),
    ]


def _add_worker(_logger: Any, _method: str, line: Line) -> Line:
    line["worker"] = getpid()
    return line


def _keep_requests_private(_logger: Any, _method: str, line: Line) -> Line:
    """Cut what gunicorn repeats of a request: its query string, and all of one that it cannot read."""
    if str(line.get("logger", "")).startswith("gunicorn"):
        line["event"] = _ASKED.sub("…", _MALFORMED.sub(r"\1", str(line["event"])))
    return line


def _tell_errors(_logger: Any, _method: str, line: Line) -> Line:
    """Write an exception out, without a message that may repeat what was asked; warnings are looked at too."""
    told = _telling(line)
    if line.get("logger") == "py.warnings":
        line["event"] = told(str(line["event"]))
    return _with_error(line, told)


def _telling(line: Line) -> Callable[[str], str]:
    """Return what leaves out a message that shares a word, or its beginning, with what the request at hand asked.

    Where that is not known word by word, each message is left out.
    """
    from service.api import exchanges  # Flask with it, which the command line does without

    texts = exchanges.asked()
    if texts is None or _FAILED.search(f"{line.get('logger')} {line['event']}"):
        return lambda _: LEFT_OUT
    words = {word for text in texts for word in _words(text)}
    return lambda message: LEFT_OUT if words & set(_words(message)) else message


def _tell_all(_logger: Any, _method: str, line: Line) -> Line:
    return _with_error(line, lambda message: message)


def _with_error(line: Line, told: Callable[[str], str]) -> Line:
    given = line.pop("exc_info", None)
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        line["exception"] = "\n".join(_written(error, told))
    return line


def _written(error: BaseException, told: Callable[[str], str]) -> Iterator[str]:
    """Yield the lines of a traceback, causes first."""
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _written(before, told)
        yield "then:"
    for frame in traceback.extract_tb(error.__traceback__):
        yield f'  File "{frame.filename}", line {frame.lineno}, in {frame.name}'
        yield f"    {frame.line}"
    message = " ".join(told(str(error)).split())
    yield f"{type(error).__qualname__}: {message}"


def _words(text: str) -> list[str]:
    """Return how the words of a text begin, so that a stem is known for its word."""
    return [word[:_TELLING] for word in re.findall(r"\w+", text.lower()) if len(word) >= _TELLING]


def _fit_for_a_terminal(_logger: Any, _method: str, line: Line) -> Line:
    """Take out what moves a terminal's cursor, changes its colors or begins a line of its own."""
    return {key: _visible(value, "\n" if key == "exception" else "") for key, value in line.items()}


def _visible(value: Any, allowed: str) -> Any:
    if not isinstance(value, str):
        return value
    return "".join(char if char.isprintable() or char in allowed else ascii(char)[1:-1] for char in value)
