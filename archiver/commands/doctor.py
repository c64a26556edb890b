"""Implement the command `doctor`: check what archiver needs, ask for one page on demand, and report what came."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from archiver import urls
from archiver.catalogue import Catalogue, Location, user_location
from archiver.commands import machine_checks
from archiver.commands.add import parse_source
from archiver.commands.report_bundle import bundle_members, write_bundle
from archiver.commands.status import wall_status
from archiver.context import Context
from archiver.errors import ArchiverError, CatalogueAway, CoolingDown, DamagedCatalogue
from archiver.extractor import ParsedPage, classify, page_format
from archiver.fetcher.diagnosis import check_certificates, check_proxy, failure_check
from archiver.fetcher.page_sources import FilesOrHttpPages, HttpPages
from archiver.messages.message import counted_message, message
from archiver.models import Capture, Page, State, Target
from archiver.models.checkup import BundleMember, Check, Checkup, PageReport, attention
from archiver.models.page_format import PageFormat
from archiver.models.requests import DoctorRequest
from archiver.outcomes import ADVICE
from archiver.storage.local import OWN_FOLDER

_NEWEST = 200  # captures among which a short address is looked for

Agree = Callable[[tuple[BundleMember, ...]], bool]


@dataclass(kw_only=True)
class Examination:
    """One call of the command `doctor`.

    `context` has the settings and the network, which is not used unless `request` asks for a page. `open_catalogue`
    opens the archive's catalogue; it is not called if there is none. `agree` is called with what a report is to hold,
    and returns whether the report may be written.
    """

    context: Context
    request: DoctorRequest
    open_catalogue: Callable[[], Catalogue]
    agree: Agree
    _page: Page | None = None  # the page that came, for the report

    def run(self) -> Checkup:
        """Make all checks, and write the report if one was asked for and the user agrees."""
        checks = tuple(self._checks())
        if not self.request.bundle:
            return Checkup(checks=checks)
        members = bundle_members(checks, self._page, self.context.settings)
        if not self.agree(members):
            return Checkup(checks=checks, is_refused=True)
        write_bundle(Path(self.request.bundle), members)
        return Checkup(checks=checks, bundle=self.request.bundle)

    def _checks(self) -> Iterator[Check]:
        settings, now = self.context.settings, self.context.now()
        root = Path(settings.output)
        catalogue, captures = self._check_catalogue(root)
        yield machine_checks.check_program()
        yield machine_checks.check_clock(now, _times(root, captures), _offset(captures))
        yield machine_checks.check_disk(root)
        yield machine_checks.check_locale(root)
        yield catalogue
        yield self._check_wall(now)
        yield machine_checks.check_extras(settings)
        yield machine_checks.check_programs()
        yield check_proxy(settings.proxy)
        yield check_certificates()
        if address := self.request.address or (_short_address(captures) if self.request.is_online else ""):
            yield from self._page_checks(address)
        elif self.request.is_online:
            yield attention(
                "page", message("no article here has a short address"), message("give the address of an article")
            )

    def _check_catalogue(self, root: Path) -> tuple[Check, list[Capture]]:
        """Return whether the catalogue can be read, and its last captures; no catalogue is made."""
        name, location = "catalogue", Location.in_archive(root / OWN_FOLDER, self.context.settings.catalogue)
        if not location.exists():
            return Check(name=name, message=message("no archive is in {root} yet", root=root)), []
        try:
            catalogue = self.open_catalogue()
            faults = [*catalogue.files.integrity_errors(), *catalogue.unreadable_rows()]
            total, captures = catalogue.statistics.articles(0).total, catalogue.captures.newest(_NEWEST)
        except DamagedCatalogue as error:
            return attention(name, str(error), "archiver verify --repair"), []
        except CatalogueAway as error:
            return attention(name, str(error), message("start the server, or correct `catalogue` in the settings")), []
        except ArchiverError as error:
            return attention(name, str(error), message("see docs/guide/upkeep.md")), []
        if faults:
            return attention(name, message("damaged: {fault}", fault=faults[0]), "archiver verify --repair"), captures
        return Check(name=name, message=message("{total:,} articles, no damage", total=total)), captures

    def _check_wall(self, now: datetime) -> Check:
        try:
            until = wall_status(self.context.settings, now.timestamp()).until
        except ArchiverError as error:  # the disk is full, or the folder of the user's state cannot be written
            return attention(
                "cool-down", str(error), message("free some space, or correct the permissions of that folder")
            )
        if not until:
            return Check(name="cool-down", message=message("none"))
        said = message(
            "WeChat wants a rest, no page is asked for before {until:%Y-%m-%d %H:%M} Beijing time", until=until
        )
        return Check(name="cool-down", message=said)

    def _page_checks(self, address: str) -> Iterator[Check]:
        """Yield what came for an address or from a saved page, and how far the clock is off the server's."""
        target = parse_source(address)
        try:
            fetched = FilesOrHttpPages(HttpPages(lambda: self.context.fetcher_of_one_try)).fetch(target)
        except CoolingDown as error:
            yield attention("page", str(error.args[0]), message("call again then"))
            return
        except ArchiverError as error:
            yield failure_check(error, self.context.settings.proxy, self.context.now())
            return
        self._page = fetched.page
        yield _page_check(target, fetched.page)
        if not target.file:
            yield machine_checks.check_server_clock(self.context.now(), fetched.page.captured)


def _page_check(target: Target, page: Page) -> Check:
    parsed = ParsedPage.of(page)
    found = classify(parsed)
    is_article = found.state is State.ARTICLE
    form = page_format(parsed) if is_article else PageFormat(era="", fields=())
    report = PageReport(
        source=target.source, url=page.url, state=found.state, reason=found.reason, captured=page.captured,
        era=form.era, fields=form.fields, notes=form.notes,
    )  # fmt: skip
    if not is_article:
        state = message(str(found.state))  # `archiver/cli/words.py` has the texts
        said = message("{state}: {reason}", state=state, reason=found.reason) if found.reason else state
        return replace(attention("page", said, ADVICE[found.state]), page=report)
    if form.notes:
        said = counted_message(
            "an article, but WeChat made {number} change to its page that archiver does not know",
            "an article, but WeChat made {number} changes to its page that archiver does not know",
            len(form.notes),
        )
        return replace(
            attention("page", said, message("report it, with the file that --bundle FILE writes")), page=report
        )
    known = message("in the form of {era}", era=form.era) if form.era else message("in a copy without WeChat's scripts")
    return Check(name="page", message=message("an article, {known}", known=known), page=report)


def _short_address(captures: list[Capture]) -> str:
    """Return the short address of the newest article among captures; '' if there is none."""
    articles = (capture.url for capture in captures if capture.state is State.ARTICLE)
    return next(filter(urls.is_short, articles), "")


def _times(root: Path, captures: list[Capture]) -> list[tuple[str, datetime]]:
    """Return times that are in the past: of pages, of files of archiver's, and of folders that systems change daily."""
    pages = [(message("the newest page"), capture.captured) for capture in captures[:1]]
    package = Path(__file__).parents[1]
    files = [package, package.parent, root, root / OWN_FOLDER, user_location().file]
    with suppress(OSError, RuntimeError):  # no folder for temporary files, since the disk is full; no home
        files += [Path.home(), Path(tempfile.gettempdir())]
    return [*pages, *machine_checks.file_times(*files)]


def _offset(captures: list[Capture]) -> timedelta | None:
    """Return how far this machine was ahead of WeChat's servers when the last page came; None if it is unknown."""
    if not captures or captures[0].received is None or captures[0].estimated:
        return None
    return captures[0].received - captures[0].captured
