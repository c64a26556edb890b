"""Restore addresses that a web archive or the browser extension SingleFile changed when it copied the page.

A web archive (archive.org, archive.today) puts its own address before that of each link and image. SingleFile moves
images that a page shows several times into variables of the style sheet, such as `--sf-img-3`
(docs/reference/wechat-format.md#what-savers-do-to-addresses).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any, cast

from lxml import etree

from archiver import urls
from archiver.extractor.passes.images import address_of
from archiver.extractor.passes.tree import Element, having

_HINTS = ("/web/", "://archive.", "/o/")  # one of these is in each address that a web archive has changed
_find_changed = cast(
    Callable[[Element], list[Any]],
    etree.XPath("descendant::*/@*[{}]".format(" or ".join(f"contains(., '{hint}')" for hint in _HINTS))),
)
_ATTRIBUTES = frozenset(
    "href src data-src data-original data-backsrc data-lazy-bgimg poster cover data-cover data-url data-coveruri "
    "albumurl data-emoji_url data-miniprogram-imageurl".split()
)
_URL = re.compile(r"(url\(\s*+[\"']?)([^\"'()\s]++)")

_VARIABLE = re.compile(
    r"(--sf-img-[0-9]{1,6})\s*+:\s*+url\(\s*+(?:\"(data:image/[^\"]++)\"|'(data:image/[^']++)'|(data:image/[^)\s\"']++))"
)
_MAX_RESTORED = 32_000_000  # characters of all images that are put back; a page may name a large one many times
_USE = re.compile(r"var\(\s*+(--sf-img-[0-9]{1,6})\s*+\)")
_find_users = having("descendant::*/@style[contains(., '--sf-img-')]")


def restore_addresses(html: str) -> Callable[[Element], None]:
    """Return a function that restores the addresses in a body that a web archive changed.

    The function takes the tree of the body and changes it in place. `html` is the HTML of the body; if it has no
    changed address, the function does nothing.
    """
    return _restore_addresses if any(hint in html for hint in _HINTS) else _change_nothing


def _restore_addresses(body: Element) -> None:
    for value in _find_changed(body):
        element, name = value.getparent(), value.attrname.removeprefix("xlink:")
        if name == "style":
            element.set(name, _URL.sub(lambda found: found[1] + urls.original_address(found[2]), value))
        elif name in _ATTRIBUTES:  # a page may have attributes whose names lxml refuses to write
            element.set(name, urls.original_address(value.strip()))


def restore_saved_images(css: str, html: str) -> Callable[[Element], None]:
    """Return a function that puts back the images which SingleFile moved to variables of the style sheet.

    The function takes the tree of the body and changes each element whose `style` names such a variable:

    - An `<img>` gets the image in the variable as its `src`, unless its `src` is an image already.
    - Any other element gets it as its `background-image`, which is appended to the `style`.

    Elements with `data-src` are not changed. Images in variables are `data:` addresses. `css` is the content of the
    page's `<style>` elements, which set the variables. `html` is the HTML of the body; if it names no variable, the
    function does nothing.
    """
    if "--sf-img-" not in html:
        return _change_nothing
    return partial(_restore_saved_images, image_variables(css))


def image_variables(text: str) -> dict[str, str]:
    """Return the images that SingleFile moved to variables of a style sheet.

    The result maps the name of each variable, such as `--sf-img-3`, to the `data:` address of its image. `text` is the
    style sheet, or the whole page.
    """
    return {name: first or second or third for name, first, second, third in _VARIABLE.findall(text)}


def image_in_style(style: str, variables: dict[str, str]) -> str:
    """Return the image in the first of `variables` that a `style` attribute uses; '' if it uses none."""
    return next((variables[name] for name in _USE.findall(style) if name in variables), "")


def _restore_saved_images(variables: dict[str, str], body: Element) -> None:
    rest = _MAX_RESTORED
    for element in _find_users(body):
        style = element.get("style", "")
        image = image_in_style(style, variables)
        if not image or element.get("data-src") or len(image) > rest:
            continue
        if element.tag == "img" and address_of({"src": element.get("src", "")}):
            continue  # the variable has a background, such as the picture that a page shows while it loads the image
        rest -= len(image)
        if element.tag == "img":
            element.set("src", image)
        else:
            element.set("style", f'{style};background-image:url("{image}")')


def _change_nothing(_body: Element) -> None:
    """Leave a body as it is."""
