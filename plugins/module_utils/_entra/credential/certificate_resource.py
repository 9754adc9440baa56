# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The resource of C(entra_app_certificate)."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ..._certificates import LoadedCertificate
from ..._clock import parse_time
from ..._crypto import crypto
from ..._engine import Action, Plan, Runtime
from .certificate import CertificateCurrent, CertificateDesired, plan_certificate
from .certificate_file import generate, load_given
from .certificate_write import CertificateWriter
from .prover import by_certificate, prove_new
from .resource import CredentialResource
from .writer import Minted


class CertificateResource(CredentialResource):
    """One managed certificate of one application."""

    def __init__(self, runtime: Runtime) -> None:
        # All that can be wrong with files and options is found before the first request.
        self._wanted = CertificateDesired.from_options(runtime.options, load_given(runtime.options))
        if self._wanted.generate:
            crypto()
        super().__init__(runtime, self._wanted, CertificateCurrent)
        self._made: LoadedCertificate | None = None

    def plan(self, current: CertificateCurrent) -> Plan:
        """Pure: see C(plan_certificate)."""
        return plan_certificate(self._wanted, current, self._now)

    def _new_writer(self) -> CertificateWriter:
        app = t.cast("dict[str, t.Any]", self._app)
        return CertificateWriter(self._graph, app["id"], self._current.label, t.cast(CertificateCurrent, self._current).entries)

    def _make(self, action: Action) -> Minted:
        made = self._made = self._wanted.given or generate(
            self._runtime.options.get("subject") or self._desired.name,
            self._runtime.options.get("key_size") or 2048,
            self._now,
            t.cast(dt.datetime, parse_time(action.payload["end"])),
        )
        private_key = "" if self._wanted.given else made.private_key_pem()
        self._runtime.secret(private_key)
        key = t.cast(CertificateWriter, self._writer).add(self._desired.name, made, action.payload["start"], action.payload["end"])
        return Minted(key, private_key)

    def _prove(self, minted: Minted) -> str:
        made = t.cast(LoadedCertificate, self._made)
        if made.private_key is None:
            return "not_possible"
        app_id = self._current.app_id
        return prove_new(self._runtime, self._graph, app_id, self._current.label, by_certificate(made, app_id, self._clock))

    def _after(self) -> CertificateCurrent:
        current = t.cast(CertificateCurrent, self._current)
        if "_writer" not in self.__dict__:  # nothing was written
            return current
        return dataclasses.replace(current, entries=tuple(self._entries()))

    def _entries(self) -> list[t.Mapping[str, t.Any]]:
        return t.cast(CertificateWriter, self._writer).entries

    def _predicted(self) -> dict[str, t.Any]:
        return {"thumbprint": self._wanted.given.thumbprint if self._wanted.given else None}

    def _shown(self) -> dict[str, t.Any]:
        if self._wanted.given:
            return {}
        return {"certificate_pem": t.cast(LoadedCertificate, self._made).pem, "private_key_pem": t.cast(Minted, self._minted).value}
