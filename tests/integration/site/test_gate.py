"""Who gets an answer from the reader, and who may change something."""

from __future__ import annotations

import pytest

from archiver.site.archives import ArchivePool
from archiver.site.security.address import ReaderAddress
from tests.support.reader import HOME, PASSWORD, Browser

FOREIGN = [
    "http://evil.example",
    "http://127.0.0.1:8766",
    "https://127.0.0.1:8765",
    "null",
    "http://localhost:8765",
    "",
]
READ_BY_ADDRESS = ["/", "/search?q=x", "/articles/x", "/articles/x/styled", "/queue", "/add?text=x", "/feeds/all.atom",
                   "/feeds.opml", "/login", "/static/reader.css", "/none"]  # fmt: skip
EMBEDDED = [("no-cors", "image"), ("no-cors", "style"), ("cors", "empty"), ("navigate", "iframe"), ("navigate", "object"),
            ("", ""), ("navigate", ""), ("", "document")]  # fmt: skip
FOLLOWED_LINK = {"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate", "sec-fetch-dest": "document"}


@pytest.mark.parametrize("path", ["/", "/add", "/media/postimg/x.png", "/static/reader.css", "/login", "/none"])
@pytest.mark.parametrize("host", ["evil.example", "evil.example:8765", "127.0.0.1", "127.0.0.1:80", ""])
def test_foreign_host_is_refused(browser: Browser, path: str, host: str) -> None:
    answer = browser.get(path, headers={"host": host})
    assert answer.status_code == 421
    assert "form_token" not in answer.text


def test_foreign_host_changes_nothing_with_the_right_token(browser: Browser) -> None:
    answer = browser.submit("/add", {"text": "x"}, headers={"host": "evil.example:8765"})
    assert answer.status_code == 421


@pytest.mark.parametrize("origin", FOREIGN)
def test_foreign_origin_is_refused_with_the_right_form_token(browser: Browser, origin: str) -> None:
    assert browser.submit("/phone/token", headers={"origin": origin}).status_code == 403


@pytest.mark.parametrize("origin", FOREIGN)
def test_foreign_origin_is_refused_with_the_right_api_token(browser: Browser, origin: str) -> None:
    bearer = {"authorization": f"Bearer {browser.access.token.show()}", "origin": origin}
    assert browser.post("/add", json={"text": "x"}, headers=bearer).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_request_that_the_browser_calls_foreign_is_refused(browser: Browser, site: str) -> None:
    assert browser.submit("/phone/token", headers={"sec-fetch-site": site}).status_code == 403


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
@pytest.mark.parametrize("path", READ_BY_ADDRESS)
def test_page_of_another_site_has_nothing_read(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, path: str, site: str
) -> None:
    monkeypatch.setattr(ArchivePool, "borrowed", None)  # to open the archive is a bug, which the reader reports
    for mode, dest in EMBEDDED:
        sent = {"sec-fetch-site": site, "sec-fetch-mode": mode, "sec-fetch-dest": dest}
        given = {name: value for name, value in sent.items() if value}
        assert browser.get(path, headers=given).status_code == 403, (mode, dest)
    assert browser.head(path, headers=given).status_code == 403
    assert not browser.reports


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_link_of_another_site_leads_to_a_page(browser: Browser, site: str) -> None:
    followed = {**FOLLOWED_LINK, "sec-fetch-site": site}
    assert browser.get("/search?q=x", headers=followed).status_code in (200, 503)
    assert browser.head("/search?q=x", headers=followed).status_code == 403


def test_own_pages_programs_and_typed_addresses_are_answered(browser: Browser) -> None:
    assert browser.get("/feeds/all.atom").status_code == 200  # programs send no Sec-Fetch-Site
    for site in ("same-origin", "none"):
        assert browser.get("/", headers={"sec-fetch-site": site, "sec-fetch-mode": "navigate"}).status_code == 200
        given = {"sec-fetch-site": site, "sec-fetch-mode": "no-cors", "sec-fetch-dest": "style"}
        assert browser.get("/static/reader.css", headers=given).status_code == 200


def test_own_form_is_accepted(browser: Browser) -> None:
    assert browser.submit("/phone/token", headers={"sec-fetch-site": "same-origin"}).status_code == 200


@pytest.mark.parametrize("token", ["", "0" * 43, "签"])
def test_wrong_form_token_is_refused(browser: Browser, token: str) -> None:
    assert browser.submit("/phone/token", {"form_token": token}).status_code == 403


def test_form_token_of_an_earlier_start_is_refused(browser: Browser, output) -> None:
    old = Browser(output).form_token()
    assert browser.submit("/phone/token", {"form_token": old}).status_code == 403


def test_no_origin_and_no_token_is_refused(browser: Browser) -> None:
    fields = {"form_token": browser.form_token(), "text": "x"}
    assert browser.post("/phone/token", data=fields).status_code == 401
    assert browser.post("/add", data=fields).status_code == 401
    assert browser.post("/add", json={"text": "x"}).status_code == 401


@pytest.mark.parametrize("word", ["Bearer wrong", "Bearer", "bearer  ", "Basic dXNlcjpwYXNz", "wrong"])
def test_wrong_api_token_is_refused(browser: Browser, word: str) -> None:
    browser.access.token.show()
    assert browser.post("/add", json={"text": "x"}, headers={"authorization": word}).status_code == 401


def test_password_of_a_proxy_is_no_token_and_no_hindrance(browser: Browser) -> None:
    basic = {"authorization": "Basic dXNlcjpwYXNz"}
    assert browser.get("/add", headers=basic).status_code == 200
    assert browser.submit("/phone/token", headers=basic).status_code == 200


def test_api_token_adds_and_nothing_else(guarded: Browser) -> None:
    bearer = {"authorization": f"Bearer {guarded.access.token.show()}"}
    assert guarded.post("/add", json={"text": ""}, headers=bearer).status_code == 400  # it came to the endpoint
    assert guarded.post("/phone/token", headers=bearer).status_code == 401
    for path in ("/", "/phone", "/queue", "/media/postimg/x.png"):
        assert guarded.get(path, headers=bearer).status_code == 401, path


def test_renewed_api_token_ends_the_old_one(browser: Browser) -> None:
    old = browser.access.token.show()
    page = browser.submit("/phone/token", {"renew": "1"}).text
    new = browser.access.token.show()
    assert new != old
    assert new in page
    for token, status in ((old, 401), (new, 400)):
        bearer = {"authorization": f"Bearer {token}"}
        assert browser.post("/add", json={"text": ""}, headers=bearer).status_code == status


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_other_methods_do_nothing(browser: Browser, method: str) -> None:
    assert browser.request(method, "/add").status_code == 401
    fields = {"form_token": browser.form_token(), "text": "x"}
    assert browser.request(method, "/add", data=fields, headers={"origin": HOME}).status_code == 405


def test_no_answer_lets_another_site_read_it(browser: Browser) -> None:
    answer = browser.options("/add", headers={"origin": HOME, "access-control-request-method": "POST"})
    assert not [name for name in answer.headers if name.startswith("access-control")]


@pytest.mark.parametrize("path", ["/", "/add", "/queue", "/phone", "/articles/x", "/none"])
def test_password_reading_needs_a_session(guarded: Browser, path: str) -> None:
    answer = guarded.get(path)
    assert answer.status_code == 401
    assert "form_token" not in answer.text
    assert guarded.get("/media/postimg/x.png").status_code == 401
    assert guarded.submit("/login", {"password": PASSWORD}).status_code == 303
    assert guarded.get(path).status_code in (200, 404)


def test_password_unknown_session_reads_nothing(guarded: Browser) -> None:
    guarded.cookies.set(guarded.access.cookie, "invented")
    assert guarded.get("/").status_code == 401


def test_password_form_token_of_nobody_changes_nothing(guarded: Browser) -> None:
    outside = guarded.form_token("/login")
    assert guarded.post("/add", data={"form_token": outside, "text": "x"}, headers={"origin": HOME}).status_code == 401
    guarded.log_in()
    assert guarded.submit("/add", {"form_token": outside, "text": "x"}).status_code == 403


def test_password_own_form_of_a_session_is_accepted(guarded: Browser) -> None:
    guarded.log_in()
    assert guarded.submit("/phone/token").status_code == 200


def test_password_link_of_another_site_leads_through_a_page_of_the_reader(guarded: Browser) -> None:
    """Browsers send the cookie, which is SameSite=Strict, only with the request that this page makes."""
    answer = guarded.get("/add", params={"text": "文 & https://x/?a=1"}, headers=FOLLOWED_LINK)
    assert answer.status_code == 401
    target = "/login?next=%2Fadd%3Ftext%3D%25E6%2596%2587%2B%2526%2Bhttps%253A%252F%252Fx%252F%253Fa%253D1"
    assert f'http-equiv="refresh" content="0; url={target}"' in answer.text
    guarded.log_in()
    back = guarded.get(target)
    assert back.status_code == 303
    assert guarded.get(back.headers["location"]).text.count("文 &amp; https://x/?a=1") == 1


@pytest.mark.parametrize("line", ["x" * 20_000, "%20" * 6000])
def test_long_address_is_refused(browser: Browser, line: str) -> None:
    assert browser.get(f"/add?text={line}").status_code == 431


def test_long_headers_are_refused(browser: Browser) -> None:
    assert browser.get("/", headers={"cookie": "x" * 20_000}).status_code == 431


def test_large_body_is_refused(browser: Browser) -> None:
    assert browser.submit("/add", {"text": "x" * 2**20}).status_code == 413


def test_body_of_another_type_is_refused(browser: Browser) -> None:
    answer = browser.post("/add", files={"text": b"x"}, headers={"origin": HOME})
    assert answer.status_code == 415


def test_page_that_a_proxy_serves_is_the_readers(output) -> None:
    browser = Browser(output, address=ReaderAddress(base_url="https://reader.example"))
    headers = {"host": "reader.example", "origin": "https://reader.example"}
    fields = {"form_token": browser.form_token()}
    assert browser.post("/phone/token", data=fields, headers=headers).status_code == 200
    assert browser.post("/phone/token", data=fields, headers={**headers, "origin": HOME}).status_code == 403


PAGES = ["/", "/add", "/queue", "/phone", "/login", "/none", "/static/reader.css", "/media/postimg/none.png"]


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_has_the_headers_of_safety(browser: Browser, path: str) -> None:
    headers = browser.get(path).headers
    assert headers["content-security-policy"].startswith("default-src 'none'; ")
    assert "script" not in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-frame-options"] == "DENY"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == ("no-store" if path == "/phone" else "private, no-cache")


@pytest.mark.parametrize("path", PAGES)
def test_password_no_answer_is_stored(guarded: Browser, path: str) -> None:
    guarded.log_in()
    assert guarded.get(path).headers["cache-control"] == "no-store"


def test_refusals_have_the_headers_of_safety_too(browser: Browser) -> None:
    for answer in (
        browser.get("/", headers={"host": "evil.example"}),
        browser.post("/add"),
        browser.submit("/add", {"form_token": "x"}),
        browser.get("/", headers={"cookie": "x" * 20_000}),
    ):
        assert answer.status_code >= 400
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_program_gets_its_refusal_as_json(browser: Browser) -> None:
    answer = browser.post("/add", json={"text": "x"}, headers={"authorization": "Bearer wrong"})
    assert answer.status_code == 401
    assert answer.json() == {
        "message": "The token is not valid. Take the one of the page “From the phone”.",
        "error": "The token is not valid. Take the one of the page “From the phone”.", "code": "unauthorized",
    }  # fmt: skip
