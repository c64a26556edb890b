"""A site of files in Chromium and on the disk: no barriers, nothing run or asked of others, and runs that are killed."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from archiver.site.generator.addresses import article_file, page_file
from archiver.site.generator.folder import LOCK, STATE
from tests.support.command import Command
from tests.support.paths import AXE
from tests.support.reading import STORIES
from tests.support.static_site import serving_files, write_site

ARGUMENTS = "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking".split()
FIRST, _, GONE, _, HARM, _ = STORIES
PAGES = (
    "index.html", "accounts.html", "dates.html", "tags.html", "albums.html", "sources.html", "feeds.html", "404.html",
    "search.html", "search.html?q=浇水", "search.html?q=Zeppelin", page_file("/articles", account=FIRST.account),
    article_file(FIRST.key), article_file(FIRST.key, "look"), article_file(GONE.key), article_file(HARM.key),
    article_file(HARM.key, "look"),
)  # fmt: skip
WIDER = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
OUTSIDE = """[...document.querySelectorAll('form button')].filter(button =>
  button.getBoundingClientRect().right > button.form.getBoundingClientRect().right + 1).length"""
FINDINGS = "async () => (await axe.run(document, {resultTypes: ['violations'], iframes: false})).violations"
LOADED = "() => Promise.all([...document.images].map(i => i.decode().then(() => i.naturalWidth, () => 0)))"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=ARGUMENTS)
        yield started
        started.close()


def opened(browser: Any, scheme: str, width: int) -> Any:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
    return context.new_page()


def watched(page: Any) -> tuple[list[str], list[str]]:
    """The addresses that a page asks for, and what runs in it that should not, from now on."""
    asked: list[str] = []
    trouble: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("dialog", lambda dialog: (trouble.append(dialog.message), dialog.dismiss()))
    page.on("pageerror", lambda error: trouble.append(str(error)))
    return asked, trouble


@pytest.mark.browser
@pytest.mark.axe
@pytest.mark.parametrize(("language", "scheme", "width"), [("zh-CN", "light", 1200), ("en", "dark", 360)])
def test_site_has_no_serious_barrier_and_fits_the_screen(
    browser: Any, reading_archive: Path, tmp_path: Path, language: str, scheme: str, width: int
) -> None:
    page = opened(browser, scheme, width)
    asked, found = watched(page)
    with serving_files(tmp_path / "public") as address:
        write_site(reading_archive, tmp_path / "public", base_url=address, lang=language)
        for file in PAGES:
            page.goto(f"{address}/{file}", wait_until="networkidle")
            found += [f"{file}: {page.evaluate(WIDER)} px wider"] if page.evaluate(WIDER) > 0 else []
            found += [f"{file}: a button outside of its form"] if page.evaluate(OUTSIDE) else []
            page.evaluate(AXE.read_text(encoding="utf-8"))
            for finding in page.evaluate(FINDINGS):
                if finding["impact"] in ("serious", "critical"):
                    nodes = [node["html"][:200] for node in finding["nodes"][:3]]
                    found.append(f"{file}: {finding['id']}: {json.dumps(nodes, ensure_ascii=False)}")
    page.context.close()
    assert found == []
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {urlsplit(address).netloc}


@pytest.mark.browser
def test_site_of_hostile_articles_runs_and_asks_nothing(browser: Any, hostile_archive: Path, tmp_path: Path) -> None:
    """Every kind of hostile body with every kind of hostile words: as text, as it looked, and in the search."""
    page = opened(browser, "light", 1200)
    asked, trouble = watched(page)
    with serving_files(tmp_path / "public") as address:
        write_site(hostile_archive, tmp_path / "public", base_url=address)
        for file in sorted((tmp_path / "public" / "articles").glob("*.html")):
            answer = page.goto(f"{address}/articles/{file.name}")
            assert answer.status == 200, file
        for words in ("script", "img", "onerror", "javascript", "1"):
            page.goto(f"{address}/search.html?q={words}", wait_until="networkidle")
            assert page.locator("#results script, #results img, #results iframe").count() == 0
            assert page.evaluate("document.scripts.length") == 1
    page.context.close()
    assert {urlsplit(url).netloc for url in asked if not url.startswith("data:")} == {urlsplit(address).netloc}
    assert trouble == []


@pytest.mark.browser
def test_frame_shows_its_pictures_when_opened_from_the_disk(
    browser: Any, reading_archive: Path, tmp_path: Path
) -> None:
    write_site(reading_archive, tmp_path / "public")
    page = opened(browser, "light", 1200)
    page.goto((tmp_path / "public" / article_file(FIRST.key, "look")).as_uri())
    (frame,) = page.frames[1:]
    assert frame.evaluate(LOADED) == [320, 320]
    page.context.close()


UNCLEANED = """<body onload="parent.harm = document.body.harm = 1"><script>parent.harm = document.body.harm = 1</script>
<img src="https://evil.example/1.png" onerror="parent.harm = 1"><a href="javascript:parent.harm = 1">a</a>
<link rel="stylesheet" href="https://evil.example/2.css"><iframe src="https://evil.example/3"></iframe>
<iframe srcdoc="<script>top.harm = 1</script>"></iframe><form action="/sent"><button>b</button></form>"""


@pytest.mark.browser
@pytest.mark.parametrize("from_disk", [False, True])
def test_frame_runs_sends_and_asks_nothing_even_if_nothing_had_cleaned_it(
    browser: Any, reading_archive: Path, tmp_path: Path, from_disk: bool
) -> None:
    """The frame has the origin of the site, so what it may do is held by its sandbox and the policy of its document."""
    folder = tmp_path / "public"
    write_site(reading_archive, folder)
    document = folder / article_file(FIRST.key, "styled")
    document.write_text(document.read_text(encoding="utf-8").replace("<body>", UNCLEANED), encoding="utf-8")
    page = opened(browser, "light", 1200)
    asked, trouble = watched(page)
    refused: list[str] = []  # before it was sent; Chromium tells of such requests, too
    page.on("requestfailed", lambda request: refused.extend([request.url] if request.failure == "csp" else []))
    with serving_files(folder) as address:
        start = folder.as_uri() if from_disk else address
        page.goto(f"{start}/{article_file(FIRST.key, 'look')}", wait_until="networkidle")
        frame = page.frames[1]
        assert frame.evaluate(LOADED)[1:] == [320, 320]
        for pressed in ("a[href^=javascript]", "form button"):
            frame.evaluate("pressed => document.querySelector(pressed).click()", pressed)
        page.wait_for_load_state("networkidle")
        assert frame.evaluate("document.body.harm === undefined")
        assert page.evaluate("window.harm === undefined")
    page.context.close()
    foreign = [url for url in asked if not url.startswith((start, "data:", "about:"))]
    assert set(foreign) <= set(refused), foreign
    assert len(set(foreign)) >= 2
    assert not [url for url in asked if url.endswith("/sent")]
    assert trouble == []


def files_in(folder: Path) -> dict[str, Path]:
    """The files of a site, without those that tell of its making."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.name not in (STATE, LOCK))
    return {path.relative_to(folder).as_posix(): path for path in files}


def test_run_that_is_killed_is_completed_by_the_next(offline: Command, reading_archive: Path, tmp_path: Path) -> None:
    write_site(reading_archive, tmp_path / "whole", base_url="https://example.org", lang="en")
    whole = {name: path.read_bytes() for name, path in files_in(tmp_path / "whole").items()}
    folder, arguments = (
        offline.folder / "public",
        ("site", "public", "-o", reading_archive, "--base-url", "https://example.org"),
    )
    kills = 0
    for share in (0.02, 0.1, 0.3, 0.5, 0.7, 0.9):
        process = offline.start(*arguments)
        while process.poll() is None and len(files_in(folder)) < share * len(whole):
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.01)
        kills += process.poll() is None
        process.kill()
        process.communicate()
    assert kills >= 3
    done = offline(*arguments)
    assert done.code == 0, done.err
    assert {name: path.read_bytes() for name, path in files_in(folder).items()} == whole


def test_two_runs_at_once_write_one_site(offline: Command, reading_archive: Path) -> None:
    runs = offline.at_once(*[("site", "public", "-o", reading_archive)] * 2)
    assert [run.code for run in runs] == [0, 0], runs
    assert sum(" 0 files written" in run.err for run in runs) == 1, runs
