# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""Where a connection lies in a workspace of Workato, by the names that people see: a project, and folders below it or below Home. Pure."""

from __future__ import annotations

import dataclasses
import difflib
import typing as t

from ..._errors import OptionError
from .addresses import SERVICE

_SEPARATOR = "/"
HOME = "Home"  # what the root of a workspace is called where people see it


@dataclasses.dataclass(frozen=True)
class Location:
    """A folder by names. Without a project the path begins in Home."""

    project: str | None = None
    path: tuple[str, ...] = ()

    @classmethod
    def from_options(cls, options: t.Mapping[str, t.Any]) -> Location | None:
        """From module options; None where no name is given. Raises OptionError for a path that names no folder."""
        project = str(options.get("project") or "").strip() or None
        given = str(options.get("folder") or "").strip()
        path = tuple(name.strip() for name in given.split(_SEPARATOR))
        if not given:
            return cls(project) if project else None
        if not all(path):
            raise OptionError(
                f"'folder' is {given!r}; it has to be the name of a folder, or the names on the way to it with '/' between them.",
                code="folder_path",
                service=SERVICE,
                outcome="refused",
                advice="Neither begin nor end it with '/'. A folder whose name holds '/' is named by 'folder_id'.",
            )
        return cls(project, path)

    def place(self, depth: int) -> str:
        """What the first folders of the path are called together, for sentences."""
        return f" {_SEPARATOR} ".join([self.project or HOME, *self.path[:depth]])


def one_project(projects: t.Sequence[t.Mapping[str, t.Any]], name: str) -> int:
    """The folder of the only project of this name. Raises OptionError for none and for several."""
    return _only([(str(item.get("name")), int(item["folder_id"])) for item in projects], name, "project", "the workspace", "project")


def one_folder(folders: t.Sequence[t.Mapping[str, t.Any]], location: Location, depth: int) -> int:
    """The only folder of the name at this place of the path, among those that lie there. Raises OptionError for none and for several."""
    return _only([(str(item.get("name")), int(item["id"])) for item in folders], location.path[depth], "folder", f"'{location.place(depth)}'", "folder")


def _only(listed: t.Sequence[tuple[str, int]], name: str, noun: str, where: str, option: str) -> int:
    """Names are compared as they are written: two that differ in case are two."""
    found = [number for known, number in listed if known == name]
    if len(found) == 1:
        return found[0]
    near = difflib.get_close_matches(name, [known for known, _number in listed], 3, 0.5)
    if found:
        text, code = f"{where[0].upper()}{where[1:]} has {len(found)} {noun}s that are called '{name}': {', '.join(map(str, found))}.", f"several_{noun}s"
        advice = "Name the one that is meant by its id in 'folder_id' ('workato_folder_id' of the role), in place of its name."
    else:
        close = f"; near ones: {', '.join(near)}" if near else ""
        text, code = f"{where[0].upper()}{where[1:]} has no {noun} that is called '{name}', as far as the API token may see{close}.", f"no_such_{noun}"
        advice = f"Correct '{option}' ('workato_{option}' of the role), or make the {noun} in Workato: it is not made here."
    raise OptionError(text, code=code, service=SERVICE, outcome="refused", advice=advice, details={"ids": found, "near": near})
