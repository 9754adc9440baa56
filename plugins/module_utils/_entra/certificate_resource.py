# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The resource of C(entra_app_certificate): reads and marks as the resource of secrets does, and makes certificates in place of secrets."""

from __future__ import annotations

import dataclasses
import datetime as dt
import time
import typing as t

from ansible_collections.tenantkit.connectors.plugins.module_utils import _crypto
from ansible_collections.tenantkit.connectors.plugins.module_utils._certificates import LoadedCertificate
from ansible_collections.tenantkit.connectors.plugins.module_utils._engine import PLACEHOLDER_ID, Action, Plan, Runtime
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra import secret_policy
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.certificate import (
    SELECT,
    CertificateCurrent,
    CertificateDesired,
    about_certificates,
    overview,
    plan_certificate,
)
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.certificate_file import generate, load_given
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.certificate_write import CertificateWriter
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.credential.prover import by_certificate, prove_new
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.secret import SecretCurrent, verdict_of
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.secret_keys import Key, days_left, format_time, parse_time
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.secret_resource import SecretResource
from ansible_collections.tenantkit.connectors.plugins.module_utils._entra.secret_write import Minted, SecretWriter
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import ConnectorError
from ansible_collections.tenantkit.connectors.plugins.module_utils._graph.clock import server_time


class CertificateResource(SecretResource):
    """One managed certificate of one application."""

    def __init__(self, runtime: Runtime) -> None:
        # All that can be wrong with files and options is found before anybody signs in.
        self._wanted = CertificateDesired.from_options(runtime.options, load_given(runtime.options))
        if self._wanted.generate:
            _crypto.require()
        super().__init__(runtime)
        self._certificates = CertificateCurrent(self._current)
        self._added: LoadedCertificate | None = None
        self._state: CertificateWriter | None = None
        self._skew = 0.0  # seconds by which the service's clock is ahead

    def _read_once(self) -> None:
        path = self._reference.path()
        here = not self._reference.is_placeholder
        parts = {"app": self._reference.part(select=SELECT)} if here else {}
        if self._desired.may_mint:
            parts["default"] = secret_policy.default_part()
            if path and here:
                parts["own"] = secret_policy.own_part(path)
        answers = dict(zip(parts, self._graph.batch(list(parts.values())) if parts else [], strict=True))
        self._now = server_time(answers.values()) or self._now
        self._skew = self._now.timestamp() - time.time()
        found = self._reference.pick(answers["app"]) if "app" in answers else None
        self._app = self._reference.or_predicted(found, tenant=self._graph.tenant, check_mode=self._runtime.check_mode)
        if "default" in answers and "own" not in answers and self._app is not None:
            # Found by its display name, so its own policies could not be asked for in the same request.
            (answers["own"],) = self._graph.batch([secret_policy.own_part(f"/applications/{self._app['id']}")])
        policies = secret_policy.Read.from_answers(answers.get("default"), answers.get("own"))
        self._certificates = CertificateCurrent.from_graph(self._app, policies.default, policies.own, now=self._now, label=self._reference.describe())
        self._current: SecretCurrent = self._certificates.life

    def plan(self, current: t.Any) -> Plan:
        """Pure: see C(plan_certificate)."""
        return plan_certificate(self._wanted, self._certificates, self._now)

    def apply(self, action: Action) -> None:
        """Carry out one action. Whatever fails after a certificate was added removes it again."""
        try:
            super().apply(action)
        except ConnectorError as error:
            error.message, error.advice = about_certificates(error.message), error.advice and about_certificates(error.advice)
            raise

    @property
    def _writer(self) -> SecretWriter:
        if self._state is None:
            app = t.cast("dict[str, t.Any]", self._app)
            self._state = CertificateWriter(self._graph, app["id"], self._current.label, self._certificates.entries)
        return self._state

    def _mint(self, writer: SecretWriter, action: Action) -> None:
        made = self._wanted.given or generate(
            self._runtime.options.get("subject") or self._desired.name,
            self._runtime.options.get("key_size") or 2048,
            self._now,
            t.cast(dt.datetime, parse_time(action.payload["end"])),
        )
        private_key = "" if self._wanted.given else made.private_key_pem()
        self._runtime.secret(private_key)
        key = t.cast(CertificateWriter, writer).add(self._desired.name, made, action.payload["start"], action.payload["end"])
        minted = Minted(key, private_key)
        try:
            if self._runtime.options.get("prove", True):
                self._proof = self._prove(made)
        except ConnectorError as error:
            writer.remove_made(minted, error)
            raise
        self._minted, self._added = minted, made
        self._current = dataclasses.replace(self._current, keys=(*self._current.keys, key))

    def _prove(self, made: LoadedCertificate) -> str:
        if made.private_key is None:
            return "not_possible"
        app_id = self._current.app_id
        return prove_new(self._runtime, self._graph, app_id, self._current.label, by_certificate(made, app_id, self._clock))

    def _clock(self) -> float:
        return time.time() + self._skew

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The key C(certificate). The private key is there only in the run that made it."""
        desired = self._desired
        entries = tuple(self._state.entries) if self._state else self._certificates.entries
        current = CertificateCurrent(self._current, entries)
        facts = overview(self._wanted, current, self._now) if applied else plan.facts
        predicted = plan.facts["end"] is not None and self._minted is None
        verdict = plan.facts["verdict"]
        if applied and not self._wanted.given:
            verdict = verdict_of(dataclasses.replace(desired, force=False), self._current, self._now)
        key = self._minted.key if self._minted else next((item for item in current.life.keys if item.key_id == verdict.key_id), None)
        certificate: dict[str, t.Any] = {
            "name": desired.name,
            "app_id": self._current.app_id,
            "object_id": (self._app or {}).get("id", PLACEHOLDER_ID),
            **_describe(None if predicted else key, current, self._now),
            "would_create": predicted,
            "proof": self._proof,
            "managed": facts["managed"],
            "foreign": facts["foreign"],
            "policy": plan.facts["policy"] if desired.may_mint else None,
        }
        given = self._wanted.given
        if predicted:
            certificate.update(key_id=PLACEHOLDER_ID, end_date_time=format_time(plan.facts["end"]), thumbprint=given.thumbprint if given else None)
        if self._added and not given:
            certificate.update(certificate_pem=self._added.pem, private_key_pem=t.cast(Minted, self._minted).secret_text)
        if desired.delivery:
            before = plan.facts["verdict"]
            certificate["delivery"] = {
                "connector": desired.delivery.connector,
                "target": desired.delivery.target,
                "status": "pending" if self._minted else verdict.status,
                "key_id": self._minted.key.key_id if self._minted else verdict.key_id,
                "needed": before.needed if desired.may_mint else verdict.needed,
                "reason": about_certificates((before if desired.may_mint else verdict).reason),
            }
        return {"certificate": certificate}


def _describe(key: Key | None, current: CertificateCurrent, now: dt.datetime) -> dict[str, t.Any]:
    return {
        "key_id": key and key.key_id,
        "display_name": key and key.display_name,
        "thumbprint": key and current.thumbprints.get(key.key_id),
        "start_date_time": key and format_time(key.start),
        "end_date_time": key and format_time(key.end),
        "days_left": None if key is None else days_left(key, now),
    }
