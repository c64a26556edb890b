"""Settings: defaults < archiver.yml < ARCHIVER_* < flags; whatever is unknown is named."""

from __future__ import annotations

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
