"""Fill the templates of the reader's pages, in the language of each request."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import cast
from urllib.parse import urlencode

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from starlette.requests import Request
from starlette.responses import HTMLResponse

from archiver.messages import Language, translations
from archiver.messages.preference import accepted_language, language_named
from archiver.site.links import PageLinks
from archiver.site.words import Words

LANGUAGE_COOKIE = "archiver_lang"
_YEAR = 365 * 24 * 3600  # seconds


class ConstantMessages(Extension):
    """Translate messages without variables when a template is compiled, not each time that it is filled.

    `_("Search")` becomes `("搜索"|safe)`: `gettext` of Jinja2 marks messages as safe, too. They are most of many pages.
    """

    _CALL = (("name", "_"), ("lparen", None), ("string", None), ("rparen", None))  # None: any value

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        """Yield the tokens of a template, with texts in place of such calls."""
        begun: list[Token] = []  # tokens that are perhaps the beginning of a call
        for token in stream:
            if begun and not self._continues(begun, token):
                yield from begun
                begun = []
            if not self._continues(begun, token):
                yield token
                continue
            begun.append(token)
            if len(begun) == len(self._CALL):
                yield from self._text(begun[2])
                begun = []
        yield from begun

    def _continues(self, begun: list[Token], token: Token) -> bool:
        kind, value = self._CALL[len(begun)]
        return token.type == kind and value in (None, token.value)

    def _text(self, message: Token) -> Iterator[Token]:
        gettext = cast("Callable[[str], str]", self.environment.globals["gettext_of"])
        text = gettext(message.value) % {}  # as Jinja2 does it: a percent sign is written twice
        for kind, value in (("lparen", "("), ("string", text), ("pipe", "|"), ("name", "safe"), ("rparen", ")")):
            yield Token(message.lineno, kind, value)


class Templates:
    """The templates of all pages, in each language."""

    def __init__(self) -> None:
        self._environments = {language: _environment(language) for language in Language}

    def fill(self, name: str, language: Language, values: dict[str, object]) -> str:
        """Return the text of a template, filled with `values`."""
        return self._environments[language].get_template(name).render(values)


def make_templates() -> Templates:
    """Return the templates. Every value is escaped where it is written."""
    return Templates()


def render(request: Request, template: str, *, status: int = 200, **values: object) -> HTMLResponse:
    """Return a page: the template filled with `values`, in the language of the request.

    Every template also has:

    - `_` and `ngettext` for the messages; the filters `day`, `moment`, `number` and `size`;
    - `words` for the meaning of states and the like (words.py);
    - `links` for the addresses of pages (links.py), and `has_page(path)`;
    - `here`, the address of the page; `policy`, a content security policy, '' if a header has it; and `logout_token`,
      that of the form to log out, '' for those who did not log in;
    - `request`, `language`, and `other_languages`: pairs of a language and the address of the page in it.
    """
    language = language_of(request)
    has_page = {getattr(route, "path", "") for route in request.app.routes}.__contains__
    common = {
        "request": request, "language": language, "words": Words(language), "links": PageLinks.of(request),
        "has_page": has_page, "here": request.url.path, "policy": "", "logout_token": _logout_token(request),
        "other_languages": _other_languages(request, language),
    }  # fmt: skip
    page = request.app.state.templates.fill(template, language, common | values)
    response = HTMLResponse(page, status_code=status, headers={"Content-Language": language.html_lang})
    response.headers["Vary"] = "Accept-Language, Cookie"
    if language_named(request.query_params.get("lang", "")):
        response.set_cookie(LANGUAGE_COOKIE, language.value, max_age=_YEAR, httponly=True, samesite="lax")
    return response


def language_of(request: Request) -> Language:
    """Return the language for a request.

    The first of these that names a known language decides: the switch of the page (`?lang=`, then its cookie), the
    setting `lang`, the language of the browser. Without any, it is English.
    """
    chosen = (request.query_params.get("lang", ""), request.cookies.get(LANGUAGE_COOKIE, ""))
    named = (language_named(name) for name in (*chosen, request.app.state.settings.lang))
    accepted = accepted_language(request.headers.get("accept-language", ""))
    return next(filter(None, named), accepted or Language.ENGLISH)


def _logout_token(request: Request) -> str:
    return str(request.state.form_token) if getattr(request.state, "session", None) else ""


def _other_languages(request: Request, language: Language) -> list[tuple[Language, str]]:
    """Return each other language with the address of this page in it, relative to the page."""
    query = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    others = (other for other in Language if other is not language)
    return [(other, f"?{urlencode([*query, ('lang', other.value)])}") for other in others]


def _environment(language: Language) -> Environment:
    environment = Environment(
        loader=PackageLoader("archiver.site"), autoescape=True, undefined=StrictUndefined, auto_reload=False,
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.i18n", ConstantMessages],
    )  # fmt: skip
    environment.globals["gettext_of"] = translations(language).gettext
    environment.install_gettext_translations(translations(language), newstyle=True)  # type: ignore[attr-defined]
    formats = Words(language).formats
    environment.filters |= {
        "day": formats.date, "moment": formats.time, "number": formats.number, "size": formats.size,
    }  # fmt: skip
    environment.globals |= {"month_of": formats.month, "month_name": formats.month_name, "year_of": formats.year}
    return environment
