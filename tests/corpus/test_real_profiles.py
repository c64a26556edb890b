"""Real pages with their pictures as each profile's posts: all show what Jekyll's show, and nothing leads nowhere.

Only with `--long`, since the sites take some minutes; fixtures/ are built in every profile by tests/e2e.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from http.client import HTTPConnection
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from tests.corpus.real_sites import (
    RealPictures,
    RealSite,
    archive_site,
    local_addresses,
    shown_by,
)
from tests.corpus.shown_pictures import unlike_pages
from tests.support.engines import chirpy, obsidian
from tests.support.engines.fixture_posts import differences
from tests.support.paths import CORPUS
from tests.support.wechat import Authority

pytestmark = [pytest.mark.corpus, pytest.mark.jekyll, pytest.mark.timeout(3600)]  # with --long

_TWO_DAYS = re.compile(r"(\d{4})[-/](\d\d)[-/](\d\d)[-/]\1[-/]\2[-/]\3")
BUILT = [
    "hux",
    pytest.param("hugo", marks=pytest.mark.hugo),
    pytest.param("hexo", marks=pytest.mark.hexo),
]
Sites = Callable[[str], RealSite]


@pytest.fixture(scope="module")
def pages(request: pytest.FixtureRequest) -> list[Path]:
    if not request.config.getoption("--long"):
        pytest.skip("builds sites of all real pages: --long")
    return sorted((CORPUS / "pages").glob("*.html"))


@pytest.fixture(scope="module")
def sites(pages: list[Path], tmp_path_factory: pytest.TempPathFactory, authority: Authority) -> Sites:
    """The site of each profile, archived and built when it is first asked for."""
    folder, world = tmp_path_factory.mktemp("sites"), RealPictures(pages)
    return cache(lambda profile: archive_site(profile, pages, world, folder, authority))


@pytest.mark.parametrize("profile", [*BUILT, "chirpy", "markdown"])
def test_real_pages_show_in_every_profile_what_jekyll_shows(profile: str, sites: Sites) -> None:
    wanted, found = shown_by(sites("jekyll")), shown_by(sites(profile))
    assert wanted.keys() == found.keys()
    assert differences(wanted, found) == []


def test_real_pages_show_in_notes_what_jekyll_shows(sites: Sites) -> None:
    assert differences(shown_by(sites("jekyll"), obsidian.as_notes_show), shown_by(sites("obsidian"))) == []


@pytest.mark.parametrize(("profile", "faults"), [("chirpy", chirpy.faults), ("obsidian", obsidian.faults)])
def test_real_pages_have_no_faults(profile: str, faults: Callable[[Path, Path], list[str]], sites: Sites) -> None:
    site = sites(profile)
    found = {name: faults(site.folder, post) for name, post in site.posts.items()}
    assert {name: said for name, said in found.items() if said} == {}


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_words: object) -> None:
        pass


@contextmanager
def serving(folder: Path) -> Iterator[HTTPConnection]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = Thread(target=server.serve_forever)
    thread.start()
    connection = HTTPConnection(*server.server_address)  # type: ignore[misc]
    try:
        yield connection
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("profile", BUILT)
def test_real_pages_local_addresses_answer(profile: str, sites: Sites) -> None:
    site = sites(profile)
    assert site.built is not None
    asked = sorted({address for article in site.articles.values() for address in local_addresses(article)})
    assert all(address.startswith("/") for address in asked)
    answers = {}
    with serving(site.built) as connection:
        for address in asked:
            connection.request("GET", address.removeprefix("/blog"))
            answer = connection.getresponse()
            answers[address] = answer.status, len(answer.read()) > 0
    print(f"{profile}: {len(asked)} local addresses")  # noqa: T201
    assert len(asked) > 50
    assert {address: answer for address, answer in answers.items() if answer != (200, True)} == {}


@pytest.mark.parametrize("profile", BUILT)
def test_real_pages_addresses_have_one_date(profile: str, sites: Sites) -> None:
    built = sites(profile).built
    assert built is not None
    addresses = [page.relative_to(built).as_posix() for page in built.rglob("*.html")]
    assert [address for address in addresses if _TWO_DAYS.search(address)] == []


@pytest.mark.browser
@pytest.mark.parametrize("profile", BUILT)
def test_real_pages_small_pictures_are_as_wide_as_in_their_pages(
    profile: str, sites: Sites, pages: list[Path], request: pytest.FixtureRequest
) -> None:
    count, unlike = unlike_pages(sites(profile), pages)
    print(f"{profile}: {count} small pictures")  # noqa: T201
    assert count > (50 if request.config.getoption("--long") else 0)
    assert unlike == []
