# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Which CA certificates count, read once a job instead of once for every connection.

By itself the HTTP library reads the whole bundle for each host it connects to: a hundred certificates and more, which takes longer than anything else on
the way to an answer. The controller's parent process reads the usual bundle before it forks the workers, so they inherit it. What is shared are the
certificates of authorities, nothing of a host or a tenant.
"""

from __future__ import annotations

import contextlib
import functools
import os
import ssl
import typing as t

try:
    from requests.adapters import HTTPAdapter
    from requests.utils import DEFAULT_CA_BUNDLE_PATH
    from urllib3.util.ssl_ import create_urllib3_context
except ImportError:
    # execute() reports the missing package in a sentence before a client is made.
    DEFAULT_CA_BUNDLE_PATH = ""
    HTTPAdapter = object  # type: ignore[assignment,misc]


def bundle_of(ca_path: str | None, environ: t.Mapping[str, str]) -> str:
    """The file, or directory, with the CA certificates of a client: the option, the environment, what comes with requests, in this order."""
    return ca_path or environ.get("REQUESTS_CA_BUNDLE") or environ.get("CURL_CA_BUNDLE") or DEFAULT_CA_BUNDLE_PATH


@functools.cache
def context_of(bundle: str) -> ssl.SSLContext:
    """A TLS context as the HTTP library makes it, which trusts the certificates of this bundle. One per bundle and process.

    Raises OSError when there is no bundle, and its subclass ssl.SSLError when the bundle holds no certificate or cannot be read.
    """
    if not os.path.exists(bundle):
        raise OSError(f"There is no CA certificate bundle at {bundle}.")
    context: ssl.SSLContext = create_urllib3_context(cert_reqs=ssl.CERT_REQUIRED)
    try:
        context.load_verify_locations(**{"capath" if os.path.isdir(bundle) else "cafile": bundle})
    except ssl.SSLError:
        raise
    except OSError as error:
        raise ssl.SSLError(f"NO_CERTIFICATE: {bundle} cannot be read ({error.strerror or error})") from error
    return context


def preload(environ: t.Mapping[str, str]) -> None:
    """Read the bundle that counts where no option names another one. What is wrong with it is said by the first request."""
    with contextlib.suppress(Exception):
        context_of(bundle_of(None, environ))


class TrustAdapter(HTTPAdapter):
    """Makes connections with the context of its bundle, also to a proxy that is spoken to with TLS. All three methods are there to be overridden."""

    usable = hasattr(HTTPAdapter, "build_connection_pool_key_attributes")  # requests asks for it since 2.32.2; older ones read the bundle as ever

    def __init__(self, bundle: str) -> None:
        self._bundle = bundle
        super().__init__()

    def build_connection_pool_key_attributes(self, request: t.Any, verify: t.Any, cert: t.Any = None) -> tuple[t.Any, t.Any]:
        """Host and TLS settings of a connection. Raises what C(context_of) raises."""
        host, _settings = super().build_connection_pool_key_attributes(request, verify, cert)
        return host, {"ssl_context": context_of(self._bundle), "cert_reqs": "CERT_REQUIRED"}

    def cert_verify(self, conn: t.Any, url: t.Any, verify: t.Any, cert: t.Any) -> None:
        """Nothing: this would name the bundle again, and it would be read again."""

    def proxy_manager_for(self, proxy: t.Any, **proxy_kwargs: t.Any) -> t.Any:
        """The connections through a proxy."""
        if proxy.lower().startswith("https:"):
            proxy_kwargs["proxy_ssl_context"] = context_of(self._bundle)
        return super().proxy_manager_for(proxy, **proxy_kwargs)
