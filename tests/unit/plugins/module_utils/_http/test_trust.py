# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which CA certificates count, that they are read once, and what requests has to offer for that."""

from __future__ import annotations

import inspect
import pathlib
import ssl
import typing as t

import pytest
import requests
from ansible_collections.tenantkit.connectors.plugins.module_utils._http import trust
from ansible_collections.tenantkit.connectors.plugins.module_utils._http.client import new_session
from requests.adapters import HTTPAdapter

USUAL = requests.certs.where()


@pytest.mark.parametrize(
    ("ca_path", "environ", "bundle"),
    [
        ("ours.pem", {"REQUESTS_CA_BUNDLE": "a.pem", "CURL_CA_BUNDLE": "b.pem"}, "ours.pem"),
        (None, {"REQUESTS_CA_BUNDLE": "a.pem", "CURL_CA_BUNDLE": "b.pem"}, "a.pem"),
        (None, {"REQUESTS_CA_BUNDLE": "", "CURL_CA_BUNDLE": "b.pem"}, "b.pem"),
        (None, {"SSL_CERT_FILE": "c.pem"}, USUAL),
    ],
)
def test_which_bundle_counts(ca_path: str | None, environ: dict[str, str], bundle: str) -> None:
    assert trust.bundle_of(ca_path, environ) == bundle


def test_a_context_verifies_and_knows_the_certificates_of_its_bundle_alone() -> None:
    context = trust.context_of(USUAL)
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    only = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    only.load_verify_locations(USUAL)
    assert context.get_ca_certs(binary_form=True) == only.get_ca_certs(binary_form=True)


def test_a_directory_of_certificates(tmp_path: pathlib.Path) -> None:
    assert trust.context_of(str(tmp_path)).get_ca_certs() == []  # read when they are needed, by their hash


def test_what_is_preloaded_is_not_read_again(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_text(pathlib.Path(USUAL).read_text(encoding="utf-8"), encoding="utf-8")
    trust.preload({"REQUESTS_CA_BUNDLE": str(bundle)})
    monkeypatch.setattr(trust, "create_urllib3_context", None)  # a further context could not be made
    bundle.unlink()
    assert settings(str(bundle))["ssl_context"] is trust.context_of(str(bundle))


def test_preloading_leaves_a_wrong_bundle_to_the_first_request(tmp_path: pathlib.Path) -> None:
    trust.preload({"REQUESTS_CA_BUNDLE": str(tmp_path / "missing.pem")})
    with pytest.raises(OSError, match="CA certificate bundle"):
        settings(str(tmp_path / "missing.pem"))


def test_a_bundle_that_cannot_be_read(monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path) -> None:
    class Unreadable:
        def load_verify_locations(self, **_where: str) -> t.NoReturn:
            raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(trust, "create_urllib3_context", lambda **_more: Unreadable())
    with pytest.raises(ssl.SSLError, match="NO_CERTIFICATE: .* cannot be read"):
        trust.context_of(str(tmp_path))


def settings(bundle: str) -> dict[str, t.Any]:
    """The TLS settings of a connection, as requests would ask for them."""
    adapter = new_session(bundle).get_adapter("https://api.example/")
    request = requests.Request("GET", "https://api.example/").prepare()
    host, found = adapter.build_connection_pool_key_attributes(request, bundle)
    assert host == {"scheme": "https", "host": "api.example", "port": None}
    return t.cast("dict[str, t.Any]", found)


def test_connections_get_the_context_and_no_bundle_to_read() -> None:
    assert settings(USUAL) == {"ssl_context": trust.context_of(USUAL), "cert_reqs": "CERT_REQUIRED"}


def test_a_proxy_that_is_spoken_to_with_tls_is_verified_with_the_same_certificates() -> None:
    adapter = new_session(USUAL).get_adapter("https://api.example/")
    assert adapter.proxy_manager_for("https://proxy.example:3128").proxy_config.ssl_context is trust.context_of(USUAL)
    assert adapter.proxy_manager_for("http://proxy.example:3128").proxy_config.ssl_context is None


@pytest.mark.parametrize(
    ("method", "parameters"),
    [
        ("build_connection_pool_key_attributes", ["self", "request", "verify", "cert"]),
        ("cert_verify", ["self", "conn", "url", "verify", "cert"]),
        ("proxy_manager_for", ["self", "proxy", "proxy_kwargs"]),
    ],
)
def test_requests_offers_what_is_overridden(method: str, parameters: list[str]) -> None:
    assert list(inspect.signature(getattr(HTTPAdapter, method)).parameters) == parameters


def test_an_older_requests_reads_the_bundle_as_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust.TrustAdapter, "usable", False)
    assert not isinstance(new_session(USUAL).get_adapter("https://api.example/"), trust.TrustAdapter)
