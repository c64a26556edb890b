"""Decide whether a request goes through a proxy, and through which one."""

from __future__ import annotations

from importlib.util import find_spec
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from archiver.errors import ConfigError
from archiver.messages.message import message


class ProxyConfig:
    """The user's proxy, from the settings or from the environment. The attribute `proxy` is None if there is no proxy.

    The constructor's `chosen` is the address in the settings. This proxy is used for all hosts. If `chosen` is '', the
    environment variables HTTPS_PROXY, ALL_PROXY and NO_PROXY decide. They are read here, because httpx does not read
    them for a client with its own transport. HTTP_PROXY is not needed: all requests are https. The constructor raises
    ConfigError if the proxy cannot be used.
    """

    def __init__(self, chosen: str = "") -> None:
        environment = getproxies()
        address = chosen or environment.get("https") or environment.get("all") or ""
        self._always = bool(chosen)
        self._direct: dict[str, bool] = {}  # by host and port: to ask the environment is slow
        self.proxy = _parse_proxy(address) if address else None

    def name_for(self, url: httpx.URL) -> str:
        """Return the proxy of a request for `url` as `host:port`, without its login; '' if the request uses none."""
        if self.proxy is None or not self.is_proxied(url):
            return ""
        return f"{self.proxy.url.host.decode()}:{self.proxy.url.port}"

    def is_proxied(self, url: httpx.URL) -> bool:
        """Return whether a request for `url` has to go through the proxy."""
        if self.proxy is None:
            return False
        place = f"{url.host}:{url.port or 443}"
        if place not in self._direct:
            self._direct[place] = not self._always and bool(proxy_bypass(place))
        return not self._direct[place]


def proxy_for(chosen: str, address: str) -> str:
    """Return the proxy of a request for `address` as `host:port`, without its login; '' if the request uses none.

    `chosen` is the proxy in the settings. Raise ConfigError if the proxy cannot be used.
    """
    return ProxyConfig(chosen).name_for(httpx.URL(address))


def _parse_proxy(address: str) -> httpcore.Proxy:
    """Return the proxy at `address`, such as `host:port`, `http://host:port` or `socks5://host:port`.

    Raise ConfigError if it cannot be used. The message does not show the address, which may contain a password.
    """
    try:
        proxy = httpx.Proxy(address if "://" in address else f"http://{address}")
        if not proxy.url.host:
            raise ValueError(message("no host in it"))
    except (httpx.InvalidURL, ValueError) as error:
        raise ConfigError(
            message("not a proxy's address: write it as http://host:port or socks5://host:port")
        ) from error
    if proxy.url.scheme.startswith("socks") and not find_spec("socksio"):
        raise ConfigError(message("a SOCKS proxy needs one more package: pip install 'httpx[socks]'"))
    url = httpcore.URL(
        scheme=proxy.url.raw_scheme, host=proxy.url.raw_host, port=proxy.url.port, target=proxy.url.raw_path
    )
    return httpcore.Proxy(url, auth=proxy.raw_auth, headers=proxy.headers.raw)
