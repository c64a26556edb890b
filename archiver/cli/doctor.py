"""Run the command `archiver doctor`, which checks what archiver needs, and what WeChat sends for one page."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import typer

from archiver.cli import options
from archiver.cli.hints import with_options
from archiver.cli.language import enumerated, phrase, said
from archiver.cli.output import agrees, is_terminal, json_fields, print_json, print_line, print_message
from archiver.cli.words import padded, word_of
from archiver.messages.message import message

if TYPE_CHECKING:
    from archiver.app import BundleMember, Check, PageReport

EXAMPLES = """\b
Examples:
  archiver doctor
  archiver doctor --online
  archiver doctor https://mp.weixin.qq.com/s/...
  archiver doctor --bundle report.zip page.html"""

_INDENT = 25  # columns before what a check says


@dataclass(frozen=True, kw_only=True)
class DoctorOptions:
    """The options that only `doctor` has."""

    online: Annotated[
        bool, typer.Option("--online", help="Ask for the page of the newest article here, if no other is named.")
    ] = False
    bundle: Annotated[
        str, typer.Option(metavar="FILE", help="Write what a maintainer needs to a zip FILE; shows it and asks first.")
    ] = ""
    yes: Annotated[bool, typer.Option("-y", "--yes", help="Do not ask.")] = False


def check_up(
    address: Annotated[
        str,
        typer.Argument(metavar="ADDRESS|FILE", help="Ask for this page, or read a saved one.", show_default=False),
    ] = "",
    *,
    output: options.Output = None,
    doctor: DoctorOptions,
    common: options.PageOptions,
) -> int:
    """Check proxy, certificates, clock, disk, locale and catalogue; end with 1 if something needs a person.

    Asks nobody but the proxy that is named, unless an ADDRESS or --online is given: then WeChat is asked for one page,
    once, and not during a cool-down. Says what came, how old the form of the page is, and what in it is new.
    """
    from archiver.app import Archiver, DoctorRequest
    from archiver.errors import UsageError

    if doctor.bundle and not (doctor.yes or is_terminal()):
        raise UsageError(message("--bundle shows what it writes and asks: say that you mean it with --yes"))
    request = DoctorRequest(address=address, is_online=doctor.online, bundle=doctor.bundle)
    with Archiver(common.settings(output)) as archive:
        checkup = archive.doctor(request, lambda members: _agree(members, doctor))
    for check in checkup.checks:
        if common.as_json:
            print_json(json_fields(check))
        else:
            for line in _lines(check):
                print_line(line)
    if not common.as_json:
        print_line("")
        print_line(
            phrase("Needs a person: {names}", names=enumerated([word_of(name) for name in checkup.needs]))
            if checkup.needs
            else phrase("Nothing needs a person.")
        )
    if doctor.bundle:
        print_message(
            phrase("nothing was written") if checkup.is_refused else phrase("written: {file}", file=checkup.bundle)
        )
    return checkup.exit_code


def call_for(page: str) -> str:
    """Return the call of `doctor` that says more of a page, given its address or file.

    For a long link WeChat shows its wall, so the newest article with a short one is asked for instead.
    """
    from archiver.urls import is_short  # `archiver --help` needs none of it

    is_askable = is_short(page) or (page and "://" not in page)
    return f"archiver doctor {shlex.quote(page) if is_askable else '--online'}"


def _agree(members: tuple[BundleMember, ...], doctor: DoctorOptions) -> bool:
    """Show what a report is to hold; return whether the user agrees to write it."""
    for member in members:
        print_message(f"{len(member.content):>10,}  {member.name}")
    print_message(
        message("credentials, your name and your folders are taken out; look through the file before you send it")
    )
    return doctor.yes or agrees(phrase("Write this to {file}?", file=doctor.bundle))


def _lines(check: Check) -> Iterator[str]:
    """Yield the lines about a check: one, or at a terminal as many as 80 columns need; then those about its page."""
    from archiver.cli.status_layout import filled_lines  # rich, which `archiver --help` does not load

    label = f"{padded(word_of(check.name), 13)} {padded(word_of(check.state), 10)}"
    advice = phrase("what to do: {advice}", advice=with_options(said(check.advice)))
    if not sys.stdout.isatty():
        found = said(check.message)
        found = phrase("{first}; {rest}", first=found, rest=advice) if check.advice else found
        yield padded(label, _INDENT) + found
        yield from (" " * _INDENT + words for words in (_page_lines(check.page) if check.page else ()))
        return
    yield from filled_lines(label, [said(check.message)], _INDENT)
    for words in (*([advice] if check.advice else []), *(_page_lines(check.page) if check.page else ())):
        yield from filled_lines("", [words], _INDENT)


def _page_lines(page: PageReport) -> Iterator[str]:
    """Yield what is new in the form of a page; or its fields in unusual places, if nothing says that they are new."""
    for note in page.notes:
        yield phrase("new: {detail}", detail=said(note.detail))
    if not page.notes:
        for field in page.fields:
            if field.is_fallback:
                yield phrase("the {field} is read from `{place}`", field=field.field, place=field.place)
