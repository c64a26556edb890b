"""Replace each animation of a drawing by the state in which it ends. Only animations that never end are kept.

So a saved drawing begins with what a reader of the page saw in the end.
"""

from __future__ import annotations

import re

from archiver.extractor.passes.tree import Element

_BY_READER = re.compile(r"click|touch|mouse|focus|key|begin|end|repeat", re.I)  # events that start an animation
_TRANSFORMS = frozenset(("translate", "scale", "rotate", "skewX", "skewY"))


def finish_animation(name: str, attributes: dict[str, str], parent: Element) -> bool:
    """Give `parent` the state in which its animation ends. Return True if the animation never ends and is to be kept.

    An animation changes nothing and is not kept if a reader has to start it, or if its effect is gone when it ends.

    Args:
        name: The name of the animation's element, such as `animate`.
        attributes: Its harmless attributes.
        parent: The element that it changes.
    """
    if any(map(_BY_READER.search, (attributes.get("begin", ""), attributes.get("end", "")))):
        return False
    if "indefinite" in (attributes.get("repeatCount"), attributes.get("repeatDur")):
        return True
    final = attributes.get("values", "").rstrip("; ").rpartition(";")[2].strip() or attributes.get("to", "")
    changed = attributes.get("attributeName", "")
    if not final or not changed or (name != "set" and attributes.get("fill") != "freeze"):
        return False
    if name != "animateTransform":
        parent.set(changed, final)
    elif attributes.get("type") in _TRANSFORMS:
        before = parent.get("transform", "") if attributes.get("additive") == "sum" else ""
        parent.set("transform", f"{before} {attributes['type']}({final})".strip())
    return False
