# SPDX-License-Identifier: GPL-3.0-or-later
"""Waves, the breaker between them, the list to resume from, and what is held back.

Most hosts here choose no connector: they are reached and cost no request. What fails names a connector that does not exist, which is found out before anybody
signs in.
"""

from __future__ import annotations

import json
import typing as t
from pathlib import Path

import pytest
import yaml
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.outputs import read_all
from support.killing import run_and_kill
from support.playbooks import ROOT, Run, command_line, environment, run_playbook
from support.products import products
from tenant_emulator.testing import Emulator

Play = t.Callable[..., Run]
Inventory = t.Callable[..., Path]
Rollout = t.Callable[..., Run]

ROLE = max(products())
WRONG = {"connectors": ["workaholic"]}
NAMES = [f"t{number:02}" for number in range(1, 13)]
JOB = "4711"


@pytest.fixture
def rollout(workdir: Path) -> Rollout:
    """Rolls out over hosts with these variables, by name."""

    def run(
        hosts: dict[str, dict[str, t.Any]],
        playbook: str | Path = "rollout.yml",
        groups: dict[str, list[str]] | None = None,
        args: t.Sequence[str] = (),
        settings: dict[str, str] | None = None,
        **extra: t.Any,
    ) -> Run:
        inventory = workdir / "fleet.yml"
        children = {name: {"hosts": dict.fromkeys(members)} for name, members in (groups or {}).items()}
        inventory.write_text(yaml.safe_dump({"all": {"hosts": hosts, "children": children}}))
        extra = {"rollout_resume_path": str(workdir / "resume.txt"), **extra}
        path = ROOT / "playbooks" / playbook if isinstance(playbook, str) else playbook
        env = {
            "JOB_ID": JOB,
            "ANSIBLE_SHOW_CUSTOM_STATS": "true",
            "ANSIBLE_CALLBACKS_ENABLED": "record,tenantkit.connectors.rollout_report",
            "TENANTKIT_REPORT_JSON": str(workdir / "report.json"),
        }
        return run_playbook(path, workdir, inventory=inventory, extra=extra, args=args, env={**env, **(settings or {})})

    return run


def fleet(*wrong: str, **more: dict[str, t.Any]) -> dict[str, dict[str, t.Any]]:
    """Twelve hosts, some of which cannot be right."""
    return {name: {**(WRONG if name in wrong else {}), **more.get(name, {})} for name in NAMES}


def begun(run: Run) -> list[str]:
    """The hosts that had their turn, in the order of the events."""
    turns = [event.host for event in run.events if event.task == "See whether it is this tenant's turn" and event.status == "ok" and event.result.get("begins")]
    return list(dict.fromkeys(turns))


def failed(run: Run) -> set[str]:
    """The hosts that Ansible calls failed, as "relaunch on failed hosts" has them."""
    return {event.host for event in run.events if event.status == "failed" and event.task == "Say what came of this tenant"}


def left(workdir: Path) -> list[str]:
    found = (workdir / "resume.txt").read_text().split()
    return [] if found == ["!all"] else found


def states(workdir: Path) -> dict[str, list[str]]:
    """The tenants by their state in the report."""
    found: dict[str, list[str]] = {}
    for tenant in json.loads((workdir / "report.json").read_text())["tenants"]:
        found.setdefault(tenant["state"], []).append(tenant["name"])
    return found


def test_the_same_cause_three_times_stops_the_later_waves_and_is_resumed(rollout: Rollout, workdir: Path) -> None:
    playbook = workdir / "site.yml"
    playbook.write_text(
        "- ansible.builtin.import_playbook: tenantkit.connectors.rollout\n"
        "- {name: Later, hosts: all, gather_facts: false, tasks: [{name: Later task, run_once: true, ansible.builtin.debug: {msg: later}}]}\n"
    )
    run = rollout(fleet("t03", "t04", "t06"), playbook, rollout_waves=[2, 4])
    assert run.returncode == 2
    assert sorted(begun(run)) == NAMES[:6]
    assert failed(run) == {"t03", "t04", "t06"}
    assert left(workdir) == ["t03", "t04", "t06", *NAMES[6:]]
    assert states(workdir) == {"nothing_chosen": ["t01", "t02", "t05"], "failed": ["t03", "t04", "t06"], "not_begun": NAMES[6:]}
    assert "same cause" in json.loads((workdir / "report.json").read_text())["runs"][0]["stopped"]["sentence"]
    assert "The rollout stops: 3 tenants have failed of the same cause" in run.stdout and "9 of 12 tenants are left" in run.stdout
    assert [event.host for event in run.events if event.task == "Later task"] == ["t01"]
    stats = json.loads(run.stdout.partition("RUN: ")[2].partition("\n\n")[0])
    assert stats == {f"rollout_resume_{JOB}": left(workdir)}
    again = rollout(fleet(), args=["--limit", f"@{workdir / 'resume.txt'}"]).ok()
    assert sorted(begun(again)) == ["t03", "t04", "t06", *NAMES[6:]] and left(workdir) == []


def test_a_wave_in_which_all_fail_stops_nothing_by_itself(rollout: Rollout, workdir: Path) -> None:
    run = rollout(fleet("t01", "t02"), rollout_waves=[1])
    assert (run.returncode, begun(run), failed(run)) == (2, NAMES, {"t01", "t02"})
    assert left(workdir) == ["t01", "t02"]


def test_too_many_of_any_cause_stop_it(rollout: Rollout, workdir: Path) -> None:
    reasons = {name: {"rollout_hold": f"no day {name}"} for name in NAMES[:2]} | dict.fromkeys(NAMES[2:4], WRONG)
    run = rollout(fleet(**reasons), rollout_waves=[4], rollout_stop_after_any=4)
    assert sorted(begun(run)) == NAMES[2:4] and failed(run) == set(NAMES[:4])
    assert "'rollout_stop_after_any' allows fewer than 4" in run.stdout and left(workdir) == NAMES


def test_canaries_are_the_first_wave(rollout: Rollout, workdir: Path) -> None:
    run = rollout(fleet("t05"), groups={"canary": ["t05", "t02"]}, rollout_waves=["50%"], rollout_stop_after=1)
    assert sorted(begun(run)) == ["t02", "t05"] and left(workdir) == ["t05", "t01", "t03", "t04", *NAMES[5:]]
    only = rollout(fleet(), groups={"first": ["t05", "t12"], "some": NAMES[:6]}, rollout_canary="first", rollout_hosts="some", args=["--limit", "!t01"]).ok()
    assert begun(only)[0] == "t05" and sorted(begun(only)) == ["t02", "t03", "t04", "t05", "t06"]


def test_mass_begins_at_most_as_many_more_as_there_are_forks(rollout: Rollout, workdir: Path) -> None:
    run = rollout(fleet(*NAMES[:3]), "rollout_mass.yml", args=["--forks", "2"])
    assert run.returncode == 2 and failed(run) == set(NAMES[:3])
    assert set(NAMES[:3]) <= set(begun(run)) and len(begun(run)) <= 3 + 2
    assert left(workdir) == [name for name in NAMES if name in NAMES[:3] or name not in begun(run)]
    assert states(workdir)["not_begun"] == [name for name in NAMES if name not in begun(run)] and states(workdir)["failed"] == NAMES[:3]
    assert "[t12] not begun: 3 tenants have failed of the same cause" in run.stdout
    assert rollout(fleet(), "rollout_mass.yml", args=["--limit", f"@{workdir / 'resume.txt'}"]).ok() and left(workdir) == []


def test_what_is_held_is_listed_and_not_touched(rollout: Rollout, workdir: Path) -> None:
    holds = {
        "t01": {"rollout_hold": "their migration, until 2999-01-31"},
        "t02": {"rollout_hold": "over, until 2020-01-01"},
        "t03": {"rollout_hold": "their migration"},
    }
    run = rollout(fleet(**{name: {**WRONG, **hold} for name, hold in holds.items()}), rollout_waves=["100%"])
    assert "[t01] held until 2999-01-31, not touched: their migration" in run.stdout
    assert (states(workdir)["held"], states(workdir)["failed"]) == (["t01"], ["t02", "t03"])
    assert failed(run) == {"t02", "t03"} and "t01" not in begun(run) and left(workdir) == ["t02", "t03"]
    assert "'rollout_hold' is 'their migration', which is no reason with a day." in run.stdout


def test_no_host_is_an_error_unless_that_is_meant(rollout: Rollout) -> None:
    for playbook in ("rollout.yml", "rollout_mass.yml"):
        run = rollout(fleet(), playbook, rollout_hosts="nowhere")
        assert run.returncode not in (0, 2) and "No host of the inventory matches 'nowhere' (rollout_hosts)" in run.output, run.output
        empty = rollout(fleet(), playbook, rollout_hosts="nowhere", rollout_allow_empty=True, rollout_report_print_json=True).ok()
        assert [report.tenants for report in read_all(empty.stdout, playbook)] == [()], "what is made of the outputs of all slices counts on it"
    rollout({}, args=["--syntax-check"]).ok()
    assert "'rollout_waves' has 'half', which is neither" in rollout(fleet(), rollout_waves="1,half").output


def test_what_only_extra_variables_can_say_is_not_passed_over_in_silence(rollout: Rollout) -> None:
    run = rollout(fleet(t01={"rollout_waves": [6]}), rollout_canary="none").ok()
    assert "rollout_waves: this counts as an extra variable" in " ".join(run.output.split()) and "rollout_canary: this" not in run.output


def test_check_mode_leaves_no_file(rollout: Rollout, workdir: Path) -> None:
    rollout(fleet(), args=["--check"]).ok()
    assert not (workdir / "resume.txt").exists()


def test_a_failed_connector_does_not_keep_the_next_one_from_running(play: Play, inventory: Inventory, emulator: Emulator, workdir: Path) -> None:
    first, second = sorted(products())[-2:]
    with emulator.faulty(action="status", status=403, service=first, times=None):
        run = play("rollout.yml", inventory=inventory(contoso={"connectors": [first, second]}))
    assert run.returncode == 2 and failed(run) == {"contoso"}
    assert [name for event in run.events for name in event.facts if name.endswith("_result") and event.status == "ok"] == [f"{second}_result"]
    assert next(event.result["msg"] for event in run.events if event.host == "contoso" and event.task == "Say what came of this tenant").startswith(
        f"{first}: "
    )


def test_a_refused_sign_in_ends_its_tenant_and_with_one_credential_the_rollout(play: Play, inventory: Inventory, emulator: Emulator) -> None:
    first, *_others, second = sorted(products())
    chosen = {"connectors": [first, second]}
    hosts = inventory(contoso=chosen, fabrikam=chosen, northwind=chosen)
    run = play("rollout.yml", inventory=hosts, extra={"rollout_waves": [1]}, env={"AZURE_CLIENT_SECRET": "not-the-secret-of-this-app"})
    assert failed(run) == {"contoso"} == set(begun(run)), run.output
    assert "the automation's own credential was refused (AADSTS7000215, contoso), as it would be in every other tenant" in run.stdout
    assert f"{second}: it was not tried" in run.stdout
    # A wrong one of one customer's own says nothing of the others.
    own = {"entra_auth": {"client_id": emulator.identity()["client_id"], "client_secret": "not-the-secret-of-this-app"}}
    run = play("rollout.yml", inventory=inventory(contoso={**chosen, **own}, fabrikam={"connectors": [second]}), extra={"rollout_waves": [1]})
    assert failed(run) == {"contoso"} and begun(run) == ["contoso", "fabrikam"]


def test_a_job_that_is_killed_in_a_wave_is_resumed(inventory: Inventory, emulator: Emulator, operator: dict[str, str], workdir: Path) -> None:
    hosts = inventory(**dict.fromkeys(("contoso", "fabrikam", "northwind"), {"connectors": [ROLE]}))
    extra = {"rollout_waves": [1], "rollout_resume_path": str(workdir / "resume.txt")}
    command = command_line(ROOT / "playbooks" / "rollout.yml", inventory=hosts, check=False, diff=False, extra=extra, args=())
    tenant = emulator.tenant("fabrikam")["id"]
    run_and_kill(command, environment(workdir, operator), workdir, emulator, how="SIGKILL", path=f"/{tenant}/oauth2", request=1)
    assert left(workdir) == ["fabrikam", "northwind"]
    args = ["--limit", f"@{workdir / 'resume.txt'}"]
    run = run_playbook(ROOT / "playbooks" / "rollout.yml", workdir, inventory=hosts, env=operator, extra=extra, args=args).ok()
    assert begun(run) == ["fabrikam", "northwind"] and left(workdir) == []


AGAIN: list[dict[str, t.Any]] = [{"ansible.builtin.import_playbook": "tenantkit.connectors.rollout"}]


def on_three(name: str, task: dict[str, t.Any]) -> list[dict[str, t.Any]]:
    """A play with this task for the first three hosts."""
    return [{"name": name, "hosts": "all", "gather_facts": False, "tasks": [{"name": name, "when": f"inventory_hostname in {NAMES[:3]}", **task}]}]


def test_a_second_rollout_of_the_run_is_not_judged_by_the_first(rollout: Rollout, workdir: Path) -> None:
    playbook = workdir / "twice.yml"
    playbook.write_text(yaml.safe_dump([*AGAIN, *on_three("Change them", {"ansible.builtin.set_fact": WRONG}), *AGAIN]))
    run = rollout(fleet(), playbook, rollout_waves=[3])
    assert (run.returncode, failed(run)) == (2, {"t01", "t02", "t03"}) and left(workdir) == NAMES


def test_what_failed_before_a_rollout_does_not_stop_it_and_is_left(rollout: Rollout, workdir: Path) -> None:
    playbook = workdir / "before.yml"
    playbook.write_text(yaml.safe_dump([*on_three("Fail them", {"ansible.builtin.fail": {"msg": "No."}}), *AGAIN]))
    run = rollout(fleet(), playbook, rollout_waves=[1])
    assert begun(run) == NAMES[3:] and "The rollout stops" not in run.stdout and left(workdir) == NAMES[:3]


@pytest.mark.parametrize("setting", [{"ANSIBLE_ANY_ERRORS_FATAL": "true"}, {"ANSIBLE_STRATEGY": "free"}], ids=["any errors fatal", "free"])
def test_settings_of_an_operator_change_nothing(rollout: Rollout, workdir: Path, setting: dict[str, str]) -> None:
    run = rollout(fleet("t01", "t03"), rollout_waves=[3], settings=setting)
    assert (run.returncode, sorted(begun(run)), failed(run), left(workdir)) == (2, NAMES, {"t01", "t03"}, ["t01", "t03"])


def test_a_list_that_cannot_be_resolved_is_no_host_that_chose_nothing(rollout: Rollout) -> None:
    run = rollout(fleet(t02={"connectors": "{{ customer_products }}"}), rollout_waves=["100%"])
    assert (run.returncode, failed(run)) == (2, {"t02"}) and "'connectors' cannot be resolved" in run.stdout and "customer_products" in run.stdout


def test_names_that_ansible_reads_as_patterns_and_tags_are_refused(rollout: Rollout) -> None:
    run = rollout({"contoso": {}, "contoso test": {}}, rollout_hosts="all:!contoso")
    assert run.returncode not in (0, 2) and "'contoso test': Ansible reads such a name of a host as a pattern" in " ".join(run.output.split())
    tags = rollout(fleet(), args=["--tags", "some"])
    assert tags.returncode not in (0, 2) and "This playbook has no tags" in tags.output
    assert sorted(begun(rollout(fleet(), rollout_hosts=["t01", "t02"]).ok())) == NAMES[:2]


def test_an_answer_that_is_neither_yes_nor_no_is_found_before_anything_is_done(rollout: Rollout) -> None:
    run = rollout(fleet(), rollout_waves=[12], fail_on_waiting="ja")
    assert run.returncode == 2 and begun(run) == [] and "'fail_on_waiting' is 'ja'" in run.stdout


def test_an_empty_list_of_those_that_are_left_is_no_list_of_all(rollout: Rollout, workdir: Path) -> None:
    rollout(fleet()).ok()
    again = rollout(fleet(), args=["--limit", f"@{workdir / 'resume.txt'}"])
    assert (again.returncode, begun(again)) == (1, [])
