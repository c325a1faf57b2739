"""Who may ask and change what, as the settings and the kept keys have it: for the app, and said at the start."""

from __future__ import annotations

from service.api.policy import ASK, WRITE, Policy
from service.config import Settings
from service.corpus.keys import StoreKeys
from service.keys import now
from service.opening import open_store


def policy_of(settings: Settings) -> Policy:
    """Return what the settings say of access."""
    return Policy(
        host=settings.host,
        hosts=settings.hosts,
        origins=settings.cors_origins,
        keys_required=settings.api_keys_required,
        proxies=settings.proxies,
        per_key=settings.rate_per_key,
        per_address=settings.rate_per_address,
        rate_storage=settings.rate_storage,
    )


def access_said(settings: Settings) -> str:
    """Return in one line who may do what, and what to do where nobody may."""
    policy = policy_of(settings)
    store = open_store(settings)
    try:
        kept = StoreKeys(store).all()
    finally:
        store.close()
    place = {"shared": policy.is_shared, "has_keys": bool(kept)}
    if not policy.needs_key(WRITE, **place):
        return "There is no API key: any program on this machine may check claims and change articles, without a limit."
    asked = "and to check claims" if policy.needs_key(ASK, **place) else "but not to check claims"
    needed = f"An API key is needed to change articles, {asked}."
    if any(key.fault(now()) is None for key in kept):
        return needed
    return f"{needed} There is none that is good: `wirecheck keys create` makes one."
