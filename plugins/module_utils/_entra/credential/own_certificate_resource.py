# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The resource of C(entra_own_certificate): an application adds and removes its own certificates, each time with proof that it has the key of one.

The file of the following certificate is made first and is what a later run goes on from, wherever this one ended.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import typing as t

from ..._auth.aadsts import NewObject
from ..._auth.certificate import Certificate
from ..._auth.choice import choose_credential
from ..._auth.explain import is_not_yet
from ..._budget import Budget
from ..._certificates import LoadedCertificate, load
from ..._clock import format_time, machine_time, or_machine_time, parse_time
from ..._engine import Action, Plan, Runtime
from ..._errors import ConnectorError, ForbiddenError, OptionError, ServiceError
from ..._graph.odata import PathKey, below, path_to, with_query
from ..._graph.parts import Part, server_time
from ..._new_file import NewFile
from ..._partial_run import JOB_VARIABLES
from ..._session import Session, open_session
from ..common.agents import check_no_agent
from ..common.application_reference import describe_found
from .certificate import display_name, thumbprint_of
from .certificate_file import generate
from .own_certificate import OwnCurrent, OwnDesired, plan_own_certificate, report
from .prover import Signature, by_certificate, not_proven, proof_of_possession, prove, prove_new

_SELECT = ("id", "appId", "displayName", "keyCredentials", "tags")
_PATIENCE = 20.0  # seconds in which a certificate that an earlier run may have added is waited for
_NO_PROOF = 401


class OwnCertificateResource:
    """The certificate of the application that the task signs in as."""

    def __init__(self, runtime: Runtime) -> None:
        """Raises OptionError and CredentialError before the first request for options that cannot be meant."""
        self._runtime = runtime
        self._desired = OwnDesired.from_options(runtime.options)
        credential = choose_credential(runtime.options, runtime.environ)
        if not isinstance(credential, Certificate):
            raise OptionError(
                f"The task signs in with {credential.describe()}: an application that renews its own certificate has to sign in with that certificate.",
                code="no_certificate",
                outcome="refused",
                advice="Set 'auth_client_id' and 'auth_certificate_path'.",
            )
        credential.validate()
        _check_lasting(runtime)
        self._file = NewFile(self._desired.path)
        self._credential = credential
        self._present = credential.certificate
        self._following = self._held()
        self._made = False  # whether the file is of this run
        self._session: Session = open_session(runtime)
        self._skew = 0.0
        self._object_id = (self._desired.object_id or "").strip().lower()
        self._current = OwnCurrent("the application", self._present)
        self._key_id: str | None = None

    # Reading

    def read(self) -> OwnCurrent:
        """The application, as far as it may read itself, and whether the certificate in the file is accepted already."""
        label, entries, tags = self._read_self()
        self._current = OwnCurrent(label, self._present, self._following, entries=entries, tags=tags)
        following = self._following
        if following is not None and not self._current.switched:
            accepted = self._accepted(following, known=None if entries is None else self._current.key_of(following) is not None)
            self._current = dataclasses.replace(self._current, accepted=accepted)
        return self._current

    def _read_self(self) -> tuple[str, tuple[t.Mapping[str, t.Any], ...] | None, tuple[str, ...]]:
        graph, app_id = self._session.graph, self._app_id
        part = Part("GET", with_query(self._path, {"$select": list(_SELECT)}), doing=f"read application {app_id}", optional=True)
        (answer,) = graph.batch([part])
        self._skew = or_machine_time(server_time([answer])).timestamp() - machine_time()
        if isinstance(answer.error, ForbiddenError) and self._desired.object_id:
            return f"application {app_id}", None, ()
        if isinstance(answer.error, ForbiddenError):
            raise answer.error.with_(advice="Set 'object_id' to the object id of the application: then no permission is needed to renew its certificate.")
        answer.raise_for_error()
        check_no_agent(answer.body, f"application {app_id}", graph.tenant)
        if str(answer.body.get("appId")).lower() != app_id:
            raise OptionError(
                f"'object_id' is that of {describe_found(answer.body)} in tenant {graph.tenant}, and the task signs in as application {app_id}.",
                code="another_application",
                tenant=graph.tenant,
                advice="An application renews only its own certificate.",
            )
        self._object_id = str(answer.body["id"])
        return describe_found(answer.body), tuple(answer.body.get("keyCredentials") or ()), tuple(answer.body.get("tags") or ())

    def _accepted(self, following: LoadedCertificate, *, known: bool | None) -> bool:
        """Whether Entra takes the certificate. ``known``: whether the application has it, None where it may not be read. Raises what a proof raises.

        One that an earlier run has added is waited for. A read may be behind, so also one that it does not show is tried once.
        """
        graph, signature = self._session.graph, self._signature(following)
        if known:
            prove_new(self._runtime, graph, self._app_id, self._current.label, signature)
            return True
        budget = Budget(0 if known is False else min(_PATIENCE, self._runtime.budget.remaining() / 2))
        proof = prove(graph.http, self._session.endpoints.login_url, graph.tenant_id, self._app_id, signature, graph.audience, budget)
        if not proof.proven and not (proof.tried and is_not_yet(proof.code, frozenset({NewObject.CERTIFICATE}), said=proof.said)):
            raise not_proven(proof, graph.tenant, self._current.label, signature)
        return proof.proven

    def plan(self, current: OwnCurrent) -> Plan:
        """Pure: see C(plan_own_certificate)."""
        return plan_own_certificate(self._desired, current, self._now)

    # Writing

    def apply(self, action: Action) -> None:
        """Carry out one action."""
        if action.kind == "make":
            self._make(action)
        elif action.kind == "add":
            self._add(action)
        elif action.kind == "remove_key":
            self._remove(action.payload["key_id"])

    def _make(self, action: Action) -> None:
        options = self._runtime.options
        subject, size = options.get("subject") or self._desired.name, options.get("key_size") or 2048
        made = generate(subject, size, self._now, t.cast(dt.datetime, parse_time(action.payload["end"])))
        key = t.cast(str, self._runtime.secret(made.private_key_pem()))
        self._file.create((key + made.pem).encode())
        self._made = True
        self._following = self._held()  # from the disk: what could not be read again would be lost

    def _add(self, action: Action) -> None:
        following, graph = t.cast(LoadedCertificate, self._following), self._session.graph
        entry = {
            "type": "AsymmetricX509Cert",
            "usage": "Verify",
            "displayName": display_name(self._desired.name, following.thumbprint),
            "startDateTime": action.payload["start"],
            "endDateTime": format_time(following.not_after),
            "key": base64.b64encode(following.der).decode(),
        }
        try:
            added = self._act("addKey", {"keyCredential": entry, "passwordCredential": None}, f"add a certificate to {self._current.label}", self._is_added)
        except ConnectorError as error:
            if self._made and error.outcome == "refused":
                self._file.discard()
                raise error.with_(details={"removed_file": self._file.path}) from error
            raise
        self._key_id = str(added.get("keyId") or "").lower() or None
        prove_new(self._runtime, graph, self._app_id, self._current.label, self._signature(following))

    def _is_added(self) -> dict[str, t.Any] | None:
        """After an answer that was lost: what is there of the certificate."""
        following = t.cast(LoadedCertificate, self._following)
        if self._current.entries is None:
            return {} if self._accepted(following, known=None) else None
        return next((dict(entry) for entry in self._entries() if thumbprint_of(entry) == following.thumbprint), None)

    def _remove(self, key_id: str) -> None:
        def gone() -> dict[str, t.Any] | None:
            return None if any(str(entry.get("keyId")).lower() == key_id for entry in self._entries()) else {}

        self._act("removeKey", {"keyId": key_id}, f"remove certificate {key_id} of {self._current.label}", gone)

    def _act(
        self, name: t.Literal["addKey", "removeKey"], body: dict[str, t.Any], doing: str, done: t.Callable[[], dict[str, t.Any] | None]
    ) -> dict[str, t.Any]:
        """Send an action with its proof. Raises what Graph raises; a refused proof says which option may be wrong."""
        proof = proof_of_possession(self._present, self._object_id, self._clock)
        try:
            return self._session.graph.post(below(self._path, name), {**body, "proof": proof}, doing=doing, reconcile=done) or {}
        except ServiceError as error:
            if error.http_status != _NO_PROOF:
                raise
            raise error.with_(
                advice="'object_id' has to be the object id of the application itself (neither its client id nor the object id of its enterprise application), "
                "and the certificate of 'auth_certificate_path' a valid one of it.",
            ) from error

    def _entries(self) -> list[t.Mapping[str, t.Any]]:
        doing = f"read the certificates of {self._current.label}"
        return list(self._session.graph.get(self._path, params={"$select": "id,keyCredentials"}, doing=doing).get("keyCredentials") or ())

    # What both need

    @property
    def _app_id(self) -> str:
        return t.cast(str, self._session.credential.client_id)

    @property
    def _path(self) -> str:
        return path_to("applications", PathKey(self._object_id) if self._object_id else PathKey(self._app_id, "appId"))

    def _clock(self) -> float:
        """The service's time in epoch seconds."""
        return machine_time() + self._skew

    @property
    def _now(self) -> dt.datetime:
        return dt.datetime.fromtimestamp(self._clock(), dt.UTC)

    def _signature(self, certificate: LoadedCertificate) -> Signature:
        signature = by_certificate(certificate, self._app_id, self._clock)
        return dataclasses.replace(signature, ending=f" It stays where it is, with its key in {self._file.path}: run again, and sign in as before until then.")

    def _held(self) -> LoadedCertificate | None:
        """The certificate in the file, which has to come with its key. Raises NewFileError and CredentialError."""
        content, source = self._file.read(), f"file {self._file.path}"
        if content is None:
            return None
        found = load(content, None, source)
        if found.private_key is None:
            raise OptionError(
                f"{self._file.path} holds a certificate without its private key, and is not overwritten.",
                code="file_in_the_way",
                outcome="refused",
                advice="Name a file in 'path' that does not exist yet.",
            )
        found.check_size()
        return found

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The key C(own_certificate)."""
        current = dataclasses.replace(self._current, following=self._following)
        found = report(current, plan, applied, (self._credential.path, self._file.path), self._now)
        return {"own_certificate": {"app_id": self._app_id, "key_id": self._key_id, **found}}


def _check_lasting(runtime: Runtime) -> None:
    """Raises OptionError in a job whose files end with it, unless C(persistent): the only copy of a key would be lost."""
    found = next((name for name in JOB_VARIABLES if runtime.environ.get(name)), None)
    if found and not runtime.options.get("persistent"):
        raise OptionError(
            f"This is a job of AWX or ansible-runner ({found} is set), whose files are deleted when it ends: the key in 'path' would be lost.",
            code="not_persistent",
            outcome="refused",
            advice="Name a file in a directory that is mounted from outside and outlives the job, and say so with 'persistent: true'.",
        )
