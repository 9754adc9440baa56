# SPDX-License-Identifier: GPL-3.0-or-later
"""What a script with azure-cli does to register an application as the role workspace365 does, and to read all of it again.

    peer_azure_cli.py SETTINGS connect|confirm

As few commands as azure-cli needs for it: permissions go with the command that creates the application. C(az ad app create) looks for an application of that
name by itself. Every run signs in anew, as a job in a pipeline has to.
"""

from __future__ import annotations

import json
import subprocess
import sys
import typing as t
from pathlib import Path

Json = dict[str, t.Any]


def main() -> None:
    """Sign in, and connect or confirm."""
    settings: Json = json.loads(Path(sys.argv[1]).read_text())
    app, state = settings["app"], Path(settings["state"])

    def az(*arguments: str) -> t.Any:
        done = subprocess.run([*settings["az"], *arguments, "--output", "json"], text=True, capture_output=True, check=False)
        if done.returncode:
            sys.exit(f"az {' '.join(arguments[:4])}: {done.stderr}")
        return json.loads(done.stdout) if done.stdout.strip() else None

    secret = f"--password={settings['secret']}"
    az("login", "--service-principal", "--username", settings["client_id"], secret, "--tenant", settings["tenant"], "--allow-no-subscriptions")
    if sys.argv[2] == "connect":
        access = json.dumps([{"resourceAppId": app["api"], "resourceAccess": [{"id": item, "type": "Scope"} for item in app["scopes"].values()]}])
        addresses = ("--web-redirect-uris", app["redirect_uri"], "--web-home-page-url", app["home_page"])
        kind = ("--sign-in-audience", "AzureADMyOrg", "--required-resource-accesses", access)
        made = az("ad", "app", "create", "--display-name", app["name"], *kind, *addresses)
        app_id = made["appId"]
        az("ad", "sp", "create", "--id", app_id)
        az("ad", "app", "permission", "grant", "--id", app_id, "--api", app["api"], "--scope", " ".join(app["scopes"]))
        az("ad", "app", "credential", "reset", "--id", app_id, "--append", "--display-name", "workspace365", "--end-date", app["end"])
        state.write_text(app_id)
    else:
        app_id = state.read_text()
        shown = az("ad", "app", "show", "--id", app_id)  # redirect URI, permissions and secrets are in it
        principal = az("ad", "sp", "show", "--id", app_id)
        grants = az("ad", "app", "permission", "list-grants", "--id", app_id)
        requested = {item["id"] for entry in shown["requiredResourceAccess"] for item in entry["resourceAccess"]}
        granted = {scope for grant in grants for scope in grant["scope"].split()}
        as_wanted = (
            shown["web"]["redirectUris"] == [app["redirect_uri"]] and requested == set(app["scopes"].values()) and granted == set(app["scopes"]),
            principal["accountEnabled"] and [item["displayName"] for item in shown["passwordCredentials"]] == ["workspace365"],
        )
        if not all(as_wanted):
            sys.exit(f"differs: {shown} {principal} {grants}")


if __name__ == "__main__":
    main()
