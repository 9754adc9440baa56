# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HttpClient on real sockets: trust, broken connections, and whether a write may have been applied."""

from __future__ import annotations

import datetime
import ipaddress
import pathlib
import socket
import ssl
import threading
import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import RedirectError, TransportError
from ansible_collections.tenantkit.connectors.plugins.module_utils._http.client import HttpClient, Repeat

pytest.importorskip("cryptography")

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

OK = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}"


def make_certificate(folder: pathlib.Path, name: str) -> pathlib.Path:
    """A self-signed certificate for 127.0.0.1 that is its own CA; key and certificate in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / f"{name}.pem"
    path.write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    return path


class Server:
    """Takes connections one after another; ``answer`` gets each and does with it what it likes."""

    def __init__(self, answer: t.Callable[[socket.socket], None]) -> None:
        self._answer = answer
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.connections = 0
        threading.Thread(target=self._run, daemon=True).start()

    @property
    def url(self) -> str:
        return f"https://127.0.0.1:{self.port}/path?query=1"

    def _run(self) -> None:
        while True:
            try:
                connection, _peer = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            try:
                self._answer(connection)
            except OSError:
                pass
            finally:
                connection.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> pathlib.Path:
    return tmp_path_factory.mktemp("tls")


@pytest.fixture(scope="module")
def trusted(folder: pathlib.Path) -> pathlib.Path:
    return make_certificate(folder, "trusted")


@pytest.fixture(scope="module")
def other(folder: pathlib.Path) -> pathlib.Path:
    return make_certificate(folder, "other")


@pytest.fixture
def serve(trusted: pathlib.Path) -> t.Iterator[t.Callable[..., Server]]:
    servers: list[Server] = []

    def start(data: bytes | None, *, tls: bool = True, reset: bool = False, end: bytes = b"{}") -> Server:
        def answer(connection: socket.socket) -> None:
            if reset:
                # An RST instead of a FIN when the socket is closed.
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
            if not tls:
                if data:
                    connection.recv(65536)
                    connection.sendall(data)
                return
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(trusted)
            with context.wrap_socket(connection, server_side=True) as secure:
                request = b""
                while not request.endswith(end):
                    request += secure.recv(65536)
                if data:
                    secure.sendall(data)

        servers.append(Server(answer))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture(autouse=True)
def _direct(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


def client(ca_path: pathlib.Path | None) -> HttpClient:
    return HttpClient(Budget(300), ca_path=str(ca_path) if ca_path else None)


def post(http: HttpClient, url: str, repeat: Repeat = Repeat.NEVER, timeout: tuple[float, float] = (60, 60)) -> t.Any:
    return http.request("POST", url, doing="post it", service="Example", json={}, repeat=repeat, timeout=timeout)


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
def test_ca_path_wins_over_another_bundle_in_the_environment(
    variable: str, serve: t.Any, trusted: pathlib.Path, other: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, str(other))
    assert post(client(trusted), serve(OK).url).json() == {}
    with pytest.raises(TransportError):
        post(client(None), serve(OK).url)


def test_without_ca_path_the_bundle_of_the_environment_counts(serve: t.Any, trusted: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(trusted))
    assert post(client(None), serve(OK).url).json() == {}


def test_the_certificates_are_read_once_for_all_hosts(serve: t.Any, trusted: pathlib.Path, tmp_path: pathlib.Path) -> None:
    bundle = tmp_path / "bundle.pem"
    bundle.write_bytes(trusted.read_bytes())
    http, other = client(bundle), client(bundle)
    assert post(http, serve(OK).url).json() == {}
    bundle.write_text("no certificate any more\n")
    assert post(http, serve(OK).url).json() == {}
    assert post(other, serve(OK).url).json() == {}


def test_each_client_trusts_its_own_bundle_alone(serve: t.Any, trusted: pathlib.Path, other: pathlib.Path) -> None:
    http, distrustful = client(trusted), client(other)
    server = serve(OK)
    for _again in range(2):
        assert post(http, server.url).json() == {}
        with pytest.raises(TransportError, match="not trusted"):
            post(distrustful, server.url)


def test_a_bundle_of_the_environment_that_is_not_there(serve: t.Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/ca.pem")
    server = serve(OK)
    with pytest.raises(TransportError, match="the CA bundle does not exist") as caught:
        post(client(None), server.url)
    assert (caught.value.outcome, server.connections) == ("refused", 0)


def test_untrusted_certificate(serve: t.Any, other: pathlib.Path) -> None:
    server = serve(OK)
    with pytest.raises(TransportError) as caught:
        post(client(other), server.url, Repeat.SAFE)
    assert f"127.0.0.1:{server.port}" in caught.value.message
    assert str(other) in caught.value.message
    assert "'ca_path'" in caught.value.sentence()
    assert (caught.value.outcome, caught.value.code) == ("refused", "tls_untrusted")
    assert server.connections == 1


def test_wrong_host_name(serve: t.Any, trusted: pathlib.Path) -> None:
    with pytest.raises(TransportError, match="presents a TLS certificate that is not trusted") as caught:
        post(client(trusted), serve(OK).url.replace("127.0.0.1", "localhost"))
    assert caught.value.outcome == "refused"


def test_a_ca_path_without_a_certificate(serve: t.Any, tmp_path: pathlib.Path) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("no certificate\n")
    with pytest.raises(TransportError, match="holds no usable certificate") as caught:
        post(client(empty), serve(OK).url)
    assert caught.value.outcome == "refused"


@pytest.mark.parametrize("data", [None, b"HTTP/1.1 400 Bad Request\r\n\r\n"])
def test_no_tls_at_all(serve: t.Any, trusted: pathlib.Path, data: bytes | None) -> None:
    with pytest.raises(TransportError) as caught:
        post(client(trusted), serve(data, tls=False).url)
    assert caught.value.outcome == "refused"


def test_reset_during_the_handshake(serve: t.Any, trusted: pathlib.Path) -> None:
    with pytest.raises(TransportError) as caught:
        post(client(trusted), serve(None, tls=False, reset=True).url)
    assert caught.value.outcome == "refused"


@pytest.mark.parametrize("reset", [False, True])
def test_connection_lost_after_the_request(serve: t.Any, trusted: pathlib.Path, reset: bool) -> None:
    server = serve(None, reset=reset)
    with pytest.raises(TransportError) as caught:
        post(client(trusted), server.url, Repeat.THROTTLED)
    assert caught.value.outcome == "unknown"
    assert server.connections == 1


@pytest.mark.parametrize(
    "data",
    [
        OK.replace(b"Content-Length: 2", b"Content-Length: 2000"),
        b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"a":',
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
        b"HTTP/1.1 200 OK\r\nContent-Le",
        b"nonsense\r\n\r\n",
    ],
)
def test_broken_answers(serve: t.Any, trusted: pathlib.Path, data: bytes) -> None:
    with pytest.raises(TransportError) as caught:
        answer = post(client(trusted), serve(data).url)
        # A head that breaks off is a head to http.client; the body is missing then.
        assert answer.text == ""
        raise TransportError("no body", outcome="unknown")
    assert caught.value.outcome == "unknown"


def test_no_answer_in_time(trusted: pathlib.Path) -> None:
    release = threading.Event()

    def answer(connection: socket.socket) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(trusted)
        with context.wrap_socket(connection, server_side=True):
            release.wait()

    server = Server(answer)
    try:
        with pytest.raises(TransportError, match="did not answer in time") as caught:
            post(client(trusted), server.url, timeout=(60, 0.2))
        assert caught.value.outcome == "unknown"
    finally:
        release.set()
        server.close()


def test_nobody_listens(trusted: pathlib.Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    with pytest.raises(TransportError, match="refuses connections") as caught:
        post(client(trusted), f"https://127.0.0.1:{port}/", Repeat.THROTTLED)
    assert caught.value.outcome == "refused"


def test_no_such_host(trusted: pathlib.Path) -> None:
    with pytest.raises(TransportError, match="has no address in DNS") as caught:
        post(client(trusted), "https://nobody.invalid/")
    assert caught.value.outcome == "refused"


def test_a_proxy_that_refuses(serve: t.Any, trusted: pathlib.Path, monkeypatch: pytest.MonkeyPatch) -> None:
    proxy = serve(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", tls=False)
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:geheim@127.0.0.1:{proxy.port}")
    monkeypatch.setenv("NO_PROXY", "")
    with pytest.raises(TransportError, match="through the proxy") as caught:
        post(client(trusted), "https://api.example/")
    assert caught.value.outcome == "refused"
    assert "geheim" not in caught.value.sentence()


@pytest.mark.parametrize(("bundle", "said"), [("trusted", "through the proxy"), ("other", "not trusted")])
def test_a_proxy_that_is_spoken_to_with_tls(
    bundle: str, said: str, serve: t.Any, trusted: pathlib.Path, other: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = serve(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n", end=b"\r\n\r\n")
    monkeypatch.setenv("HTTPS_PROXY", f"https://127.0.0.1:{proxy.port}")
    monkeypatch.setenv("NO_PROXY", "")
    with pytest.raises(TransportError, match=said) as caught:
        post(client({"trusted": trusted, "other": other}[bundle]), "https://api.example/")
    assert caught.value.outcome == "refused"


def test_redirects_are_not_followed(serve: t.Any, trusted: pathlib.Path) -> None:
    target = serve(OK)
    server = serve(b"HTTP/1.1 307 Temporary Redirect\r\nLocation: %s\r\nContent-Length: 0\r\n\r\n" % target.url.encode())
    with pytest.raises(RedirectError) as caught:
        post(client(trusted), server.url, Repeat.SAFE)
    assert "query" not in caught.value.sentence()
    assert target.connections == 0


def test_a_location_that_is_no_url(serve: t.Any, trusted: pathlib.Path) -> None:
    server = serve(b"HTTP/1.1 302 Found\r\nLocation: https://[broken\r\nContent-Length: 0\r\n\r\n")
    with pytest.raises(RedirectError):
        post(client(trusted), server.url)


def test_no_cookies_are_kept(serve: t.Any, trusted: pathlib.Path) -> None:
    http = client(trusted)
    post(http, serve(OK.replace(b"Connection: close", b"Connection: close\r\nSet-Cookie: a=b")).url)
    assert not list(http._session.cookies)  # pylint: disable=protected-access
