"""Which Host names and origins are the reader's own."""

from __future__ import annotations

import pytest

from archiver.errors import UsageError
from archiver.site.security.address import ReaderAddress

LOCAL = ReaderAddress()
EVERYWHERE = ReaderAddress(host="0.0.0.0")
NAMED = ReaderAddress(host="192.168.1.2", port=9000)
BEHIND = ReaderAddress(base_url="https://Reader.Example")
SIXTH = ReaderAddress(host="::", port=9000)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        (LOCAL, "127.0.0.1:8765"),
        (LOCAL, "localhost:8765"),
        (LOCAL, "LOCALHOST:8765"),
        (LOCAL, "[::1]:8765"),
        (ReaderAddress(port=80), "127.0.0.1"),
        (ReaderAddress(port=80), "127.0.0.1:80"),
        (NAMED, "192.168.1.2:9000"),
        (NAMED, "localhost:9000"),
        (EVERYWHERE, "192.168.1.77:8765"),
        (EVERYWHERE, "[fe80::1]:8765"),
        (SIXTH, "[2001:db8::1]:9000"),
        (BEHIND, "reader.example"),
        (BEHIND, "reader.example:443"),
        (BEHIND, "127.0.0.1:8765"),
        (ReaderAddress(base_url="http://nas.local:81/"), "nas.local:81"),
    ],
)
def test_allows_host_own_name_with_port(address: ReaderAddress, host: str) -> None:
    assert address.allows_host(host)


@pytest.mark.parametrize(
    ("address", "host"),
    [
        (LOCAL, ""),
        (LOCAL, "127.0.0.1"),
        (LOCAL, "127.0.0.1:8766"),
        (LOCAL, "127.0.0.1:08765"),
        (LOCAL, "127.0.0.1:8765:8765"),
        (LOCAL, "evil.example:8765"),
        (LOCAL, "127.0.0.1.evil.example:8765"),
        (LOCAL, "localhost.:8765"),
        (LOCAL, "192.168.1.2:8765"),
        (LOCAL, "[::1]"),
        (NAMED, "192.168.1.3:9000"),
        (NAMED, "192.168.1.2:8765"),
        (EVERYWHERE, "evil.example:8765"),
        (EVERYWHERE, "192.168.1.77"),
        (EVERYWHERE, "192.168.1.77:80"),
        (EVERYWHERE, "192.168.1.77:٨٧٦٥"),
        (BEHIND, "reader.example:80"),
        (BEHIND, "evil.reader.example"),
        (BEHIND, ":443"),
    ],
)
def test_allows_host_any_other_name_is_refused(address: ReaderAddress, host: str) -> None:
    assert not address.allows_host(host)


@pytest.mark.parametrize(
    ("address", "origin", "host", "is_own"),
    [
        (LOCAL, "http://127.0.0.1:8765", "127.0.0.1:8765", True),
        (LOCAL, "http://localhost:8765", "localhost:8765", True),
        (LOCAL, "http://127.0.0.1:8766", "127.0.0.1:8765", False),
        (LOCAL, "https://127.0.0.1:8765", "127.0.0.1:8765", False),
        (LOCAL, "http://127.0.0.1", "127.0.0.1:8765", False),
        (LOCAL, "null", "127.0.0.1:8765", False),
        (LOCAL, "", "127.0.0.1:8765", False),
        (LOCAL, "://", "127.0.0.1:8765", False),
        (LOCAL, "http://", "127.0.0.1:8765", False),
        (EVERYWHERE, "http://6.6.6.6:8765", "192.168.1.77:8765", False),
        (EVERYWHERE, "http://192.168.1.77:8765", "192.168.1.77:8765", True),
        (BEHIND, "https://reader.example", "reader.example", True),
        (BEHIND, "https://reader.example", "127.0.0.1:8765", True),
        (BEHIND, "https://evil.example", "reader.example", False),
        (BEHIND, "http://reader.example", "reader.example", False),
        (BEHIND, "http://reader.example:443", "Reader.Example:443", False),
        (BEHIND, "http://127.0.0.1:8765", "127.0.0.1:8765", True),
        (ReaderAddress(base_url="http://nas.local:81"), "http://nas.local:81", "nas.local:81", True),
    ],
)
def test_allows_origin_of_the_reader_alone(address: ReaderAddress, origin: str, host: str, is_own: bool) -> None:
    assert address.allows_host(host)
    assert address.allows_origin(origin, host) is is_own


@pytest.mark.parametrize(
    ("address", "url", "is_local", "is_secure"),
    [
        (LOCAL, "http://127.0.0.1:8765/", True, False),
        (ReaderAddress(host="::1", port=80), "http://[::1]/", True, False),
        (ReaderAddress(host="127.8.8.8"), "http://127.8.8.8:8765/", True, False),
        (ReaderAddress(host="localhost"), "http://localhost:8765/", True, False),
        (EVERYWHERE, "http://127.0.0.1:8765/", False, False),
        (SIXTH, "http://127.0.0.1:9000/", False, False),
        (ReaderAddress(host="nas.local"), "http://nas.local:8765/", False, False),
        (BEHIND, "https://Reader.Example/", False, True),
        (ReaderAddress(base_url="http://localhost:81"), "http://localhost:81/", True, False),
    ],
)
def test_address_url_and_reach(address: ReaderAddress, url: str, is_local: bool, is_secure: bool) -> None:
    assert (address.public_url, address.is_local, address.is_secure) == (url, is_local, is_secure)


@pytest.mark.parametrize(
    "url",
    ["reader.example", "ftp://reader.example", "https://", "https://a/reader", "https://a?x", "https://a#x",
     "https://user:pass@a", "https://a:99999", "https://a:0", "https://[::1", "javascript:alert(1)"],
)  # fmt: skip
def test_base_url_that_is_more_or_less_than_a_host_is_usage_error(url: str) -> None:
    with pytest.raises(UsageError, match="--base-url"):
        ReaderAddress(base_url=url)
