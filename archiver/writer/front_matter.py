"""Article → the block between the `---` lines: the seed's seven keys in its order, then `wechat:`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime

import yaml

from archiver.models import CHINA, Article, Reprint
from archiver.yaml_reader import BrokenYaml, read_strings

# The default profile (ARCHITECTURE, Front matter). A `{word}` is replaced by what the article says.
# `front_matter:` of archiver.yml changes values, removes keys (null) and adds keys at the end.
DEFAULTS: Mapping[str, object] = {
    "layout": "post",
    "title": "{title}",
    "date": "{date}",
    "author": "转载",
    "header-img": "img/the-first.png",
    "catalog": False,
    "tags": ["其他"],
}

_WORD = re.compile(r"\{(title|account|author|date|digest|cover|url)\}")
# What YAML 1.1 takes for a line break or refuses, and Psych with it (jekyll §4); no title needs it.
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufeff\ufffe\uffff]")
_LONGEST = 4000  # characters of one value: a hostile page's title may be megabytes
_MOST = 100  # albums, and topics
_BLOCK = re.compile(r"\ufeff?---[ \t]*\r?\n(.*?)^---[ \t]*\r?$", re.DOTALL | re.MULTILINE)


class _Quoted(str):
    """Text that is written between double quotes, so that no reader takes it for anything else."""

    __slots__ = ()


class _Plain(str):
    """Text that is written as it stands: the date."""

    __slots__ = ()


class _Dumper(yaml.SafeDumper):
    """Keys, numbers and the date plain, all other text double-quoted on one line, lists indented."""

    def write_double_quoted(self, text: str, split: bool = True) -> None:  # noqa: ARG002 - the parent's signature
        """JSON's string: the parent would write emoji as escapes and fold at spaces (jekyll §4)."""
        self.write_indicator(json.dumps(text, ensure_ascii=False), True)

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        """Lists stand under their key as the seed's do, not beside it."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: object) -> bool:  # noqa: ARG002
        """Nothing is shared: an anchor would puzzle people."""
        return True


_TEXT = "tag:yaml.org,2002:str"
_Dumper.add_representer(_Quoted, lambda dumper, text: dumper.represent_scalar(_TEXT, text, style='"'))
_Dumper.add_representer(_Plain, lambda dumper, text: dumper.represent_scalar(_TEXT, text))


def front_matter(article: Article, options: Mapping[str, object], captured: datetime) -> str:
    """The front matter of an article's post, from `---` to `---` with a newline at its end.

    `options` is the user's `front_matter:`; `captured` dates the post when the page does not. `wechat:` is
    not the user's to change: by it an earlier post of the same article is found.
    """
    words = _words(article, captured)
    chosen = {key: value for key, value in {**DEFAULTS, **options}.items() if value is not None}
    values = {key: _filled(value, words) for key, value in chosen.items()}
    if "tags" in values:
        values["tags"] = _tags(values["tags"], article)
    values = {key: value for key, value in values.items() if value is not None}
    written = yaml.dump(
        _fit({**values, "wechat": _wechat(article, captured)}),
        Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=float("inf"),
    )  # fmt: skip
    return f"---\n{written}---\n"


def read_front_matter(text: str) -> dict[str, object]:
    """Return the mapping that a post begins with; empty when there is none or it is broken.

    All its values are strings, or lists and dicts of strings: anybody may have written them.
    """
    try:
        read = read_strings(head(text))
    except BrokenYaml:
        return {}
    return read if isinstance(read, dict) else {}


def head(text: str) -> str:
    """The YAML between the first two `---` lines; '' when a post does not begin with one."""
    match = _BLOCK.match(text)
    return match[1] if match else ""


def _words(article: Article, captured: datetime) -> dict[str, str]:
    words = {
        "title": article.title,
        "account": article.account,
        "author": article.author,
        "date": _written(article.published or captured),
        "digest": article.digest,
        "cover": article.cover,
        "url": article.url,
    }
    return {word: _clean(text) for word, text in words.items()}


def _filled(value: object, words: Mapping[str, str]) -> object:
    """A value of the profile with its words filled in; None when that leaves nothing to say."""
    if isinstance(value, list):
        return [filled for item in value if (filled := _filled(item, words)) is not None]
    if isinstance(value, Mapping):
        return {key: filled for key, item in value.items() if (filled := _filled(item, words)) is not None}
    if not isinstance(value, str) or not _WORD.search(value):
        return value
    filled = _WORD.sub(lambda word: words[word[1]], value)
    return _Plain(filled) if value == "{date}" else filled or None


def _tags(chosen: object, article: Article) -> list[str]:
    """The configured tags, then the article's albums and topics, each once."""
    configured = chosen if isinstance(chosen, list) else [] if chosen is None else [chosen]
    tags = [*configured, *article.albums[:_MOST], *article.topics[:_MOST]]
    return list(dict.fromkeys(map(str, tags)))


def _wechat(article: Article, captured: datetime) -> dict[str, object]:
    """Where the post comes from: of the table in ARCHITECTURE the keys that have a value, in its order."""
    named = bool(article.biz and article.mid and article.idx)
    table: dict[str, object] = {
        "url": article.url,
        "account": article.account,
        "account_id": article.account_id,
        "alias": article.alias,
        "author": article.author,
        "biz": article.biz,
        "mid": article.mid,
        "idx": article.idx,
        "sn": article.sn,
        "key": "" if named else article.key,  # what else would a page without ids be found by
        "type": article.type,
        "published": _iso(article.published),
        "modified": _iso(article.modified),
        "archived": _iso(captured),
        "gone": {"state": str(article.gone.state), "seen": _iso(article.gone.seen)} if article.gone else {},
        "original": article.original,
        "paid": article.paid,
        "reprinted_from": _reprint(article.reprint),
        "albums": list(article.albums[:_MOST]),
        "topics": list(article.topics[:_MOST]),
        "location": article.location,
        "source_url": article.source_url,
        "digest": article.digest,
        "cover": article.cover,
    }
    return {key: fit for key, value in table.items() if (fit := _fit(value))}


def _reprint(reprint: Reprint | None) -> dict[str, str]:
    if reprint is None:
        return {}
    table = {
        "account": reprint.account, "author": reprint.author, "url": reprint.url, "notice": reprint.notice
    }  # fmt: skip
    return {key: value for key, value in table.items() if value}


def _fit(value: object) -> object:
    """`value` as the dumper is to write it: text quoted, bounded, and free of what YAML cannot carry."""
    if isinstance(value, Mapping):
        return {_UNFIT.sub("", str(key)): _fit(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_fit(item) for item in value]
    if isinstance(value, str) and not isinstance(value, _Plain):
        return _Quoted(_clean(value))
    return value


def _clean(text: str) -> str:
    return _UNFIT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))[:_LONGEST]


def _iso(day: datetime | None) -> str:
    return day.astimezone(CHINA).isoformat(timespec="seconds") if day else ""


def _written(day: datetime) -> str:
    """The one form that Jekyll reads alike in every time zone of the building machine (jekyll §4)."""
    return day.astimezone(CHINA).strftime("%Y-%m-%d %H:%M:%S +0800")
