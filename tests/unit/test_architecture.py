# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules of the architecture hold on the collection, and each of them notices a tree that breaks it."""

from __future__ import annotations

import typing as t
from pathlib import Path

import pytest
from support import architecture
from support.source_tree import Tree

PLUGINS = Path(__file__).resolve().parents[2] / "plugins"

# A module is loaded by the name that the task has; what it costs when its file is broken is said there.
BY_TEXT = {"plugin_utils/_worker.py::load_declaration"}
# Measured: 0.1 to 0.2 s of CPU that most tasks never need.
LATE = {"module_utils/_crypto.py::crypto"}
# What looks like a path and is none, and the functions that put the whole address together. Each with its reason.
ADDRESSES = {
    "module_utils/_clouds.py::service_root": "the path of an address that the operator gave, in one spelling",
    "module_utils/_entra/consent/url.py::_scopes": "a scope; the query that it stands in is encoded as a whole",
    "module_utils/_graph/client.py::_call": "what it is given is a path",
    "module_utils/_graph/odata.py::__str__": "this is the encoding",
    "module_utils/_graph/odata.py::below": "names of Graph's, which are checked there",
    "module_utils/_http/client.py::user_agent": "a header",
    "module_utils/_products/power_platform/role_plan.py::text": "the value of a member, as the API writes it",
    "module_utils/_products/workspace365/connection.py::connection": "nothing is sent there before the name was checked",
}
# Who reads this machine's clock: what is compared there never comes from a service, but where the reason says how it does.
MACHINE_CLOCK = {
    "action/rollout_turn.py": "the last day of an operator's hold",
    "module_utils/_auth/application.py": "how long a token is still good for, once the service's clock has found it good",
    "module_utils/_auth/base.py": "when a token was got; and whether the service's clock has to be asked whether a credential is over",
    "module_utils/_auth/discovery.py": "when a document was got",
    "module_utils/_auth/platform.py": "when a token was got",
    "module_utils/_auth/tokens.py": "when a token was got",
    "module_utils/_declaration.py": "the deadline that another process of this machine set",
    "module_utils/_entra/connection/read.py": "an answer without a date",
    "module_utils/_entra/consent/read.py": "an answer without a date",
    "module_utils/_entra/credential/own_certificate_resource.py": "how far the service's clock has gone on since it was read, and an answer without a date",
    "module_utils/_entra/credential/resource.py": "how far the service's clock has gone on since it was read",
    "module_utils/_entra/token/credentials.py": "when a token was got",
    "module_utils/_graph/left_behind.py": "how far the service's clock has gone on since it was read, and when something was noted",
    "module_utils/_graph/recently_created.py": "when something was noted",
    "module_utils/_http/answer.py": "an answer without a date",
    "module_utils/_job/cache.py": "when something was stored, and how old a directory of this machine is",
    "module_utils/_job/rate_limit.py": "when this job called",
    "plugin_utils/_action.py": "the deadline of this task",
    "plugin_utils/_look.py": "the deadline of this task",
    "plugin_utils/_report_run.py": "when a run began and ended",
    "plugin_utils/_tenant_source.py": "a list that was kept, and a file, come with no answer that has a date",
    "plugin_utils/_worker.py": "the deadline of this task",
}
AADSTS = r"AADSTS\d{4,}"
HOSTS = (
    r"(?i)\b(login|sts)\.(microsoft|windows|partner|chinacloudapi)|graph\.(microsoft|windows)\.|microsoftonline\.|chinacloudapi\."
    r"|\.powerplatform\.|\.bap\.microsoft|appsplatform\.us"
)

RULES: dict[str, t.Callable[[Tree], list[str]]] = {
    "layers": architecture.layers,
    "circles": architecture.circles,
    "purity": architecture.purity,
    "imports_by_text": lambda tree: architecture.imports_by_text(tree, BY_TEXT),
    "late_imports": lambda tree: architecture.late_imports(tree, LATE),
    "class_names": architecture.class_names,
    "sizes": architecture.sizes,
    "raises": architecture.raises,
    "changed_exceptions": architecture.changed_exceptions,
    "clocks": lambda tree: architecture.clocks(tree, MACHINE_CLOCK),
    "aadsts": lambda tree: architecture.texts_outside(tree, AADSTS, "module_utils/_auth/aadsts.py"),
    "hosts": lambda tree: architecture.texts_outside(tree, HOSTS, "module_utils/_clouds.py"),
    "addresses": lambda tree: architecture.addresses(tree, ADDRESSES),
    "sources": lambda tree: architecture.without_source(tree, architecture.SERVICE_RULES),
}


@pytest.fixture(scope="module")
def collection() -> Tree:
    """The collection's own files."""
    return Tree(PLUGINS)


@pytest.mark.parametrize("rule", RULES)
def test_the_collection_keeps_the_rule(collection: Tree, rule: str) -> None:
    assert RULES[rule](collection) == []


def test_every_pattern_of_files_with_rules_fits_a_file(collection: Tree) -> None:
    assert [pattern for pattern in architecture.SERVICE_RULES if not any(path.match(pattern) for path in collection.files)] == []


def test_exceptions_to_the_rules_are_still_needed(collection: Tree) -> None:
    assert len(architecture.imports_by_text(collection, ())) == len(BY_TEXT)
    assert {place for place in ADDRESSES if not architecture.addresses(file_of(collection, place), ADDRESSES.keys() - {place})} == set()
    assert {place for place in MACHINE_CLOCK if not architecture.clocks(file_of(collection, place), MACHINE_CLOCK.keys() - {place})} == set()
    assert {place for place in LATE if not architecture.late_imports(file_of(collection, place), LATE - {place})} == set()


def file_of(tree: Tree, place: str) -> Tree:
    """The file of an exception, alone: what it allows is allowed nowhere else."""
    return tree.of_file(place.partition("::")[0])


U = "module_utils"
BROKEN: list[tuple[str, dict[str, str], str]] = [
    ("layers", {f"{U}/_graph/client.py": "from .._entra.plan import x\n", f"{U}/_entra/plan.py": ""}, "client.py:1 (_graph) imports _entra"),
    ("layers", {f"{U}/_auth/a.py": "from .._graph.b import x\n", f"{U}/_graph/b.py": ""}, "(_auth) imports _graph"),
    ("layers", {f"{U}/_engine.py": "from ..plugin_utils._vault import x\n", "plugin_utils/_vault.py": ""}, "(_engine) imports plugin_utils"),
    ("layers", {f"{U}/_errors.py": "from . import _engine\n", f"{U}/_engine.py": ""}, "(_errors) imports _engine"),
    ("layers", {f"{U}/_new.py": ""}, "_new.py belongs to no layer"),
    ("circles", {f"{U}/_graph/a.py": "from .b import x\n", f"{U}/_graph/b.py": "from . import a\n"}, "_graph/a.py <-> module_utils/_graph/b.py"),
    (
        "circles",
        {f"{U}/_graph/a.py": "from .b import x\n", f"{U}/_graph/b.py": "from .c import x\n", f"{U}/_graph/c.py": "import typing as t\nfrom .a import x\n"},
        "a.py <-> module_utils/_graph/b.py",
    ),
    (
        "circles",
        {f"{U}/_entra/a/x.py": "from ..b.y import z\n", f"{U}/_entra/b/y.py": "", f"{U}/_entra/b/v.py": "from ..a.w import z\n", f"{U}/_entra/a/w.py": ""},
        "_entra/a/ <-> _entra/b/",
    ),
    ("purity", {f"{U}/_entra/app/plan.py": "import requests\n"}, "plan.py imports requests"),
    (
        "purity",
        {f"{U}/_entra/app/odd.py": "from ..._http import client\ndef plan_app(): pass\n", f"{U}/_http/client.py": "import requests\n"},
        "imports requests",
    ),
    ("purity", {f"{U}/_products/x/report.py": "from .client import x\n", f"{U}/_products/x/client.py": "from msal import y\n"}, "client.py imports msal"),
    ("imports_by_text", {f"{U}/_sinks/a.py": "import importlib\ndef f():\n    return importlib.import_module('x')\n"}, "a.py:3 import_module()"),
    ("imports_by_text", {f"{U}/_crypto.py": "def __getattr__(name): ...\n"}, "__getattr__ of a module"),
    ("late_imports", {f"{U}/_entra/a.py": "def f():\n    from .b import x\n"}, "a.py:2 inside of f()"),
    ("late_imports", {f"{U}/_entra/a.py": "import typing as t\nif t.TYPE_CHECKING:\n    from .b import x\n"}, "a.py:2 TYPE_CHECKING"),
    (
        "class_names",
        {f"{U}/_entra/a.py": "class Seen: pass\n", f"{U}/_products/b.py": "class Seen: pass\n"},
        "Seen: module_utils/_entra/a.py, module_utils/_products/b.py",
    ),
    ("sizes", {f"{U}/_entra/a.py": "x = 1\n" * 401}, "a.py has 401 lines"),
    ("sizes", {f"{U}/_entra/a.py": "def f():\n" + "    x = 1\n" * 70}, "f() has 71 lines"),
    ("raises", {f"{U}/_entra/a.py": 'def f():\n    """Looks."""\n    raise OptionError("x")\n'}, "f() raises OptionError"),
    (
        "raises",
        {f"{U}/_entra/a.py": 'class C:\n    def f(self):\n        """Raises OptionError."""\n        raise NotFoundError("x")\n'},
        "C.f() raises NotFoundError",
    ),
    ("changed_exceptions", {f"{U}/_graph/a.py": "try:\n    f()\nexcept E as error:\n    error.outcome = 'unknown'\n"}, "error.outcome = ..."),
    ("changed_exceptions", {f"{U}/_graph/a.py": "try:\n    f()\nexcept E as spent:\n    spent.a, spent.b = 1, 2\n    raise\n"}, "spent.b = ..."),
    ("clocks", {f"{U}/_entra/a.py": "import time\nnow = time.time()\n"}, "a.py:2 time.time"),
    ("clocks", {f"{U}/_entra/a.py": "import time\ndef f(clock=time.time): ...\n"}, "a.py:2 time.time"),
    ("clocks", {f"{U}/_entra/a.py": "import datetime as dt\nnow = dt.datetime.now(dt.UTC)\n"}, "a.py:2 dt.datetime.now"),
    ("clocks", {f"{U}/_entra/a.py": "import datetime\nnow = datetime.datetime.utcnow()\n"}, "a.py:2 datetime.datetime.utcnow"),
    ("clocks", {f"{U}/_entra/a.py": "import datetime\nnow = datetime.date.today()\n"}, "a.py:2 datetime.date.today"),
    ("clocks", {"plugin_utils/_a.py": "from time import time\n"}, "_a.py:1 from time import time"),
    ("clocks", {f"{U}/_entra/a.py": "from .._clock import machine_time\n", f"{U}/_clock.py": "import time\n"}, "a.py:1 machine_time"),
    ("clocks", {f"{U}/_entra/a.py": "from .. import _clock\n", f"{U}/_clock.py": ""}, "a.py:1 _clock"),
    ("aadsts", {f"{U}/_entra/a.py": "CODE = 'AADSTS7000215'\n"}, "a.py:1 AADSTS7000215"),
    ("hosts", {f"{U}/_entra/a.py": "URL = 'https://graph.microsoft.us'\n"}, "a.py:1 graph.microsoft."),
    ("hosts", {"plugin_utils/_a.py": "URL = f'https://login.microsoftonline.com/{x}'\n"}, "_a.py:1 login.microsoft"),
    ("addresses", {f"{U}/_entra/a.py": "path = f'/users/{name}?$select=id'\n"}, "a.py:1 /users/{name}"),
    ("addresses", {f"{U}/_entra/a.py": "path = f'{path}/{quote(name)}'\n"}, "/{quote(name)}"),
    ("addresses", {f"{U}/_entra/a.py": "path = f\"/applications(appId='{app_id}')\"\n"}, "/applications(appId='{app_id}"),
    ("addresses", {f"{U}/_entra/a.py": "path = f\"/users('{name}')\"\n"}, "/users('{name}"),
    ("addresses", {f"{U}/_entra/a.py": "found = f'displayName eq {name}'\n"}, "displayName eq {name}"),
    ("addresses", {f"{U}/_entra/a.py": "found = f\"displayName eq '{odata_string(name)}'\"\n"}, "displayName eq '{odata_string"),
    ("addresses", {f"{U}/_entra/a.py": "found = f'startswith(displayName,{name})'\n"}, "startswith(displayName,{name}"),
    ("addresses", {f"{U}/_products/a.py": "path = '/api/connections/' + str(number)\n"}, "'/api/connections/' + str(number)"),
    ("addresses", {f"{U}/_products/a.py": "path = '/api/%s' % name\n"}, "'/api/%s' % name"),
    ("addresses", {f"{U}/_products/a.py": "path = '/api/{}'.format(name)\n"}, "'/api/{}'.format(name)"),
    ("addresses", {f"{U}/_products/a.py": "path = '/'.join(['users', name])\n"}, "'/'.join(['users', name])"),
    ("sources", {f"{U}/_products/shop/client.py": '"""Rules."""\n'}, "shop/client.py"),
    ("sources", {f"{U}/_graph/odata.py": '"""Rules.\n\nSources: https://learn.microsoft.com/graph\n"""\n'}, "odata.py"),
]


def tree_of(folder: Path, files: t.Mapping[str, str]) -> Tree:
    """A tree of these files."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return Tree(folder)


@pytest.mark.parametrize(("rule", "files", "said"), BROKEN, ids=[f"{rule}-{said}" for rule, _files, said in BROKEN])
def test_a_broken_rule_is_noticed(tmp_path: Path, rule: str, files: dict[str, str], said: str) -> None:
    assert any(said in line for line in RULES[rule](tree_of(tmp_path, files))), RULES[rule](tree_of(tmp_path, files))


def test_every_rule_is_broken_once() -> None:
    assert {rule for rule, _files, _said in BROKEN} == set(RULES)


GOOD = {
    f"{U}/_errors.py": "class ConnectorError(Exception): pass\n",
    f"{U}/_clock.py": "import time\nnow = time.time()\n",
    f"{U}/_http/client.py": "import requests\nfrom .._errors import ConnectorError\n",
    f"{U}/_http/answer.py": "import time\nfrom .._clock import date_of, or_machine_time\nstarted = time.monotonic()\n",
    f"{U}/_http/path.py": "ONE = 'v1'\npath = f'/{ONE}/users/{path_segment(x)}/owners?id eq {odata_string(x)}'\n",
    f"{U}/_http/words.py": "said = f\"{x} and/or {y}, https://{x} ('{y}')\"\n",
    f"{U}/_entra/app/plan.py": 'from ..._errors import ConnectorError\ndef plan_app():\n    """Raises ConnectorError."""\n    raise ConnectorError()\n',
    f"{U}/_entra/app/resource.py": "from ..._http.client import requests\nfrom .plan import plan_app\n",
    "modules/entra_app.py": "DOCUMENTATION = r'''\n" + "text\n" * 500 + "'''\nfrom ..module_utils._entra.app.resource import plan_app\n",
    "action/entra_app.py": "from ..plugin_utils import _action\n",
    "plugin_utils/_action.py": "from ..module_utils import _errors\n",
}


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule != "sources"])
def test_a_tree_that_keeps_the_rules(tmp_path: Path, rule: str) -> None:
    assert RULES[rule](tree_of(tmp_path, GOOD)) == []
