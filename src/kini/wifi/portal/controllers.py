"""Controllers that admit devices through their API instead of RADIUS (configured by KINI_WIFI).

They get the decision that RADIUS would have got from the database.
"""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import httpx

from kini.core import provider_config, tls
from kini.core.registry import Registry
from kini.wifi.environment import WifiEnvironment

SECONDS = 5


class ControllerError(Exception):
    """The controller is unreachable, or did not admit the device."""


class Controller(Protocol):
    """A configured controller."""

    sites: Sequence[str]

    def let_in(self, site: str, device: str, point: str, limits: Mapping[str, str]) -> None:
        """Admit a device.

        Args:
            site: the controller's name for a group of sites.
            device, point: MACs of the device and the access point, in the notation of RFC 3580.
            limits: RADIUS attributes of the decision, by name.

        Raises:
            ControllerError: if that failed.
        """


class Unifi:
    """A UniFi network application; `os`: it runs on a UniFi OS console."""

    def __init__(
        self,
        _name: str,
        *,
        address: str,
        username: str,
        password_file: str,
        sites: Sequence[str] = ("default",),
        os: bool = True,
    ) -> None:
        self.sites: Sequence[str] = tuple(sites)
        self.address, self.username, self.os = address.rstrip("/"), username, os
        self._password = Path(password_file).read_text("utf-8").strip()

    def let_in(self, site: str, device: str, point: str, limits: Mapping[str, str]) -> None:
        """See Controller."""
        command = {
            "cmd": "authorize-guest",
            "mac": device.lower().replace("-", ":"),
            "ap_mac": point.lower().replace("-", ":"),
            "minutes": max(1, int(limits.get("Session-Timeout", 86_400)) // 60),
        }
        for name, attribute in (("down", "WISPr-Bandwidth-Max-Down"), ("up", "WISPr-Bandwidth-Max-Up")):
            if attribute in limits:
                command[name] = int(limits[attribute]) // 1000
        signs_in, before = ("/api/auth/login", "/proxy/network") if self.os else ("/api/login", "")
        try:
            with httpx.Client(base_url=self.address, timeout=SECONDS, verify=tls.context()) as client:
                credentials = {"username": self.username, "password": self._password}
                answer = client.post(signs_in, json=credentials).raise_for_status()
                token = answer.headers.get("X-CSRF-Token", "")
                headers = {"X-CSRF-Token": token} if token else {}
                answer = client.post(f"{before}/api/s/{site}/cmd/stamgr", json=command, headers=headers)
                done = answer.raise_for_status().json()["meta"]["rc"] == "ok"
        except (httpx.HTTPError, ValueError, LookupError, TypeError) as error:
            raise ControllerError(f"UniFi: {type(error).__name__}") from None
        if not done:
            raise ControllerError("UniFi: it does not let this device in")


adapters: Registry[Callable[..., Controller]] = Registry("adapter of controllers")
adapters.register("unifi", Unifi)


def controller_for(site: str) -> Controller | None:
    """Return the controller of a site; None if there is none.

    Raises:
        InvalidEnvironment: if the file of KINI_WIFI is invalid.
    """
    controllers = provider_config.load_providers("KINI_WIFI", WifiEnvironment.current().wifi, adapters)
    return next((each for each in controllers.values() if site in each.sites), None)
