# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Whose an application without the creation tag is, as far as it shows. Pure.

The tag decides what may be done; but tags are lost where another tool writes the whole list or a person edits the manifest. So a missing tag is said as
that, with what else speaks for or against, and never as a statement about others.

Sources: https://learn.microsoft.com/graph/api/resources/application (C(createdByAppId): read-only, the application that created this one; C(uniqueName): set
once); read 2026-11.
"""

from __future__ import annotations

import typing as t

from .tags import CREATION_TAG, is_reserved

CREATED_BY = "createdByAppId"
# What goes with lost tags, and what adopting means then.
_LOST = (
    "Delivery marks that were among its tags are lost as well, so that the next run makes and delivers a new credential; and an adopted application is "
    "never deleted: 'state: absent' then takes away only what was added."
)


def without_tag(app: t.Mapping[str, t.Any], *, unique_name: str | None = None, caller_app_id: str | None = None) -> str:
    """What a sentence about an application goes on with: "has no tag ...", and what else says whose it is.

    ``unique_name`` is what was asked for, ``caller_app_id`` the application that signs in, where it is known.
    """
    said = [*_for(app, unique_name, caller_app_id), *_against(app, caller_app_id)]
    return f"does not have the tag '{CREATION_TAG}' that this collection gives to what it makes, and {', '.join(said) or 'nothing else says whose it is'}"


def on_adopting(app: t.Mapping[str, t.Any], *, unique_name: str | None = None, caller_app_id: str | None = None) -> str:
    """The advice on adopting it, or an empty text where nothing speaks for an application of our own."""
    return _LOST if _for(app, unique_name, caller_app_id) else ""


def _for(app: t.Mapping[str, t.Any], unique_name: str | None, caller_app_id: str | None) -> list[str]:
    said = []
    if unique_name and _same(app.get("uniqueName"), unique_name):
        said.append("its unique name is the one that was asked for")
    if caller_app_id and _same(app.get(CREATED_BY), caller_app_id):
        said.append("it was created by the application that signs in here")
    if any(map(is_reserved, app.get("tags") or ())):
        said.append("it has other tags of this collection")
    return said


def _against(app: t.Mapping[str, t.Any], caller_app_id: str | None) -> list[str]:
    maker = app.get(CREATED_BY)
    if not maker or _same(maker, caller_app_id):
        return []
    return [f"it was created by application {maker}{', which is not the one that signs in here' if caller_app_id else ''}"]


def _same(one: t.Any, other: t.Any) -> bool:
    return bool(one) and str(one).lower() == str(other).lower()
