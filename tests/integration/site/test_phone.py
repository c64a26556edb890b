"""The page for the phone: its QR code, its token, its bookmark."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
import segno

from archiver.site.pages import phone
from archiver.site.security.address import ReaderAddress
from tests.support.reader import PASSWORD, Browser

NETWORK = "192.168.7.7"


@pytest.fixture(autouse=True)
def _in_a_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(phone, "_network_address", lambda: NETWORK)


def page_of(browser: Browser, host: str) -> str:
    if browser.access.password:
        browser.headers["host"] = host
        fields = {"form_token": browser.form_token("/login"), "password": PASSWORD}
        origin = "https://reader.example" if host == "reader.example" else f"http://{host}"
        session = browser.post("/login", data=fields, headers={"origin": origin}).headers["set-cookie"]
        browser.headers["cookie"] = session.partition(";")[0]
    answer = browser.get("/phone", headers={"host": host})
    assert answer.status_code == 200
    return answer.text


def drawn(address: str) -> str:
    """The QR code of an address, as a page holds it."""
    return segno.make(address, error="m").svg_inline(border=3, dark="#000", light="#fff", omitsize=True)


@pytest.mark.parametrize(
    ("address", "host", "shown"),
    [
        (ReaderAddress(host="0.0.0.0"), "127.0.0.1:8765", f"http://{NETWORK}:8765/"),
        (ReaderAddress(host="0.0.0.0"), "10.1.2.3:8765", "http://10.1.2.3:8765/"),
        (ReaderAddress(host="192.168.1.2"), "192.168.1.2:8765", "http://192.168.1.2:8765/"),
        (ReaderAddress(base_url="https://reader.example"), "reader.example", "https://reader.example/"),
    ],
)
def test_qr_code_has_the_address_that_a_phone_reaches(
    output: Path, address: ReaderAddress, host: str, shown: str
) -> None:
    page = page_of(Browser(output, password=PASSWORD, address=address), host)
    assert drawn(shown) in page
    assert f"<code>{shown}</code>" in page
    assert f"<code>{shown}add</code>" in page


def test_reader_of_this_machine_alone_has_no_qr_code_but_says_how(browser: Browser) -> None:
    page = browser.get("/phone").text
    assert "<svg" not in page
    assert "archiver serve --host 0.0.0.0 --password-file" in page


def test_token_is_in_no_page_until_it_is_asked_for(output: Path) -> None:
    browser = Browser(output, password=PASSWORD, address=ReaderAddress(host="0.0.0.0"))
    token = browser.access.token.show()
    page_of(browser, "127.0.0.1:8765")
    for path in ("/phone", "/add", "/queue", "/", f"/phone?token={token[:5]}"):
        assert token not in browser.get(path).text, path
    fields = {"form_token": browser.form_token("/phone")}
    answer = browser.post("/phone/token", data=fields, headers={"origin": "http://127.0.0.1:8765"})
    assert answer.text.count(token) == 1
    assert re.search(rf'<input [^>]*readonly value="{token}"', answer.text)
    assert answer.headers["cache-control"] == "no-store"
    assert drawn(f"http://{NETWORK}:8765/") in answer.text
    assert browser.get("/phone/token").status_code == 405


def test_bookmark_opens_the_box_of_the_reader_that_shows_it(browser: Browser) -> None:
    page = unescape(browser.get("/phone", headers={"host": "localhost:8765"}).text)
    bookmark = (
        "javascript:void window.open('http://localhost:8765/add?text='"
        "+encodeURIComponent(document.title+'\\n'+location.href),'_blank')"
    )
    assert page.count(bookmark) == 2  # to drag, and to copy
