"""Pages made to do harm, as styled articles: nothing runs, nothing is loaded, nothing takes long."""

from __future__ import annotations

import json
import time

import pytest

from archiver.models import Page
from tests.support.harm import ACTIVE, BODIES, SCRIPT, TEXTS, spoken
from tests.support.harmless_styled import check_styled, styled_of
from tests.support.mutations import mutated
from tests.support.pages import CAPTURED, article_html, page_of
from tests.support.paths import FIXTURES
from tests.support.styles import LOADING, PAGE_STYLES

SLOWEST = 5.0  # seconds of processor time for one page, several times what it takes
SMALL = sorted(FIXTURES.glob("*--*/page.html"))


def document_of(body: str, *, head: str = "", cgi: str = "") -> str:
    document = styled_of(page_of(article_html(SCRIPT, head=head, cgi=cgi, body=body)))
    assert document is not None
    return document


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_styled_hostile_text_stays_text(body: str, text: str) -> None:
    check_styled(document_of(spoken(body, text)))


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
def test_styled_hostile_metadata_stays_text(text: str) -> None:
    fields = ("title", "nick_name", "author", "desc", "alias", "user_name", "cdn_url", "source_url", "link")
    cgi = ",".join(f"{name}: {json.dumps(text)}" for name in fields)
    more = f"claim_source: {{claim_source: {json.dumps(text)}}}, ip_wording: {{province_name: {json.dumps(text)}}}"
    check_styled(document_of("<p>正文</p>", cgi=f"{cgi}, {more}"))


@pytest.mark.parametrize("body", ACTIVE.values(), ids=ACTIVE)
def test_styled_active_content_is_made_harmless(body: str) -> None:
    check_styled(document_of(f"<p>正文</p>{body}"))


@pytest.mark.parametrize("body", LOADING.values(), ids=LOADING)
def test_styled_foreign_addresses_are_not_loaded(body: str) -> None:
    document = document_of(f"<p>正文</p>{body}")
    check_styled(document)
    assert "evil.example" not in document.replace('<a href="https://evil.example/', "")


@pytest.mark.parametrize("css", PAGE_STYLES.values(), ids=PAGE_STYLES)
def test_styled_foreign_addresses_in_page_rules_are_not_loaded(css: str) -> None:
    document = document_of('<p class="a">正文</p>', head=f"<style>{css}</style>")
    check_styled(document)
    assert "evil.example" not in document


@pytest.mark.parametrize("page", SMALL, ids=lambda page: page.parent.name)
def test_styled_mutated_page_is_harmless(page, request: pytest.FixtureRequest) -> None:
    run = request.config.getoption("randomly_seed", default=0)
    for turn in range(50 if request.config.getoption("--long") else 2):
        seed = f"{page.parent.name}:{run}:{turn}"
        document = styled_of(Page(source=seed, content=mutated(page.read_bytes(), seed), captured=CAPTURED))
        try:
            check_styled(document) if document else None
        except Exception as error:
            error.add_note(f"the seed is {seed!r}: tests.support.mutations.mutated(page, seed)")
            raise


# What grows with the square of its length takes minutes here.
BOMBS = {
    "attributes": "<p " + " ".join(f'a{n}="1"' for n in range(20_000)) + ">字</p>",
    "deep": "<section style='color:red'>" * 20_000 + "字",
    "a long style": f'<p style="{"color:red;" * 200_000}">字</p>',
    "a long value": f'<p style="font-family:{"a" * 1_000_000}">字</p>',
    "open parentheses": f'<p style="width:{"calc(" * 200_000}">字</p>',
    "open quotes": "<p style='font-family:" + '"' * 200_000 + "'>字</p>",
    "many addresses": f'<p style="background:{"url(//a/) " * 100_000}">字</p>',
    "variables": f'<p style="color:{"var(--a," * 50_000}">字</p>',
    "white space": f'<p style="background:url({" " * 500_000}">字</p>',
    "comments": f'<p style="{"/*" * 300_000}">字</p>',
    "many styles": "".join(f'<p style="margin:{n}px">字</p>' for n in range(20_000)),
    "classes": f'<p class="{" ".join(f"c{n}" for n in range(100_000))}">字</p>',
}
SHEET_BOMBS = {
    "rules": "p{color:red}" * 200_000,
    "selectors": "p," * 300_000 + "p{color:red}",
    "a long selector": "p " * 400_000 + "{color:red}",
    "open braces": "p{" * 300_000,
    "closing braces": "}" * 500_000,
    "compounds": ".a" * 300_000 + "{color:red}",
    "comments": "/*" * 300_000,
    "a long rule that is not copied, many times": f"{'.rich_media,' * 20_000}.rich_media{{{'x:y;' * 2_000}}}",
    "a long rule, many times": f"{'p,' * 300_000}p{{font-family:{'a' * 8_000}}}",
}


@pytest.mark.parametrize("name", BOMBS)
def test_styled_bomb_takes_no_time(name: str) -> None:
    page = page_of(article_html(SCRIPT, body=BOMBS[name]))
    start = time.process_time()
    document = styled_of(page)
    assert time.process_time() - start < SLOWEST
    assert document is not None
    check_styled(document)


@pytest.mark.parametrize("name", SHEET_BOMBS)
def test_styled_page_rules_bomb_takes_no_time(name: str) -> None:
    page = page_of(article_html(SCRIPT, head=f"<style>{SHEET_BOMBS[name]}</style>", body='<p class="a">字</p>'))
    start = time.process_time()
    document = styled_of(page)
    assert time.process_time() - start < SLOWEST
    assert document is not None
    assert len(document) < 1_000_000


@pytest.mark.parametrize("bad", [
    "<script>a()</script>", '<p onclick="a()">x</p>', '<a href="javascript:a()">x</a>', '<img src="https://evil.example/">',
    '<p style="background:url(https://evil.example/)">x</p>', '<p style="position:fixed">x</p>', "<p title='x'>x</p>", "a < b",
    '<image href="data:image/svg+xml;base64,x"></image>', "<!-- x -->", '<rect fill="url(https://evil.example/)"></rect>',
])  # fmt: skip
def test_check_styled_sees_harm(bad: str) -> None:
    good = document_of("<p>正文</p>")
    check_styled(good)
    with pytest.raises(AssertionError):
        check_styled(good.replace("<p>正文</p>", bad))
