# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The report as one page of HTML that needs nothing else: no server, no other file, and no script. Pure.

Names are the customers' and sentences partly the services': each text goes through C(_text), which knows no markup, and an address becomes a link only where it
begins with https. The policy in the head allows the style and the script of this page by their hashes and nothing from elsewhere.
"""

from __future__ import annotations

import base64
import hashlib
import html
import typing as t

from .._products.closing import one_line
from .model import ConnectorRow, Report, RunRow, State, TenantRow, WhyFailed, job_of
from .page_script import SCRIPT
from .page_style import STYLE
from .summary import (
    STATE_WORDS,
    WORK_WORDS,
    Ending,
    Level,
    Place,
    causes,
    columns,
    endings,
    level_of,
    level_of_tenant,
    soon,
    states,
    tasks,
    verdict,
    waits,
)

_NAMED = 12  # tenants of one cause
_MARK = {Level.GOOD: "g", Level.WAITS: "w", Level.BAD: "b", Level.NONE: "n"}  # the class of a cell
_LEVEL_WORDS = {Level.BAD: "something is wrong", Level.WAITS: "something is open", Level.GOOD: "all as it should be"}


def page(report: Report, *, days: int, title: str = "", whole: bool = True) -> str:
    """The page. ``days`` is how soon a credential ends to be pointed out. Without ``whole`` it is that of one customer and says nothing of the fleet."""
    number = len(report.tenants)
    heading = title or f"Rollout of {number} tenant{'' if number == 1 else 's'}"
    several = len(report.runs) > 1
    lines = verdict(report, days) if whole else [line for line in verdict(report, days) if not _of_a_run(line, report)]
    parts = [
        f"<h1>{_text(heading)}</h1>",
        _when(report, whole=whole),
        *(f'<p class="verdict">{_text(line)}</p>' for line in lines),
        _tiles(report, days) if number > 1 else "",
        _failed(report),
        _work(report),
        _endings(report, days),
        _matrix(report, days, several=several),
        _runs(report) if several and whole else "",
    ]
    return "\n".join(("<!doctype html>", _head(heading), f"<body>\n<main>\n{chr(10).join(part for part in parts if part)}\n</main>", _foot(), "</html>\n"))


def _of_a_run(line: str, report: Report) -> bool:
    return line.startswith("Wave ") or any(run.stopped and run.stopped.sentence == line for run in report.runs)


def _text(value: t.Any) -> str:
    """Text, in one line and without markup."""
    return html.escape(one_line(str(value)), quote=True)


def _name(value: str) -> str:
    """A name, whose direction of writing is its own."""
    return f"<bdi>{_text(value)}</bdi>"


def _link(address: str) -> str:
    """The address without its query as text: whole it is long, is where the link leads, and is printed on paper."""
    shown = address.partition("?")[0].removeprefix("https://")
    return f'<a href="{_text(address)}" rel=noreferrer>{_text(shown)}</a>' if address.startswith("https://") else _text(address)


def _head(title: str) -> str:
    def allowed(text: str) -> str:
        return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"

    policy = f"default-src 'none'; style-src {allowed(STYLE)}; script-src {allowed(SCRIPT)}; base-uri 'none'; form-action 'none'"
    return "\n".join(
        (
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="referrer" content="no-referrer">',
            f"<title>{_text(title)}</title>",
            f"<style>{STYLE}</style>",
            "</head>",
        )
    )


def _foot() -> str:
    made = "Made by the Ansible collection tenantkit.connectors. This page loads nothing from elsewhere."
    return f'<footer class="dim">{made}</footer>\n<script>{SCRIPT}</script>\n</body>'


def _when(report: Report, *, whole: bool) -> str:
    last = max(report.runs, key=lambda run: run.written)
    said = [f'<time datetime="{_text(last.written)}">{_text(last.written.replace("T", " ").replace("Z", " UTC"))}</time>']
    said[0] += f'<span id="local" data-time="{_text(last.written)}"></span>'
    if whole and len(report.runs) == 1:
        said += [_text(job_of(last)), *([_text(last.playbook)] if last.playbook else [])]
    if whole and len(report.runs) > 1:
        said.append(f"{len(report.runs)} runs")
    changes = sorted({run.change for run in report.runs if run.change})
    said += [f"change {_text(change)}" for change in changes]
    if last.version:
        said.append(f"version {_text(last.version)}")
    return f'<p class="dim">{" · ".join(said)}</p>'


def _tiles(report: Report, days: int) -> str:
    found = states(report)
    tiles = [(state.value, number, STATE_WORDS[state], _level_of_state(state)) for state, number in found.items()]
    waiting = sum(waits(tenant) for tenant in report.tenants)
    if waiting:
        tiles.append(("people", waiting, "wait for people", Level.WAITS))
    ending = sum(_ends_soon(tenant, days) for tenant in report.tenants)
    if ending:
        tiles.append(("soon", ending, f"end within {days} days", Level.WAITS))
    items = "".join(f'<li><a class="{level.value}" href="#state={value}"><b>{number}</b>{_text(word)}</a>' for value, number, word, level in tiles)
    return f'<nav aria-label="Tenants by state"><ul class="tiles">{items}</ul></nav>'


def _level_of_state(state: State) -> Level:
    return level_of_tenant(TenantRow("", state, ""))


def _ends_soon(tenant: TenantRow, days: int) -> bool:
    return any(row.days_left is not None and row.days_left <= days for row in tenant.connectors)


def _places(places: t.Sequence[Place]) -> str:
    named = ", ".join(_place(place) for place in places[:_NAMED])
    return f"{named} and {len(places) - _NAMED} more" if len(places) > _NAMED else named


def _place(place: Place) -> str:
    return f"{_name(place.tenant)} ({_text(place.connector)})" if place.connector else _name(place.tenant)


def _why(why: WhyFailed) -> str:
    """The sentence, what to do, and the id by which the service finds the request."""
    lines = [f"<p>{_text(why.sentence)}</p>"]
    if why.advice and why.advice != why.sentence:
        lines.append(f"<p><b>Do:</b> {_text(why.advice)}</p>")
    if why.request_id:
        lines.append(f'<p class="dim">Request <code>{_text(why.request_id)}</code> <button type="button" class="copy js-only">copy</button></p>')
    return "".join(lines)


def _failed(report: Report) -> str:
    items = [
        f"<li><b>{len(cause.places)} {'unreachable' if cause.unreachable else 'failed'}:</b> {_places(cause.places)}{_why(cause.why)}"
        for cause in causes(report)
    ]
    return (
        f'<section aria-labelledby="failed"><h2 id="failed">What failed, and what to do first</h2><ol class="causes">{"".join(items)}</ol></section>'
        if items
        else ""
    )


def _work(report: Report) -> str:
    """What people have to do, each kind in a list of its own."""
    found, parts = tasks(report), []
    for kind, word in WORK_WORDS.items():
        mine = [task for task in found if task.work.kind is kind]
        if mine:
            items = "".join(f"<li>{_place(task.place)}: {_sentence(task.work.sentence, task.work.address)}" for task in mine)
            parts.append(f'<details{" open" if len(mine) <= _NAMED else ""}><summary>{word}: {len(mine)}</summary><ul class="work">{items}</ul></details>')
    return f'<section aria-labelledby="work"><h2 id="work">Work for people</h2>{"".join(parts)}</section>' if parts else ""


def _sentence(sentence: str, address: str) -> str:
    """The sentence, with its address as a link."""
    before, found, after = sentence.partition(address) if address else (sentence, "", "")
    return f"{_text(before)} {_link(found)} {_text(after)}".strip() if found else _text(sentence)


def _endings(report: Report, days: int) -> str:
    """Those that end soon; when the others do stands beside each connector."""
    found = endings(report)
    listed = soon(found, days)
    if not found:
        return ""
    rows = "".join(f"<tr><th scope=row>{_name(ending.place.tenant)}<td>{_text(ending.place.connector)}<td>{_ending(ending)}" for ending in listed)
    those = set(map(id, listed))  # to compare them would take as long as all their texts, for each pair
    later = [ending.row.end for ending in found if id(ending) not in those]
    rest = f'<p class="dim">{len(later)} more end later, the first of them on {_text(later[0])}.</p>' if later else ""
    table = (
        f'<div class="wide" tabindex="0" role="group" aria-labelledby="ends"><table><caption>Those that end within {days} days</caption>'
        f"<thead><tr><th scope=col>Tenant<th scope=col>Connector<th scope=col>Credential</thead><tbody>{rows}</tbody></table></div>"
        if rows
        else ""
    )
    return f'<section aria-labelledby="ends"><h2 id="ends">Credentials by their end</h2>{_folded(table, len(listed))}{rest}</section>'


def _folded(table: str, number: int) -> str:
    return f"<details><summary>{number} credentials</summary>{table}</details>" if number > _NAMED else table


def _ending(ending: Ending) -> str:
    late = (ending.row.days_left or 0) < 0
    return f"{_text(ending.row.credential)} until {_text(ending.row.end)} <span class={'late' if late else 'soon'}>{_days(ending.row)}</span>"


def _days(row: ConnectorRow) -> str:
    days = row.days_left
    return "" if days is None else "ended" if days < 0 else f"{days} day{'' if days == 1 else 's'}"


def _matrix(report: Report, days: int, *, several: bool) -> str:
    names = columns(report)
    heads = ["Tenant", "State", *names, *(["Run"] if several else []), "What came of it"]
    head = "".join(f'<th scope="col"><button type="button">{_text(name)}</button>' for name in heads)
    rows = "\n".join(_row(tenant, report, names, days, several=several) for tenant in report.tenants)
    options = "".join(f'<option value="{index + 2}">{_text(name)}' for index, name in enumerate(names))
    kept = "".join(f'<option value="{state.value}">{STATE_WORDS[state]}' for state in states(report))
    others = {**{level.value: word for level, word in _LEVEL_WORDS.items()}, "people": "waits for people", "soon": "a credential ends soon"}
    more = "".join(f'<option value="{value}">{word}' for value, word in others.items())
    controls = (
        '<div class="controls js-only"><div><label for="words">Find (key /)</label><input id="words" type="search" autocomplete="off"></div>'
        f'<div><label for="state">State</label><select id="state"><option value="">all{kept}{more}</select></div>'
        f'<div><label for="connector">Has the connector</label><select id="connector"><option value="">all{options}</select></div>'
        '<div><button type="button" id="clear">Show all</button></div><p role="status" id="count"></p></div>'
    )
    return (
        f'<section aria-labelledby="all"><h2 id="all">Tenants and connectors</h2>{controls}<div class="wide" tabindex="0" role="group" aria-labelledby="all">'
        f'<table id="tenants"><caption>Every tenant of the inventory, with the status of each of its connectors</caption><thead><tr>{head}</thead>\n'
        f"<tbody>\n{rows}\n</tbody></table></div></section>"
    )


def _row(tenant: TenantRow, report: Report, names: t.Sequence[str], days: int, *, several: bool) -> str:
    level, by_name = level_of_tenant(tenant), {row.connector: row for row in tenant.connectors}
    more = tenant.display_name or tenant.domain
    label = f"<small>{_name(more)}</small>" if more and more.casefold() != tenant.name.casefold() else ""
    cells = "".join(_cell(by_name.get(name), days) for name in names)
    run = f"<td>{_text(job_of(report.run_of(tenant)))}" if several else ""
    marks = f"data-s={tenant.state.value} data-l={level.value}{' data-people=1' if waits(tenant) else ''}{' data-soon=1' if _ends_soon(tenant, days) else ''}"
    return (
        f"<tr {marks}><th scope=row>{_name(tenant.name)}{label}"
        f"<td class={_MARK[_level_of_state(tenant.state)]}>{STATE_WORDS[tenant.state]}{cells}{run}"
        f"<td class=what><details><summary>{_gist(tenant, level)}</summary>{_details(tenant)}</details>"
    )


def _cell(row: ConnectorRow | None, days: int) -> str:
    if row is None:
        return "<td>"
    ends = row.days_left is not None and row.days_left <= days
    small = f"<small class=soon>{_days(row)}</small>" if ends else ""
    return f"<td class={_MARK[level_of(row)]}>{_text(row.status.replace('_', ' ') or 'no result')}{small}"


def _gist(tenant: TenantRow, level: Level) -> str:
    """The one thing to know of it."""
    if tenant.held:
        until = f" until {tenant.held.until}" if tenant.held.until else ""
        return _text(f"held{until}: {tenant.held.reason}" if tenant.held.reason else f"held{until}")
    number = sum(len(row.to_do) for row in tenant.connectors)
    failed = tenant.failure or next((row.failure for row in tenant.connectors if row.failure), None)
    if failed and level is Level.BAD:
        return _text(failed.code.replace("_", " ") or STATE_WORDS[tenant.state])
    if number:
        return f"{number} thing{'' if number == 1 else 's'} to do"
    return _text(_LEVEL_WORDS.get(level, STATE_WORDS[tenant.state]) if tenant.state is State.OK else STATE_WORDS[tenant.state])


def _details(tenant: TenantRow) -> str:
    known = [tenant.domain, tenant.tenant_id, f"wave {tenant.wave}" if tenant.wave is not None else ""]
    parts = [f"<dt>Tenant<dd class=dim>{_text(' · '.join(part for part in known if part))}"] if any(known) else []
    told = {row.failure.sentence for row in tenant.connectors if row.failure}
    if tenant.failure and tenant.failure.sentence not in told:
        parts.append(f"<dt>Failure<dd>{_why(tenant.failure)}{_task(tenant.failure)}")
    for row in tenant.connectors:
        parts.append(f"<dt>{_text(row.connector)}<dd>{_of_connector(row)}")
        parts += [f"<dd>{_why(row.failure)}{_task(row.failure)}"] if row.failure else []
        parts += [f"<dd>{_text(work.sentence)}" for work in row.to_do]
        parts += [f"<dt>Tenant<dd class=dim>{_text(note)}" for note in row.notes]
    return f"<dl>{''.join(parts)}</dl>" if parts else ""


def _task(why: WhyFailed) -> str:
    return f"<p class=dim>Task: {_text(why.task)}</p>" if why.task else ""


def _of_connector(row: ConnectorRow) -> str:
    ends = f"{row.credential} until {row.end}" if row.end else ""
    return "; ".join(_text(part) for part in (row.client_id, ends, "changed" if row.changed else "") if part)


def _runs(report: Report) -> str:
    def row(run: RunRow) -> str:
        ended = run.finished or "has not ended, or was ended from outside"
        number = sum(tenant.run == run.id for tenant in report.tenants)
        return f"<tr><th scope=row>{_text(job_of(run))}<td>{_text(run.playbook)}<td>{_text(run.started)}<td>{_text(ended)}<td>{number}"

    rows = "".join(row(run) for run in report.runs)
    return (
        '<section aria-labelledby="runs"><h2 id="runs">Runs</h2><div class="wide" tabindex="0" role="group" aria-labelledby="runs"><table>'
        "<caption>Each tenant has what the newest run knows of it</caption><thead><tr><th scope=col>Run<th scope=col>Playbook<th scope=col>Began"
        f"<th scope=col>Ended<th scope=col>Tenants</thead><tbody>{rows}</tbody></table></div></section>"
    )
