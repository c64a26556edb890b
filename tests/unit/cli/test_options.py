"""Groups of options: what typer is shown of them, and what a command gets."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass
from typing import Annotated, Any

import pytest
import typer

from archiver.cli.main import app
from archiver.cli.options import expand_options


@dataclass(frozen=True, kw_only=True)
class Common:
    config: Annotated[str, typer.Option(help="The first.")] = "default"
    verbose: Annotated[bool, typer.Option("-v", "--verbose")] = False


@dataclass(frozen=True, kw_only=True)
class Network(Common):
    interval: Annotated[float | None, typer.Option(min=0)] = None


@dataclass(frozen=True, kw_only=True)
class SameName:
    config: Annotated[str, typer.Option()] = ""


def command(name: Annotated[str, typer.Argument()], *, before: int = 1, group: Network, after: int = 2) -> int:
    """Say what it does."""
    RECEIVED.append((name, before, group, after))
    return 7


def two_of_one_name(*, group: Common, other: SameName) -> int:
    raise AssertionError(group, other)


RECEIVED: list[tuple[Any, ...]] = []


def call(function: Callable[..., int], *words: str) -> object:
    """The exit code of a program that has this command alone."""
    program = typer.Typer(add_completion=False)
    program.command()(function)
    return program(list(words), standalone_mode=False)


@pytest.fixture(autouse=True)
def _nothing_received() -> None:
    RECEIVED.clear()


def test_expand_options_lists_group_fields_in_place_base_first():
    signature = inspect.signature(expand_options(command))
    assert list(signature.parameters) == ["name", "before", "config", "verbose", "interval", "after"]


def test_expand_options_omitted_option_has_default():
    assert call(expand_options(command), "x") == 7
    (received,) = RECEIVED
    assert received == ("x", 1, Network(config="default", verbose=False, interval=None), 2)


def test_expand_options_values_arrive_in_their_group():
    words = ["--interval", "1.5", "-v", "--config", "c", "--after", "3", "--before", "4", "x"]
    call(expand_options(command), *words)
    (received,) = RECEIVED
    assert received == ("x", 4, Network(config="c", verbose=True, interval=1.5), 3)


def test_expand_options_value_below_minimum_is_refused():
    with pytest.raises(typer.TyperException) as refused:
        call(expand_options(command), "--interval", "-1", "x")
    assert "--interval" in refused.value.format_message()


def test_expand_options_group_is_immutable():
    call(expand_options(command), "x")
    with pytest.raises(FrozenInstanceError):
        RECEIVED[0][2].config = "other"


def test_expand_options_keeps_command_docstring():
    assert expand_options(command).__doc__ == "Say what it does."


def test_expand_options_duplicate_name_is_value_error():
    with pytest.raises(ValueError, match="config"):
        expand_options(two_of_one_name)


def test_app_every_command_has_example_in_epilog():
    assert [one.name for one in app.registered_commands if f"archiver {one.name}" not in (one.epilog or "")] == []
    assert len(app.registered_commands) > 10
