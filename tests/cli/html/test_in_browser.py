"""Reports in a browser: clicked, hovered over, typed into; the console stays empty."""

from __future__ import annotations

import re
import time

import pytest

PAGES = (
    "question", "panel", "batch", "logs", "bench", "hostile-question", "hostile-batch",
    "hostile-logs",
)  # fmt: skip

# The least contrast of a text with what is behind it, and the text (WCAG 2.2, 1.4.3).
CONTRAST = """
const channel = (c) => (c /= 255) <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
const light = (c) => 0.2126 * channel(c[0]) + 0.7152 * channel(c[1]) + 0.0722 * channel(c[2]);
const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
const parsed = (text) => {
  canvas.clearRect(0, 0, 1, 1);
  canvas.fillStyle = text;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data];
};
const behind = (node) => {
  for (; node; node = node.parentElement) {
    const found = parsed(getComputedStyle(node).backgroundColor);
    if (found[3] === 255) return found;
  }
  return parsed(getComputedStyle(document.body).backgroundColor);
};
const seen = new Map();
const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
while (walker.nextNode()) {
  const node = walker.currentNode.parentElement;
  if (!walker.currentNode.textContent.trim() || node.closest("svg, script")) continue;
  if (!node.checkVisibility()) continue;
  const key = [getComputedStyle(node).color, behind(node)].join();
  if (seen.has(key)) continue;
  const [a, b] = [light(parsed(getComputedStyle(node).color)), light(behind(node))];
  const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  seen.set(key, [ratio, `${node.className}: ${node.textContent.slice(0, 40)}`]);
}
return [...seen.values()].sort((a, b) => a[0] - b[0])[0];
"""


@pytest.mark.parametrize("name", PAGES)
def test_pages_fit_a_phone(name, browser):
    """Nothing makes the page wider than the screen, unfolded or not, on a desk or in a hand."""
    for width in (390, 1280):
        browser.show(name, width=width)
        for button in browser.all("button.unfold")[:3]:
            browser.run("arguments[0].click()", button)
        browser.run("for (const d of document.querySelectorAll('details')) d.open = true")
        assert browser.run("return document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("name", ["batch", "logs"])
def test_tables_fit_a_phone(name, browser):
    """No table scrolls sideways, not even with what unfolds in it."""
    browser.show(name, width=390)
    for button in browser.all("button.unfold"):
        browser.run("arguments[0].click()", button)
    wide = browser.run("""
        return [...document.querySelectorAll(".tabled > .scroll")].filter(
          (box) => box.scrollWidth > box.clientWidth).map((box) => box.ariaLabel)""")
    assert wide == []


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("name", ["question", "batch", "logs", "bench"])
def test_contrast(name, dark, browser):
    """Every text stands out 4.5 to 1, on the light page and on the dark one."""
    browser.show(name, dark=dark)
    browser.run("for (const b of document.querySelectorAll('button.unfold')) b.click()")
    browser.run("for (const d of document.querySelectorAll('details')) d.open = true")
    ratio, text = browser.run(CONTRAST)
    assert ratio >= 4.5, text


def reload_until(browser, wanted, script, *, dark):
    """Open the page again until what it keeps has reached it: storage is written a moment later."""
    for _ in range(30):
        browser.show("question", dark=dark)
        if browser.run(script) == wanted:
            return True
        time.sleep(0.1)
    return False


def test_the_theme_follows_the_system_until_it_is_chosen(browser):
    """The button changes to the other one, says which, and the choice is kept."""
    paper = "return getComputedStyle(document.body).backgroundColor"
    browser.show("question", dark=True)
    browser.run("localStorage.clear()")
    kept = "return document.documentElement.dataset.theme ?? null"
    assert reload_until(browser, None, kept, dark=False)
    light = browser.run(paper)
    assert reload_until(browser, None, kept, dark=True)
    dark = browser.run(paper)
    assert light != dark
    assert browser.one("#theme").text == "Light"
    browser.click("#theme")
    assert browser.run(paper) == light
    assert browser.one("#theme").get_attribute("aria-pressed") == "false"
    assert reload_until(browser, light, paper, dark=True)
    browser.run("localStorage.clear()")


def test_everything_is_reached_by_keyboard(browser):
    """The first tab leads to a link that skips the head; what has the focus is outlined."""
    browser.show("logs")
    body = browser.one("body")
    body.send_keys("\ue004")
    first = browser.driver.switch_to.active_element
    assert first.text == "Skip to content"
    for _ in range(4):
        browser.driver.switch_to.active_element.send_keys("\ue004")
    assert browser.run("return getComputedStyle(document.activeElement).outlineStyle") == "solid"
    nameless = browser.run("""
        return [...document.querySelectorAll("button, input, select, a, [tabindex='0']")].filter(
          (node) => !(node.textContent.trim() || node.ariaLabel || node.labels?.length)).length""")
    assert nameless == 0


def test_the_heat_map_tells_its_cells(browser):
    """Under the pointer, and by arrow keys; it is quiet again when the pointer leaves."""
    browser.show("question")
    browser.pointer("mouseMoved", ".heat > svg", 0.99, 0.01)
    assert re.fullmatch(r"atlas – fjord: \d+ %", browser.one("#tip").text)
    browser.pointer("mouseMoved", ".heat > svg", 0.05, 0.5)
    assert browser.texts("#tip") == []
    browser.run("document.querySelector('.heat').focus()")
    for key in ("\ue015", "\ue014", "\ue014"):
        browser.one(".heat").send_keys(key)
    tip = browser.one("#tip").text
    names = [text.text for text in browser.all(".heat text.name")]
    row, column = (re.match(r"(\w+) – (\w+):", tip)[n] for n in (1, 2))
    assert row in names
    assert column in names
    browser.one(".heat").send_keys("\ue00c")
    assert browser.texts("#tip") == []


def test_the_distribution_over_time_tells_its_cells(browser):
    """Under the pointer, and by arrow keys, which move along the time and along the numbers."""
    browser.show("measures", dark=True)
    assert len(browser.all(".spread")) == 2
    browser.run("document.querySelector('.spread').focus()")
    tips = []
    for key in ("\ue014", "\ue014", "\ue013"):
        browser.one(".spread").send_keys(key)
        tips.append(browser.one("#tip").text)
    starts = [re.match(r"(\d\d:\d\d), \S+ \S+ to \S+ \S+: \d+$", tip)[1] for tip in tips]
    assert starts == ["00:00", "00:01", "00:01"]
    assert len(set(tips)) == 3
    browser.one(".spread").send_keys("\ue00c")
    assert browser.texts("#tip") == []
    browser.pointer("mouseMoved", ".spread [data-x]", 0.5, 0.5)
    assert "to" in browser.one("#tip").text


def test_statements_tell_who_says_so(browser):
    """Under the pointer and by keyboard: who supports a statement, and who says otherwise."""
    browser.show("question")
    first = ".answer .said"
    browser.pointer("mouseMoved", first, 0.3, 0.3)
    assert re.match(r"\d of 5 others say so: ", browser.one("#tip").text)
    browser.pointer("mouseMoved", "h1", 0.5, 0.5)
    assert browser.texts("#tip") == []
    browser.run("document.querySelector('.answer .said').focus()")
    assert "others say so" in browser.one("#tip").text
    assert browser.one(first).get_attribute("aria-label") == browser.one("#tip").text
    browser.run("document.activeElement.blur()")
    assert browser.texts("#tip") == []


def test_only_what_is_disputed_can_be_shown(browser):
    """The switch hides every other statement, in texts and in the table, and shows it again."""
    browser.show("question")
    cards, rows = "#clusters .said", "#statements-table tbody th"
    texts, statements = browser.texts(cards), browser.texts(rows)
    browser.click("#only-disputed")
    assert browser.texts(f"{cards}:not(.disputed)") == []
    assert 0 < len(browser.texts(cards)) < len(texts)
    assert 0 < len(browser.texts(rows)) < len(statements)
    assert any("not safe" in text for text in browser.texts(rows))
    browser.click("#only-disputed")
    assert browser.texts(cards) == texts
    assert browser.texts(rows) == statements


def test_an_image_tells_its_cells(browser):
    """A panel of 130 is drawn as an image whose cells are told alike."""
    browser.show("panel")
    assert browser.run("return document.querySelector('.image img').naturalWidth") == 130
    browser.pointer("mouseMoved", ".image", 0.001, 0.999)
    assert re.fullmatch(r"expert \d{3} – expert \d{3}: \d+ %", browser.one("#tip").text)
    browser.pointer("mouseMoved", ".image", 0.5, 0.5)
    assert browser.one("#tip").text.endswith(": 100 %")


def test_tables_sort(browser):
    """Numbers fall at first, texts rise; the heading says so."""
    browser.show("batch")
    head = "#questions-table thead th:nth-child({}) button"
    cells = "#questions-table tbody > tr:first-child > :nth-child({})"
    browser.click(head.format(3))
    shares = [int(text.split()[0]) for text in browser.texts(cells.format(3))]
    assert shares == sorted(shares, reverse=True)
    heading = browser.one("#questions-table th:nth-child(3)")
    assert heading.get_attribute("aria-sort") == "descending"
    browser.click(head.format(3))
    shares = [int(text.split()[0]) for text in browser.texts(cells.format(3))]
    assert shares == sorted(shares)
    browser.click(head.format(1))
    names = browser.texts(cells.format(1))
    assert names[:3] == [f"Question {n}: which number?" for n in range(3)]
    assert heading.get_attribute("aria-sort") is None


def test_tables_filter(browser):
    """By words, which may stand in what is folded away, and by a choice; the count follows."""
    browser.show("batch")
    count = "[data-count='questions-table']"
    assert browser.one(count).text == "41 rows"
    field = browser.one("[data-search='questions-table']")
    field.send_keys("QUESTION 11:")
    assert browser.texts("#questions-table tbody th") == ["Question 11: which number?"]
    assert browser.one(count).text == "1 of 41 rows"
    field.clear()
    field.send_keys("snow")
    assert browser.texts("#questions-table tbody th") == ["Why?"]
    field.clear()
    field.send_keys("no such words")
    assert browser.one(count).text == "0 of 41 rows"
    field.clear()
    field.send_keys(" ")
    browser.run("""const s = document.querySelector("[data-choice]"); s.value = "text";
                   s.dispatchEvent(new Event("change"))""")
    assert browser.texts("#questions-table tbody th") == ["Why?"]


def test_rows_unfold(browser):
    """A click on a row's name shows its clusters, another one hides them."""
    browser.show("batch")
    assert browser.texts(".more") == []
    browser.click("#questions-table button.unfold")
    assert browser.one("#questions-table button.unfold").get_attribute("aria-expanded") == "true"
    assert "consensus" in browser.texts(".more")[0]
    browser.click("#questions-table button.unfold")
    assert browser.texts(".more") == []


def test_long_tables_open_in_steps(browser):
    """A hundred rows at first; a button shows the rest."""
    browser.show("long-batch")
    rows = "return document.querySelectorAll('#questions-table tbody:not([hidden])').length"
    assert browser.run(rows) == 100
    assert browser.one("#questions .rest").text == "Show all 151 rows"
    browser.click("#questions .rest")
    assert browser.run(rows) == 151
    assert browser.texts("#questions .rest") == []


def records(browser):
    """Return the number of records that the time line says it shows."""
    return int(browser.one("[data-range]").text.split(" ")[0].replace(",", ""))


def test_levels_can_be_left_out_of_the_time_line(browser):
    """Its height and its count follow what is ticked."""
    browser.show("logs")
    assert records(browser) == 521
    assert browser.all(".timeline .l-info")
    for level in ("info", "debug", "warning"):
        browser.click(f".line-controls input[value={level}]")
    assert records(browser) == 38
    assert browser.all(".timeline .l-info") == []
    assert browser.all(".timeline .l-error")


def test_the_time_line_zooms(browser):
    """By buttons, by keys, by dragging; and back to the whole."""
    browser.show("logs")
    labels = ".timeline .axis-labels span"
    whole = browser.texts(labels)
    browser.click("[data-zoom=in]")
    assert records(browser) < 521
    assert browser.texts(labels) != whole
    browser.click("[data-zoom=all]")
    assert browser.texts(labels) == whole
    browser.run("document.querySelector('.timeline').focus()")
    browser.one(".timeline").send_keys("+")
    near = browser.texts(labels)
    browser.one(".timeline").send_keys("\ue014")
    assert browser.texts(labels) > near
    browser.one(".timeline").send_keys("0")
    assert browser.texts(labels) == whole
    press = {"button": "left", "clickCount": 1}
    browser.pointer("mousePressed", ".timeline > svg", 0.25, 0.5, **press)
    browser.pointer("mouseMoved", ".timeline > svg", 0.4, 0.5, button="left", buttons=1)
    browser.pointer("mouseMoved", ".timeline > svg", 0.5, 0.5, button="left", buttons=1)
    assert browser.all(".timeline .brush")
    browser.pointer("mouseReleased", ".timeline > svg", 0.5, 0.5, **press)
    first, last = (browser.texts(labels)[n] for n in (0, -1))
    assert whole[0] < first < last < whole[-1]
    browser.click("[data-zoom=out]")
    browser.click("[data-zoom=out]")
    browser.click("[data-zoom=out]")
    assert browser.texts(labels) == whole


def test_a_burst_is_marked_and_shown(browser):
    """A column in it tells of it; its link zooms there."""
    browser.show("logs")
    assert len(browser.all(".timeline .burst.edge")) == 1
    browser.pointer("mouseMoved", ".timeline > svg", 0.57, 0.5)
    tip = browser.one("#tip").text
    assert "burst of 32 errors" in tip
    assert re.search(r"^error \d+$", tip, re.MULTILINE)
    browser.click("[data-show]")
    assert 32 < records(browser) < 200
    assert browser.texts(".timeline .axis-labels span")[0] > "08:30"


def test_templates_unfold(browser):
    """Into examples and the values of their parameters."""
    browser.show("logs")
    browser.one("[data-search='templates-table']").send_keys("running low")
    browser.click("#templates-table tbody:not([hidden]) button.unfold")
    text = browser.texts("#templates-table .more")[0]
    assert "Examples" in text
    assert "Parameters" in text
    assert "is running low" in text


def test_the_histogram_tells_its_columns(browser):
    """A column of any height, over its whole height."""
    browser.show("batch")
    browser.pointer("mouseMoved", ".columns", 0.99, 0.02)
    assert re.fullmatch(r"95 to 100 %: \d+", browser.one("#tip").text)


def test_bars_tell_their_figures(browser):
    """The times before and after, and the ratio with its spread; nothing beside the bar."""
    browser.show("bench")
    browser.pointer("mouseMoved", "#cases-table svg.ratio", 0.5, 0.5)
    assert re.fullmatch(r"[\d.]+ m?s to [\d.]+ ms, [\d.]+ ± 0.050", browser.one("#tip").text)
    browser.pointer("mouseMoved", "#cases-table tbody th", 0.5, 0.5)
    assert browser.texts("#tip") == []


@pytest.mark.parametrize("name", ["question", "logs", "bench"])
def test_pages_print(name, browser):
    """Without controls, in the colours of the light page."""
    browser.show(name, dark=True)
    browser.command("Emulation.setEmulatedMedia", media="print")
    assert browser.texts("#theme, nav, .controls") == []
    paper = browser.run("return getComputedStyle(document.body).backgroundColor")
    assert paper == "rgb(253, 253, 252)"


def test_pages_are_whole_without_script(browser):
    """Everything is unfolded, charts are drawn, controls that would do nothing are not there."""
    browser.command("Emulation.setScriptExecutionDisabled", value=True)
    try:
        browser.show("logs")
        parts = browser.all(".more, .timeline, .controls")
        shown = {found.get_attribute("class") for found in parts if found.is_displayed()}
        assert "more" in shown
        assert "controls" not in shown
        assert browser.all(".timeline .l-error")
    finally:
        browser.command("Emulation.setScriptExecutionDisabled", value=False)
        browser.show("logs")
