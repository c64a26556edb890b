"""The rules of Obsidian's help by which a note is judged, since Obsidian itself needs a screen.

"Properties", "Tags", "Internal links", "Embed files", "Callouts" of help.obsidian.md say them; each rule is quoted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

import yaml
from bs4 import Tag

_FRONT = re.compile(r"\A---\n(.*?)^---\n", re.DOTALL | re.MULTILINE)
_CODE = re.compile(
    r"^([ >]*)(`{3,}).*?^\1\2$|`[^`\n]+`|\\.|\]\([^)\s]*\)|<(?:https?:[^>]*|!--.*?--)>", re.DOTALL | re.MULTILINE
)
_FENCE = re.compile(r"^([ >]*)(`{3,}).*?^\1\2$", re.DOTALL | re.MULTILINE)
_LINK = re.compile(r"!?\[\[([^\]|\\]+)(?:\\?\|[^\]]*)?\]\]")
_TAG = re.compile(r"[^\W\d_]|[_/-]")


def faults(vault: Path, note: Path) -> list[str]:
    """What of a note Obsidian does not show, or shows as something else."""
    text = note.read_text(encoding="utf-8")
    found = _FRONT.match(text)
    values = yaml.safe_load(found[1]) if found else {}
    body = text[found.end() :] if found else text
    return [*_name(note), *_properties(values), *_links(vault, body), *_text(body)]


def as_notes_show(article: Tag) -> Tag:
    """An article of Jekyll's with the two things changed that a note cannot say otherwise.

    "Embed files" has one place behind `|`, for a size or for a text: so a picture of the vault with a size has no text.
    Markdown has no captions, so one is a paragraph in italics below its picture.
    """
    for image in article.find_all("img"):
        if str(image["src"]).startswith("/") and (image.get("width") or image.get("height")):
            image["alt"] = ""
    for caption in article.select("figure > figcaption"):
        caption.name = "em"
        caption.wrap(Tag(name="p"))
        assert isinstance(caption.parent, Tag)
        assert isinstance(caption.parent.parent, Tag)
        caption.parent.parent.name = "div"
    return article


def _name(note: Path) -> Iterator[str]:
    """ "The following characters can't be used in … links: # | ^ : %% [[ ]]"; and file names on any system."""
    if re.search(r'[#^\[\]|\\/:*"<>?]|%%', note.stem) or note.name.startswith("."):
        yield f"file name: {note.name}"


def _properties(values: dict[str, object]) -> Iterator[str]:
    """ "Nested properties" are "not supported"; a list's items are texts; tags "must contain at least one
    non-numerical character" and "can't contain blank spaces", of letters, numbers, `_`, `-` and `/`.
    """
    for key, value in values.items():
        if isinstance(value, dict) or (isinstance(value, list) and not all(isinstance(item, str) for item in value)):
            yield f"nested property: {key}"
    tags = values.get("tags", [])
    for tag in tags if isinstance(tags, list) else [tags]:
        if re.search(r"[^\w/-]", str(tag)) or not _TAG.search(str(tag)):
            yield f"tag: {tag}"


def _links(vault: Path, body: str) -> Iterator[str]:
    """A link or an embed is a path in the vault; `.md` may be left out. HTML does not find files of the vault."""
    for target in _LINK.findall(body):
        if not (vault / target).is_file() and not (vault / f"{target}.md").is_file():
            yield f"link: {target}"
    for source in re.findall(r'(?:src|href)="([^"]*)"|\]\(([^)\s]*)\)', _FENCE.sub("", body)):
        address = unquote("".join(source))
        if not re.match(r"https?:|mailto:|data:", address) and not (vault / address).is_file():
            yield f"address: {address}"
    if 'class="wechat-card"' in body:
        yield "a card that is no callout"


def _text(body: str) -> Iterator[str]:
    """`#tag`, `%%comment%%`, `==highlight==` and `$math$` are more than text, wherever they stand; so are templates of
    others less: `{% raw %}` and entities of braces are seen while editing.
    """
    plain = _CODE.sub(" ", _LINK.sub(" ", body))
    plain = re.sub(r"^[ >]*#{1,6} |^[ >]*> \[!\w+\]|&#(?!123;)\d+;|<[^>]*>", " ", plain, flags=re.MULTILINE)
    for sign in ("#", "%%", "==", "$"):
        if sign in plain:
            yield f"syntax: {sign} in {plain[max(0, plain.index(sign) - 9) : plain.index(sign) + 9]!r}"
    if "<!-- {% raw" in body or "&#123;" in plain or "{{site." in body:
        yield "a template of another generator"
