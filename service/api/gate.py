"""Every request to an operation passes here: who asks is found out, counted, and let in or refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Flask, g, request

from service.api import rates
from service.api.credentials import key_of, refuse_key_in_address, refused
from service.api.guard import came_through_proxy, is_foreign, refuse_foreign
from service.api.policy import Policy, Rule
from service.api.problems import Problem
from service.api.rates import Counted
from service.errors import UnreachableError
from service.keys import Key, KeyRing


@dataclass(frozen=True, slots=True)
class Visit:
    """A request as it was found: its key, what is wrong with that, whether others can ask and keys are kept."""

    rule: Rule
    key: Key | None
    fault: Problem | None
    shared: bool
    has_keys: bool


def register(app: Flask, rules: Mapping[str, Rule], policy: Policy, keys: KeyRing) -> None:
    """Let no request to an endpoint with a rule pass but as the policy says.

    A request is counted before it is refused, so that a wrong key counts too.
    """

    @app.before_request
    def _look() -> None:
        rule = rules.get(request.endpoint or "")
        if rule is not None and request.method != "OPTIONS":
            g.visit = _seen(rule, policy, keys)

    def _counted() -> Counted | None:
        visit: Visit | None = g.get("visit")
        # Nobody else can ask and nobody wants to know who does: then nobody is counted either.
        if visit is None or not (visit.shared or visit.has_keys or policy.keys_required):
            return None
        return rates.counted(request, visit.key, policy)

    rates.limit(app, policy.rate_storage, _counted)

    @app.before_request
    def _admit() -> None:
        visit: Visit | None = g.get("visit")
        if visit is not None:
            admit(visit, policy)
            if visit.key is not None:
                keys.used(visit.key)


def asker() -> str:
    """Return the id of the key that the present request showed, or an empty text."""
    visit: Visit | None = g.get("visit")
    return visit.key.id if visit is not None and visit.key is not None else ""


def admit(visit: Visit, policy: Policy) -> None:
    """Raise the problem of a request that may not go on."""
    refuse_key_in_address(request)
    if visit.fault is not None:
        raise visit.fault
    rule, key = visit.rule, visit.key
    # A foreign page has no key that it could show, and must not gain by there being no key.
    if rule.writes or key is None:
        refuse_foreign(request, policy, rule)
    needed = policy.needs_key(rule, shared=visit.shared, has_keys=visit.has_keys)
    if (needed or (rule.writes and is_foreign(request))) and (key is None or rule.scope not in key.scopes):
        raise refused(rule, key)


def _seen(rule: Rule, policy: Policy, keys: KeyRing) -> Visit:
    key, fault = None, None
    try:
        key = key_of(request, keys)
    except Problem as problem:
        fault = problem
    shared = policy.is_shared or came_through_proxy(request)
    return Visit(rule, key, fault, shared, has_keys=key is not None or _has_keys(rule, keys))


def _has_keys(rule: Rule, keys: KeyRing) -> bool:
    """Return whether keys are kept; yes where that cannot be known now, and a write is then not let in at all."""
    try:
        return not keys.is_empty()
    except UnreachableError:
        if rule.writes:
            raise
        return True
