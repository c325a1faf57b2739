"""How both clients connect."""

from __future__ import annotations

from typing import Any

import httpx

TIMEOUT_S = 60.0
_CONNECT_S = 10.0
_AGENT = "wirecheck-client/0.1.0"


def httpx_options(base_url: str, api_key: str | None, timeout_s: float) -> dict[str, Any]:
    """Return the options of an httpx client; raise `ValueError` for what is no address of a service."""
    if not base_url.lower().startswith(("http://", "https://")):
        raise ValueError(f"base_url is {base_url!r:.80}; it must begin with http:// or https://")
    headers = {"User-Agent": _AGENT, "Accept": "application/json, application/x-ndjson"}
    if api_key:
        headers["Authorization"] = f"Bearer {api_key}"
    # Redirects are not followed: the key is for this address only.
    timeout = httpx.Timeout(timeout_s, connect=min(timeout_s, _CONNECT_S))
    return {"base_url": base_url, "headers": headers, "timeout": timeout, "follow_redirects": False}
