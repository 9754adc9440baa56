# SPDX-License-Identifier: GPL-3.0-or-later
"""make bench-peers: the role workspace365 beside azure-cli and msgraph-sdk, with one emulated tenant, in one run.

Each registers the same application (redirect URI, permissions, service principal, consent, secret) and then reads all of it. docs/performance.md says
what each of them does not do. Never fails for a figure.

    peers.py            prints
    peers.py --update   writes figures.json and the table of docs/performance.md as well
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import json
import os
import statistics
import subprocess
import sys
import tempfile
import typing as t
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from clients.pointed import FOREIGN, azure_cli_environment  # noqa: E402 (found by the lines above)
from tools import clients  # noqa: E402 (found by the lines above)

from bench import page, report, world  # noqa: E402 (found by the lines above)
from bench.bench import PAGE, about  # noqa: E402 (found by the lines above)
from bench.customers import Customers, counting, measured  # noqa: E402 (found by the lines above)
from bench.figures import FILE, Figures, Peer, Took  # noqa: E402 (found by the lines above)
from bench.forms import FLOOR_TASKS, FORKS  # noqa: E402 (found by the lines above)
from bench.measure import ONE, say  # noqa: E402 (found by the lines above)

ROUNDS = 3
RUNS = {"connect": "first connect", "confirm": "confirm"}
GRAPH = "00000003-0000-0000-c000-000000000000"
SCOPES = {"openid": "37f7f235-527c-4136-accd-4a02d197296e", "User.Read": "e1fe6dd8-ba31-4d61-89e7-88639da4683d"}
ENTRA = ("login", "graph", "arm")  # azure-cli asks the last one at its sign-in

Execute = t.Callable[[str, t.Mapping[str, str]], Took]


@dataclasses.dataclass(frozen=True)
class Client:
    """What is compared: its name, and how it is run with more environment."""

    name: str
    execute: Execute


def wanted(url: str, tenant: str) -> dict[str, t.Any]:
    """The application that all of them register."""
    site = f"{url}/{tenant}"
    end = dt.datetime.now(dt.UTC).replace(microsecond=0) + dt.timedelta(days=180)
    return {
        "name": f"Workspace 365 ({tenant})",
        "redirect_uri": f"{site}/OAuth2/HandleAuthorityResponse",
        "home_page": f"{site}/SignIn",
        "api": GRAPH,
        "scopes": SCOPES,
        "end": end.isoformat(),
    }


def settings(customers: Customers, workdir: Path) -> dict[str, t.Any]:
    """What a script is told."""
    (tenant,), emulator = customers.names, customers.emulator
    return {
        **world.IDENTITY,
        "tenant": f"{tenant}.onmicrosoft.com",
        "az": [str(clients.python_of("azure-cli")), "-m", "azure.cli"],
        "graph": {
            "login_url": emulator.login_url,
            "graph_url": emulator.graph_url,
            "ca_path": emulator.ca_path,
            "tenant_id": emulator.tenant_id(tenant),
        },
        "app": wanted(emulator.workspace365_url(), tenant),
        "state": str(workdir / "state"),
    }


def compared(customers: Customers, workdir: Path) -> list[Client]:
    """The role and its peers."""
    given = workdir / "settings.json"
    given.write_text(json.dumps(settings(customers, workdir)))
    here = Path(__file__).resolve().parent
    clean = {name: value for name, value in os.environ.items() if name != "PYTHONPATH" and not name.upper().startswith(FOREIGN)}
    cli = azure_cli_environment(clean, customers.emulator, workdir / "azure")

    def script(python: str, name: str, env: t.Mapping[str, str]) -> Execute:
        return lambda run, more: measured([python, str(here / name), str(given), run], {**env, **more}, workdir)

    return [
        Client("this role", lambda run, more: customers.time(ONE, customers.names, env=more)),
        Client("azure-cli", script(sys.executable, "peer_azure_cli.py", cli)),
        Client("msgraph-sdk", script(str(clients.python_of("sdk")), "peer_msgraph_sdk.py", clean)),
    ]


def one_round(customers: Customers, client: Client) -> dict[str, Took]:
    """Connect and confirm, from nothing, and measure."""
    customers.emulator.reset()
    return {run: client.execute(run, {}) for run in RUNS}


def counts(customers: Customers, client: Client, workdir: Path) -> dict[str, tuple[int, int, int]]:
    """The same once, to count: requests, those to Entra, processes. What is imported for the first time is compiled now and not while it is measured."""
    customers.emulator.reset()
    found = {}
    for run in RUNS:
        processes = workdir / "processes"
        processes.write_bytes(b"")
        customers.emulator.clear_journal()
        client.execute(run, counting(processes))
        entries = customers.emulator.journal()
        if bad := [f"{entry['status']} {entry['method']} {entry['path']}" for entry in entries if entry["status"] is None or entry["status"] >= 500]:
            raise SystemExit(f"{client.name} failed: {bad}")
        found[run] = (len(entries), sum(entry["service"] in ENTRA for entry in entries), processes.stat().st_size)
    return found


def version(environment: str, package: str) -> str:
    """Of a package of another environment."""
    command = [str(clients.python_of(environment)), "-c", f"from importlib import metadata; print(metadata.version({package!r}))"]
    return subprocess.run(command, text=True, capture_output=True, check=True).stdout.strip()


def median(taken: t.Iterable[float]) -> float:
    """Of seconds."""
    return round(statistics.median(taken), 3)


def figures(customers: Customers, workdir: Path) -> list[Peer]:
    """Everything that is compared: counted once, then measured in turn with a floor."""
    found = compared(customers, workdir)
    counted = {}
    for client in found:
        say(f"counting {client.name}")
        counted[client.name] = counts(customers, client, workdir)
    taken: dict[str, list[dict[str, Took]]] = {client.name: [] for client in found}
    floors = []
    for number in range(ROUNDS):
        for client in found:
            say(f"round {number + 1} of {ROUNDS}: {client.name}")
            taken[client.name].append(one_round(customers, client))
        floors.append(customers.floor(customers.names, FORKS, FLOOR_TASKS))
    floor = {"floor_cpu": median(item.cpu for item in floors), "floor_wall": median(item.wall for item in floors)}
    return [
        Peer(
            client.name,
            title,
            *counted[client.name][run],
            cpu=median(item[run].cpu for item in taken[client.name]),
            wall=median(item[run].wall for item in taken[client.name]),
            **floor,
        )
        for client in found
        for run, title in RUNS.items()
    ]


def main() -> None:
    """Install what is compared, count, measure, print."""
    parser = argparse.ArgumentParser(description="The role beside azure-cli and msgraph-sdk.")
    parser.add_argument("--update", action="store_true", help="write the figures and the table")
    options = parser.parse_args()
    clients.BASE.mkdir(exist_ok=True)
    for name in clients.ENVIRONMENTS:
        say(clients.install(name))
    committed = Figures.load(FILE)
    with tempfile.TemporaryDirectory(prefix="peers-") as directory, Customers(1, proxy=True) as customers:
        found = figures(customers, Path(directory))
    print(f"\nOne tenant, medians of {ROUNDS}; ratios to {FLOOR_TASKS} tasks that do nothing:\n")
    print(report.peers(found, committed.peers))
    if options.update:
        versions = {"azure-cli": version("azure-cli", "azure-cli"), "msgraph-sdk": version("sdk", "msgraph-sdk")}
        mine = about("full")
        new = dataclasses.replace(committed, peers=found, peers_about=dataclasses.replace(mine, versions={**mine.versions, **versions}))
        PAGE.write_text(page.put(PAGE.read_text(), "peers", f"{page.about(new.peers_about)}\n\n{page.peers(found)}"))
        new.save(FILE)


if __name__ == "__main__":
    main()
