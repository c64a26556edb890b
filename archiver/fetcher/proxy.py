"""Decide which proxy, if any, is used for a host."""

from __future__ import annotations

from importlib.util import find_spec
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from archiver.errors import ConfigError


class ProxyConfig:
    """The user's proxy: the one from the settings for every host, else the one of the environment and its exceptions.

    All requests are https, so only HTTPS_PROXY and ALL_PROXY are read. httpx reads the same variables, but not for a
    client with its own transport.
    """

    def __init__(self, chosen: str = "") -> None:
        environment = getproxies()
        address = chosen or environment.get("https") or environment.get("all") or ""
        self._always = bool(chosen)
        self.proxy = _parse_proxy(address) if address else None

    def is_proxied(self, url: httpx.URL) -> bool:
        """Return whether a request for `url` goes through the proxy."""
        if self.proxy is None:
            return False
        return self._always or not proxy_bypass(f"{url.host}:{url.port or 443}")


def _parse_proxy(address: str) -> httpcore.Proxy:
    """Return the proxy at `address`; raise ConfigError, which does not show the address because of its password."""
    try:
        proxy = httpx.Proxy(address if "://" in address else f"http://{address}")
        if not proxy.url.host:
            raise ValueError("no host in it")
    except (httpx.InvalidURL, ValueError) as error:
        raise ConfigError("not a proxy's address: write it as http://host:port or socks5://host:port") from error
    if proxy.url.scheme.startswith("socks") and not find_spec("socksio"):
        raise ConfigError("a SOCKS proxy needs one more package: pip install 'httpx[socks]'")
    url = httpcore.URL(
        scheme=proxy.url.raw_scheme, host=proxy.url.raw_host, port=proxy.url.port, target=proxy.url.raw_path
    )
    return httpcore.Proxy(url, auth=proxy.raw_auth, headers=proxy.headers.raw)
