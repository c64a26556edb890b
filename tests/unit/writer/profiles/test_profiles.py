"""Profiles: how an output is added, and that nothing but its profile says what a post looks like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from importlib.metadata import EntryPoint, EntryPoints

import pytest

from archiver.errors import ConfigError
from archiver.models import Article, LocalFile, Media
from archiver.settings import Settings
from archiver.writer import profiles, renderer
from archiver.writer.markdown.dialect import Dialect
from archiver.writer.names import media_name
from archiver.writer.profiles import Profile, SiteOptions, get_profile
from archiver.writer.profiles.jekyll import JekyllProfile
from archiver.writer.profiles.media_folders import MediaFolders
from archiver.writer.renderer import LinkedPost, PostStyle, ProfileRenderer

CAPTURED = datetime.fromisoformat("2026-01-01T20:00:00+00:00")  # the next day in China
IMAGE = Media(url="https://mmbiz.qpic.cn/mmbiz_jpg/abc/0")
LOST = Media(url="https://mmbiz.qpic.cn/mmbiz_jpg/def/0")
OTHER = "https://mp.weixin.qq.com/s/other"
CODE = "{% raw %}{{ site.title }}"
ARTICLE = Article(
    title="题", account="号", url="https://mp.weixin.qq.com/s/this", biz="b", mid="1", idx="2", media=(IMAGE, LOST),
    body=f'<p>{{{{甲}}}}</p>\n<p><img src="{IMAGE.url}" alt=""></p>\n<p><img src="{LOST.url}" alt=""></p>\n'
    f'<p><a href="{OTHER}">乙</a></p>\n<pre><code>{CODE}</code></pre>',
)  # fmt: skip
MEDIA = {media_name(IMAGE): LocalFile(path="postimg/abc.jpg", size=1, sha256="0"), media_name(LOST): "not there"}

NO_TEMPLATES = Dialect()
FILES = MediaFolders("files")


@dataclass(frozen=True)
class ExampleProfile:
    """Markdown files in `notes/`, read by people alone: no front matter, no templates."""

    site: SiteOptions
    name: str = "example"
    posts_directory: str = "notes"
    dialect: Dialect = NO_TEMPLATES

    def post_paths(self, article: Article, day: date, folder: str = "") -> Iterator[str]:
        yield f"notes/{article.title}.md"
        yield f"notes/{article.title} {article.mid}-{article.idx}.md"

    @property
    def draft(self) -> Mapping[str, object]:
        return {}

    @property
    def site_files(self) -> Mapping[str, str]:
        return {}

    @property
    def media_directories(self) -> tuple[str, ...]:
        return FILES.directories

    def media_path(self, name: str) -> str:
        return FILES.path_of(name)

    def media_name(self, path: str) -> str:
        return FILES.name_of(path)

    def media_url(self, path: str) -> str:
        return f"../{path}"

    def medium_at(self, address: str) -> str:
        return address.removeprefix("../")

    def media_in(self, text: str) -> list[str]:
        return [word.partition(")")[0] for word in text.split("](../")[1:]]

    def post_url(self, path: str, published: datetime | None = None) -> str:
        return path.removeprefix("notes/")

    def published_name_at(self, address: str) -> str:
        return address.casefold()

    def native(self, markdown: str) -> str:
        return markdown

    def portable(self, text: str) -> str:
        return text

    def front_matter(
        self, article: Article, captured: datetime, overrides: Mapping[str, object], *, header_image: str = ""
    ) -> str:
        return ""

    def published_name(self, path: str) -> str:
        return path.rpartition("/")[2].casefold()

    def published_name_start(self, path: str) -> str:
        return self.published_name(path)[:10]

    def ignores(self, name: str) -> bool:
        return name.startswith(".")


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> Profile:
    """The profile as another package would add it."""
    add_entry_point(monkeypatch, "example", f"{__name__}:ExampleProfile")
    return get_profile("example", SiteOptions())


def add_entry_point(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> None:
    point = EntryPoint(name=name, value=value, group=profiles.GROUP)
    monkeypatch.setattr(profiles, "entry_points", lambda group: EntryPoints([point]).select(group=group))


def style_of(_article: Article) -> PostStyle:
    return PostStyle(post_of=lambda link: LinkedPost(path="notes/other.md") if link == OTHER else None)


def test_profile_from_entry_point_renders_own_format(example):
    post = ProfileRenderer(profile=example, style_of=style_of).render(ARTICLE, MEDIA, CAPTURED)
    assert post.text == (
        "\n> 转载：号  \n> 来源：[微信公众号](https://mp.weixin.qq.com/s/this)\n"
        "\n{{甲}}\n\n![](../postimg/abc.jpg)\n\n![](https://mmbiz.qpic.cn/mmbiz_jpg/def/0)\n"
        f"\n[乙](other.md)\n\n```\n{CODE}\n```\n"
    )
    assert (post.text_coverage, post.day) == (1, date(2026, 1, 2))
    assert example.media_in(post.text) == ["postimg/abc.jpg"]


def test_jekyll_profile_renders_article_as_jekyll_post():
    style = PostStyle(post_of=lambda link: LinkedPost(path="_posts/2020-06-17-other.md") if link == OTHER else None)
    profile = JekyllProfile()
    post = ProfileRenderer(profile=profile, style_of=lambda _article: style).render(ARTICLE, MEDIA, CAPTURED)
    front, _, text = post.text.partition("\n---\n")
    assert front.startswith('---\nlayout: "post"\ntitle: "题"\ndate: 2026-01-02 04:00:00 +0800\n')
    assert "\n&#123;{甲}}\n\n![]({{site.baseurl}}/postimg/abc.jpg)\n" in text
    assert "\n[乙]({{site.baseurl}}/2020/06/17/other.html)\n" in text
    assert f"\n<!-- {{% raw %}} -->\n```\n{CODE}\n```\n<!-- {{% endraw %}} -->\n" in text
    assert (post.text_coverage, post.day) == (1, date(2026, 1, 2))


def test_text_coverage_does_not_count_source_block(example, monkeypatch):
    article = Article(title="题", account="号", url="https://mp.weixin.qq.com/s/this", body="<p>甲转载</p>")
    monkeypatch.setattr(renderer, "body_markdown", lambda *_: "甲")
    posts = [ProfileRenderer(profile=profile).render(article, {}, CAPTURED) for profile in (example, JekyllProfile())]
    assert [post.text_coverage for post in posts] == [pytest.approx(1 / 3)] * 2


def test_renderer_inline_code_is_escaped_only_for_its_profile(example):
    article = Article(body="<p><code>{{ a }}</code> {:toc}</p>")
    text = {
        profile.name: ProfileRenderer(profile=profile).render(article, {}, CAPTURED).text
        for profile in (example, JekyllProfile())
    }
    assert "`{{ a }}` {:toc}" in text["example"]
    assert "<code>&#123;&#123; a &#125;&#125;</code> &#123;:toc}" in text["jekyll"]


def test_jekyll_media_in_finds_media_urls():
    for site in (SiteOptions(), SiteOptions(media_prefix=""), SiteOptions(media_prefix="https://cdn.example/blog")):
        profile = JekyllProfile(site)
        path = "postimg/图 1.png"
        assert profile.media_in(f'![]({profile.media_url(path)}) <img src="{profile.media_url(path)}">') == [path]
        assert profile.media_in("![]({{ site.baseurl }}/media/a.mp3) /media/b.mp3") == ["media/a.mp3"]
        assert profile.media_in("![](https://cdn-example/blog/postimg/a.png)") == []


USUAL = Settings().post_address
NAMES = ["2024-05-31-标题.md", "2020-01-02-C++-and-more.md", "2020-01-02-ＡＢＣ.md", "1999-12-31-a%b c.md"]


@pytest.mark.parametrize(
    "pattern", [USUAL, "/{year}/{month}/{slug}-{day}/", "https://me.example/blog/{slug}?{year}{month}{day}"]
)
@pytest.mark.parametrize("name", NAMES)
def test_jekyll_published_name_at_undoes_post_url(pattern: str, name: str) -> None:
    profile = JekyllProfile(SiteOptions(post_url=pattern))
    path = f"_posts/{name}"
    assert profile.published_name_at(profile.post_url(path)) == profile.published_name(path)


@pytest.mark.parametrize(
    "link", ["https://mp.weixin.qq.com/s/A", "", "/2020/13/x", "{{site.baseurl}}/2020/01/02/.html", "/about.html"]
)
def test_jekyll_published_name_at_other_link_leads_to_no_post(link: str) -> None:
    assert JekyllProfile().published_name_at(link) == ""


def test_jekyll_published_name_at_pattern_with_a_part_twice_is_not_understood() -> None:
    profile = JekyllProfile(SiteOptions(post_url="/{year}/{year}/{month}/{day}/{slug}"))
    assert profile.published_name_at("/2020/2020/01/02/x") == ""


def test_jekyll_medium_at_undoes_media_url() -> None:
    for site in (SiteOptions(), SiteOptions(media_prefix=""), SiteOptions(media_prefix="https://cdn.example/blog")):
        profile = JekyllProfile(site)
        assert profile.medium_at(profile.media_url("postimg/图 1.png")) == "postimg/图 1.png"
        assert profile.medium_at("{{site.baseurl}}/media/a.mp3") == "media/a.mp3"
        assert profile.medium_at("media/b.mp3") == "media/b.mp3"
    for address in ("/img/a.png", "https://mmbiz.qpic.cn/postimg/a.png", "/postimg/../_posts/a.md", "/postimg/a.png?b"):
        assert JekyllProfile().medium_at(address) == ""


@pytest.mark.parametrize(("root", "path"), [("", "postimg/a.png"), ("source", "source/postimg/a.png")])
def test_media_folders_name_is_the_same_below_any_root(root: str, path: str) -> None:
    folders = MediaFolders(root)
    assert folders.path_of("postimg/a.png") == path
    assert folders.name_of(path) == "postimg/a.png"
    assert path.startswith(f"{folders.directories[0]}/")


def test_media_folders_file_elsewhere_has_no_name() -> None:
    assert MediaFolders("static").name_of("postimg/a.png") == MediaFolders().name_of("static/postimg/a.png") == ""
    assert MediaFolders("static").name_of("static/img/a.png") == ""


def test_published_key_start_is_prefix_of_key(example):
    for profile in (example, JekyllProfile()):
        for path in ("_posts/2020-06-17-甲.md", "_posts/a/20-6-7-a.md", "notes/A long name of a note.md"):
            key = profile.published_name(path)
            assert key[:10] in ("", profile.published_name_start(path))


def test_site_options_defaults_match_settings_defaults():
    site = SiteOptions(media_prefix=Settings().site_prefix, post_url=Settings().post_address)
    path = "_posts/2020-06-17-甲.md"
    assert JekyllProfile(site).post_url(path) == JekyllProfile().post_url(path)
    assert JekyllProfile(site).media_url("postimg/a.png") == JekyllProfile().media_url("postimg/a.png")
    assert get_profile(Settings().profile, site) == JekyllProfile(site)


def test_get_profile_built_in_name_cannot_be_replaced(monkeypatch):
    add_entry_point(monkeypatch, "jekyll", f"{__name__}:ExampleProfile")
    assert get_profile("jekyll", SiteOptions()) == JekyllProfile()


def test_get_profile_unknown_name_error_lists_profiles(example):
    with pytest.raises(ConfigError, match=r"there is no profile `pelican`: use one of .*example.*jekyll") as raised:
        get_profile("pelican", SiteOptions())
    assert raised.value.exit_code == 78


@pytest.mark.parametrize("value", ["no_such_module:Profile", f"{__name__}:style_of_nobody", f"{__name__}:CAPTURED"])
def test_get_profile_unloadable_profile_is_config_error(monkeypatch, value):
    add_entry_point(monkeypatch, "broken", value)
    with pytest.raises(ConfigError, match=r"the profile `broken` of .* cannot be loaded"):
        get_profile("broken", SiteOptions())
