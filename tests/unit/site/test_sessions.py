"""Sessions, signatures and the token of a phone."""

from __future__ import annotations

from pathlib import Path

from archiver.site.security.api_token import ApiToken
from archiver.site.security.sessions import Sessions, Signer
from tests.unit.site.test_passwords import Clock


def test_session_is_valid_until_its_end() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    one, two = sessions.begin(), sessions.begin()
    assert one != two
    assert len(one) >= 43  # 256 bits
    sessions.end(one)
    assert not sessions.is_valid(one)
    assert sessions.is_valid(two)
    clock.time += 30 * 86_400
    assert not sessions.is_valid(two)


def test_session_unknown_or_of_another_process_is_not_valid() -> None:
    other = Sessions().begin()
    assert not any(map(Sessions().is_valid, ["", other, "\udcff", "x" * 100_000]))


def test_sessions_are_bounded_and_the_newest_stay() -> None:
    sessions = Sessions(Clock())
    first = sessions.begin()
    begun = [sessions.begin() for _ in range(1000)]
    assert not sessions.is_valid(first)
    assert all(map(sessions.is_valid, begun))


def test_sessions_keep_digests_alone() -> None:
    sessions = Sessions(Clock())
    session = sessions.begin()
    assert session not in str(vars(sessions))


def test_signature_is_valid_for_its_value_and_purpose_alone() -> None:
    signer = Signer()
    signature = signer.sign("media", "/media/postimg/a.png")
    assert signer.is_valid("media", "/media/postimg/a.png", signature)
    assert not signer.is_valid("media", "/media/postimg/b.png", signature)
    assert not signer.is_valid("form", "/media/postimg/a.png", signature)
    assert not Signer().is_valid("media", "/media/postimg/a.png", signature)
    assert not any(signer.is_valid("media", "/media/postimg/a.png", wrong) for wrong in ("", "签", "\udcff"))


def test_token_is_made_once_and_renewed(tmp_path: Path) -> None:
    path = tmp_path / "token"
    token = ApiToken(path)
    assert not token.is_valid("")
    first = token.show()
    assert ApiToken(path).show() == first
    assert path.stat().st_mode & 0o777 == 0o600
    second = ApiToken(path).renew()
    assert second != first
    assert (token.is_valid(first), token.is_valid(second)) == (False, True)


def test_token_that_others_may_have_read_is_not_valid(tmp_path: Path) -> None:
    path = tmp_path / "token"
    token = ApiToken(path)
    known = token.show()
    path.chmod(0o644)
    assert not token.is_valid(known)
    assert token.show() != known
    assert path.stat().st_mode & 0o777 == 0o600
