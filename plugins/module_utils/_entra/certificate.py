# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Certificates of an application: what is wanted, what is there, and the pure planner between them.

A certificate lives like a client secret: it is a key with a managed name, dates and delivery marks. What is retired, removed and
confirmed is therefore decided by the planner of secrets; only how one comes into being differs.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import datetime as dt
import hashlib
import re
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils._certificates import LoadedCertificate
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import Action, Plan
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.delivery import Verdict, keepers
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.secret import (
    SecretCurrent,
    SecretDesired,
    describe_policy,
    lists,
    plan_secret,
    verdict_of,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.secret_keys import days_left, format_time
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConflictError, ConnectorError, OptionError

SELECT = ("id", "appId", "displayName", "uniqueName", "createdDateTime", "signInAudience", "tags", "keyCredentials")
_CLOCK_MARGIN = dt.timedelta(minutes=10)  # as for secrets: a lifetime cut to a policy's limit stays below it
_RESTRICTIONS = {"asymmetricKeyLifetime": "passwordLifetime", "asymmetricKeyAddition": "passwordAddition"}
_THUMBPRINT = re.compile(r"[0-9A-F]{40}")
_NOUN = re.compile(r"(?<![\w.'-])([Ss])ecret(s?)(?![\w-]|[.']\w)")


@dataclasses.dataclass(frozen=True)
class CertificateDesired:
    """The options of C(entra_app_certificate), checked. ``life`` is what holds for every key."""

    life: SecretDesired
    given: LoadedCertificate | None = None
    generate: bool = False
    thumbprint: str | None = None

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any], given: LoadedCertificate | None) -> CertificateDesired:
        """From module options and the certificate they give."""
        desired = cls(SecretDesired.from_options(options), given, bool(options.get("generate")), normalise_thumbprint(options.get("thumbprint")))
        life = desired.life
        if desired.generate and given:
            raise OptionError("'generate' makes a certificate, and one is given as well.", code="option_conflict")
        if life.may_mint and not desired.generate and not given:
            raise OptionError("'certificate_path', 'certificate_content' or 'generate' is needed.", code="option_missing")
        if life.state != "absent" and desired.thumbprint:
            raise OptionError("'thumbprint' goes with state: absent.", code="option_conflict")
        if desired.thumbprint and life.key_id:
            raise OptionError("'thumbprint' and 'key_id' both name the certificate to remove: give one.", code="option_conflict")
        if life.may_mint and life.delivery and not desired.generate:
            raise OptionError("'delivery' goes with 'generate': whoever gives a certificate holds its private key already.", code="option_conflict")
        if life.may_mint and life.force and not desired.generate:
            raise OptionError("'force' goes with 'generate': a certificate that is given can only be added once.", code="option_conflict")
        return desired


@dataclasses.dataclass(frozen=True)
class CertificateCurrent:
    """One application as far as its certificates go. ``life`` holds them as keys."""

    life: SecretCurrent
    entries: tuple[t.Mapping[str, t.Any], ...] = ()

    @classmethod
    def from_graph(
        cls,
        app: t.Mapping[str, t.Any] | None,
        policy: t.Mapping[str, t.Any] | None,
        own_policies: t.Sequence[t.Mapping[str, t.Any]] | None,
        *,
        now: dt.datetime,
        label: str,
    ) -> CertificateCurrent:
        """From the application (C(SELECT)), the tenant's default policy and the application's own."""
        entries = tuple((app or {}).get("keyCredentials") or ())
        as_keys = None if app is None else {**app, "passwordCredentials": entries}
        own = None if own_policies is None else [{**item, "restrictions": _as_secrets(item.get("restrictions"))} for item in own_policies]
        default = policy and {**policy, "applicationRestrictions": _as_secrets(policy.get("applicationRestrictions"))}
        return cls(SecretCurrent.from_graph(as_keys, default, own, now=now, label=label), entries)

    def by_thumbprint(self, thumbprint: str) -> str | None:
        """The id of the key with this certificate that signs in; the newest when it is there more than once."""
        fitting = {str(entry.get("keyId")).lower() for entry in self.entries if entry.get("usage", "Verify") == "Verify" and thumbprint_of(entry) == thumbprint}
        return next((key.key_id for key in reversed(self.life.keys) if key.key_id in fitting), None)

    @property
    def thumbprints(self) -> dict[str, str | None]:
        """Key id -> thumbprint."""
        return {str(entry.get("keyId")).lower(): thumbprint_of(entry) for entry in self.entries}


def _as_secrets(restrictions: t.Any) -> dict[str, t.Any]:
    """What the policies say about certificates, in the words they use for secrets, so that one reader understands both."""
    found = (restrictions or {}).get("keyCredentials") or ()
    return {"passwordCredentials": [{**entry, "restrictionType": _RESTRICTIONS.get(str(entry.get("restrictionType")), "")} for entry in found]}


def thumbprint_of(entry: t.Mapping[str, t.Any]) -> str | None:
    """The thumbprint of an entry of C(keyCredentials), from the certificate itself where Graph sent it, else from its identifier."""
    if entry.get("key") and entry.get("type") != "Symmetric":
        try:
            return hashlib.sha1(base64.b64decode(entry["key"]), usedforsecurity=False).hexdigest().upper()
        except (binascii.Error, ValueError):
            return None
    text = str(entry.get("customKeyIdentifier") or "")
    if _THUMBPRINT.fullmatch(text.upper()):
        return text.upper()
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return raw.hex().upper() if len(raw) == 20 else None  # the length of a SHA-1 hash; users may have put anything there


def normalise_thumbprint(text: str | None) -> str | None:
    """A thumbprint as people copy it, with colons or blanks, in the form Entra shows."""
    if text is None:
        return None
    plain = re.sub(r"[\s:\u200e-]", "", text).upper()  # Windows puts an invisible mark in front of it
    if not _THUMBPRINT.fullmatch(plain):
        raise OptionError(f"'thumbprint' is {text!r}, which is not a SHA-1 thumbprint of 40 hexadecimal digits.", code="invalid_thumbprint")
    return plain


def display_name(name: str, thumbprint: str) -> str:
    """The managed display name: owner, name, and the beginning of the thumbprint."""
    return f"tkc:{name}:{thumbprint[:8].lower()}"


def plan_certificate(desired: CertificateDesired, current: CertificateCurrent, now: dt.datetime) -> Plan:
    """From options and what was read to the actions."""
    life = desired.life
    if desired.thumbprint:
        key_id = current.by_thumbprint(desired.thumbprint)
        if key_id is None:
            return _finish(desired, current, now, Verdict(False, "it is not there", "none", None), [], [])
        life = dataclasses.replace(life, key_id=key_id)
    if not life.may_mint:
        return _life_goes_on(desired, life, current, now)
    if desired.given:
        return _add_given(desired, desired.given, current, now)
    verdict = verdict_of(life, current.life, now)
    actions, warnings, end = _make(desired, current, now, verdict) if verdict.needed else ([], [], None)
    return _finish(desired, current, now, verdict, actions, [*warnings, *filter(None, [verdict.warning])], end)


def _life_goes_on(desired: CertificateDesired, life: SecretDesired, current: CertificateCurrent, now: dt.datetime) -> Plan:
    """Confirming, retiring and removing are the same for every kind of key."""
    try:
        plan = plan_secret(life, current.life, now)
    except ConnectorError as error:
        error.message, error.advice = about_certificates(error.message), error.advice and about_certificates(error.advice)
        error.code = {"foreign_secret": "foreign_certificate"}.get(error.code or "", error.code)
        raise
    actions = [dataclasses.replace(action, text=about_certificates(action.text)) for action in plan.actions]
    if life.state == "retired":
        kept = reasons_to_keep(life, current.life, now)
        actions = [action for action in actions if action.kind != "remove_key" or action.payload["key_id"] not in kept]
    return _finish(desired, current, now, plan.facts["verdict"], actions, list(plan.warnings))


def about_certificates(text: str) -> str:
    """A sentence about secrets that holds for certificates as well."""
    return _NOUN.sub(lambda found: ("C" if found[1] == "S" else "c") + f"ertificate{found[2]}", text)


def _add_given(desired: CertificateDesired, given: LoadedCertificate, current: CertificateCurrent, now: dt.datetime) -> Plan:
    """Add the certificate unless it is there, whoever added it."""
    given.check_dates(now, "; nothing was written")
    key_id = current.by_thumbprint(given.thumbprint)
    warnings = []
    left = (given.not_after - now) / dt.timedelta(days=1)
    if left <= min(desired.life.renew_before_days, (given.not_after - given.not_before) / dt.timedelta(days=2)):
        warnings.append(f"The certificate {given.source} of {current.life.label} expires on {given.not_after:%Y-%m-%d}; replace it.")
    if key_id:
        return _finish(desired, current, now, Verdict(False, f"key {key_id} has this certificate", "none", key_id), [], warnings)
    _check_allowed(current)
    limit = current.life.policy.max_lifetime
    if limit is not None and given.not_after - given.not_before > limit:
        raise OptionError(
            f"A policy of the tenant limits certificates of {current.life.label} to {limit / dt.timedelta(days=1):g} days, and the certificate {given.source} "
            f"is valid for {(given.not_after - given.not_before) / dt.timedelta(days=1):g}; nothing was written.",
            code="CredentialInvalidLifetimeAsPerAppPolicy",
            advice="Use a certificate with a shorter lifetime.",
        )
    text = f"add certificate '{desired.life.name}' with thumbprint {given.thumbprint} valid until {given.not_after:%Y-%m-%d}"
    verdict = Verdict(True, "it is not there", "none", None)
    # The entry begins now, as one that is made here does: since when a certificate is valid says nothing about since when it is in use.
    payload = {"start": format_time(max(now, given.not_before)), "end": format_time(given.not_after), "reason": verdict.reason}
    return _finish(desired, current, now, verdict, [Action("mint", text, payload)], warnings, given.not_after)


def _check_allowed(current: CertificateCurrent) -> None:
    if current.life.policy.addition_blocked:
        raise OptionError(
            f"A policy of the tenant forbids certificates on {current.life.label} (app management policy, asymmetricKeyAddition); nothing was written.",
            code="CredentialTypeNotAllowedAsPerAppPolicy",
            advice="Exempt the application in the tenant's app management policies, or use a federated credential (entra_federated_credential).",
        )


def _make(desired: CertificateDesired, current: CertificateCurrent, now: dt.datetime, verdict: Verdict) -> tuple[list[Action], list[str], dt.datetime]:
    """Make a key, add its certificate, mark it as pending."""
    _check_allowed(current)
    life, warnings = desired.life, []
    lifetime, days = dt.timedelta(days=life.validity_days), f"{life.validity_days} days"
    limit = current.life.policy.max_lifetime
    if limit is not None and limit < lifetime:
        lifetime, days = max(limit - _CLOCK_MARGIN, limit / 2), f"{limit / dt.timedelta(days=1):g} days"
        warnings.append(
            f"A policy of the tenant limits certificates of {current.life.label} to {days}; the new one gets that instead of {life.validity_days} days."
        )
    end = (now + lifetime).replace(microsecond=0)
    payload = {"start": format_time(now), "end": format_time(end), "reason": verdict.reason}
    actions = [Action("mint", f"make certificate '{life.name}' valid {days}", payload)]
    if life.delivery:
        seen = [mark.key_id for mark in life.delivery.own(current.life.marks) if not mark.delivered]
        text = f"mark certificate '{life.name}' as pending for {life.delivery.connector}"
        actions.append(Action("mark_pending", text, {"seen": seen, "drop": []}))
    return actions, warnings, end


def _finish(
    desired: CertificateDesired,
    current: CertificateCurrent,
    now: dt.datetime,
    verdict: Verdict,
    actions: list[Action],
    warnings: list[str],
    end: dt.datetime | None = None,
) -> Plan:
    removed = {action.payload["key_id"] for action in actions if action.kind == "remove_key"}
    tags = set(current.life.tags)
    for action in actions:
        tags = (tags - set(action.payload.get("drop", ()))) | set(action.payload.get("add", ()))
    kept = tuple(key for key in current.life.keys if key.key_id not in removed)
    after = dataclasses.replace(current, life=dataclasses.replace(current.life, keys=kept, tags=tuple(sorted(tags))))
    rows = _shape(after, desired.life.name)
    if end is not None:
        rows.append({
            "key_id": "(new)", "thumbprint": desired.given.thumbprint if desired.given else "(new)",
            "end_date_time": f"about {format_time(end)[:10]}", "mark": "pending" if desired.life.delivery else "none",
        })  # fmt: skip
    verdict = dataclasses.replace(verdict, reason=about_certificates(verdict.reason))
    facts = {"verdict": verdict, "end": end, **overview(desired, current, now), "policy": describe_policy(current.life.policy)}
    return Plan(tuple(actions), {"certificates": _shape(current, desired.life.name)}, {"certificates": rows}, tuple(warnings), facts)


def _shape(current: CertificateCurrent, name: str) -> list[dict[str, t.Any]]:
    """The normalised shape of the diff: the managed certificates, oldest first."""
    thumbprints = current.thumbprints
    return [
        {"key_id": key.key_id, "thumbprint": thumbprints.get(key.key_id), "end_date_time": format_time(key.end), "mark": current.life.status(key.key_id)}
        for key in current.life.managed(name)
    ]


def overview(desired: CertificateDesired, current: CertificateCurrent, now: dt.datetime) -> dict[str, t.Any]:
    """The lists of managed and foreign certificates for results."""
    life = desired.life
    found = lists(current.life, life.name, reasons_to_keep(life, current.life, now), now)
    thumbprints = current.thumbprints
    return {kind: [{**row, "thumbprint": thumbprints.get(row["key_id"])} for row in rows] for kind, rows in found.items()}


def reasons_to_keep(life: SecretDesired, current: SecretCurrent, now: dt.datetime) -> dict[str, str]:
    """Why each managed certificate has to stay, as for secrets, and one more reason.

    A secret without a mark was delivered to nobody. A certificate without one may be one that was given, whose key somebody else holds: it stays for the
    overlap after a later one.
    """
    managed, overlap = current.managed(life.name), dt.timedelta(days=life.overlap_days)
    found = {key: about_certificates(reason) for key, reason in keepers(managed, current.marks, life.delivery, overlap, now).items()}
    marked = {mark.key_id for mark in current.marks}
    for key in managed:
        if key.key_id in found or key.key_id in marked or key.end <= now:
            continue
        if not any(other.start > key.start and other.end > now and now - other.start >= overlap for other in managed):
            found[key.key_id] = "the overlap after a later certificate has not passed"
    return found


def list_changed(label: str, tenant: str) -> ConflictError:
    """The failure when the list of certificates is not the one that the plan was made from."""
    return ConflictError(
        f"The certificates of {label} in tenant {tenant} were changed by somebody else between reading and writing; nothing was written.",
        code="list_changed",
        tenant=tenant,
        outcome="refused",
        advice="The list can only be replaced as a whole. Run again; make sure that only one job at a time works on this application.",
    )


__all__ = ["CertificateCurrent", "CertificateDesired", "about_certificates", "days_left", "display_name", "list_changed", "overview", "plan_certificate"]
