"""The pictures, sounds and films that the reader sends, and the files that it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from archiver.site.links import PageLinks
from tests.support.reader import PASSWORD, Browser

SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>harm()</script></svg>'


def picture(output: Path) -> Path:
    """A picture of the archive."""
    return next(output.glob("postimg/*.gif"))


def media_url(browser: Browser, path: str) -> str:
    """The address of a medium in an article as it looked."""
    return browser.access.media.for_page(PageLinks())(path)


def test_picture_is_sent_as_what_it_is(browser: Browser, output: Path) -> None:
    path = picture(output)
    answer = browser.get(f"/media/postimg/{path.name}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/gif")
    assert answer.content == path.read_bytes()
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "private, max-age=3600"


def test_part_of_a_film_is_sent(browser: Browser, output: Path) -> None:
    (output / "media").mkdir(exist_ok=True)
    (output / "media" / "film.mp4").write_bytes(bytes(range(100)))
    answer = browser.get("/media/media/film.mp4", headers={"range": "bytes=10-19"})
    assert (answer.status_code, answer.content) == (206, bytes(range(10, 20)))
    assert answer.headers["content-type"] == "video/mp4"
    assert browser.get("/media/media/film.mp4", headers={"range": "bytes=200-"}).status_code == 416


def test_picture_that_the_browser_has_is_not_sent_again(browser: Browser, output: Path) -> None:
    address = f"/media/postimg/{picture(output).name}"
    etag = browser.get(address).headers["etag"]
    for known in (etag, f'"x", {etag}', f"W/{etag}", "*"):  # RFC 9110, 13.1.2
        answer = browser.get(address, headers={"if-none-match": known})
        assert (answer.status_code, answer.content) == (304, b""), known
    assert browser.get(address, headers={"if-none-match": '"x"'}).status_code == 200


def test_drawing_that_somebody_put_there_runs_nothing(browser: Browser, output: Path) -> None:
    (output / "postimg" / "evil.svg").write_bytes(SVG)
    answer = browser.get("/media/postimg/evil.svg")
    policy = answer.headers["content-security-policy"]
    assert answer.headers["content-type"] == "image/svg+xml"
    assert policy.startswith("default-src 'none'; ")
    assert policy.endswith("; sandbox")
    assert "script" not in policy


def test_other_site_gets_no_picture(browser: Browser, output: Path) -> None:
    address = f"/media/postimg/{picture(output).name}"
    for site in ("cross-site", "same-site"):
        assert browser.get(address, headers={"sec-fetch-site": site}).status_code == 403
        assert browser.get(f"{address}?s=", headers={"sec-fetch-site": site}).status_code == 403
        assert browser.get(f"{address}?s={'0' * 43}", headers={"sec-fetch-site": site}).status_code == 403
    assert browser.get(f"{address}?s=0").headers["cross-origin-resource-policy"] == "same-origin"


def test_signed_picture_is_sent_to_a_frame_without_cookie(output: Path) -> None:
    browser = Browser(output, password=PASSWORD)
    name = picture(output).name
    address = media_url(browser, f"postimg/{name}")
    answer = browser.get(address, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 200
    assert answer.headers["cross-origin-resource-policy"] == "cross-origin"
    assert answer.headers["cache-control"] == "no-store"
    assert browser.get(address.replace(name, next(output.glob("postimg/*.jpg")).name)).status_code == 401


def test_checking_a_signature_makes_no_token(guarded: Browser, output: Path) -> None:
    assert guarded.get(f"/media/postimg/{picture(output).name}?s={'0' * 43}").status_code == 401
    assert not (output.parent / "reader-token").exists()


@pytest.mark.parametrize("name", ["a b.png", "图%.png", "a?b#c.png", "a&b.png"])
def test_media_url_leads_to_the_file(output: Path, name: str) -> None:
    (output / "postimg" / name).write_bytes(b"x")
    browser = Browser(output, password=PASSWORD)
    assert browser.get(media_url(browser, f"postimg/{name}")).content == b"x"
