# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook awx_report: the jobs of a workflow are found by what the controller says of its nodes, and their outputs become one report.

The controller is a few answers in the form of https://github.com/ansible/awx at e21dd0a0 (2024-10-23, read 2026-11-30): WorkflowJobNodeSerializer,
UnifiedJobSerializer and SUMMARIZABLE_FK_FIELDS of awx/api/serializers.py, UnifiedJobStdout of awx/api/views/__init__.py.
"""

from __future__ import annotations

import contextlib
import json
import threading
import typing as t
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.model import Report
from ansible_collections.tenantkit.connectors.plugins.module_utils._report.outputs import BEGIN, END
from support.playbooks import ROOT, Run, run_playbook
from support.reports import ENDED, STARTED

TOKEN = "a-token-of-the-controller"


def node(identifier: str, job: int | None, kind: str = "job") -> dict[str, t.Any]:
    return {"identifier": identifier, "summary_fields": {"job": {"id": job, "type": kind, "status": "successful"}} if job else {}}


def output(run: str, job: str, *tenants: str, state: str = "ok", ended: str = ENDED) -> str:
    """What a job printed, with the report of its run between other lines."""
    runs = [{"id": run, "job": job, "started": STARTED, "written": ended, "finished": ended, "check_mode": False}]
    rows = [{"name": name, "state": state, "run": run, "connectors": []} for name in tenants]
    return "\n".join(["PLAY [Roll out]", BEGIN, json.dumps({"schema": 1, "runs": runs, "tenants": rows}), END, "PLAY RECAP"])


# The workflow 70 with a preflight, a canary and a mass rollout in two slices, of which the report is the fourth node.
NODES = [node("preflight", 71), node("approval", 72, "workflow_approval"), node("canary", 73), node("mass", 74, "workflow_job"), node("report", 77)]
STORED = {"event_processing_finished": True}
ANSWERS: dict[str, t.Any] = {
    "/api/v2/workflow_jobs/70/workflow_nodes/?page_size=200": {"next": None, "results": NODES},
    "/api/v2/workflow_jobs/74/workflow_nodes/?page_size=200": {"next": None, "results": [node("a", 75), node("b", 76)]},
    "/api/v2/jobs/73/stdout/?format=txt_download": output("first", "73", "contoso", ended=STARTED),
    "/api/v2/jobs/75/stdout/?format=txt_download": output("second", "75", "contoso", "fabrikam"),
    "/api/v2/jobs/76/stdout/?format=txt_download": output("third", "76", "tailspin", state="failed"),
    **{f"/api/v2/jobs/{job}/": STORED for job in (73, 75, 76)},
}


@contextlib.contextmanager
def controller(answers: dict[str, t.Any], status: int = 200, refused: str = "") -> t.Iterator[tuple[str, list[str]]]:
    """A controller that knows these answers, gives those to the addresses with C(refused) in them with C(status), and what was asked of it with the token."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.path in answers and self.headers["Authorization"] == f"Bearer {TOKEN}"
            asked.append(self.path)
            answer = answers.get(self.path, "")
            answer = answer.pop(0) if isinstance(answer, list) else answer
            body = (answer if isinstance(answer, str) else json.dumps(answer)).encode()
            self.send_response((status if refused in self.path else 200) if known else 404)
            self.send_header("Content-Type", "text/plain" if isinstance(answer, str) else "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: t.Any) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", asked
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def report(folder: Path, address: str, **extra: t.Any) -> Run:
    """The playbook as a job of a workflow runs it."""
    env = {"CONTROLLER_HOST": address, "CONTROLLER_OAUTH_TOKEN": TOKEN}
    return run_playbook(ROOT / "playbooks" / "awx_report.yml", folder, env=env, extra=extra or {"awx_workflow_job_id": 70})


def test_one_report_of_a_workflow_and_its_slices(tmp_path: Path) -> None:
    first, slices, canary, one, other, *stored = ANSWERS
    late = {stored[2]: [{"event_processing_finished": False}, STORED]}  # a node begins when the job before it has ended, and not when its output is there
    with controller({**ANSWERS, **late}) as (address, asked):
        run = report(tmp_path, address).ok()
    read = [first, stored[0], canary, slices, stored[1], one, stored[2], stored[2], other]
    assert asked == read, "the preflight, the approval and the report print none"
    (path,) = (tmp_path / "tmp").glob("**/rollout.json")
    made = Report.from_json(json.loads(path.read_text()), "the report")
    assert {tenant.name: (tenant.state, tenant.run) for tenant in made.tenants} == {
        "contoso": ("ok", "second"), "fabrikam": ("ok", "second"), "tailspin": ("failed", "third"),
    }  # fmt: skip
    assert {page.name for page in path.parent.iterdir()} >= {"rollout.html", "customers"}
    assert TOKEN not in run.stdout + run.stderr + json.dumps([event.result for event in run.events])


@pytest.mark.parametrize(
    ("answers", "status", "refused", "said"),
    [
        (ANSWERS, 401, "", "which answered 401"),
        (ANSWERS, 403, "/workflow_jobs/74/", "which answered 403"),
        (ANSWERS, 404, "/jobs/75/", "which answered 404"),
        (ANSWERS, 500, "/jobs/76/stdout/", "which answered 500"),
        ({**ANSWERS, list(ANSWERS)[1]: {"next": "/api/v2/more", "results": [node("a", 75)]}}, 200, "", "which answered without some"),
        ({**ANSWERS, list(ANSWERS)[1]: {"next": None, "results": [node("a", 75), node("b", None)]}}, 200, "", "which answered without some"),
        ({**ANSWERS, list(ANSWERS)[4]: "PLAY [Roll out]"}, 200, "", "job_76.txt"),
    ],
    ids=[
        "refused",
        "the slices are refused",
        "one slice is refused",
        "one output is refused",
        "more slices than a page",
        "a slice that did not begin",
        "an output without its report",
    ],
)
def test_what_is_not_read_whole_is_no_report(tmp_path: Path, answers: dict[str, t.Any], status: int, refused: str, said: str) -> None:
    with controller(answers, status, refused) as (address, _asked):
        run = report(tmp_path, address)
    assert run.returncode and said in " ".join(run.stdout.split()) and TOKEN not in run.stdout
    assert not list((tmp_path / "tmp").glob("**/rollout.json"))
