# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of blocked connections share: what is shut behind a run's back, and how a run has to say so."""

from __future__ import annotations

import typing as t

from tenant_emulator.testing import Emulator, JsonObject

from support.playbooks import Run

Json = dict[str, t.Any]

MICROSOFT = {"disabledByMicrosoftStatus": "DisabledDueToViolationOfServicesAgreement"}


def principal_of(emulator: Emulator, app_id: str) -> JsonObject:
    """The enterprise application of an app id."""
    (found,) = [item for item in emulator.tenant("contoso")["service_principals"].values() if item["appId"] == app_id]
    return t.cast(JsonObject, found)


def found_in(blocked: Json) -> list[str]:
    """The blockers in short."""
    return [f"{one['object_type']} {one['what']}" for one in blocked["blockers"]]


def said(run: Run, *words: str) -> None:
    """Assert that the run says it in words that a person sees, and not only in a fact."""
    text = " ".join(run.output.replace("[WARNING]:", "").split())
    for word in words:
        assert word in text, text


# What is shut, as a change of the application or of its service principal -> the blocker, whether the variable takes it back, who can besides.
SHUT: dict[str, tuple[str, Json, str, bool, str]] = {
    "deactivated": ("applications", {"isDisabled": True}, "application deactivated", True, "'Activate' at the app registration"),
    "disabled": ("servicePrincipals", {"accountEnabled": False}, "service_principal disabled", True, "'Enabled for users to sign-in'"),
    "by Microsoft": ("applications", MICROSOFT, "application disabled_by_microsoft", False, "only Microsoft"),
    "by Microsoft, the enterprise application": ("servicePrincipals", MICROSOFT, "service_principal disabled_by_microsoft", False, "only Microsoft"),
}


def shut(emulator: Emulator, app: JsonObject, kind: str) -> None:
    """Change it behind our back."""
    collection, change, *_rest = SHUT[kind]
    item = app if collection == "applications" else principal_of(emulator, app["appId"])
    emulator.update("contoso", collection, item["id"], **change)
    emulator.clear_journal()
