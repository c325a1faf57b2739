"""Behind gunicorn as it is set: what a proxy says of the scheme is believed where the service was told of a proxy."""

from __future__ import annotations

from pathlib import Path

from tests.faults.running import Running


def test_a_proxy_that_the_service_was_told_of_says_the_scheme(tmp_path: Path) -> None:
    server = Running(tmp_path, {"PROXIES": "1"})
    try:
        server.start(until_ready=False)
        secure = server.ask("GET", "/healthz", **{"X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.7"})
        plain = server.ask("GET", "/healthz", **{"X-Forwarded-Proto": "http", "X-Forwarded-For": "192.0.2.7"})
        none = server.ask("GET", "/healthz", **{"X-Forwarded-Ssl": "on"})
    finally:
        server.kill()
    assert [answer.status for answer in (secure, plain, none)] == [200, 200, 200]
    told = ["strict-transport-security" in answer.headers for answer in (secure, plain, none)]
    assert told == [True, False, False]
