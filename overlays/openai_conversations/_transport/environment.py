"""Proxies and certificates that environment variables name, and the errors that name the variables.

httpx reads the variables: `HTTP_PROXY`, `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, in either case,
`SSL_CERT_FILE` and `SSL_CERT_DIR`; Python itself reads `SSLKEYLOGFILE`.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Mapping
from importlib.util import find_spec
from urllib.request import getproxies, proxy_bypass

import httpx

from .._request.validation import mismatch
from ..errors import InvalidArgumentError


def environment_proxies() -> dict[str, str]:
    """Return the proxies of the environment by the scheme they are for: "http", "https" or "all".

    Returns:
        Of each, its address without user and password, and its variable: `http://proxy:3128
        (HTTPS_PROXY)`.

    Raises:
        InvalidArgumentError: httpx cannot use one of them. The error does not show its value, which
            may hold a password.
    """
    found: dict[str, str] = {}
    for scheme in ("http", "https", "all"):
        address = getproxies().get(scheme)
        if not address:
            continue
        name = _variable(scheme)
        try:
            url = httpx.Proxy(address if "://" in address else f"http://{address}").url
        except (ValueError, httpx.InvalidURL):
            url = httpx.URL()
        if not url.host or (url.port or 0) > 65535:
            expected = "a URL such as http://proxy:3128 or socks5://proxy:1080"
            raise mismatch(name, expected, "something else (environment variable)")
        if url.scheme.startswith("socks") and find_spec("socksio") is None:
            expected = "a proxy of a kind that is installed"
            received = f"{url.scheme}://, which `pip install 'httpx[socks]'` installs"
            raise mismatch(name, expected, received)
        found[scheme] = f"{url.scheme}://{url.netloc.decode()} ({name})"
    return found


def refused_exceptions() -> InvalidArgumentError:
    """Return the error for a `NO_PROXY` that httpx cannot read."""
    expected = "names and addresses of hosts, separated by commas"
    received = "an entry that httpx cannot read, such as an IPv6 network or address in brackets"
    return mismatch(_variable("no"), expected, received)


def proxy_for(url: httpx.URL, proxies: Mapping[str, str]) -> str | None:
    """Return which of the proxies of the environment a request to a URL goes through."""
    found = proxies.get(url.scheme) or proxies.get("all")
    return found if found and not proxy_bypass(url.host) else None


def tls_context(*protocols: str) -> ssl.SSLContext:
    """Return the settings of TLS, with the certificates of the environment or those of certifi.

    Args:
        protocols: to offer to the server (ALPN).

    Raises:
        InvalidArgumentError: a file that the environment names cannot be used.
    """
    try:
        context = httpx.create_ssl_context()
        if protocols:
            context.set_alpn_protocols(list(protocols))
        return context
    except OSError as error:
        # An SSLError is an OSError; the file is there then, and holds something else.
        reason = "no certificates in it" if isinstance(error, ssl.SSLError) else error.strerror
        certificates, keys = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSLKEYLOGFILE")
        if not (certificates or keys):
            raise
    if certificates and not (keys and _is_certificates(certificates)):
        raise mismatch("SSL_CERT_FILE", "a file of certificates", f"{certificates!r} ({reason})")
    raise mismatch("SSLKEYLOGFILE", "a file that can be written", f"{keys!r} ({reason})")


def trusted_certificates() -> str:
    """Return where the certificates come from that `tls_context` has, for an error message."""
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        if path := os.environ.get(name):
            return f"{name}={path!r}"
    return "certifi"


def _is_certificates(path: str) -> bool:
    try:
        ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(path)
    except OSError:
        return False
    return True


def _variable(scheme: str) -> str:
    """Return the name of a variable as it is spelt in the environment."""
    name = f"{scheme}_proxy"
    return name if name in os.environ else name.upper()
