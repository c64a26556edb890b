"""List the HTML tags, attributes and URL schemes that posts and exports may contain, for the HTML sanitizer nh3."""

from __future__ import annotations

TAGS = set(
    "table tr th td p h1 h2 h3 h4 h5 h6 ul ol li blockquote pre code a strong em del ins sup sub img br hr "
    "div span audio video".split()
)
ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "ol": {"start"},
    "audio": {"src", "controls", "preload"},
    "video": {"src", "controls", "preload", "poster"},
    "div": {"class"},
    "code": {"class"},
}
SCHEMES = {"http", "https", "mailto", "data"}
