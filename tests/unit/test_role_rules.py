# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles and playbooks keep the rules of C(support/role_rules.py), and each rule finds what it is for.

What breaks a rule today is counted in C(data/role_rules_open.yml), which only gets shorter; C(tests/tools/role_rules.py --write) writes it anew. Without
that file every rule has to hold everywhere.
"""

from __future__ import annotations

import textwrap
import typing as t
from pathlib import Path

import pytest
import yaml
from support import expressions, role_rules, role_yaml

ROOT = Path(__file__).resolve().parents[2]
OPEN = Path(__file__).parent / "data" / "role_rules_open.yml"
TASKS, VARS, PLAYBOOK = "roles/product/tasks/main.yml", "roles/product/vars/main.yml", "playbooks/product.yml"


@pytest.fixture(scope="module")
def documents() -> list[role_yaml.Document]:
    """All roles and playbooks."""
    return role_yaml.read_all(ROOT)


def test_roles_and_playbooks_keep_the_rules(documents: list[role_yaml.Document]) -> None:
    violations = role_rules.check(documents)
    known = yaml.safe_load(OPEN.read_text()) if OPEN.exists() else {}
    found = role_rules.counted(violations)
    differs = []
    for file, rule in sorted({(file, rule) for table in (found, known) for file, rules in table.items() for rule in rules}):
        now, listed = found.get(file, {}).get(rule, 0), known.get(file, {}).get(rule, 0)
        if now != listed:
            differs.append(f"{file}: {rule}: {now} found, {listed} listed")
            differs += [f"    {violation}" for violation in violations if (violation.file, violation.rule) == (file, rule) and now > listed]
    assert not differs, "Repair what is new, then update the list (tests/tools/role_rules.py --write):\n" + "\n".join(differs)


def test_every_allowed_fact_is_set_somewhere(documents: list[role_yaml.Document]) -> None:
    """A reason for a fact that is gone would allow the next one of that name."""
    assert role_rules.unused(documents) == []


def test_no_rollout_renews_what_it_signs_in_with() -> None:
    """A run that changes the automation identity in the middle of its tenants could lock itself out of all of them."""
    files = [path for folder in ("roles", "playbooks", "extensions") for path in sorted((ROOT / folder).rglob("*.yml"))]
    using = [str(path.relative_to(ROOT)) for path in files if "entra_own_certificate" in path.read_text() or "automation_identity_renew" in path.read_text()]
    assert len(files) > 50 and using == ["playbooks/automation_identity_renew.yml"]


# Expressions, what they cost, and so whether the rule of values allows them: at most one call, at most one condition.
COSTS = {
    # literals and paths
    "'a text'": (0, 0),
    "-1": (0, 0),
    "{'mode': ['report', 1]}": (0, 0),
    "a": (0, 0),
    "a.b['c'][0].d": (0, 0),
    "a.b | default(omit)": (0, 0),
    "a.b | default({})": (0, 0),
    "a.b | default('', true)": (0, 0),
    "a | default(false) | bool": (0, 0),
    "a | int | default(0)": (0, 0),
    # calls
    "lookup('tenantkit.connectors.session')": (1, 0),
    "lookup('env', a)": (1, 0),
    "lookup('x').y": (1, 0),
    "ansible_parent_role_paths | first": (1, 0),
    "a | combine(b)": (1, 0),
    "a | combine({'b': c})": (2, 0),
    "a | trim | lower": (2, 0),
    "a.keys()": (1, 0),
    "a ~ '/' ~ b": (2, 0),
    "a + 1": (1, 0),
    "a[:10]": (1, 0),
    "[a, b]": (1, 0),
    "{'a': b}": (1, 0),
    "(a | default({})).b": (1, 0),
    "(a | default({})).b | default('')": (2, 0),
    "a | first | default('')": (2, 0),
    "a | default('') | default('')": (1, 0),
    "a | int(1)": (1, 0),
    # conditions
    "a | default(b)": (0, 1),
    "a | default(b | default({}))": (0, 1),
    "a | first | default(b)": (2, 1),
    "a[b]": (0, 1),
    "a[b].c | default('')": (1, 1),
    "a == b": (0, 1),
    "1 < a < 3": (0, 2),
    "a in ['b', 'c']": (0, 1),
    "a not in b": (0, 1),
    "not a": (0, 1),
    "not a | bool": (0, 1),
    "not a == b": (0, 1),
    "a is defined": (0, 1),
    "a is not defined": (0, 1),
    "a and b": (0, 1),
    "a or b": (0, 1),
    "a and b and c": (0, 2),
    "a and not b": (0, 2),
    "a | length > 0": (1, 1),
    "a if b else c": (0, 1),
    "a if b == c else d": (0, 1),
    "a if not b else c": (0, 1),
    "omit if a is defined else b": (0, 1),
    "a if b and c else d": (0, 2),
    "a if not (b or c) else d": (0, 3),
    "a if b else c if d else e": (0, 2),
    "(a if b else c).d": (0, 1),
    "a if (b if c else d) else e": (0, 2),
    "x | upper if a | length > 0 else b": (2, 1),
    # filters that choose are both
    "a | ternary(b, c)": (1, 1),
    "a | selectattr('b')": (1, 1),
    "a | select | list": (2, 1),
    "a | reject('match', 'b')": (1, 1),
    "a | rejectattr('b') | map(attribute='c')": (2, 1),
    "a | map('extract', b)": (1, 0),
    "a | extract(b)": (1, 1),
}


@pytest.mark.parametrize(("code", "cost"), COSTS.items())
def test_what_an_expression_costs(code: str, cost: tuple[int, int]) -> None:
    assert expressions.cost(expressions.parse(code)) == cost


def broken(file: str, source: str, *others: tuple[str, str], facts: t.Collection[str] = ()) -> list[str]:
    """The rules that a file breaks, beside others that break none."""
    read = [role_yaml.read(name, textwrap.dedent(text)) for name, text in ((file, source), *others)]
    return sorted(violation.rule for violation in role_rules.check(read, facts) if violation.file == file)


GOOD = {
    "text outside of braces": (VARS, "a: \"{{ b }} and {{ c | default('') }}/tasks/{{ d | first }}.yml\""),
    "a path to a file of this role": (TASKS, '- x.y: {file: "{{ ansible_parent_role_paths | first }}/tasks/deliver.yml"}'),
    "a look-up": (TASKS, "- module_defaults: {group/a.b.c: \"{{ lookup('tenantkit.connectors.session') }}\"}\n  x.y: {}"),
    "a private variable of a public one": (VARS, '__product_a: "{{ product_b }}"\n__product_c: [d]'),
    "a private variable of data": (VARS, '__product_a: "{{ __product_b[product_c] }}"\n__product_b: {d: e}'),
    "a private variable of a register": (TASKS, '- x.y: {}\n  register: __product_a\n- x.y: {}\n  vars: {__product_b: "{{ __product_a.c }}"}'),
    "a public variable of a private one": (TASKS, '- x.y: {a: "{{ __product_a }}"}\n  vars: {product_b: "{{ __product_a }}", __product_a: "{{ c }}"}'),
    "two tests": (TASKS, "- x.y: {}\n  when: [a | length > 0, not b.c | default(false)]"),
    "one test": (TASKS, "- x.y: {}\n  when: a is not defined\n  until: b is success\n  changed_when: false"),
    "that": (TASKS, "- ansible.builtin.assert: {that: [a == b, c], fail_msg: '{{ d }}'}"),
    "omit in an argument": (TASKS, '- x.y: {a: "{{ b | default(omit) }}"}\n- x.y:\n  args: {c: "{{ omit }}"}'),
    "the word omit": (VARS, "a: omit what is not needed {{ b }} {{ c.d == 'emit' }}"),
    "an own register": (TASKS, "- x.y: {}\n  register: __product_step\n  loop_control: {loop_var: __product_item}"),
    "a variable of the playbook": (PLAYBOOK, '- hosts: all\n  vars: {__product_a: b}\n  tasks: [{x.y: {c: "{{ __product_a }}"}}]'),
    "two dots in a sentence": (VARS, "a: 'and so on ... {{ b }} 1..2'"),
    "the word now": (VARS, "a: now (or never) {{ b.now }} {{ now_c }}"),
    "results": (TASKS, "- ansible.builtin.set_fact: {product_result: {}, product_diagnosis: {}, '{{ entra_connector_result }}': {}, cacheable: true}"),
    "not templated": (VARS, "a: !unsafe '{{ b ~ c ~ d }}{% if %}'"),
}
BAD = {
    "two calls": ("value", VARS, 'a: "{{ b | trim | lower }}"'),
    "two conditions": ("value", VARS, 'a: "{{ b if c and d else e }}"'),
    "the second expression of a text": ("value", VARS, 'a: "{{ b }} {{ c == d and e }}"'),
    "undef": ("value", VARS, "a: \"{{ undef(hint='b') }}\""),
    "a key": ("value", TASKS, "- x.y: {a: {'{{ b ~ c ~ d }}': e}}"),
    "the name of a task": ("value", TASKS, '- name: "{{ a | b | c }}"\n  x.y: {}'),
    "a loop": ("value", TASKS, '- x.y: {}\n  loop: "{{ a | select | list }}"'),
    "a condition of data is a value": ("value", VARS, 'a: [{when: "{{ b and c and d }}"}]'),
    "a chain": ("chain", VARS, '__product_a: "{{ __product_b }}"\n__product_b: "{{ product_c }}"'),
    "a chain inside data": ("chain", VARS, '__product_a: {x: ["{{ __product_b.y }}"]}\n__product_b: {y: "{{ c }}"}'),
    "a chain of a vars block": ("chain", TASKS, '- block:\n    - x.y: {}\n      vars: {__product_a: "{{ __product_b }}", __product_b: "{{ c }}"}'),
    "a chain through a look-up": ("chain", VARS, "__product_a: \"{{ lookup('vars', '__product_b') }}\"\n__product_b: '{{ c }}'"),
    "and": ("when", TASKS, "- x.y: {}\n  when: a and b"),
    "or in one of two": ("when", TASKS, "- x.y: {}\n  when: [a, b or c]"),
    "or inside a call": ("when", TASKS, "- x.y: {}\n  when: f(b or c)"),
    "three entries": ("when", TASKS, "- block:\n    - x.y: {}\n  rescue:\n    - x.y: {}\n      when: [a, b, c]"),
    "a choice": ("when", TASKS, "- x.y: {}\n  until: a if b else c"),
    "two calls in a test": ("when", TASKS, "- x.y: {}\n  failed_when: a | select | list | length > 0"),
    "an index by expression and a comparison": ("when", TASKS, "- x.y: {}\n  changed_when: a[b] == c"),
    "two tests of an assertion": ("when", TASKS, "- assert: {that: a == b and c}"),
    "braces in a condition": ("when", TASKS, "- x.y: {}\n  when: '{{ a }}'"),
    "a block": ("block", VARS, "a: '{% set b = 1 %}'"),
    "omit in vars": ("omit", VARS, 'a: {b: "{{ c | default(omit) }}"}'),
    "omit in defaults": ("omit", "roles/product/defaults/main.yml", 'a: "{{ omit }}"'),
    "omit in a vars block": ("omit", TASKS, '- x.y: {}\n  vars: {a: "{{ omit if b else c }}"}'),
    "omit in a fact": ("omit", TASKS, '- set_fact: {product_result: "{{ a | default(omit) }}"}'),
    "omit in debug": ("omit", TASKS, '- ansible.builtin.debug: {msg: "{{ a | default(omit) }}"}'),
    "omit in module_defaults": ("omit", TASKS, '- x.y: {}\n  module_defaults: {x.y: {a: "{{ b | default(omit) }}"}}'),
    "omit for an included role": ("omit", TASKS, '- include_role: {name: x}\n  vars: {a: "{{ b | default(omit) }}"}'),
    "omit in a condition": ("omit", TASKS, "- x.y: {}\n  when: a == omit"),
    "a variable of another role": ("foreign", TASKS, '- x.y: {a: "{{ __other_b }}"}'),
    "in a condition": ("foreign", TASKS, "- x.y: {}\n  when: __other_b is defined"),
    "a register of another role": ("foreign", TASKS, "- x.y: {}\n  register: __other_step"),
    "a role whose name begins alike": ("foreign", TASKS, "- x.y: {}\n  register: __products_step"),
    "a loop variable of another role": ("foreign", TASKS, "- x.y: {}\n  loop_control: {loop_var: __other_item}"),
    "set for another role": ("foreign", TASKS, "- x.y: {}\n  vars: {__other_b: 1}"),
    "by its name": ("foreign", TASKS, "- x.y: {}\n  vars: {other_result: __other_b}"),
    "through hostvars": ("foreign", TASKS, '- x.y: {a: "{{ hostvars.b.__other_c }}"}'),
    "through vars": ("foreign", TASKS, "- x.y: {a: \"{{ lookup('vars', '__other_c') }}\"}"),
    "of a role in a playbook": ("foreign", PLAYBOOK, '- hosts: all\n  roles: [{role: x, a: "{{ __other_b }}"}]'),
    "a neighbour's file": ("beside", TASKS, '- include_tasks: "{{ role_path }}/../product/tasks/b.yml"'),
    "a neighbour's file in an expression": ("beside", TASKS, "- include_tasks: \"{{ role_path ~ '/../product' }}\""),
    "the folder above": ("beside", VARS, 'a: "{{ role_path | dirname }}/product"'),
    "a relative path": ("beside", TASKS, "- include_tasks: ../../other/tasks/b.yml"),
    "a loop over items": ("loop", TASKS, "- x.y: {}\n  loop: [1]"),
    "a loop with its label alone": ("loop", TASKS, "- x.y: {}\n  loop: [1]\n  loop_control: {label: a}"),
    "a loop of an older kind": ("loop", TASKS, "- x.y: {}\n  with_items: [1]"),
    "a loop in a block": ("loop", TASKS, "- block: [{x.y: {}, loop: [1]}]"),
    "a loop over a name of the caller's": ("loop", TASKS, "- x.y: {}\n  loop: [1]\n  loop_control: {loop_var: tenant}"),
    "a loop over what begins alike": ("loop", TASKS, "- x.y: {}\n  loop: [1]\n  loop_control: {loop_var: products_a}"),
    "a loop whose index is the caller's": ("loop", TASKS, "- x.y: {}\n  loop: [1]\n  loop_control: {loop_var: __product_a, index_var: index}"),
    "a file by host": ("file", TASKS, '- include_role: {name: a.b.c, tasks_from: "{{ __product_look.tasks }}"}'),
    "a loop of a playbook": ("loop", PLAYBOOK, "- hosts: all\n  tasks: [{x.y: {}, loop: [1]}]"),
    "the present": ("clock", TASKS, "- x.y: {a: \"{{ now(utc=true, fmt='%Y') }}\"}"),
    "the present in a condition": ("clock", TASKS, "- x.y: {}\n  when: now() > a"),
    "a date of the facts": ("clock", VARS, 'a: "{{ ansible_date_time.iso8601 }}"'),
    "a date by a filter": ("clock", VARS, "a: \"{{ '%Y' | strftime }}\""),
    "a fact": ("fact", TASKS, "- ansible.builtin.set_fact: {__product_a: 1}"),
    "a result of another role": ("fact", TASKS, "- set_fact: {other_result: {}}"),
    "a fact of a playbook": ("fact", PLAYBOOK, "- hosts: all\n  post_tasks: [{set_fact: {product_a: 1}}]"),
    "no Jinja": ("value", VARS, 'a: "{{ b c }}"'),
}


@pytest.mark.parametrize(("file", "source"), GOOD.values(), ids=GOOD.keys())
def test_what_the_rules_allow(file: str, source: str) -> None:
    assert broken(file, source) == []


@pytest.mark.parametrize(("rule", "file", "source"), BAD.values(), ids=BAD.keys())
def test_what_the_rules_find(rule: str, file: str, source: str) -> None:
    assert rule in broken(file, source)


def test_each_rule_is_broken_once_on_purpose() -> None:
    assert {rule for rule, _file, _source in BAD.values()} == {"value", "chain", "when", "block", "omit", "foreign", "beside", "loop", "file", "clock", "fact"}


def test_a_chain_over_two_files() -> None:
    other = ("roles/product/tasks/other.yml", '- x.y: {}\n  vars: {__product_b: "{{ c }}"}')
    assert broken(VARS, '__product_a: "{{ __product_b }}"', other) == ["chain"]


def test_an_allowed_fact() -> None:
    source = "- ansible.builtin.set_fact: {__product_a: 1}"
    assert broken(TASKS, source, facts=["__product_a"]) == []
    assert role_rules.unused([role_yaml.read(TASKS, source)], ["__product_a", "__product_b"]) == ["__product_b"]


def test_what_a_violation_says() -> None:
    document = role_yaml.read(TASKS, '- block:\n    - x.y: {a: ["{{ b | c |\n        d }}"]}')
    (violation,) = role_rules.check([document])
    assert str(violation) == "roles/product/tasks/main.yml: [0].block[0].x.y.a[0]: value: 2 calls, 0 conditions: b | c | d"
