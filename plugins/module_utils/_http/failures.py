# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What an exception of requests means: what happened, whether the connection ever opened, what the operator can do."""

from __future__ import annotations

import dataclasses
import socket
import ssl
import traceback
import typing as t

try:
    import requests
    import urllib3.exceptions as urllib3_exceptions
except ImportError:
    requests = None  # type: ignore[assignment]
    urllib3_exceptions = None  # type: ignore[assignment]


# What the HTTP library raises when there is no answer. Anything else is a bug of ours.
FAILURES: tuple[type[Exception], ...] = (OSError, UnicodeEncodeError)
_UNWRITABLE: tuple[type[Exception], ...] = (UnicodeEncodeError,)
if requests is not None:
    FAILURES += (requests.exceptions.RequestException, urllib3_exceptions.HTTPError)
    _UNWRITABLE += (
        requests.exceptions.InvalidHeader,
        requests.exceptions.InvalidJSONError,
        requests.exceptions.InvalidSchema,
        requests.exceptions.InvalidURL,
        requests.exceptions.MissingSchema,
    )


@dataclasses.dataclass(frozen=True)
class Failure:
    """Why there is no usable answer. ``what`` continues a sentence that begins with the host name."""

    what: str
    code: str
    opened: bool  # false: certainly nothing of the request was sent
    permanent: bool = False  # the next try would end the same way
    advice: str | None = None


def explain(error: Exception, url: str, ca_path: str | None) -> Failure:
    """What one of FAILURES means."""
    chain = list(_chain(error))
    opened = _was_opened(chain)
    for link in chain:
        if isinstance(link, ssl.SSLCertVerificationError):
            reason = getattr(link, "verify_message", "") or getattr(link, "reason", "") or "not trusted"
            checked = f"checked against ca_path {ca_path}" if ca_path else "ca_path is not set"
            advice = "Set 'ca_path' to a PEM file with the CA that signed it. Verification cannot be turned off."
            return Failure(f"presents a TLS certificate that is not trusted: {reason} ({checked})", "tls_untrusted", False, True, advice)
    for link in chain:
        if isinstance(link, ssl.SSLError):
            if any(word in str(link) for word in ("NO_CERTIFICATE", "NO_START_LINE", "BAD_BASE64", "PEM")):
                shown = f"ca_path {ca_path}" if ca_path else "the CA bundle of the environment"
                return Failure(f"was not contacted, because {shown} holds no usable certificate", "ca_path", False, True, "Name a PEM file with the CA.")
            return Failure(f"aborted the TLS handshake ({link.reason or link})", "tls", opened, False, "Check that the port speaks TLS 1.2 or newer.")
    if isinstance(error, (requests.exceptions.ProxyError, requests.exceptions.InvalidProxyURL)) or "SOCKS" in str(error):
        return Failure("could not be reached through the proxy that the environment names", "proxy", opened, False, "Check HTTPS_PROXY and NO_PROXY.")
    if any(isinstance(link, socket.gaierror) for link in chain):
        return Failure("has no address in DNS", "dns", False, False, "Check the host name and the DNS of this machine.")
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return Failure("did not accept the connection in time", "connect_timeout", False, False, "Check firewall and proxy settings.")
    if isinstance(error, requests.exceptions.Timeout) or any(isinstance(link, urllib3_exceptions.ReadTimeoutError) for link in chain):
        return Failure("did not answer in time", "timeout", opened)
    if isinstance(error, (requests.exceptions.ChunkedEncodingError, requests.exceptions.ContentDecodingError)):
        return Failure("sent an incomplete response", "truncated", True)
    if any(isinstance(link, ConnectionRefusedError) for link in chain):
        return Failure("refuses connections", "connection_refused", opened, False, "Check host and port.")
    if isinstance(error, OSError) and not isinstance(error, requests.exceptions.RequestException) and "CA certificate bundle" in str(error):
        advice = "Check REQUESTS_CA_BUNDLE and CURL_CA_BUNDLE in the environment, or set 'ca_path'."
        return Failure("was not contacted, because the CA bundle does not exist", "ca_path", False, True, advice)
    if any(isinstance(link, OSError) and link.errno is not None for link in chain) and not opened:
        return Failure(f"cannot be reached ({next(link.strerror for link in chain if isinstance(link, OSError) and link.errno)})", "unreachable", False)
    if isinstance(error, _UNWRITABLE):
        # Of the URL or of a header value (a key with a line break in it): found before anything is sent. The text may quote the secret.
        return Failure(f"was not contacted, because the request cannot be written ({type(error).__name__})", "request", False, True)
    return Failure("closed the connection without an answer", "connection_lost", opened)


def _chain(error: BaseException) -> t.Iterator[BaseException]:
    """The exception and everything it wraps: libraries put causes into arguments and attributes as well."""
    seen: set[int] = set()
    queue: list[t.Any] = [error]
    while queue:
        link = queue.pop(0)
        if not isinstance(link, BaseException) or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        queue += [*link.args, getattr(link, "reason", None), link.__cause__, link.__context__]


def _was_opened(chain: t.Sequence[BaseException]) -> bool:
    """Whether the request may have left. In doubt it has.

    The same exceptions are raised while a connection is made (TCP, proxy tunnel, TLS handshake) and later; where they were raised
    tells them apart.
    """
    for link in chain:
        if isinstance(link, (requests.exceptions.ConnectTimeout, urllib3_exceptions.NewConnectionError, urllib3_exceptions.ConnectTimeoutError)):
            return False
        for frame, _line in traceback.walk_tb(link.__traceback__):
            if frame.f_code.co_name == "connect" and frame.f_globals.get("__name__") == "urllib3.connection":
                return False
    return True
