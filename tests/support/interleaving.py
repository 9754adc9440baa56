# SPDX-License-Identifier: GPL-3.0-or-later
"""Several runs side by side, one step of one of them at a time, in an order that a number decides.

A step ends where a run sends a request or waits. A run is a thread that goes on only when it is told to, so that the same number gives the same order.
"""

from __future__ import annotations

import contextlib
import random
import threading
import typing as t

# Seconds that may pass between two steps: none at all (two keys of one moment), hardly any, or as much as a slow network takes.
_PASSES = (0.0, 0.0, 0.001, 0.2, 1.0, 5.0)


class Killed(BaseException):
    """Ends a run in the middle, as SIGKILL would: nothing of the run's own catches it."""


class Flow:
    """One run. ``dies_at`` is the number of the step that it does not reach."""

    def __init__(self, name: str, work: t.Callable[[], object], dies_at: int | None) -> None:
        self.name, self.dies_at = name, dies_at
        self.wakes = 0.0  # before that it waits
        self.steps = 0
        self.over = False
        self.killed = False
        self.error: BaseException | None = None
        self._work = work
        # Locks that one thread takes and the other gives back: a semaphore of Python's own costs several times as much, at every step.
        self._go, self._stopped = threading.Lock(), threading.Lock()
        self._go.acquire()
        self._stopped.acquire()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def _run(self) -> None:
        self._go.acquire()
        try:
            self._work()
        except Killed:
            self.killed = True
        except BaseException as error:  # the test's to show
            self.error = error
        finally:
            self.over = True
            self._stopped.release()

    def stop(self) -> None:
        """Called by the run itself: it ends a step, and the next one begins when it is told."""
        self._stopped.release()
        self._go.acquire()
        self.steps += 1
        if self.dies_at is not None and self.steps >= self.dies_at:
            raise Killed

    def step(self) -> None:
        """Called by the schedule: let it go on to its next stop."""
        self._go.release()
        self._stopped.acquire()

    def __enter__(self) -> Flow:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        while not self.over:  # a test that failed: what has not ended dies
            self.dies_at = 0
            self.step()
        self._thread.join()


class Schedule:
    """Which run goes on next, and how much time passes."""

    def __init__(self, seed: int, now: t.Callable[[], float], advance: t.Callable[[float], object]) -> None:
        self.random = random.Random(seed)
        self._now, self._advance = now, advance
        self._flows: dict[int, Flow] = {}
        self._of_thread = threading.local()
        # Half of the orders leave one run alone for long, which a fair choice hardly ever does.
        self._unfair = self.random.random() < 0.5

    def stop(self, seconds: float = 0.0) -> None:
        """A step of the run that calls this is over; it goes on after so many seconds at the earliest. Nothing for what is no run."""
        flow: Flow | None = getattr(self._of_thread, "flow", None)
        if flow is None:
            self._advance(seconds)
            return
        flow.wakes = self._now() + seconds
        flow.stop()

    def run(self, works: t.Mapping[str, t.Callable[[], object]], dies: t.Mapping[str, int] | None = None) -> list[Flow]:
        """Run all of them to their ends."""

        def told(name: str) -> t.Callable[[], object]:
            def work() -> None:
                self._of_thread.flow = flows[name]
                works[name]()

            return work

        flows = {name: Flow(name, told(name), (dies or {}).get(name)) for name in works}
        with contextlib.ExitStack() as stack:
            for flow in flows.values():
                stack.enter_context(flow)
            favourite: Flow | None = None
            while waiting := [flow for flow in flows.values() if not flow.over]:
                ready = [flow for flow in waiting if flow.wakes <= self._now()]
                if not ready:
                    self._advance(min(flow.wakes for flow in waiting) - self._now())
                    continue
                if favourite not in ready or self.random.random() < 0.1:
                    favourite = self.random.choice(ready)
                flow = favourite if self._unfair and favourite is not None else self.random.choice(ready)
                flow.step()
                self._advance(self.random.choice(_PASSES))
        for flow in flows.values():
            if flow.error is not None:
                raise flow.error
        return list(flows.values())
