# SPDX-License-Identifier: GPL-3.0-or-later
"""What users of the collection rely on: variables of roles, playbooks, options of modules, plugins, keys of results. And how two states of it differ."""

from __future__ import annotations

import ast
import importlib
import json
import typing as t
from pathlib import Path

import yaml

from support.results import schemas

MODULES = "ansible_collections.tenantkit.connectors.plugins.modules"
ABOUT_AN_OPTION = ("type", "elements", "required", "default", "choices", "aliases", "fallback", "no_log")
# Lists whose order says nothing: one more entry is an addition.
SETS = ("choices", "aliases", "environment")
Tree = dict[str, t.Any]


def option(spec: t.Mapping[str, t.Any]) -> Tree:
    """One option of a module or role, without its description."""
    told = [key for key in ABOUT_AN_OPTION if spec.get(key) not in (None, False) or (key == "default" and key in spec)]
    found: Tree = {"type": spec.get("type", "str"), **{key: spec[key] for key in told}}
    if "fallback" in found:
        found["environment"] = [name for part in found.pop("fallback")[1:] for name in part]
    if "options" in spec:
        found["options"] = options(spec["options"])
    return found


def options(specs: t.Mapping[str, t.Any]) -> Tree:
    """Options by name."""
    return {name: option(spec) for name, spec in specs.items()}


def roles(root: Path) -> Tree:
    """The variables of each role, by entry point, and what it presets."""
    found = {}
    for folder in sorted(path for path in (root / "roles").iterdir() if (path / "meta" / "argument_specs.yml").exists()):
        specs = yaml.safe_load((folder / "meta" / "argument_specs.yml").read_text())["argument_specs"]
        defaults = folder / "defaults" / "main.yml"
        found[folder.name] = {
            "entry_points": {name: options(spec["options"]) for name, spec in specs.items()},
            "defaults": (yaml.safe_load(defaults.read_text()) or {}) if defaults.exists() else {},
        }
    return found


def playbooks(root: Path) -> Tree:
    """The playbooks, with the hosts that their plays take."""
    return {path.stem: {"hosts": [play.get("hosts") for play in yaml.safe_load(path.read_text())]} for path in sorted((root / "playbooks").glob("*.yml"))}


def modules(root: Path) -> Tree:
    """The options of each module, and the conditions between them."""
    found = {}
    for path in sorted((root / "plugins" / "modules").glob("*.py")):
        declaration = importlib.import_module(f"{MODULES}.{path.stem}").DECLARATION
        conditions = {name: value for name, value in declaration.conditions().items() if value}
        # Conditions are compared as JSON, which knows no tuples.
        found[path.stem] = {"options": options(declaration.argument_spec()), "conditions": json.loads(json.dumps(conditions)), "entra": declaration.auth}
    return found


def plugins(root: Path, kind: str) -> Tree:
    """The options of plugins of a kind, as they are documented."""
    found = {}
    for path in sorted((root / "plugins" / kind).glob("*.py")):
        texts = [node.value for node in ast.parse(path.read_text()).body if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "DOCUMENTATION"]
        documented = yaml.safe_load(ast.literal_eval(texts[0])) if texts else {}
        found[path.stem] = {"options": options(documented.get("options") or {}), "positional": documented.get("positional", "")}
    return found


def _keys(schema: t.Mapping[str, t.Any], depth: int) -> Tree:
    """The keys of an object of a JSON schema, with their types, to a depth."""
    name, _hash, path = schema.get("$ref", "").partition("#")
    if name or path:
        found: t.Any = schemas()["common"]
        for step in path.strip("/").split("/"):
            found = found[step]
        schema = found
    always = {*schema.get("required", ()), *(key for part in schema.get("anyOf", ()) for key in part.get("required", ()))}
    kind = schema.get("type") if isinstance(schema.get("type"), str) else " or ".join(schema.get("type", ())) or "any"
    told: Tree = {"type": kind}
    if "enum" in schema:
        told["choices"] = schema["enum"]
    if depth and "properties" in schema:
        told["keys"] = {key: {**_keys(part, depth - 1), **({"always": True} if key in always else {})} for key, part in schema["properties"].items()}
    return told


def results() -> Tree:
    """The keys of each result, and those of the objects in it, as C(docs/results) has them."""
    return {name: _keys(schema, 2)["keys"] for name, schema in schemas().items() if name != "common"}


def collect(root: Path) -> Tree:
    """All of it, as plain data."""
    return {
        "roles": roles(root),
        "playbooks": playbooks(root),
        "modules": modules(root),
        "filters": plugins(root, "filter"),
        "lookups": plugins(root, "lookup"),
        "callbacks": plugins(root, "callback"),
        "inventories": plugins(root, "inventory"),
        "results": results(),
    }


class Difference(t.NamedTuple):
    """One difference; C(breaks) says whether it takes something from users."""

    path: str
    text: str
    breaks: bool


def compare(frozen: t.Any, now: t.Any, path: str = "") -> t.Iterator[Difference]:
    """What changed since the list was written. Removed and changed things break users, and so does a new option that is required."""
    if isinstance(frozen, dict) and isinstance(now, dict):
        for key in sorted({*frozen, *now}):
            where = f"{path}.{key}".lstrip(".")
            if key in frozen and key in now:
                yield from compare(frozen[key], now[key], where)
            elif key in now:
                asks = key == "required" or (isinstance(now[key], dict) and now[key].get("required") is True)
                narrows = key in ("choices", "elements", "conditions")
                yield Difference(where, f"is new: {json.dumps(now[key])[:120]}", asks or narrows)
            else:
                yield Difference(where, "is gone", key != "required")
    elif path.rpartition(".")[2] in SETS and isinstance(frozen, list) and isinstance(now, list):
        yield from (Difference(path, f"{item!r} is gone", True) for item in frozen if item not in now)
        yield from (Difference(path, f"{item!r} is new", False) for item in now if item not in frozen)
    elif frozen != now or type(frozen) is not type(now):
        yield Difference(path, f"was {json.dumps(frozen)[:120]}, is {json.dumps(now)[:120]}", True)


def dump(value: t.Any, indent: str = "") -> str:
    """JSON with one line for each option, so that a change is one line of a diff."""
    if not isinstance(value, dict) or not any(isinstance(item, dict) and item for item in value.values()):
        return json.dumps(value, ensure_ascii=False)
    lines = [f"{indent} {json.dumps(key)}: {dump(item, indent + ' ')}" for key, item in value.items()]
    return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
