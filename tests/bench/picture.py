# SPDX-License-Identifier: GPL-3.0-or-later
"""The picture of docs/performance.md: what a tenant costs, from one tenant to many, as an SVG that reads on a light and on a dark page. Pure."""

from __future__ import annotations

import dataclasses
import math
import typing as t
from xml.sax.saxutils import escape

from bench.figures import Time
from bench.forms import CONFIRM, CONNECT
from bench.page import curve

WIDTH, PANEL, LEFT, RIGHT, TOP, GAP = 760, 230, 70, 130, 46, 84
LABEL = 17  # pixels between the labels of two lines
STYLE = """\
:root { --page: #ffffff; --ink: #1f2328; --quiet: #59636e; --grid: #d8dee4; --connect: #0550ae; --confirm: #bc4c00; --floor: #6e7781 }
@media (prefers-color-scheme: dark) {
  :root { --page: #0d1117; --ink: #e6edf3; --quiet: #9198a1; --grid: #30363d; --connect: #79c0ff; --confirm: #ffa657; --floor: #9198a1 }
}
text { font: 13px system-ui, -apple-system, "Segoe UI", Helvetica, Arial, sans-serif; fill: var(--quiet) }
.page { fill: var(--page) }
.title { font-weight: 600; font-size: 15px; fill: var(--ink) }
.grid { stroke: var(--grid); stroke-width: 1 }
.line { fill: none; stroke-width: 2.5; stroke-linejoin: round }
.connect { stroke: var(--connect) } .confirm { stroke: var(--confirm) } .floor { stroke: var(--floor); stroke-dasharray: 6 4 }
circle.connect { fill: var(--connect) } circle.confirm { fill: var(--confirm) } circle.floor { fill: var(--floor) }
text.connect { fill: var(--connect); stroke: none } text.confirm { fill: var(--confirm); stroke: none } text.floor { fill: var(--floor); stroke: none }
"""


@dataclasses.dataclass(frozen=True)
class Line:
    """One line of a panel: its name beside its end, its class in the style, and what it is at which number of tenants."""

    name: str
    kind: str
    points: t.Sequence[tuple[int, float]]


def steps(highest: float) -> list[float]:
    """Values for the lines of a grid, from 0 to the first one that is not below the highest: 3 to 6 of them, of 1, 2 or 5 and zeros."""
    rough = highest / 4 if highest > 0 else 1.0
    power: float = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    return [step * number for number in range(math.ceil(highest / step) + 1)] if highest > 0 else [0.0, step]


def ticks(most: int) -> list[int]:
    """Numbers of tenants below the axis: 1, 10, 100 ... and the most."""
    return [*(10**power for power in range(8) if 10**power < most * 0.7), most]


def spread(wanted: t.Sequence[float], gap: float) -> list[float]:
    """Places as near as they can be to those that are wanted, in their order, with a gap between any two: the lower one gives way."""
    places: list[float] = [0.0] * len(wanted)
    last = -math.inf
    for index in sorted(range(len(wanted)), key=lambda item: wanted[item]):
        places[index] = last = max(wanted[index], last + gap)
    return places


def panel(title: str, lines: t.Sequence[Line], most: int, top: float) -> list[str]:
    """One diagram with its upper edge at C(top)."""
    grid = steps(max(value for line in lines for _tenants, value in line.points))
    right = WIDTH - RIGHT

    def x(tenants: int) -> float:
        return LEFT + (right - LEFT) * (math.log(tenants) / math.log(most) if most > 1 else 0.0)

    def y(value: float) -> float:
        return top + PANEL * (1 - value / grid[-1])

    made = [f'<text class="title" x="{LEFT}" y="{top - 16:.0f}">{escape(title)}</text>']
    for value in grid:
        made.append(f'<line class="grid" x1="{LEFT}" x2="{right}" y1="{y(value):.1f}" y2="{y(value):.1f}"/>')
        made.append(f'<text x="{LEFT - 10}" y="{y(value) + 4:.1f}" text-anchor="end">{value:,.10g}</text>')
    for tenants in ticks(most):
        made.append(f'<text x="{x(tenants):.1f}" y="{top + PANEL + 20:.0f}" text-anchor="middle">{tenants}</text>')
    ends = spread([y(line.points[-1][1]) for line in lines], LABEL)
    for line, end in zip(lines, ends, strict=True):
        places = [(x(tenants), y(value)) for tenants, value in line.points]
        made.append(f'<polyline class="line {line.kind}" points="{" ".join(f"{across:.1f},{down:.1f}" for across, down in places)}"/>')
        made += [f'<circle class="{line.kind}" cx="{across:.1f}" cy="{down:.1f}" r="3.5"/>' for across, down in places]
        made.append(f'<text class="{line.kind}" x="{right + 12}" y="{end + 4:.1f}">{escape(line.name)}</text>')
    return made


def picture(times: t.Sequence[Time]) -> str:
    """The whole picture. Raises ValueError when nothing of it was measured."""
    found = curve(times)
    first, again = [item for item in found if item.run == CONNECT], [item for item in found if item.run == CONFIRM]
    if not first or not again:
        raise ValueError("There is nothing to draw: neither a first connect nor a confirm was measured with the usual forks.")
    most = found[-1].tenants
    cpu = [
        Line("first connect", "connect", [(item.tenants, item.cpu_ms) for item in first]),
        Line("confirm", "confirm", [(item.tenants, item.cpu_ms) for item in again]),
        Line("floor", "floor", [(item.tenants, item.floor_ms) for item in again]),
    ]
    requests = [
        Line("first connect", "connect", [(item.tenants, item.requests / item.tenants) for item in first]),
        Line("confirm", "confirm", [(item.tenants, item.requests / item.tenants) for item in again]),
    ]
    second = TOP + PANEL + GAP
    height = second + PANEL + 56
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" role="img" aria-labelledby="title">',
        "<!-- SPDX-License-Identifier: GPL-3.0-or-later -->",
        f'<title id="title">CPU and requests for each tenant, from 1 tenant to {most}</title>',
        f"<style>\n{STYLE}</style>",
        f'<rect class="page" width="{WIDTH}" height="{height}"/>',
        *panel("CPU for each tenant, milliseconds", cpu, most, TOP),
        *panel("Requests for each tenant", requests, most, second),
        f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{height - 12}" text-anchor="middle">tenants in the run</text>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"
