# SPDX-License-Identifier: GPL-3.0-or-later
"""C(credential_sinks) with a key vault, against the emulator: the life of a credential there, and everything that a vault can answer."""

from __future__ import annotations

import dataclasses
import typing as t
from pathlib import Path

import pytest
from ansible.parsing.vault import VaultSecret
from ansible_collections.tenantkit.connectors.plugins.module_utils._declaration import Execution, execute
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import PLACEHOLDER_ID
from ansible_collections.tenantkit.connectors.plugins.modules.credential_sinks import DECLARATION
from ansible_collections.tenantkit.connectors.plugins.plugin_utils._vault import VaultBox
from support.waiting import OwnClock
from tenant_emulator.testing import Emulator

CUSTOMER = "2f4c9a1e-7d05-4b6f-8e3a-c1d9b0a47f52"
VALUE, OTHER = "abc8Q~not-a-real-secret-value-0123456789", "def8Q~not-a-real-secret-value-0123456789"
NAME = f"payroll--{CUSTOMER}"
PLACE = f"https://tailspin-keys.vault.azure.net/secrets/{NAME}"
END = "2027-06-01T00:00:00Z"
QUESTIONS = ("writable", "removable", "holds", "store", "forget", "retire")


@dataclasses.dataclass
class Bench:
    """A connection whose credential is kept in the provider's vault."""

    emulator: Emulator
    monkeypatch: pytest.MonkeyPatch
    clock: OwnClock

    def sink(self, **members: t.Any) -> dict[str, t.Any]:
        identity = self.emulator.identity("vault-writer")
        entry = {"type": "azure_key_vault", "vault_url": "https://tailspin-keys.vault.azure.net", "tenant_id": "tailspin.example"}
        return {**entry, "client_id": identity["client_id"], **members}

    def secrets(self, identity: str = "vault-writer") -> list[dict[str, t.Any]]:
        return [{"sink": 0, "client_secret": self.emulator.identity(identity)["secret"]}]

    def run(self, question: str, *, check: bool = False, environ: dict[str, str] | None = None, host: str | None = None, **options: t.Any) -> Execution:
        plain: dict[str, t.Any] = {
            "sinks": [self.sink()],
            "sink_secrets": self.secrets(),
            "question": question,
            "directory": None,
            "vault_id": "connectors",
            "tenant_id": CUSTOMER,
            "connector": "payroll",
            "client_id": "app-1",
            "key_id": "key-1",
            "value": VALUE if question == "store" else None,
            "end_date_time": END if question == "store" else None,
            "live_key_ids": ["key-1"] if question == "retire" else None,
            "facts": None,
            "ca_path": None,
            "timeout": 60,
        }
        options = {**plain, **options}
        options["ca_path"] = self.emulator.ca_path
        outcome = execute(DECLARATION, options, check_mode=check, environ={**self.emulator.env(), **(environ or {})}, host=host)
        shown = str({key: value for key, value in outcome.result.items() if key != "exception"}) + str(outcome.warnings)
        assert not [secret for secret in (VALUE, OTHER, *self.emulator.issued()) if secret in shown]
        return outcome

    def ok(self, question: str, **options: t.Any) -> dict[str, t.Any]:
        outcome = self.run(question, **options)
        assert not outcome.failed, outcome.result
        return outcome.result

    def failed(self, question: str, **options: t.Any) -> dict[str, t.Any]:
        outcome = self.run(question, **options)
        assert outcome.failed, outcome.result
        return outcome.result

    def held(self) -> list[tuple[str | None, bool]]:
        """The versions in the vault: which key each is of, and whether it can be read."""
        kept = self.emulator.key_vault()["secrets"].get(NAME)
        return [(row["tags"].get("key_id"), row["enabled"]) for row in kept["versions"]] if kept else []

    def calls(self) -> list[str]:
        return [f"{entry['method']} {entry['path'].partition('?')[0]}" for entry in self.emulator.journal("keyvault")]


@pytest.fixture
def bench(emulator: Emulator, monkeypatch: pytest.MonkeyPatch, own_clock: OwnClock) -> Bench:
    return Bench(emulator, monkeypatch, own_clock)


def test_the_life_of_a_credential(bench: Bench) -> None:
    assert not bench.ok("writable", key_id=None)["changed"] and bench.ok("holds")["lost"] and bench.held() == []
    assert {call.split()[0] for call in bench.calls()} == {"GET"}, "a vault is never written to be tried"
    stored = bench.ok("store")
    assert stored["actions"] == [f"write key key-1 of payroll to {PLACE}, as a new version"] and stored["stored"] == ["azure_key_vault"]
    (version,) = bench.emulator.key_vault()["secrets"][NAME]["versions"]
    assert version["tags"] == {"key_id": "key-1", "client_id": "app-1", "tenant_id": CUSTOMER, "connector": "payroll", "end_date_time": END}
    assert version["exp"] == 1811808000
    assert bench.ok("store")["actions"] == [] and bench.held() == [("key-1", True)]
    bench.emulator.clear_journal()
    held = bench.ok("holds")
    assert not held["lost"] and held["sinks"] == [{"index": 0, "type": "azure_key_vault", "place": PLACE, "held": True, "older": []}]
    assert bench.calls() == [f"GET /secrets/{NAME}/versions"], "it asks for no value"
    bench.emulator.advance(2)
    renewed = bench.ok("store", key_id="key-2", value=OTHER)
    assert renewed["stored"] == ["azure_key_vault"] and bench.held() == [("key-1", True), ("key-2", True)]
    assert bench.ok("holds")["lost"] and bench.ok("holds", key_id="key-2")["sinks"][0]["older"] == ["key-1"]
    assert bench.ok("retire", live_key_ids=["key-1", "key-2"])["actions"] == []
    assert bench.ok("retire", live_key_ids=["KEY-2"], check=True)["changed"] and bench.held() == [("key-1", True), ("key-2", True)]
    retired = bench.ok("retire", live_key_ids=["KEY-2"])
    assert retired["actions"] == [f"disable the version of {PLACE} with key key-1"] and bench.held() == [("key-1", False), ("key-2", True)]
    assert not bench.ok("retire", live_key_ids=["key-2"])["changed"] and bench.ok("holds", key_id="key-2")["sinks"][0]["older"] == []
    assert not bench.ok("removable")["changed"]
    assert bench.ok("forget")["actions"] == [f"delete {PLACE}, recoverably"] and bench.emulator.key_vault()["secrets"][NAME]["deleted"]
    assert not bench.ok("forget")["changed"]


def test_the_newest_version_is_never_disabled(bench: Bench) -> None:
    """Whatever signs in, the version that is handed out stays readable: else every job that looks it up fails."""
    bench.ok("store")
    assert not bench.ok("retire", live_key_ids=["key-9"])["changed"]
    bench.ok("store", key_id="key-2", value=OTHER)
    bench.emulator.advance(2)
    bench.ok("store", key_id="key-3", value=VALUE)
    assert len(bench.ok("retire", live_key_ids=["key-9"])["actions"]) == 2 and bench.held() == [("key-1", False), ("key-2", False), ("key-3", True)]
    assert bench.failed("retire", live_key_ids=[])["failure"]["code"] == "live_key_ids_missing"


def test_pages_of_versions(bench: Bench) -> None:
    bench.emulator.settings(key_vault_page_size=2)
    for number in range(5):
        bench.ok("store", key_id=f"key-{number}")
        bench.emulator.advance(2)
    assert bench.ok("holds", key_id="key-4")["sinks"][0]["older"] == [f"key-{number}" for number in range(4)]


@pytest.mark.parametrize("setting", ["empty", "not_found"])
def test_a_name_that_is_not_there(bench: Bench, setting: str) -> None:
    bench.emulator.settings(key_vault_missing_versions=setting)
    assert bench.ok("holds")["lost"] and not bench.ok("forget")["changed"] and bench.ok("store")["changed"]


def test_check_mode(bench: Bench) -> None:
    result = bench.ok("store", check=True, value=None, key_id=PLACEHOLDER_ID, client_id=PLACEHOLDER_ID)
    assert result["changed"] and result["stored"] == [] and "a new key" in result["actions"][0] and bench.held() == []
    assert bench.failed("store", key_id=PLACEHOLDER_ID)["failure"]["code"] == "placeholder"
    assert bench.failed("store", value=None)["failure"]["code"] == "value_missing"
    bench.ok("store")
    assert bench.ok("forget", check=True)["changed"] and bench.held() == [("key-1", True)]


def test_what_others_keep_there_stays(bench: Bench) -> None:
    bench.emulator.put_in_key_vault(NAME, value="another's")
    for question in ("writable", "store"):
        result = bench.failed(question)
        assert (result["failure"]["code"], result["failure"]["outcome"]) == ("key_vault_secret_foreign", "refused") and PLACE in result["msg"]
    assert bench.ok("holds")["lost"] and not bench.ok("forget")["changed"] and not bench.ok("retire", live_key_ids=["x"])["changed"]
    assert len(bench.held()) == 1


def test_the_credential_of_another_application_stays(bench: Bench) -> None:
    bench.ok("store", client_id="app-2")
    for question in ("writable", "store"):
        result = bench.failed(question, key_id="key-2")
        assert result["failure"]["code"] == "key_vault_secret_of_another_application" and "app-2" in result["msg"]
    assert bench.ok("holds")["lost"] and not bench.ok("forget")["changed"] and bench.held() == [("key-1", True)]


def test_a_name_that_is_deleted_and_kept(bench: Bench) -> None:
    """Before a key is made the vault is asked; where the name goes in between, the write says it. Neither is recovered nor purged."""
    bench.ok("store")
    bench.ok("forget")
    for question in ("writable", "store"):
        result = bench.failed(question)
        assert (result["failure"]["code"], result["failure"]["outcome"]) == ("key_vault_secret_deleted", "refused")
        assert "can still be recovered" in result["msg"] and "Recover or purge it in the vault" in result["msg"] and NAME in result["msg"]
    assert result["stored"] == [] and bench.clock.now() == 0
    assert bench.ok("holds")["lost"]


def test_a_deletion_that_is_under_way_is_waited_for(bench: Bench) -> None:
    bench.ok("store")
    bench.emulator.settings(key_vault_delete_delay=10)
    bench.ok("forget")
    assert bench.failed("store")["failure"]["code"] == "key_vault_secret_deleted" and bench.clock.now() >= 10


def test_another_operation_is_waited_for(bench: Bench) -> None:
    bench.emulator.settings(key_vault_busy=2)
    assert bench.ok("store")["changed"] and bench.clock.now() == 3 and bench.held() == [("key-1", True)]


def test_an_operation_that_does_not_end(bench: Bench) -> None:
    bench.emulator.settings(key_vault_busy=1000)
    result = bench.failed("store")
    assert (result["failure"]["kind"], result["failure"]["outcome"], result["failure"]["http_status"]) == ("budget", "refused", 409)
    assert "another operation on the secret is under way" in result["msg"]


REFUSALS = {
    "ForbiddenByRbac": "Key Vault Secrets Officer",
    "AccessDenied": "access policies",
    "ForbiddenByFirewall": "firewall of the vault",
    "ForbiddenByConnection": "private endpoint",
    "SomethingElse": "look up the request in its log",
}


@pytest.mark.parametrize("inner", REFUSALS)
@pytest.mark.parametrize("question", ["writable", "store", "holds"])
def test_a_refusal_says_why(bench: Bench, inner: str, question: str) -> None:
    body = {"error": {"code": "Forbidden", "message": f"'{VALUE}' is not authorized", "innererror": {"code": inner}}}
    bench.emulator.fault(service="keyvault", action="status", status=403, body=body, times=None)
    result = bench.failed(question)
    assert REFUSALS[inner] in result["msg"] and result["failure"]["service"] == "Azure Key Vault" and result["failure"]["request_id"] is None
    assert f"In tenant {CUSTOMER}: Sink 1 of 'entra_connector_sink': Could not read the versions of the secret {NAME}" in result["msg"]
    assert result["failure"]["outcome"] == ("refused" if question == "store" else None) and result["failure"]["tenant"] == CUSTOMER


def test_a_right_to_read_is_none_to_write(bench: Bench) -> None:
    """No trial finds it: the write does, and says for certain that nothing was stored."""
    reader = bench.sink(client_id=bench.emulator.identity("vault-reader")["client_id"])
    given = {"sinks": [reader], "sink_secrets": bench.secrets("vault-reader")}
    assert not bench.ok("writable", **given)["changed"]
    result = bench.failed("store", **given)
    assert (result["failure"]["code"], result["failure"]["outcome"], result["stored"]) == ("forbiddenbyrbac", "refused", [])
    assert bench.held() == []


@pytest.mark.parametrize("rule", [{"action": "drop_after"}, {"action": "status_after", "status": 503}, {"action": "truncate"}])
def test_a_write_whose_answer_is_lost_is_looked_for(bench: Bench, rule: dict[str, t.Any]) -> None:
    """Every write adds a version, so it is not sent again blindly."""
    bench.emulator.fault(service="keyvault", method="PUT", **rule)
    assert bench.ok("store")["stored"] == ["azure_key_vault"] and bench.held() == [("key-1", True)]


@pytest.mark.parametrize("rule", [{"action": "drop_before"}, {"action": "status", "status": 503}])
def test_a_write_that_was_not_carried_out_is_sent_again(bench: Bench, rule: dict[str, t.Any]) -> None:
    bench.emulator.fault(service="keyvault", method="PUT", **rule)
    assert bench.ok("store")["stored"] == ["azure_key_vault"] and bench.held() == [("key-1", True)]


def test_a_write_of_which_nothing_is_known(bench: Bench) -> None:
    bench.emulator.fault(service="keyvault", method="PUT", action="drop_after", times=None)
    bench.emulator.fault(service="keyvault", method="GET", action="drop_before", times=None, skip=1)
    result = bench.failed("store")
    assert result["failure"]["outcome"] == "unknown" and result["stored"] == [] and bench.held() == [("key-1", True)]


def test_what_is_read_back_decides(bench: Bench) -> None:
    """Another controller wrote in between: what jobs get now is its key."""
    bench.ok("store")
    bench.emulator.advance(2)
    newer = {"value": OTHER, "tags": {"key_id": "key-9", "client_id": "app-1"}}
    body = {"id": f"{PLACE}/abc", "attributes": {"enabled": True, "created": 1}, **newer}
    bench.emulator.fault(service="keyvault", method="GET", path=f"/secrets/{NAME}\\?", action="status", status=200, body=body)
    result = bench.failed("store", key_id="key-2", value=OTHER)
    assert (result["failure"]["code"], result["failure"]["outcome"], result["stored"]) == ("key_vault_read_back", "unknown", [])
    assert "key-9" in result["msg"] and "key-2" in result["msg"]


def test_a_read_back_that_fails_does_not_refuse(bench: Bench) -> None:
    bench.emulator.fault(service="keyvault", method="GET", path=f"/secrets/{NAME}\\?", action="status", status=403, times=None)
    result = bench.failed("store")
    assert result["failure"]["outcome"] == "unknown" and bench.held() == [("key-1", True)]


def test_throttling_waits_as_long_as_it_is_told(bench: Bench) -> None:
    bench.emulator.fault(service="keyvault", action="status", status=429, headers={"Retry-After": "7"}, times=2)
    assert bench.ok("store")["changed"] and bench.clock.now() == 14


def test_the_challenge_is_compared_and_not_followed(bench: Bench) -> None:
    """The vault belongs to another tenant than the sink says: no token is asked of that."""
    identity = bench.emulator.identity("automation")
    given = {"sinks": [bench.sink(tenant_id="contoso.com", client_id=identity["client_id"])], "sink_secrets": bench.secrets("automation")}
    result = bench.failed("store", **given)
    assert (result["failure"]["code"], result["failure"]["outcome"]) == ("vault_of_another_tenant", "refused")
    vault, sent = bench.emulator.tenant_id("tailspin"), bench.emulator.tenant_id("contoso")
    assert f"belongs to tenant {vault}, not to {sent}" in result["msg"] and "'entra_connector_sink[0].tenant_id'" in result["msg"]
    assert {entry["tenant"] for entry in bench.emulator.journal("login", "POST")} == {sent}


def test_a_token_that_was_kept_and_is_over_is_asked_for_again(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "job").mkdir(mode=0o700)
    environ = {"TENANTKIT_JOB_ID": "1-" + "0" * 32, "TENANTKIT_JOB_DIR": str(tmp_path / "job")}
    bench.ok("store", environ=environ)
    before = len(bench.emulator.journal("login", "POST"))
    bench.ok("holds", environ=environ)
    assert len(bench.emulator.journal("login", "POST")) == before, "one sign-in a job"
    bench.emulator.advance(4000)
    assert not bench.ok("holds", environ=environ)["lost"] and len(bench.emulator.journal("login", "POST")) == before + 1
    bench.emulator.fault(service="keyvault", action="status", status=401, times=None)
    assert bench.failed("holds", environ=environ)["failure"]["code"] == "vault_token_refused"


def test_two_hosts_with_one_secret(bench: Bench, tmp_path: Path) -> None:
    """Their names differ by their case alone, and a vault's do not."""
    (tmp_path / "job").mkdir(mode=0o700)
    environ = {"TENANTKIT_JOB_ID": "1-" + "0" * 32, "TENANTKIT_JOB_DIR": str(tmp_path / "job")}
    bench.ok("writable", host="contoso", environ=environ, sinks=[bench.sink(secret_name="Payroll")])
    bench.emulator.clear_journal()
    result = bench.failed(
        "writable", host="second", environ=environ, sinks=[bench.sink(secret_name="payroll", vault_url="https://TAILSPIN-keys.vault.azure.net/")]
    )
    assert result["failure"]["code"] == "duplicate_target" and "contoso and second" in result["msg"] and bench.emulator.journal() == []


def test_nothing_of_the_host_signs_in_to_the_vault(bench: Bench) -> None:
    """The automation identity is in the environment, and the vault's is not: nothing is sent."""
    automation = bench.emulator.identity("automation")
    azure = {"AZURE_CLIENT_ID": automation["client_id"], "AZURE_CLIENT_SECRET": automation["secret"], "AZURE_TENANT_ID": CUSTOMER}
    bare = {"type": "azure_key_vault", "vault_url": "https://tailspin-keys.vault.azure.net"}
    result = bench.failed("holds", environ=azure, sinks=[bare], sink_secrets=None)
    assert result["failure"]["code"] == "vault_tenant_missing"
    result = bench.failed("holds", environ=azure, sinks=[{**bare, "tenant_id": "tailspin.example"}], sink_secrets=None)
    assert result["failure"]["code"] == "no_credential" and "TENANTKIT_KEY_VAULT_CLIENT_ID" in result["msg"] and bench.emulator.journal() == []


def test_its_own_environment_does(bench: Bench) -> None:
    writer = bench.emulator.identity("vault-writer")
    own = {"TENANT_ID": "tailspin.example", "CLIENT_ID": writer["client_id"], "CLIENT_SECRET": writer["secret"]}
    environ = {f"TENANTKIT_KEY_VAULT_{name}": value for name, value in own.items()}
    bare = {"type": "azure_key_vault", "vault_url": "https://tailspin-keys.vault.azure.net"}
    assert bench.ok("store", environ=environ, sinks=[bare], sink_secrets=None)["changed"]


def test_a_pipeline_signs_in_with_its_own_token(bench: Bench) -> None:
    """The identity of the vault trusts the job: no secret is kept anywhere."""
    job = bench.emulator.control("POST", "pipelines/github_actions", {"subject": "repo:tailspin/tenants:ref:refs/heads/main", "owner": "tailspin"})
    made = bench.emulator.add_application("tailspin", displayName="Vault pipeline")
    app = made["application"]
    credential = {"name": "pipeline", "issuer": job["issuer"], "subject": job["subject"]}
    bench.emulator.control("POST", f"tenants/tailspin/applications/{app['id']}/federatedIdentityCredentials", credential)
    bench.emulator.change_key_vault(access={app["appId"]: "Key Vault Secrets Officer"})
    sink = bench.sink(client_id=app["appId"], federated_source="github_actions")
    assert bench.ok("store", sinks=[sink], sink_secrets=None, environ=job["environment"])["stored"] == ["azure_key_vault"]


@pytest.mark.parametrize(
    ("secret", "said"),
    [("wrng8Q~never-issued-to-any-program-0123456789", "Sink 1 of 'entra_connector_sink': Could not get a token"), ("", "half a credential in sink 1")],
)
def test_a_sign_in_that_fails_names_the_sink(bench: Bench, secret: str, said: str) -> None:
    result = bench.failed("store", sink_secrets=[{"sink": 0, "client_secret": secret}] if secret else None)
    assert said in result["msg"] and "entra_auth" not in result["msg"] and result["failure"]["outcome"] == "refused"
    assert result["stored"] == []


def test_the_vault_is_written_before_a_file(bench: Bench, tmp_path: Path) -> None:
    """A file was tried and the vault cannot be: while that may refuse, the file has nothing."""
    services = {"vault": lambda: VaultBox([("connectors", VaultSecret(b"password"))])}
    file = {"type": "vault_file", "directory": str(tmp_path)}
    given = {"sinks": [file, bench.sink()], "sink_secrets": [{**bench.secrets()[0], "sink": 1}]}
    bench.monkeypatch.setattr(
        "ansible_collections.tenantkit.connectors.plugins.module_utils._sinks.vault_file._loaded_vault", lambda runtime: services["vault"]()
    )
    bench.emulator.fault(service="keyvault", method="PUT", action="status", status=403)
    result = bench.failed("store", **given)
    assert result["stored"] == [] and result["failure"]["outcome"] == "refused" and list(tmp_path.iterdir()) == []
    result = bench.ok("store", **given)
    assert [action.split(" to ")[1][:5] for action in result["actions"]] == ["https", f"{tmp_path}"[:5]] and result["stored"] == [
        "vault_file",
        "azure_key_vault",
    ]
    assert [row["held"] for row in result["sinks"]] == [True, True]


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_is_no_answer_of_a_vault(bench: Bench, question: str) -> None:
    bench.emulator.fault(service="keyvault", action="proxy_page", times=None)
    result = bench.failed(question)
    assert result["failure"]["code"] == "not_the_service" and "'entra_connector_sink[0].vault_url'" in result["msg"]
