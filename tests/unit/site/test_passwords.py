"""The password of the reader, and the tries of those who guess it."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.errors import ConfigError
from archiver.site.security.passwords import LoginAttempts, PasswordCheck, find_password


class Clock:
    """The time, as a test sets it."""

    def __init__(self) -> None:
        self.time = 1000.0

    def __call__(self) -> float:
        return self.time


def test_password_check_accepts_the_password_alone() -> None:
    check = PasswordCheck("correct 密码")
    assert check.accepts("correct 密码")
    assert not any(map(check.accepts, ["", "correct", "correct 密码 ", "CORRECT 密码", "\udcff", "x" * 100_000]))


def test_password_check_keeps_no_password() -> None:
    one, two = PasswordCheck("correct horse"), PasswordCheck("correct horse")
    assert all(b"horse" not in bytes(str(value), "utf-8") for value in vars(one).values())
    assert one._hash != two._hash  # each has a salt of its own


def test_find_password_file_before_variable(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("from the file\n")
    file.chmod(0o600)
    environ = {"ARCHIVER_PASSWORD": "from the variable"}
    assert find_password(environ, str(file)) == "from the file"
    assert find_password(environ, "") == "from the variable"
    assert find_password({}, "") == ""


def test_find_password_too_short_is_config_error_that_does_not_repeat_it(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="ARCHIVER_PASSWORD: holds a password of fewer than 8") as error:
        find_password({"ARCHIVER_PASSWORD": "seven77"}, "")
    assert "seven77" not in str(error.value)
    file = tmp_path / "password"
    file.write_text("\n")
    file.chmod(0o600)
    with pytest.raises(ConfigError):
        find_password({"ARCHIVER_PASSWORD": "long enough"}, str(file))


def test_attempts_one_address_five_are_free_then_one_a_minute() -> None:
    clock = Clock()
    attempts = LoginAttempts(clock)
    assert [attempts.begin("192.0.2.1") for _ in range(5)] == [0] * 5
    assert attempts.begin("192.0.2.1") == 60
    assert attempts.begin("192.0.2.2") == 0
    clock.time += 59
    assert attempts.begin("192.0.2.1") == 1
    clock.time += 1
    assert attempts.begin("192.0.2.1") == 0
    assert attempts.begin("192.0.2.1") == 60


def test_attempts_all_addresses_fifty_are_free_then_one_in_six_seconds() -> None:
    clock = Clock()
    attempts = LoginAttempts(clock)
    assert [attempts.begin(f"192.0.2.{number}") for number in range(50)] == [0] * 50
    assert attempts.begin("198.51.100.1") == 6
    clock.time += 6
    assert attempts.begin("198.51.100.1") == 0


def test_attempts_network_of_64_bits_counts_as_one_address() -> None:
    attempts = LoginAttempts(Clock())
    assert [attempts.begin(f"2001:db8::{number:x}") for number in range(5)] == [0] * 5
    assert attempts.begin("2001:db8::ffff") > 0
    assert attempts.begin("2001:db8:0:1::1") == 0


def test_attempts_ipv4_through_ipv6_is_the_same_address() -> None:
    attempts = LoginAttempts(Clock())
    for _ in range(5):
        attempts.begin("192.0.2.1")
    assert attempts.begin("::ffff:192.0.2.1") > 0


def test_attempts_success_frees_the_address() -> None:
    attempts = LoginAttempts(Clock())
    for _ in range(5):
        attempts.begin("192.0.2.1")
    attempts.succeed("192.0.2.1")
    assert attempts.begin("192.0.2.1") == 0


def test_attempts_known_network_is_let_in_while_others_guess() -> None:
    clock = Clock()
    attempts = LoginAttempts(clock)
    assert attempts.begin("2001:db8::7") == 0
    attempts.succeed("2001:db8::7")
    for second in range(3600):
        clock.time += 1
        attempts.begin(f"2001:db8:1:{second % 60:x}::1")
        if second % 60 == 59:
            assert attempts.begin("2001:db8::8") == 0
            attempts.succeed("2001:db8::8")
    assert attempts.begin("198.51.100.1") > 0


def test_attempts_known_network_has_no_free_guess() -> None:
    """Neither right passwords from the same network nor tries from many others give one."""
    attempts = LoginAttempts(Clock())
    guesses = 0
    for round_ in range(20):
        if not attempts.begin("192.0.2.1"):
            attempts.succeed("192.0.2.1")
        guesses += not attempts.begin("192.0.2.1")
        for number in range(1100):
            attempts.begin(f"10.{round_}.{number // 256}.{number % 256}")
    assert guesses == 5


def test_attempts_network_is_known_for_30_days_after_the_right_password() -> None:
    clock = Clock()
    attempts = LoginAttempts(clock)
    attempts.begin("192.0.2.1")
    attempts.succeed("192.0.2.1")
    for days, is_known in ((29.9, True), (0.2, False)):
        clock.time += days * 86_400
        for number in range(50):
            attempts.begin(f"198.51.100.{number}")
        assert (attempts.begin("192.0.2.1") == 0) is is_known


def test_attempts_memory_is_bounded() -> None:
    clock = Clock()
    attempts = LoginAttempts(clock)
    for number in range(5000):
        clock.time += 10
        address = f"10.{number // 65536}.{number // 256 % 256}.{number % 256}"
        attempts.begin(address)
        if number % 2:
            attempts.succeed(address)
    assert len(attempts._by_address) <= 1024
    assert len(attempts._known) == 100
