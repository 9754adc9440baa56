# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the code's architecture, each a function from a tree of files to the places that break it.

They read the source with C(ast) and import nothing, so C(test_architecture.py) can hold a rule on the collection, and on a small tree that breaks it.
"""

from __future__ import annotations

import ast
import collections
import re
import typing as t
from pathlib import Path

from support.source_tree import Source, Tree

# From the bottom to the top: a file imports from lower rows and, in the first row, from its neighbours. Nothing else of the collection.
LAYERS: tuple[frozenset[str], ...] = tuple(
    frozenset(row.split())
    for row in (
        "_errors _given_values _ids _new_file _numbers _redact _refusals _spelling _version _steps _addresses _authority _budget _clock _clouds _crypto "
        "_certificates _argspec _waiting _partial_run _flow_yaml _sink_entry",
        "_certificates _argspec _waiting _partial_run _flow_yaml _extra_targets",
        "_engine",
        "_job _http",
        "_auth _graph",
        "_session",
        "_entra _sinks",
        "_products",
        "_fleet _tenants",
        "_report",
        "_declaration",
        "_module",
        "modules plugin_utils",
        "action lookup filter callback inventory",
        "doc_fragments",
    )
)
IMPURE = frozenset({"requests", "msal", "cryptography", "urllib3", "ansible.module_utils.basic", "socket", "subprocess"})
# What decides and what it decides about: files of these names, and every file with a function plan_...
DECIDING = re.compile(
    r"(?:plan|model|desired|lifecycle|report|status|notes|outcome|diagnosis|present|absent|proof|preflight|recovery|sign_in_page|decisions|roles)\.py"
)
LONGEST_FILE, LONGEST_FUNCTION = 400, 70  # lines
# Files that state rules of a service: their docstrings say where the rules are written, see without_source.
SERVICE_RULES = (
    "module_utils/_auth/aadsts.py",
    "module_utils/_auth/federated.py",
    "module_utils/_auth/guard.py",
    "module_utils/_authority.py",
    "module_utils/_certificates.py",
    "module_utils/_clouds.py",
    "module_utils/_entra/application/deleted.py",
    "module_utils/_entra/application/limits.py",
    "module_utils/_entra/application/model.py",
    "module_utils/_entra/application/other_registrations.py",
    "module_utils/_entra/application/owners.py",
    "module_utils/_entra/application/redirect_uris.py",
    "module_utils/_entra/common/application_reference.py",
    "module_utils/_entra/common/tags.py",
    "module_utils/_entra/common/whose.py",
    "module_utils/_entra/consent/model.py",
    "module_utils/_entra/consent/read.py",
    "module_utils/_entra/consent/url.py",
    "module_utils/_entra/consent_policy/admin_consent_requests.py",
    "module_utils/_entra/consent_policy/grant_policy.py",
    "module_utils/_entra/consent_policy/group_settings.py",
    "module_utils/_entra/consent_policy/model.py",
    "module_utils/_entra/credential/app_management_policy.py",
    "module_utils/_entra/credential/certificate.py",
    "module_utils/_entra/credential/federated.py",
    "module_utils/_entra/credential/lifecycle.py",
    "module_utils/_entra/credential/own_certificate.py",
    "module_utils/_entra/credential/protected_subject.py",
    "module_utils/_entra/credential/secret_write.py",
    "module_utils/_entra/permission/catalogue.py",
    "module_utils/_entra/permission/plan.py",
    "module_utils/_entra/permission/privileged_data.py",
    "module_utils/_entra/service_principal/assignments.py",
    "module_utils/_entra/service_principal/model.py",
    "module_utils/_entra/token/credentials.py",
    "module_utils/_given_values.py",
    "module_utils/_graph/batch.py",
    "module_utils/_graph/client.py",
    "module_utils/_graph/errors.py",
    "module_utils/_graph/lag.py",
    "module_utils/_graph/odata.py",
    "module_utils/_graph/parts.py",
    "module_utils/_graph/personal_account_limit.py",
    "module_utils/_graph/required_permissions.py",
    "module_utils/_refusals.py",
    "module_utils/_sinks/key_vault_client.py",
    "module_utils/_sinks/key_vault_plan.py",
    "module_utils/_tenants/model.py",
    "module_utils/_tenants/read.py",
    *(
        f"module_utils/_products/*/{name}.py"
        for name in ("addresses", "client", "environments", "management_app", "principal", "role_plan", "scopes", "sign_in_page")
    ),
)


def layers(tree: Tree) -> list[str]:
    """Imports that go up, sideways, or to a file that no layer has."""
    level = {name: index for index, row in enumerate(LAYERS) for name in row}
    broken = []
    for source in tree.files.values():
        mine = level.get(source.unit)
        if mine is None:
            broken.append(f"{source.path} belongs to no layer")
            continue
        for line, name in source.imports:
            target = tree.resolve(name)
            unit = tree.files[target].unit if target else name[min(1, len(name) - 1)]
            theirs = level.get(unit, len(LAYERS))
            inside = unit == source.unit or theirs < mine or (theirs == mine == 0)
            if not inside:
                broken.append(f"{source.path}:{line} ({source.unit}) imports {unit}")
    return broken


def circles(tree: Tree) -> list[str]:
    """Files that load each other, and folders of objects (below C(_entra/)) that do."""
    broken = []
    for one, other in _folder_circles(tree):
        broken.append(f"_entra/{one}/ <-> _entra/{other}/")
    for path in tree.graph:
        back = [target for target in tree.graph[path] if path in tree.reached(target)]
        broken += [f"{path} <-> {target}" for target in back if str(path) < str(target)]
    return broken


def _folder_circles(tree: Tree) -> list[tuple[str, str]]:
    """Pairs of folders below C(_entra/) of which each imports the other, directly or through more of them."""
    edges: dict[str, set[str]] = collections.defaultdict(set)
    for path, targets in tree.graph.items():
        for target in targets:
            if path.parts[1:2] == target.parts[1:2] == ("_entra",) and len(path.parts) > 3 and len(target.parts) > 3 and path.parts[2] != target.parts[2]:
                edges[path.parts[2]].add(target.parts[2])

    def beyond(folder: str) -> set[str]:
        found: set[str] = set()
        todo = [folder]
        while todo:
            new = edges[todo.pop()] - found
            found |= new
            todo += new
        return found

    return [(one, other) for one in sorted(edges) for other in sorted(edges) if one < other and other in beyond(one) and one in beyond(other)]


def deciding(tree: Tree) -> list[Source]:
    """The files of module_utils that decide: by their names, because they hold a planner, or as part of a rollout, its tenants or its report.

    A few files of those do more and do not count.
    """
    return [
        source
        for path, source in tree.files.items()
        if path.parts[0] == "module_utils"
        and (
            DECIDING.fullmatch(path.name)
            or (source.unit in ("_fleet", "_report", "_tenants") and path.stem not in ("__init__", "files", "read", "resource"))
            or any(isinstance(node, ast.FunctionDef) and node.name.startswith("plan_") for node in source.tree.body)
        )
    ]


def purity(tree: Tree) -> list[str]:
    """Planners, models and reports that load a client, a credential library or cryptography."""
    broken = []
    for source in deciding(tree):
        reached = tree.reached(source.path)
        for target in reached:
            if bad := sorted(tree.files[target].foreign & IMPURE):
                chain, here = [str(target)], reached[target]
                while here is not None:
                    chain.append(str(here))
                    here = reached[here]
                broken.append(f"{' imports '.join(reversed(chain))} imports {bad[0]}")
                break
    return broken


def imports_by_text(tree: Tree, allowed: t.Collection[str]) -> list[str]:
    """importlib and __getattr__ of a module: neither mypy nor a reader sees what they bring. ``allowed`` are file::function."""
    broken = []
    for source in tree.files.values():
        for function, node in source.nodes:
            place = f"{source.path}::{function}"
            if isinstance(node, ast.FunctionDef) and node.name == "__getattr__" and node in source.tree.body:
                broken.append(f"{source.path}:{node.lineno} __getattr__ of a module")
            called = node.func if isinstance(node, ast.Call) else None
            name = called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""
            if name in ("import_module", "__import__") and place not in allowed:
                broken.append(f"{source.path}:{t.cast(ast.Call, node).lineno} {name}()")
    return broken


def late_imports(tree: Tree, allowed: t.Collection[str]) -> list[str]:
    """Imports inside of functions, and for type checking alone. ``allowed`` are file::function, with the reason beside the import."""
    broken = []
    for source in tree.files.values():
        for function, node in source.nodes:
            if function and isinstance(node, ast.Import | ast.ImportFrom) and f"{source.path}::{function}" not in allowed:
                broken.append(f"{source.path}:{node.lineno} inside of {function}()")
            if isinstance(node, ast.Attribute | ast.Name) and (getattr(node, "attr", None) or getattr(node, "id", None)) == "TYPE_CHECKING":
                broken.append(f"{source.path}:{node.lineno} TYPE_CHECKING")
    return broken


def class_names(tree: Tree) -> list[str]:
    """Classes of one name in two files of module_utils and plugin_utils."""
    places = collections.defaultdict(list)
    for source in tree.files.values():
        if source.path.parts[0] in ("module_utils", "plugin_utils"):
            for _function, node in source.nodes:
                if isinstance(node, ast.ClassDef):
                    places[node.name].append(str(source.path))
    return [f"{name}: {', '.join(paths)}" for name, paths in sorted(places.items()) if len(paths) > 1]


def sizes(tree: Tree) -> list[str]:
    """Files and functions that are too long. Documentation of a module does not count: its length is that of the interface."""
    broken = []
    for source in tree.files.values():
        lines = source.text.count("\n")
        if source.path.parts[0] == "modules":
            texts = [node for node in source.tree.body if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)]
            lines -= sum((node.end_lineno or 0) - node.lineno for node in texts)
        if lines > LONGEST_FILE:
            broken.append(f"{source.path} has {lines} lines")
        for _function, node in source.nodes:
            if isinstance(node, ast.FunctionDef) and (length := (node.end_lineno or 0) - node.lineno + 1) > LONGEST_FUNCTION:
                broken.append(f"{source.path}:{node.lineno} {node.name}() has {length} lines")
    return broken


def raises(tree: Tree) -> list[str]:
    """Public functions of module_utils that raise, and whose docstring does not say what: the words "Raises" and the name of each class."""
    broken = []
    for source in tree.files.values():
        if source.path.parts[0] != "module_utils":
            continue
        for owner, node in _public_functions(source.tree):
            names = sorted(_raised(node))
            said = ast.get_docstring(node) or ""
            missing = [name for name in names if not re.search(rf"\bRaises\b[^\n]*(?:\n[^\n]+)*?\b{name}\b", said)]
            if missing:
                broken.append(f"{source.path}:{node.lineno} {owner}{node.name}() raises {', '.join(missing)}")
    return broken


def changed_exceptions(tree: Tree) -> list[str]:
    """Assignments to attributes of an exception that was caught: it is whole, or it is wrapped."""
    broken = []
    for source in tree.files.values():
        for handler in (node for _function, node in source.nodes if isinstance(node, ast.ExceptHandler) and node.name):
            for node in ast.walk(handler):
                targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AugAssign | ast.AnnAssign) else []
                for target in (inner for outer in targets for inner in ast.walk(outer)):
                    if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == handler.name:
                        broken.append(f"{source.path}:{target.lineno} {handler.name}.{target.attr} = ...")
    return broken


# What reads a wall clock. Those that only run on (C(time.monotonic)) have nothing to do with dates.
_OF_TIME, _OF_DATE = ("time", "time_ns", "localtime", "gmtime", "ctime"), ("now", "utcnow", "today")
_CLOCKS = re.compile(rf"(time\.)({'|'.join(_OF_TIME)})|((datetime|dt)\.)?(datetime|date)\.({'|'.join(_OF_DATE)})")
_CLOCK_HOME, _MACHINE_CLOCK = "module_utils/_clock.py", frozenset({"machine_time", "or_machine_time"})


def clocks(tree: Tree, allowed: t.Collection[str] = ()) -> list[str]:
    """Wall clocks that are read outside of C(_clock.py), and files that use this machine's without being one of ``allowed``."""
    broken = []
    for source in tree.files.values():
        path = str(source.path)
        if path == _CLOCK_HOME:
            continue
        for _function, node in source.nodes:
            if isinstance(node, ast.Attribute) and node.attr in (*_OF_TIME, *_OF_DATE) and _CLOCKS.fullmatch(ast.unparse(node)):
                broken.append(f"{path}:{node.lineno} {ast.unparse(node)}")
            elif isinstance(node, ast.ImportFrom) and not node.level and node.module in ("time", "datetime"):
                broken += [f"{path}:{node.lineno} from {node.module} import {alias.name}" for alias in node.names]
        if path not in allowed:
            broken += [f"{path}:{line} {name[-1]}" for line, name in source.imports if name[-1] in _MACHINE_CLOCK or name[-1] == "_clock"]
    return broken


def texts_outside(tree: Tree, pattern: str, home: str) -> list[str]:
    """String constants (docstrings not counted) with this pattern in any file of module_utils and plugin_utils but ``home``."""
    expression = re.compile(pattern)
    broken = []
    for source in tree.files.values():
        if str(source.path) == home or source.path.parts[0] not in ("module_utils", "plugin_utils"):
            continue
        docstrings = {id(node.value) for _function, node in source.nodes if isinstance(node, ast.Expr)}
        for _function, node in source.nodes:
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings and (found := expression.search(node.value)):
                broken.append(f"{source.path}:{node.lineno} {found[0]}")
    return broken


# What makes a value a part of an address: it quotes and encodes.
ENCODERS = frozenset({"odata_string", "path_segment"})
_BEFORE_A_VALUE = re.compile(r"(^|[^/:])/$|\b(eq|ne|ge|le|gt|lt) $|\b[a-z]+\([A-Za-z/]+,$")
_OWN_QUOTES = re.compile(r"\b(eq|ne|ge|le|gt|lt) '$|(?<![ (])\((\w+=)?'$")


def addresses(tree: Tree, allowed: t.Collection[str] = ()) -> list[str]:
    """Values that become a part of a path or of a filter without a function that quotes them, by syntax.

    In an f-string the piece before the value tells: it ends with a slash, with an operator of OData or in the middle of a function of a filter. Strings that
    begin with a slash are not put together with C(+), C(%), C(format) or C(join) either. Sentences are told apart by their blank before the slash.
    """
    broken = []
    for source in tree.files.values():
        if source.path.parts[0] not in ("module_utils", "plugin_utils"):
            continue
        for function, node in source.nodes:
            if f"{source.path}::{function}" not in allowed:
                broken += [f"{source.path}:{node.lineno} {said}" for said in _unquoted(node)]  # type: ignore[attr-defined]
    return broken


def _unquoted(node: ast.AST) -> t.Iterator[str]:
    if isinstance(node, ast.JoinedStr):
        for before, value in zip(node.values, node.values[1:], strict=False):
            if not (isinstance(before, ast.Constant) and isinstance(value, ast.FormattedValue)):
                continue
            text, called = str(before.value), value.value.func if isinstance(value.value, ast.Call) else None
            encoded = (isinstance(called, ast.Name) and called.id in ENCODERS) or _is_constant(value.value)
            if _OWN_QUOTES.search(text) or (_BEFORE_A_VALUE.search(text) and not encoded):
                yield f"{text[-40:]}{{{ast.unparse(value.value)}}}"
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add | ast.Mod):
        if re.search(r"\w/$" if isinstance(node.op, ast.Add) else r"^/\w", _text(node.left)):
            yield ast.unparse(node)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        pattern = {"format": r"^/\w", "join": r"^/$"}.get(node.func.attr)
        if pattern and re.search(pattern, _text(node.func.value)):
            yield ast.unparse(node)


def _text(node: ast.AST) -> str:
    """The text of a constant, empty for anything else."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else ""


def _is_constant(node: ast.AST) -> bool:
    """Whether it is a constant of the file, or an entry of one."""
    node = node.value if isinstance(node, ast.Subscript) else node
    return isinstance(node, ast.Name) and node.id.isupper()


def without_source(tree: Tree, files: t.Iterable[str]) -> list[str]:
    """Files with a service's rules whose docstring does not say where the rules are written, with an address and the date on which it was read."""
    broken = []
    for name in sorted(str(path) for path in tree.files if any(path.match(pattern) for pattern in files)):
        said = ast.get_docstring(tree.files[Path(name)].tree) or ""
        sources = said.partition("Sources:")[2]
        if not re.search(r"https://[a-z0-9.-]+/\S+", sources) or not re.search(r"\b20\d\d-\d\d\b", sources):
            broken.append(name)
    return broken


def _public_functions(tree: ast.Module) -> t.Iterator[tuple[str, ast.FunctionDef]]:
    """Functions of the module and methods of its classes whose names are public."""
    for node in tree.body:
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield "", node
        elif isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            for method in node.body:
                if isinstance(method, ast.FunctionDef) and not method.name.startswith("_"):
                    yield f"{node.name}.", method


def _raised(function: ast.FunctionDef) -> set[str]:
    """The classes that a function raises itself: C(raise X(...)), also where a function of it builds the failure is not looked at."""
    found: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
            name = node.exc.func.id if isinstance(node.exc.func, ast.Name) else ""
            if name.endswith("Error") and name != "NotImplementedError":
                found.add(name)
    return found
