"""The website: run the notebooks in parallel into jupyter-cache, build the pages, serve them.

What is up to date is decided by hashes of the inputs, kept in _build/built.json, because neither
jupyter-cache nor Sphinx notices that a page depends on course_lib or on the site's own extension.
"""

import errno
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import click
import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from sphinx_external_toc.parsing import parse_toc_yaml

CELL_TIMEOUT = 120  # seconds
CODE = ["course_lib", "requirements.lock", "benchmarks/results"]  # what the results in notebooks depend on
SITE = ["_config.yml", "_toc.yml", "course_admin/sphinx_course.py", "course_admin/assets"]
PAGES = ["book", "exercises"]  # a chapter offers its assignment for download


class BuildError(click.ClickException):
    """The site could not be built; the message says where to look."""


@dataclass(frozen=True)
class Run:
    """One executed notebook; `cell` is the index of the last cell that started."""

    path: Path
    notebook: nbformat.NotebookNode
    seconds: float
    cell: int
    error: Exception | None


def build(root, workers=None):
    """Bring _build/html up to date and return its path; raise BuildError, which explains, if that fails."""
    root = Path(root).resolve()
    html, record = root / "_build" / "html", root / "_build" / "built.json"
    wanted = {"code": digest(root, CODE), "site": digest(root, SITE), "pages": digest(root, PAGES)}
    built = json.loads(record.read_text()) if record.exists() else {}
    if built == wanted and (html / "index.html").exists():
        click.echo("The site is up to date.")
        return html

    if built.get("code") != wanted["code"]:
        shutil.rmtree(root / "_build" / ".jupyter_cache", ignore_errors=True)
    if (built.get("code"), built.get("site")) != (wanted["code"], wanted["site"]):
        forget_pages(root)
    record.parent.mkdir(exist_ok=True)
    record.write_text(json.dumps({**wanted, "pages": "unfinished"}))

    run_notebooks(root, workers or os.cpu_count())
    run_sphinx(root)
    record.write_text(json.dumps(wanted))
    click.echo(f"The site is in {html.relative_to(root)}.")
    return html


def digest(root, names):
    """One hash over the files and folders `names`: their paths and their bytes."""
    total = hashlib.sha256()
    for name in names:
        top = root / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and not {"__pycache__", ".ipynb_checkpoints"} & set(path.parts):
                total.update(f"{path.relative_to(root).as_posix()}\0".encode())
                total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def forget_pages(root):
    for name in ("html", ".doctrees", "jupyter_execute"):
        shutil.rmtree(root / "_build" / name, ignore_errors=True)


def notebooks_in_toc(root):
    documents = parse_toc_yaml(root / "_toc.yml")
    return [path for name in documents if (path := root / f"{name}.ipynb").exists()]


def run_notebooks(root, workers):
    """Execute what is not in the cache yet, `workers` at a time; raise BuildError naming every failure."""
    cache = get_cache(root / "_build" / ".jupyter_cache")
    todo = [path for path in notebooks_in_toc(root) if not is_cached(cache, path)]
    if not todo:
        return
    # Without this, two kernels on two cores start four threads that fight for them.
    os.environ.setdefault("OMP_NUM_THREADS", str(max(1, os.cpu_count() // workers)))

    click.echo(f"Running {len(todo)} notebook{'s' * (len(todo) > 1)}, {workers} at a time:")
    failures = []
    with ThreadPoolExecutor(workers) as pool:
        futures = [pool.submit(execute, path) for path in todo]
        for count, future in enumerate(as_completed(futures), 1):
            run = future.result()
            outcome = "failed" if run.error else "done"
            click.echo(
                f"  {count}/{len(todo)}  {run.path.relative_to(root)}  {outcome} after {run.seconds:.1f} s"
            )
            if run.error:
                failures.append(run)
            else:
                bundle = CacheBundleIn(run.notebook, str(run.path), data={"execution_seconds": run.seconds})
                cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
    if failures:
        raise BuildError("\n\n".join(describe_failure(root, run) for run in failures))


def is_cached(cache, path):
    try:
        cache.match_cache_notebook(nbformat.read(path, as_version=4))
    except KeyError:
        return False
    return True


def execute(path):
    notebook = nbformat.read(path, as_version=4)
    started = [0]
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        record_timing=False,
        resources={"metadata": {"path": str(path.parent)}},
        on_cell_start=lambda cell, cell_index: started.append(cell_index),
        extra_arguments=["--log-level=40"],  # each kernel would warn that its local sockets are not encrypted
    )
    begin, error = time.perf_counter(), None
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as problem:
        error = problem
    return Run(path, notebook, time.perf_counter() - begin, started[-1], error)


def describe_failure(root, run):
    name = run.path.relative_to(root)
    title = f"{name}, cell {run.cell + 1} of {len(run.notebook.cells)}, "
    source = "\n".join(f"    {line}" for line in run.notebook.cells[run.cell].source.splitlines())
    if isinstance(run.error, CellExecutionError):
        return f"{title}raised {run.error.ename}: {run.error.evalue}\n\n{source}\n\n{run.error.traceback}"
    if isinstance(run.error, CellTimeoutError):
        return f"{title}did not finish within {CELL_TIMEOUT} s; use a smaller setting.\n\n{source}"
    return f"{title}ended the kernel (out of memory, or a crash in a compiled library).\n\n{source}"


def run_sphinx(root):
    """`jupyter-book build`, every warning an error; its notebooks come from the cache, filled by now."""
    command = [
        Path(sys.executable).with_name("jupyter-book"),
        "build",
        "-W",
        "-n",
        "--keep-going",
        "-q",
        root,
    ]
    click.echo("Building the pages ...")
    # Its standard output invites the reader to open files; the warnings come on the other channel.
    if subprocess.run(command, stdout=subprocess.DEVNULL).returncode:
        # Sphinx warns only while it reads a page: with its memory kept, the next build would pass.
        shutil.rmtree(root / "_build" / ".doctrees", ignore_errors=True)
        raise BuildError("The pages have faults: each line above names the file and what is wrong there.")


class Handler(SimpleHTTPRequestHandler):
    def end_headers(self):
        self.send_header("Cache-Control", "no-cache")  # a rebuilt page shows on reload
        super().end_headers()

    def log_message(self, format, *arguments):
        """Say nothing: the address printed at the start is what the reader needs to see."""


def open_server(html, port):
    """A server of `html` on the first free port from `port` on."""
    for candidate in range(port, port + 50):
        try:
            return ThreadingHTTPServer(("127.0.0.1", candidate), partial(Handler, directory=str(html)))
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                raise
            click.echo(f"Port {candidate} is taken, trying {candidate + 1}.")
    raise BuildError(
        f"No free port from {port} to {port + 49}; name another with: course serve --port NUMBER"
    )


def serve(root, port=8000, workers=None):
    """Build, then serve on 127.0.0.1 until Ctrl-C."""
    html = build(root, workers)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs would ignore it
    with open_server(html, port) as server:
        click.echo(f"Serving the course on http://127.0.0.1:{server.server_port}/ (Ctrl-C ends it)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            click.echo("\nStopped.")
