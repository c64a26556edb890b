"""Read from a post's front matter which article the post contains, in each form that profiles write."""

from __future__ import annotations

from collections.abc import Mapping

_MAPPING = "wechat"
_FLAT = f"{_MAPPING}_"
_NESTED = ("gone", "reprinted_from")  # mappings in the mapping


def origin_of(values: Mapping[str, object]) -> Mapping[str, object]:
    """Return the facts about its article that a post has; {} if it has none.

    `values` is the front matter of the post. Most profiles write the facts as a mapping, `wechat: {biz: …}`. Those for
    readers that show no nested mappings write keys such as `wechat_biz`, and `wechat_gone_state` for a mapping inside.
    """
    origin = values.get(_MAPPING)
    if isinstance(origin, Mapping):
        return origin
    found: dict[str, object] = {}
    for key, value in values.items():
        name = key.removeprefix(_FLAT)
        if name == key:
            continue
        group = next((group for group in _NESTED if name.startswith(f"{group}_")), "")
        inner = found.setdefault(group, {}) if group else found
        if isinstance(inner, dict):
            inner[name.removeprefix(f"{group}_") if group else name] = value
    return found


def flattened(origin: Mapping[str, object]) -> dict[str, object]:
    """Return the facts about an article as keys without nested mappings, as `origin_of` reads them."""
    flat: dict[str, object] = {}
    for name, value in origin.items():
        inner = value if isinstance(value, Mapping) else {"": value}
        flat |= {f"{_FLAT}{name}{'_' * bool(part)}{part}": each for part, each in inner.items()}
    return flat
