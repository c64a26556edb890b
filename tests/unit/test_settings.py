"""Settings: defaults < archiver.yml < ARCHIVER_* < flags; whatever is unknown is named."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from archiver.errors import ConfigError
from archiver.settings import Settings, load


def settings(folder: Path, yml: str | None = None, env: dict[str, str] | None = None, **flags: object) -> Settings:
    if yml is not None:
        (folder / "archiver.yml").write_text(yml)
    return load(flags, env or {}, folder)


def test_load_nothing_set_returns_defaults(tmp_path):
    assert settings(tmp_path) == Settings()
    assert (Settings().output, Settings().interval, Settings().site_prefix) == ("output", 3.0, "{{site.baseurl}}")
    assert Settings().source_block.account == "转载：{account}"
    assert Settings().source_block.link == "来源：[微信公众号]({url})"


@pytest.mark.parametrize(
    ("env", "flags", "interval"),
    [({}, {}, 4), ({"ARCHIVER_INTERVAL": "5"}, {}, 5), ({"ARCHIVER_INTERVAL": "5"}, {"interval": 6}, 6)],
    ids=["file over default", "environment over file", "flag over environment"],
)
def test_load_follows_source_precedence(tmp_path, env, flags, interval):
    assert settings(tmp_path, "interval: 4", env, **flags).interval == interval


def test_load_merges_nested_settings_from_all_sources(tmp_path):
    read = settings(tmp_path, "media: {image_max: 7}", {"ARCHIVER_MEDIA__VIDEO_MAX": "8"}, media={"save": False})
    assert (read.media.image_max, read.media.video_max, read.media.save) == (7, 8, False)


def test_load_environment_false_is_boolean(tmp_path):
    assert settings(tmp_path, env={"ARCHIVER_MEDIA__SAVE": "false"}).media.save is False


@pytest.mark.parametrize("yml", ["[{links: {}}]", "[{links: }]", "[{links: {account: same, depth: 1, limit: 20}}]"])
def test_load_source_of_links_has_defaults(tmp_path, yml):
    [source] = settings(tmp_path, f"sources: {yml}").sources
    assert (source.links.account, source.links.depth, source.links.limit) == ("same", 1, 20)
    assert (source.title, source.tags) == ("links", None)


def test_load_sources_of_links_are_called_differently(tmp_path):
    yml = "sources: [{links: {account: 甲}, name: 甲}, {links: {account: 乙}, name: 乙}, {list: a}, {list: a}]"
    assert settings(tmp_path, yml).link_sources == {"甲", "乙"}


def test_load_front_matter_accepts_custom_keys(tmp_path):
    yml = "front_matter:\n  author: '{author}'\n  catalog: null\n  no-catalog: true\n"
    assert settings(tmp_path, yml).front_matter == {"author": "{author}", "catalog": None, "no-catalog": True}


@pytest.mark.parametrize(
    ("yml", "env", "said"),
    [
        ("dely: 4", {}, ["archiver.yml", "dely"]),
        ("media: {vidoe_max: 4}", {}, ["archiver.yml", "media.vidoe_max"]),
        ("", {"ARCHIVER_FOO": "1"}, ["ARCHIVER_FOO"]),
        ("", {"ARCHIVER_MEDIA__FOO": "1"}, ["ARCHIVER_MEDIA__FOO", "media.foo"]),
    ],
)
def test_load_unknown_setting_error_names_source_and_key(tmp_path, yml, env, said):
    with pytest.raises(ConfigError) as raised:
        settings(tmp_path, yml, env)
    assert all(word in str(raised.value) for word in ("unknown setting", *said))
    assert raised.value.exit_code == 78


@pytest.mark.parametrize(
    ("yml", "env", "said"),
    [
        ("interval: soon", {}, ["archiver.yml", "interval"]),
        ("interval: -1", {}, ["archiver.yml", "interval"]),
        ("interval: .nan", {}, ["archiver.yml", "interval"]),
        ("", {"ARCHIVER_INTERVAL": "x"}, ["ARCHIVER_INTERVAL"]),
        ("media: 4", {}, ["archiver.yml", "media"]),
        ("sources: [{links: {depth: 0}}]", {}, ["archiver.yml", "sources[0].links.depth"]),
        ("sources: [{links: {}, list: a}]", {}, ["archiver.yml", "sources[0]"]),
        ("sources: [{links: {}}, {links: {}}]", {}, ["archiver.yml", "two sources are called links"]),
        ("sources: [{links: {}, name: a}, {list: a}]", {}, ["archiver.yml", "two sources are called a"]),
        ("a: [", {}, ["archiver.yml", "YAML"]),
        ("- a", {}, ["archiver.yml"]),
        ("front_matter: {wechat: null}", {}, ["archiver.yml", "front_matter.wechat"]),
    ],
)
def test_load_invalid_setting_error_names_source_and_key(tmp_path, yml, env, said):
    with pytest.raises(ConfigError) as raised:
        settings(tmp_path, yml, env)
    assert all(word in str(raised.value) for word in said)
    assert "unknown setting" not in str(raised.value)  # or any value of a setting that is not there would do
    assert "\n" not in str(raised.value)
    assert raised.value.exit_code == 78


@pytest.mark.parametrize("yml", ["", "# nothing yet\n", "{}"], ids=["empty", "comments", "no keys"])
def test_load_empty_file_returns_defaults(tmp_path, yml):
    assert settings(tmp_path, yml) == Settings()


def test_load_paths_in_file_are_relative_to_it(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site/my.yml").write_text("output: blog\ncookies: /etc/c.txt\n")
    read = load({}, {}, tmp_path, "site/my.yml")
    assert (read.output, read.cookies) == (str(tmp_path / "site/blog"), "/etc/c.txt")
    assert load({"output": "x"}, {}, tmp_path, "site/my.yml").output == "x"


def test_load_file_in_current_folder_keeps_relative_paths(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert settings(Path(), "output: blog").output == "blog"


def test_load_current_folder_file_precedes_file_beside_output(tmp_path):
    (tmp_path / "blog").mkdir()
    (tmp_path / "blog/archiver.yml").write_text("interval: 9")
    assert load({"output": "blog/out"}, {}, tmp_path).interval == 9
    assert load({}, {"ARCHIVER_OUTPUT": "blog/out"}, tmp_path).interval == 9
    assert settings(tmp_path, "interval: 4", output="blog/out").interval == 4


def test_load_missing_named_file_is_config_error(tmp_path):
    with pytest.raises(ConfigError, match=r"missing\.yml"):
        load({}, {}, tmp_path, "missing.yml")


def test_settings_are_frozen():
    with pytest.raises(AttributeError):
        Settings().interval = 1  # type: ignore[misc]


def test_load_files_and_programs_of_news_count_from_the_file(tmp_path):
    read = settings(tmp_path, "notify: [services.txt, 'jsons://a.example/x', /etc/s]\non_news: [./tell, ./word]")
    assert read.notify == (str(tmp_path / "services.txt"), "jsons://a.example/x", "/etc/s")
    assert read.on_news == (str(tmp_path / "tell"), "./word")


def test_load_one_address_and_a_program_of_the_path(tmp_path):
    read = settings(tmp_path, "notify: jsons://a.example/x\non_news: [tell]")
    assert (read.notify, read.on_news) == (("jsons://a.example/x",), ("tell",))


@pytest.mark.parametrize("yml", ["on_news: tell --all", "on_news: [tell, [1]]", "notify: {a: b}", "digest: weekly"])
def test_load_wrong_form_of_news_settings_is_config_error(tmp_path, yml):
    with pytest.raises(ConfigError, match=yml.partition(":")[0]):
        settings(tmp_path, yml)


@pytest.mark.parametrize("name", ["ARCHIVER_NOTIFY", "ARCHIVER_ON_NEWS", "ARCHIVER_NOTIFY__0"])
def test_load_variable_of_news_is_refused_without_its_value(tmp_path, name):
    with pytest.raises(ConfigError, match=r"only archiver\.yml sets") as error:
        settings(tmp_path, env={name: "wecombot://geheim"})
    assert "geheim" not in str(error.value)


@pytest.mark.skipif(os.name != "posix", reason="Windows has no permissions that are checked")
@pytest.mark.parametrize("yml", ["catalogue: postgresql://db/x", "cookies: c.txt", "notify: s", "on_news: [s]"])
def test_load_file_that_others_may_change_sets_nothing_risky(tmp_path, yml):
    (tmp_path / "archiver.yml").write_text(yml)
    (tmp_path / "archiver.yml").chmod(0o606)
    with pytest.raises(ConfigError, match=f"`{yml.partition(':')[0]}` in it is not followed"):
        settings(tmp_path)


@pytest.mark.parametrize("yml", ["interval: 4", "interval: 4\ncookies: ''\nnotify: []"])
def test_load_file_that_others_may_change_sets_the_rest(tmp_path, yml):
    (tmp_path / "archiver.yml").write_text(yml)
    (tmp_path / "archiver.yml").chmod(0o666)
    assert settings(tmp_path).interval == 4
