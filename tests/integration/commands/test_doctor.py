"""`archiver doctor`: what it says of a machine, a network and a page at fault, each in one line with what to do."""

from __future__ import annotations

import json
import shutil
import socket
import zipfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import trustme

from archiver import Archiver, DoctorRequest, Settings
from archiver.fetcher import Fetcher
from tests.support import eras
from tests.support.command import Command, Run
from tests.support.wechat import HOSTS, PAGES, Answer, Authority, World, numbered, pages, playing

ONE = numbered.address(1)
CHECKS = [
    "archiver", "clock", "disk", "locale", "catalogue", "cool-down", "extras", "programs", "proxy", "certificates",
]  # fmt: skip
KEYS = {"name", "state", "message", "advice", "page"}
YEAR = timedelta(days=365)


@pytest.fixture(autouse=True)
def _much_free(monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=500 * 2**30))


def doctor(archiver: Command, *arguments: str) -> Run:
    return archiver("doctor", "-o", "out", "--json", "--interval", "0", *arguments)


def checks(run: Run) -> dict[str, dict[str, Any]]:
    return {check["name"]: check for check in run.outcomes}


def needs(run: Run) -> list[str]:
    """The names of the checks that need a person; each has one line of words, and says what to do."""
    found = [check for check in run.outcomes if check["state"] == "attention"]
    assert all(check["advice"] and "\n" not in check["message"] for check in found)
    assert run.code == (1 if found else 0)
    return [check["name"] for check in found]


def test_doctor_without_address_asks_nobody_and_changes_nothing(archiver: Command, world: World) -> None:
    run = doctor(archiver)
    assert [check["name"] for check in run.outcomes] == CHECKS
    assert all(set(check) == KEYS for check in run.outcomes)
    assert (needs(run), run.err, world.requests, world.refused) == ([], "", [], [])
    assert not (archiver.folder / "out").exists()


def test_doctor_prints_one_line_a_check(archiver: Command) -> None:
    run = archiver("doctor", "-o", "out")
    lines = run.out.splitlines()
    assert [line.split()[0] for line in lines[: len(CHECKS)]] == CHECKS
    assert [line.split()[1] for line in lines[: len(CHECKS)]] == ["ok"] * len(CHECKS)
    assert lines[len(CHECKS) :] == ["", "Nothing needs a person."]


def test_doctor_asks_for_the_page_named_once_and_archives_nothing(archiver: Command, world: World) -> None:
    world.serve(ONE, pages.page(eras.page_2026()))
    run = doctor(archiver, ONE)
    page = checks(run)["page"]["page"]
    assert (needs(run), world.asked(PAGES)) == ([], [numbered.path(1)])
    assert (page["state"], page["era"], page["notes"]) == ("article", "pages since 2025", [])
    assert {field["field"]: field["place"] for field in page["fields"]}["title"] == "cgiDataNew.title"
    assert checks(run)["clock online"]["message"].endswith("s off the server's")
    assert not (archiver.folder / "out").exists()


def test_doctor_online_asks_for_the_newest_short_address(archiver: Command, world: World) -> None:
    numbered.serve(world, (1, 2))
    assert archiver.add(*numbered.addresses((1, 2))).code == 0
    before = len(world.requests)
    run = doctor(archiver, "--online")
    assert needs(run) == []
    assert [request.path for request in world.requests[before:]] == [numbered.path(2)]


def test_doctor_address_of_another_site_is_usage_error(archiver: Command) -> None:
    run = doctor(archiver, "https://example.com/s/x")
    assert (run.code, run.out) == (2, "")


def test_doctor_online_without_an_article_asks_nobody(archiver: Command, world: World) -> None:
    run = doctor(archiver, "--online")
    assert (needs(run), world.requests) == (["page"], [])
    assert checks(run)["page"]["advice"] == "give the address of an article"


def test_doctor_reads_a_saved_page_and_asks_nobody(archiver: Command, world: World) -> None:
    archiver.write("page.html", eras.renamed(eras.page_2023(), "msg_title"))
    run = doctor(archiver, "page.html")
    page = checks(run)["page"]
    assert (needs(run), world.requests) == (["page"], [])
    assert [note["kind"] for note in page["page"]["notes"]] == ["field"]
    assert [field["field"] for field in page["page"]["fields"] if field["is_fallback"]] == ["title"]
    lines = archiver("doctor", "-o", "out", "page.html").out.splitlines()
    assert lines[-3].strip() == (
        "new: the title is not in `msg_title`, where pages of 2019 to 2024 have it; it is read from `#activity-name`"
    )
    assert lines[-1] == "Needs a person: page"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (pages.notice("该内容已被发布者删除"), "deleted: 该内容已被发布者删除"),
        (pages.notice("系统出错"), "unknown: 系统出错"),
        (pages.wall(), "verification"),
    ],
    ids=["deleted", "unknown", "wall"],
)
def test_doctor_page_without_article_is_told_with_advice(
    archiver: Command, world: World, answer: pages.Answer, said: str
) -> None:
    world.serve(ONE, answer)
    run = doctor(archiver, ONE)
    assert "page" in needs(run)
    assert checks(run)["page"]["message"] == said
    assert len(world.asked(PAGES)) == 1


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (Answer(reset=True), "mp.weixin.qq.com cannot be reached ("),
        (Answer(status=503), "the server keeps answering HTTP 503"),
        (Answer(status=404), "the server answered HTTP 404"),
        (pages.page("<html>"), "truncated"),
    ],
    ids=["reset", "503", "404", "cut off"],
)
def test_doctor_asks_once_whatever_comes(archiver: Command, world: World, answer: Answer, said: str) -> None:
    world.serve(ONE, answer)
    run = doctor(archiver, ONE)
    assert (needs(run), world.asked(PAGES)) == (["page"], [numbered.path(1)])
    assert checks(run)["page"]["message"].startswith(said)


def test_doctor_never_asks_during_a_cooldown(archiver: Command, world: World) -> None:
    world.serve(ONE, pages.wall())
    assert doctor(archiver, ONE).code == 1
    run = doctor(archiver, ONE)
    assert (needs(run), len(world.asked(PAGES))) == (["page"], 1)
    assert "no page is asked for before" in checks(run)["page"]["message"]
    assert "no page is asked for before" in checks(run)["cool-down"]["message"]


# The network and the machine at fault


def test_doctor_wrong_proxy_is_named(offline: Command) -> None:
    run = doctor(offline)
    assert needs(run) == ["proxy"]
    assert checks(run)["proxy"]["message"].startswith("127.0.0.1:9 does not answer (")
    run = doctor(offline, ONE)
    assert needs(run) == ["proxy", "page"]
    assert checks(run)["page"]["message"] == "the proxy does not answer"


def test_doctor_no_network_is_named(tmp_path: Path) -> None:
    failure = socket.gaierror(-3, "Temporary failure in name resolution")
    with mock.patch("archiver.context.Context._make_fetcher", _with_resolver(failure)):
        run = doctor(Command(folder=tmp_path, environment={}, in_process=True), ONE)
    assert needs(run) == ["page"]
    assert checks(run)["page"]["message"].startswith(
        "the name mp.weixin.qq.com cannot be resolved, there is no network"
    )


def _with_resolver(failure: OSError) -> Any:
    """What makes the HTTP client, with a name server that does not answer."""

    def resolve(*_: object, **__: object) -> Any:
        raise failure

    def make(context: Any, options: Any) -> Fetcher:
        return context._opened.enter_context(Fetcher(options, sleep=context.sleep, now=context.now, resolve=resolve))

    return make


def test_doctor_certificate_of_another_authority_is_named(world: World, authority: Authority, tmp_path: Path) -> None:
    other = tmp_path / "other.pem"
    trustme.CA().cert_pem.write_to_path(str(other))
    with playing(world, authority) as environment:
        archiver = Command(folder=tmp_path, environment={**environment, "SSL_CERT_FILE": str(other)}, in_process=True)
        run = doctor(archiver, ONE)
    assert (needs(run), world.requests) == (["page"], [])
    assert "of an authority that is not trusted" in checks(run)["page"]["message"]
    assert "SSL_CERT_FILE" in checks(run)["page"]["advice"]


class _Expired(Authority):
    """An authority whose certificate for the hosts was valid a year ago, as it seems to a clock that is ahead."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        authority = trustme.CA()
        authority.cert_pem.write_to_path(str(self.file))
        self.context = type(self.context)(self.context.protocol)
        authority.issue_cert(*HOSTS, not_after=datetime.now(UTC) - YEAR).configure_cert(self.context)


def test_doctor_certificate_of_another_time_names_the_clock(world: World, tmp_path: Path) -> None:
    with playing(world, _Expired(tmp_path)) as environment:
        run = doctor(Command(folder=tmp_path, environment=environment, in_process=True), ONE)
    assert (needs(run), world.requests) == (["page"], [])
    assert "not valid at this machine's time" in checks(run)["page"]["message"]
    assert checks(run)["page"]["advice"].startswith("set the clock, which says 20")


@pytest.fixture
def kept(archiver: Command, world: World, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive with one page, whose environment is the test's."""
    numbered.serve(world, (1,))
    assert archiver.add(ONE).code == 0
    for name, value in {**archiver.environment, "HOME": str(archiver.folder)}.items():
        monkeypatch.setenv(name, value)
    return archiver.folder / "out"


@pytest.mark.parametrize(
    ("off", "online", "names", "words"),
    [
        (YEAR, False, ["clock"], "the clock may be ahead"),
        (-YEAR, False, ["clock"], "so the clock is behind"),
        (timedelta(), False, [], " UTC"),
        (YEAR, True, ["clock", "clock online"], "365 days ahead of the server's"),
        (-YEAR, True, ["clock", "clock online"], "365 days behind the server's"),
    ],
    ids=["ahead", "behind", "right", "ahead, online", "behind, online"],
)
def test_doctor_clock_a_year_off_is_named(
    kept: Path, off: timedelta, online: bool, names: list[str], words: str
) -> None:
    with Archiver(Settings(output=str(kept), interval=0), now=lambda: datetime.now(UTC) + off) as archive:
        checkup = archive.doctor(DoctorRequest(is_online=online))
    found = {check.name: check for check in checkup.checks}
    assert [check.name for check in checkup.checks if check.state == "attention"] == names
    assert words in found["clock online" if online else "clock"].message
    assert checkup.exit_code == (1 if names else 0)


def test_doctor_full_disk_is_named(archiver: Command) -> None:
    run = archiver("doctor", "-o", "out", "--json", largest_file=0)
    assert needs(run) == ["disk"]
    assert "takes no more bytes" in checks(run)["disk"]["message"]
    assert "free some space" in checks(run)["disk"]["advice"]


@pytest.mark.usefixtures("kept")
def test_doctor_full_disk_of_an_archive_is_named_by_every_check_that_it_concerns(archiver: Command) -> None:
    run = archiver("doctor", "-o", "out", "--json", largest_file=0)
    assert "disk" in needs(run)
    assert set(needs(run)) <= {"disk", "catalogue", "cool-down"}
    assert [check["name"] for check in run.outcomes] == CHECKS


@pytest.mark.file
def test_doctor_damaged_catalogue_is_named(archiver: Command, kept: Path) -> None:
    (kept / ".archive" / "catalogue.db").write_bytes(b"no database" * 1000)
    run = doctor(archiver)
    assert needs(run) == ["catalogue"]
    assert checks(run)["catalogue"]["advice"] == "archiver verify --repair"


# The report


def test_doctor_bundle_without_terminal_needs_yes(archiver: Command, world: World) -> None:
    run = doctor(archiver, "--bundle", "report.zip", ONE)
    assert (run.code, run.out, world.requests) == (2, "", [])
    assert "--yes" in run.err
    assert not (archiver.folder / "report.zip").exists()


SECRET = "Tk9QUXJzdHV2d3h5ejAx"


def test_doctor_bundle_is_shown_then_written_without_secrets(archiver: Command, world: World) -> None:
    html = eras.page_2026().replace("<script>", f'<script>var pass_ticket = "{SECRET}";', 1)
    world.serve(ONE, replace(pages.page(html), headers=(*pages.HTML, ("Set-Cookie", f"wap_sid2={SECRET}"))))
    run = doctor(archiver, "--bundle", "report.zip", "--yes", f"{ONE}?pass_ticket={SECRET}&key={SECRET}")
    assert run.code == 0
    assert [line.split()[-1] for line in run.err.splitlines()[:5]] == [
        "checks.json", "versions.json", "settings.json", "page.json", "page.html",
    ]  # fmt: skip
    with zipfile.ZipFile(archiver.folder / "report.zip") as bundle:
        texts = [bundle.read(name).decode() for name in bundle.namelist()]
    assert [SECRET in text or str(archiver.folder) in text for text in texts] == [False] * 5
    assert json.loads(texts[0])[-2]["page"]["era"] == "pages since 2025"
    assert "正文的一段话" in texts[4]


def test_doctor_bundle_that_cannot_be_written_ends_with_73(archiver: Command) -> None:
    run = doctor(archiver, "--bundle", "none/report.zip", "--yes")
    assert run.code == 73
    assert "none/report.zip: cannot be written" in run.err


@pytest.mark.parametrize(("typed", "code"), [("y\r", 0), ("n\r", 1)], ids=["yes", "no"])
def test_doctor_bundle_asks_at_a_terminal(archiver: Command, typed: str, code: int) -> None:
    ended, said = archiver.at_terminal(
        "doctor", "-o", "out", "--bundle", "report.zip", asked="Write this to report.zip?", typed=typed
    )
    assert ended == code, said
    assert (archiver.folder / "report.zip").exists() == (code == 0)
    assert said.index("settings.json") < said.index("Write this to report.zip?")
