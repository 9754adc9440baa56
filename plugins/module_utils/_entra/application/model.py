# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Applications: Graph's shape to the collection's shape and back, written once. No I/O and no decisions.

Sources: https://learn.microsoft.com/graph/api/resources/application (names and shapes); read 2026-11. That no C(groupMembershipClaims) and "None" mean the
same (inferred).
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ..common.application_reference import PLANNED_SELECT
from ..common.principals import Principal
from ..common.tags import created_here
from .owners import OwnerContext
from .redirect_uris import PLATFORMS

SELECT = PLANNED_SELECT
# Whether tokens are issued for it. Not every cloud knows the first, so a read that asks for it goes through C(_graph/optional_properties.py).
STATE_SELECT = ("isDisabled", "disabledByMicrosoftStatus")

_PLATFORM_PATHS = {"web": "web", "spa": "spa", "public_client": "publicClient"}
_INFO = {
    "marketing_url": "marketingUrl",
    "support_url": "supportUrl",
    "privacy_statement_url": "privacyStatementUrl",
    "terms_of_service_url": "termsOfServiceUrl",
}
_CLAIM_TOKENS = {"id_token": "idToken", "access_token": "accessToken", "saml2_token": "saml2Token"}
_TEXTS = {
    "display_name": "displayName",
    "description": "description",
    "notes": "notes",
    "sign_in_audience": "signInAudience",
    "service_management_reference": "serviceManagementReference",
    "unique_name": "uniqueName",
}

# Properties that entra_app can write, in the order in which sentences name them.
WRITABLE = (
    "unique_name",
    "display_name",
    "description",
    "notes",
    "sign_in_audience",
    "requested_access_token_version",
    "redirect_uris",
    "home_page_url",
    "logout_url",
    "implicit_grant",
    "is_fallback_public_client",
    "optional_claims",
    "group_membership_claims",
    "identifier_uris",
    "info",
    "service_management_reference",
    "tags",
    "is_disabled",
)


def claim_set(text: str | None) -> list[str]:
    """C(groupMembershipClaims) is one text with commas; nothing and "None" mean the same."""
    words = [word.strip() for word in (text or "").split(",")]
    return sorted({word for word in words if word and word != "None"})


def claim(entry: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """One optional claim, from Graph's or from the option's spelling, with everything that may be left out filled in."""
    additional = entry.get("additionalProperties") or entry.get("additional_properties") or []
    return {
        "name": entry["name"],
        "source": entry.get("source") or None,
        "essential": bool(entry.get("essential")),
        "additional_properties": sorted(additional),
    }


def claim_key(entry: t.Mapping[str, t.Any]) -> tuple[t.Any, ...]:
    """What makes two optional claims the same."""
    return (entry["name"], entry["source"], entry["essential"], tuple(entry["additional_properties"]))


def to_ansible(app: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    """An application as results, diffs and planners see it. Nulls that mean a default are that default."""
    web, api = app.get("web") or {}, app.get("api") or {}
    grant, claims, info = web.get("implicitGrantSettings") or {}, app.get("optionalClaims") or {}, app.get("info") or {}
    shape: dict[str, t.Any] = {
        "object_id": app.get("id"),
        "app_id": app.get("appId"),
        **{name: app.get(graph) or None for name, graph in _TEXTS.items()},
        "requested_access_token_version": api.get("requestedAccessTokenVersion") or 1,
        "redirect_uris": {name: list((app.get(graph) or {}).get("redirectUris") or []) for name, graph in _PLATFORM_PATHS.items()},
        "home_page_url": web.get("homePageUrl") or None,
        "logout_url": web.get("logoutUrl") or None,
        "implicit_grant": {
            "enable_id_token_issuance": bool(grant.get("enableIdTokenIssuance")),
            "enable_access_token_issuance": bool(grant.get("enableAccessTokenIssuance")),
        },
        "is_fallback_public_client": bool(app.get("isFallbackPublicClient")),
        "optional_claims": {name: [claim(entry) for entry in claims.get(graph) or []] for name, graph in _CLAIM_TOKENS.items()},
        "group_membership_claims": ",".join(claim_set(app.get("groupMembershipClaims"))) or None,
        "identifier_uris": list(app.get("identifierUris") or []),
        "info": {name: info.get(graph) or None for name, graph in _INFO.items()},
        "tags": list(app.get("tags") or []),
        "required_resource_access": [
            {
                "resource_app_id": resource.get("resourceAppId"),
                "resource_access": [{"id": entry.get("id"), "type": entry.get("type")} for entry in resource.get("resourceAccess") or []],
            }
            for resource in app.get("requiredResourceAccess") or []
        ],
        # The answer to a create has fractions of a second, a later read of the same application has not.
        "created_date_time": re.sub(r"\.\d+", "", app.get("createdDateTime") or "") or None,
        "publisher_domain": app.get("publisherDomain"),
        # None where it was not read, or where the cloud does not have it.
        "is_disabled": bool(app["isDisabled"]) if "isDisabled" in app else None,
        "disabled_by_microsoft_status": app.get("disabledByMicrosoftStatus"),
    }
    shape["created_here"] = created_here(shape["tags"])
    return shape


def blank() -> dict[str, t.Any]:
    """The shape of an application with nothing set, as Entra creates it."""
    return to_ansible({"signInAudience": "AzureADMyOrg"})


def to_graph(shape: t.Mapping[str, t.Any], names: t.Iterable[str]) -> dict[str, t.Any]:
    """The body that writes these properties of a shape. Sub-properties that are not named are left out, so they survive."""
    body: dict[str, t.Any] = {}
    for name in names:
        value = shape[name]
        if name in _TEXTS:
            body[_TEXTS[name]] = value
        elif name == "requested_access_token_version":
            body["api"] = {"requestedAccessTokenVersion": value}
        elif name == "redirect_uris":
            for platform in value:
                body.setdefault(_PLATFORM_PATHS[platform], {})["redirectUris"] = list(value[platform])
        elif name in ("home_page_url", "logout_url"):
            body.setdefault("web", {})["homePageUrl" if name == "home_page_url" else "logoutUrl"] = value
        elif name == "implicit_grant":
            body.setdefault("web", {})["implicitGrantSettings"] = {
                "enableIdTokenIssuance": value["enable_id_token_issuance"],
                "enableAccessTokenIssuance": value["enable_access_token_issuance"],
            }
        elif name == "optional_claims":
            body["optionalClaims"] = {_CLAIM_TOKENS[token]: [_claim_to_graph(entry) for entry in entries] for token, entries in value.items()}
        elif name == "info":
            body["info"] = {_INFO[part]: text for part, text in value.items()}
        elif name == "is_fallback_public_client":
            body["isFallbackPublicClient"] = value
        elif name == "is_disabled":
            body["isDisabled"] = value
        elif name == "group_membership_claims":
            body["groupMembershipClaims"] = value
        elif name == "identifier_uris":
            body["identifierUris"] = list(value)
        elif name == "tags":
            body["tags"] = list(value)
    return body


def _claim_to_graph(entry: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    return {
        "name": entry["name"],
        "source": entry["source"],
        "essential": entry["essential"],
        "additionalProperties": list(entry["additional_properties"]),
    }


def changed_platforms(before: t.Mapping[str, t.Any], after: t.Mapping[str, t.Any]) -> list[str]:
    """The platforms whose redirect URIs differ."""
    return [name for name in PLATFORMS if before["redirect_uris"][name] != after["redirect_uris"][name]]


@dataclasses.dataclass(frozen=True)
class ApplicationCurrent:
    """What was read. C(app) is Graph's JSON with the properties of C(application_shape.SELECT), None when there is none."""

    app: t.Mapping[str, t.Any] | None = None
    deleted: tuple[t.Mapping[str, t.Any], ...] = ()
    owners: tuple[Principal, ...] | None = None
    owner_context: OwnerContext = OwnerContext()
    required_resource_access: tuple[t.Mapping[str, t.Any], ...] = ()  # for the create request only
    permissions: tuple[t.Mapping[str, t.Any], ...] = ()  # the same by their names, for the diff
    restorable: t.Mapping[str, t.Any] | None = None  # the whole deleted application, read for on_soft_deleted: restore
    restorable_grants: tuple[t.Mapping[str, t.Any], ...] | None = None
    tenant: str = "(unknown)"
    caller_app_id: str | None = None  # the application that signs in, where it is known
    warnings: tuple[str, ...] = ()

    @classmethod
    def from_graph(
        cls,
        app_json: t.Mapping[str, t.Any] | None,
        *,
        deleted: t.Iterable[t.Mapping[str, t.Any]] = (),
        owners: t.Iterable[t.Mapping[str, t.Any]] | None = None,
        **more: t.Any,
    ) -> ApplicationCurrent:
        """From Graph JSON: the application, the list of deleted ones, the owners as directory objects."""
        return cls(app_json, tuple(deleted), None if owners is None else tuple(map(Principal.from_graph, owners)), **more)
