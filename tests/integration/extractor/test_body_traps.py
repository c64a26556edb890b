"""Body markup of WeChat's, a line each, and the Markdown a reader is owed; docs/reference/wechat-format.md has a heading for each."""

from __future__ import annotations

import pytest

from archiver.extractor.bodies import RawBody
from archiver.extractor.passes import CleanBody, clean
from archiver.extractor.videos import Video
from archiver.writer.links import LinkResolver
from archiver.writer.markdown import body_markdown

PICTURE = "https://mmbiz.qpic.cn/mmbiz_png/AbCdEf0123456789/640?wx_fmt=png"


def cleaned(html: str, videos: tuple[Video, ...] = ()) -> CleanBody:
    return clean(RawBody(html=html, videos=videos))


def markdown(html: str, videos: tuple[Video, ...] = ()) -> str:
    return body_markdown(cleaned(html, videos).html, LinkResolver())


LINES = {
    # what is on the page and what is not
    "tap-highlight is no colour": (
        '<p style="-webkit-tap-highlight-color: transparent;">甲</p>',
        "甲",
    ),
    "pale is not hidden": ('<p>甲<span style="opacity: 0.6">乙</span></p>', "甲乙"),
    "zero font keeps its picture": (f'<p style="font-size: 0"><img data-src="{PICTURE}"></p>', f"![]({PICTURE})"),
    "zero-width fillers go": ("<p>甲\u200b乙\ufeff<span style='display: none'>\u200d</span></p>", "甲乙"),
    "scripts are not text": ("<p>甲<script>if (!window.__second_open__) {}</script></p>", "甲"),
    "unknown tags are transparent": ("<p><h-char>甲</h-char><wx-text>乙</wx-text><o:p>丙</o:p></p>", "甲乙丙"),
    "authored phrases stay": ("<p>点击阅读原文，微信扫一扫</p>", "点击阅读原文，微信扫一扫"),
    "mp-style-type goes": (
        '<p style="display: none;"><mp-style-type data-value="3"></mp-style-type></p><p>甲</p>',
        "甲",
    ),
    # emphasis by what it looks like
    "bold by CSS": ('<p>甲<span style="font-weight: 700">乙</span>丙</p>', "甲**乙**丙"),
    "500 is not bold": ('<p>甲<span style="font-weight: 500">乙</span></p>', "甲乙"),
    "bold taken back": ('<p><strong>甲<span style="font-weight: normal">乙</span></strong></p>', "**甲**乙"),
    "italic by CSS": ('<p>甲<span style="font-style: italic">乙</span></p>', "甲*乙*"),
    "underline": ('<p>甲<span style="text-decoration: underline">乙</span></p>', "甲<ins>乙</ins>"),
    "struck": ("<p>甲<s>乙</s></p>", "甲<del>乙</del>"),
    "raised and lowered": ("<p>x<sup>2</sup>y<sub>i</sub></p>", "x<sup>2</sup>y<sub>i</sub>"),
    "nested and neighbouring strong": (
        "<p><strong><strong>甲</strong></strong><strong>乙</strong><strong><br></strong></p>",
        "**甲乙**",
    ),
    "spaces leave the strong": ("<p>甲<strong> 乙 </strong>丙</p>", "甲 **乙** 丙"),
    "bold before a comma in Chinese": ("<p><strong>突出“快”，</strong>开展</p>", "<strong>突出“快”，</strong>开展"),
    "bold beside ideographs": ("<p>资金<strong>5321万</strong>余元</p>", "资金**5321万**余元"),
    # lines
    "blank paragraphs go": ("<p>甲</p><p><br></p><p>&nbsp;</p><p>乙</p>", "甲\n\n乙"),
    "a break stays a break": ("<p>甲<br>乙</p>", "甲  \n乙"),
    "two breaks end a paragraph": ("<p>甲<br><br>乙</p>", "甲\n\n乙"),
    "sections are lines": ("<section><section>甲</section><section><span>乙</span></section></section>", "甲\n\n乙"),
    "a block inside a span": ("<p><span>甲<section>乙</section>丙</span></p>", "甲\n\n乙\n\n丙"),
    "children of flex boxes are lines": ('<div style="display: flex"><span>甲</span><span>乙</span></div>', "甲\n\n乙"),
    "pre-wrap keeps its line ends": ('<p style="white-space: pre-wrap">甲\n乙</p>', "甲  \n乙"),
    "indents are the theme's": ("<p>\u3000\u3000甲</p>", "甲"),
    # headings
    "empty headings go": ("<h3><br></h3><p>甲</p>", "甲"),
    "h1 in the body moves all": ("<h1>甲</h1><h2>乙</h2>", "## 甲\n\n### 乙"),
    "a heading's own bold is no news": ("<h2><strong>甲</strong></h2>", "## 甲"),
    "a heading in a list": ("<ul><li><h4>甲</h4></li><li><p>乙</p></li></ul>", "- #### 甲\n- 乙"),
    "a picture is no heading": (f'<h2><img data-src="{PICTURE}"></h2>', f"![]({PICTURE})"),
    # lists
    "a list inside a list without an item": (
        "<ul><li>甲</li><ul><li>乙</li></ul><li>丙</li></ul>",
        "- 甲\n  - 乙\n- 丙",
    ),
    "nested in its item": ("<ol><li><p>甲</p><ul><li>乙</li></ul></li><li>丙</li></ol>", "1. 甲\n   - 乙\n2. 丙"),
    "empty items go": ("<ul><li>甲</li><li><br></li></ul>", "- 甲"),
    "an item of two paragraphs": ("<ul><li><p>甲</p><p>乙</p></li><li>丙</li></ul>", "- 甲\n\n  乙\n\n- 丙"),
    "a list that begins at 3": ('<ol start="3"><li>甲</li></ol>', '<ol start="3"><li>甲</li></ol>'),
    # quotes
    "a plain quote": ("<blockquote><p>甲</p><p>乙</p></blockquote>", "> 甲\n>\n> 乙"),
    "a quote card without an address": (
        '<blockquote class="js_blockquote_wrap" data-url="" data-author-name="" data-source-title=""><p>甲</p></blockquote>',
        "> 甲",
    ),
    "a quote card with its source": (
        '<blockquote data-url="http://mp.weixin.qq.com/s?__biz=MzA=&amp;mid=1&amp;idx=1&amp;sn=ab#wechat_redirect" '
        'data-author-name="某号" data-source-title="某文"><section>甲</section></blockquote>',
        "> 甲\n>\n> — [某号《某文》](https://mp.weixin.qq.com/s?__biz=MzA=&amp;mid=1&amp;idx=1&amp;sn=ab)",
    ),
    # tables
    "a layout table": ("<table><tbody><tr><td><h2>甲</h2><p>乙</p></td></tr></tbody></table>", "## 甲\n\n乙"),
    "a table of facts": (
        "<table><tr><th>甲</th><th>乙</th></tr><tr><td><p>1|2</p></td><td>3</td></tr></table>",
        "| 甲 | 乙 |\n| --- | --- |\n| 1\\|2 | 3 |",
    ),
    "a first row that is no header": (
        "<table><tr><td>甲</td><td>乙</td></tr><tr><td>丙</td><td>丁</td></tr></table>",
        "|  |  |\n| --- | --- |\n| 甲 | 乙 |\n| 丙 | 丁 |",
    ),
    "cells that span": (
        '<table><tr><td colspan="2">甲</td></tr><tr><td>乙</td><td>{{丙}}</td></tr></table>',
        '<table><tr><td colspan="2">甲</td></tr><tr><td>乙</td><td>&#123;&#123;丙&#125;&#125;</td></tr></table>',
    ),
    # links
    "the author's token": (
        '<p><a href="http://mp.weixin.qq.com/s?__biz=MzA=&amp;mid=1&amp;idx=1&amp;sn=ab&amp;token=123&amp;lang=zh_CN">甲</a></p>',
        "[甲](https://mp.weixin.qq.com/s?__biz=MzA=&amp;mid=1&amp;idx=1&amp;sn=ab)",
    ),
    "a link without an address": ('<p><a class="wx_topic_link" topic-id="1">#325</a></p>', r"\#325"),
    "an empty link": ('<p><a href="https://a.example/"></a>甲</p>', "甲"),
    "a script is no link": ('<p><a href="javascript:alert(1)">甲</a></p>', "甲"),
    "a picture that links": (
        f'<p><a href="https://mp.weixin.qq.com/s/abcdefghijklmnopqrstuv"><img data-src="{PICTURE}"></a></p>',
        f"[![]({PICTURE})](https://mp.weixin.qq.com/s/abcdefghijklmnopqrstuv)",
    ),
    "footnotes lead to their addresses": (
        "<p>甲<sup>[1]</sup></p><p><code>[1]</code> 乙: <i>https://a.example/b</i></p>",
        "甲[<sup>\\[1\\]</sup>](https://a.example/b)\n\n`[1]` 乙: [*https&#58;//a.example/b*](https://a.example/b)",
    ),
    "a footnote whose number stands above it": (
        "<p><strong>甲<sup>[1]</sup></strong></p><p><span>[1]</span></p><p>乙: <em>https://a.example/b</em></p>",
        "<strong>甲[<sup>\\[1\\]</sup>](https://a.example/b)</strong>\n\n\\[1\\]\n\n"
        "乙: [*https&#58;//a.example/b*](https://a.example/b)",
    ),
    "a bare address": ("<p>见https://a.example/b?c=1。</p>", "见<https://a.example/b?c=1>。"),
    # pictures
    "data-src before src": (f'<img src="https://x.example/lazy.gif" data-src="{PICTURE}">', f"![]({PICTURE})"),
    "not the uncropped one": (
        f'<img data-croporisrc="https://x.example/0" data-src="{PICTURE}">',
        f"![]({PICTURE})",
    ),
    "no fragment, no transcoding": (
        f'<img data-src="{PICTURE}&amp;tp=webp&amp;from=appmsg#imgIndex=3">',
        f"![]({PICTURE})",
    ),
    "emoji stay among the letters": (
        '<p>甲<img data-src="https://res.wx.qq.com/t/wx_fed/we-emoji/res/v1/Party.png" data-w="20">乙</p>',
        '甲<img src="https://res.wx.qq.com/t/wx_fed/we-emoji/res/v1/Party.png" alt="[庆祝]" width="20" height="20">乙',
    ),
    "the background of an empty svg": (
        '<section><svg viewBox="0 0 1080 361" style="background-image: url(&quot;https://mmbiz.qpic.cn/mmbiz_png/'
        'AbCdEf0123456789/640?wx_fmt=png&quot;)"></svg></section>',
        f"![]({PICTURE})",
    ),
    "a bullet's background": (
        f'<p><span style="display:inline-block;width:18px;background-size:contain;background-image:url({PICTURE})"></span>甲</p>',
        "甲",
    ),
    "the background of a box with text": (
        f'<section style="background-size:cover;width:600px;height:200px;background-image:url({PICTURE})">甲</section>',
        "甲",
    ),
    "an address without a host": ('<img src="/mmbizwap/x.png">', "![](https://mp.weixin.qq.com/mmbizwap/x.png)"),
    "a file above a saved page": ('<p>甲</p><img src="../Party.png">', "甲"),
    "an address that swallowed a tag": ('<p>甲</p><img src="</html">', "甲"),
    "a file of a saved page": ('<img src="./page_files/Party.png">', "![](./page_files/Party.png)"),
    "an alternative that says something": (f'<img data-src="{PICTURE}" alt="流程[图]">', f"![流程 图]({PICTURE})"),
    "one that does not": (f'<img data-src="{PICTURE}" alt="图片">', f"![]({PICTURE})"),
    # formulas
    "TeX from data-formula": (
        '<p>甲<span data-formula="E=mc^2"><svg><text>E</text></svg></span></p>',
        r"甲\\(E=mc&#94;2\\)",
    ),
    "a price is no formula": ('<p>要20<span data-formula="。花 9.9"></span>元</p>', "要20$。花 9.9$元"),
    "words under a formula's attribute": ('<p>甲<span data-formula="x">乙丙</span></p>', "甲乙丙"),
    # what libxml2 reads otherwise than a browser
    "a heading that holds a paragraph": ("<h3><p>甲</p></h3><p>乙</p>", "### 甲\n\n乙"),
    "drawings do not nest": ("<svg>" + '<path d="M0"/>' * 420 + "</svg><h2>甲</h2><p><b>乙</b></p>", "## 甲\n\n**乙**"),
    "paragraphs that are never closed": ("<p>甲" * 450 + "<p><b>乙</b>", "\n\n".join(["甲"] * 450 + ["**乙**"])),
    "an embed that is never closed": (
        '<section><mpvoice name="音" voice_encode_fileid="abcdefgh12"><p>后</p></section>',
        '<div class="wechat-card"><audio controls preload="none" src="https://res.wx.qq.com/voice/getvoice?mediaid='
        'abcdefgh12"></audio><br>音频：<strong>音</strong></div>\n\n后',
    ),
    "a hidden attribute": ("<p hidden>甲</p><p>乙</p>", "乙"),
    # blocks in blocks
    "a table of facts inside a layout table": (
        "<table><tr><td><h2>甲</h2><table><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table></td></tr></table>",
        "## 甲\n\n|  |  |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |",
    ),
    "a table's caption": (
        "<table><caption>甲</caption><tr><td>1</td><td>2</td></tr><tr><td>3</td><td>4</td></tr></table>",
        "甲\n\n|  |  |\n| --- | --- |\n| 1 | 2 |\n| 3 | 4 |",
    ),
    "a head of a row": (
        "<table><tr><th>甲</th><td>1</td></tr><tr><th>乙</th><td>2</td></tr></table>",
        "|  |  |\n| --- | --- |\n| **甲** | 1 |\n| **乙** | 2 |",
    ),
    "a rule in a list": ("<ul><li>甲<hr>乙</li></ul>", "- 甲\n\n  <hr>\n\n  乙"),
    "a film of HTML's own": (
        '<video src="https://mpvideo.qpic.cn/a.mp4" poster="https://mmbiz.qpic.cn/mmbiz_jpg/Ab/0"></video>',
        '<div class="wechat-card"><img alt="" src="https://mmbiz.qpic.cn/mmbiz_jpg/Ab/0"><br>视频</div>',
    ),
    "a film in a cell": (
        '<table><tr><td>甲</td><td><iframe data-mpvid="wxv_12345" data-cover="https%3A%2F%2Fmmbiz.qpic.cn%2Fmmbiz_jpg%2FAb%2F0">'
        "</iframe></td></tr><tr><td>1</td><td>2</td></tr></table>",
        '<table><tr><td>甲</td><td><div class="wechat-card"><a href="https://mp.weixin.qq.com/mp/readtemplate?t=pages/video_player_tmpl'
        '&amp;action=mpvideo&amp;auto=0&amp;vid=wxv_12345"><img alt="" src="https://mmbiz.qpic.cn/mmbiz_jpg/Ab/0"><br>视频</a></div>'
        "</td></tr><tr><td>1</td><td>2</td></tr></table>",
    ),
    # literal text
    "authored Markdown stays literal": ("<p># 甲 **乙** `丙` _丁_</p>", r"\# 甲 \*\*乙\*\* \`丙\` \_丁\_"),
    "Liquid in prose": ("<p>{{ site.title }} {% if %}</p>", "&#123;{ site.title }} &#123;% if %}"),
    "a number that is no list": ("<p>2020. 甲</p>", r"2020\. 甲"),
}


@pytest.mark.parametrize(("html", "expected"), LINES.values(), ids=LINES)
def test_body_markup_gives_expected_markdown(html: str, expected: str) -> None:
    assert markdown(html) == expected


CODE = {
    "A one code element a line": (
        '<section class="code-snippet__fix code-snippet__js"><ul class="code-snippet__line-index"><li></li><li></li></ul>'
        '<pre class="code-snippet__js" data-lang="css"><code><span class="code-snippet_outer">git clone</span></code>'
        '<code><span class="code-snippet_outer">cd x</span></code></pre></section>',
        "```\ngit clone\ncd x\n```",
    ),
    "B mdnice": (
        '<pre data-tool="mdnice编辑器"><span style="background:url(https://x.example/mac.svg)"></span>'
        "<code>if x:<br>&nbsp; &nbsp; y</code></pre>",
        "```\nif x:\n    y\n```",
    ),
    "C real line ends": ('<pre><code class="language-python">a\n  b</code></pre>', "```python\na\n  b\n```"),
    "D a line per item": (
        "<pre><ol><li><p><code>a</code></p></li><li><p><br></p></li><li><p><code>b</code></p></li></ol></pre>",
        "```\na\n\nb\n```",
    ),
    "E breaks in leaf spans": (
        '<pre><code><span leaf="">l1</span><span leaf=""><br></span><span leaf="">l2</span></code></pre>',
        "```\nl1\nl2\n```",
    ),
    "F a line per paragraph": ("<pre><div><p>&nbsp; a</p><p>b</p></div></pre>", "```\n  a\nb\n```"),
    "prose in pre": ('<pre style="white-space: normal"><p>甲</p><p>乙</p></pre>', "甲\n\n乙"),
    "text between code elements": ("<pre>$ <code>ls</code>\nout\n$ <code>cd</code></pre>", "```\n$ ls\nout\n$ cd\n```"),
    "prose with code in it": (
        f'<pre style="white-space: normal"><p>甲 <code>乙</code></p><p><img data-src="{PICTURE}"></p></pre>',
        f"甲 `乙`\n\n![]({PICTURE})",
    ),
    "a picture in code": (
        f'<pre><code>甲</code><img data-src="{PICTURE}"></pre>',
        f"```\n甲\n```\n\n![]({PICTURE})",
    ),
    "fence longer than what it holds": ("<pre><code>```\nx\n```</code></pre>", "````\n```\nx\n```\n````"),
    "Liquid": (
        "<pre><code>{{color: 'red'}}</code></pre>",
        "<!-- {% raw %} -->\n```\n{{color: 'red'}}\n```\n<!-- {% endraw %} -->",
    ),
    "Liquid's own endraw": (
        "<pre><code>{% endraw %}</code></pre>",
        "<pre><code>&#123;&#37; endraw &#37;&#125;</code></pre>",
    ),
}


@pytest.mark.parametrize(("html", "expected"), CODE.values(), ids=CODE)
def test_body_code_markup_gives_expected_markdown(html: str, expected: str) -> None:
    assert markdown(html) == expected


@pytest.mark.parametrize("tag", ["section", "strong", "blockquote", "li", "h-char", "p"])
@pytest.mark.parametrize("depth", [220, 300, 5000])
def test_clean_deeply_nested_text_is_kept(tag: str, depth: int) -> None:
    seen = cleaned(f"<p>前</p>{f'<{tag}>' * depth}里{f'</{tag}>' * depth}<p>后</p>").html
    assert [seen.count(word) for word in "前里后"] == [1, 1, 1]


SHEETS = {
    "a class that is bold": (".a { font-weight: 700 }", '<p>甲<span class="b a">乙</span></p>', "甲**乙**"),
    "an element that is not": ("#js_content strong { font-weight: normal }", "<p>甲<strong>乙</strong></p>", "甲乙"),
    "a reset and what the article's box says again": (
        "em { font-style: normal } .rich_media_content em { font-style: italic }",
        "<p>甲<em>乙</em></p>",
        "甲*乙*",
    ),
    "the element's own style is stronger": (
        ".a { font-weight: 700 }",
        '<p>甲<span class="a" style="font-weight: 400">乙</span></p>',
        "甲乙",
    ),
    "a rule below something else": (".other .a { font-weight: 700 }", '<p>甲<span class="a">乙</span></p>', "甲乙"),
    "comments and what is no rule": ("/* .a{} */ @media x { .a { color: red } }", '<p class="a">甲</p>', "甲"),
}


@pytest.mark.parametrize(("css", "html", "expected"), SHEETS.values(), ids=SHEETS)
def test_clean_page_stylesheet_decides_emphasis(css: str, html: str, expected: str) -> None:
    assert body_markdown(clean(RawBody(html=html, css=css)).html, LinkResolver()) == expected


def test_clean_removed_profile_card_is_reported() -> None:
    removed = cleaned('<mp-common-profile data-nickname="某号"></mp-common-profile><p>甲</p>').removed
    assert [(r.step, r.text) for r in removed] == [("make_cards", "某号")]


def test_clean_removal_step_is_the_name_of_its_pass() -> None:
    removed = cleaned('<p hidden>一段看不见的文字</p><p>甲<img alt="没有地址"></p>').removed
    assert [(r.step, r.text) for r in removed] == [("drop_hidden", "一段看不见的文字"), ("find_images", "没有地址")]


def test_clean_repeated_picture_is_one_medium() -> None:
    media = cleaned(f'<img data-src="{PICTURE}"><img data-src="{PICTURE}#imgIndex=1" data-w="800">').media
    assert [m.tries for m in media] == [(PICTURE.replace("/640", "/0"), PICTURE)]


@pytest.mark.parametrize(
    "context", ["<p>{}</p>", "<table><tr><td colspan=2>{}</td></tr><tr><td>1</td><td>2</td></tr></table>"]
)
def test_body_markdown_article_link_leads_to_local_post(context: str) -> None:
    html = context.format('<a href="https://mp.weixin.qq.com/s/abcdefghijklmnopqrstuv">甲</a>')
    local = LinkResolver(post_url=lambda link: "{{site.baseurl}}/2020/06/17/x.html" if link.endswith("stuv") else "")
    assert "{{site.baseurl}}/2020/06/17/x.html" in body_markdown(cleaned(html).html, local)
