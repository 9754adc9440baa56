# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything the emulator remembers: tenants and their directory objects, products, settings and the clock."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
import typing as t

if t.TYPE_CHECKING:
    from .tokens import TokenIssuer
    from .web import Response

JsonObject = dict[str, t.Any]


class Clock:
    """Wall-clock time that a test can move forward."""

    def __init__(self) -> None:
        self.offset = 0.0

    def now(self) -> dt.datetime:
        """The emulator's present, timezone-aware UTC."""
        return dt.datetime.fromtimestamp(time.time() + self.offset, dt.UTC)

    def advance(self, seconds: float) -> None:
        """Move the present by so many seconds (negative moves it back)."""
        self.offset += seconds


@dataclasses.dataclass
class Settings:
    """Behaviour that a configuration file or the control path can change; times in seconds."""

    secret_activation_delay: float = 0.0  # a new secret is refused at the token endpoint for so long
    secret_start: str = ""  # what the next secrets begin with, up to three characters: the service's may begin with -, . or ~ too
    certificate_activation_delay: float = 0.0  # the same for a new certificate
    replication_reads: int = 0  # so many reads of a new object answer 404 before it is visible
    replication_flap: bool = False  # after the first success one more read answers 404
    service_principal_delay: float = 0.0  # POST servicePrincipals for a new application fails for so long
    duplicate_grant_status: int = 409  # the service has been seen to answer 409 and 400
    token_lifetime: int = 3599  # seconds an access token is valid for, by the world's clock
    # Ids of applications, APIs and users, and names of users, for which Conditional Access lets no token be issued.
    conditional_access_blocks: list[str] = dataclasses.field(default_factory=list)
    # A policy for users and all resources that lets no token be issued, but for the APIs of these ids; None: there is none.
    conditional_access_all_but: list[str] | None = None
    concurrency_window: float = 0.0  # a second credential write on one object within this time answers 409
    update_reads: int = 0  # so many reads of an application or service principal after a change show it as it was before
    list_reads: int = 0  # the same for lists of grants, role assignments and federated credentials, which also miss what is new
    entitlement_delay: float = 0.0  # a scope or role that was just disabled, or just added, does not count as such for so long
    removal_lag: float = 0.0  # removePassword does not know a new secret for so long
    personal_account_delay: float = 0.0  # a personal audience on a new application answers 409 for so long
    federated_activation_delay: float = 0.0  # a new federated credential is not known at the token endpoint for so long
    condition_set_status: int = 201  # of a new condition set of a permission grant policy: 201 or 200
    lockout_threshold: int = 10  # so many wrong passwords lock an account
    lockout_seconds: float = 60.0  # for so long
    assignment_blocks_single_consent: bool = False  # one user's consent does not count where assignment is required
    # Properties that $select does not know: clouds get new ones later. The service answers 400.
    unknown_properties: list[str] = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Secret:
    """A client secret that was issued; the value never leaves addPassword's answer and the control path."""

    key_id: str
    value: str
    application_id: str  # object id of the application (or service principal) that holds it
    active_from: dt.datetime


@dataclasses.dataclass
class Earlier:
    """How an object was before a write; None: it did not exist. ``left`` has the reads that still show it, by kind of read."""

    version: JsonObject | None
    left: dict[str, int]


@dataclasses.dataclass
class Lockout:
    """Wrong passwords of one user."""

    failures: int = 0
    until: dt.datetime | None = None


@dataclasses.dataclass
class Tenant:
    """One directory. Objects are kept in the JSON shape Graph v1.0 answers with, keyed by object id."""

    id: str
    display_name: str
    domains: list[JsonObject]  # verifiedDomains entries: name, isInitial, isDefault, type, capabilities
    applications: dict[str, JsonObject] = dataclasses.field(default_factory=dict)
    service_principals: dict[str, JsonObject] = dataclasses.field(default_factory=dict)
    users: dict[str, JsonObject] = dataclasses.field(default_factory=dict)
    groups: dict[str, JsonObject] = dataclasses.field(default_factory=dict)
    members: dict[str, list[str]] = dataclasses.field(default_factory=dict)  # group id -> ids of users and groups that are in it directly
    grants: dict[str, JsonObject] = dataclasses.field(default_factory=dict)  # oauth2PermissionGrants
    assignments: dict[str, JsonObject] = dataclasses.field(default_factory=dict)  # appRoleAssignments
    deleted: dict[str, JsonObject] = dataclasses.field(default_factory=dict)  # with @odata.type and deletedDateTime
    owners: dict[str, list[str]] = dataclasses.field(default_factory=dict)  # object id -> owner ids
    secrets: dict[str, Secret] = dataclasses.field(default_factory=dict)  # key id -> secret, live ones only
    certificates: dict[str, bytes] = dataclasses.field(default_factory=dict)  # key id -> DER
    certificates_since: dict[str, dt.datetime] = dataclasses.field(default_factory=dict)  # key id -> added through Graph
    policies: dict[str, JsonObject] = dataclasses.field(default_factory=dict)  # by name, e.g. defaultAppManagementPolicy
    passwords: dict[str, str] = dataclasses.field(default_factory=dict)  # user id -> password, for the password grant
    multi_factor: list[str] = dataclasses.field(default_factory=list)  # ids of users who must use a second factor
    policy_links: dict[str, list[str]] = dataclasses.field(default_factory=dict)  # object id -> app management policies
    federated: dict[str, list[JsonObject]] = dataclasses.field(default_factory=dict)  # application id -> credentials
    lag: dict[str, dict[str, int]] = dataclasses.field(default_factory=dict)  # object id -> reads that still answer 404
    earlier: dict[tuple[str, str], list[Earlier]] = dataclasses.field(default_factory=dict)  # (kind, id) -> versions, oldest first
    entitlement_writes: dict[str, dt.datetime] = dataclasses.field(default_factory=dict)  # scope or role id -> disabled or added
    credential_writes: dict[str, dt.datetime] = dataclasses.field(default_factory=dict)  # object id -> last write
    federated_since: dict[str, dt.datetime] = dataclasses.field(default_factory=dict)  # federated credential -> made through Graph
    group_settings: dict[str, JsonObject] = dataclasses.field(default_factory=dict)
    # Templates of group settings that this tenant does not have: newer ones lack the one for consent.
    missing_templates: list[str] = dataclasses.field(default_factory=list)
    relationships: dict[str, JsonObject] = dataclasses.field(default_factory=dict)  # of a partner: delegatedAdminRelationships with its customers
    contracts: dict[str, JsonObject] = dataclasses.field(default_factory=dict)  # of a partner
    tenant_type: str = "AAD"  # or "AAD B2C", "CIAM"
    lockouts: dict[str, Lockout] = dataclasses.field(default_factory=dict)  # user id -> wrong passwords
    products: dict[str, t.Any] = dataclasses.field(default_factory=dict)  # what products keep in a tenant, by product


@dataclasses.dataclass
class World:
    """The whole emulated world."""

    clock: Clock = dataclasses.field(default_factory=Clock)
    settings: Settings = dataclasses.field(default_factory=Settings)
    tenants: dict[str, Tenant] = dataclasses.field(default_factory=dict)  # tenant id -> tenant
    issued: list[str] = dataclasses.field(default_factory=list)  # every secret value and token ever issued
    products: dict[str, t.Any] = dataclasses.field(default_factory=dict)  # what products keep outside the tenants, by product
    product_settings: dict[str, t.Any] = dataclasses.field(default_factory=dict)  # a product's own settings
    tokens: TokenIssuer | None = None  # set by the server; `tokens.verify(bearer, audiences)` -> claims
    pipelines: dict[str, JsonObject] = dataclasses.field(default_factory=dict)  # number of a job -> what it may ask for
    foreign_apps: dict[str, JsonObject] = dataclasses.field(default_factory=dict)  # app id -> other publishers' application
    # Asked by a service before it runs one part of a batch (method, path): an answer to give instead, or None.
    part_fault: t.Callable[[str, str], Response | None] | None = None

    def tenant(self, name: str) -> Tenant | None:
        """The tenant with this id or verified domain name (case-insensitive), or None."""
        wanted = name.lower()
        for tenant in self.tenants.values():
            if tenant.id == wanted or any(domain["name"].lower() == wanted for domain in tenant.domains):
                return tenant
        return None

    def key_id(self, value: str) -> str | None:
        """The id of the issued secret with this value, or None when no live secret has it."""
        for tenant in self.tenants.values():
            for secret in tenant.secrets.values():
                if secret.value == value:
                    return secret.key_id
        return None
