"""The file that is made from an `<svg>` of a page: it shows the same by itself, and nothing in it can do harm."""

from __future__ import annotations

import re

import pytest

from archiver.media_types import extension
from archiver.media_types.svg import is_safe_svg
from tests.support.drawings import (
    CHART,
    CURVE,
    LABELLED_DIAGRAM,
    LETTERED_DIAGRAM,
    LOGO,
    MATHJAX,
    SVG,
    XLINK,
    drawing_of,
    files_of,
    html_label,
)


def drawing(inside: str, attributes: str = 'viewBox="0 0 300 100" width="300"', css: str = ""):
    return drawing_of(f"<p><svg {attributes}>{inside}</svg></p>", css)


@pytest.mark.parametrize("svg", [MATHJAX, LOGO, LETTERED_DIAGRAM, LABELLED_DIAGRAM, CHART])
def test_file_is_a_safe_svg(svg: str) -> None:
    (content,) = files_of(f"<p>甲{svg}乙</p>")
    assert (extension(content), is_safe_svg(content)) == ("svg", True)


def test_names_have_their_capitals_again() -> None:
    root = drawing(
        f'<defs><linearGradient id="g" gradientUnits="userSpaceOnUse"><stop offset="0"></stop></linearGradient></defs>'
        f'<g fill="url(#g)">{CURVE}</g>',
        'viewBox="0 0 300 100" preserveAspectRatio="none"',
    )
    assert (root.get("viewBox"), root.get("preserveAspectRatio")) == ("0 0 300 100", "none")
    assert next(root.iter(f"{SVG}linearGradient")).get("gradientUnits") == "userSpaceOnUse"


SIZES = {
    "in pixels": ('<svg width="320" height="160">{}</svg>', "320", "160"),
    "by its style": ('<svg viewBox="0 0 300 300" style="width:300px;height:200px" width="9">{}</svg>', "300", "200"),
    "in ex of the text": ('<p style="font-size:20px"><svg viewBox="0 0 50 10" width="5.5ex" height="2ex">{}</svg></p>', "55", "20"),
    "in em": ('<svg viewBox="0 0 50 10" width="10em">{}</svg>', "160", "32"),
    "in points": ('<svg viewBox="0 0 50 10" width="75pt">{}</svg>', "100", "20"),
    "by its height": ('<svg viewBox="0 0 300 100" height="50">{}</svg>', "150", "50"),
    "as wide as the column": ('<svg viewBox="0 0 1354 100">{}</svg>', "677", "50"),
    "a share of the column": ('<svg viewBox="0 0 100 100" width="50%">{}</svg>', "338.5", "338.5"),
    "a share of a box": ('<section style="width:200px"><svg viewBox="0 0 100 50" style="width:100%">{}</svg></section>', "200", "100"),
    "at most": ('<svg viewBox="0 0 100 50" width="100%" style="max-width:200px">{}</svg>', "200", "100"),
    "at least": ('<svg viewBox="0 0 100 50" width="10px" style="min-width:200px">{}</svg>', "200", "100"),
    "of nothing": ("<svg>{}</svg>", "300", "150"),
}  # fmt: skip


@pytest.mark.parametrize(("html", "width", "height"), SIZES.values(), ids=SIZES)
def test_drawing_is_as_large_as_on_the_page(html: str, width: str, height: str) -> None:
    root = drawing_of(html.format(CURVE))
    assert (root.get("width"), root.get("height")) == (width, height)


def test_drawing_without_a_view_box_gets_one() -> None:
    assert drawing(CURVE, 'width="150" height="80"').get("viewBox") == "0 0 150 80"


COLOURS = {
    "of its line": ('<p style="color:#c00"><span>{}</span></p>', "#c00"),
    "of the nearest": ('<p style="color:#c00"><span style="color: rgb(0, 0, 9)">{}</span></p>', "rgb(0, 0, 9)"),
    "of an old font": ('<p><font color="teal">{}</font></p>', "teal"),
    "of light text on a dark box": ('<p style="color:#fff">{}</p>', None),
    "of lighter text": ('<p style="color:rgb(250, 250, 250)">{}</p>', None),
    "of nothing": ("<p>{}</p>", None),
    "that is no colour": ('<p style="color:url(https://a.example/)">{}</p>', None),
}


@pytest.mark.parametrize(("html", "colour"), COLOURS.values(), ids=COLOURS)
def test_current_colour_is_that_of_the_text(html: str, colour: str | None) -> None:
    assert drawing_of(html.format(f"甲{MATHJAX}乙")).get("color") == colour


def test_letters_have_the_font_of_the_page() -> None:
    root = drawing_of(
        f'<section style="font-size:20px;font-family:Songti SC"><p style="font-weight:bold">{CHART}</p></section>'
    )
    assert (root.get("font-family"), root.get("font-weight")) == ("Songti SC", "bold")
    assert root.get("font-size") == "12"  # the drawing's own


def test_colour_and_font_are_left_out_where_nothing_has_them() -> None:
    root = drawing_of(f'<p style="color:red;font-size:20px;font-family:serif">{LOGO}</p>')
    assert {"color", "font-size", "font-family"}.isdisjoint(root.attrib)


def test_glyph_of_another_drawing_is_in_the_file() -> None:
    cache = '<svg style="display:none"><defs><path id="G" d="M1 1L2 2"></path><path id="H" d="M3 3L4 4"></path></defs></svg>'
    root = drawing_of(
        cache + '<p>甲<svg width="9ex" height="2ex" viewBox="0 0 9 9"><use xlink:href="#G"></use></svg>乙</p>'
    )
    (path,) = root.iter(f"{SVG}path")
    assert path.get("d") == "M1 1L2 2"
    assert next(root.iter(f"{SVG}use")).get(f"{XLINK}href") == f"#{path.get('id')}"


def test_definition_of_a_definition_is_in_the_file() -> None:
    cache = (
        '<svg hidden><linearGradient id="a"><stop offset="0"></stop></linearGradient>'
        '<linearGradient id="b" xlink:href="#a"></linearGradient></svg>'
    )
    root = drawing_of(f'{cache}<svg viewBox="0 0 99 50"><g fill="url(#b)">{CURVE}</g></svg>')
    assert len(list(root.iter(f"{SVG}linearGradient"))) == 2
    assert len(list(root.iter(f"{SVG}stop"))) == 1


def test_own_definition_comes_before_that_of_another_drawing() -> None:
    other = '<svg hidden><path id="a" d="M9 9L8 8"></path></svg>'
    root = drawing_of(
        f'{other}<svg viewBox="0 0 99 50"><defs><path id="a" d="M1 1L2 2"></path></defs><use href="#a"></use></svg>'
    )
    assert [path.get("d") for path in root.iter(f"{SVG}path")] == ["M1 1L2 2"]


SHEETS = {
    "of its own": ('<style>.a{fill:#c00}</style><g class="a">{}</g>', "", ".a{fill:#c00}"),
    "of the page": ('<g class="a">{}</g>', "p{margin:0} .a, .b{fill:#c00}", ".a{fill:#c00}"),
    "by an id": ('<g id="a"><g class="b">{}</g></g>', "#a .b{fill:#c00}", "#a .b{fill:#c00}"),
    "by a tag": ("<g>{}</g>", "g > path{fill:#c00}", "g > path{fill:#c00}"),
    "in capitals": ('<g class="A">{}</g>', ".A{FILL:#C00;FONT-FAMILY:Ab}", ".A{fill:#C00;font-family:Ab}"),
    "of other elements": ("<g>{}</g>", "section path{fill:#c00} .x{fill:#c00}", None),
    "that loads": ('<g class="a">{}</g>', "@import url(//a.example/); .a{fill:url(//a.example/#b);stroke:red}", ".a{stroke:red}"),
    "that says no more than an address": ('<g class="a">{}</g>', ".a{background:url(//a.example/)}", None),
    "behind an escape": ('<g class="a">{}</g>', r".a{fill:u\72l(//a.example/)} .a{fill:red}", ".a{fill:red}"),
    "with a comment inside": ('<g class="a">{}</g>', ".a/* } */{fill:/**/red}", ".a{fill:red}"),
    "for print": ('<g class="a">{}</g>', "@media print{.a{fill:red}} .a{fill:blue}", ".a{fill:blue}"),
    "while a mouse is there": ('<g class="a">{}</g>', ".a:hover{fill:red}", None),
    "that is no CSS": ('<g class="a">{}</g>', ".a{fill:red}</style><script>a()</script>", ".a{fill:red}"),
    "about the place of the drawing": ("<g>{}</g>", "svg{width:9px;height:9px;display:none;fill:red}", "svg{fill:red}"),
}  # fmt: skip


@pytest.mark.parametrize(("inside", "css", "kept"), SHEETS.values(), ids=SHEETS)
def test_rules_that_a_drawing_needs_are_in_it(inside: str, css: str, kept: str | None) -> None:
    root = drawing(inside.replace("{}", CURVE), css=css)
    assert root.findtext(f"{SVG}style") == kept


ANIMATIONS = {
    "that ends": ('<animate attributeName="opacity" from="0" to="0.5" dur="1s" fill="freeze"></animate>', {"opacity": "0.5"}),
    "by values": ('<animate attributeName="r" values="1;2;30;" dur="1s" fill="freeze"></animate>', {"r": "30"}),
    "that is set": ('<set attributeName="stroke" to="red"></set>', {"stroke": "red"}),
    "that turns": ('<animateTransform attributeName="transform" type="rotate" to="45" fill="freeze"></animateTransform>',
                   {"transform": "rotate(45)"}),
    "that goes back": ('<animate attributeName="opacity" from="0" to="0.5" dur="1s"></animate>', {"opacity": None}),
    "that a reader starts": ('<set attributeName="opacity" to="0" begin="click"></set>', {"opacity": None}),
    "that starts behind another": ('<set attributeName="opacity" to="0" begin="a.end"></set>', {"opacity": None}),
    "of an address": ('<set attributeName="href" to="#a"></set>', {f"{XLINK}href": None, "href": None}),
    "that would run": ('<set attributeName="onclick" to="a()"></set>', {"onclick": None}),
}  # fmt: skip


@pytest.mark.parametrize(("animation", "expected"), ANIMATIONS.values(), ids=ANIMATIONS)
def test_animation_is_at_its_end(animation: str, expected: dict[str, str | None]) -> None:
    root = drawing(f'<circle cx="50" cy="50" r="20">{animation}</circle>')
    circle = root.find(f"{SVG}circle")
    assert {name: circle.get(name) for name in expected} == expected
    assert len(circle) == 0


def test_animation_without_end_goes_on() -> None:
    turning = '<animateTransform attributeName="transform" type="rotate" to="360" repeatCount="indefinite"></animateTransform>'
    assert next(drawing(f'<circle r="20">{turning}</circle>').iter(f"{SVG}animateTransform")).get("to") == "360"


def lines_of(root) -> list[tuple[str, float, float]]:
    return [(span.text, float(span.get("x")), float(span.get("y"))) for span in root.iter(f"{SVG}tspan")]


def test_label_stands_in_the_middle_of_its_box() -> None:
    root = drawing(CURVE + html_label("甲乙").replace("<foreignObject", '<foreignObject x="10" y="20"'))
    ((text, x, y),) = lines_of(root)
    assert (text, x) == ("甲乙", 40)
    assert 32 < y < 40  # the baseline, a little below the middle, 32
    assert next(root.iter(f"{SVG}text")).get("text-anchor") == "middle"


LABELS = {
    "lines": ("<div>甲<br>乙</div>", ["甲", "乙"]),
    "paragraphs": ("<p>甲</p><p>乙</p>", ["甲", "乙"]),
    "a long line": ("<div>一二三四五六七八九十</div>", ["一二三四五六七八九十"[:6], "七八九十"]),
    "a long line of words": ("<div>alpha beta gamma</div>", ["alpha beta", "gamma"]),
    "a line that does not wrap": (
        '<div style="white-space:nowrap">一二三四五六七八九十</div>',
        ["一二三四五六七八九十"],
    ),
    "white space": ("<div>\n  甲\n  乙 </div>", ["甲 乙"]),
    "what is not shown": ('<div>甲<i style="display:none">乙</i><script>a()</script>丙</div>', ["甲丙"]),
}


@pytest.mark.parametrize(("html", "lines"), LABELS.values(), ids=LABELS)
def test_label_has_the_lines_of_its_html(html: str, lines: list[str]) -> None:
    root = drawing(f'{CURVE}<foreignObject width="100" height="40">{html}</foreignObject>')
    found = lines_of(root)
    assert [text for text, _, _ in found] == lines
    assert [y for _, _, y in found] == sorted(y for _, _, y in found)


def test_label_has_the_style_of_its_html() -> None:
    html = '<div style="color:#333;text-align:left"><b style="font-size:20px">甲</b></div>'
    text = next(
        drawing(f'{CURVE}<foreignObject x="5" width="100" height="40">{html}</foreignObject>').iter(f"{SVG}text")
    )
    assert {name: text.get(name) for name in ("fill", "font-size", "font-weight", "text-anchor")} == {
        "fill": "#333", "font-size": "20", "font-weight": "bold", "text-anchor": "start",
    }  # fmt: skip


def test_label_that_is_there_twice_is_taken_once() -> None:
    root = drawing(
        f'{CURVE}<switch><foreignObject width="100%" height="100%"><div>甲</div></foreignObject><text x="9">甲</text></switch>'
    )
    assert [text.get("x") for text in root.iter(f"{SVG}text")] == ["9"]


def test_label_that_is_placed_by_margins_stands_there() -> None:
    box = '<div style="width:78px;height:2px;padding-top:20px;margin-left:156px"><div>甲</div></div>'
    ((_, x, y),) = lines_of(drawing(f'{CURVE}<foreignObject width="100%" height="100%">{box}</foreignObject>'))
    assert x == 156 + 78 / 2
    assert 21 < y < 30


def test_editors_own_elements_in_text_keep_its_words() -> None:
    root = drawing(f'{CURVE}<text x="1">一<span leaf="">二</span>三<tspan dy="9">四</tspan>五</text>')
    assert "".join(root.find(f"{SVG}text").itertext()) == "一二三四五"


def test_picture_in_a_drawing_is_kept_when_the_page_has_its_bytes() -> None:
    data = "data:image/png;base64,iVBORw0KGgo="
    root = drawing(
        f'{CURVE}<image href="{data}" width="9" height="9"></image><image href="data:image/svg+xml,x"></image>'
    )
    assert [image.get(f"{XLINK}href") for image in root.iter(f"{SVG}image")] == [data]


def test_value_with_a_choice_is_the_first() -> None:
    root = drawing('<path d="M0 0L9 9" fill="var(--a, rgb(1, 2, 3))" style="stroke:light-dark(red, blue)"></path>')
    path = root.find(f"{SVG}path")
    assert (path.get("fill"), path.get("style")) == ("rgb(1, 2, 3)", "stroke:red")


HARM = {
    "scripts": "<script>a()</script><script xlink:href='//a.example/x.js'></script>",
    "events": '<g onclick="a()" onload="a()" onbegin="a()"></g>',
    "addresses": '<use href="//a.example/#b"></use><use xlink:href="data:image/svg+xml,x#b"></use>'
    '<linearGradient xlink:href="https://a.example/#b"></linearGradient><a href="javascript:a()"><g></g></a>',
    "pictures": '<image href="example.svg" width="9" height="9"></image><image href="javascript:a()"></image><feImage href="//a.example/"></feImage>',
    "values": '<g fill="url(https://a.example/#b)" filter="url(\'//a.example/#b\')" mask="url(data:x)" '
    'clip-path="url( //a.example)" cursor="url(//a.example)"></g>',
    "styles": '<g style="background:url(https://a.example/);fill:url(//a.example/#b);behavior:url(#a);-moz-binding:url(#a);'
    "width:expression(a());background-image:image-set('//a.example/' 1x);fill:u\\72l(//a.example/);@import '//a.example/'\"></g>",
    "sheets": "<style>@import '//a.example/';@font-face{font-family:x;src:url(//a.example/)}path{fill:url(//a.example/#b)}</style>",
    "animations": '<animate attributeName="href" to="javascript:a()"></animate><set attributeName="xlink:href" to="//a.example/"></set>'
    '<animate attributeName="fill" values="url(//a.example/)" repeatCount="indefinite"></animate>',
    "HTML": '<foreignObject width="9" height="9"><div onclick="a()">x<link href="//a.example/"></div></foreignObject>',
    "other languages": "<math><mi>x</mi></math><handler>a()</handler><metadata>a()</metadata>",
    "what ends the file": "<text>]]&gt;&lt;/svg&gt;&lt;script&gt;a()&lt;/script&gt;&amp;colon;<![CDATA[<script>a()</script>]]></text>",
    "names": '<g id="a&quot;onload=&quot;a()" class="b}</style><script>a()"></g>',
}  # fmt: skip


@pytest.mark.parametrize("harm", HARM.values(), ids=HARM)
def test_nothing_in_a_file_runs_or_loads(harm: str) -> None:
    (content,) = files_of(f'<p><svg viewBox="0 0 99 50" onload="a()" width="99">{CURVE}{harm}</svg></p>')
    assert is_safe_svg(content)
    text = content.decode().replace("http://www.w3.org/", "")
    assert not re.search(
        r"\bon\w+=|<script|foreignObject|javascript|example|@|expression|binding|behavior|\\|<handler|<a\b", text
    )
    assert not re.search(r"url\((?!#)|href=\"(?!#)", text)
