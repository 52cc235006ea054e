"""The built site on a local server."""

import threading
from contextlib import contextmanager
from pathlib import Path

import pytest

from course_admin import site

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def serve_in_background(html):
    """Serve the folder `html` on a free port; yields the address, which ends in a slash."""
    with site.open_server(html, port=0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="session")
def html():
    """The built site; `make test` has built it, a single test run builds it if it is missing."""
    folder = ROOT / "_build" / "html"
    return folder if (folder / "index.html").exists() else site.build(ROOT)


@pytest.fixture(scope="session")
def address(html):
    with serve_in_background(html) as address:
        yield address


@pytest.fixture(scope="session")
def serve_folder():
    return serve_in_background
