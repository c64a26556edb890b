"""`archiver init --profile`: what it finds in sites, what it writes, and what it leaves as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from archiver.settings import Settings, load
from tests.support.command import Command, Run
from tests.support.engines.sites import write_site


def init(offline: Command, profile: str, files: dict[str, str], folder: str = "site") -> tuple[Run, Settings]:
    """The run in a folder with these files, and the settings that it wrote; no file of the site may change."""
    site = offline.folder / "site"
    for name, content in files.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(content, encoding="utf-8")
    run = offline("init", "--profile", profile, folder)
    assert run.code == 0, run.err
    assert {name: (site / name).read_text(encoding="utf-8") for name in files} == files
    return run, load({}, {}, offline.folder / folder)


BASEURL = "{{site.baseurl}}"
SITES = {  # profile, files, settings that are not the defaults
    "jekyll, no site": ("jekyll", {}, {}),
    "jekyll without the picture": ("jekyll", {"_config.yml": "title: 站"}, {"header_img": "cover"}),
    "jekyll with the picture": ("jekyll", {"_config.yml": "title: 站", "img/the-first.png": "x"}, {}),
    "jekyll, pretty": (
        "jekyll",
        {"_config.yml": "permalink: pretty", "img/the-first.png": "x"},
        {"post_address": BASEURL + "/{year}/{month}/{day}/{slug}/"},
    ),
    "jekyll, own permalink": (
        "hux", {"_config.yml": "permalink: /:categories/a/:title"}, {"post_address": BASEURL + "/a/{slug}"}
    ),
    "jekyll, its own default": ("hux", {"_config.yml": "permalink: date"}, {}),
    "chirpy": ("chirpy", {"_config.yml": "permalink: /posts/:title/"}, {}),
    "hugo": ("hugo", {"hugo.toml": 'baseURL = "https://me.example/"'}, {}),
    "hugo below a path": (
        "hugo",
        {"config/_default/config.yaml": "baseURL: https://me.example/blog/"},
        {"site_prefix": "/blog", "post_address": "/blog/posts/{slug}/"},
    ),
    "hugo, permalinks": (
        "hugo",
        {"config.toml": '[permalinks]\nposts = "/:year/:filename/"'},
        {"post_address": "/{year}/{slug}/"},
    ),
    "hugo, ugly": ("hugo", {"hugo.json": '{"uglyURLs": true}'}, {"post_address": "/posts/{slug}.html"}),
    "hexo": ("hexo", {"_config.yml": "permalink: :year/:month/:day/:title/"}, {}),
    "hexo below a path": (
        "hexo",
        {"_config.yml": "root: /b/\npermalink: a/:title.html"},
        {"site_prefix": "/b", "post_address": "/b/a/{slug}.html"},
    ),
    "obsidian": ("obsidian", {".obsidian/app.json": "{}"}, {}),
    "broken": ("hugo", {"hugo.toml": "= ["}, {}),
}  # fmt: skip


@pytest.mark.parametrize(("profile", "files", "expected"), SITES.values(), ids=SITES)
def test_init_writes_settings_that_fit_the_site(
    offline: Command, profile: str, files: dict[str, str], expected: dict[str, str]
) -> None:
    _, settings = init(offline, profile, files)
    written = yaml.safe_load((offline.folder / "site" / "archiver.yml").read_text("utf-8"))
    usual = {"interval", "budget", "sources"}
    assert {key: value for key, value in written.items() if key not in usual} == {
        "profile": profile, "output": ".", **expected
    }  # fmt: skip
    assert Path(settings.output).resolve() == (offline.folder / "site").resolve()


def test_init_in_a_folder_of_a_vault_writes_its_path(offline: Command) -> None:
    (offline.folder / "site" / "Clippings" / "wx").mkdir(parents=True)
    _, settings = init(offline, "obsidian", {".obsidian/app.json": "{}"}, "site/Clippings/wx")
    assert settings.site_prefix == "Clippings/wx/"


ADVICE = {
    "no time zone": ("jekyll", {"_config.yml": "baseurl: /b"}, "add `timezone: Asia/Shanghai`"),
    "another time zone": ("jekyll", {"_config.yml": "timezone: Europe/Berlin"}, "timezone is Europe/Berlin"),
    "an unknown time zone": ("jekyll", {"_config.yml": "timezone: Mars/Base"}, "timezone Mars/Base is not known"),
    "published settings": ("jekyll", {"_config.yml": "exclude: [x]"}, "add archiver.yml and your lists to `exclude`"),
    "another source": ("jekyll", {"_config.yml": "source: src"}, "name it as `output`"),
    "a permalink that links cannot follow": ("jekyll", {"_config.yml": "permalink: ordinal"}, "cannot follow :y_day"),
    "slugs of titles": ("hugo", {"hugo.toml": '[permalinks]\nposts = "/:slug/"'}, "`:filename` in place of them"),
    "days out of file names": ("hugo", {"hugo.toml": '[frontmatter]\ndate = [":filename"]'}, "leave `:filename` out"),
    "another content": ("hugo", {"hugo.toml": 'contentDir = "c"'}, "mount these folders"),
    "languages": ("hugo", {"hugo.toml": "[languages.zh]\n[languages.en]"}, "the languages zh, en"),
    "excluded notes": ("obsidian", {".obsidian/app.json": '{"userIgnoreFilters": ["WeChat/"]}'}, "searches leave them"),
}


@pytest.mark.parametrize(("profile", "files", "said"), ADVICE.values(), ids=ADVICE)
def test_init_says_what_to_change_in_the_site(offline: Command, profile: str, files: dict[str, str], said: str) -> None:
    run, _ = init(offline, profile, files)
    assert any(said in line for line in run.err.splitlines() if line.startswith("to do: ")), run.err


def test_init_site_without_faults_has_nothing_to_do(offline: Command) -> None:
    config = "permalink: pretty\ntimezone: Asia/Shanghai\nexclude: [archiver.yml]\nfuture: false\n"
    run, _ = init(offline, "hux", {"_config.yml": config})
    assert "to do" not in run.err
    assert "found: _config.yml: permalink: pretty, timezone: Asia/Shanghai" in run.err


def test_init_existing_settings_are_shown_as_difference(offline: Command) -> None:
    run, settings = init(offline, "hugo", {"archiver.yml": "profile: jekyll\noutput: .\n", "hugo.toml": ""})
    assert run.out.splitlines()[:2] == ["-profile: jekyll", "+profile: hugo"]
    assert "stays as it is" in run.err
    assert settings.profile == "jekyll"


def test_init_hugo_writes_shortcode_once(offline: Command) -> None:
    name = "layouts/shortcodes/wechat-html.html"
    run, _ = init(offline, "hugo", {name: "mine"})
    assert f"{name} is there already" in run.err
    (offline.folder / "site" / name).unlink()
    assert name in offline("init", "--profile", "hugo", "site").out
    assert (offline.folder / "site" / name).read_text() == "{{- .Get 0 | safeHTML -}}\n"


def test_init_gitattributes_name_the_folders_of_the_profile(offline: Command) -> None:
    init(offline, "obsidian", {})
    lines = (offline.folder / "site" / ".gitattributes").read_text().splitlines()
    assert "**/WeChat/** -text" in lines
    assert "**/postimg/** -text" in lines
    assert len(lines) == len(set(lines)) == 6


def test_init_unknown_profile_writes_nothing(offline: Command) -> None:
    assert offline("init", "--profile", "pelican", "site").code == 78
    assert not (offline.folder / "site").exists()


HUX_CONFIG = "title: x\nSEOTitle: x | y\nheader-img: img/home-bg.jpg\nsidebar-avatar: /img/a.jpg\npermalink: pretty\n"
HUX = {"_config.yml": HUX_CONFIG, "_layouts/post.html": "", "_includes/intro-header.html": ""}
RECOGNISED = {
    "jekyll": ("jekyll", {"_config.yml": "theme: minima\n"}),
    "chirpy": ("chirpy", {"_config.yml": "theme: jekyll-theme-chirpy\n"}),
    "hux": ("hux", HUX),
    "hux before it had a header of its own": (
        "hux", {"_config.yml": HUX_CONFIG, "_layouts/post.html": "", "_layouts/keynote.html": ""}
    ),
    "hux with the picture of the profile jekyll": ("jekyll", {**HUX, "img/the-first.png": "x"}),
    "keys of hux, another theme": ("jekyll", {"_config.yml": f"theme: minima\n{HUX_CONFIG}"}),
    "chirpy with keys of hux": ("chirpy", {**HUX, "_config.yml": f"theme: jekyll-theme-chirpy\n{HUX_CONFIG}"}),
    "a theme like hux": ("jekyll", {**HUX, "_config.yml": "title: x\nheader-img: img/home-bg.jpg\n"}),
    "minima's files": (
        "jekyll", {"_config.yml": "theme: minima\nheader_pages: [about.md]\n", "_layouts/post.html": "", "_includes/header.html": ""}
    ),
    "hexo by its package": ("hexo", {"_config.yml": "title: x\n", "package.json": '{"dependencies": {"hexo": "^8"}}'}),
    "hugo": ("hugo", {"hugo.toml": "title = 'x'\n"}),
    "hugo until 0.109": ("hugo", {"config.toml": "title = 'x'\n", "archetypes/default.md": ""}),
    "vault": ("obsidian", {".obsidian/app.json": "{}"}),
    "another tool": ("", {"config.toml": "title = 'x'\n"}),
    "a package": ("", {"package.json": '{"dependencies": {"hexo": "^8"}}'}),
}  # fmt: skip


@pytest.mark.parametrize(("profile", "files"), RECOGNISED.values(), ids=RECOGNISED)
def test_init_without_profile_recognises_the_site(offline: Command, profile: str, files: dict[str, str]) -> None:
    write_site(offline.folder / "site", files)
    run = offline("init", "site")
    assert run.code == 0, run.err
    written = yaml.safe_load((offline.folder / "site" / "archiver.yml").read_text("utf-8"))
    assert (written.get("profile", ""), written["output"]) == (profile, "." if profile else "output")
    assert (f"a site for the profile `{profile}` is here" in run.err) == bool(profile)


def test_init_without_profile_leaves_settings_that_are_there(offline: Command) -> None:
    write_site(offline.folder / "site", {"hugo.toml": "title = 'x'\n", "archiver.yml": "output: kept\n"})
    run = offline("init", "site")
    assert run.code == 2
    assert "is there already" in run.err
    assert (offline.folder / "site" / "archiver.yml").read_text("utf-8") == "output: kept\n"


def test_init_template_names_the_folder_of_posts(offline: Command) -> None:
    write_site(offline.folder / "site", {"hugo.toml": "title = 'x'\n"})
    assert offline("init", "site").code == 0
    assert "folder (below content/posts/)" in (offline.folder / "site" / "archiver.yml").read_text("utf-8")
