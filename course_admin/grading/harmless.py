"""What a student's notebook shows, without what could act in the browser of whoever grades it.

The formgrader shows an autograded notebook as Jupyter would: HTML in texts and outputs becomes part of a page
in which a script has the instructor's rights.
"""

import html
import re

from course_admin.grading.cells import is_helper, is_test

SHOWN = ("text/plain", "image/png", "image/jpeg")
PLAIN = "b|br|code|em|h[1-6]|hr|i|li|ol|p|pre|s|strong|sub|sup|table|tbody|td|th|thead|tr|u|ul"
TAG = re.compile(rf"<(?!/?(?:{PLAIN})\s*/?>)(?!https?://[^\s<>]*>)(?=[a-zA-Z/!?])")

SCRIPT_LINK = re.compile("(javascript|vbscript|data):", re.IGNORECASE)


def make_harmless(notebook: dict) -> None:
    """In place: of outputs their text and pictures stay; of HTML in texts plain tags without attributes.

    A space after the bracket makes any other tag the text that it is, which people can still read.
    """
    for cell in notebook["cells"]:
        for output in cell.get("outputs", []):
            if "data" in output:
                output["data"] = {mime: value for mime, value in output["data"].items() if mime in SHOWN}
        if cell["cell_type"] != "code" and not (is_test(cell) or is_helper(cell) or is_question(cell)):
            cell["source"] = harmless_text(cell["source"])


def harmless_text(source: str) -> str:
    if SCRIPT_LINK.search(re.sub(r"[\0-\x20]", "", html.unescape(source))):
        return "    " + source.replace("\n", "\n    ")  # shown as code
    return TAG.sub("< ", source)


def is_question(cell: dict) -> bool:
    """A question that a person grades: its text is the assignment's own."""
    return bool(cell["metadata"].get("nbgrader", {}).get("task"))
