"""Redaction of real pages: nothing of the article changes, and a planted reader is gone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from archiver.extractor import classify, extract
from archiver.extractor.redaction import redact
from archiver.models import Page, State
from tests.support.pages import CAPTURED
from tests.support.paths import CORPUS

KEY = "3fa1c07be2d94856a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718"
STEMS = sorted(path.stem for path in (CORPUS / "pages").glob("*.html")) or ["missing"]


@pytest.mark.corpus
@pytest.mark.parametrize("stem", STEMS)
def test_redact_real_page_keeps_state_and_article(stem: str) -> None:
    content = (CORPUS / "pages" / f"{stem}.html").read_bytes()
    page = Page(source=f"{stem}.html", content=content, captured=CAPTURED, saved=True)
    kept = replace(page, content=redact(content)[0])
    assert redact(kept.content) == (kept.content, ())
    assert classify(kept) == classify(page)
    if classify(page).state is State.ARTICLE:
        assert extract(kept) == extract(page)


@pytest.mark.corpus
@pytest.mark.parametrize("stem", STEMS)
def test_redact_planted_reader_credentials_removed(stem: str) -> None:
    """The fields that clients fill, where this page has them empty."""
    content = (CORPUS / "pages" / f"{stem}.html").read_bytes()
    planted = content
    for empty, filled in (
        (b"var uin = '';", b"var uin = 'MTIzNDU2Nzg5MA==';"),
        (b"var key = '';", b"var key = '" + KEY.encode() + b"';"),
        (b"var pass_ticket = '';", b"var pass_ticket = 'planted/ticket';"),
        (b"user_uin: '0' * 1", b"user_uin: '1234567890' * 1"),
        (b'var user_uin = "" * 1', b'var user_uin = "1234567890" * 1'),
        (b"\\x26amp;idx=", b"\\x26amp;key=" + KEY.encode() + b"\\x26amp;idx="),
    ):
        planted = planted.replace(empty, filled)
    kept, names = redact(planted)
    assert bool(names) or planted == content
    assert not [
        secret
        for secret in (b"MTIzNDU2Nzg5MA==", KEY.encode(), b"planted/ticket", b"1234567890' * 1")
        if secret in kept
    ]


@pytest.mark.corpus
@pytest.mark.parametrize("stem", STEMS)
def test_redact_anonymous_page_unchanged(stem: str) -> None:
    """Only pages whose code or links hold somebody's session differ: account pages, walls, and a sample of WeChat's."""
    content = (CORPUS / "pages" / f"{stem}.html").read_bytes()
    kept, names = redact(content)
    assert set(names) <= {"appmsg_token", "cap_sid", "poc_sid", "sessionid", "ranksessionid", "session_us"}
    if b'appmsg_token = "13' not in content and b"poc_sid" not in content and b"ranksessionid=" not in content:
        assert kept == content
