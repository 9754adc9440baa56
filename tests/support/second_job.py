# SPDX-License-Identifier: GPL-3.0-or-later
"""What a later job does that a controller starts with a credential out of a key vault: a program of its own, to which nothing of an earlier job is known.

The look-up of AWX and of Automation Controller asks for the secret by its name and no version, at the start of each job, with Microsoft's client: that
first asks without a token, and takes from the answer which tenant to sign in to. Sources: https://github.com/ansible/awx-plugins (azure_kv, the path and the
empty version) and that client for Python, 4.12.0 (the trailing slash, the challenge); read 2026-12-01.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import typing as t
from pathlib import Path

import requests
from tenant_emulator.testing import Emulator


def job(emulator: Emulator, tenant: str, client_id: str, secret_name: str, reader: str = "vault-reader") -> dict[str, t.Any]:
    """A job that looks the secret up and signs in to a tenant with it. Returns C(status) of that sign-in, and the C(tags) of the version that it was given."""
    identity = emulator.identity(reader)
    given = {
        "login": emulator.login_url,
        "secret": f"{emulator.key_vault_root}/tailspin-keys/secrets/{secret_name}/",
        "ca": emulator.ca_path,
        "reader": [identity["client_id"], identity["secret"]],
        "tenant": emulator.tenant_id(tenant),
        "client_id": client_id,
    }
    # Without -P the folder of this file comes first, and has a file that is called like the library.
    command = [sys.executable, "-P", str(Path(__file__))]
    done = subprocess.run(command, input=json.dumps(given), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return t.cast("dict[str, t.Any]", json.loads(done.stdout))


def main() -> None:
    """Look up, sign in, say what came of it."""
    given = json.load(sys.stdin)
    with requests.Session() as session:
        session.trust_env, session.verify = False, given["ca"]

        def token(tenant: str, client_id: str, secret: str, scope: str) -> requests.Response:
            form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret, "scope": scope}
            return session.post(f"{given['login']}/{tenant}/oauth2/v2.0/token", data=form)

        params = {"api-version": "2025-07-01"}
        challenge = session.get(given["secret"], params=params).headers["WWW-Authenticate"]
        found = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
        own = token(found["authorization"].rpartition("/")[2], *given["reader"], f"{found['resource']}/.default").json()["access_token"]
        secret = session.get(given["secret"], params=params, headers={"Authorization": f"Bearer {own}"}).json()
        signed_in = token(given["tenant"], given["client_id"], secret["value"], "https://graph.microsoft.com/.default")
    print(json.dumps({"status": signed_in.status_code, "tags": secret.get("tags")}))


if __name__ == "__main__":
    main()
