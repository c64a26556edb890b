"""Which declarations of a style stay, and how they are written."""

from __future__ import annotations

import time

import pytest

from archiver.extractor.styled.declarations import clean_declarations, clean_style, is_harmless, style_with_pictures


@pytest.mark.parametrize("style", [
    "color:#3e3e3e", "color:#1e2e3e", "color:rgba(0, 0, 0, .5)", "font-size:18px !important", 'font-family:"微软雅黑",serif',
    "background:linear-gradient(90deg, #fff 0%, rgb(1, 2, 3) 100%)", "transform:translate3d(10px, 0, 0) rotate(45deg)",
    "width:calc(100% - 20px)", "margin-top:-1.5em", "width:33.3333333333%", "letter-spacing:.5px", "position:absolute",
    "border-left:3px solid rgb(219, 219, 219)", "-webkit-text-fill-color:transparent", "display:flex",
])  # fmt: skip
def test_clean_style_keeps_looks_as_written(style: str) -> None:
    assert clean_style(style) == style


@pytest.mark.parametrize("style", [
    "behavior:url(x)", "-moz-binding:url(x)", "animation:a 1s", "transition:all 1s", "cursor:pointer", "pointer-events:none",
    "user-select:none", "will-change:transform", "color-scheme:dark", "all:unset", "position:fixed", "position: Sticky",
    "position:fixed !important", "color:expression(a())", "width:\\65xpression(a())", "color:red\\9", "background:u\\72l(x)",
    "border-left:solid.5e9px", "height:1.5E+9px",
    "color:re/**/d}", "color:<b>", "color:@import", "--x:url(a)", "height:1000000px", "height:1e9px", "width:calc(1px", "width:)(",
    'font-family:"x', "content:'x'", "mask:url(#x)", "color:image-set('x' 1x)", "width:attr(x)", "z-index:2147483647",
])  # fmt: skip
def test_clean_style_leaves_out_what_loads_runs_or_is_no_look(style: str) -> None:
    assert clean_style(style) == ""
    assert clean_style(f"color:red;{style};margin:1px").startswith("color:red")


@pytest.mark.parametrize("line_break", ["\n", "\r", "\r\n", "\f"])
def test_clean_style_line_break_ends_a_string_as_in_browsers(line_break: str) -> None:
    """What follows it is not in the string for a browser (CSS Syntax, 3.3 and 4.3.5)."""
    hidden = f"font-family:\"{line_break};position:fixed;background-image:image-set('https://evil.example/' 1x);x:\""
    assert "evil" not in clean_style(hidden)
    assert "position" not in clean_style(hidden)


def test_clean_style_keeps_order_and_repetitions() -> None:
    assert clean_style("COLOR: Red ;margin:0; color:blue") == "color:Red;margin:0;color:blue"
    assert clean_style("/* a:b */color:red;/* c */ margin:0") == "color:red;margin:0"


def test_clean_style_variables_become_their_alternatives() -> None:
    assert clean_style("color:var(--a, var(--b, rgb(1, 2, 3)))") == "color:rgb(1, 2, 3)"
    assert clean_style("color:red;color:var(--a)") == "color:red;color:unset"  # as in a browser that does not know it


def test_style_with_pictures_calls_for_each_background() -> None:
    asked: list[str] = []

    def picture(address: str) -> str:
        asked.append(address)
        return f"PICTURE{len(asked)}"

    style = (
        "background:url( 'https://a/1' ) no-repeat,URL(https://a/2);background-image:url(\"data:image/png;base64,a;b\")"
    )
    assert style_with_pictures(style, picture) == "background:PICTURE1 no-repeat,PICTURE2;background-image:PICTURE3"
    assert asked == ["https://a/1", "https://a/2", "data:image/png;base64,a;b"]
    assert style_with_pictures("list-style:url(https://a/1);cursor:url(a);color:red", picture) == "color:red"
    assert clean_style("background:url(https://a/1) red") == "background:none red"
    assert len(asked) == 3


def test_style_with_pictures_forged_marks_are_nothing() -> None:
    assert style_with_pictures("background:url(#0),url(#7)", lambda address: f"<{address}>") == "background:<#0>,<#7>"


@pytest.mark.parametrize("value", [
    'red "a url(data:image/x;position:fixed;inset:0;z)"', "red 'url(https://a/1)'", "url(https://a/1) \"url(https://a/2)\"",
    'red "a url(#0)"', "\"url('https://a/1')\"", 'url(https://a/1) "url(https://a/2)',
])  # fmt: skip
def test_style_with_pictures_has_none_inside_of_a_string(value: str) -> None:
    written = style_with_pictures(f"background:{value};color:red", lambda address: f'url("{address}")')
    assert written == "color:red"


def test_style_with_pictures_keeps_strings_beside_pictures() -> None:
    style = "background:'a' url(https://a/1) \"b\""
    assert style_with_pictures(style, lambda _: "PICTURE") == "background:'a' PICTURE \"b\""


def test_clean_declarations_content_is_of_pseudo_elements_alone() -> None:
    assert list(clean_declarations('content:"•";color:red')) == [("color", "red")]
    assert list(clean_declarations('content:"•"', is_pseudo_element=True)) == [("content", '"•"')]
    assert list(clean_declarations('content:"\\2022" attr(x)', is_pseudo_element=True)) == []


@pytest.mark.parametrize("unit", [".", ".1", "1.", "1e", "99999", "#", '"', "'", "(", "-"])
def test_is_harmless_takes_linear_time(unit: str) -> None:
    start = time.process_time()
    is_harmless(unit * (30_000 // len(unit)))
    assert time.process_time() - start < 1
