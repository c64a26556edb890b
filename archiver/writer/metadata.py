"""Compute the values of a post's front matter: the keys that the site needs, and the origin of the post (`wechat:`)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime

from archiver.models import CHINA, Article, Reprint
from archiver.writer.front_matter import PlainScalar, clean_value

_PLACEHOLDER = re.compile(r"\{(title|account|author|date|digest|cover|url)\}")
_MOST = 100  # maximum number of albums, and of topics


def site_values(template: Mapping[str, object], article: Article, date: str) -> dict[str, object]:
    """Return a copy of `template`, in the same order, with placeholders replaced by values of the article.

    A placeholder is one of these words in braces: title, account, author, date, digest, cover, url.

    - A key whose value is None is left out.
    - A key whose text becomes empty by the replacement is left out, too: `{author}` if the article has no author.
    - The albums and topics of the article are added to the value of `tags`, if `template` has this key.

    Args:
        template: The front matter that the site needs, key to value.
        article: The article.
        date: The text that replaces `{date}`, in the format that the site reads. If a value of the template is exactly
            `{date}`, the result is a PlainScalar, which is written without quotes.
    """
    words = _placeholder_values(article, date)
    values = {key: _filled(value, words) for key, value in template.items() if value is not None}
    if "tags" in values:
        values["tags"] = _tags(values["tags"], article)
    return {key: value for key, value in values.items() if value is not None}


def provenance(article: Article, captured: datetime) -> dict[str, object]:
    """Return the mapping that a post has under the key `wechat`: facts about its article, without empty values.

    It tells which article a post contains, even if the catalogue is lost. Every profile with front matter writes it,
    and archiver.yml cannot change it.

    Its keys include `url`, `account`, `published`, `albums` and WeChat's ids (`biz`, `mid`, `idx`). If the page does
    not have all three ids, the mapping also contains `key`, the article's key. `captured` is the time at which the page
    was captured.
    """
    has_ids = bool(article.biz and article.mid and article.idx)
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
        "key": "" if has_ids else article.key,  # the only way to find a post whose page has no ids
        "type": article.type,
        "published": _iso(article.published),
        "modified": _iso(article.modified),
        "archived": _iso(captured),
        "gone": {"state": str(article.gone.state), "seen": _iso(article.gone.seen)} if article.gone else {},
        "original": article.original,
        "paid": article.paid,
        "statement": article.statement,
        "reprinted_from": _reprint(article.reprint),
        "albums": list(article.albums[:_MOST]),
        "topics": list(article.topics[:_MOST]),
        "location": article.location,
        "source_url": article.source_url,
        "digest": article.digest,
        "cover": article.cover,
    }
    cleaned = {key: clean_value(value) if isinstance(value, str) else value for key, value in table.items()}
    return {key: value for key, value in cleaned.items() if value}


def _placeholder_values(article: Article, date: str) -> dict[str, str]:
    words = {
        "title": article.title,
        "account": article.account,
        "author": article.author,
        "date": date,
        "digest": article.digest,
        "cover": article.cover,
        "url": article.url,
    }
    return {word: clean_value(text) for word, text in words.items()}


def _filled(value: object, words: Mapping[str, str]) -> object:
    """Return a copy of `value`, a value of the template, with placeholders replaced.

    `words` maps the name of each placeholder to the text that replaces it. Lists and mappings are copied recursively.
    Return None for a text with placeholders that becomes empty; lists and mappings omit such texts.
    """
    if isinstance(value, list):
        return [filled for item in value if (filled := _filled(item, words)) is not None]
    if isinstance(value, Mapping):
        return {key: filled for key, item in value.items() if (filled := _filled(item, words)) is not None}
    if not isinstance(value, str) or not _PLACEHOLDER.search(value):
        return value
    filled = _PLACEHOLDER.sub(lambda word: words[word[1]], value)
    return PlainScalar(filled) if value == "{date}" else filled or None


def _tags(configured: object, article: Article) -> list[str]:
    """Return the configured tags, then the albums and topics of the article (at most 100 of each), without duplicates.

    `configured` is the value of `tags` in the front matter: a list, a single tag, or None.
    """
    first = configured if isinstance(configured, list) else [] if configured is None else [configured]
    tags = [*first, *article.albums[:_MOST], *article.topics[:_MOST]]
    return list(dict.fromkeys(map(str, tags)))


def _reprint(reprint: Reprint | None) -> dict[str, str]:
    if reprint is None:
        return {}
    table = {
        "account": reprint.account, "author": reprint.author, "url": reprint.url, "notice": reprint.notice
    }  # fmt: skip
    return {key: value for key, value in table.items() if value}


def _iso(time: datetime | None) -> str:
    return time.astimezone(CHINA).isoformat(timespec="seconds") if time else ""
