"""List the HTML tags, attributes and URL schemes that posts and exports may contain, for the HTML sanitizer nh3."""

from __future__ import annotations

TAGS = set(
    "table tr th td p h1 h2 h3 h4 h5 h6 ul ol li blockquote pre code a strong em del ins sup sub img br hr "
    "div span figure figcaption audio video ruby rt rp".split()
)
ATTRIBUTES = {
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan"},
    "ol": {"start", "reversed", "type"},
    "li": {"value"},
    "audio": {"src", "controls", "preload"},
    "video": {"src", "controls", "preload", "poster"},
    "div": {"class"},
    "code": {"class"},
}
# The forms of the numbers of a list, by their names in CSS. `type` of an `<ol>` has letters for four of them.
LIST_STYLES = frozenset(
    "lower-alpha upper-alpha lower-roman upper-roman lower-greek decimal-leading-zero cjk-decimal cjk-ideographic "
    "cjk-earthly-branch cjk-heavenly-stem simp-chinese-informal simp-chinese-formal trad-chinese-informal "
    "trad-chinese-formal japanese-informal japanese-formal hiragana hiragana-iroha katakana katakana-iroha "
    "korean-hangul-formal korean-hanja-informal korean-hanja-formal arabic-indic persian armenian lower-armenian "
    "upper-armenian georgian hebrew thai devanagari bengali tibetan khmer lao mongolian myanmar".split()
)
VALUES = {"ol": {"style": {f"list-style-type:{style}" for style in LIST_STYLES}}}  # attributes with these values alone
SCHEMES = {"http", "https", "mailto", "data"}
