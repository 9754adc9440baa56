# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Certificates of an application: what a managed credential has, and besides that thumbprints and certificates that are given.

Sources: https://learn.microsoft.com/graph/api/resources/keycredential (C(customKeyIdentifier) is the thumbprint unless it is given, C(key) only when
selected); read 2026-11. That it is SHA-1 follows from https://learn.microsoft.com/entra/identity-platform/certificate-credentials (inferred).
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import datetime as dt
import hashlib
import re
import typing as t

from ..._certificates import LoadedCertificate
from ..._clock import format_time
from ..._engine import NEW, Action, Plan
from ..._errors import OptionError
from .delivery import Verdict
from .key import Key, managed_name
from .kind import CERTIFICATE, Kind
from .lifecycle import check_allowed, finish, plan_credential
from .model import CredentialCurrent, CredentialDesired

_THUMBPRINT = re.compile(r"[0-9A-F]{40}")


@dataclasses.dataclass(frozen=True)
class CertificateDesired(CredentialDesired):
    """The options of C(entra_app_certificate), checked."""

    kind: t.ClassVar[Kind] = CERTIFICATE

    given: LoadedCertificate | None = None
    generate: bool = False
    thumbprint: str | None = None

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any], given: LoadedCertificate | None = None) -> t.Self:
        """From module options and the certificate they give. Raises OptionError."""
        plain = super().from_options(options)
        desired = dataclasses.replace(plain, given=given, generate=bool(options.get("generate")), thumbprint=normalise_thumbprint(options.get("thumbprint")))
        if desired.generate and given:
            raise OptionError("'generate' makes a certificate, and one is given as well.", code="option_conflict")
        if desired.may_mint and not desired.generate and not given:
            raise OptionError("'certificate_path', 'certificate_content' or 'generate' is needed.", code="option_missing")
        if desired.state != "absent" and desired.thumbprint:
            raise OptionError("'thumbprint' goes with state: absent.", code="option_conflict")
        if desired.thumbprint and desired.key_id:
            raise OptionError("'thumbprint' and 'key_id' both name the certificate to remove: give one.", code="option_conflict")
        if desired.may_mint and desired.delivery and not desired.generate:
            raise OptionError("'delivery' needs 'generate': the private key of a certificate that is given is not delivered.", code="option_conflict")
        if desired.may_mint and desired.force and not desired.generate:
            raise OptionError("'force' needs 'generate': a certificate that is given can only be added once.", code="option_conflict")
        return desired

    def verdict(self, current: CredentialCurrent, now: dt.datetime) -> Verdict:
        """Whether a new certificate is needed. One that is given is needed unless it is there."""
        if not (self.given and self.may_mint and isinstance(current, CertificateCurrent)):
            return super().verdict(current, now)
        key_id = current.by_thumbprint(self.given.thumbprint)
        if key_id:
            return Verdict(False, f"key {key_id} has this certificate", "none", key_id)
        return Verdict(True, "it is not there", "none", None)

    def identity_of_new(self) -> dict[str, str]:
        """The thumbprint, where it is known before the certificate is made."""
        return {"thumbprint": self.given.thumbprint if self.given else NEW}


@dataclasses.dataclass(frozen=True)
class CertificateCurrent(CredentialCurrent):
    """One application as far as its certificates go."""

    kind: t.ClassVar[Kind] = CERTIFICATE

    entries: tuple[t.Mapping[str, t.Any], ...] = ()  # of C(keyCredentials), as Graph sent them

    @classmethod
    def from_graph(
        cls,
        app: t.Mapping[str, t.Any] | None,
        policy: t.Mapping[str, t.Any] | None = None,
        own_policies: t.Sequence[t.Mapping[str, t.Any]] | None = None,
        *,
        now: dt.datetime,
        label: str = "the application",
    ) -> t.Self:
        """As for every kind, and the entries themselves."""
        plain = super().from_graph(app, policy, own_policies, now=now, label=label)
        return dataclasses.replace(plain, entries=tuple((app or {}).get(cls.kind.collection) or ()))

    def by_thumbprint(self, thumbprint: str) -> str | None:
        """The id of the key with this certificate that signs in; the newest when it is there more than once."""
        fitting = {str(entry.get("keyId")).lower() for entry in self.entries if entry.get("usage", "Verify") == "Verify" and thumbprint_of(entry) == thumbprint}
        return next((key.key_id for key in reversed(self.keys) if key.key_id in fitting), None)

    def identity(self, key: Key | None) -> dict[str, str | None]:
        """The thumbprint."""
        return {"thumbprint": self.thumbprints.get(key.key_id) if key else None}

    @property
    def thumbprints(self) -> dict[str, str | None]:
        """Key id -> thumbprint."""
        return {str(entry.get("keyId")).lower(): thumbprint_of(entry) for entry in self.entries}

    def kept(self, desired: CredentialDesired, now: dt.datetime) -> dict[str, str]:
        """Why each managed certificate has to stay, as for every kind, and one more reason.

        A secret without a mark was delivered nowhere. A certificate without one may be one that was given, whose private key its owner holds and uses: it
        stays for the overlap after a later one.
        """
        found = super().kept(desired, now)
        managed, marked = self.managed(desired.name), {mark.key_id for mark in self.marks}
        for key in managed:
            if key.key_id in found or key.key_id in marked or key.end <= now:
                continue
            if not any(other.start > key.start and other.end > now and now - other.start >= desired.overlap for other in managed):
                found[key.key_id] = "the overlap after a later certificate has not passed"
        return found


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
    """A thumbprint as people copy it, with colons or blanks, in the form Entra shows. Raises OptionError for what is no SHA-1 thumbprint."""
    if text is None:
        return None
    plain = re.sub(r"[\s:\u200e-]", "", text).upper()  # Windows puts an invisible mark in front of it
    if not _THUMBPRINT.fullmatch(plain):
        raise OptionError(f"'thumbprint' is {text!r}, which is not a SHA-1 thumbprint of 40 hexadecimal digits.", code="invalid_thumbprint")
    return plain


def display_name(name: str, thumbprint: str) -> str:
    """The managed display name: owner, name, and the beginning of the thumbprint."""
    return managed_name(name, thumbprint[:8].lower())


def plan_certificate(desired: CertificateDesired, current: CertificateCurrent, now: dt.datetime) -> Plan:
    """From options and what was read to the actions. Raises as C(plan_credential) does, and CredentialError for a given certificate that is not valid now."""
    if desired.thumbprint:
        key_id = current.by_thumbprint(desired.thumbprint)
        if key_id is None:
            return finish(desired, current, now, Verdict(False, "it is not there", "none", None), [], [])
        desired = dataclasses.replace(desired, key_id=key_id)
    if desired.given and desired.may_mint:
        return _add_given(desired, desired.given, current, now)
    return plan_credential(desired, current, now)


def _add_given(desired: CertificateDesired, given: LoadedCertificate, current: CertificateCurrent, now: dt.datetime) -> Plan:
    """Add the certificate unless it is there, also when it was added by hand."""
    given.check_dates(now, "; nothing was written")
    verdict = desired.verdict(current, now)
    warnings = []
    left = (given.not_after - now) / dt.timedelta(days=1)
    if left <= min(desired.renew_before_days, (given.not_after - given.not_before) / dt.timedelta(days=2)):
        warnings.append(f"The certificate {given.source} of {current.label} expires on {given.not_after:%Y-%m-%d}; replace it.")
    if not verdict.needed:
        return finish(desired, current, now, verdict, [], warnings)
    check_allowed(current, made_here=False)
    limit = current.policy.max_lifetime
    if limit is not None and given.not_after - given.not_before > limit:
        raise OptionError(
            f"A policy of the tenant limits certificates of {current.label} to {limit / dt.timedelta(days=1):g} days, and the certificate {given.source} "
            f"is valid for {(given.not_after - given.not_before) / dt.timedelta(days=1):g}; nothing was written.",
            code="CredentialInvalidLifetimeAsPerAppPolicy",
            advice="Use a certificate with a shorter lifetime.",
        )
    text = f"add certificate '{desired.name}' with thumbprint {given.thumbprint} valid until {given.not_after:%Y-%m-%d}"
    # The entry begins now, as one that is made here does: since when a certificate is valid says nothing about since when it is in use.
    payload = {"start": format_time(max(now, given.not_before)), "end": format_time(given.not_after), "reason": verdict.reason}
    return finish(desired, current, now, verdict, [Action("mint", text, payload)], warnings, given.not_after)
