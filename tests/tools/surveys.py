# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the surveys of a controller's job templates, extensions/awx/objects/surveys.yml.

What is asked is an allow-list: meta/survey.yml of each role names options of its argument specs, extensions/awx/questions.yml describes variables of playbooks.
A survey's answer counts for every tenant of a job, so none asks for a target, a secret, or what an operator has to accept for one tenant: see C(why_not).

    surveys.py            write it when it differs
    surveys.py --check    change nothing, say what would be written, end with 1 if anything would

Format of a survey: https://github.com/ansible/awx, JobTemplateSurveySpec of awx/api/views/__init__.py and SurveyJobTemplateMixin of awx/main/models/mixins.py
(read 2026-11). A default would be an extra variable of each job, above what every tenant's inventory says, so there is none, and no question needs an answer.
"""

from __future__ import annotations

import argparse
import re
import sys
import typing as t
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
WRITTEN = Path("extensions") / "awx" / "objects" / "surveys.yml"
SHARED = "entra_connector"  # its questions are part of every survey
HEADER = """\
# SPDX-License-Identifier: GPL-3.0-or-later
# Written by tests/tools/surveys.py from meta/survey.yml of the roles and from extensions/awx/questions.yml.
"""
Option = t.Mapping[str, t.Any]


def _parts(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Parts of names, and why a survey must not ask for what has one.
_WORDS: t.Mapping[str, frozenset[str]] = {
    "a target": _parts(
        "account accounts app audience authority center client cloud connection connections customer domain environment external folder graph group host hosts "
        "id instance limit login name object principal project provider publisher scope scopes tenant tenants unique url user users workspace"
    ),
    "a secret": _parts("auth certificate credential federated key keys known password private secret sink token try value vault"),
    "an acceptance": _parts("accept adopt adoption allow assigned confirmed confirmation enable removed take unproven"),
    "what takes something away or forces it": _parts("absent force overlap purge state narrowing soft"),
    "power": _parts("missing role roles"),
    "a safeguard": _parts("check find prove unassigned"),
    "what a playbook says": _parts("result"),
}
_CHOICES: t.Mapping[str, frozenset[str]] = {
    "what takes something away or forces it": _parts("absent exact purge"),
    "power": _parts("all_principals full vendor_documented"),
}
_BOOLEAN = ["true", "false"]  # a survey has no other boolean


def why_not(name: str, option: Option, role: str = "") -> str:
    """Why no survey asks for an option, empty when one may. ``role`` is the beginning of the name that says nothing."""
    words = set(name.removeprefix(f"{role}_").removeprefix("entra_").split("_"))
    kind = option.get("type", "str")
    if option.get("no_log"):
        return "a secret"
    if kind == "int":  # such as the days that a secret is valid
        words -= {"secret", "credential", "certificate"}
    found = next((why for why, parts in _WORDS.items() if words & parts), "")
    if found:
        return found
    choices = set(map(str, option.get("choices") or ()))
    found = next((why for why, some in _CHOICES.items() if choices & some), "")
    if found:
        return found
    if kind not in ("str", "int", "bool") and not (kind == "list" and option.get("choices")):
        return "no question: a survey has no such type"
    return ""


def question(name: str, text: str, option: Option, limits: tuple[int, int] | None = None) -> dict[str, t.Any]:
    """One element of a survey. Answers arrive as texts, but for whole numbers and lists of choices."""
    kind, choices = option.get("type", "str"), [str(choice) for choice in option.get("choices") or ()]
    element: dict[str, t.Any] = {"question_name": text, "question_description": _plain(option.get("description") or ""), "required": False, "variable": name}
    if kind == "int":
        return element | {"type": "integer"} | ({"min": limits[0], "max": limits[1]} if limits else {})
    if kind == "bool":
        return element | {"type": "multiplechoice", "choices": _BOOLEAN}
    if choices:
        return element | {"type": "multiselect" if kind == "list" else "multiplechoice", "choices": choices}
    return element | {"type": "text"}


def survey(title: str, elements: t.Sequence[dict[str, t.Any]]) -> dict[str, t.Any]:
    """A whole survey."""
    return {"name": title, "description": "What is not answered stays as the inventory of each tenant says.", "spec": list(elements)}


def _plain(description: t.Any) -> str:
    """The first paragraph of a description without Ansible's markup."""
    first = description[0] if isinstance(description, list) else description
    return re.sub(r"\b(?:RV|[BCEILMOPUV])\(([^()]*)\)", r"\1", " ".join(str(first).split()))


def _limits(root: Path) -> t.Callable[[str], tuple[int, int] | None]:
    """What a number may be, by the collection's own table."""
    sys.path.insert(0, str(root / ".work" / "collections"))
    from ansible_collections.tenantkit.connectors.plugins.module_utils._numbers import range_of

    def limits(name: str) -> tuple[int, int] | None:
        found = range_of(name)
        return (found.least, found.most) if found else None

    return limits


def _read(path: Path) -> t.Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def of_role(role: str, specs: t.Mapping[str, t.Any], asked: t.Mapping[str, str], limits: t.Callable[[str], tuple[int, int] | None]) -> list[dict[str, t.Any]]:
    """The questions about a role. Raises ValueError for an option that it does not have, and for one that no survey asks for."""
    options: dict[str, Option] = {name: option for entry in specs["argument_specs"].values() for name, option in entry["options"].items()}
    for name in asked:
        if name not in options:
            raise ValueError(f"{role}: {name} is no option of this role")
        if why := why_not(name, options[name], role):
            raise ValueError(f"{role}: no survey asks for {name}, which is {why}")
    return [question(name, text, options[name], limits(name)) for name, text in asked.items()]


def of_playbook(name: str, asked: t.Mapping[str, Option]) -> list[dict[str, t.Any]]:
    """The questions about a playbook. Raises ValueError for what no survey asks for."""
    for variable, option in asked.items():
        if why := why_not(variable, option):
            raise ValueError(f"{name}: no survey asks for {variable}, which is {why}")
    return [question(variable, option["question"], option, (1, 1_000_000) if option["type"] == "int" else None) for variable, option in asked.items()]


def surveys(root: Path, limits: t.Callable[[str], tuple[int, int] | None]) -> dict[str, dict[str, t.Any]]:
    """All surveys, by the name of the role or of the entry for playbooks."""
    asked = {path.parents[1].name: _read(path)["questions"] for path in sorted(root.glob("roles/*/meta/survey.yml"))}
    made = {role: of_role(role, _read(root / "roles" / role / "meta" / "argument_specs.yml"), asked[role], limits) for role in asked}
    shared = made.pop(SHARED, [])
    of_playbooks = {name: of_playbook(name, options) for name, options in _read(root / "extensions" / "awx" / "questions.yml").items()}
    return {name: survey(f"Questions of {name}", [*shared, *elements]) for name, elements in {"shared": [], **of_playbooks, **made}.items()}


class _Dumper(yaml.SafeDumper):
    """Lists are indented, and nothing is an alias."""

    def ignore_aliases(self, data: t.Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        super().increase_indent(flow, False)


def text(root: Path, limits: t.Callable[[str], tuple[int, int] | None]) -> str:
    """The file."""
    return HEADER + yaml.dump({"awx_setup_surveys": surveys(root, limits)}, Dumper=_Dumper, sort_keys=False, width=150)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write the surveys of a controller's job templates.")
    parser.add_argument("--check", action="store_true", help="change nothing; end with 1 if something would change")
    parser.add_argument("--root", type=Path, default=ROOT, help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    path, new = options.root / WRITTEN, text(options.root, _limits(ROOT))
    if path.exists() and path.read_text(encoding="utf-8") == new:
        return 0
    print(f"{'would write' if options.check else 'write'} {WRITTEN}")
    if not options.check:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(new, encoding="utf-8")
    return 1 if options.check else 0


if __name__ == "__main__":
    sys.exit(main())
