"""Whether the address to serve on can be had: asked before anything that takes long."""

from __future__ import annotations

import socket

from service.errors import SettingError


def must_be_free(host: str, port: int) -> None:
    """Raise `SettingError` where the address cannot be listened on, in use by another program or not this machine's."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, kind, _, _, address = found[0]
        with socket.socket(family, kind) as tried:
            tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            tried.bind(address)
    except OSError as error:
        raise SettingError(
            f"{host}:{port} cannot be listened on ({error.strerror}): stop the program that does, or set another "
            "WIRECHECK_PORT or WIRECHECK_HOST."
        ) from error
