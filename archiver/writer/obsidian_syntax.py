r"""Write what only Obsidian reads, and turn it back into Markdown and HTML.

    ![甲](attachments/postimg/a.png)    ![[attachments/postimg/a.png|甲]]
    <img … width="20" height="20">      ![[attachments/postimg/a.png|20x20]]
    [前文](WeChat/2024-07-18-甲.md)     [[WeChat/2024-07-18-甲|前文]]
    <div class="wechat-card">…</div>    > [!wechat] …

In a row of a table, `|` in an embed or a link is written as `\|`. A link whose text has formatting stays as it is: the
text of a wiki link is plain.
"""

from __future__ import annotations

import re
from html import escape, unescape
from urllib.parse import quote, unquote

from archiver.document.html import parse_attributes
from archiver.media_types import mime_type
from archiver.writer.markdown.segments import change_lines

_CARD = re.compile(r"((?:[ >]|- |[0-9]+\. )*)<div class=\"wechat-card\">(.*)</div>")
_LINK_OR_TAG = re.compile(
    r"\\.|`[^`\n]+`|(!?)\[((?:\\.|[^\\\[\]])*)\]\(([^()\s]+)\)"
    r"|<(img|audio|video)((?: [a-z]+(?:=\"[^\"]*\")?)*)>(?:</\4>)?"
)
_ANCHOR = re.compile(r"<a href=\"([^\"]*)\">(.*?)</a>")
_SIZE = re.compile(r"\d+(?:x\d+)?")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_UNFIT_ALIAS = re.compile(r"[|\[\]\n]")
_CALLOUT = re.compile(r"((?:[ >]|- |[0-9]+\. )*?)> \[!wechat\] (.*)")
_WIKI = re.compile(r"\\.|`[^`\n]+`|(!?)\[\[([^\]|\\]+)(?:\\?\|([^\]]*))?\]\]")
_MARKDOWN_LINK = re.compile(r"\[((?:\\.|[^\\\[\]])*)\]\(([^()\s]+)\)")
_UNFIT_TAG = re.compile(r"[^\w/-]+")


def obsidian_tags(tags: list[object]) -> list[str]:
    """Return tags as Obsidian allows them: of letters, digits, `_`, `-` and `/`, and not of digits alone."""
    fitting = (_UNFIT_TAG.sub("-", str(tag)).strip("-/") for tag in tags)
    return list(dict.fromkeys(f"_{tag}" if re.fullmatch(r"[\d/]+", tag) else tag for tag in fitting if tag))


def obsidian_line(line: str, media: str, posts: str) -> str:
    """Return a line of portable Markdown as Obsidian shows it.

    `media` and `posts` are the beginnings of the addresses of the archive's media and posts, without `/` at the end.
    """
    if card := _CARD.fullmatch(line):
        return _callout(card[1], card[2], media, posts)
    pipe = r"\|" if line.lstrip(" >").startswith("|") else "|"
    return _with_embeds(line, media, posts, pipe)


def _with_embeds(line: str, media: str, posts: str, pipe: str = "|") -> str:
    def written(found: re.Match[str]) -> str:
        sign, text, address, tag, attributes = found.groups()
        if tag:
            named = parse_attributes(attributes)
            source = unquote(named.get("src", ""))
            size = "x".join(filter(None, (named.get("width"), named.get("height"))))
            shown = size or _alias(named.get("alt", ""))
            return _embed(source, shown, pipe) if source.startswith(f"{media}/") else found[0]
        target = unquote(unescape(address or ""))
        if sign and target.startswith(f"{media}/"):
            return _embed(target, "" if _SIZE.fullmatch(text) else _alias(text), pipe)
        if address and not sign and target.startswith(f"{posts}/") and (alias := _alias(text)):
            return f"[[{target.removesuffix('.md')}{pipe}{alias}]]"
        return found[0]

    return _LINK_OR_TAG.sub(written, line)


def _embed(path: str, alias: str, pipe: str) -> str:
    return f"![[{path}{pipe}{alias}]]" if alias else f"![[{path}]]"


def _alias(text: str) -> str:
    """Return the plain text of a link or a picture; '' if it has formatting, or what a wiki link cannot contain."""
    plain = unescape(_ESCAPED.sub("", text))
    is_plain = not re.search(r"[*`<]", plain) and not _UNFIT_ALIAS.search(unescape(_ESCAPED.sub(r"\1", text)))
    return unescape(_ESCAPED.sub(r"\1", text)).strip() if is_plain else ""


def _callout(before: str, inside: str, media: str, posts: str) -> str:
    """Return a card as a callout; `before` is what stands before the card on its line, such as the mark of a list."""
    text = _ANCHOR.sub(_card_link, _with_embeds(inside, media, posts))
    following = re.sub(r"[-.0-9]", " ", before)
    lines = _with_embeds(text, media, posts).split("<br>")
    return f"\n{following}> ".join([f"{before}> [!wechat] {lines[0]}", *lines[1:]])


def _card_link(link: re.Match[str]) -> str:
    """Return a link of a card in Markdown, one for each line; an embed can stand in it, but not in a wiki link."""
    return "<br>".join(f"[{part}]({link[1]})" for part in link[2].split("<br>"))


def portable_markdown(text: str) -> str:
    """Return the text of a note with Markdown and HTML in place of embeds, wiki links and the callouts of cards."""
    return change_lines(_with_cards(text), _without_embeds)


def _with_cards(text: str) -> str:
    if "> [!wechat] " not in text:
        return text
    lines: list[str] = []
    quote_ = ""
    for line in text.split("\n"):
        if found := _CALLOUT.fullmatch(line):
            quote_ = re.sub(r"[-.0-9]", " ", found[1]) + "> "
            lines.append(f'{found[1]}<div class="wechat-card">{_card_line(found[2])}</div>')
        elif quote_ and line.startswith(quote_):
            lines[-1] = f"{lines[-1].removesuffix('</div>')}<br>{_card_line(line.removeprefix(quote_))}</div>"
        else:
            quote_ = ""
            lines.append(line)
    return "\n".join(lines)


def _card_line(line: str) -> str:
    line = _WIKI.sub(lambda found: _as_html(found) if found[2] else found[0], line)
    return _MARKDOWN_LINK.sub(r'<a href="\2">\1</a>', line)


def _as_html(found: re.Match[str]) -> str:
    address = escape(quote(found[2]))
    if not found[1]:
        return f'<a href="{address}.md">{escape(found[3] or "", quote=False)}</a>'
    return _player(address) or f'<img alt="" src="{address}">'


def _player(address: str) -> str:
    """Return the element that plays a recording, by the extension of its file; '' for a picture."""
    kind = mime_type(address.rpartition(".")[2]).partition("/")[0]
    return f'<{kind} controls preload="none" src="{address}"></{kind}>' if kind in ("audio", "video") else ""


def _without_embeds(line: str) -> str:
    if "[[" not in line:
        return line

    def portable(found: re.Match[str]) -> str:
        sign, path, alias = found.groups()
        if path is None:
            return found[0]
        alias = alias or ""
        if sign and (player := _player(escape(quote(path)))):
            return player
        if sign and _SIZE.fullmatch(alias):
            named = zip(("width", "height"), alias.split("x"), strict=False)
            sizes = "".join(f' {name}="{size}"' for name, size in named)
            return f'<img src="{escape(quote(path))}" alt=""{sizes}>'
        return f"![{alias}]({quote(path)})" if sign else f"[{_escaped(alias)}]({quote(path)}.md)"

    return _WIKI.sub(portable, line)


def _escaped(alias: str) -> str:
    return re.sub(r"([\\`*_<>&\[\]])", lambda sign: f"&#{ord(sign[0])};", alias)
