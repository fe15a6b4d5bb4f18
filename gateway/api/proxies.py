"""Proxies before the pages: what they say about who asks is believed of those that are configured alone."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

from starlette.types import ASGIApp
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from gateway.dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Proxies:
    """Addresses and networks, as [pages] proxies has them."""

    networks: tuple[str, ...]

    def has(self, address: str) -> bool:
        try:
            found = ip_address(address.partition("%")[0])
        except ValueError:
            return False
        return any(found in ip_network(network) for network in self.networks)

    def before(self, app: ASGIApp) -> ASGIApp:
        """Who asks and by which scheme, after X-Forwarded-For and X-Forwarded-Proto."""
        if not self.networks:
            return app
        return ProxyHeadersMiddleware(app, [*self.networks])  # type: ignore[arg-type,return-value]
