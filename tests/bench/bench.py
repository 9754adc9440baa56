# SPDX-License-Identifier: GPL-3.0-or-later
"""make bench: what a tenant costs. First what is counted and is the same on every machine, then what is measured, each beside a floor of the same run.

What is counted is compared with tests/bench/figures.json; when it grew, this ends with status 1. Times never fail.

    bench.py            everything; wants a quiet machine
    bench.py --quick    little of everything, for a machine that is in use
    bench.py --part P   only this part: "one" (one connector) or "fleet" (four of them, and rollouts that end early)
    bench.py --update   writes figures.json, the tables of docs/performance.md and its picture as well
"""

from __future__ import annotations

import argparse
import dataclasses
import datetime as dt
import os
import platform
import sys
import typing as t
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests"))

from bench import measure, page, picture, report  # noqa: E402 (found by the lines above)
from bench.figures import FILE, About, Figures, growth  # noqa: E402 (found by the lines above)
from bench.forms import FULL, QUICK, Form  # noqa: E402 (found by the lines above)
from bench.load import Load  # noqa: E402 (found by the lines above)

PAGE = ROOT / "docs" / "performance.md"
PICTURE = ROOT / "docs" / "images" / "cost_per_tenant.svg"


PARTS = ("one", "fleet")


def about(form: str, load: Load) -> About:
    """Of this run."""
    versions = {"Python": platform.python_version(), "ansible-core": metadata.version("ansible-core"), "requests": metadata.version("requests")}
    date, cores = dt.date.today().isoformat(), len(os.sched_getaffinity(0))
    return About(form=form, date=date, cores=cores, versions=versions, others=load.of_others())


def update(found: Figures, form: Form, parts: t.Collection[str]) -> None:
    """Write the figures, the tables of these parts and the picture: all of them, or none when one cannot be made.

    The other part may have been measured in another form, whose tables have other rows.
    """
    text = PAGE.read_text()
    if "one" in parts:
        text = page.of_one(text, found, ratio_tenants=form.ratio_tenants, late_tenants=form.late, forks_tenants=form.forks_tenants, forks=form.forks)
    if "fleet" in parts:
        text = page.of_fleet(text, found)
    drawn = picture.picture(found.times)
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(drawn)
    PAGE.write_text(text)
    found.save(FILE)


def counted(form: Form, found: Figures, committed: Figures) -> list[str]:
    """Count, and print it. Returns what grew."""
    found.counts = measure.counted(form)
    grew = growth(found.counts, committed.counts)
    print(report.first_part(found, committed, grew), flush=True)
    return grew


def main() -> None:
    """Count, measure, print, compare."""
    parser = argparse.ArgumentParser(description="What a tenant costs.")
    parser.add_argument("--quick", action="store_true", help="small numbers, for a machine that is in use")
    parser.add_argument("--part", choices=PARTS, action="append", help="only this part; the figures of the other stay")
    parser.add_argument("--update", action="store_true", help="write the figures, the tables and the picture")
    options = parser.parse_args()
    form, parts = (QUICK if options.quick else FULL), options.part or PARTS
    committed = Figures.load(FILE)
    found, grew = dataclasses.replace(committed), []
    if "one" in parts:
        load = Load()
        grew = counted(form, found, committed)
        found.times = measure.one(form)
        found.about = about(form.name, load)
        print(report.second_part(found, committed, form.ratio_tenants, form.tenants), flush=True)
    if "fleet" in parts:
        found.fleet, found.stops, load = measure.fleet(form)
        found.fleet_about = about(form.name, load)
        print(report.fleet_part(found, committed), flush=True)
    if options.update:
        update(found, form, parts)
        print("\nWritten: tests/bench/figures.json, docs/performance.md, docs/images/cost_per_tenant.svg")
    measure.say("done")
    sys.exit("What is counted grew, see above." if grew and not options.update else 0)


if __name__ == "__main__":
    main()
