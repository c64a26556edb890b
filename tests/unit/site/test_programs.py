"""The password as programs send it."""

from __future__ import annotations

import asyncio
import base64

import pytest
from starlette.requests import Request

from archiver.site.security.passwords import LoginAttempts, PasswordCheck
from archiver.site.security.programs import ProgramLogins, password_in
from tests.support.reader import PASSWORD


def basic(password: str, name: str = "anybody") -> str:
    return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (basic(PASSWORD), PASSWORD),
        (basic("a:b", ""), "a:b"),
        ("basic " + basic("").split()[1], ""),
        ("Basic", None),
        ("Basic !!!", None),
        ("Basic " + base64.b64encode(b"no colon").decode(), None),
        ("Basic " + base64.b64encode(b"a:\xff").decode(), None),
        ("Bearer x", None),
        ("", None),
    ],
)
def test_password_in(header: str, expected: str | None) -> None:
    assert password_in(header) == expected


class SlowCheck(PasswordCheck):
    """Counts how often the password is checked by its hash."""

    def __init__(self) -> None:
        self.checks = 0

    def accepts(self, password: str) -> bool:
        self.checks += 1
        return password == PASSWORD


def ask(logins: ProgramLogins, check: PasswordCheck, *passwords: str) -> list[int | None]:
    """Ask for a feed with each password, all at once, from one address."""

    async def all_at_once() -> list[int | None]:
        requests = (
            Request({"type": "http", "client": ("192.0.2.7", 1), "headers": [(b"authorization", basic(each).encode())]})
            for each in passwords
        )
        return list(await asyncio.gather(*(logins.wait(each, check) for each in requests)))

    return asyncio.run(all_at_once())


def test_right_password_is_checked_once_by_the_slow_hash() -> None:
    logins, check = ProgramLogins(LoginAttempts(lambda: 0.0)), SlowCheck()
    assert ask(logins, check, *[PASSWORD] * 20) == [None] * 20
    assert check.checks == 1


def test_wrong_passwords_are_slowed_down_and_the_right_one_with_them() -> None:
    logins, check = ProgramLogins(LoginAttempts(lambda: 0.0)), SlowCheck()
    assert ask(logins, check, *["wrong"] * 7, PASSWORD) == [0] * 5 + [60] * 3
    assert check.checks == 5


def test_known_password_gives_no_free_guess() -> None:
    logins, check = ProgramLogins(LoginAttempts(lambda: 0.0)), SlowCheck()
    assert ask(logins, check, PASSWORD, *["wrong"] * 5, PASSWORD) == [None, 0, 0, 0, 0, 0, 60]


def test_right_password_from_a_known_network_is_accepted_while_others_guess() -> None:
    attempts = LoginAttempts(lambda: 0.0)
    logins, check = ProgramLogins(attempts), SlowCheck()
    assert ask(logins, check, PASSWORD) == [None]
    for number in range(60):
        attempts.begin(f"198.51.100.{number}")
    assert ask(logins, check, PASSWORD, *["wrong"] * 6) == [None, 0, 0, 0, 0, 0, 60]


def test_tries_count_with_those_of_the_login_page() -> None:
    attempts = LoginAttempts(lambda: 0.0)
    for _ in range(5):
        assert attempts.begin("192.0.2.7") == 0
    assert ask(ProgramLogins(attempts), SlowCheck(), PASSWORD) == [60]
