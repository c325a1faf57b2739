"""Which addresses may be asked. A name is looked up once, and what was checked is what is connected to."""

from __future__ import annotations

import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import quote, urlsplit, urlunsplit

from service.errors import FetchError

PORTS = {"http": 80, "https": 443}
_PATH, _QUERY = "/%:@!$&'()*+,;=~-._", "/%:@!$&'()*+,;=~-._?"


@dataclass(frozen=True, slots=True)
class Target:
    """An address as it is asked: the name and path that were given, and the numeric address to connect to."""

    url: str
    scheme: str
    host: str
    port: int
    path: str
    address: str

    @property
    def host_header(self) -> str:
        """Return the value of the `Host` header."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return name if self.port == PORTS[self.scheme] else f"{name}:{self.port}"

    @property
    def origin(self) -> str:
        """Return scheme, name and port: what a robots.txt speaks for."""
        return f"{self.scheme}://{self.host_header}"


def target_of(url: str, *, private: bool) -> Target:
    """Return where an address leads; raise `FetchError` where it is no web address, or not a public one.

    With `private`, addresses of this machine and of its own network may be asked too.
    """
    try:
        split = urlsplit(url.strip())
        port = split.port
        host = (split.hostname or "").encode("idna").decode("ascii") if split.hostname else ""
    except (UnicodeError, ValueError) as error:
        raise FetchError(f"{url:.200} is no address: {error}. Write it as https://host/path.") from error
    if split.scheme not in PORTS or not host:
        raise FetchError(f"{url:.200} is no web address: write it as https://host/path.")
    if split.username is not None or split.password is not None:
        raise FetchError(f"{split.scheme}://{host} was given with a user name: leave it out.")
    port = port or PORTS[split.scheme]
    address = _looked_up(host, port, private=private)
    path = quote(split.path or "/", safe=_PATH)
    asked = f"{path}?{quote(split.query, safe=_QUERY)}" if split.query else path
    clean = urlunsplit((split.scheme, split.netloc, split.path, split.query, ""))
    return Target(clean, split.scheme, host, port, asked, address)


def _looked_up(host: str, port: int, *, private: bool) -> str:
    """Return the first numeric address of a name; every one it has must be allowed, or none is asked."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise FetchError(f"The host {host} is not known: check the address, and the network.") from error
    addresses = list(dict.fromkeys(str(each[4][0]) for each in found))
    for address in addresses:
        if not (private or is_public(address)):
            raise FetchError(
                f"{host} leads to {address}, which is not a public address: nothing there is fetched unless "
                "WIRECHECK_FETCH_PRIVATE=true."
            )
    return addresses[0]


def is_public(address: str) -> bool:
    """Return whether a numeric address is one of the open internet, also when it is wrapped in IPv6."""
    number = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(number, ipaddress.IPv6Address):
        inner = number.ipv4_mapped or number.sixtofour or (number.teredo[1] if number.teredo else None)
        if inner is not None:
            return is_public(str(inner))
        if any(number in network for network in _TRANSLATED):  # the last four bytes are an IPv4 address
            return is_public(str(ipaddress.IPv4Address(int(number) & 0xFFFFFFFF)))
        if number.is_site_local:
            return False
    return number.is_global and not number.is_multicast and not any(number in network for network in _NO_HOSTS)


# NAT64, that of a network's own choice, SIIT, and the old form "IPv4-compatible".
_TRANSLATED = tuple(map(ipaddress.ip_network, ("64:ff9b::/96", "64:ff9b:1::/48", "::ffff:0:0:0/96", "::/96")))
# Of routers and translators, of relays to 6to4 (RFC 7526), and of segments of a route (RFC 9602): none is of hosts.
_NO_HOSTS = tuple(map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "5f00::/16")))
