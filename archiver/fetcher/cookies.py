"""Read cookies for mp.weixin.qq.com from a file that the user exported from a browser.

If the user has passed the verification page in that browser, WeChat answers requests with these cookies.
"""

from __future__ import annotations

import warnings
from http.cookiejar import Cookie, CookieJar, LoadError, MozillaCookieJar

from archiver.errors import ConfigError, InputError
from archiver.messages.message import message
from archiver.urls import HOST

_ADVICE = message("export cookies.txt in the Netscape format from the browser in which you opened the article")


def read_cookies(path: str) -> CookieJar:
    """Read a Netscape cookie file and return the cookies that a browser would send to mp.weixin.qq.com.

    `path` is the path of the file; '' means no file and returns an empty jar. Raise InputError if the file cannot be
    read. Raise ConfigError if it is not a cookie file, or has no unexpired cookie for mp.weixin.qq.com.
    """
    jar = CookieJar()
    for cookie in _load_cookies(path) if path else ():
        if _is_sent_to_wechat(cookie):
            jar.set_cookie(_as_session(cookie))
    jar.clear_expired_cookies()
    if path and not len(jar):
        raise ConfigError(
            message("no cookie for {host} in it that still lives: {advice}", host=HOST, advice=_ADVICE), concerns=path
        )
    return jar


def _load_cookies(path: str) -> MozillaCookieJar:
    """Return all cookies in the Netscape cookie file at `path`.

    Raise InputError if the file cannot be read, and ConfigError if it has another format.
    """
    jar = MozillaCookieJar(path)
    try:
        with warnings.catch_warnings(action="ignore"):  # "http.cookiejar bug!" for a line with too few fields
            jar.load(ignore_discard=True, ignore_expires=True)
    except (LoadError, UnicodeDecodeError) as error:
        raise ConfigError(message("not a Netscape cookie file: {advice}", advice=_ADVICE), concerns=path) from error
    except FileNotFoundError as error:
        raise InputError(message("no such cookie file: {advice}", advice=_ADVICE), concerns=path) from error
    except (OSError, ValueError) as error:
        raise InputError(message("the cookie file cannot be read: {reason}", reason=error), concerns=path) from error
    return jar


def _is_sent_to_wechat(cookie: Cookie) -> bool:
    """Return whether a browser would send the cookie to mp.weixin.qq.com."""
    if cookie.domain.startswith("."):
        return f".{HOST}".endswith(cookie.domain)
    return cookie.domain == HOST


def _as_session(cookie: Cookie) -> Cookie:
    """Change the expiry 0 of a cookie to None, so that the cookie does not count as expired; return the cookie.

    Browser extensions write 0 for "until the browser closes". The standard library would read 0 as a time in 1970, and
    uses None for "until the browser closes". Any other expiry is kept.
    """
    if cookie.expires == 0:
        cookie.expires, cookie.discard = None, True
    return cookie
