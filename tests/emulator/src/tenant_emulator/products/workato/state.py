# SPDX-License-Identifier: GPL-3.0-or-later
"""What the emulator remembers of Workato, and how a configuration or the control path changes it."""

from __future__ import annotations

import dataclasses
import typing as t

from ...checks import set_fields
from ...world import JsonObject, World

NAME = "workato"

#: Host of each Workato data centre; the API is at ``/api`` there, and OAuth comes back to ``/oauth/callback``.
DATA_CENTERS = {
    "us": "www.workato.com",
    "eu": "app.eu.workato.com",
    "jp": "app.jp.workato.com",
    "sg": "app.sg.workato.com",
    "au": "app.au.workato.com",
    "il": "app.il.workato.com",
    "cn": "app.workatoapp.cn",
    "kr": "app.kr.workato.com",
    "uk": "app.uk.workato.com",
    "trial": "app.trial.workato.com",
}


def _connector(name: str, title: str, oauth: bool, deprecated: bool = False, categories: t.Sequence[str] = ()) -> JsonObject:
    return {
        "name": name,
        "title": title,
        "categories": list(categories),
        "oauth": oauth,
        "deprecated": deprecated,
        "secondary": False,
        "triggers": [],
        "actions": [],
    }


def catalogue() -> list[JsonObject]:
    """The connectors of the platform. There are enough of them that one page does not hold the one that is looked for.

    The name of the Entra ID connector is made up, on purpose like nothing a client would guess.
    """
    filler = [_connector(f"filler_{number:03}", f"Filler {number:03}", number % 2 == 0) for number in range(1, 121)]
    return [
        _connector("active_directory", "Active Directory", False, categories=["Identity"]),
        _connector("azure_ad_classic", "Azure AD", True, deprecated=True, categories=["Identity"]),
        *filler,
        _connector("ms_entra_directory", "Microsoft Entra ID", True, categories=["Identity"]),
        _connector("microsoft_teams", "Microsoft Teams", True, categories=["Collaboration"]),
        _connector("rest", "HTTP", False),
        _connector("salesforce", "Salesforce", True, categories=["CRM"]),
    ]


@dataclasses.dataclass
class Client:
    """An API client of a workspace: its token, what its role allows, and when it last asked."""

    name: str
    token: str
    rights: list[str] = dataclasses.field(default_factory=list)  # connections, connectors, folders
    lists: list[float] = dataclasses.field(default_factory=list)  # times of the latest list requests
    other: float | None = None  # time of the latest other request at the connections


@dataclasses.dataclass
class Connection:
    """A connection: what the API shows, and what it keeps to itself."""

    shown: JsonObject
    input: JsonObject = dataclasses.field(default_factory=dict)
    shell: bool = True
    refreshable: bool = True  # the sign-in brought a refresh token
    user: str | None = None  # who signed in


@dataclasses.dataclass
class Workspace:
    """One customer's workspace in a data centre."""

    name: str
    data_center: str = "us"
    host: str = ""  # of a virtual private Workato; otherwise the data centre's
    clients: list[Client] = dataclasses.field(default_factory=list)
    folders: list[int] = dataclasses.field(default_factory=lambda: [4515])
    # Besides those: folders with id, name and parent_id (none: they lie in Home); a project is one in Home with a project_id.
    named_folders: list[JsonObject] = dataclasses.field(default_factory=list)
    providers: list[JsonObject] = dataclasses.field(default_factory=catalogue)
    connections: dict[int, Connection] = dataclasses.field(default_factory=dict)
    rights_status: int = 403  # for a client whose role lacks the right: 403 or 401
    retry_after: bool = False  # whether a 429 says when to come back
    list_provider: bool = False  # whether the list names the provider besides the application
    oauth_links: bool = True  # whether get_oauth_url answers for a connection that is no runtime user connection
    push_keeps_authorization: bool = True  # whether new credentials leave an authorised connection authorised
    # Which member of a connection's input holds what a sign-in needs.
    input_fields: dict[str, str] = dataclasses.field(
        default_factory=lambda: {"client_id": "client_id", "client_secret": "client_secret", "tenant": "tenant_id"}
    )
    next_id: int = 36

    @property
    def web_host(self) -> str:
        """Where people and OAuth answers go."""
        return self.host or DATA_CENTERS[self.data_center]

    @property
    def folder_ids(self) -> set[int]:
        """The folders that a connection can lie in."""
        return {*self.folders, *(item["id"] for item in self.named_folders)}

    @property
    def redirect_uri(self) -> str:
        """Where a sign-in must come back to."""
        return f"https://{self.web_host}/oauth/callback"


@dataclasses.dataclass
class Settings:
    """The limits of one API client."""

    workato_lists_per_minute: int = 60  # GET /api/connections; 0: no limit
    workato_others_per_second: float = 1.0  # every other request at the connections; 0: no limit


def settings(world: World) -> Settings:
    """The settings in force."""
    return t.cast(Settings, world.product_settings[NAME])


def workspaces(world: World) -> dict[str, Workspace]:
    """The workspaces by name."""
    return t.cast("dict[str, Workspace]", world.products.setdefault(NAME, {}))


#: What a configuration or the control path may set of a workspace.
OPTIONS = {
    "data_center",
    "host",
    "folders",
    "named_folders",
    "providers",
    "rights_status",
    "retry_after",
    "list_provider",
    "oauth_links",
    "push_keeps_authorization",
    "input_fields",
}
RIGHTS = frozenset({"connections", "connectors", "folders"})


def set_options(workspace: Workspace, values: JsonObject) -> None:
    """Change how a workspace behaves. Raises ValueError."""
    if values.get("data_center", "us") not in DATA_CENTERS:
        raise ValueError(f"data_center must be one of {', '.join(DATA_CENTERS)}")
    set_fields(workspace, values, OPTIONS)


def new_client(values: JsonObject) -> Client:
    """An API client. Raises ValueError."""
    rights = list(values.get("rights") or [])
    if unknown := sorted(set(rights) - RIGHTS):
        raise ValueError(f"unknown right: {', '.join(unknown)}; known are {', '.join(sorted(RIGHTS))}")
    return Client(values["name"], values["token"], rights)


def new_workspace(item: JsonObject) -> Workspace:
    """A workspace with its API clients. Raises ValueError."""
    made = Workspace(item["name"], clients=[new_client(values) for values in item.get("clients") or []])
    set_options(made, {name: value for name, value in item.items() if name in OPTIONS})
    return made
