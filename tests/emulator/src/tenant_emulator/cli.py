# SPDX-License-Identifier: GPL-3.0-or-later
"""The command line."""

from __future__ import annotations

import argparse
import json
import os
import pathlib
import shlex
import signal
import subprocess
import sys
import time
import typing as t

from .testing import Emulator, EmulatorError, read_ready

_LONGEST = 300.0  # seconds that a start or an end may take on a machine with other things to do


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="tenant-emulator", description="Emulates Microsoft Entra ID, Microsoft Graph and SaaS products on loopback.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, text: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=text, description=text)
        command.add_argument("--state-dir", type=pathlib.Path, required=True, metavar="DIR", help="where it keeps its files")
        return command

    for name, text in (("serve", "run in the foreground"), ("start", "run in the background and wait until ready")):
        command = add(name, text)
        command.add_argument("--port", type=int, default=0, help="HTTPS port on 127.0.0.1 (default: a free one)")
        command.add_argument("--config", type=pathlib.Path, help="YAML or JSON; default: a provider and three customers")
        command.add_argument("--proxy", action="store_true", help="also run a CONNECT proxy for the public host names")
    commands.choices["serve"].add_argument("--watch-parent", action="store_true", help="end with the calling process")
    add("stop", "end the emulator")
    add("env", "print shell exports: the way to the emulator, and what an operator has")
    dump = add("dump", "print what the emulator holds, without secret values")
    dump.add_argument("--tenant", help="only this tenant")
    journal = add("journal", "print the requests so far")
    journal.add_argument("--json", action="store_true", help="as JSON")
    journal.add_argument("--clear", action="store_true", help="forget them afterwards")
    return parser


def _serve(arguments: argparse.Namespace) -> None:
    # Imported here: the other commands have no use for a server and start faster without it.
    import asyncio

    from .config import Config
    from .server import serve

    config = Config.load(arguments.config)
    asyncio.run(serve(config, arguments.state_dir, arguments.port, arguments.proxy, arguments.watch_parent))


def _start(arguments: argparse.Namespace) -> None:
    if (ready := _running(arguments.state_dir)) is not None:
        raise EmulatorError(f"an emulator is already running in {arguments.state_dir} (pid {ready['pid']})")
    arguments.state_dir.mkdir(parents=True, exist_ok=True)
    (arguments.state_dir / "ready.json").unlink(missing_ok=True)
    command = [sys.executable, "-m", "tenant_emulator", "serve", "--state-dir", str(arguments.state_dir)]
    command += ["--port", str(arguments.port)] + (["--proxy"] if arguments.proxy else [])
    command += ["--config", str(arguments.config)] if arguments.config else []
    log = arguments.state_dir / "server.log"
    with log.open("wb") as stream:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=stream, stderr=stream, start_new_session=True)
    end = time.monotonic() + _LONGEST
    while (ready := read_ready(arguments.state_dir)) is None:
        if process.poll() is not None or time.monotonic() > end:
            raise EmulatorError(f"the emulator did not start:\n{log.read_text()}")
        time.sleep(0.02)
    print(f"tenant-emulator ready: https://127.0.0.1:{ready['port']} (pid {ready['pid']})")


def _running(state_dir: pathlib.Path) -> dict[str, t.Any] | None:
    """What the running emulator published, or None when none answers (a ready.json may be left over from a kill)."""
    ready = read_ready(state_dir)
    if ready is None:
        return None
    try:
        Emulator.attach(state_dir).control("GET", "health")
    except (OSError, EmulatorError):
        return None
    return ready


def _stop(arguments: argparse.Namespace) -> None:
    # A pid in a left-over file may belong to another process by now: only one that answers as the emulator is ended.
    ready = _running(arguments.state_dir)
    if ready is None:
        print("no emulator is running there")
        return
    os.kill(ready["pid"], signal.SIGTERM)
    end = time.monotonic() + _LONGEST
    while read_ready(arguments.state_dir) is not None:
        if time.monotonic() > end:
            raise EmulatorError(f"pid {ready['pid']} did not end")
        time.sleep(0.02)
    print("tenant-emulator ended")


def _journal(emulator: Emulator, arguments: argparse.Namespace) -> None:
    entries = emulator.journal()
    if arguments.json:
        print(json.dumps(entries, indent=1))
    else:
        from .journal import Entry

        for entry in entries:
            print(Entry(**entry).line())
    if arguments.clear:
        emulator.clear_journal()


def main(argv: list[str] | None = None) -> int:
    """Run one command. Returns the exit code."""
    arguments = _parser().parse_args(argv)
    try:
        match arguments.command:
            case "serve":
                _serve(arguments)
            case "start":
                _start(arguments)
            case "stop":
                _stop(arguments)
            case "env":
                for name, text in Emulator.attach(arguments.state_dir).operator_env().items():
                    print(f"export {name}={shlex.quote(text)}")
            case "dump":
                emulator = Emulator.attach(arguments.state_dir)
                value = emulator.tenant(arguments.tenant) if arguments.tenant else emulator.state()
                print(json.dumps(value, indent=1))
            case "journal":
                _journal(Emulator.attach(arguments.state_dir), arguments)
    except (EmulatorError, OSError, ValueError) as problem:
        print(f"tenant-emulator: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0
