"""The login page and the session that it begins."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.site.security.address import ReaderAddress
from tests.support.reader import HOME, PASSWORD, Browser


def test_log_in_gives_a_cookie_that_no_script_and_no_other_site_uses(guarded: Browser) -> None:
    answer = guarded.log_in()
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    cookie = answer.headers["set-cookie"]
    name, _, rest = cookie.partition("=")
    assert name == "archiver-8765"
    attributes = {part.strip().lower() for part in rest.split(";")[1:]}
    assert {"httponly", "samesite=strict", "path=/"} <= attributes
    assert not {part for part in attributes if part.startswith("domain")}
    assert guarded.get("/").status_code == 200


def test_log_in_by_https_gives_a_cookie_for_https_alone(output: Path) -> None:
    browser = Browser(output, password=PASSWORD, address=ReaderAddress(base_url="https://reader.example"))
    headers = {"host": "reader.example", "origin": "https://reader.example"}
    fields = {"form_token": browser.form_token("/login"), "password": PASSWORD}
    cookie = browser.post("/login", data=fields, headers=headers).headers["set-cookie"]
    assert cookie.startswith("__Host-archiver-8765=")
    assert "; Secure" in cookie


def test_log_out_ends_the_session_in_the_server(guarded: Browser) -> None:
    guarded.log_in()
    session = guarded.cookies[guarded.access.cookie]
    answer = guarded.submit("/logout")
    assert answer.status_code == 303
    assert "Max-Age=0" in answer.headers["set-cookie"]
    guarded.cookies.set(guarded.access.cookie, session)  # as one who has copied it
    assert guarded.get("/").status_code == 401


def test_log_in_makes_a_new_session(guarded: Browser) -> None:
    guarded.cookies.set(guarded.access.cookie, "chosen by somebody else")
    assert "chosen by somebody else" not in guarded.log_in().headers["set-cookie"]


@pytest.mark.parametrize("password", ["", "wrong", PASSWORD + " ", PASSWORD.upper()])
def test_wrong_password_gives_no_session(guarded: Browser, password: str) -> None:
    answer = guarded.log_in(password)
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert guarded.get("/").status_code == 401


def test_wrong_passwords_are_slowed_down_the_right_one_too(guarded: Browser) -> None:
    assert [guarded.log_in("wrong password").status_code for _ in range(6)] == [401] * 5 + [429]
    answer = guarded.log_in()
    assert answer.status_code == 429
    assert 50 <= int(answer.headers["retry-after"]) <= 60


def test_right_password_is_never_slowed_down(guarded: Browser) -> None:
    for _ in range(8):
        guarded.cookies.clear()
        assert guarded.log_in().status_code == 303


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "/\\evil.example", "https://evil.example", "javascript:alert(1)", "", "\t//evil.example",
     "/\t/evil.example", "/\n/evil.example", "evil.example", "\\\\evil.example"],
)  # fmt: skip
def test_log_in_leads_to_no_other_site(guarded: Browser, target: str) -> None:
    assert guarded.log_in(target=target).headers["location"] == "/"
    assert guarded.get("/login", params={"next": target}).headers["location"] == "/"


def test_log_in_leads_back_to_where_it_was_asked_for(guarded: Browser) -> None:
    assert guarded.log_in(target="/add?text=a%26b").headers["location"] == "/add?text=a%26b"


def test_log_in_form_of_another_site_is_refused(guarded: Browser) -> None:
    fields = {"password": PASSWORD, "form_token": guarded.form_token("/login")}
    assert guarded.post("/login", data=fields, headers={"origin": "http://evil.example"}).status_code == 403
    assert guarded.post("/login", data={"password": PASSWORD}, headers={"origin": HOME}).status_code == 403


def test_without_password_there_is_nothing_to_log_in_to(browser: Browser) -> None:
    assert browser.get("/login").headers["location"] == "/"
    assert browser.submit("/login", {"form_token": browser.form_token(), "password": "x"}).status_code == 303
    assert not browser.cookies
