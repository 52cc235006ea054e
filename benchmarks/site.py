"""The site's budgets: seconds of each chapter and of a build with nothing changed, weight of the pages."""

import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.harness import save
from course_admin.site import execute, notebooks_in_toc

ROOT = Path(__file__).parents[1]
CHAPTER_SECONDS, REBUILD_SECONDS, PAGE_BYTES = 60, 15, 1_500_000


def rebuild_seconds():
    """Wall seconds of `course build`, in a process of its own, when there is nothing to do."""
    command = [Path(sys.executable).with_name("course"), "build"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def run():
    """Measure, print, save; returns whether every budget was kept."""
    os.environ |= {"PLOTLY_RENDERER": "plotly_mimetype", "OMP_NUM_THREADS": "1"}  # as the site runs them
    chapters = {}
    for path in notebooks_in_toc(ROOT):
        result = execute(path)
        if result.error:
            raise result.error
        chapters[str(path.relative_to(ROOT))] = round(result.seconds, 1)
    rebuild = round(rebuild_seconds(), 1)
    html = ROOT / "_build" / "html"
    pages = {str(p.relative_to(html)): p.stat().st_size for p in sorted(html.rglob("*.html"))}
    heaviest = max(pages, key=pages.get)
    for name, seconds in chapters.items():
        print(f"{name}: {seconds} s (at most {CHAPTER_SECONDS})")
    print(f"build with nothing changed: {rebuild} s (at most {REBUILD_SECONDS})")
    print(f"heaviest page: {heaviest}, {pages[heaviest] / 1e6:.2f} MB (at most {PAGE_BYTES / 1e6})")
    print(
        save(
            "site", [], chapters=chapters, rebuild_seconds=rebuild, heaviest_page=[heaviest, pages[heaviest]]
        )
    )
    return (
        max(chapters.values()) < CHAPTER_SECONDS
        and rebuild < REBUILD_SECONDS
        and pages[heaviest] < PAGE_BYTES
    )
