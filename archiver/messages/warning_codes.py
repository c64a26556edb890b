"""Name the kinds of warnings by codes, which JSON has beside the texts and which stay the same if a text changes."""

from __future__ import annotations

from functools import lru_cache

from archiver.messages.message import TranslatableText
from archiver.messages.recognition import Pattern, pattern_of

OTHER = "other"  # the code of a warning that another version of archiver wrote, in other words

# The codes with the templates of the messages that have them (docs/reference/json.md).
WARNING_CODES: dict[str, tuple[str, ...]] = {
    "text_missing": ("the post shows {coverage:.1%} of the page's text: compare it with the page, and report it",),
    "no_publish_time": ("no publish time on the page: the post is dated by its capture",),
    "relative_publish_time": ("the page says only “{dated_from}”: dated {date}, counted back from its capture",),
    "no_ids": ("the page does not name itself (biz, mid, idx): a digest of its text stands for it",),
    "no_name": ("the page has no {name}",),
    "no_body": (
        "the page shows no body (missing: {parts})",
        "the post has no body: all that the page has there was left out",
    ),
    "no_recording": ("the {part} is missing: the page does not say which it is",),
    "paid": ("a paid article: only its free part was on the page",),
    "unknown_type": ("unknown item_show_type {number}, read as an ordinary article",),
    "unknown_elements": (
        "embedded content of an unknown kind became a card of what it says: {named} and {more} others",
        "embedded content of an unknown kind became a card of what it says: {named}",
    ),
    "body_too_large": (
        "the body is larger than any article's: kept as plain text with its pictures, links and headings",
    ),
    "left_out": (
        "left out, {reason} ({count} ×): {quote}",
        "left out, {reason} ({count} ×)",
        "left out, {reason}: {quote}",
        "left out, {reason}",
    ),
    "media_not_saved_yet": ("not saved yet, the post keeps the address ({reason}): {count} pictures or other media",),
    "media_not_saved": ("not saved, the post keeps the address ({reason}): {addresses}",),
    "media_doubtful": ("shown as it lies here ({reason}): {addresses}",),
    "edited_by_hand": ("{post} was edited by hand and stays as it is; --force overwrites it",),
    "page_not_kept": ("its page was not kept, the post stays as it is: `archiver add` and its address read it again",),
    "post_not_written": ("its post stays as it is: {reason}",),
    "needs_short_link": (
        "needs the short link: WeChat shows its wall for most long ones; share the article and copy its link",
    ),
    "left_for_another_run": (
        "left for another run, as --limit, --max-time or the budget asked",
        "the run's budget or its --limit is spent: the next one lists more of the album",
        "not asked: the time of this call is over, the next one goes on",
        "not asked for: the time of this call is over, the next one goes on",
        "not read: the time of this call is over, the next one goes on",
    ),
    "host_wants_rest": ("not asked for: {host} wants a rest of {requested:.0f} s, the next call goes on",),
    "album_not_whole": ("the album is not listed whole: {problem}",),
    "album_without_address": ("the album lists {number} without an article's address",),
    "album_count_differs": ("the album says that it has {count} articles, and lists {listed}",),
}
_CODES = {template: code for code, templates in WARNING_CODES.items() for template in templates}
_AROUND = {"{source}: warning: {warning}": "warning", "{place}: {reason}": "reason"}  # messages around a warning


def warning_code(warning: str) -> str:
    """Return the code of a warning, which may also be the English text of one that the catalogue stored."""
    while isinstance(warning, TranslatableText) and (inner := _AROUND.get(warning.template)):
        value = warning.values[inner]
        warning = value if isinstance(value, str) else str(value)
    if isinstance(warning, TranslatableText) and warning.template in _CODES:
        return _CODES[warning.template]
    return next((code for pattern, code in _patterns() if pattern.values(warning) is not None), OTHER)


def warning_codes(warnings: tuple[str, ...] | list[str]) -> list[str]:
    """Return the codes of warnings, in their order."""
    return [warning_code(warning) for warning in warnings]


@lru_cache(maxsize=1)
def _patterns() -> list[tuple[Pattern, str]]:
    return [(pattern_of(template), code) for template, code in _CODES.items()]
