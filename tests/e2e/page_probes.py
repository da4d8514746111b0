"""What is looked at on a page beside axe-core's rules: width, what is cut, focus, motion, and what charts say."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

WINDOWS = (("2560 px", 2560, ""), ("text at 200 %", 1280, "200%"), ("768 px", 768, ""), ("320 px", 320, ""))
"""Beside the 1280 px that pages are opened with: name, width and size of text; what comes after stands on the last."""

LAYOUT = """async () => {
  // What fits itself to its room does so with the next frame.
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const found = [];
  // Not the root's clientWidth: the gutter of the scroll bar would hide what is a little too wide.
  const width = Math.ceil(document.body.getBoundingClientRect().width);
  const tooWide = document.documentElement.scrollWidth - width;
  if (tooWide > 0) found.push(`the page is ${tooWide} px too wide`);
  const name = (one) => `${one.localName}${one.id ? "#" + one.id : ""}`
    + `${one.classList.length ? "." + [...one.classList].join(".") : ""}`;
  const scrolls = (one) => { for (let up = one; up; up = up.parentElement) {
    if (["auto", "scroll"].includes(getComputedStyle(up).overflowX)) return true; } return false; };
  for (const one of document.body.querySelectorAll("*")) {
    if (one.closest(".unseen, .skip, template, svg")
        || !one.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true })) continue;
    const box = one.getBoundingClientRect();
    const style = getComputedStyle(one);
    if (box.width && (box.right > width + 1 || box.left < -1) && !scrolls(one))
      found.push(`${name(one)} stands outside`);
    const clips = !one.matches("input, textarea, select") && ["hidden", "clip"].includes(style.overflowX)
      && style.display !== "inline";
    if (clips && one.scrollWidth > one.clientWidth + 1 && style.textOverflow !== "ellipsis"
        && style.webkitLineClamp === "none") found.push(`${name(one)} is cut`);
    if (one.matches("button, a.button, .chip, summary, th, h1, h2, h3") && style.overflowX === "visible"
        && one.scrollWidth > one.clientWidth + 1 && one.clientWidth)
      found.push(`${name(one)} is too narrow for its words`);
  }
  return [...new Set(found)].slice(0, 8);
}"""

CHARTS = """() => [...document.querySelectorAll("#view svg.chart")].map((chart) => {
  const links = [...chart.querySelectorAll("a")];
  const label = (one) => one?.getAttribute("aria-label");
  const said = (one) => (label(one) ?? label(one.querySelector("[aria-label]")) ?? one.textContent).trim();
  return { role: chart.getAttribute("role"), name: chart.getAttribute("aria-label") ?? "", words: links.map(said) };
})"""

# Each row of the table with the first number in it.
ROWS = """() => [...document.querySelectorAll(".twin-table tbody tr:not(.area)")].map(
  (row) => [row.querySelector("th").innerText.trim(), row.querySelector("td.number").innerText.trim()])"""

# What only a background says is gone where the system chooses the colours.
FLAT_STATES = """() => {
  const found = [];
  for (const one of document.querySelectorAll("#view .switch")) {
    const drawn = getComputedStyle(one, "::before");
    if (drawn.backgroundImage === "none" || drawn.forcedColorAdjust !== "none") found.push(`${one.id} shows no switch`);
  }
  for (const group of document.querySelectorAll(".twin-switch, .zoom-scales, .kinds, .swatches")) {
    const of = (one) => { const style = getComputedStyle(one);
      return `${style.backgroundColor} ${style.outlineStyle} ${style.color}`; };
    const on = group.querySelector("[aria-pressed=true], [aria-current]");
    const off = group.querySelector("[aria-pressed=false], a:not([aria-current])");
    if (on && off && of(on) === of(off)) found.push(`${group.className} does not show which is chosen`);
  }
  return found;
}"""

MOVING = """() => document.getAnimations().filter((one) => one.playState === "running").map(
  (one) => `${one.effect?.target?.localName}.${one.effect?.target?.className}`)"""

WATCH_FOCUS = """() => {
  globalThis.stops = [];
  document.addEventListener("focusin", ({ target }) => {
    const style = getComputedStyle(target);
    const box = target.getBoundingClientRect();
    const bar = document.querySelector("header.top").getBoundingClientRect();
    const ring = target.matches("input[type=radio]") ? getComputedStyle(target.closest(".choice") ?? target) : style;
    stops.push({
      name: `${target.localName}#${target.id}.${target.className?.baseVal ?? target.className}`,
      place: target.closest("header.top") ? "header" : target.closest("main") ? "main" : "",
      words: (target.getAttribute("aria-label") ?? target.textContent).trim().slice(0, 60),
      ring: ring.outlineStyle !== "none" && parseFloat(ring.outlineWidth) >= 2,
      seen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
      covered: !target.closest("header.top, .toast, .skip") && box.bottom <= bar.bottom && box.height > 0,
    });
  });
}"""


def layout_faults(page: Page) -> dict[str, list[str]]:
    """Return what is wider than its window, cut or outside, by width, and with text twice as large.

    ``page`` is 1280 px wide, and as wide as the last of ``WINDOWS`` afterwards: each width costs a layout.
    """
    found = {"1280 px": page.evaluate(LAYOUT)}
    for name, width, text in WINDOWS:
        page.evaluate("(size) => { document.documentElement.style.fontSize = size; }", text)
        page.set_viewport_size({"width": width, "height": 900})
        found[name] = page.evaluate(LAYOUT)
    return {at: faults for at, faults in found.items() if faults}


def focus_stops(page: Page, *, most: int = 400) -> list[dict[str, Any]]:
    """Press Tab on a fresh page until the focus leaves it; return each stop in order. ``most`` of them are a trap."""
    page.evaluate(WATCH_FOCUS)
    for count in range(most):
        page.keyboard.press("Tab")
        if count and page.evaluate("document.activeElement === document.body"):
            break
    stops: list[dict[str, Any]] = page.evaluate("stops")
    return stops
