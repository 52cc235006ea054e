"""Every page of the site, opened in Chromium with the outside world cut off.

Each check is a plain function of a Visit that raises AssertionError; at the end of the file each must reject
a page that is broken on purpose.
"""

import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlparse

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import TimeoutError as PlaywrightTimeoutError
from sphinx_external_toc.parsing import parse_toc_yaml

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
PAGES = [f"{name}.html" for name in parse_toc_yaml(ROOT / "_toc.yml")]
HEAVIEST = 1_500_000  # bytes of a page, without what all pages share: _static, and the index of the search


@dataclass
class Visit:
    """An open page, and what happened while it loaded."""

    page: object
    folder: Path  # what the server shows
    outside: list[str]  # addresses asked for on other hosts
    errors: list[str]
    sizes: dict[str, int]  # address -> bytes received


def open_page(browser, address, folder, name):
    """Open a page, wait until its mathematics and figures stand, and refuse every request to another host."""
    page = browser.new_page(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    visit = Visit(page, folder, [], [], {})

    def route(route):
        if route.request.url.startswith(address):
            route.continue_()
        else:
            visit.outside.append(route.request.url)
            route.abort()

    def console(message):
        # A blocked request shows up here too; check_requests reports it with its address.
        if message.type == "error" and "ERR_FAILED" not in message.text:
            visit.errors.append(message.text)

    page.route(re.compile("^https?:"), route)
    page.on("console", console)
    page.on("pageerror", lambda error: visit.errors.append(str(error)))
    page.on("response", lambda answer: visit.sizes.update({answer.url: len(answer.body())}))
    page.goto(address + name, wait_until="load")
    page.evaluate("async () => { if (window.MathJax?.startup) await MathJax.startup.promise; }")
    if page.locator(".plotly-figure, [data-numquestions]").count():
        page.wait_for_timeout(600)  # figures and quizzes draw after that
    return visit


@pytest.fixture(scope="module", params=PAGES)
def visit(request, browser, address, html):
    visit = open_page(browser, address, html, request.param)
    yield visit
    visit.page.close()


def check_requests(visit):
    assert not visit.outside, f"the page asks other hosts for {visit.outside}; it must work without a network"


def check_console(visit):
    assert not visit.errors, f"the browser's console reports {visit.errors}"


def each(visit, selector, expression):
    """The value of a JavaScript expression in `e`, for each element that the selector finds."""
    return visit.page.locator(selector).evaluate_all(f"elements => elements.map((e) => {expression})")


def check_mathematics(visit):
    formulas = each(visit, ".math", "[e.textContent, e.querySelector('mjx-container') !== null]")
    bare = [text for text, rendered in formulas if not rendered]
    assert not bare, f"mathematics that stayed source text: {bare[:3]}"
    faulty = each(visit, "mjx-merror, [data-mjx-error]", "e.textContent")
    assert not faulty, f"mathematics with an error: {faulty[:3]}"


def check_alternative_text(visit):
    for source, text in each(visit, "img", "[e.getAttribute('src'), e.getAttribute('alt') ?? '']"):
        assert text.strip(), f"image {source} has no alternative text"
        named_after_file = re.search(r"\.(svg|png|jpe?g|gif)$", text) or text == Path(source).stem
        assert not named_after_file, f"the alternative text of image {source} is its file name"


def check_plotly(visit):
    figures = each(visit, ".plotly-figure", "[e.ariaLabel, e.querySelector('.main-svg') !== null]")
    assert all(name for name, _ in figures), "a plotly figure has no name (aria-label)"
    assert all(drawn for _, drawn in figures), "a plotly figure is not drawn"


SCROLLING_REACHABLE = """() =>
    [...document.querySelectorAll("pre, .cell_output, .output, .pst-scrollable-table-container")].every(
        (e) => e.scrollWidth <= e.clientWidth || e.tabIndex === 0)"""


def check_width(visit):
    visit.page.set_viewport_size({"width": 375, "height": 800})
    width, room = visit.page.evaluate(
        "() => [document.scrollingElement.scrollWidth, document.scrollingElement.clientWidth]"
    )
    check_accessibility(visit, runOnly=["scrollable-region-focusable"])
    visit.page.set_viewport_size({"width": 1280, "height": 900})
    assert width <= room, f"the page is {width} px wide on a screen of {room} px and scrolls sideways"


def check_links(visit):
    here = urlparse(visit.page.url)
    for link in each(visit, "a[href]", "e.href"):
        target = urlparse(link)
        if target.netloc != here.netloc:
            continue
        path = visit.folder / unquote(target.path).lstrip("/")
        path = path / "index.html" if path.is_dir() else path
        assert path.is_file(), f"the link to {target.path} leads nowhere"
        if target.fragment and path.suffix == ".html":
            place = re.escape(unquote(target.fragment))
            found = re.search(rf'\b(id|name)="{place}"', path.read_text())
            assert found, f"the link to {target.path} has no target #{target.fragment}"


def check_accessibility(visit, **options):
    # the theme makes what scrolls reachable some time after a resize; if it never does, axe names the element
    with suppress(PlaywrightTimeoutError):
        visit.page.wait_for_function(SCROLLING_REACHABLE, timeout=5000)
    # preload would fetch style sheets a second time, from the wrong folder; the result type halves the time
    options = {"preload": False, "resultTypes": ["violations"], **options}
    violations = Axe().run(visit.page, options=options).response["violations"]
    grave = [v for v in violations if v["impact"] in ("serious", "critical")]
    assert not grave, "\n".join(f"{v['id']}: {v['help']}: {v['nodes'][0]['html'][:200]}" for v in grave)


def check_dark(visit):
    visit.page.evaluate("document.documentElement.dataset.theme = 'dark'")
    check_accessibility(visit, runOnly=["color-contrast"])
    filters = each(visit, ".cell_output img:not(.no-invert)", "getComputedStyle(e).filter")
    visit.page.evaluate("document.documentElement.dataset.theme = 'light'")
    assert all("invert(1)" in style for style in filters), (
        "a figure of a notebook is not inverted in the dark"
    )


def check_weight(visit):
    own = [url for url in visit.sizes if "/_static/" not in url and not url.endswith("/searchindex.js")]
    weight = sum(visit.sizes[url] for url in own)
    assert weight < HEAVIEST, f"the page weighs {weight / 1e6:.2f} MB; a large figure or output is in it"


CHECKS = [
    check_requests,
    check_console,
    check_mathematics,
    check_alternative_text,
    check_plotly,
    check_width,
    check_links,
    check_accessibility,
    check_dark,
    check_weight,
]


@pytest.mark.parametrize("check", CHECKS)
def test_page(visit, check):
    check(visit)


def test_the_button_switches_to_dark_and_back(browser, address, html):
    page = open_page(browser, address, html, PAGES[0]).page
    seen = []
    for _ in range(3):
        page.locator(".theme-switch-button:visible").first.click()
        seen.append(page.evaluate("document.documentElement.dataset.theme"))
    assert {"light", "dark"} <= set(seen), f"three clicks gave {seen}"
    page.close()


def test_search_finds_ridge(browser, address, html):
    visit = open_page(browser, address, html, "search.html?q=ridge")
    visit.page.wait_for_selector("#search-results li")
    found = each(visit, "#search-results li a", "e.href")
    assert any("book/week1/linear-regression.html" in link for link in found), found
    check_requests(visit)
    check_console(visit)
    visit.page.close()


def test_every_wrong_answer_of_a_quiz_is_explained(browser, address, html):
    visit = open_page(browser, address, html, "book/week1/linear-regression.html")
    questions = visit.page.locator(".Quiz")
    assert questions.count() >= 3, "a chapter has three to five questions"
    for question in questions.all():
        for answer in question.locator(".MCButton").all():
            answer.click()
            text = question.locator(".Feedback").inner_text()
            assert len(text) > 10, f"{answer.inner_text()!r} is answered only by {text!r}"
    check_console(visit)
    visit.page.close()


BROKEN = [
    (check_requests, '<img src="http://example.invalid/figure.png" alt="A figure that is somewhere else.">'),
    (check_console, '<script>console.error("wrong")</script>'),
    (check_console, '<script>throw new Error("wrong")</script>'),
    (check_mathematics, r'<span class="math">\(x^2\)</span>'),
    (
        check_mathematics,
        '<span class="math"><mjx-container><mjx-merror>x</mjx-merror></mjx-container></span>',
    ),
    (check_alternative_text, '<img src="figure.png">'),
    (check_alternative_text, '<img src="figure.png" alt=" ">'),
    (check_alternative_text, '<img src="figure.png" alt="_images/figure.png">'),
    (check_alternative_text, '<img src="figure.png" alt="figure">'),
    (check_plotly, '<div class="plotly-figure" aria-label="A sine."></div>'),
    (check_plotly, '<div class="plotly-figure"><svg class="main-svg"></svg></div>'),
    (check_width, '<div style="width: 900px">wide</div>'),
    (check_width, f'<pre style="overflow: auto">{"wide " * 100}</pre>'),
    (check_links, '<a href="missing.html">missing</a>'),
    (check_links, '<a href="#nowhere">nowhere</a>'),
    (check_accessibility, "<button></button>"),
    (check_accessibility, '<p style="color: #aaa; background: #fff">Too faint to read.</p>'),
    (
        check_dark,
        "<style>[data-theme=dark] p { color: #444; background: #222 }</style><p>Too faint to read.</p>",
    ),
    (check_dark, '<div class="cell_output"><img src="data:," alt="Dark lines on nothing."></div>'),
    (check_weight, f"<p>{'long ' * 400_000}</p>"),
]


@pytest.fixture
def open_body(browser, serve_folder, tmp_path):
    """A function that opens a page with the given body."""
    with serve_folder(tmp_path) as address:

        def open_body(body):
            head = '<!doctype html><html lang="en"><title>Page</title><link rel="icon" href="data:,">'
            Path(tmp_path, "page.html").write_text(f"{head}<main><h1>Page</h1>{body}</main></html>")
            return open_page(browser, address, tmp_path, "page.html")

        yield open_body


@pytest.mark.parametrize(("check", "body"), BROKEN)
def test_check_rejects(open_body, check, body):
    visit = open_body(body)
    with pytest.raises(AssertionError):
        check(visit)


@pytest.mark.parametrize("check", CHECKS)
def test_check_accepts(open_body, check):
    check(open_body('<p id="here">Text, and <a href="#here">a link</a>.</p>'))
