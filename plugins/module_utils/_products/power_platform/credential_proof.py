# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The resource of C(powerplatform_credential_proof): signs in as the application, lists environments with that token, and says what that proves."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._auth.explain import is_not_yet
from ..._clouds import endpoints_of
from ..._engine import Action, Plan, Runtime
from ..._entra.common.options import TOKEN_OPTIONS
from ..._entra.token.resource import TokenResource
from ..._errors import ConnectorError, ForbiddenError
from ..._waiting import polls, until
from . import proof
from .client import POWERPLATFORM_OPTIONS
from .environments import EnvironmentInfoResource

_POLL = 5.0  # seconds
# The credential and the place of C(entra_token), under the same names.
_TOKEN = (
    "tenant_id", "client_id", "client_secret", "certificate_path", "certificate_content", "private_key_path", "private_key_content", "certificate_password",
    "federated_token", "federated_token_file", "username", "password", "cloud", "login_url", "ca_path", "timeout",
)  # fmt: skip
PLATFORM_PROOF_OPTIONS: dict[str, t.Any] = {
    **{name: TOKEN_OPTIONS[name] for name in _TOKEN},
    "client_id": {"type": "str", "required": True},
    **POWERPLATFORM_OPTIONS,
    "environment_id": {"type": "str"},
    "patience": {"type": "int", "default": 0},
    "remembered": {"type": "str", "default": ""},
    "accept_unproven": {"type": "bool", "default": False},
}


class PlatformProofResource:
    """One credential of one application, tried once, or again while what is new may not be known everywhere yet."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._options = runtime.options
        self._patience = float(runtime.options["patience"])

    def read(self) -> dict[str, t.Any]:
        """The proof. Whatever the services answer is a proof, and no failure of the task."""
        if self._runtime.check_mode:
            return proof.not_tried("Check mode proves nothing.")
        try:
            token = self._token()
        except ConnectorError as error:
            return proof.of_failure(error.code, error.sentence())
        return self._list(token) if token["outcome"] == "issued" else proof.of_refusal(token)

    def _token(self) -> dict[str, t.Any]:
        """The result C(token) of C(entra_token), with the token where one was issued. An account's password is sent once, whatever the answer."""
        given = {name: self._options.get(name) for name in _TOKEN}
        given["public_client"] = bool(given["username"]) and not given["client_secret"]
        audience = (self._options.get("audience") or "").strip() or endpoints_of(self._options).cloud.powerplatform_audience
        # An empty value beside the credential stands for none: a certificate may come with its key, and without a password.
        for name in ("private_key_path", "private_key_content", "certificate_password"):
            given[name] = given[name] or None
        options = {**given, "auth_method": "auto", "resource": audience, "return_token": True, "fail_on_refusal": False}

        def ask() -> dict[str, t.Any]:
            resource = TokenResource(dataclasses.replace(self._runtime, options=options))
            resource.read()
            return t.cast("dict[str, t.Any]", resource.result(Plan(), applied=False)["token"])

        return until(
            ask,
            lambda token: not is_not_yet(token["code"], said=token["message"]),
            pauses=polls(0.0 if given["username"] else self._patience, _POLL),
            wait=self._runtime.budget.wait,
            why="the application, its credential or the API is not known everywhere yet",
            quietly=True,
        )

    def _list(self, token: dict[str, t.Any]) -> dict[str, t.Any]:
        """What is visible with a token. It is in no cache: a credential that cannot be renewed keeps none."""
        wanted = self._options.get("environment_id")
        options = {
            **{name: self._options.get(name) for name in ("tenant_id", "cloud", "login_url", "ca_path", "timeout", *POWERPLATFORM_OPTIONS)},
            "auth_method": "access_token",
            "auth_access_token": token["access_token"],
            "environment_ids": [wanted] if wanted else [],
            "wait_for_visible": self._patience > 0,
            "wait_timeout": self._patience,
        }
        try:
            resource = EnvironmentInfoResource(dataclasses.replace(self._runtime, options=options))
            resource.read()
            return proof.of_environments(token, resource.result(Plan(), applied=False), wanted)
        except ConnectorError as error:
            return proof.of_failed_list(token, forbidden=isinstance(error, ForbiddenError), sentence=error.sentence())

    def plan(self, current: dict[str, t.Any]) -> Plan:
        """Nothing is ever changed."""
        return Plan(facts=current)

    def apply(self, action: Action) -> None:
        """Never called: the plan has no actions. Raises AssertionError if it is."""
        raise AssertionError(action.kind)

    def result(self, plan: Plan, applied: bool) -> dict[str, t.Any]:
        """The key C(proof)."""
        accepted, remembered = bool(self._options["accept_unproven"]), str(self._options["remembered"] or "")
        found = dict(plan.facts)
        # Check mode proved nothing, so there is nothing to remember either.
        remember = {} if self._runtime.check_mode else proof.to_remember(found["status"], remembered, accepted=accepted)
        return {"proof": {**found, "remember": remember}}
