# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Why an existing registration cannot use the Power Platform API: causes, each with the variable or task that repairs it.

What could not be read is said, and nothing is concluded from it.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ..._auth.aadsts import NOT_REQUESTED, UNKNOWN_REDIRECT_URI, Remedy
from ..._clock import parse_time
from ..._entra.common.blockers import says_disabled
from ..._steps import ran
from .connection import API, TRIED
from .hand_over import PASSWORD_NOTE
from .named_user import access_of, findings_of
from .remedies import codes_of, repair_of

Given = t.Mapping[str, t.Any]
Finding = dict[str, str]
_WORDS = {"secret": "client secrets", "certificate": "certificates", "federated": "federated credentials"}
_EXPIRED = {"secret": Remedy.SECRET_EXPIRED, "certificate": Remedy.UPLOAD_CERTIFICATE}
_ADOPTED = "(and power_platform_adopt for one made by hand)"
_MODULE = "tenantkit.connectors.entra_service_principal"
_ENABLE = "run the role power_platform with power_platform_enable: true"
_UNTRIED: Given = {"status": "not_tested", "reason": "No credential was given in power_platform_try."}


@dataclasses.dataclass(frozen=True)
class DiagnosisFacts:
    """What the reads of a diagnosis returned. A read that was not due counts as one that returned nothing."""

    connection: Given
    apps: Given  # results of entra_app_info, entra_service_principal_info (twice) and entra_federated_credential
    api: Given
    principals: Given
    trusted: Given

    @classmethod
    def of(cls, given: Given) -> DiagnosisFacts:
        """From what the role handed over: C(connection) and the results C(apps), C(api), C(principals) and C(trusted)."""
        first = cls(given["connection"], ran(given.get("apps")), ran(given.get("api")), {}, {})
        return dataclasses.replace(
            first,
            principals=ran(given.get("principals")) if first.subject else {},
            trusted=ran(given.get("trusted")) if first.registered else {},
        )

    @property
    def registered(self) -> Given:
        """The application; empty where there is none, or where it could not be read."""
        return next(iter(self.apps.get("apps") or ()), {})

    @property
    def subject(self) -> str:
        """The id of the application that the diagnosis is about, where it is known."""
        return str(self.connection["client_id"] or self.registered.get("app_id") or "")

    @property
    def enterprise(self) -> Given:
        """Its service principal."""
        return next(iter(self.principals.get("service_principals") or ()), {})

    @property
    def resource(self) -> Given:
        """The service principal of the Power Platform API."""
        return next(iter(self.api.get("service_principals") or ()), {})

    @property
    def without_api(self) -> bool:
        """Whether the tenant is known to have no service principal of the Power Platform API."""
        return "service_principals" in self.api and not self.resource

    @property
    def tenant(self) -> Given:
        """The tenant, as the first read that was answered names it."""
        named = str(self.connection["tenant_id"])
        return self.api.get("tenant") or self.principals.get("tenant") or {"tenant_id": named, "display_name": named}

    @property
    def trusts(self) -> list[Given]:
        """Its federated credentials."""
        return list((self.trusted.get("federated_credential") or {}).get("others") or ())

    @property
    def held(self) -> dict[str, list[Given]]:
        """What the registration holds, by kind, expired or not."""
        app = self.registered
        return {"secret": list(app.get("secrets") or ()), "certificate": list(app.get("certificates") or ()), "federated": self.trusts}

    @property
    def people(self) -> bool:
        """Whether the sign-in of a person is looked at."""
        return "username" in self.connection["given"]

    @property
    def kinds(self) -> list[str]:
        """What the application is to sign in with by itself: what is said, what is tried, else whatever the registration holds."""
        given, said = self.connection["given"], str(self.connection["credential"])
        if said != "none":
            return [said]
        if self.people:
            return []
        if "client_secret" in given:
            return ["secret"]
        if "federated_token" in given or "federated_token_file" in given:
            return ["federated"]
        if any(name in TRIED for name in given):
            return ["certificate"]
        return [kind for kind, rows in self.held.items() if rows]

    @property
    def valid_kinds(self) -> list[str]:
        """The kinds of which the registration has one that is not over, by the clock of the service that was asked for it.

        A federated one does not expire, and one that was not read may be there.
        """
        moment = parse_time(self.apps.get("service_time"))
        found = []
        for kind in ("secret", "certificate"):
            ends = [parse_time(row.get("end_date_time")) for row in self.held[kind]]
            if any(end is None or moment is None or end > moment for end in ends):
                found.append(kind)
        return [*found, *(["federated"] if self.trusts or "federated_credential" not in self.trusted else [])]


def subject(given: Given) -> dict[str, t.Any]:
    """Which application the diagnosis is about. ``given``: C(connection); C(apps), the result of C(entra_app_info)."""
    seen = DiagnosisFacts.of(given)
    return {"app_id": seen.subject, "known": bool(seen.subject), "registered": bool(seen.registered)}


def looks(given: Given) -> dict[str, t.Any]:
    """Which further looks are due. ``given``: as for C(Seen.of)."""
    seen, connection = DiagnosisFacts.of(given), given["connection"]
    here = bool(seen.enterprise)
    trial = connection["diagnosed_trial"] if seen.subject and not given["check_mode"] else ""
    return {
        "consent": bool(seen.registered) and here and bool(seen.resource) and bool(connection["permissions"]),
        "role": bool(seen.kinds) and here,
        "holder": str(seen.enterprise.get("object_id") or ""),
        "trial": trial,
        # What is tried is not new, and a password is sent once.
        "proof": {**connection["proof"], "tenant_id": str(seen.tenant["tenant_id"]), "client_id": seen.subject},
    }


def diagnosis(given: Given) -> dict[str, t.Any]:
    """The fact C(power_platform_diagnosis), and its lines.

    ``given``: as for C(Seen.of), with C(looks), the answer of that decision; the results C(consent), C(role) and C(tried) of what it opened.
    """
    seen, due = DiagnosisFacts.of(given), given["looks"]
    consent, role = (ran(given.get(name)) if due[name] else {} for name in ("consent", "role"))
    proof = dict(ran(given.get("tried")).get("proof") or {}) if due["trial"] else {}
    proof.pop("remember", None)
    asked = role.get("role_assignment") or {}
    proven = proof.get("status") == "proven"
    user = access_of(seen.connection["diagnosed_user"], seen.enterprise)
    findings = [
        *_of_registration(seen),
        *_of_api(seen),
        *_of_permissions(seen, consent),
        *_of_people(seen),
        *(_finding(*words) for words in findings_of(user, seen.enterprise)),
        *_of_credentials(seen, proven=proven),
        *_of_role(asked, proven=proven),
        *_of_sign_in(seen, proof),
    ]
    found = {
        "tenant": dict(seen.tenant),
        "app_id": seen.subject,
        "display_name": str((seen.registered or seen.enterprise).get("display_name") or ""),
        # Without a credential to try this says only that nothing wrong was found.
        "works": proven,
        "findings": findings,
        "user": user,
        "notes": [PASSWORD_NOTE] if seen.people else [],
        "not_read": _not_read(seen, due, consent, role),
        "not_looked_at": _not_looked_at(seen, due, user, check_mode=bool(given["check_mode"])),
        "proof": proof or dict(_UNTRIED),
    }
    return {"diagnosis": found, "lines": lines_of(found)}


def lines_of(found: Given) -> list[str]:
    """What the operator reads."""
    name = found["display_name"] or found["app_id"] or "no application"
    status = str(found["proof"]["status"]).replace("_", " ")
    return [
        f"{found['tenant']['display_name']}, {name}: {len(found['findings'])} causes found; sign-in: {status}.",
        *(f"{item['cause']} Repair: {item['repair']}" for item in found["findings"]),
        *found["notes"],
        *(f"Not read: {text}" for text in found["not_read"]),
        *(f"Not looked at: {text}" for text in found["not_looked_at"]),
    ]


def _finding(check: str, cause: str, repair: str) -> Finding:
    return {"check": check, "cause": cause, "repair": repair}


def _of_registration(seen: DiagnosisFacts) -> t.Iterator[Finding]:
    connection = seen.connection
    if "apps" in seen.apps and not seen.registered and not seen.enterprise:
        wanted = connection["client_id"] or connection["unique_name"]
        yield _finding(
            "registration",
            f"There is no application {wanted} in this tenant.",
            "Check power_platform_client_id and entra_tenant_id, or run the role power_platform.",
        )
    if seen.registered and "service_principals" in seen.principals and not seen.enterprise:
        yield _finding(
            "enterprise_application",
            f"The application has no service principal (enterprise application) in this tenant ({codes_of(Remedy.SERVICE_PRINCIPAL)}).",
            f"Run the role power_platform, or {_MODULE} with this app_id.",
        )
    if seen.registered.get("is_disabled") or seen.enterprise.get("is_disabled"):
        yield _finding(
            "registration",
            f"The registration is deactivated ({codes_of(Remedy.ENABLE_SERVICE_PRINCIPAL)}).",
            f"When it is no security measure: {_ENABLE}, or tenantkit.connectors.entra_app with is_disabled: false.",
        )
    if any(says_disabled(item.get("disabled_by_microsoft_status")) for item in (seen.registered, seen.enterprise)):
        yield _finding("registration", "Microsoft disabled the application.", "Only Microsoft can take that back; its support says why.")
    if not seen.enterprise.get("account_enabled", True):
        yield _finding(
            "enterprise_application",
            f"The enterprise application is disabled ({codes_of(Remedy.ENABLE_SERVICE_PRINCIPAL)}).",
            f"When it is no security measure: {_ENABLE}, or {_MODULE} with account_enabled: true.",
        )
    if seen.enterprise.get("app_role_assignment_required") and not seen.enterprise.get("assigned_to"):
        yield _finding(
            "assignment",
            f"Only assigned accounts may sign in, and no account is assigned ({codes_of(Remedy.ASSIGN_ACCOUNT)}).",
            f"Assign them with assigned_to of {_MODULE}.",
        )


def _of_api(seen: DiagnosisFacts) -> t.Iterator[Finding]:
    if seen.without_api:
        codes = " or ".join(sorted(codes_of(Remedy.API_PRINCIPAL).split(", ")))
        yield _finding(
            "api",
            f"The tenant has no service principal of the Power Platform API ({codes}).",
            f"Run the role power_platform, or {_MODULE} with app_id {API}.",
        )
    if not seen.resource.get("account_enabled", True):
        yield _finding(
            "api",
            f"The service principal of the Power Platform API is disabled in this tenant ({codes_of(Remedy.ENABLE_API)}).",
            f"Run {_MODULE} with app_id {API} and account_enabled: true.",
        )


def _of_permissions(seen: DiagnosisFacts, consent: Given) -> t.Iterator[Finding]:
    requested = [row for row in seen.registered.get("required_resource_access") or () if row.get("resource_app_id") == API]
    if seen.registered and seen.connection["permissions"] and not requested:
        yield _finding(
            "permissions",
            f"The registration requests no permission of the Power Platform API ({NOT_REQUESTED}).",
            "Set power_platform_permissions and run the role power_platform (with power_platform_adopt for one made by hand).",
        )
    if seen.registered and seen.connection["permissions"] and seen.without_api:
        # A grant is between two service principals, so this one needs no look.
        yield _finding(
            "consent",
            f"No administrator can have consented: the API has no service principal in this tenant ({codes_of(Remedy.CONSENT_TO_PERMISSIONS)}).",
            "Run the role power_platform with power_platform_consent: admin, which makes one as well.",
        )
    missing = [name for row in (consent.get("consent") or {}).get("missing") or () for name in row["delegated"]]
    if missing:
        yield _finding(
            "consent",
            f"No administrator has consented to {', '.join(missing)} for the tenant ({codes_of(Remedy.CONSENT_TO_PERMISSIONS)}).",
            "Run the role power_platform with power_platform_consent: admin.",
        )


def _of_people(seen: DiagnosisFacts) -> t.Iterator[Finding]:
    """What keeps people from signing in. An application that signs in by itself needs no redirect URI."""
    app, native = seen.registered, seen.connection["native_redirect_uri"]
    uris = app.get("redirect_uris") or {}
    if app and (seen.people or not seen.kinds) and native not in (uris.get("public_client") or ()):
        elsewhere = native in (*(uris.get("web") or ()), *(uris.get("spa") or ()))
        where = "is registered for a web or single-page application" if elsewhere else "is not registered"
        yield _finding(
            "redirect_uri",
            f"The native redirect URI {native} {where}, so people cannot sign in from a desktop ({UNKNOWN_REDIRECT_URI}).",
            "Run the role power_platform, which registers it as a public client.",
        )
    if app and seen.people and not app.get("is_fallback_public_client") and "client_secret" not in seen.connection["given"]:
        yield _finding(
            "public_client",
            f"Signing in with a user name and a password needs a public client ({codes_of(Remedy.PUBLIC_CLIENT)}).",
            "Set power_platform_allow_public_client: true and run the role power_platform.",
        )


def _of_credentials(seen: DiagnosisFacts, *, proven: bool) -> t.Iterator[Finding]:
    """Per kind: expired ones beside one that is valid are no cause, and what is proven lacks nothing."""
    if not seen.registered or proven:
        return
    valid = seen.valid_kinds
    others = " and ".join(_WORDS[kind] for kind in seen.kinds if kind in valid)
    beside = f" It also has valid {others}." if others else ""
    for kind in seen.kinds:
        if kind not in valid:
            yield _dead(kind, seen.held[kind], beside)
    trust, rows = seen.connection["federated"], seen.trusts
    issuer, subject_of = trust.get("issuer"), trust.get("subject")
    fits = any(row.get("issuer") == issuer and row.get("subject") == subject_of for row in rows)
    if "federated" in seen.kinds and rows and issuer is not None and subject_of is not None and not fits:
        codes = codes_of(Remedy.FEDERATED_CREDENTIAL, Remedy.FEDERATED_ISSUER, Remedy.FEDERATED_SUBJECT)
        yield _finding(
            "credentials",
            f"None of its federated credentials ({', '.join(row['name'] for row in rows)}) trusts issuer {issuer} with subject {subject_of} ({codes}).",
            "Run the role power_platform with power_platform_credential: federated and power_platform_federated.",
        )


def _dead(kind: str, rows: t.Sequence[Given], beside: str) -> Finding:
    if kind == "federated":
        return _finding(
            "credentials",
            f"It has none of the federated credentials that it is to sign in with ({codes_of(Remedy.FEDERATED_CREDENTIAL)}).",
            "Run the role power_platform with power_platform_credential: federated and power_platform_federated.",
        )
    words = _WORDS[kind]
    keys = ", ".join(str(row["key_id"]) for row in rows)
    cause = (
        f"All {len(rows)} of its {words} have expired ({keys}; {codes_of(_EXPIRED[kind])})."
        if rows
        else f"It has none of the {words} that it is to sign in with."
    )
    return _finding("credentials", f"{cause}{beside}", f"Run the role power_platform with power_platform_credential: {kind} {_ADOPTED}.")


def _of_role(asked: Given, *, proven: bool) -> t.Iterator[Finding]:
    """A role that includes the wanted one is not missing, and what is proven lacks nothing."""
    if asked.get("would_create") and not asked.get("covered_by") and not proven:
        yield _finding(
            "role",
            f"The service principal does not hold the role {asked['role']}, or one that includes it, at {asked['scope']}: the API answers 403 to what such a "
            "role would allow.",
            "Run the role power_platform with the right to assign it (power_platform_role, power_platform_scope, power_platform_admin_auth). Where its role "
            "is another one, or is for an environment or a group, name that in power_platform_role, power_platform_environment_id or "
            "power_platform_environment_group_id, and look again.",
        )


def _of_sign_in(seen: DiagnosisFacts, proof: Given) -> t.Iterator[Finding]:
    if proof and proof["status"] != "proven":
        yield _finding("sign_in", str(proof["reason"]), repair_of(proof, given=bool(seen.connection["given"])))


def _not_read(seen: DiagnosisFacts, due: Given, consent: Given, role: Given) -> list[str]:
    """What may not be read, or could not be."""
    reads = (
        ("The registration", True, seen.apps, "apps"),
        ("The federated credentials", bool(seen.registered), seen.trusted, "federated_credential"),
        ("The enterprise application", bool(seen.subject), seen.principals, "service_principals"),
        ("The Power Platform API", True, seen.api, "service_principals"),
        ("The consent", bool(due["consent"]), consent, "consent"),
        ("The role", bool(due["role"]), role, "role_assignment"),
    )
    texts = [f"{name}: {step.get('msg') or 'no message'}" for name, was_due, step, key in reads if was_due and key not in step]
    hand_off = (role.get("role_assignment") or {}).get("hand_off")
    if hand_off:
        texts.append(f"The role: {hand_off['reason']} Give power_platform_admin_auth, an administrator of Power Platform.")
    return list(dict.fromkeys(texts))


def _not_looked_at(seen: DiagnosisFacts, due: Given, user: Given, *, check_mode: bool) -> list[str]:
    """Each with what has to be there for it to be looked at."""
    texts = []
    if not seen.registered:
        texts.append("The credentials: the registration was not found in this tenant, or not read.")
    if not due["consent"] and not (seen.registered and seen.connection["permissions"] and seen.without_api):
        texts.append("The consent: it is compared where registration, enterprise application and API are there, and power_platform_permissions names any.")
    if not seen.enterprise:
        texts.append("The role: no enterprise application was found that could hold one.")
    elif not seen.kinds:
        texts.append("The role: it is not known whether the application signs in by itself; set power_platform_credential.")
    if not seen.connection["diagnosed_trial"]:
        texts.append("The values of its credentials: give the one that is used in power_platform_try.")
    elif check_mode:
        texts.append("The sign-in: check mode sends no credential.")
    if user and user["required"] and user["assigned"] is None:
        texts.append(f"The assignment: {user['reason']}")
    return texts
