"""Words and markup made to do harm, by what they try and where they stand."""

from __future__ import annotations

from html import escape

SCRIPT = (
    "var biz = 'MzA3MDAwMDAwMA=='; var mid = '2650000001'; var idx = '1'; var nickname = htmlDecode('号');"
    "var msg_title = '标题'; var ct = '1592359200';"
)
PICTURE = "https://mmbiz.qpic.cn/mmbiz_png/abcdefgh/640"


TEXTS = {
    "YAML": "\"]\\\n---\nlayout: x\n...\n- !!python/object:os.system {a: &a *a} # | > % @ `",
    "Liquid": "{{ site.x }} {% include x %} {% raw %} {%- endraw -%} {{ {% }} {",
    "kramdown": '{: onclick="alert(1)"} {::nomarkdown}<b onclick=x>{:/} {::options parse_block_html="true" /} *[a]: b [^1]: c {:toc}',
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)></p></title>&lt;script&gt;&amp;lt;script&amp;gt;<!-- <![CDATA[ <?php",
    "Markdown": '[a](javascript:alert(1)) ![a](data:text/html,1) <javascript:alert(1)> [a]: javascript:alert(1) "x" `a` | b',
    "paths": "../../../etc/passwd ..\\..\\x /etc/passwd C:\\x CON nul.txt %2e%2e%2f \u2025\u2215",
    "terminal": "a\x1b]0;b\x07c\x9b31md\x00e\x7f\r\u2028\u2029",
    "direction": "a\u202ecod.exe\u2066b\u200fc",
    "formula": "$$x$$ \\(\\href{javascript:alert(1)}{x}\\) \\[",
}  # fmt: skip
BODIES = {
    "text": "<p>{text}</p>",
    "first of a line": "<p>a<br>{text}</p><h2>{text}</h2><ul><li>{text}</li></ul><blockquote>{text}</blockquote>",
    "cut by marks": "<p>{{<b>{{</b> {text}</p><p>{{<i>%</i>{text}<code>{text}</code>}}</p>",
    "code": "<pre><code class='language-{text}'>{text}</code></pre><p><code>{text}</code></p>",
    "cells": "<table><tr><th>{text}</th><th>b</th></tr><tr><td>{text}</td><td><p>{text}</p><p>{text}</p></td></tr></table>",
    "readings": "<p><ruby>{text}<rt>{text}</rt></ruby><ruby><rb>{text}<rb>x<rtc><rt>{text}<rt>y</rtc></ruby></p>"
    '<ol type="{text}" start="{text}" style="list-style-type:{text}"><li value="{text}"><ruby>x<rt>{text}</rt></ruby></li></ol>',
    "fields": '<p>x<input type="checkbox" value="{text}" title="{text}"><input value="{text}"><u>&nbsp;&nbsp;{text}&nbsp;</u></p>',
    "alternative": f'<img data-src="{PICTURE}" alt="{{text}}">',
    "link": '<a href="{text}">{text}</a><a href="https://a.example/{text}">x</a><a href="mailto:{text}">x</a>',
    "picture": '<img data-src="https://a.example/{text}"><img data-src="https://mmbiz.qpic.cn/mmbiz_png/{text}/0">',
    "card": '<mp-miniprogram data-miniprogram-title="{text}" data-miniprogram-nickname="{text}" '
    'data-miniprogram-imageurl="https%3A%2F%2Fa.example%2F%3F%00%1b{text}"></mp-miniprogram>',
    "card of an unknown kind": '<mp-common-new data-title="{text}" data-nickname="{text}" data-desc="{text}" data-link="{text}" '
    'data-cover="{text}" data-more="{text}"></mp-common-new><mp-common-article data-article-data="{text}"></mp-common-article>',
    "sound": '<mp-common-mpaudio name="{text}" author="{text}" cover="{text}" voice_encode_fileid="AAAAAAAAAA">'
    "</mp-common-mpaudio>",
    "film": '<iframe data-mpvid="wxv_{text}" data-cover="{text}"></iframe><iframe data-src="{text}"></iframe>'
    '<iframe class="vote" data-src="{text}"></iframe>',
    "formula": '<span data-formula="{text}">x</span>',
    "quote": '<blockquote data-url="https://a.example/{text}" data-author-name="{text}" data-source-title="{text}">a</blockquote>',
    "list": '<ol start="{text}"><li>{text}</li></ol>',
    "behind something hidden": "<p>a<script>b</script>{text}</p>",
}  # fmt: skip


def spoken(body: str, text: str) -> str:
    """One of BODIES that says `text`."""
    return body.replace("{text}", escape(text)).replace("{{", "{")


ACTIVE = {
    "SVG": '<svg onload="a()"><a xlink:href="javascript:a()"><text>x</text></a><script>a()</script><foreignObject>'
    '<body onload="a()">x</body></foreignObject><image href="javascript:a()"/><use href="data:image/svg+xml,x"/></svg>',
    "MathML": '<math><mtext><img src=x onerror=a()><a href="javascript:a()">x</a></mtext></math>',
    "raw text": "<xmp><script>a()</script></xmp><noscript><p title='</noscript><img src=x onerror=a()>'></noscript>"
    "<textarea><script>a()</script></textarea><title><script>a()</script></title><template><script>a()</script></template>",
    "plain text": "<p>x</p><plaintext><script>a()</script>",
    "forms": '<form action="javascript:a()"><button formaction="javascript:a()">x</button><input autofocus onfocus=a()></form>',
    "frames": '<iframe srcdoc="<script>a()</script>"></iframe><object data="javascript:a()"></object><embed src="javascript:a()">',
    "page": '<base href="//a.example/"><meta http-equiv="refresh" content="0;url=javascript:a()"><link rel="stylesheet" href="//a/">',
    "events": '<p onclick="a()" style="background:url(javascript:a())">x</p><details open ontoggle=a()>x</details><video src=x onerror=a()>',
    "links": '<a href="java&#9;script:a()">x</a><a href=" javascript:a()">x</a><a href="&amp;#106;avascript:a()">x</a>'
    '<a href="data:text/html,<script>a()</script>">x</a><a href="vbscript:a()">x</a><a href="&#1;javascript:a()">x</a>',
    "links of a base": '<base href="javascript:a()//"><a href="/x">x</a><a href="?x">x</a><base href="data:text/html,x"><a href="s/x">x</a>'
    '<a href="/\\javascript:a()">x</a><a href="?__biz=javascript:a()">x</a><a href="file:///s?javascript:a()">x</a>'
    '<svg><a xlink:href="/javascript:a()"><text>x</text></a></svg>',
    "schemes alone": '<a href="http:javascript:a()">x</a><a href="https:x">x</a>',
    "pictures": f'<img src="data:text/html,{"A" * 400}"><img src="data:image/png;base64,{"A" * 400}&quot; onerror=&quot;a()">',
    "picture that is a drawing": f'<img src="data:image/svg+xml,<svg onload=a()>{"A" * 400}">',
    "a card of its own": '<div class="wechat-card"><script>a()</script><a href="javascript:a()">x</a></div><{archiver}card html="<script>">',
    "raw": "<pre><code>{% endraw %}{{ a }}{% raw %}</code></pre><p>{% raw %}</p><pre><code>&lt;!-- {%- endraw -%} --&gt;</code></pre>",
    "fences": "<pre><code>```\n~~~\n````\n{: onclick=a}\n</code></pre><p><code>``` {{ a }}</code></p>",
    "half an address": '<iframe class="vote" data-src="//[x"></iframe><a href="https://[::1">x</a><img data-src="https://a℀b/x">'
    '<img data-src="//["><img src="/["><img src="../x"><p style="background:url(//[)"></p><svg><image href="//["/></svg>',
    "numbers": '<ol start="²"><li>x</li></ol><table><tr><td colspan="²" rowspan="99999999999">x</td><td>y</td></tr></table>'
    '<p style="font-weight:²">x</p><img data-src="https://a.example/" data-w="²" width="1.1.1">',
}  # fmt: skip
