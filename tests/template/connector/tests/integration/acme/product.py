# SPDX-License-Identifier: GPL-3.0-or-later
"""What Acme brings to the tests that are the same for all products: the runs that they kill, search and count."""

from __future__ import annotations

import dataclasses
import typing as t

from support.documented import documented
from support.kill_plan import after
from support.leak_plan import Held, Leak, echo, forbid, of
from support.plays import messages, task
from support.products import InLoop, Privileges, ProductTests, Variables
from support.registrations import Registration, without_application
from support.scenarios import DAY, ENTRA_WORDS, Scenario
from tenant_emulator.testing import JsonObject

PLAYBOOK = "acme.yml"
PUT = {"service": "acme", "method": "PUT"}
ABSENT: Variables = {"acme_state": "absent"}


@dataclasses.dataclass
class AcmeConnection(Registration):
    """One application as a tenant holds it, and what its site holds."""

    connector: t.ClassVar[str] = "acme"

    @property
    def site(self) -> JsonObject:
        """The site."""
        return self.emulator.acme(self.tenant)

    def check_safe(self) -> None:
        """What holds after a kill anywhere."""
        super().check_safe()
        assert self.site["sso"] is None or self.site["sign_in"] == 200, f"locked out: {self.site['sso']}, {[key['keyId'] for key in self.managed()]}"

    def check_connected(self) -> None:
        """What holds after a run that ended well."""
        self.check_safe()
        self.check_settled()
        tenant_id = self.emulator.tenant_id(self.tenant)
        assert self.site["sso"] == {"tenant_id": tenant_id, "client_id": self.application["appId"], "key_id": self.delivered()[0]}
        assert len(self.principals()) == 1
        assert self.granted() == [("AllPrincipals", ["User.Read", "openid"])]


class Connect(Scenario):
    """A tenant without anything."""

    playbook = PLAYBOOK
    words = ((r"^PUT .*/api/v1/sso ", "deliver"), (r"^DELETE .*/api/v1/sso ", "withdraw"), *ENTRA_WORDS)
    writes: t.ClassVar[t.Sequence[str]] = ("application", "principal", "consent", "mint", "pending", "deliver", "delivered")

    def set_up(self) -> None:
        self.connection = AcmeConnection(self.emulator)

    def others(self) -> t.Any:
        return self.connection.others()

    def check_safe(self) -> None:
        self.connection.check_safe()

    def check_done(self) -> None:
        self.connection.check_connected()

    def check_at_last(self) -> None:
        if len(self.connection.managed()) > 1:
            self.emulator.advance(8 * DAY)  # the overlap is over, and what the killed run left is older than an hour
            self.run(self.next_host).ok()
            self.check_done()
            assert len(self.connection.managed()) == len(self.connection.marks()) == 1


class Renew(Connect):
    """The secret is about to expire."""

    writes = ("mint", "pending", "deliver", "delivered")

    def set_up(self) -> None:
        super().set_up()
        self.start_from(self.host)
        self.emulator.advance(160 * DAY)


class Absent(Connect):
    """A connection is taken away."""

    writes = ("withdraw", "remove", "unmark", "revoke", "disable", "delete")

    def set_up(self) -> None:
        super().set_up()
        self.start_from({})
        self.app = self.connection.application
        self.host = dict(ABSENT)

    def others(self) -> t.Any:
        return without_application(self.connection.others(), self.app["appId"])

    def check_done(self) -> None:
        assert self.connection.site["sso"] is None
        assert self.app["id"] not in self.connection.state["applications"]
        assert self.connection.granted() == []

    def check_at_last(self) -> None:
        """It can be connected again."""
        self.run({"acme_on_soft_deleted": "restore"}).ok()
        self.connection.check_connected()


def names_the_tenant(result: t.Mapping[str, t.Any]) -> None:
    """Assert that a failure of Acme says whose it is, and the id that support asks for, if there was an answer."""
    failure = result.get("failure") or {}
    if failure.get("service") == "Acme":
        assert failure["tenant"] and failure["tenant"] in messages(result)
        assert not failure["http_status"] or (failure["request_id"] or failure["client_request_id"]) in messages(result)


PRODUCT = ProductTests(
    role="acme",
    scenarios={"acme_connect": Connect, "acme_renew": Renew, "acme_absent": Absent},
    budgets={"acme_connect": (4, 4)},
    first_budgets={"acme_connect": (16, 23)},
    leaks={
        "acme_connect": Leak(PLAYBOOK, process=True, sampled=("worker",)),
        "acme_check": Leak(PLAYBOOK, check=True),
        "acme_rotation": Leak(PLAYBOOK, first={}, extra={"acme_force": True}, changes=True),
        "acme_refused": Leak(PLAYBOOK, fails=True, before=forbid(**PUT), process=True),
        "acme_echo": Leak(PLAYBOOK, fails=True, before=lambda emulator: echo(emulator, emulator.acme_api_keys()["contoso"], **PUT), sampled=("worker",)),
        "acme_wrong_type": Leak(PLAYBOOK, fails=True, host=lambda emulator: {"acme_api_key": [emulator.acme_api_keys()["contoso"]]}),
        "acme_absent": Leak(PLAYBOOK, first={}, host=of(ABSENT)),
    },
    privileges={
        "acme": Privileges(
            permissions=lambda: documented("acme", "The automation identity needs "),
            host=lambda emulator, workdir: {},
            absent=ABSENT,
        )
    },
    in_loop=InLoop({"acme_url": "{{ root_of_sites }}/{{ item.name }}", "acme_api_key": "{{ keys_of_sites[item.name] }}"}),
    kills=(
        *after("acme_connect", "deliver", sampled=True),
        *after("acme_connect", "mint", "pending", "delivered"),
        *after("acme_connect", "deliver", when="before"),
        *after("acme_renew", "mint", "deliver"),
        *after("acme_absent", "withdraw", "remove", "disable"),
    ),
    rotating={"acme_renew": 5},
    held={"acme_minted": Held(PLAYBOOK, {}, {"path": "/addPassword$"}, sampled=("worker",))},
    variables=lambda emulator: {"root_of_sites": emulator.acme_root(), "keys_of_sites": emulator.acme_api_keys()},
    host_variables=lambda name: {"acme_url": f"{{{{ root_of_sites }}}}/{name}", "acme_api_key": f"{{{{ keys_of_sites.{name} }}}}"},
    module_defaults={
        "tenantkit.connectors.acme_sso": {
            "url": "{{ acme_url }}",
            "api_key": "{{ acme_api_key }}",
            "tenant_id": "{{ entra_tenant_id }}",
            "ca_path": "{{ ca_path }}",
        }
    },
    parity=[
        task(
            "Its secret in Acme",
            "acme_sso",
            {"client_id": "{{ app.app.app_id }}", "client_secret": "{{ issued.secret.secret_text }}", "key_id": "{{ issued.secret.key_id }}"},
        )
    ],
    check_failure=names_the_tenant,
)
