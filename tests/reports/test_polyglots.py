"""Pages and notebook outputs with code in every field: html5lib finds only our elements, and Chromium runs nothing."""

import shutil
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
import pytest
from support.hostile_texts import POLYGLOTS
from support.sample_report import phone, planted, report

import lyncphone_logs as lp
from lyncphone_logs.reports import html
from lyncphone_logs.reports.escaping import visible
from lyncphone_logs.reports.report import Report

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
POLICY = "Content-Security-Policy"
CONTROLS = ("<script src=/pwned?control></script>", "<a href=javascript:fetch('/pwned?clicked')>x</a>")
"""Pages that do what no report may do, to show that the test would see it."""
SECONDS = 120


def reports(text: str) -> Iterator[Report]:
    """Reports on one and on two phones with the text in every field from input."""
    for phones in ((phone(),), (phone(), phone(id="10.1.2.4"))):
        yield planted(report(phones=phones), text)


def tables(value: object) -> Iterator[str]:
    """The notebook output of a value and of all values in it."""
    if hasattr(value, "_repr_html_"):
        yield value._repr_html_()
    if isinstance(value, tuple):
        for each in value:
            yield from tables(each)
    elif is_dataclass(value):
        for field in fields(value):
            yield from tables(getattr(value, field.name))


def of_trace(text: str, folder: Path) -> Iterator[str]:
    """The notebook outputs of a trace with the text in messages, hosts and its own name, and of its frames."""
    name = text.replace("/", "\N{DIVISION SLASH}").replace("\0", "").replace("\n", " ")
    path = folder / f"{name[:60]}.log"
    own = "voip_task[440]: CERT : ERR  - {acl_user_tls_server_validation():653} server cert is invalid. ctx->error=7."
    line, host = text.replace("\n", " "), text.replace(" ", "_").replace("\n", "_")
    path.write_text(f"Jul  9 12:00:00 {host} {own} {line}\nJul  9 12:00:01 10.1.2.3 {own}\n{line}\n", encoding="utf-8")
    trace = lp.read_trace(path, year=2013)
    found = lp.diagnose(trace)
    bundle = found._repr_mimebundle_()
    yield from (trace._repr_html_() or "", bundle["text/html"], html.document(found))
    frame: Any
    for frame in (trace.to_frame("all"), found.to_frame(), trace.to_frame(fields=True)):
        yield frame._repr_html_()
    for event in trace.events():
        yield from tables(event)


def pages(text: str, folder: Path) -> Iterator[str]:
    """Every page and notebook output with the text."""
    for each in reports(text):
        yield html.document(each)
        yield html.render(each)
        yield "".join(dict.fromkeys(tables(each)))
    yield from of_trace(text, folder)


@cache
def ours() -> tuple[frozenset[str], frozenset[str]]:
    """The elements and the attributes of pages with a plain text."""
    with TemporaryDirectory() as folder:
        elements = [each for page in pages("plain", Path(folder)) for each in parsed(page)]
    return frozenset(each.tag for each in elements), frozenset(str(name) for each in elements for name in each.attrib)


def parsed(page: str) -> list[Element]:
    """The elements of a page."""
    tree = html5lib.parse(page, namespaceHTMLElements=False)
    return [each for each in tree.iter() if isinstance(each.tag, str)]


def test_our_elements_and_attributes_run_and_load_nothing() -> None:
    elements, attributes = ours()
    assert not elements & {"script", "img", "link", "iframe", "object", "embed", "base", "form", "svg", "math"}
    assert not attributes & {"src", "srcset", "data", "action", "formaction", "background", "poster"}
    assert not [name for name in attributes if name.startswith("on")]


@pytest.mark.parametrize("text", POLYGLOTS, ids=range(len(POLYGLOTS)))
@pytest.mark.sampled(10)
def test_pages_and_notebook_outputs_have_only_our_elements(text: str, tmp_path: Path) -> None:
    elements, attributes = ours()
    shown = list(pages(text, tmp_path))
    assert len(shown) >= 12
    for each in (each for page in shown for each in parsed(page)):
        assert each.tag in elements
        assert attributes.issuperset(map(str, each.attrib))
        assert each.get("href", "#").startswith(("#", "https://"))
        assert each.get("style", "text-align: right;") == "text-align: right;"
        assert each.tag != "style" or "pwned" not in (each.text or "")


def test_the_text_itself_is_on_every_page(tmp_path: Path) -> None:
    for text in POLYGLOTS:
        for page in (html.document(each) for each in reports(text)):
            tree = html5lib.parse(page, namespaceHTMLElements=False)
            assert " ".join(visible(text).split()) in " ".join("".join(tree.itertext()).split())


class Server(ThreadingHTTPServer):
    """Serves pages by number, and records the paths of all requests."""

    def __init__(self, pages: list[str]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.pages, self.requested = pages, list[str]()


class Handler(BaseHTTPRequestHandler):
    """Answers with the page of the number in the path."""

    server: Server

    def do_GET(self) -> None:
        self.server.requested.append(self.path)
        number = self.path.strip("/")
        known = number.isdecimal() and int(number) < len(self.server.pages)
        body = self.server.pages[int(number)].encode("utf-8", "backslashreplace") if known else b""
        self.send_response(200 if known else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing."""


FRAMES = """<!doctype html><title>waiting</title><body><script>
addEventListener('load', () => {
  for (const frame of document.querySelectorAll('iframe'))
    for (const each of frame.contentDocument.querySelectorAll('*')) {
      for (const name of ['mouseover', 'focus', 'toggle', 'error', 'load', 'click'])
        if (!(each.href || '').startsWith('https:')) each.dispatchEvent(new Event(name));
      if (each.href && each.href.startsWith('javascript:')) each.click();
    }
  document.title = 'done';
});
</script>%s"""
"""Shows every page in a frame, and does to each element what a reader may do with the mouse."""


def browse(shown: list[str], folder: Path) -> tuple[str, list[str]]:
    """Show the pages in Chromium: what the page around them contains at the end, and the paths that were requested."""
    frames = "".join(f"<iframe src=/{number}></iframe>" for number in range(1, len(shown) + 1))
    server = Server([FRAMES % frames, *shown])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        done = subprocess.run(
            [
                *(CHROMIUM or "", "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"),
                *("--no-first-run", "--disable-component-update", "--disable-sync", f"--user-data-dir={folder}"),
                *("--virtual-time-budget=20000", "--dump-dom", f"http://127.0.0.1:{server.server_port}/0"),
            ],
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=SECONDS,
            check=True,
        )
    finally:
        server.shutdown()
        server.server_close()
    return done.stdout, server.requested


@pytest.mark.slow
@pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
def test_a_browser_runs_and_loads_nothing_of_any_page(tmp_path: Path) -> None:
    shown = [page for text in POLYGLOTS for page in dict.fromkeys(pages(text, tmp_path))]
    unprotected = [page.replace(POLICY, "x-none") for page in shown if POLICY in page]
    assert len(shown) > 300
    assert len(unprotected) >= 3 * len(POLYGLOTS)
    around, requested = browse([*CONTROLS, *shown, *unprotected], tmp_path / "profile")
    assert "<title>done</title>" in around
    served = len(CONTROLS) + len(shown) + len(unprotected)
    assert {f"/{number}" for number in range(served + 1)} <= set(requested)
    others = sorted({path for path in requested if not path[1:].isdecimal()} - {"/favicon.ico"})
    assert others == ["/pwned?clicked", "/pwned?control"]


def test_the_pages_differ_by_polyglot() -> None:
    assert len({html.document(next(reports(text))) for text in POLYGLOTS}) == len(POLYGLOTS) > 40
    assert escape(POLYGLOTS[0]) in html.document(next(reports(POLYGLOTS[0])))
