# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""What a task wants an application to be: the options of C(entra_app), checked and normalised, nothing read yet."""

from __future__ import annotations

import dataclasses
import typing as t

from ..._errors import OptionError
from ..common.adoption_record import AdoptionRecord
from ..common.application_reference import ApplicationReference
from ..common.list_change import ListChange
from ..common.tags import is_reserved
from . import limits
from .model import claim, claim_key, claim_set
from .redirect_uris import changes_from_option, comparison_key

_TEXTS = ("description", "notes", "service_management_reference")
_URLS = ("home_page_url", "logout_url")
_CLAIM_TOKENS = ("id_token", "access_token", "saml2_token")
_INFO = ("marketing_url", "support_url", "privacy_statement_url", "terms_of_service_url")
_MAX_DISPLAY_NAME = 120


@dataclasses.dataclass(frozen=True)
class ApplicationDesired:
    """One application as the user wants it. What is absent from C(values) and the changes is left alone."""

    reference: ApplicationReference
    state: str = "present"
    values: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)  # plain properties that were given
    redirect_uris: t.Mapping[str, ListChange[str]] = dataclasses.field(default_factory=dict)
    identifier_uris: ListChange[str] | None = None
    tags: ListChange[str] | None = None
    owners: ListChange[str] | None = None
    optional_claims: t.Mapping[str, list[dict[str, t.Any]]] = dataclasses.field(default_factory=dict)
    info: t.Mapping[str, str | None] = dataclasses.field(default_factory=dict)
    implicit_grant: t.Mapping[str, bool] = dataclasses.field(default_factory=dict)
    adopt: bool = False
    adoption_record: AdoptionRecord | None = None
    on_soft_deleted: str = "fail"
    soft_deleted_object_id: str | None = None
    purge: bool = False
    accept_audience_narrowing: bool = False

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any]) -> ApplicationDesired:
        """From the options of C(entra_app); those that are missing count as not given. Raises OptionError for what Entra would refuse."""
        values = _plain_values(options)
        desired = cls(
            reference=ApplicationReference.from_options({**options, "display_name": values.get("display_name")}),
            state=options.get("state") or "present",
            values=values,
            redirect_uris=changes_from_option(options.get("redirect_uris")),
            identifier_uris=ListChange.from_option(options.get("identifier_uris")),
            tags=ListChange.from_option(options.get("tags")),
            owners=ListChange.from_option(options.get("owners")),
            optional_claims={token: [claim(entry) for entry in entries] for token, entries in _given(options.get("optional_claims"), _CLAIM_TOKENS).items()},
            info={name: text or None for name, text in _given(options.get("info"), _INFO).items()},
            implicit_grant=_given(options.get("implicit_grant"), ("enable_id_token_issuance", "enable_access_token_issuance")),
            adopt=bool(options.get("adopt")),
            adoption_record=AdoptionRecord.from_option(options.get("adoption_record")),
            on_soft_deleted=options.get("on_soft_deleted") or "fail",
            soft_deleted_object_id=(options.get("soft_deleted_object_id") or "").lower() or None,
            purge=bool(options.get("purge")),
            accept_audience_narrowing=bool(options.get("accept_audience_narrowing")),
        )
        desired._check()
        return desired

    def _check(self) -> None:
        limits.check_description(self.values.get("description"))
        for name in _URLS:
            limits.check_url(name, self.values.get(name), https_only=name == "logout_url")
        for name, url in self.info.items():
            limits.check_url(f"info.{name}", url)
        if self.identifier_uris:
            limits.check_identifier_uris(self.identifier_uris.wanted)
        if self.tags:
            limits.check_tags(self.tags.wanted)
            limits.check_tags(self.tags.remove, removing=True)
        if limits.is_personal(self.values.get("sign_in_audience")) and self.values.get("requested_access_token_version") == 1:
            raise OptionError(
                f"sign_in_audience: {self.values['sign_in_audience']} needs requested_access_token_version: 2; the task says 1.",
                code="invalid_token_version",
                advice="Leave 'requested_access_token_version' out, or set it to 2.",
            )

    @property
    def adoptable_by_name(self) -> ApplicationReference | None:
        """With C(adopt), an application without the unique name may be found by its display name and given the unique name."""
        if self.adopt and self.state == "present" and self.reference.key == "unique_name" and self.reference.display_name:
            return ApplicationReference(display_name=self.reference.display_name)
        return None

    @property
    def name_for_new(self) -> str | None:
        """The display name of an application that has to be created."""
        return self.values.get("display_name") or self.reference.unique_name

    def describe(self) -> str:
        """The application in sentences, when nothing is known but the options."""
        return f"application '{self.name_for_new or self.reference.value}'"

    def apply_to(self, before: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
        """The shape after everything that was asked for; spelling and order of what is there already stay as they are."""
        after: dict[str, t.Any] = {**before, **self.values}
        if limits.is_personal(after["sign_in_audience"]) and "requested_access_token_version" not in self.values:
            after["requested_access_token_version"] = 2
        after["redirect_uris"] = {
            platform: self.redirect_uris[platform].apply(uris, comparison_key) if platform in self.redirect_uris else list(uris)
            for platform, uris in before["redirect_uris"].items()
        }
        if self.identifier_uris:
            after["identifier_uris"] = self.identifier_uris.apply(before["identifier_uris"], comparison_key)
        if self.tags:
            after["tags"] = apply_tags(self.tags, before["tags"])
        if self.adoption_record is not None:
            after["tags"] = self.adoption_record.apply(after["tags"])
        claims = dict(before["optional_claims"])
        for token, wanted in self.optional_claims.items():
            claims[token] = ListChange(tuple(wanted)).apply(claims[token], claim_key)
        after["optional_claims"] = claims
        after["info"] = {**before["info"], **self.info}
        after["implicit_grant"] = {**before["implicit_grant"], **self.implicit_grant}
        if "is_disabled" in self.values and bool(before["is_disabled"]) == self.values["is_disabled"]:
            after["is_disabled"] = before["is_disabled"]  # a new application, and one in a cloud without deactivation, is active
        if self.reference.unique_name:
            after["unique_name"] = before["unique_name"] or self.reference.unique_name
        return after


def apply_tags(change: ListChange[str], before: t.Sequence[str], keep: t.Collection[str] = ()) -> list[str]:
    """A change of tags that never touches the reserved ones, nor those in C(keep)."""
    mine = [tag for tag in before if not is_reserved(tag) and tag not in keep]
    after = set(change.apply(mine))
    fixed = [tag for tag in before if tag not in mine or tag in after]
    return fixed + [tag for tag in change.wanted if tag not in fixed]


def _given(option: t.Mapping[str, t.Any] | None, names: t.Sequence[str]) -> dict[str, t.Any]:
    """The members of a dict option that were given; an empty one is a value."""
    return {name: option[name] for name in names if option and option.get(name) is not None}


def _plain_values(options: t.Mapping[str, t.Any]) -> dict[str, t.Any]:
    values: dict[str, t.Any] = {}
    if options.get("display_name") is not None:
        name = options["display_name"].strip()
        if not name:
            raise OptionError("'display_name' must not be empty.", code="invalid_name")
        if len(name) > _MAX_DISPLAY_NAME:
            raise OptionError(f"The display name '{name}' has {len(name)} characters, {_MAX_DISPLAY_NAME} are allowed.", code="display_name_too_long")
        values["display_name"] = name
    for option in (*_TEXTS, *_URLS):
        if options.get(option) is not None:
            values[option] = options[option] or None  # Entra keeps an empty text as null
    for option in ("sign_in_audience", "requested_access_token_version", "is_fallback_public_client", "is_disabled"):
        if options.get(option) is not None:
            values[option] = options[option]
    if options.get("group_membership_claims") is not None:
        values["group_membership_claims"] = ",".join(claim_set(options["group_membership_claims"])) or None
    return values
