# SPDX-License-Identifier: GPL-3.0-or-later
"""A CONNECT proxy on loopback that leads the modelled host names to the emulator and refuses everything else.

It lets a client that was not told about the emulator talk to it: the client keeps its public host names and only
``HTTPS_PROXY`` and the certificate authority are set.
"""

from __future__ import annotations

import asyncio
import contextlib
import typing as t

_LARGEST_HEAD = 16 * 1024


class ConnectProxy:
    """The proxy. ``modelled`` says whether a host name is ours."""

    def __init__(self, target_port: int, modelled: t.Callable[[str], bool]) -> None:
        self._target_port = target_port
        self._modelled = modelled
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self.refused: list[str] = []  # what clients asked for in vain

    async def start(self) -> int:
        """Listen on a free port of 127.0.0.1 and return it."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, limit=_LARGEST_HEAD)
        return int(self._server.sockets[0].getsockname()[1])

    async def stop(self) -> None:
        """Stop listening and close what is open."""
        if self._server:
            self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = t.cast("asyncio.Task[None]", asyncio.current_task())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            await self._tunnel(reader, writer)
        writer.close()

    async def _tunnel(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        method, _space, rest = head.partition("\r\n")[0].partition(" ")
        target = rest.partition(" ")[0]
        host, _colon, port = target.rpartition(":")
        if method != "CONNECT" or port != "443" or not self._modelled(host.lower()):
            self.refused.append(f"{method} {target}")
            writer.write(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            await writer.drain()
            return
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        await writer.drain()
        try:
            await asyncio.gather(_copy(reader, far_writer), _copy(far_reader, writer))
        finally:
            far_writer.close()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Carry bytes one way until that side is done, then say so to the other."""
    with contextlib.suppress(OSError):
        while data := await reader.read(64 * 1024):
            writer.write(data)
            await writer.drain()
    with contextlib.suppress(OSError, RuntimeError):
        writer.close()
