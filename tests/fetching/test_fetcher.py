"""Fetching: only what may be asked, within limits, and politely. Asked is a server of the tests' own."""

from __future__ import annotations

import gzip
import socket

import pytest

from service.errors import FetchError
from service.fetching.addresses import is_public, target_of
from service.fetching.fetcher import Fetcher, Limits, Seen
from tests.fetching.conftest import Site


def fetcher(**limits: object) -> Fetcher:
    return Fetcher(Limits(**{"delay_s": 0.0, "private": True, "seconds": 10.0, **limits}))


def test_a_page_comes_with_its_address_and_kind(site: Site) -> None:
    site.put("/a", "<p>Low tide.</p>", ETag='"1"')
    page = fetcher().get(site.url("/a"))
    assert (page.body, page.url, page.seen.etag) == (b"<p>Low tide.</p>", site.url("/a"), '"1"')
    assert page.content_type.startswith("text/html")


def test_it_says_who_it_is_and_whom_it_asks(site: Site) -> None:
    site.put("/a", "x")
    fetcher(contact="https://desk.example").get(site.url("/a"))
    headers = site.asked[-1][1]
    assert headers["User-Agent"].startswith("wirecheck/")
    assert "https://desk.example" in headers["User-Agent"]
    assert headers["Host"] == f"localhost:{site.port}"


def test_an_unchanged_page_is_not_sent_again(site: Site) -> None:
    site.put("/a", "x", ETag='"7"')
    asking = fetcher()
    assert asking.get(site.url("/a"), Seen(etag='"7"')).unchanged
    assert not asking.get(site.url("/a"), Seen(etag='"6"')).unchanged


def test_a_moved_page_is_followed_to_where_it_is_but_not_for_ever(site: Site) -> None:
    site.put("/new", "here")
    site.move("/old", "/new", 301)
    site.move("/round", "/round")
    assert fetcher().get(site.url("/old")).url == site.url("/new")
    with pytest.raises(FetchError, match="moved more than"):
        fetcher().get(site.url("/round"))


@pytest.mark.parametrize("to", ["file:///etc/passwd", "ftp://localhost/x", "gopher://localhost/", "http://[broken/"])
def test_a_page_that_moves_out_of_the_web_is_not_followed(site: Site, to: str) -> None:
    site.move("/old", to)
    with pytest.raises(FetchError):
        fetcher().get(site.url("/old"))


def test_robots_are_obeyed(site: Site) -> None:
    site.put("/robots.txt", "User-agent: *\nDisallow: /closed\n", "text/plain")
    site.put("/closed/a", "x")
    site.put("/open", "y")
    asking = fetcher()
    with pytest.raises(FetchError, match=r"robots\.txt"):
        asking.get(site.url("/closed/a"))
    assert asking.get(site.url("/open")).body == b"y"
    assert [path for path, _ in site.asked] == ["/robots.txt", "/open"]


def test_a_host_that_cannot_say_what_is_allowed_is_left_alone(site: Site) -> None:
    site.pages["/robots.txt"] = (503, {}, b"")
    site.put("/a", "x")
    with pytest.raises(FetchError, match="503"):
        fetcher().get(site.url("/a"))


def test_it_waits_between_two_requests_to_one_host(site: Site) -> None:
    site.put("/robots.txt", "User-agent: *\nCrawl-delay: 3\n", "text/plain")
    site.put("/a", "x")
    time = Sleeper()
    asking = Fetcher(Limits(delay_s=2.0, private=True), clock=time.clock, sleep=time.sleep)
    for _ in range(3):
        asking.get(site.url("/a"))
    assert time.slept == [3.0, 3.0]


class Sleeper:
    """A clock that only sleep moves."""

    def __init__(self) -> None:
        self.now, self.slept = 100.0, []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.mark.parametrize("asked", ["86400", "1e300", "30.5"])
def test_a_host_that_wants_to_be_waited_for_too_long_is_left_alone(site: Site, asked: str) -> None:
    site.put("/robots.txt", f"User-agent: *\nCrawl-delay: {asked}\n", "text/plain")
    site.put("/a", "x")
    time = Sleeper()
    asking = Fetcher(Limits(delay_s=2.0, private=True), clock=time.clock, sleep=time.sleep)
    assert asking.get(site.url("/a")).body == b"x"  # nothing was asked before
    said = rf"localhost asks for {float(asked):g} seconds between requests; the most waited is 30".replace("+", r"\+")
    with pytest.raises(FetchError, match=said):
        asking.get(site.url("/a"))
    assert (time.slept, site.paths()) == ([], ["/a"])
    if float(asked) < 1e9:
        time.now += float(asked) - 1
        assert asking.get(site.url("/a")).body == b"x"
        assert time.slept == [1.0]


@pytest.mark.parametrize(("asked", "slept"), [("30", 30.0), ("inf", 2.0), ("nan", 2.0), ("-5", 2.0), ("soon", 2.0)])
def test_a_wait_takes_nothing_from_the_time_for_a_page(site: Site, asked: str, slept: float) -> None:
    site.put("/robots.txt", f"User-agent: *\nCrawl-delay: {asked}\n", "text/plain")
    site.put("/a", "x")
    time = Sleeper()
    asking = Fetcher(Limits(delay_s=2.0, seconds=1.0, private=True), clock=time.clock, sleep=time.sleep)
    assert [asking.get(site.url("/a")).body for _ in range(2)] == [b"x", b"x"]
    assert time.slept == [slept]


def test_a_delay_of_one_s_own_has_no_other_limit(site: Site) -> None:
    site.put("/a", "x")
    time = Sleeper()
    asking = Fetcher(Limits(delay_s=90.0, private=True), clock=time.clock, sleep=time.sleep)
    for _ in range(2):
        asking.get(site.url("/a"))
    assert time.slept == [90.0]


def test_a_page_that_is_too_long_is_not_read_to_its_end(site: Site) -> None:
    site.put("/long", b"x" * 200_000)
    with pytest.raises(FetchError, match="longer than 100,000 bytes"):
        fetcher(most_bytes=100_000).get(site.url("/long"))


def test_a_small_page_that_unpacks_into_a_huge_one_is_refused(site: Site) -> None:
    site.put("/bomb", gzip.compress(b"\0" * 50_000_000), Content_Encoding="gzip")
    with pytest.raises(FetchError, match="longer than"):
        fetcher(most_bytes=1_000_000).get(site.url("/bomb"))


def test_a_page_that_comes_drop_by_drop_is_given_up(site: Site) -> None:
    site.put("/slow", b"x" * 1000)
    site.slow["/slow"] = 0.05
    with pytest.raises(FetchError, match=r"took longer than 0\.5 seconds"):
        fetcher(seconds=0.5).get(site.url("/slow"))


@pytest.mark.parametrize("status", [404, 410, 500, 403])
def test_a_page_that_is_not_there_is_named_with_its_status(site: Site, status: int) -> None:
    site.pages["/gone"] = (status, {}, b"")
    with pytest.raises(FetchError, match=str(status)):
        fetcher().get(site.url("/gone"))


def test_a_host_that_refuses_is_one_line() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with pytest.raises(FetchError, match="could not be fetched") as raised:
        fetcher().get(f"http://127.0.0.1:{port}/")
    assert "\n" not in str(raised.value)


# --- what may not be asked ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "[::1]", "[::ffff:127.0.0.1]",
     "0.0.0.0", "[::]", "10.0.0.7", "192.168.1.1", "172.16.3.4", "169.254.169.254", "[fe80::1]", "[fd00::1]",
     "100.64.0.1", "224.0.0.1", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "255.255.255.255",
     "[::ffff:0:7f00:1]", "[::7f00:1]", "[64:ff9b:1::7f00:1]", "[64:ff9b:1::a00:7]", "[fec0::1]", "192.0.0.8",
     "127.0.0.1.", "LOCALHOST", "①②⑦.⓪.⓪.①", "017700000001", "127.0.0.1%2f@8.8.8.8"],
)  # fmt: skip
def test_nothing_but_the_open_internet_is_asked(host: str) -> None:
    with pytest.raises(FetchError, match=r"not a public address|is not known|is no|user name"):
        target_of(f"http://{host}:8000/x", private=False)


def test_a_page_that_moves_to_a_private_address_is_not_followed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """The first hop is let through as if it were public, the second is not."""
    site.move("/old", f"http://127.0.0.1:{site.port}/secret")
    site.put("/secret", "x")
    real = socket.getaddrinfo
    monkeypatch.setattr(
        "service.fetching.addresses.is_public", lambda address: address != "127.0.0.1" or next(answers, False)
    )
    answers = iter([True] * len({each[4][0] for each in real("localhost", site.port, type=socket.SOCK_STREAM)}))
    with pytest.raises(FetchError, match="not a public address"):
        fetcher(private=False).get(site.url("/old"))
    assert site.paths() == ["/old"]


def test_a_name_that_is_looked_up_twice_cannot_lead_elsewhere(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: the name is looked up once for each hop, and the checked address is connected to."""
    site.put("/a", "x")
    looked_up: list[str] = []
    real = socket.getaddrinfo

    def lookup(host: str, *rest: object, **more: object) -> object:
        looked_up.append(host)
        return real("127.0.0.1" if host == "rebinding.example" else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    assert fetcher().get(f"http://rebinding.example:{site.port}/a").body == b"x"
    assert looked_up.count("rebinding.example") == 1
    assert site.asked[-1][1]["Host"] == f"rebinding.example:{site.port}"


@pytest.mark.parametrize("url", ["", "no address", "https://", "file:///etc/passwd", "http://a:b@localhost/", "http://x:99999/",
                                 "javascript:alert(1)", "http://" + "a" * 300 + ".example/"])  # fmt: skip
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(FetchError):
        target_of(url, private=True)


@pytest.mark.parametrize("address", ["93.184.216.34", "2606:2800:220:1:248:1893:25c8:1946", "::ffff:8.8.8.8"])
def test_the_open_internet_may_be_asked(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    ["192.88.99.0", "192.88.99.1", "192.88.99.255", "::ffff:192.88.99.1", "2002:c058:6301::1", "64:ff9b::192.88.99.1",
     "5f00::", "5f00::1", "5f00:ffff::1"],
)  # fmt: skip
def test_what_is_routed_but_is_no_host_may_not(address: str) -> None:
    """Relays to 6to4, which were given up, and segments of a route."""
    assert not is_public(address)
