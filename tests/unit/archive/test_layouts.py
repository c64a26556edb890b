"""The order of layouts: which former addresses a post has."""

from __future__ import annotations

import pytest

from archiver.archive.layouts import former_addresses, layout_of, profile_of
from archiver.models.layout import FormerFile, Layout
from archiver.writer.profiles import SiteOptions, get_profile


def former(*profiles: str) -> list[FormerFile]:
    """The former files of a post in the order in which it left these profiles first."""
    return [FormerFile(profile=name, path="", sha256="", key="b:1:1", address=f"/{name}/") for name in profiles]


@pytest.mark.parametrize(
    ("left", "present", "addresses"),
    [
        ((), "jekyll", ()),
        (("jekyll",), "hugo", ("/jekyll/",)),
        (("jekyll", "hugo"), "jekyll", ()),
        (("jekyll", "hugo"), "hugo", ("/jekyll/",)),
        (("jekyll", "hugo"), "hexo", ("/jekyll/", "/hugo/")),
        (("hugo", "jekyll"), "jekyll", ("/hugo/",)),
    ],
)
def test_former_addresses_are_those_before_the_first_stay(
    left: tuple[str, ...], present: str, addresses: tuple[str, ...]
) -> None:
    profile = get_profile(present, SiteOptions())
    assert former_addresses(former(*left), profile, "2024-05-01-x.md", None) == addresses


def test_former_addresses_leave_out_unknown_ones_and_the_present_one() -> None:
    files = [FormerFile(profile=name, path="", sha256="", address=where) for name, where in
             (("a", ""), ("b", "/posts/x/"), ("c", "/x/"), ("d", "/x/"))]  # fmt: skip
    profile = get_profile("hugo", SiteOptions())
    assert former_addresses(files, profile, "content/posts/x.md", None) == ("/x/",)


def test_layout_of_profile_makes_the_same_profile() -> None:
    layout = Layout(profile="hugo", media_prefix="/a", post_url="/{slug}/", time_zone="Asia/Shanghai")
    assert layout_of(profile_of(layout)) == layout
