"""Which addresses a page may make us open, in every way they can be spelt."""

from __future__ import annotations

import pytest

from archiver.fetcher.ssrf import is_forbidden, may_connect


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
        "0.0.0.0", "224.0.0.1", "240.0.0.1", "255.255.255.255", "198.18.0.1",
        "[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[ff02::1]", "[fec0::1]", "[2001:db8::1]",
        "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]",
        "[3fff::1]", "[3fff:fff:ffff::1]", "[5f00::1]", "[100::1]", "[100:0:0:1::1]", "[64:ff9b:1::808:808]", "[2001:20::1]",
        "[2001:2::1]", "[2001:10::1]", "[2001::1]", "[2001:1::1]", "[2001:30::1]", "[2620:4f:8000::1]", "[4000::1]", "[fd00:ec2::254]",
        "[::ffff:0:8.8.8.8]", "[2002:a00:1::]", "[64:ff9b::a9fe:a9fe]", "[::ffff:100.100.100.200]", "[1::1]", "[8000::1]",
        "192.0.0.1", "192.0.0.8", "192.0.0.170", "192.0.2.1", "192.88.99.1", "192.31.196.1", "192.52.193.1", "192.175.48.1",
        "198.51.100.1", "203.0.113.1", "100.127.255.255", "239.255.255.250", "168.63.129.16",
        "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "0", "127.0.0.1.", "08.8.8.8",
        "localhost", "LOCALHOST", "localhost.", "a.localhost", "metadata.google.internal", "printer.local", "router",
    ],
)  # fmt: skip
def test_is_forbidden_true_for_non_public_hosts(host: str) -> None:
    assert is_forbidden(host)


@pytest.mark.parametrize(
    "host",
    [
        "mmbiz.qpic.cn",
        "example.com.",
        "8.8.8.8",
        "134744072",
        "[2606:4700::1111]",
        "[64:ff9b::808:808]",
        "[240e::1]",
        "[2001:200::1]",
        "[2400:3200::1]",
        "[3ffe::1]",
        "[2a00::1]",
        "192.0.1.1",
        "192.88.98.1",
        "223.5.5.5",
        "100.128.0.1",
    ],
)
def test_is_forbidden_false_for_public_hosts(host: str) -> None:
    assert not is_forbidden(host)


@pytest.mark.parametrize(
    "address", ["3fff::1", "5f00::1", "100::1", "192.0.0.8", "64:ff9b:1::1", "fe80::1%1", "::ffff:10.0.0.1"]
)
def test_may_connect_false_for_special_addresses(address: str) -> None:
    assert not may_connect(address)


def test_may_connect_true_for_fake_ip_proxy_range() -> None:
    assert may_connect("198.18.0.7")
    assert not may_connect("10.0.0.7")
