"""What the tests need that no package index has: a browser, and a sandbox."""

import os
import shutil

import pytest


def require(program, advice):
    """The path of a program. Without it: a failure in CI, elsewhere a skip that says what to do."""
    executable = shutil.which(program)
    if executable is None:
        if os.environ.get("COURSE_REQUIRE_SYSTEM") == "1":
            pytest.fail(advice)
        pytest.skip(advice)
    return executable


@pytest.fixture(scope="session")
def bubblewrap():
    advice = "no bubblewrap, so no student's code was run (install it: apt-get install bubblewrap)"
    return require("bwrap", advice)


@pytest.fixture(scope="session")
def browser():
    advice = "no Chromium, so nothing was opened in a browser (install it: apt-get install chromium)"
    executable = require("chromium", advice)
    from playwright.sync_api import sync_playwright

    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=arguments)
        yield browser
        browser.close()
