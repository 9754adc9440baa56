# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is forked from one import of ansible-core does the same as the real command: events, output, requests, files and exit status."""

from __future__ import annotations

import dataclasses
import re
import shutil
import typing as t
from pathlib import Path

import pytest
import yaml
from support.comparing import COMPARED, Names, equal
from support.connected import Runs
from support.forked_runs import RUNS
from support.leak_plan import Leak
from support.playbooks import MODULE_PROCESS, ROOT, Run, base_environment, run_playbook
from support.products import every, of_tenant, products
from support.sampling import sampled
from support.scenarios import Site
from tenant_emulator.testing import Emulator, JsonObject

WAYS = ("real", "forked")
PLAYBOOKS = ROOT / "playbooks"
FOLDERS = [ROOT / "tests" / "integration", *(product.folder for product in products().values())]
MODULES = {path.stem: path for folder in FOLDERS for path in sorted((folder / "modules").glob("*.yml"))}
# What a process makes up: names of temporary files, process ids, how long something took.
OWN = (
    (r"-----BEGIN ([A-Z ]+)-----.*?-----END \1-----", r"<\1>"),  # a certificate and its key
    (r"(?<![\w+/])[A-Za-z0-9+/]{27}=(?!\w)", "<thumbprint>"),  # as Graph shows it
    (r"(?<![\w-])(?:[\w-]{43}|[\w-]{64})(?![\w-])", "<ids>"),  # of what connects two objects: their ids, encoded
    (r"(\btkc:[\w-]+:)[0-9a-f]{8}\b", r"\1<own>"),  # the name of a credential
    (r"(:[pda]:<id \d+>:)[0-9a-f]{12}\b", r"\1<own>"),  # of a mark
    (r"\b[0-9A-F]{40}\b", "<thumbprint>"),
    (r'("days_left": |\bvalid for )\d+', r"\1<days>"),  # one less than a second ago
    (r"ansible-local-\w+", "ansible-local-<own>"),
    (r"ansible-tmp-[\d.]+-\d+-\d+", "ansible-tmp-<own>"),
    (r"/tmp\w{8}\b", "/tmp<own>"),
    (r'("(?:delta|start|end)": )"[^"]*"', r'\1"<own>"'),
    (r"(TENANTKIT_JOB_ID=)\d+-[0-9a-f]{32}", r"\1<own>"),
)


@dataclasses.dataclass(frozen=True)
class Step:
    """One run: what C(run_playbook) is given."""

    playbook: str | Path
    options: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    fails: bool = False
    forked: bool = True  # whether it can be


@dataclasses.dataclass
class Seen:
    """What a run left."""

    run: Run
    journal: list[JsonObject]
    files: list[str]


Case = t.Callable[[Site], t.Iterator[Step]]


def life(role: str) -> Case:
    """Check before the first connection, connect, confirm, check again, take away in check mode, take away."""

    def steps(site: Site) -> t.Iterator[Step]:
        (first, *_others), (privileges, *_more) = products()[role].scenarios.values(), products()[role].privileges.values()
        scenario, absent = first(site), privileges.absent
        env = {**site.env(scenario.without)}
        for host in (scenario.host, {**scenario.host, **absent}):
            for check in (True, False, False, True):
                options = {"inventory": site.inventory(contoso=dict(host)), "env": env, "check": check, "diff": check}
                yield Step(PLAYBOOKS / scenario.playbook, options)

    return steps


def module(name: str, **env: str) -> Case:
    """The playbook of a module, as often as it has to run."""

    def steps(site: Site) -> t.Iterator[Step]:
        hosts = site.inventory(tenant={"entra_tenant_id": site.emulator.tenant_id("contoso"), **of_tenant("contoso")})
        for phase, check in (("check_empty", True), ("first", False)):
            extra = {"phase": phase, "ca_path": site.emulator.ca_path}
            yield Step(MODULES[name], {"inventory": hosts, "env": {**site.operator, **env}, "check": check, "extra": extra, "args": ["-vvv"]})

    return steps


def one(playbook: str, fails: bool = False, host: t.Mapping[str, t.Any] | None = None, forked: bool = True, **options: t.Any) -> Case:
    """A single run on Contoso."""

    def steps(site: Site) -> t.Iterator[Step]:
        env = {name: value for name, value in {**site.operator, **options.get("env", {})}.items() if value is not None}
        path = PLAYBOOKS / playbook if (PLAYBOOKS / playbook).exists() else site.workdir / playbook
        yield Step(path, {"inventory": site.inventory(contoso=host), **options, "env": env}, fails, forked)

    return steps


def written(text: str, case: Case) -> Case:
    """The same with a playbook of the test."""

    def steps(site: Site) -> t.Iterator[Step]:
        (site.workdir / "own.yml").write_text(text)
        yield from case(site)

    return steps


def configured(text: str, case: Case) -> Case:
    """The same with a configuration file in the working directory."""

    def steps(site: Site) -> t.Iterator[Step]:
        (site.workdir / "ansible.cfg").write_text(text)
        yield from case(site)

    return steps


def failing(leak: Leak) -> Case:
    """A run of a product that has to fail."""

    def steps(site: Site) -> t.Iterator[Step]:
        leak.before(site.emulator)
        yield from one(leak.playbook, True, leak.host(site.emulator), env=leak.env, check=leak.check, extra=leak.extra, args=["-vvv"])(site)

    return steps


def rollout(site: Site) -> t.Iterator[Step]:
    """All products in one tenant: check, connect, confirm."""
    site.emulator.settings(**{name: value for product in products().values() for name, value in product.unhurried.items()})
    demo = yaml.safe_load((ROOT / "tests" / "demo" / "inventory.yml").read_text())["tenants"]
    hosts = site.workdir / "tenants.yml"
    hosts.write_text(yaml.safe_dump({"tenants": {"vars": demo["vars"], "hosts": {"contoso": demo["hosts"]["contoso"]}}}))
    env = {**site.operator, "DEMO_DIRECTORY": str(site.workdir), "ANSIBLE_VAULT_IDENTITY_LIST": f"demo@{site.workdir / 'vault-password'}"}
    for check in (True, False, False):
        yield Step(PLAYBOOKS / "rollout.yml", {"inventory": hosts, "env": env, "check": check})


HELLO = """
- hosts: all
  gather_facts: false
  vars:
    ansible_python_interpreter: '{{ ansible_playbook_python }}'
    look: >-
      grep -E '^(Umask|SigBlk|SigIgn|SigCgt|Seccomp):' /proc/self/status; grep -E '^(Umask|SigIgn|SigCgt):' /proc/$PPID/status;
      ulimit -a; env; pwd
  tasks:
    - ansible.builtin.debug: {var: inventory_hostname}
    - ansible.builtin.command: env
    - ansible.builtin.set_fact: {seen: "{{ lookup('ansible.builtin.pipe', look) }}"}
"""
SECRET = "- hosts: all\n  gather_facts: false\n  vars_files: [secret.yml]\n  tasks:\n    - ansible.builtin.debug: {var: answer}\n"
FIRST = next(scenario.playbook for scenario in every("scenarios").values())
FAILING = {name: leak for name, leak in every("leaks").items() if leak.fails and leak.first is None and not leak.sink}
CASES: dict[str, Case] = {
    **{role: life(role) for role in products()},
    **{name: module(name) for name in MODULES},
    "entra_app as a module process": module("entra_app", **{MODULE_PROCESS: "1"}),
    "rollout": rollout,
    **{f"fails: {name}": failing(leak) for name, leak in FAILING.items()},
    "a syntax error": written("- hosts: all\n  tasks: [\n", one("own.yml", True)),
    "an unknown keyword": written("- hosts: all\n  taks: []\n", one("own.yml", True)),
    "no such playbook": one("missing.yml", True),
    "a missing inventory": one(FIRST, inventory="/nowhere/inventory.yml"),
    "no host": one(FIRST, True, args=["--limit", "fabrikam"]),
    "an unknown option": one(FIRST, True, args=["--unknown"]),
    "the version": one(FIRST, args=["--version"]),
    "syntax check": one(FIRST, args=["--syntax-check"]),
    "tasks listed": one("rollout.yml", args=["--list-tasks"]),
    "one task at most": one(FIRST, args=["--start-at-task", "no such task"]),
    "what a process is like": written(HELLO, one("own.yml", args=["-vvv"], env={"OWN": "value"})),
    "a vault": written("", lambda site: vault(site, "emulated-vault-password\n", False)),
    "another vault password": written("", lambda site: vault(site, "wrong\n", True)),
    "another output": written(HELLO, one("own.yml", env={"ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml", "ANSIBLE_CHECK_MODE_MARKERS": "1"}, check=True)),
    "a configuration file": configured("[defaults]\nforks = 3\nnocows = false\ndisplay_args_to_stdout = true\n", written(HELLO, one("own.yml"))),
    "a broken configuration file": configured("[defaults\n", written(HELLO, one("own.yml", True, forked=False))),
    "a setting of the import": written(HELLO, one("own.yml", forked=False, env={"ANSIBLE_NOCOLOR": "0", "ANSIBLE_FORCE_COLOR": "1"})),
    "a setting that cannot be read": written(HELLO, one("own.yml", True, forked=False, env={"ANSIBLE_FORKS": "many"})),
    "a log": written(HELLO, one("own.yml", forked=False, env={"ANSIBLE_LOG_PATH": "run.log"})),
    "another hash seed": written(HELLO, one("own.yml", forked=False, env={"PYTHONHASHSEED": "1"})),
}


def vault(site: Site, password: str, fails: bool) -> t.Iterator[Step]:
    """A file that was encrypted with the operator's password."""
    from ansible.parsing.vault import VaultLib, VaultSecret  # only here

    box = VaultLib([("connectors", VaultSecret(b"emulated-vault-password"))])
    (site.workdir / "secret.yml").write_bytes(box.encrypt("answer: forty-two\n", vault_id="connectors"))
    (site.workdir / "own.yml").write_text(SECRET)
    (site.workdir / "password").write_text(password)
    env = {name: value for name, value in site.operator.items() if name != "ANSIBLE_VAULT_IDENTITY_LIST"}
    args = ["--vault-id", f"connectors@{site.workdir / 'password'}"]
    yield Step(site.workdir / "own.yml", {"inventory": site.inventory(contoso=None), "env": env, "args": args}, fails)


def done(case: Case, site: Site, way: str) -> list[Seen]:
    """All runs of a case one way, from the beginning."""
    for path in site.workdir.iterdir():
        if path.name != "vault-password":
            shutil.rmtree(path) if path.is_dir() else path.unlink()
    site.emulator.reset()
    site.emulator.clear_faults()
    seen = []
    for step in case(site):
        site.emulator.clear_journal()
        before = RUNS.forked
        run = run_playbook(step.playbook, site.workdir, **step.options)
        assert (run.returncode != 0) == step.fails, run.output
        assert RUNS.forked - before == (way == "forked" and step.forked), RUNS.reasons
        files = sorted(str(path.relative_to(site.workdir)) for path in site.workdir.rglob("*"))
        seen.append(Seen(run, [{key: entry[key] for key in COMPARED} for entry in site.emulator.journal()], files))
    return seen


def plain(value: t.Any, names: Names) -> str:
    """As text, without what is made up anew."""
    text = names.of(value)
    for pattern, replacement in OWN:
        text = re.sub(pattern, replacement, text)
    return text


@pytest.mark.parametrize("name", sampled(CASES.keys(), next(iter(products())), "a syntax error", "a missing inventory", "a vault", "a setting of the import"))
def test_both_ways_are_equal(name: str, emulator: Emulator, operator: dict[str, str], inventory: t.Callable[..., Path], workdir: Path, runs: Runs) -> None:
    site = Site(emulator, operator, inventory, workdir, runs)
    with RUNS.forking(None):
        real = done(CASES[name], site, "real")
    with RUNS.forking(base_environment()):
        forked = done(CASES[name], site, "forked")
    names = Names(), Names()

    def same(what: str, *values: t.Any) -> None:
        equal(what, *(plain(value, known) for known, value in zip(names, values, strict=True)), ways=WAYS)

    for number, (one_way, other_way) in enumerate(zip(real, forked, strict=True), 1):
        same(f"exit status of run {number}", one_way.run.returncode, other_way.run.returncode)
        same(f"events of run {number}", *([dataclasses.asdict(event) for event in seen.run.events] for seen in (one_way, other_way)))
        same(f"requests of run {number}", one_way.journal, other_way.journal)
        same(f"stdout of run {number}", one_way.run.stdout, other_way.run.stdout)
        same(f"stderr of run {number}", one_way.run.stderr, other_way.run.stderr)
        same(f"files after run {number}", one_way.files, other_way.files)
