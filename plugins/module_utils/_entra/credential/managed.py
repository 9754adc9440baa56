# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The resource of C(entra_managed_credential): a client secret, or a key that is made here with its certificate, with the same options and results."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._engine import Action, Plan, Runtime
from ..._errors import OptionError
from ..common.options import CERTIFICATE_OPTIONS, SECRET_OPTIONS, SETTLED
from .certificate_resource import CertificateResource
from .secret_resource import SecretResource


class ManagedCredentialResource:
    """The credential of one connection."""

    def __init__(self, runtime: Runtime) -> None:
        """Raises OptionError for options that do not go together."""
        given = runtime.options
        self._kind: str = given["kind"]
        self._knows = bool(given["known_value"])
        certificate = self._kind == "certificate"
        options = {**dict.fromkeys(CERTIFICATE_OPTIONS if certificate else SECRET_OPTIONS), **given}
        if given["delivery"]:
            options["delivery"] = {**given["delivery"], **{name: given[name] for name in SETTLED}}
        if certificate and given["known_value"]:
            raise OptionError("'known_value' is the value of a client secret, and 'kind' is certificate.", code="option_conflict")
        options["generate"] = certificate and given["state"] == "present"
        inner = CertificateResource if certificate else SecretResource
        self._inner = inner(dataclasses.replace(runtime, options=options))

    def read(self) -> t.Any:
        """See the resource of the kind."""
        return self._inner.read()

    def plan(self, current: t.Any) -> Plan:
        """See the resource of the kind."""
        return self._inner.plan(current)

    def apply(self, action: Action) -> None:
        """See the resource of the kind."""
        self._inner.apply(action)

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The key C(credential), and apart from it C(value), in the run that made it only: what the receiver is given.

        Where a known value was given check mode has an empty one.
        """
        found = dict(self._inner.result(plan, applied)[self._kind])
        value = found.pop("secret_text", None) if self._kind == "secret" else self._pem(found)
        # Check mode says that there is none where one was given, so that no task takes that in its place.
        told = {"value": value or ""} if value or (self._knows and plan.actions and not applied) else {}
        return {"credential": {"kind": self._kind, **found}, **told}

    @staticmethod
    def _pem(certificate: dict[str, t.Any]) -> str | None:
        """The private key followed by its certificate: one text that signs in, for most programs."""
        private_key = certificate.pop("private_key_pem", None)
        return f"{private_key}{certificate.get('certificate_pem') or ''}" if private_key else None
