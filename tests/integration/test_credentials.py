"""What leaves an archive names nobody: addresses as people paste them, in every report and message."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from archiver import urls
from archiver.credentials import Strength, redact_words, strength
from archiver.errors import ArchiverError, NotWeChat
from archiver.sources import read_list
from tests.support.command import Command, Run
from tests.support.paths import FIXTURES
from tests.support.wechat import World, numbered, pages

KEY = "3fa1c07be2d94856a1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f60718"
TICKET = "Zk3%2Binvented%2Fticket0Q1w2E3r4T5y6"
CREDENTIALS = f"key={KEY}&uin=MTIzNDU2Nzg5MA%3D%3D&pass_ticket={TICKET}&wxtoken=99123&openid=oInvented1&session_us=gh_1a2b&wap_sid2=CMOqInvented"
FIXTURE = FIXTURES / "article--old-2018" / "page.html"
SECRETS = (KEY, "MTIz", "Zk3", "99123", "oInvented1", "gh_1a2b", "CMOqInvented")
LONG = "https://mp.weixin.qq.com/s?__biz=MzA5MDAwMDAwMA==&mid=2247483650&idx=1&sn=0a1b2c3d4e5f60718293a4b5c6d7e8f9"


def _names_nobody(*told: str) -> None:
    assert [(secret, text) for text in told for secret in SECRETS if secret in text] == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pass_ticket", Strength.CERTAIN), ("passTicket", Strength.CERTAIN), ("wap_sid2", Strength.CERTAIN), ("WXTOKEN", Strength.CERTAIN),
        ("key", Strength.SHARED), ("Uin", Strength.SHARED), ("session", Strength.LIKELY), ("user-session", Strength.LIKELY),
        ("next_login_ticket", Strength.LIKELY), ("pt_sid", Strength.LIKELY), ("weapp_session_id", Strength.LIKELY),
        ("__biz", Strength.NONE), ("mid", Strength.NONE), ("sn", Strength.NONE), ("chksm", Strength.NONE), ("comment_id", Strength.NONE),
        ("appmsgid", Strength.NONE), ("reprint_ticket", Strength.NONE), ("bizuin", Strength.NONE), ("tempkey", Strength.NONE),
        ("signature", Strength.NONE), ("album_id", Strength.NONE), ("classid", Strength.NONE), ("keyword", Strength.NONE), ("", Strength.NONE),
    ],
)  # fmt: skip
def test_strength_of_parameter_names(name: str, expected: Strength) -> None:
    assert strength(name) is expected


@pytest.mark.parametrize(
    ("pasted", "expected"),
    [
        (f"{LONG}&key={KEY}&scene=1#rd", f"{LONG}&key=REDACTED&scene=1#rd"),
        (f"{LONG}&amp;key={KEY}&amp;scene=1", f"{LONG}&amp;key=REDACTED&amp;scene=1"),
        (f"https://mp.weixin.qq.com/s\\?a\\=b\\&key\\={KEY}\\&mid\\=1", "https://mp.weixin.qq.com/s\\?a\\=b\\&key\\=REDACTED\\&mid\\=1"),
        ("https://x.example/?u=https%3A%2F%2Fmp.weixin.qq.com%2Fs%3Fkey%3Dabcde%26mid%3D1&v=1", "https://x.example/?u=https%3A%2F%2Fmp.weixin.qq.com%2Fs%3Fkey%3DREDACTED%26mid%3D1&v=1"),
        ("https://x.example/?u=s%253Fkey%253Dabcde%2526mid%253D1", "https://x.example/?u=s%253Fkey%253DREDACTED%2526mid%253D1"),
        (f"看看 {LONG}&passTicket={KEY}，很好", f"看看 {LONG}&passTicket=REDACTED，很好"),
        ('{"link": 1, "key": "abc123def"}', '{"link": 1, "key": "REDACTED"}'),
        ("Cookie: wap_sid2=CMOq; pass_ticket=abc", "Cookie: wap_sid2=REDACTED; pass_ticket=REDACTED"),
        ("https://me:secret@mp.weixin.qq.com/s/x", "https://REDACTED@mp.weixin.qq.com/s/x"),
        ("saved/page@2x.html", "saved/page@2x.html"),
        (LONG, LONG),
        ("a token: the word, key: value", "a token: the word, key: value"),
        ("https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv", "https://mp.weixin.qq.com/s/AbCdEfGhIjKlMnOpQrStUv"),
    ],
)  # fmt: skip
def test_redact_words_replaces_secrets_and_is_idempotent(pasted: str, expected: str) -> None:
    assert redact_words(pasted) == expected
    assert redact_words(expected) == expected


PARAMETERS = st.sampled_from([
    "__biz=MzA5MDAwMDAwMA==", "mid=2247483650", "idx=1", "sn=0a1b2c3d4e5f60718293a4b5c6d7e8f9", "tempkey=abc12345", "scene=27",
    f"key={KEY}", "uin=MTIz%3D%3D", "pass_ticket=a%2Fb+c", "wxtoken=1234", "session_us=gh_1", "foo_ticket=abc123", "album_id=1234567890123456789",
    "target_url=https%3A%2F%2Fmp.weixin.qq.com%2Fs%3Fkey%3Dabcdef%26mid%3D1", "signature=a*b-c", "src=11", "timestamp=1", "key=", "uin=777",
])  # fmt: skip
PATHS = st.sampled_from(
    ["/s", "/s/AbCdEfGhIjKlMnOpQrStUv", "/mp/appmsgalbum", "/mp/homepage", "/mp/appmsg/show", "/mp/rumor"]
)
JOINTS = st.sampled_from(["&", "&amp;", "\\&"])


@given(PATHS, st.lists(PARAMETERS, max_size=9), JOINTS, st.sampled_from(["", "#rd", "#wechat_redirect&key=abcdef"]))
def test_parse_target_redacted_address_leads_to_same_article(path: str, query: list[str], joint: str, end: str) -> None:
    pasted = f"https://mp.weixin.qq.com{path}?{joint.join(query)}{end}"
    try:
        target = urls.parse_target(pasted)
    except NotWeChat:
        with pytest.raises(NotWeChat):
            urls.parse_target(redact_words(pasted))
        return
    assert urls.parse_target(target.source).url == target.url
    assert urls.parse_target(target.source).source == target.source
    for secret in (KEY, "MTIz", "a%2Fb", "abcdef", "wxtoken=1", "gh_1", "abc123&"):
        assert secret not in target.source + "&"
        assert secret not in target.url + "&"


def test_archiver_error_has_no_credentials() -> None:
    error = ArchiverError(f"no answer from https://me:pass1@x.example/?key={KEY}", concerns=f"{LONG}&{CREDENTIALS}")
    _names_nobody(str(error), error.concerns, str(error.args[0]))
    assert "pass1" not in str(error)


@pytest.mark.parametrize(
    "line",
    [
        f"https://example.org/s?{CREDENTIALS}", f"https://mp.weixin.qq.com/?{CREDENTIALS}", f'{{"adress": "{LONG}&{CREDENTIALS}"}}',
        f'{{"url": "{LONG}&{CREDENTIALS}', f"saved/s?{CREDENTIALS}.html", f"文章 https://example.org/?{CREDENTIALS} 看",
    ],
)  # fmt: skip
def test_read_list_invalid_line_reports_no_credentials(line: str) -> None:
    for entry in read_list([line]):
        _names_nobody(entry.source, entry.error)


def _written(run: Run, *files: Path) -> list[str]:
    return [run.out, run.err, *(file.read_text() for file in files)]


def _stored(folder: Path) -> list[str]:
    return [_content(path).decode("latin-1") for path in folder.rglob("*") if path.is_file()]


def _content(path: Path) -> bytes:
    if path.suffix != ".zst":
        return path.read_bytes()
    with path.open("rb") as stored:
        return zstandard.ZstdDecompressor().stream_reader(stored, read_across_frames=True).read()


@pytest.mark.parametrize("bad", ["", *(f"https://{host}/s?{CREDENTIALS}" for host in ("example.org", urls.HOST))])
def test_batch_reports_hide_credentials_and_failed_list_works(archiver: Command, world: World, bad: str) -> None:
    numbered.serve(world, (1,))
    one, two = (f"{address}?{CREDENTIALS}" for address in numbered.addresses((1, 2)))
    run = archiver.batch(archiver.write("list.txt", one, two, *filter(None, [bad])), "-v", "--failed", "again.txt")
    again = archiver.folder / "again.txt"
    _names_nobody(*_written(run, again), *_stored(archiver.folder / "out"))
    assert [outcome["source"].partition("?")[0] for outcome in run.outcomes if outcome["outcome"] == "archived"] == [
        numbered.addresses((1,))[0]
    ]
    numbered.serve(world, (2,))
    assert archiver.batch("again.txt", "--retry").counts["archived"] == 1


@pytest.mark.parametrize(
    "call",
    [
        ("add", f"https://example.org/?{CREDENTIALS}"), ("add", f"{LONG}?{CREDENTIALS}", "-v"), ("add", f"no/such?{CREDENTIALS}.html"),
        ("show", f"{LONG}&{CREDENTIALS}"), ("rm", f"{LONG}&{CREDENTIALS}"), ("verify", f"https://example.org/?{CREDENTIALS}"),
        ("history", f"{LONG}&{CREDENTIALS}"), ("rebuild", f"{LONG}&{CREDENTIALS}"), ("recheck", f"{LONG}&{CREDENTIALS}"),
        ("batch", "list.txt", f"{LONG}&{CREDENTIALS}"), ("add", LONG, "--proxy", f"htp://me:{KEY}@x:y:z/"),
    ],
    ids=lambda call: call[0],
)  # fmt: skip
def test_command_messages_have_no_credentials(offline: Command, call: tuple[str, ...]) -> None:
    assert offline("add", "-o", "out", "--no-media", FIXTURE).code == 0
    run = offline(*call) if call[0] == "batch" else offline(*call, "-o", "out")
    assert run.code != 0
    assert run.err
    _names_nobody(run.out, run.err)


def test_run_report_has_no_credentials(archiver: Command, world: World) -> None:
    numbered.serve(world, (1,))
    feed = f"https://res.wx.qq.com/feed.xml?token={KEY}"
    world.serve(feed, pages.page("no feed"))
    archiver.write("list.txt", f"{numbered.addresses((1,))[0]}?{CREDENTIALS}", f"https://{urls.HOST}/s?{CREDENTIALS}")
    archiver.write("archiver.yml", json.dumps({"sources": [{"feed": feed}, {"list": "list.txt"}]}))
    run = archiver("run", "-v", "--json", "--interval", "0", "--output", "out", "--report", "report.json")
    report = archiver.folder / "report.json"
    _names_nobody(*_written(run, report), *_stored(archiver.folder / "out"))
    told = json.loads(report.read_text())
    assert told["sources"][0]["name"] == "https://res.wx.qq.com/feed.xml?token=REDACTED"
    assert told["sources"][1]["listed"] == 1
    assert len(told["failed"]) == 2


def test_add_page_with_reader_credentials_stores_none(archiver: Command, world: World) -> None:
    """Nothing of the reader is left in the snapshot's record, the catalogue, the post and the exports."""
    address = numbered.addresses((1,))[0]
    answer = numbered.article(1)
    secret = f"<script>var wxtoken='99123',openid='oInvented1';document.cookie='wap_sid2=CMOqInvented';</script><a href='{LONG}&amp;{CREDENTIALS.replace('&', '&amp;')}'>x</a></body>"
    world.serve(address, pages.page(answer.body.decode().replace("</body>", secret)))
    assert archiver.add(f"{address}?{CREDENTIALS}").code == 0
    shown = archiver("show", "-o", "out", "--json", address)
    exported = archiver("export", "-o", "out", "--jsonl", "-")
    stored = _stored(archiver.folder / "out")
    assert any("wxtoken='0'" in content for content in stored)
    _names_nobody(shown.out, exported.out, *stored)
