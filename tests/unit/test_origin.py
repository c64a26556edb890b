"""models/origin.py: the facts about an article, nested and flat."""

from __future__ import annotations

from archiver.models.origin import flattened, origin_of

NESTED = {
    "biz": "b", "albums": ["甲"], "gone": {"state": "deleted", "seen": "2026-01-01"}, "reprinted_from": {"url": "u"}
}  # fmt: skip
FLAT = {
    "wechat_biz": "b", "wechat_albums": ["甲"], "wechat_gone_state": "deleted", "wechat_gone_seen": "2026-01-01",
    "wechat_reprinted_from_url": "u",
}  # fmt: skip


def test_origin_is_the_same_nested_and_flat() -> None:
    assert flattened(NESTED) == FLAT
    assert origin_of({"title": "题", "wechat": NESTED}) == NESTED
    assert origin_of({"title": "题", **FLAT}) == NESTED
    assert origin_of({"title": "题", "wechat": "x"}) == origin_of({}) == {}


def test_origin_of_hostile_keys_is_no_error() -> None:
    assert origin_of({"wechat_gone": "x", "wechat_gone_state": "y", "wechat_": "z"})["gone"] == "x"
