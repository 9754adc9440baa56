# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From options to a client, with the real msal and TLS against the emulator; and the clouds."""

from __future__ import annotations

import concurrent.futures
import os
import pathlib
import stat
import typing as t

import pytest
import yaml
from ansible_collections.tenantkit.connectors.plugins.doc_fragments import application as application_fragment
from ansible_collections.tenantkit.connectors.plugins.doc_fragments import attributes as attributes_fragment
from ansible_collections.tenantkit.connectors.plugins.doc_fragments import auth as auth_fragment
from ansible_collections.tenantkit.connectors.plugins.module_utils import _argspec
from ansible_collections.tenantkit.connectors.plugins.module_utils._budget import Budget
from ansible_collections.tenantkit.connectors.plugins.module_utils._clouds import CLOUDS, endpoints_of, service_root
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Runtime
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.prover import by_secret, prove
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import CredentialError, OptionError, TenantGuardError
from ansible_collections.tenantkit.connectors.plugins.module_utils._session import connect, open_session
from support.waiting import eventually
from tenant_emulator.testing import Emulator

GUID_OF_NOBODY = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def runtime(emulator: Emulator, warnings: list[str], tmp_path: pathlib.Path) -> t.Callable[..., Runtime]:
    """Makes the runtime of a task in tenant contoso, signed in as the automation identity."""
    identity = emulator.identity()

    def make(environ: dict[str, str] | None = None, **options: t.Any) -> Runtime:
        given = {
            "tenant_id": emulator.tenant_id("contoso"),
            "auth_method": "auto",
            "auth_client_id": identity["client_id"],
            "auth_client_secret": identity["secret"],
            "cloud": "public",
            "login_url": emulator.login_url,
            "graph_url": emulator.graph_url + "/",
            "ca_path": emulator.ca_path,
            **options,
        }
        if environ is None:
            environ = {"TENANTKIT_JOB_DIR": str(tmp_path / "job")}
        return Runtime(given, False, Budget(30), warnings.append, environ)

    return make


def test_a_task_signs_in_and_the_next_one_does_not(emulator: Emulator, runtime: t.Callable[..., Runtime], tmp_path: pathlib.Path) -> None:
    first = runtime()
    graph = connect(first)
    assert graph.tenant_id == emulator.tenant_id("contoso")
    assert [entry["service"] for entry in emulator.journal()] == ["login", "login"]
    assert emulator.identity()["secret"] in first.secrets
    connect(runtime()).get("/organization", doing="read the organization")
    assert [entry["service"] for entry in emulator.journal()] == ["login", "login", "graph"]
    assert stat.S_IMODE((tmp_path / "job").stat().st_mode) == 0o700


def test_the_audience_stays_the_clouds(runtime: t.Callable[..., Runtime]) -> None:
    session = open_session(runtime())
    assert session.graph.audience == session.endpoints.graph_audience == "https://graph.microsoft.com"
    assert session.tokens.token().claims["aud"] == "https://graph.microsoft.com"


def test_a_domain_is_checked_before_the_first_write_and_once_per_job(emulator: Emulator, runtime: t.Callable[..., Runtime]) -> None:
    for number in range(2):
        session = open_session(runtime(tenant_id="Contoso.com", expected_domain="contoso.onmicrosoft.com"))
        assert session.tenant_id == emulator.tenant_id("contoso")
        session.graph.post("/applications", {"displayName": f"app {number}"}, doing="create an application")
    paths = [(entry["method"], entry["path"].partition("?")[0]) for entry in emulator.journal("graph")]
    assert paths == [("GET", "/v1.0/organization"), ("POST", "/v1.0/applications"), ("POST", "/v1.0/applications")]


def test_a_wrong_domain_stops_the_write(emulator: Emulator, runtime: t.Callable[..., Runtime]) -> None:
    graph = connect(runtime(expected_domain="fabrikam.com"))
    with pytest.raises(TenantGuardError, match=r"expected_domain names fabrikam\.com"):
        graph.post("/applications", {"displayName": "app"}, doing="create an application")
    assert emulator.writes() == []


def test_a_token_of_another_tenant_is_refused_before_any_request(emulator: Emulator, runtime: t.Callable[..., Runtime]) -> None:
    identity = emulator.identity()
    token = emulator.token("fabrikam", identity["client_id"], identity["secret"])["access_token"]
    emulator.clear_journal()
    task = runtime(auth_client_id=None, auth_client_secret=None, auth_access_token=token)
    with pytest.raises(TenantGuardError, match="reaches tenant"):
        connect(task)
    assert emulator.journal() == []
    assert token in task.secrets


def test_the_tenant_never_comes_from_the_environment(emulator: Emulator, runtime: t.Callable[..., Runtime]) -> None:
    environ = {"AZURE_TENANT_ID": emulator.tenant_id("fabrikam"), "AZURE_TENANT": emulator.tenant_id("fabrikam")}
    with pytest.raises(OptionError, match="tenant_id is empty"):
        connect(runtime(environ, tenant_id=None))
    assert emulator.journal() == []
    assert connect(runtime(environ)).tenant_id == emulator.tenant_id("contoso")


def test_a_credential_from_the_environment_is_masked_too(emulator: Emulator, runtime: t.Callable[..., Runtime]) -> None:
    identity = emulator.identity()
    task = runtime({"AZURE_CLIENT_ID": identity["client_id"], "AZURE_SECRET": identity["secret"]}, auth_client_id=None, auth_client_secret=None)
    session = open_session(task)
    assert session.credential.describe().endswith("from the environment")
    assert identity["secret"] in task.secrets
    assert session.tokens.token().access_token in task.secrets


def test_what_is_wrong_offline_costs_no_request(emulator: Emulator, runtime: t.Callable[..., Runtime]) -> None:
    for options in (
        {"tenant_id": "common"},
        {"auth_client_id": "payroll"},
        {"auth_client_secret": None},
        {"login_url": "http://login.example"},
        {"expected_domain": "contoso"},
        {"auth_certificate_path": "/missing.pem", "auth_client_secret": None},
    ):
        with pytest.raises((OptionError, CredentialError)):
            connect(runtime(**options))
    assert emulator.journal() == []


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"auth_client_secret": "wrong"}, "AADSTS7000215"),
        ({"auth_client_id": GUID_OF_NOBODY}, "AADSTS700016"),
        ({"tenant_id": GUID_OF_NOBODY}, "AADSTS90002"),
        ({"tenant_id": "nobody.example"}, "AADSTS90002"),
    ],
)
def test_refusals_name_code_and_tenant(runtime: t.Callable[..., Runtime], options: dict[str, str], code: str) -> None:
    task = runtime(**options)
    with pytest.raises(CredentialError) as caught:
        connect(task)
    assert caught.value.code == code
    assert caught.value.request_id
    assert task.options["tenant_id"] in caught.value.message


def test_a_directory_that_is_not_private_is_told(runtime: t.Callable[..., Runtime], warnings: list[str], tmp_path: pathlib.Path) -> None:
    (tmp_path / "open").mkdir(mode=0o755)
    connect(runtime({"TENANTKIT_JOB_DIR": str(tmp_path / "open")}))
    assert len(warnings) == 1
    assert str(tmp_path / "open") in warnings[0]


def test_a_refused_token_is_replaced_once(emulator: Emulator, runtime: t.Callable[..., Runtime]) -> None:
    connect(runtime())
    graph = connect(runtime())
    emulator.clear_journal()
    body = {"error": {"code": "InvalidAuthenticationToken", "message": "Access token has expired or is not yet valid."}}
    with emulator.faulty(action="status", service="graph", status=401, body=body):
        graph.get("/organization", doing="read the organization")
    assert [entry["service"] for entry in emulator.journal()] == ["graph", "login", "graph"]


def test_certificate_federated_token_and_managed_identity(
    emulator: Emulator, runtime: t.Callable[..., Runtime], tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    key, made, pem = _certificate()
    application = emulator.add_application("contoso", displayName="signs in", service_principal=True)["application"]
    emulator.control("POST", f"tenants/contoso/applications/{application['id']}/certificates", {"pem": pem})
    (tmp_path / "automation.pfx").write_bytes(pkcs12.serialize_key_and_certificates(b"x", key, made, None, BestAvailableEncryption(b"pw")))
    own = {"auth_client_id": application["appId"], "auth_client_secret": None}
    session = open_session(runtime(**own, auth_certificate_path=str(tmp_path / "automation.pfx"), auth_certificate_password="pw"))
    assert session.tokens.token().app_id == application["appId"]

    emulator.add_federated("contoso", application["id"], name="ci", issuer="https://ci.example", subject="repo:x")
    (tmp_path / "token").write_text(emulator.assertion("https://ci.example", "repo:x"))
    session = open_session(runtime(**own, auth_federated_token_file=str(tmp_path / "token")))
    assert session.tokens.token().app_id == application["appId"]
    (tmp_path / "other").write_text(emulator.assertion("https://ci.example", "repo:y"))
    with pytest.raises(CredentialError, match="federated credential"):
        open_session(runtime(**own, auth_federated_token_file=str(tmp_path / "other")))

    monkeypatch.setenv("IDENTITY_ENDPOINT", emulator.identity_endpoint)
    monkeypatch.setenv("IDENTITY_HEADER", emulator.ready["identity_header"])
    environ = {**os.environ, "TENANTKIT_JOB_DIR": str(tmp_path / "job")}
    session = open_session(runtime(environ, auth_method="managed_identity", auth_client_id=None, auth_client_secret=None))
    assert session.tenant_id == emulator.tenant_id("contoso")


@pytest.fixture
def provider(emulator: Emulator) -> dict[str, str]:
    """The multitenant application of the provider, which three customers have consented to, without a secret."""
    made = emulator.add_application("tailspin", displayName="Fleet", signInAudience="AzureADMultipleOrgs", service_principal=True)["application"]
    for name in ("contoso", "fabrikam"):
        emulator.control("POST", f"tenants/{name}/servicePrincipals", {"appId": made["appId"]})
    return {"app_id": made["appId"], "object_id": made["id"]}


def _job(emulator: Emulator, provider: dict[str, str], kind: str) -> dict[str, str]:
    """The environment of a job that the provider's application trusts."""
    job = emulator.pipeline_job(kind, subject=f"{kind}:tailspin/fleet", connection=GUID_OF_NOBODY)
    emulator.add_federated("tailspin", provider["object_id"], name=kind, issuer=job["issuer"], subject=job["subject"])
    return dict(job["environment"])


@pytest.mark.parametrize("kind", ["github_actions", "azure_devops"])
def test_a_job_of_a_pipeline_signs_in_to_every_customer(
    emulator: Emulator, runtime: t.Callable[..., Runtime], provider: dict[str, str], kind: str, tmp_path: pathlib.Path
) -> None:
    environ = {**_job(emulator, provider, kind), "TENANTKIT_JOB_DIR": str(tmp_path / "job")}
    own = {"auth_client_id": provider["app_id"], "auth_client_secret": None, "auth_federated_source": kind}
    own |= {"auth_service_connection_id": GUID_OF_NOBODY} if kind == "azure_devops" else {}
    emulator.clear_journal()
    for name in ("contoso", "fabrikam"):
        task = runtime(environ, tenant_id=emulator.tenant_id(name), **own)
        assert open_session(task).tenant_id == emulator.tenant_id(name)
        assert set(environ.values()) & task.secrets == {environ[next(variable for variable in environ if "TOKEN" in variable and "URL" not in variable)]}
    assert len(emulator.journal(kind)) == 2  # one assertion for each token, none for a token of the job's cache
    open_session(runtime(environ, tenant_id=emulator.tenant_id("contoso"), **own))
    assert len(emulator.journal(kind)) == 2


def test_an_assertion_that_ends_on_its_way_is_replaced(
    emulator: Emulator, runtime: t.Callable[..., Runtime], provider: dict[str, str], tmp_path: pathlib.Path
) -> None:
    """The token request stands at a gate until the assertion is over: Entra refuses it (AADSTS700024), and the task goes on with a new one."""
    environ = {**_job(emulator, provider, "github_actions"), "TENANTKIT_JOB_DIR": str(tmp_path / "job")}
    own = {"auth_client_id": provider["app_id"], "auth_client_secret": None, "auth_federated_source": "github_actions"}
    gate = emulator.fault(action="gate", service="login", method="POST", path="/token$", times=1)
    given = runtime(environ, **own)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        task = pool.submit(lambda: open_session(given).tenant_id)
        eventually(lambda: emulator.faults()[0].get("waiting") == 1)
        emulator.advance(1200)
        emulator.open_gate(gate)
        assert task.result() == emulator.tenant_id("contoso")
    assert [entry["status"] for entry in emulator.journal("login", "POST")] == [401, 200]
    assert len(emulator.journal("github_actions")) == 2


def test_a_managed_identity_of_the_providers_tenant(
    emulator: Emulator, runtime: t.Callable[..., Runtime], monkeypatch: pytest.MonkeyPatch, tmp_path: pathlib.Path
) -> None:
    """It is trusted by an application of its own tenant, which reaches the other tenants. An application of another tenant is refused, with what to do."""
    monkeypatch.setenv("IDENTITY_ENDPOINT", emulator.identity_endpoint)
    monkeypatch.setenv("IDENTITY_HEADER", emulator.ready["identity_header"])
    environ = {**os.environ, "TENANTKIT_JOB_DIR": str(tmp_path / "job")}
    home = emulator.tenant("contoso")
    managed = next(item for item in home["service_principals"].values() if item["appId"] == emulator.identity()["client_id"])
    issuer = f"https://login.microsoftonline.com/{home['id']}/v2.0"
    for registered, reached, number in (("contoso", "fabrikam", None), ("fabrikam", "fabrikam", "AADSTS700236")):
        made = emulator.add_application(registered, displayName="Fleet", signInAudience="AzureADMultipleOrgs", service_principal=True)["application"]
        emulator.add_federated(registered, made["id"], name="managed", issuer=issuer, subject=managed["id"])
        if reached != registered:
            emulator.control("POST", f"tenants/{reached}/servicePrincipals", {"appId": made["appId"]})
        own = {"auth_client_id": made["appId"], "auth_client_secret": None, "auth_federated_source": "managed_identity"}
        task = runtime(environ, tenant_id=emulator.tenant_id(reached), **own)
        if number is None:
            assert open_session(task).tokens.token().app_id == made["appId"]
            continue
        with pytest.raises(CredentialError, match="belongs to another tenant") as caught:
            open_session(task)
        assert caught.value.code == number
        assert "one multi-tenant application of the provider's tenant" in caught.value.sentence()


def test_half_of_a_job_costs_no_request(emulator: Emulator, runtime: t.Callable[..., Runtime], provider: dict[str, str]) -> None:
    own = {"auth_client_id": provider["app_id"], "auth_client_secret": None, "auth_federated_source": "github_actions"}
    emulator.clear_journal()
    with pytest.raises(CredentialError, match="ACTIONS_ID_TOKEN_REQUEST_TOKEN is not set"):
        open_session(runtime({"ACTIONS_ID_TOKEN_REQUEST_URL": "https://x"}, **own))
    assert emulator.journal() == []


def _certificate() -> tuple[t.Any, t.Any, str]:
    import datetime as dt

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "automation")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(x509.random_serial_number())
    made = builder.not_valid_before(now - dt.timedelta(hours=1)).not_valid_after(now + dt.timedelta(days=1)).sign(key, hashes.SHA256())
    return key, made, made.public_bytes(serialization.Encoding.PEM).decode()


def test_a_secret_is_proven_over_new_connections(emulator: Emulator, runtime: t.Callable[..., Runtime]) -> None:
    session = open_session(runtime())
    made = emulator.add_application("contoso", displayName="to be proven", service_principal=True, secrets=[{"displayName": "one"}])
    value = made["secrets"][0]["value"] if "value" in made["secrets"][0] else made["secrets"][0]["secretText"]
    emulator.clear_journal()
    arguments = (session.http, session.endpoints.login_url, session.tenant_id, made["application"]["appId"])
    proof = prove(*arguments, by_secret(value), session.endpoints.graph_audience, session.http.budget)
    assert proof.proven
    assert [entry["method"] for entry in emulator.journal()] == ["POST"] * 3
    wrong = prove(*arguments, by_secret("wrong"), session.endpoints.graph_audience, Budget(2))
    assert (wrong.status, wrong.code) == ("failed", "AADSTS7000215")


@pytest.mark.parametrize(
    ("cloud", "host", "audience"),
    [
        ("public", "login.microsoftonline.com", "https://api.powerplatform.com"),
        ("gcc", "login.microsoftonline.com", "https://api.gov.powerplatform.microsoft.us"),
        ("usgov", "login.microsoftonline.us", "https://api.high.powerplatform.microsoft.us"),
        ("usgov_dod", "login.microsoftonline.us", "https://api.appsplatform.us"),
        ("china", "login.partner.microsoftonline.cn", "https://api.powerplatform.partner.microsoftonline.cn"),
    ],
)
def test_what_power_platform_needs_to_know_of_a_cloud(cloud: str, host: str, audience: str) -> None:
    assert CLOUDS[cloud].native_redirect_uri == f"https://{host}/common/oauth2/nativeclient"
    assert CLOUDS[cloud].powerplatform_audience == audience


def test_every_cloud_has_its_own_hosts() -> None:
    assert list(CLOUDS) == _argspec.CLOUDS
    for cloud in CLOUDS.values():
        for url in (cloud.login_url, cloud.graph_url, cloud.powerplatform_url, cloud.bap_url):
            assert service_root(url, "x") == url
    assert CLOUDS["usgov"].login_url == "https://login.microsoftonline.us"
    assert CLOUDS["usgov_dod"].graph_audience == "https://dod-graph.microsoft.us"
    assert CLOUDS["china"].graph_url == "https://microsoftgraph.chinacloudapi.cn"
    assert {cloud.name: cloud.workspace365_authority for cloud in CLOUDS.values() if cloud.workspace365_authority} == {
        "public": "https://login.windows.net/{primary_domain}",
        "gcc": "https://login.windows.net/{primary_domain}",
    }
    assert endpoints_of({"cloud": "china"}).login_url == "https://login.partner.microsoftonline.cn"
    moved = endpoints_of({"cloud": "usgov", "graph_url": "https://127.0.0.1:8443/graph/", "login_url": "https://127.0.0.1:8443//login//"})
    assert (moved.graph_url, moved.login_url) == ("https://127.0.0.1:8443/graph", "https://127.0.0.1:8443/login")
    assert moved.graph_audience == "https://graph.microsoft.us"


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("http://graph.microsoft.com", "plain http://"),
        ("graph.microsoft.com", "not an https://"),
        ("https://", "not an https://"),
        ("https://host:port", "not an https://"),
        ("https://user:s3cret@host", "user name"),
        ("https://host/?x=1", "query"),
        ("https://host/#x", "query"),
        ("https://host/a b", "white space"),
        ("https://graph.microsoft.com/v1.0/", "API version"),
    ],
)
def test_bad_service_roots(value: str, words: str) -> None:
    with pytest.raises(OptionError, match=words) as caught:
        service_root(value, "graph_url")
    assert "graph_url" in caught.value.message
    assert "s3cret" not in caught.value.sentence()


@pytest.mark.parametrize(
    ("fragment", "spec"),
    [(auth_fragment, _argspec.auth_argument_spec()), (application_fragment, _argspec.application_reference_spec())],
)
def test_fragments_document_exactly_the_options(fragment: t.Any, spec: dict[str, t.Any]) -> None:
    documented = yaml.safe_load(fragment.ModuleDocFragment.DOCUMENTATION)["options"]
    assert list(documented) == list(spec)
    for name, option in spec.items():
        shown = documented[name]
        assert shown["type"] == option["type"]
        assert shown.get("default") == option.get("default")
        assert shown.get("required", False) == option.get("required", False)
        assert list(shown.get("choices", [])) == option.get("choices", [])
        for variable in option.get("fallback", (None, []))[1]:
            assert f"E({variable})" in " ".join(shown["description"])


def test_attribute_fragments_are_yaml() -> None:
    for name in ("DOCUMENTATION", "INFO", "ACTIONGROUP"):
        assert yaml.safe_load(getattr(attributes_fragment.ModuleDocFragment, name))["attributes"]
