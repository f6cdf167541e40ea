"""Which web pages get in: none but those of this server and of origins that were named.

A browser sends requests for any page that its user has open, to addresses of this machine too. What
it tells of the page in `Origin` and `Sec-Fetch-Site`, no page can forge. A page that was loaded
from a name of its own, and has had that name point to this machine since then (DNS rebinding),
passes for one of this server, and is known by its `Host`. Other programs send what they like; they
are kept out by a key.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from .errors import ServiceError, check_argument

_HOST = re.compile(r"(?P<name>[\w.-]+|\[[\da-f:.]+\])(:\d+)?", re.ASCII | re.IGNORECASE)
_ORIGIN = re.compile(r"[a-z][a-z\d+.-]*://[^\s/?#@,*]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class SameOrigin:
    """The names under which a server is reached, and the origins whose pages may use it.

    Args:
        hosts: Names besides `localhost` and that of this machine, in lower case. An IP address is
            always one: a page that gets here by an address was not loaded from elsewhere.
        origins: Such as `http://localhost:3000`.

    Raises:
        InvalidArgumentError: For what is not a name, or not an origin as browsers write it.
    """

    hosts: frozenset[str] = frozenset()
    origins: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        for name in self.hosts:
            check_argument("hosts", _name(name) == name, "names in lower case, no ports", name)
        for origin in self.origins:
            fits = _ORIGIN.fullmatch(origin) is not None
            check_argument("origins", fits, "scheme://host[:port] in lower case", origin)

    def check(self, headers: Mapping[str, str]) -> None:
        """Raise `ServiceError` for a request that a page of another origin may have sent.

        421 for a `Host` that is not a name of this server, 403 for a page of another origin.
        """
        host = headers.get("host", "")
        if not self._is_own(_name(host)):
            wrong = f"{host[:200]!r} is not a name of this server" if host else "Host is missing"
            raise ServiceError(421, f"{wrong}; --allow-host NAME makes it one.", code="wrong_host")
        origin, site = headers.get("origin"), headers.get("sec-fetch-site", "none")
        if origin is None:
            foreign = site in ("cross-site", "same-site")
        else:
            own = origin.partition("://")[2] == host.lower()
            foreign = not own and origin not in self.origins
        if foreign:
            message = f"Refused: a web page of {origin or 'another origin':.200} asked for it;"
            message = f"{message} --allow-origin ORIGIN lets the pages of an origin in."
            raise ServiceError(403, message, code="foreign_origin")

    def _is_own(self, name: str | None) -> bool:
        if name is None or _is_address(name):
            return name is not None
        known = name == "localhost" or name in self.hosts
        return known or name == socket.gethostname().lower()


@lru_cache
def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name.strip("[]"))
    except ValueError:
        return False
    return True


def _name(host: str) -> str | None:
    """Return the name in a `Host` header without its port, in lower case; None for no name."""
    found = _HOST.fullmatch(host)
    return found["name"].lower() if found else None
