# SPDX-License-Identifier: GPL-3.0-or-later
"""The front: one HTTPS port for all services, told apart by path prefix or host name, with faults and a journal."""

from __future__ import annotations

import asyncio
import email.utils
import json
import os
import pathlib
import secrets
import signal
import sys
import time
import traceback
import typing as t

from aiohttp import web
from aiohttp.http import RESPONSES

from .arm import ArmService
from .ca import Authority
from .config import Config
from .control import Control
from .faults import BEFORE, Decision, FaultPlan, Rule
from .identity import IdentityService
from .journal import Entry, Journal
from .login import LoginService
from .pipelines import PipelineService
from .products import products, service_names
from .proxy import ConnectProxy
from .snapshots import Snapshots
from .tokens import TokenIssuer
from .web import Request, Response, Service
from .world import JsonObject, World

# Public host name -> service, of Microsoft's own; products bring theirs.
_HOSTS = {
    "login.microsoftonline.com": "login",
    "login.windows.net": "login",
    "login.microsoft.com": "login",
    "graph.microsoft.com": "graph",
    "management.azure.com": "arm",
}
_LARGEST_BODY = 8 * 1024 * 1024


class Target(t.NamedTuple):
    """Where a request goes: which service, under which name in the journal, and what it sees."""

    name: str
    service: Service
    base_url: str
    path: str


class Front:
    """Routes requests to services. Everything but waiting happens on one thread, one request at a time."""

    def __init__(self, config: Config, authority: Authority) -> None:
        self.config = config
        self.world = World()
        self.world.tokens = self.issuer = TokenIssuer(self.world, authority.token_key())
        self.faults = FaultPlan()
        self.journal = Journal(self.world)
        self.snapshots = Snapshots(self.world, self.journal)
        self.identity_header = secrets.token_hex(16)
        self.world.part_fault = self.faults.for_part
        self.reset()
        self._configured = list(self.world.issued)
        self.control = Control(self)

    def reset(self, *, forget: bool = False, ahead: float = 0.0) -> None:
        """Back to what the configuration says: objects, settings, clock, faults and journal. Issued values stay known unless told to forget them.

        ``ahead`` are seconds by which the clock is before the machine's from then on; negative ones put it behind.
        """
        self.config.fill(self.world, ahead=ahead)
        if forget:
            self.world.issued = list(self._configured)
        self.faults.remove()
        self.journal.clear()
        self._start_services()

    def restore(self, token: int) -> None:
        """Back to a snapshot, without faults. Raises ValueError when there is none with this token."""
        self.snapshots.restore(token)
        self.faults.remove()
        self._start_services()

    def _start_services(self) -> None:
        from .graph.service import GraphService  # here, so that a part of the emulator can be tried without it

        self._services: dict[str, Service] = {
            "login": LoginService(self.world, self.issuer),
            "graph": GraphService(self.world),
            "arm": ArmService(self.world),
            **{kind: PipelineService(self.world, self.issuer, kind) for kind in ("github_actions", "azure_devops")},
        }
        self.identity = IdentityService(self.world, self.issuer, self.config.managed_identity, self.identity_header)

    def host_names(self) -> list[str]:
        """Every public host name the emulator stands in for."""
        return [*_HOSTS, *(name for product in products().values() for name in product.host_names(self.world))]

    def modelled(self, host: str) -> bool:
        """Whether requests for this host name can be answered."""
        return self._by_host(host) is not None

    def _by_host(self, host: str) -> tuple[str, Service] | None:
        if host in _HOSTS:
            return _HOSTS[host], self._services[_HOSTS[host]]
        for product in products().values():
            if found := product.by_host(self.world, host):
                return found
        return None

    def find(self, host_header: str, path: str) -> Target | None:
        """The target of a request, or None."""
        host = host_header.rpartition(":")[0] if host_header.rpartition(":")[2].isdigit() else host_header
        root = f"https://{host_header}"
        if found := self._by_host(host.lower()):
            return Target(*found, root, path)
        prefix, _slash, rest = path.lstrip("/").partition("/")
        if prefix in self._services:
            return Target(prefix, self._services[prefix], f"{root}/{prefix}", f"/{rest}")
        for product in products().values():
            if prefix in product.services and (place := product.by_path(self.world, prefix, rest)):
                if not place.taken:
                    return Target(prefix, place.service, f"{root}/{prefix}", f"/{rest}")
                return Target(prefix, place.service, f"{root}/{prefix}/{place.taken}", f"/{rest[len(place.taken) + 1 :]}")
        return None

    async def handle(self, raw: web.BaseRequest) -> web.StreamResponse:
        """Answer one HTTP request."""
        path, _mark, query = raw.raw_path.partition("?")
        body = await raw.read()
        host = raw.headers.get("Host", "localhost")
        if path.startswith("/_control"):
            request = Request(raw.method, path, query, raw.headers, body, f"https://{host}/_control")
            return _to_aiohttp(self.control.handle(request))
        target = self.find(host, path)
        if target is None:
            return _to_aiohttp(Response.json(404, {"error": f"nothing is modelled at {host}{path}"}))
        request = Request(raw.method, target.path, query, raw.headers, body, target.base_url)
        return await self._answer(raw, target.name, target.service, request)

    async def handle_identity(self, raw: web.BaseRequest) -> web.StreamResponse:
        """Answer one request at the managed identity endpoint, which is plain HTTP as on a real host."""
        path, _mark, query = raw.raw_path.partition("?")
        request = Request(raw.method, path, query, raw.headers, await raw.read(), f"http://{raw.headers.get('Host')}")
        return await self._answer(raw, "identity", self.identity, request)

    async def _answer(self, raw: web.BaseRequest, name: str, service: Service, request: Request) -> web.StreamResponse:
        started = time.perf_counter()
        entry = self.journal.open(name, request)
        entry.request_bytes = _size(f"{raw.method} {raw.raw_path} HTTP/1.1", raw.raw_headers, request.body)
        path = request.path + (f"?{request.raw_query}" if request.raw_query else "")
        decision = self.faults.decide(name, request.method, path)
        if decision.delay:
            entry.fault = f"latency {decision.delay:g} s"
            await asyncio.sleep(decision.delay)
        rule = decision.rule
        if rule:
            entry.fault = rule.action
        if rule and rule.action == "gate":
            await self._stand(raw, rule)
        if rule and rule.action in BEFORE:
            response = None if rule.action in ("drop_before", "kill_pid_before") else rule.response(name)
        else:
            response = self._run(service, request, entry)
        sent = await self._spoil(raw, name, decision, response, entry)
        entry.duration_ms = round((time.perf_counter() - started) * 1000, 2)
        return sent

    async def _hold(self, raw: web.BaseRequest, rule: Rule) -> None:
        """Wait as long as the rule says, or until the client hangs up or the rule is removed."""
        end = time.monotonic() + (rule.seconds or 0.0)
        while time.monotonic() < end and _is_open(raw) and rule in self.faults.rules:
            await asyncio.sleep(0.02)

    async def _stand(self, raw: web.BaseRequest, gate: Rule) -> None:
        """Wait until the gate is opened, or until the client hangs up or the rule is removed."""
        gate.waiting += 1
        mine = gate.let_through + gate.waiting
        while gate.let_through < mine and _is_open(raw) and gate in self.faults.rules:
            await asyncio.sleep(0.005)

    def _run(self, service: Service, request: Request, entry: Entry) -> Response:
        try:
            response = service.handle(request)
        except Exception:  # a mistake in the emulator must be seen, and must not look like the service's answer
            traceback.print_exc()
            entry.fault = "emulator failure"
            text = "emulator failure\n" + traceback.format_exc()
            return Response(599, text.encode(), {"Content-Type": "text/plain"})
        entry.applied = True
        entry.parts = response.parts
        return response

    async def _spoil(self, raw: web.BaseRequest, name: str, decision: Decision, response: Response | None, entry: Entry) -> web.StreamResponse:
        """Send the answer, unless a rule wants something else to happen to it."""
        rule = decision.rule
        action = rule.action if rule else ""
        if rule and action.startswith("kill_pid"):
            entry.fault = f"{action} {rule.signal} {rule.pid}: {rule.kill()}"
            await self._hold(raw, rule)
            return _drop(raw)
        if response is None or action == "drop_after":
            return _drop(raw)
        if rule and action == "status_after":
            response = rule.response(name)
        elif rule and action == "hang":
            await self._hold(raw, rule)
        elif action == "truncate":
            entry.status = response.status
            return _truncate(raw, response)
        entry.status = response.status
        answer = _to_aiohttp(response)
        # A client that goes by the service's clock sees the emulator's, also after that was moved.
        answer.headers.setdefault("Date", email.utils.format_datetime(self.world.clock.now(), usegmt=True))
        await answer.prepare(raw)  # from here on it has all of its headers
        head = f"HTTP/1.1 {answer.status} {answer.reason}"
        headers = [(key.encode(), value.encode()) for key, value in answer.headers.items()]
        entry.answer_bytes = _size(head, headers, b"" if raw.method == "HEAD" else response.body)
        return answer


def _size(first_line: str, headers: t.Iterable[tuple[bytes, bytes]], body: bytes) -> int:
    """How long an HTTP message is: its first line, its headers with colon, space and line end, an empty line, its body."""
    return len(first_line.encode()) + 2 + sum(len(name) + len(value) + 4 for name, value in headers) + 2 + len(body)


def _to_aiohttp(response: Response) -> web.Response:
    return web.Response(status=response.status, body=response.body, headers={"Server": "emulator", **response.headers})


def _drop(raw: web.BaseRequest) -> web.Response:
    """Break the connection. What is returned finds it closed and is not sent."""
    if raw.transport is not None:
        raw.transport.abort()
    return web.Response()


def _truncate(raw: web.BaseRequest, response: Response) -> web.Response:
    """Announce the whole body, send half of it and hang up."""
    if raw.transport is not None:
        headers = {**response.headers, "Content-Length": str(len(response.body))}
        head = f"HTTP/1.1 {response.status} {RESPONSES[response.status][0]}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        raw.transport.write(f"{head}\r\n".encode() + response.body[: len(response.body) // 2])
        raw.transport.close()
    return web.Response()


def write_json(path: pathlib.Path, value: JsonObject) -> None:
    """Write a file so that a reader sees all of it or none of it; it may hold a test secret, so for the owner only."""
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        json.dump(value, stream, indent=1)
    temporary.replace(path)


async def serve(config: Config, state_dir: pathlib.Path, port: int = 0, with_proxy: bool = False, watch_parent: bool = False) -> None:
    """Run the emulator until it is told to end."""
    state_dir.mkdir(parents=True, exist_ok=True)
    state_dir.chmod(0o700)
    ready_path = state_dir / "ready.json"
    ready_path.unlink(missing_ok=True)
    authority = Authority(state_dir)
    front = Front(config, authority)
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ended.set)

    def request_factory(message: t.Any, payload: t.Any, protocol: t.Any, writer: t.Any, task: t.Any) -> web.BaseRequest:
        loop = asyncio.get_running_loop()
        return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=_LARGEST_BODY)

    runner = web.ServerRunner(web.Server(front.handle, request_factory=request_factory, access_log=None))
    identity_runner = web.ServerRunner(web.Server(front.handle_identity, access_log=None))
    proxy: ConnectProxy | None = None
    try:
        for item in (runner, identity_runner):
            await item.setup()
        context = authority.server_context(front.host_names())
        await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context, shutdown_timeout=0.2, backlog=512).start()
        await web.TCPSite(identity_runner, "127.0.0.1", 0, shutdown_timeout=0.2).start()
        port = runner.addresses[0][1]
        root = f"https://127.0.0.1:{port}"
        ready: JsonObject = {
            "pid": os.getpid(),
            "port": port,
            "ca_path": str(authority.path.resolve()),
            "login_url": f"{root}/login",
            "graph_url": f"{root}/graph",
            **{f"{name}_url": f"{root}/{name}" for name in service_names()},
            "arm_url": f"{root}/arm",
            "control_url": f"{root}/_control",
            "proxy_url": None,
            "identity_endpoint": f"http://127.0.0.1:{identity_runner.addresses[0][1]}/msi/token",
            "identity_header": front.identity_header,
        }
        if with_proxy:
            proxy = ConnectProxy(port, front.modelled)
            ready["proxy_url"] = f"http://127.0.0.1:{await proxy.start()}"
        write_json(ready_path, ready)
        print(f"tenant-emulator ready: {root} (CA {ready['ca_path']})", flush=True)
        await _until(ended, watch_parent)
    finally:
        ready_path.unlink(missing_ok=True)
        if proxy:
            await proxy.stop()
        for item in (runner, identity_runner):
            await item.cleanup()


def _is_open(raw: web.BaseRequest) -> bool:
    return raw.transport is not None and not raw.transport.is_closing()


async def _until(ended: asyncio.Event, watch_parent: bool) -> None:
    """Wait for the end; with ``watch_parent`` the end of the process that started us is one too."""
    parent = os.getppid()
    while not ended.is_set():
        try:
            await asyncio.wait_for(ended.wait(), 0.5 if watch_parent else None)
        except TimeoutError:
            if os.getppid() != parent:
                print("tenant-emulator: the process that started this one is gone", file=sys.stderr)
                return
