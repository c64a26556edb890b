"""What files are called: posts by day and title, media by the CDN's id (ARCHITECTURE, What lies on disk)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from urllib.parse import quote, urlsplit

from archiver import urls
from archiver.models import Article, Media

POSTS = "_posts"
IMAGES = "postimg"
MEDIA = "media"  # sound and film

# Bytes of a post's file name: eCryptfs allows 143, Windows 260 characters of path (jekyll §4).
LONGEST_POST = 120
LONGEST_MEDIA = 200  # bytes of a medium's name without its extension
_PREFIX = 24  # characters of an unpublishable id that its safe name keeps

# Jekyll makes a URL by turning every run of other characters into `-` (jekyll §4: its "pretty" rule).
_JEKYLL_KEEPS = frozenset("._~!$&'()+,;=@")
_NAME_KEEPS = frozenset("._")  # of those, what neither a shell nor Windows minds
_DOTS = re.compile(r"-?\.\.+-?")
_FOLDER = re.compile(r"(?:\.\.)+")  # what Jekyll publishes as `/`, whatever stands around it
_DAY = re.compile(r"\d{4}-\d\d-\d\d-", re.ASCII)  # as nearly everybody writes it
_POST_FILE = re.compile(r"(\d{2,4})-(\d{1,2})-(\d{1,2})-(.*)\.[^.]+\Z", re.DOTALL)
_PUBLISHABLE = re.compile(r"[A-Za-z0-9-][A-Za-z0-9_-]*\Z")
_DEVICE = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)\Z", re.IGNORECASE)  # Windows opens these, whatever the extension


def post_names(article: Article, day: date, folder: str = "") -> Iterator[str]:
    """Names for a new post, `_posts/[folder/]YYYY-MM-DD-<slug>.md`, the best first.

    A collision is answered with the article's own numbers and never with a counter, so that the name does
    not depend on the order of archiving.
    """
    number = _number(article)
    where = f"{POSTS}/{folder}" if folder else POSTS
    for ending in ("", number, sha256(article.key.encode()).hexdigest()[:8]):
        yield f"{where}/{_post_file(article.title, day, ending, number)}"


def published_as(file_name: str) -> str:
    """Day and slug under which Jekyll publishes a file of `_posts`, case-folded; '' if it does not.

    Two posts that share it overwrite each other in silence (jekyll §4).
    """
    match = _POST_FILE.match(unicodedata.normalize("NFC", file_name))
    if match is None:
        return ""
    return f"{_day(match)}-{_slug(match[4], _JEKYLL_KEEPS).casefold()}"


def day_of(file_name: str) -> str:
    """The day in the name of a file of `_posts`, as `published_as` begins; '' for a name of another form."""
    if _DAY.match(file_name):
        return file_name[:10]
    match = _POST_FILE.match(file_name)
    return _day(match) if match else ""


def _day(match: re.Match[str]) -> str:
    """The day of a post; a year of two digits is one of 1969 to 2068, as Ruby reads it."""
    year, month, day = map(int, match.group(1, 2, 3))
    century = 0 if len(match[1]) > 2 else 1900 if year > 68 else 2000
    return f"{century + year:04}-{month:02}-{day:02}"


def post_address(name: str, pattern: str) -> str:
    """Where Jekyll publishes the post `name`: `pattern` with its {year}, {month}, {day} and {slug} filled in."""
    match = _POST_FILE.match(unicodedata.normalize("NFC", name.rpartition("/")[2]))
    if match is None:
        return ""
    year, month, day = _day(match).split("-")
    parts = {"year": year, "month": month, "day": day, "slug": quote(_FOLDER.sub("/", _slug(match[4], _JEKYLL_KEEPS)))}
    return re.sub(r"\{(year|month|day|slug)\}", lambda m: parts[m[1]], pattern)


def media_name(medium: Media) -> str:
    """Folder and name without extension, by which a medium is known in the archive: `postimg/<image-id>`."""
    folder = IMAGES if medium.kind == "image" else MEDIA
    image = urls.image_id(medium.url) if medium.kind == "image" else ""
    if not image:
        return f"{folder}/{sha256(_lasting(medium.url).encode('utf-8', 'surrogatepass')).hexdigest()}"
    fits = _PUBLISHABLE.match(image) and not _DEVICE.match(image) and len(image) <= LONGEST_MEDIA
    return f"{folder}/{image}" if fits else safe_name(f"{folder}/{image}")


def safe_name(name: str) -> str:
    """`name` as Jekyll publishes it and as no other medium is called, even where case does not count."""
    folder, _, stem = name.partition("/")
    prefix = re.sub(r"[^a-z0-9]+", "", stem.lower())[:_PREFIX] or "image"
    return f"{folder}/{prefix}-{sha256(stem.encode('utf-8', 'surrogatepass')).hexdigest()[:8]}"


def _number(article: Article) -> str:
    """`<mid>-<idx>`, or for a page that does not name itself the digits of its key."""
    return number_in(f":{article.mid}:{article.idx}" if article.mid and article.idx else article.key)


def number_in(key: str) -> str:
    """Return what tells an article from others of its title, by its key: `<mid>-<idx>`, or the digits of a digest."""
    return re.sub(r"[^A-Za-z0-9-]+", "-", key.partition(":")[2])[:40]


def _post_file(title: str, day: date, ending: str, fallback: str) -> str:
    head, tail = f"{day.isoformat()}-", (f"-{ending}" if ending else "") + ".md"
    slug = _DOTS.sub("-", _slug(unicodedata.normalize("NFC", title), _NAME_KEEPS)).strip("-._")
    slug = _cut(slug, LONGEST_POST - len(head) - len(tail)).rstrip("-._")
    if not slug:  # emoji, punctuation or nothing: Jekyll would publish `.html`
        return f"{head}{ending or fallback}.md"
    return f"{head}{slug}{tail}"


def _slug(text: str, keeps: frozenset[str]) -> str:
    kept = (c if c in keeps or _is_letter(c) else "-" for c in text)
    return re.sub(r"-+", "-", "".join(kept)).strip("-")


def _is_letter(character: str) -> bool:
    r"""Whether it is one of Ruby's \p{L} \p{M} \p{Nd}."""
    category = unicodedata.category(character)
    return category[0] in "LM" or category == "Nd"


def _cut(text: str, size: int) -> str:
    """The longest beginning of `text` of at most `size` bytes of UTF-8."""
    return text.encode()[:size].decode(errors="ignore")


def _lasting(address: str) -> str:
    """The part of a medium's address that names it: the CDN signs films anew for every reader."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:  # `https://[`
        return address
    return address.partition("?")[0] if host.endswith(urls.MEDIA_HOSTS) else address
