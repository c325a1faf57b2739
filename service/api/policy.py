"""Who may ask what: what the operator has set, and what each operation needs."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field

from service.keys import Scope

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})


@dataclass(frozen=True, slots=True)
class Rule:
    """What an operation needs where keys are asked for; `private`: also where everybody may check claims."""

    scope: Scope
    private: bool = False
    writes: bool = False


ASK = Rule(Scope.CHECK)
RECALL = Rule(Scope.CHECK, private=True)  # a kept check by its id, which only those know who asked
OVERSEE = Rule(Scope.ADMIN, private=True)  # what others have asked
WRITE = Rule(Scope.ARTICLES_WRITE, private=True, writes=True)


@dataclass(frozen=True, slots=True)
class Policy:
    """The settings of access; `keys_required` None: wherever others than this machine can ask."""

    host: str = "127.0.0.1"  # the address that the service listens on
    hosts: tuple[str, ...] = ()  # further names under which it is asked
    origins: tuple[str, ...] = ()  # pages and extensions that may ask
    keys_required: bool | None = None
    proxies: int = 0  # in front of the service, each of which adds to X-Forwarded-For
    per_key: str = ""  # requests in a time, as flask-limiter writes it; empty for no limit
    per_address: str = ""
    rate_storage: str = field(default="memory://", repr=False)  # it may hold a password

    @property
    def is_shared(self) -> bool:
        """Return whether others than this machine can ask: a proxy or another name is there for them."""
        return not _is_loopback(self.host) or self.proxies > 0 or bool(self.hosts)

    def knows(self, name: str | None) -> bool:
        """Return whether a `Host` without its port is a name of this service.

        Where others can ask, any plain address is: a name can be led here by whoever owns it, an address cannot.
        """
        if name is None:
            return False
        if name in LOOPBACK_NAMES or name == self.host.lower() or name in self.hosts:
            return True
        return self.is_shared and _is_address(name)

    def needs_key(self, rule: Rule, *, shared: bool, has_keys: bool) -> bool:
        """Return whether an operation needs a key in this place."""
        if self.keys_required:
            return True
        if rule.writes:
            return shared or has_keys
        return shared and (rule.private or self.keys_required is None)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
