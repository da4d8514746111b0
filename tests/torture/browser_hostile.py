"""A Chromium that counts what runs and what leaves, and a dashboard whose guards can be taken away one by one."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from markupsafe import Markup
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, Request, Route

from skilltrail.web import rendering, security

# alert and its like are what the lists call; each call is told to the test instead of waiting for a click.
_COUNT = """(() => {
  for (const name of ["alert", "confirm", "prompt", "print"]) {
    const value = () => { globalThis.skilltrailRan(name, String(shownNow())); };
    Object.defineProperty(globalThis, name, { configurable: false, writable: false, value });
  }
  function shownNow() {
    try { return globalThis.top.skilltrailShows ?? globalThis.location.href; } catch { return "a frame"; }
  }
})()"""
# The page's door without its sanitiser, and with the one policy that the CSP lets it make.
OPEN_DOOR = """
const policy = globalThis.trustedTypes?.createPolicy("skilltrail", { createHTML: (text) => text });
export function showFragment(host, html) { host.innerHTML = policy ? policy.createHTML(html) : html; }
export function appendFragment(host, html) {
  const made = document.createElement("div"); made.innerHTML = policy ? policy.createHTML(html) : html;
  host.append(made); return made;
}
export function refreshFragment() { return false; }
"""


Asked = tuple[str, dict[str, Any] | None]
"""The address of a fragment, and what is posted to it."""


def launched(playwright: Playwright) -> Browser:
    """Return a Chromium in which every name but this computer's address is unknown."""
    found = shutil.which("chromium")
    return playwright.chromium.launch(
        executable_path=found,
        channel=None if found else "chromium",
        args=["--no-sandbox", "--disable-gpu", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
    )


@dataclass
class Watch:
    """What ran, and what was asked of anybody but ``origin``."""

    origin: str
    ran: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    stays: bool = False
    """Whether the page must not be led anywhere any more."""
    led_away: int = 0

    def note_request(self, request: Request) -> None:
        """Note a request that leaves."""
        if not request.url.startswith((self.origin, "data:", "blob:", "about:", "file:///")):
            self.outside.append(request.url[:200])

    def hold(self, route: Route) -> None:
        """End what goes to others, and what would lead the page away."""
        away = self.stays and route.request.is_navigation_request() and route.request.frame.parent_frame is None
        self.led_away += away
        if away or not route.request.url.startswith((self.origin, "data:", "blob:", "about:", "file:")):
            route.abort()
        else:
            route.fallback()


@contextmanager
def watched_context(
    browser: Browser, origin: str, *, open_door: bool = False
) -> Iterator[tuple[BrowserContext, Watch]]:
    """Yield a browser profile that counts; nothing it asks of others is ever sent."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    watch = Watch(origin)
    context.expose_binding("skilltrailRan", lambda _source, _name, where="": watch.ran.append(where[:300]))
    context.add_init_script(_COUNT)
    context.on("request", watch.note_request)
    context.route("**/*", watch.hold)
    if open_door:
        # Routes set later are asked first.
        script = {"content_type": "text/javascript", "body": OPEN_DOOR}
        context.route("**/static/fragments.js", lambda route: route.fulfill(**script))
    try:
        yield context, watch
    finally:
        context.close()


def signed_in(context: BrowserContext, link: str) -> Page:
    """Return a tab with a session."""
    page = context.new_page()
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.goto(link)
    page.wait_for_selector("#view article")
    return page


ODD = """
const odd = [];
// Read past what a form's fields can stand in front of.
const own = (kind, name) => Object.getOwnPropertyDescriptor(kind.prototype, name).get;
const [attributesOf, nameOf, spaceOf] = ["attributes", "localName", "namespaceURI"].map((name) => own(Element, name));
const acting = ["script", "iframe", "object", "embed", "style", "link", "meta", "base", "img", "video", "audio"];
const known = /^(https?:|mailto:|\\/(?!\\/)|#|\\?)/i;
const turning = /[\\u202a-\\u202e\\u2066-\\u2069]/;
const apart = ["isolate", "isolate-override", "plaintext"];
function note(host, path) {
  for (const element of host.querySelectorAll("*")) {
    const name = nameOf.call(element);
    const svg = spaceOf.call(element) !== "http://www.w3.org/1999/xhtml" && !Element.prototype.closest.call(element, "svg.chart, svg.bar, svg.year-bars, #drop > svg");
    if (svg || acting.includes(name)) odd.push(`${path}: <${name}>`);
    for (const { name: attribute, value } of attributesOf.call(element)) {
      const leads = ["href", "src", "action", "formaction", "xlink:href"].includes(attribute) && !known.test(value);
      if (attribute.startsWith("on") || attribute === "style" || leads) {
        odd.push(`${path}: ${name} ${attribute}=${value.slice(0, 80)}`);
      }
    }
  }
  const texts = document.createTreeWalker(host, NodeFilter.SHOW_TEXT);
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    if (turning.test(text.data) && !isApart(text.parentElement, host)) {
      odd.push(`${path}: turns what stands beside it: ${JSON.stringify(text.data.slice(0, 80))}`);
    }
  }
}
// Blocks isolate what they hold, so words of ours are turned only where they stand in one block with the marks.
function isApart(element, host) {
  const text = element.textContent.trim();
  let block = null;
  for (let one = element; one && one !== host.parentElement; one = one.parentElement) {
    const style = getComputedStyle(one);
    if (one.hasAttribute("dir") || one.ownerSVGElement || one.localName === "option") return true;
    if (style.display.startsWith("inline") && apart.includes(style.unicodeBidi)) return true;
    block ??= style.display.startsWith("inline") ? null : one;
  }
  return block !== null && block.textContent.trim() === text;
}
"""

SHOW = (
    "async ({ origin, paths, pause }) => {"
    + ODD
    + """
  const { showFragment } = await import("/static/fragments.js");
  const { ask } = await import("/static/server.js");
  const host = document.querySelector("#view");
  for (const [path, body] of paths) {
    const question = body === null ? {} : { method: "POST", body };
    let html = "";
    try {
      html = await (await ask(origin + path, question)).text();
    } catch (fault) {
      if (!(fault.status >= 400 && fault.status < 500)) odd.push(`${path} ${JSON.stringify(body)}: ${fault}`);
      continue;
    }
    globalThis.skilltrailShows = path;
    showFragment(host, html);
    await new Promise((resolve) => setTimeout(resolve, pause));
    note(host, path);
  }
  return odd;
}"""
)

LOOK = "(path) => {" + ODD + 'note(document.querySelector("#view"), path); return odd; }'


def show_fragments(page: Page, origin: str, paths: Sequence[str | Asked], *, pause: int = 0) -> list[str]:
    """Put fragments into the page one after the other, as the dashboard does; return what should not be in them.

    A refusal shows no fragment; any other failure is one of the things that should not be.
    """
    asked = [(path, None) if isinstance(path, str) else path for path in paths]
    found: list[str] = page.evaluate(SHOW, {"origin": origin, "paths": asked, "pause": pause})
    page.wait_for_timeout(300)
    return found


def odd_in(page: Page, path: str) -> list[str]:
    """Return what should not stand in the page that is open."""
    found: list[str] = page.evaluate(LOOK, path)
    return found


def without_sanitiser(patch: pytest.MonkeyPatch, app: Any) -> None:
    """Let captured text into the page as it is: no Markdown rules, no nh3, no escaping by templates."""
    patch.setattr(rendering, "_sanitised", Markup)
    for module in (rendering, *_users_of_rendering()):
        patch.setattr(module, "markdown_html", Markup, raising=False)
        patch.setattr(module, "plain_html", Markup, raising=False)
    patch.setattr(app.jinja_env, "autoescape", False)
    # Templates compiled before, with escaping, would still be used.
    patch.setattr(app.jinja_env, "cache", None)


def _users_of_rendering() -> list[Any]:
    from skilltrail.web import dashboard

    return [dashboard]


def without_policy(patch: pytest.MonkeyPatch) -> None:
    """Serve the pages without a content security policy."""
    patch.setattr(security, "HEADERS", {k: v for k, v in security.HEADERS.items() if k != "Content-Security-Policy"})
