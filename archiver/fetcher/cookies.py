"""The cookies of a reader who solved a verification by hand, for mp.weixin.qq.com and nobody else."""

from __future__ import annotations

import warnings
from http.cookiejar import Cookie, CookieJar, DefaultCookiePolicy, LoadError, MozillaCookieJar

from archiver.errors import ConfigError, InputError
from archiver.urls import HOST

_ADVICE = "export cookies.txt in the Netscape format from the browser in which you opened the article"


def read_cookies(path: str) -> CookieJar:
    """The cookies of a Netscape file that a browser would send to mp.weixin.qq.com; an empty jar for ''.

    InputError when it cannot be read, ConfigError when it holds none.
    """
    jar = CookieJar()
    for cookie in _load(path) if path else ():
        if _is_for_us(cookie):
            jar.set_cookie(_as_session(cookie))
    jar.clear_expired_cookies()
    if path and not len(jar):
        raise ConfigError(f"no cookie for {HOST} in it that still lives: {_ADVICE}", concerns=path)
    return jar


def no_cookies() -> CookieJar:
    """A jar that takes none and gives none: for media, whatever host sets them."""
    return CookieJar(DefaultCookiePolicy(allowed_domains=()))


def _load(path: str) -> MozillaCookieJar:
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


def _is_for_us(cookie: Cookie) -> bool:
    if cookie.domain.startswith("."):
        return f".{HOST}".endswith(cookie.domain)
    return cookie.domain == HOST


def _as_session(cookie: Cookie) -> Cookie:
    """Browser extensions write 0 for "until the browser closes", which the standard library reads as 1970."""
    if cookie.expires == 0:
        cookie.expires, cookie.discard = None, True
    return cookie
