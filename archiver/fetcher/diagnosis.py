"""Say what is wrong between this machine and WeChat: the proxy, the trusted certificates, a request that failed.

Nothing here asks WeChat for anything. The proxy is connected to, if the user has named one.
"""

from __future__ import annotations

import errno
import os
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from pathlib import Path

import httpx

from archiver import urls
from archiver.credentials import redact_words
from archiver.errors import ArchiverError, ConfigError, FetchError, Unreachable
from archiver.fetcher.proxy import ProxyConfig
from archiver.fetcher.transport import tls_context
from archiver.messages.message import counted_message, message
from archiver.models.checkup import Check, attention

_PATIENCE = 5.0  # seconds to wait for the proxy
_PAGES = httpx.URL(f"https://{urls.HOST}/")
_PORTS = {"http": 80, "https": 443}  # of proxies; the others are SOCKS, with 1080
_WRONG_TIME = frozenset((9, 10))  # OpenSSL's codes of a certificate: not valid yet, expired
_WRONG_NAME = 62  # and of one for another host
_NO_NETWORK = frozenset((errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL))
_CHECK_NETWORK = message("check the network of this machine, and whether it needs a proxy")
_CHECK_OR_WAIT = message("check the network of this machine, and whether it needs a proxy, or try again later")

Connect = Callable[..., socket.socket]  # a function like socket.create_connection


def check_proxy(chosen: str, connect: Connect = socket.create_connection) -> Check:
    """Return whether the proxy in the settings or the environment can be used; nobody else is asked.

    `chosen` is the proxy in the settings, '' if there is none.
    """
    name, setting = "proxy", message("`proxy` in the settings") if chosen else message("HTTPS_PROXY or ALL_PROXY")
    try:
        config = ProxyConfig(chosen)
    except ConfigError as error:
        return attention(
            name, message("{setting}: {reason}", setting=setting, reason=error.args[0]),
            message("correct {setting}", setting=setting),
        )  # fmt: skip
    if config.proxy is None:
        return Check(name=name, message=message("none is set, requests go directly"))
    if not (place := config.name_for(_PAGES)):
        return Check(name=name, message=message("NO_PROXY excepts {HOST}, requests go directly", HOST=urls.HOST))
    url = config.proxy.url
    port = url.port or _PORTS.get(url.scheme.decode(), 1080)
    try:
        with closing(connect((url.host.decode(), port), _PATIENCE)):
            return Check(name=name, message=message("{place} answers ({setting})", place=place, setting=setting))
    except OSError as error:
        reason = error.strerror or str(error)
        advice = message("start it, or correct {setting}, or take it out", setting=setting)
        return attention(name, message("{place} does not answer ({reason})", place=place, reason=reason), advice)


def check_certificates() -> Check:
    """Return whether the certificates that are trusted can be read."""
    name = "certificates"
    variable = next((word for word in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(word)), "")
    path = os.environ.get(variable, "")
    place = message("{variable}={path}", variable=variable, path=path) if variable else message("the package certifi")
    advice = (
        message("correct {variable}, or unset it", variable=variable)
        if variable
        else message("install the package certifi again")
    )
    try:
        count = tls_context().cert_store_stats()["x509_ca"]
    except ConfigError as error:
        return attention(name, str(error), advice)
    if variable == "SSL_CERT_DIR":  # its files are read when they are needed
        is_there = Path(path).is_dir()
        return (
            Check(name=name, message=place)
            if is_there
            else attention(name, message("{place} is no folder", place=place), advice)
        )
    if not count:
        return attention(name, message("no authority is in {place}", place=place), advice)
    said = counted_message("{number} authority, of {place}", "{number} authorities, of {place}", count, place=place)
    return Check(name=name, message=said)


def failure_check(error: ArchiverError, proxy: str, now: datetime) -> Check:
    """Return why a page did not come, and what to do.

    `error` is the error of Fetcher.page. `proxy` is the proxy in the settings, and `now` the time of this machine.
    """
    said, advice = _explained(error, proxy, now)
    return attention("page", said, advice)


def _explained(error: ArchiverError, proxy: str, now: datetime) -> tuple[str, str]:
    causes = list(_causes(error))
    if untrusted := next((cause for cause in causes if isinstance(cause, ssl.SSLCertVerificationError)), None):
        return _explained_certificate(untrusted, now)
    if not isinstance(error, Unreachable) or len(causes) == 1:  # the server answered, or a file could not be read
        return error.args[0], message("try again later") if isinstance(error, FetchError) else message("correct it")
    if any(isinstance(cause, httpx.ProxyError) for cause in causes):
        reason = next(str(cause) for cause in causes if isinstance(cause, httpx.ProxyError))
        return message("the proxy refuses the request ({reason})", reason=reason), message(
            "check its address and login, and whether it allows WeChat"
        )
    is_not_connected = any(isinstance(cause, (httpx.ConnectError, httpx.ConnectTimeout)) for cause in causes)
    if is_not_connected and ProxyConfig(proxy).name_for(_PAGES):
        return message("the proxy does not answer"), message(
            "start it, or correct its address, or take it out of the settings"
        )
    return _explained_network(causes)


def _explained_certificate(error: ssl.SSLCertVerificationError, now: datetime) -> tuple[str, str]:
    if error.verify_code in _WRONG_TIME:
        return (
            message(
                "the server's certificate is not valid at this machine's time ({reason})", reason=error.verify_message
            ),
            message(
                "set the clock, which says {now:%Y-%m-%d %H:%M} UTC; if it is right, the network replaces certificates",
                now=now,
            ),
        )
    if error.verify_code == _WRONG_NAME:
        return message(
            "another host answers than {host} ({reason})", host=urls.HOST, reason=error.verify_message
        ), _CHECK_NETWORK
    return (
        message(
            "the server's certificate is of an authority that is not trusted ({reason})", reason=error.verify_message
        ),
        message(
            "if your network replaces certificates, name its authority's file in SSL_CERT_FILE; else do not use it"
        ),
    )


def _explained_network(causes: list[BaseException]) -> tuple[str, str]:
    said = next(
        (str(cause) for cause in causes if isinstance(cause, httpx.HTTPError) and str(cause)), message("no answer")
    )
    errors = [cause for cause in causes if isinstance(cause, OSError)]
    if any(isinstance(cause, socket.gaierror) for cause in errors):
        return message(
            "the name {host} cannot be resolved, there is no network or no name server", host=urls.HOST
        ), _CHECK_NETWORK
    if any(cause.errno in _NO_NETWORK for cause in errors):
        return message(
            "no way leads to {host} ({reason}), there is no network", host=urls.HOST, reason=said
        ), _CHECK_NETWORK
    if any(isinstance(cause, httpx.TimeoutException) for cause in causes):
        return message("{host} does not answer in time ({reason})", host=urls.HOST, reason=said), _CHECK_OR_WAIT
    return message("{host} cannot be reached ({reason})", host=urls.HOST, reason=redact_words(said)), _CHECK_OR_WAIT


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and all errors that caused it."""
    cause: BaseException | None = error
    seen: set[int] = set()
    while cause is not None and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__  # httpcore raises "from None"
