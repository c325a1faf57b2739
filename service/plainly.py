"""A fault on the command line is one line and an exit code, never a traceback."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import wraps
from typing import Any

import click

from service.api.plain import one_line
from service.errors import WirecheckError


def said_plainly(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn our errors into one line on standard error and their exit code."""

    @wraps(command)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except WirecheckError as error:
            click.echo(one_line(f"wirecheck: {error}"), err=True)
            sys.exit(error.exit_code)

    return wrapped
