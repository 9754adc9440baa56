# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a connection lies in Workato, by the names that people see."""

from __future__ import annotations

import typing as t

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._errors import OptionError
from ansible_collections.tenantkit.connectors.plugins.module_utils._products.workato.location import Location, one_folder, one_project

PROJECTS = [{"name": "Identity", "folder_id": 10}, {"name": "Finance", "folder_id": 20}, {"name": "Finance", "folder_id": 21}]
FOLDERS = [{"name": "Entra", "id": 30}, {"name": "entra", "id": 31}, {"name": "Twice", "id": 32}, {"name": "Twice", "id": 33}]


@pytest.mark.parametrize(
    ("options", "location"),
    [
        ({}, None),
        ({"folder": "", "project": " "}, None),
        ({"folder": "Entra"}, Location(None, ("Entra",))),
        ({"folder": " Shared / Entra ID "}, Location(None, ("Shared", "Entra ID"))),
        ({"project": "Identity"}, Location("Identity")),
        ({"project": " Identity ", "folder": "Entra/Connections"}, Location("Identity", ("Entra", "Connections"))),
    ],
)
def test_names(options: dict[str, t.Any], location: Location | None) -> None:
    assert Location.from_options(options) == location


@pytest.mark.parametrize("folder", ["/Entra", "Entra/", "Shared//Entra", "/", "Shared/ /Entra"])
def test_a_path_that_names_no_folder(folder: str) -> None:
    with pytest.raises(OptionError) as caught:
        Location.from_options({"folder": folder})
    assert (caught.value.code, caught.value.outcome) == ("folder_path", "refused") and repr(folder) in caught.value.message


def test_the_only_one() -> None:
    """Names are compared as they are written."""
    assert one_project(PROJECTS, "Identity") == 10
    assert one_folder(FOLDERS, Location(None, ("Entra",)), 0) == 30
    assert one_folder(FOLDERS, Location("Identity", ("Shared", "entra")), 1) == 31


@pytest.mark.parametrize(
    ("ask", "code", "sentence"),
    [
        (
            lambda: one_project(PROJECTS, "Identiy"),
            "no_such_project",
            "The workspace has no project that is called 'Identiy', as far as the API token may see; near ones: Identity. Correct 'project' ('workato_project' "
            "of the role), or make the project in Workato: it is not made here.",
        ),
        (
            lambda: one_project([], "Identity"),
            "no_such_project",
            "The workspace has no project that is called 'Identity', as far as the API token may see. Correct 'project' ('workato_project' of the role), or "
            "make the project in Workato: it is not made here.",
        ),
        (
            lambda: one_project(PROJECTS, "Finance"),
            "several_projects",
            "The workspace has 2 projects that are called 'Finance': 20, 21. Name the one that is meant by its id in 'folder_id' ('workato_folder_id' of "
            "the role), in place of its name.",
        ),
        (
            lambda: one_folder(FOLDERS, Location("Identity", ("Shared", "Twice")), 1),
            "several_folders",
            "'Identity / Shared' has 2 folders that are called 'Twice': 32, 33. Name the one that is meant by its id in 'folder_id' ('workato_folder_id' of "
            "the role), in place of its name.",
        ),
        (
            lambda: one_folder(FOLDERS, Location(None, ("Unknown",)), 0),
            "no_such_folder",
            "'Home' has no folder that is called 'Unknown', as far as the API token may see. Correct 'folder' ('workato_folder' of the role), or make the "
            "folder in Workato: it is not made here.",
        ),
    ],
)
def test_it_is_never_guessed(ask: t.Callable[[], int], code: str, sentence: str) -> None:
    with pytest.raises(OptionError) as caught:
        ask()
    assert (caught.value.code, caught.value.outcome, caught.value.sentence()) == (code, "refused", sentence)
