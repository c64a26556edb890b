"""Read the cookies of a browser in which the user passed the verification page; they go to mp.weixin.qq.com only."""

from __future__ import annotations

import warnings
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy, LoadError, MozillaCookieJar

from archiver.errors import ConfigError, InputError
from archiver.urls import HOST

_ADVICE = "export cookies.txt in the Netscape format from the browser in which you opened the article"


def read_cookies(path: str) -> CookieJar:
    """Return the cookies of a Netscape file that a browser would send to mp.weixin.qq.com; an empty jar for path ''.

    Raise InputError when the file cannot be read, and ConfigError when it has no such cookie.
    """
    jar = CookieJar()
    for cookie in _load_cookies(path) if path else ():
        if _is_sent_to_wechat(cookie):
            jar.set_cookie(_as_session(cookie))
    jar.clear_expired_cookies()
    if path and not len(jar):
        raise ConfigError(f"no cookie for {HOST} in it that still lives: {_ADVICE}", concerns=path)
    return jar


def no_cookies() -> CookieJar:
    """Return a jar that stores no cookies: for media, whose hosts get none back."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=()))


def _load_cookies(path: str) -> MozillaCookieJar:
    """Return every cookie of a Netscape file; raise InputError or ConfigError when it is none."""
    jar = MozillaCookieJar(path)
    try:
        with warnings.catch_warnings(action="ignore"):  # "http.cookiejar bug!" for a line with too few fields
            jar.load(ignore_discard=True, ignore_expires=True)
    except (LoadError, UnicodeDecodeError) as error:
        raise ConfigError(f"not a Netscape cookie file: {_ADVICE}", concerns=path) from error
    except FileNotFoundError as error:
        raise InputError(f"no such cookie file: {_ADVICE}", concerns=path) from error
    except (OSError, ValueError) as error:
        raise InputError(f"the cookie file cannot be read: {error}", concerns=path) from error
    return jar


def _is_sent_to_wechat(cookie: Cookie) -> bool:
    """Return whether the cookie's domain matches mp.weixin.qq.com."""
    if cookie.domain.startswith("."):
        return f".{HOST}".endswith(cookie.domain)
    return cookie.domain == HOST


def _as_session(cookie: Cookie) -> Cookie:
    """Return the cookie without its expiry if that is 0.

    Browser extensions write 0 for "until the browser closes", which the standard library takes for 1970.
    """
    if cookie.expires == 0:
        cookie.expires, cookie.discard = None, True
    return cookie
