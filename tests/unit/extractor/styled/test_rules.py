"""Which rules of a page's style sheets are copied, and how they are confined to the body."""

from __future__ import annotations

import pytest

from archiver.extractor.styled.rules import BodyNames, BodyRules, read_rules

NAMES = BodyNames(tags={"p", "span", "h2"}, classes={"note", "big"}, own={"rich_media_content", "defaultNoSetting"})
INSIDE = ":where(#js_content *)"
AROUND = ":where(#activity-detail,#activity-detail *)"


def rules(css: str) -> BodyRules:
    return read_rules(css, NAMES)


@pytest.mark.parametrize(("css", "copied"), [
    ("p{color:red}", f"p{INSIDE}{{color:red}}"),
    ("*{margin:0;padding:0}", f"*{INSIDE}{{margin:0;padding:0}}"),
    ("#js_content p.note > span{color:red!important}", f"#js_content p.note > span{INSIDE}{{color:red!important}}"),
    (".rich_media_content p, .unknown p, p::before{color:red}",
     f".rich_media_content p{INSIDE}{{color:red}}\np{INSIDE}::before{{color:red}}"),
    ('.note:first-child::after{content:"x"}', f'.note:first-child{INSIDE}::after{{content:"x"}}'),
    ("p:nth-child(2n+1){color:red}", f"p:nth-child(2n+1){INSIDE}{{color:red}}"),
    ("/* p{color:red} */ h2{color:red} <!-- -->", f"h2{INSIDE}{{color:red}}"),
    # around the body: what it inherits, and no boxes
    ("body{color:red;margin:9px}", ":where(#activity-detail){color:red}"),
    (".rich_media_inner{font-size:16px;width:9px;visibility:hidden}", f".rich_media_inner{AROUND}{{font-size:16px}}"),
    ("#js_content{color:red}", f"#js_content{AROUND}{{color:red}}"),
    (".defaultNoSetting{color:red}", f".defaultNoSetting{AROUND}{{color:red}}"),
])  # fmt: skip
def test_read_rules_copies_what_applies_to_the_body(css: str, copied: str) -> None:
    assert rules(css).css == copied


@pytest.mark.parametrize("css", [
    ".other{color:red}", "#other{color:red}", "table{color:red}", "p.other{color:red}", ".other p{color:red}", "a:hover{color:red}",
    "p:hover{color:red}", "p[x]{color:red}", "p{cursor:pointer}", "@media (prefers-color-scheme: dark){p{color:red}}",
    "@media print{p{color:red}}", "@font-face{font-family:x}", "@import 'x';", "p{", "p{color:red", "}", "{color:red}", "p:not(.x){color:red}",
    "p::selection{color:red}", ",{color:red}", "p>>span{color:red}", ".note\\:x{color:red}", "body::before{content:'x'}", "p{color:red\\}",
])  # fmt: skip
def test_read_rules_leaves_out_all_others(css: str) -> None:
    assert rules(css) == BodyRules()


def test_read_rules_tells_which_classes_must_be_kept() -> None:
    found = rules(".note{color:red} p.big{cursor:pointer} .defaultNoSetting p{color:red}")
    assert (found.classes, found.own) == ({"note"}, ("defaultNoSetting",))


def test_read_rules_behind_an_import_is_copied() -> None:
    assert rules("@charset 'utf-8'; p{color:red}").css == f"p{INSIDE}{{color:red}}"


@pytest.mark.parametrize("line_break", ["\n", "\r", "\f"])
def test_read_rules_line_break_ends_a_string_as_in_browsers(line_break: str) -> None:
    css = f'.note{{font-family:"{line_break};background:url(https://evil.example/);contain:none !important;x:"}}'
    assert rules(css).css == ""


def test_read_rules_copies_a_bounded_number_of_characters() -> None:
    css = rules(f"h2{{color:red}}{'p,' * 1_000}p{{font-family:{'a' * 8_000}}}").css
    assert css.startswith(f"h2{INSIDE}{{color:red}}\np{INSIDE}{{font-family:aaa")
    assert css.endswith("aaa}")
    assert len(css) <= 501_000


def test_read_rules_reads_a_bounded_number_of_selectors() -> None:
    assert rules(f"{'p,' * 60_000}p{{cursor:pointer}} h2{{color:red}}") == BodyRules()
