# SPDX-License-Identifier: GPL-3.0-or-later
"""A rollout as the slices of a job of AWX: through ansible-runner, in workers without a home, with credentials as a controller injects them.

The three slices run once, side by side, and so do the jobs after them; the tests look at what came back.
"""

from __future__ import annotations

import contextlib
import json
import tempfile
import typing as t
from pathlib import Path

import pytest
from bench import world
from support.certificates import pair
from support.leaks import Search, job_caches
from support.playbooks import run_playbook
from support.runner import STARTING, Done, Job, run_jobs, slice_of
from tenant_emulator.testing import Emulator

NAMES = world.names(12)
SLICES = 3
OTHER_KEY = "4d1f9a27-6c3e-4b85-8e90-a7b2c5d3f618"
WRONG, ELSEWHERE = NAMES[4], NAMES[8]  # its domain is another tenant's, its instance is not that of the key
VAULT = ("fleet", "made-up-vault-password-of-the-fleet")
CONNECTED = [name for name in NAMES[:6] if name != WRONG]
EXPECTED = dict.fromkeys(NAMES, "nothing_chosen") | dict.fromkeys(CONNECTED, "ok") | {WRONG: "failed", ELSEWHERE: "failed"}


class Fleet(t.NamedTuple):
    """The tenants, and the jobs that were run for them one after the other."""

    emulator: Emulator
    root: Path
    slices: list[Done]
    journal: list[dict[str, t.Any]]  # of the slices
    again: Done
    limited: Done
    later_journal: list[dict[str, t.Any]]
    before: dict[str, t.Any]  # what the instance held between the two


@pytest.fixture(scope="module")
def fleet() -> t.Iterator[Fleet]:
    with contextlib.ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="tk-")))
        own = pair()
        (root / "certificate.pem").write_bytes(own.pem)
        configuration = world.configuration(NAMES, everything=2)
        configuration["identities"][0]["certificate"] = str(root / "certificate.pem")
        configuration["workspace365"].append({"name": "other", "host": "other.workspace365.net", "provisioning_key": OTHER_KEY, "environments": [ELSEWHERE]})
        (root / "world.json").write_text(json.dumps(configuration))
        emulator = Emulator(root / "emulator", config=root / "world.json")
        stack.enter_context(emulator)
        url, other = emulator.workspace365_url(), emulator.workspace365_url("other")
        hosts: dict[str, dict[str, t.Any]] = {name: {"entra_tenant_id": f"{name}.onmicrosoft.com", "workspace365_environment": name} for name in NAMES}
        for name in (*CONNECTED, WRONG, ELSEWHERE):
            hosts[name]["connectors"] = ["workspace365"]
        kept = {"type": "vault_file", "vault_id": VAULT[0], "directory": str(root / "kept"), "persistent": True}
        both = {"connectors": ["workspace365", "power_platform"], "power_platform_credential": "secret", "entra_connector_sink": kept}
        hosts[NAMES[0]] |= both
        hosts[WRONG]["entra_expected_domain"] = f"{NAMES[0]}.example"
        hosts[ELSEWHERE]["workspace365_instance_url"] = other
        shared = {"workspace365_instance_url": url, "ansible_connection": "local"}
        addresses = {name: value for name, value in emulator.env().items() if name != "ENTRA_CA_PATH"}
        ca = {"ENTRA_CA_PATH": Path(emulator.ca_path).read_text()}
        client = {"AZURE_CLIENT_ID": world.IDENTITY["client_id"]}
        with_secret = {**addresses, **client, "AZURE_CLIENT_SECRET": world.IDENTITY["secret"]}
        with_file = {"AZURE_CLIENT_CERTIFICATE_PATH": (own.key_pem + own.pem).decode(), **ca}
        key = {"workspace365_provisioning_key": world.KEY}
        whose = {"workspace365_provisioning_key_instance": url}

        def job(number: int, some: t.Mapping[str, t.Any], extra: dict[str, str], limit: str = "", playbook: str = "rollout") -> Job:
            certified = number == 102
            env = {**addresses, **client, "AZURE_CLIENT_SECRET": ""} if certified else with_secret  # a credential's empty field is an empty variable
            return Job(number, some, shared, env, with_file if certified else ca, extra, VAULT, limit, f"tenantkit.connectors.{playbook}")

        cut = [{name: hosts[name] for name in slice_of(hosts, number, SLICES)} for number in range(1, SLICES + 1)]
        emulator.clear_journal()
        slices = run_jobs(root, [job(101 + number, some, {**key, **whose}, playbook="rollout_mass") for number, some in enumerate(cut)])
        journal = emulator.journal()
        emulator.clear_journal()
        before = emulator.control("GET", "workspace365/portal")
        twice = {
            "one-more": hosts[NAMES[0]],  # the same connection of the same tenant, in a slice of its own
            "thrown-away": {**hosts[NAMES[1]], **both, "connectors": ["power_platform"], "entra_connector_sink": {"type": "vault_file", "vault_id": VAULT[0]}},
            "taken": {**hosts[NAMES[2]], "workspace365_environment": NAMES[1]},  # an environment that another slice has given to its tenant
        }
        again, limited = run_jobs(root, [job(201, twice, {**key, **whose}), job(202, hosts, key, limit=ELSEWHERE)])
        yield Fleet(emulator, root, slices, journal, again, limited, emulator.journal(), before)


def states(report: dict[str, t.Any]) -> dict[str, str]:
    return {tenant["name"]: tenant["state"] for tenant in report["tenants"]}


def report_of(done: Done) -> dict[str, t.Any]:
    """The report that came back as a file."""
    return t.cast("dict[str, t.Any]", json.loads((done.artifacts / "report" / "report.json").read_text()))


def test_the_exit_code_is_that_of_the_play(fleet: Fleet) -> None:
    assert [done.returncode for done in fleet.slices] == [0, 2, 2], [done.output + done.said for done in fleet.slices]
    assert [(done.artifacts / "status").read_text() for done in fleet.slices] == ["successful", "failed", "failed"]


def test_every_tenant_is_in_the_merged_report_once(fleet: Fleet, workdir: Path) -> None:
    outputs = workdir / "outputs"
    outputs.mkdir()
    for done in fleet.slices:
        (outputs / f"job_{done.job.number}.txt").write_text(done.output)
    merged = workdir / "merged.json"
    run_playbook(
        Path(__file__).resolve().parents[2] / "playbooks" / "report.yml",
        workdir,
        extra={"report_sources": [str(outputs / "job_*.txt")], "report_json": str(merged), "report_html": str(workdir / "merged.html")},
    ).ok()
    report = json.loads(merged.read_text())
    assert sorted(tenant["name"] for tenant in report["tenants"]) == NAMES
    assert states(report) == EXPECTED
    assert {run["job"] for run in report["runs"]} == {"101", "102", "103"}
    assert [states(report_of(done)) for done in fleet.slices] == [{name: states(report)[name] for name in done.job.hosts} for done in fleet.slices]


def test_what_is_left_is_a_figure_of_each_job(fleet: Fleet) -> None:
    for done, left in zip(fleet.slices, ([], [WRONG], [ELSEWHERE]), strict=True):
        (stats,) = [event["event_data"] for event in done.events if event["event"] == "playbook_on_stats"]
        assert stats["artifact_data"] == {f"rollout_resume_{done.job.number}": left}


def test_the_tenants_are_connected(fleet: Fleet) -> None:
    for name in NAMES:
        status = fleet.emulator.control("POST", f"workspace365/portal/{name}/sign-in")["status"]
        assert (status == 200) == (name in CONNECTED), name


def test_a_key_goes_to_no_other_instance(fleet: Fleet) -> None:
    """Neither with its address, in a slice that has a host of another instance, nor without, in a run that is limited to that host."""
    assert [entry for entry in [*fleet.journal, *fleet.later_journal] if "other" in entry["path"]] == []
    for done, words in ((fleet.slices[2], "there is no provisioning key for"), (fleet.limited, f"is limited to '{ELSEWHERE}'")):
        (tenant,) = [tenant for tenant in report_of(done)["tenants"] if tenant["name"] == ELSEWHERE]
        assert words in tenant["failure"]["sentence"] and fleet.emulator.workspace365_url("other") in str(tenant["failure"])
    asked = [entry for entry in fleet.later_journal if ELSEWHERE in entry["path"] or fleet.emulator.tenant_id(ELSEWHERE) in entry["path"]]
    assert fleet.limited.returncode == 2 and asked == []


def test_of_two_slices_that_name_one_thing_the_delivery_marks_decide(fleet: Fleet) -> None:
    """One tenant, under another name in a slice of its own.

    A mark for an environment of a product is found whoever asks: the connection is confirmed, and no key is made. A mark for a place that keeps a key names
    the host, so this one gets a key of its own; the earlier one stays good. An environment that shows another tenant is not written at all.
    """
    assert fleet.again.returncode == 2 and states(report_of(fleet.again)) == {"one-more": "ok", "taken": "failed", "thrown-away": "failed"}
    found = next(tenant for tenant in report_of(fleet.again)["tenants"] if tenant["name"] == "one-more")
    assert {one["connector"]: (one["status"], one["changed"]) for one in found["connectors"]} == {
        "workspace365": ("connected", False),
        "power_platform": ("connected", True),
    }
    assert [entry for entry in fleet.later_journal if entry["service"] == "workspace365" and entry["method"] != "GET"] == []
    assert fleet.emulator.control("GET", "workspace365/portal") == fleet.before
    keys = {one["uniqueName"]: len(one["passwordCredentials"]) for one in fleet.emulator.tenant(NAMES[0])["applications"].values() if one["uniqueName"]}
    assert keys == {f"tenantkit.workspace365.{NAMES[0]}": 1, "tenantkit.power_platform": 2}


def test_a_key_is_not_kept_where_it_is_thrown_away(fleet: Fleet) -> None:
    """A vault file in the folders of a job goes with the job. One whose folder outlives it is for the tenant, whichever slice has written it."""
    (refused,) = [tenant for tenant in report_of(fleet.again)["tenants"] if tenant["name"] == "thrown-away"]
    assert "persistent" in str(refused["failure"])
    kept = {f"{fleet.emulator.tenant_id(NAMES[0])}_{role}.yml" for role in ("power_platform", "workspace365")}
    assert {path.name for path in (fleet.root / "kept").iterdir()} == kept


def test_no_secret_is_in_what_comes_back(fleet: Fleet) -> None:
    """But for the environment of the job, which ansible-runner writes into one line of the stream and one file."""
    secrets = [*fleet.emulator.issued(), VAULT[1], world.KEY, OTHER_KEY, world.IDENTITY["secret"]]
    search = Search(secrets)
    for done in (*fleet.slices, fleet.again, fleet.limited):
        lines = done.stream.splitlines()
        assert sum(STARTING in line for line in lines) == 1
        found = search.text("the stream", "\n".join(line for line in lines if STARTING not in line))
        found += search.text("what was said", done.said) + search.text("the output", done.output)
        found += search.folder(done.folder, without={done.artifacts / "command"})
        assert found == []
    assert search.text("the one line", fleet.slices[0].stream) != [], "the search finds what is there"


def test_nothing_is_left_where_a_job_ran(fleet: Fleet) -> None:
    """Not in its project, which may be read-only, and no token in a temporary folder."""
    for done in (*fleet.slices, fleet.again, fleet.limited):
        (started,) = [json.loads(line) for line in done.stream.splitlines() if STARTING in line]
        assert "HOME" not in started["env"]
        worker = fleet.root / f"{done.job.number}-worker"
        assert sorted(path.name for path in (worker / "project").rglob("*")) == ["ansible.cfg", "site.yml"]
        assert job_caches(fleet.root / f"{done.job.number}-tmp") == []
        assert sorted(path.name for path in (worker / "inventory").rglob("*")) == ["hosts"]


def test_the_terminal_of_a_job_is_none(fleet: Fleet) -> None:
    """ansible-runner gives the job a terminal, and keeps every line of it."""
    for done in fleet.slices:
        assert "\x1b[K" not in done.output and "\r" not in done.output
        assert " of 4 tenants, " in done.output, "the progress, in lines of its own"
        assert "WARNING" not in done.output and "Traceback" not in done.output, done.output
