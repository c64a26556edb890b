"""Who may have written a file, by its owner and permissions."""

from __future__ import annotations

import os
from types import SimpleNamespace

import pytest

from archiver import ownership
from archiver.ownership import why_not_trusted

pytestmark = pytest.mark.skipif(os.name != "posix", reason="Windows has no owners and permissions that are checked")

ME, GROUP = 1000, 1000


def status(mode: int, owner: int = ME, group: int = GROUP) -> os.stat_result:
    return os.stat_result((0o100000 | mode, 0, 0, 1, owner, group, 0, 0, 0, 0))


@pytest.fixture(autouse=True)
def _user(monkeypatch: pytest.MonkeyPatch) -> None:
    """The user `me`, whose group has no other member, and a group `staff` of several."""
    import grp
    import pwd

    groups = {1000: ("me", ["me"]), 50: ("staff", ["me", "you"])}
    monkeypatch.setattr(ownership.os, "geteuid", lambda: ME)
    monkeypatch.setattr(pwd, "getpwuid", lambda user: SimpleNamespace(pw_name="me", pw_gid=GROUP))
    monkeypatch.setattr(
        grp, "getgrgid", lambda group: SimpleNamespace(gr_name=groups[group][0], gr_mem=groups[group][1])
    )


@pytest.mark.parametrize(
    ("mode", "owner", "group"),
    [(0o600, ME, GROUP), (0o644, ME, 50), (0o664, ME, GROUP), (0o644, 0, 0)],
    ids=["own", "others read", "group of this user alone", "of root"],
)
def test_why_not_trusted_own_file(mode: int, owner: int, group: int) -> None:
    assert why_not_trusted(status(mode, owner, group)) == ""


@pytest.mark.parametrize(
    ("mode", "owner", "group", "reason"),
    [
        (0o600, 1001, GROUP, "it belongs to another user"),
        (0o646, ME, GROUP, "other users may change it (chmod go-w)"),
        (0o666, 0, 0, "other users may change it (chmod go-w)"),
        (0o664, ME, 50, "other users may change it (chmod go-w)"),
        (0o664, ME, 77, "other users may change it (chmod go-w)"),
    ],
    ids=["another user's", "anybody's", "root's and anybody's", "a group of several", "an unknown group"],
)
def test_why_not_trusted_file_of_others(mode: int, owner: int, group: int, reason: str) -> None:
    assert why_not_trusted(status(mode, owner, group)) == reason
