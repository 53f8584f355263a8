"""Reports for tests: made from hostile and from plain input, and read back without a browser."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

from cotool.benchmarks import Compared
from cotool.cli.html.batch import BatchPage
from cotool.cli.html.bench import bench_page
from cotool.cli.html.logs import logs_page
from cotool.cli.html.question import question_page
from cotool.consensus import find_consensus, find_consensus_batch
from cotool.consensus.model import (
    Cluster,
    ConflictingValue,
    Consensus,
    Dispute,
    DisputedValue,
    Dissent,
    Insight,
    Statement,
)
from cotool.logs import analyze_logs

# Each would act, were it not escaped: it sets window.hostile, loads something, ends an attribute
# or the script, reorders what is read, or cannot be encoded.
HOSTILE = (
    "</script><script>window.hostile=1</script>",
    "<svg onload=window.hostile=2>",
    "<img src=x onerror=window.hostile=3>",
    '" onmouseover="window.hostile=4" x="',
    "' onfocus='window.hostile=5' autofocus='",
    "</style><style>body{display:none}",
    "</title><base href=https://example.org/>",
    "<!--",
    "]]>&lt;b&gt;&amp;",
    "javascript:window.hostile=6",
    "abc\u202egnp.exe\u202c \u2066x\u2069 \u200f",
    "bell\x07 escape\x1b[31m nul\x00 c1\x9b delete\x7f",
    "lone \ud800 surrogate \udfff",
    "separators \u2028 \u2029 \ufeff",
    "tag \U000e0041\U000e007f",
)
ALL = " | ".join(HOSTILE)
VOID = {"input", "img", "link", "meta"}
SHAPES = {"rect", "line", "path", "circle"}
ACTS = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff"
    "\U000e0000-\U000e007f]"
)


class Document(HTMLParser):
    """A page taken apart; raises AssertionError where its elements do not nest."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.page = page
        self.open = []
        self.elements = []
        self.texts = []
        self.scripts = []
        self.styles = []
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        """Take an element and its attributes."""
        assert len(dict(attrs)) == len(attrs), f"an attribute twice: {attrs}"
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        """Take a shape, the only kind of element that closes itself."""
        assert tag in SHAPES, tag
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        """Close the innermost element."""
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag

    def handle_data(self, data):
        """Take a text."""
        kept = {"script": self.scripts, "style": self.styles}.get(
            self.open[-1] if self.open else "", self.texts
        )
        kept.append(data)

    @property
    def text(self):
        """All that is read."""
        return "".join(self.texts)

    def all(self, tag, **attributes):
        """Return the attributes of the elements that have these."""
        wanted = {key.removesuffix("_").replace("_", "-"): v for key, v in attributes.items()}
        return [
            found
            for name, found in self.elements
            if name == tag and all(found.get(key) == value for key, value in wanted.items())
        ]


def checked(page):
    """Return a page taken apart that is sound, loads nothing and holds no script but its own."""
    assert ACTS.search(page.replace("\n", "")) is None
    page.encode("utf-8")
    document = Document(page)
    names = [found["id"] for _, found in document.elements if "id" in found]
    assert len(names) == len(set(names)), "an id twice"
    for tag, found in document.elements:
        assert not any(name.startswith("on") or name == "style" for name in found), (tag, found)
        for name in ("href", "src"):
            assert found.get(name, "#").startswith(("#", "data:")), (tag, found)
    for tag in ("aria-controls", "aria-labelledby"):
        assert {found[tag] for _, found in document.elements if tag in found} <= set(names)
    for tag in ("iframe", "object", "embed", "form", "base"):
        assert document.all(tag) == []
    for tag in ("script", "style", "h1", "main", "title"):
        assert len([name for name, _ in document.elements if name == tag]) >= 1
    assert len(document.all("script")) == len(document.all("style")) == 1
    (policy,) = document.all("meta", http_equiv="Content-Security-Policy")
    for kind, text in (("script", document.scripts[0]), ("style", document.styles[0])):
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy["content"]
    assert "default-src 'none'" in policy["content"]
    assert "unsafe" not in policy["content"]
    for found in document.all("svg"):
        assert found.get("aria-hidden") == "true" or (
            found.get("role") == "img" and found.get("aria-label")
        )
    return document


class Rows:
    """A matrix of the shape that a Consensus holds, from rows of numbers."""

    def __init__(self, rows):
        self._rows = rows

    def row(self, i):
        """Return row `i`."""
        return self._rows[i]


def hostile_consensus(place=0):
    """Return a Consensus whose every text is hostile."""
    one, two, three = (f"{ALL} {name}" for name in ("ann", "bob", "cid"))
    return Consensus(
        question=ALL,
        answer=ALL,
        kind="text",
        method="centre",
        confidence=0.5,
        agreement=0.5,
        clusters=(
            Cluster(0, ALL, (one, two), (0, 2), 0.6, 0.9),
            Cluster(1, ALL, (three,), (1,), 0.4, None),
        ),
        dissent=(
            Dissent((three,), ALL, 0.4, 0.2, (*HOSTILE, "svg"), *[HOSTILE] * 3, negation=True),
        ),
        insights=(
            Insight("theme", ALL, (one,), {ALL: ALL, "list": list(HOSTILE), "map": {ALL: 1.5}}),
        ),
        id=f"{ALL} {place}",
        expert=one,
        content=ALL + " more",
        experts=(one, three, two),
        answers=(ALL, None, ALL),
        metric="tfidf",
        clustering="average",
        threshold=0.5,
        matrix=Rows([[1.0, 0.25, 0.9], [0.25, 1.0, float("nan")], [0.9, float("nan"), 1.0]]),
        explanation=(ALL,),
        warnings=(ALL,),
        support=0.5,
        statements=(
            Statement(ALL, (one, two), 0, 0, len(ALL), 0.5, (two,), (three,),
                      (ConflictingValue(*HOSTILE[:2], (three,)),), HOSTILE, 0),
            Statement(ALL, (three,), 1, 0, len(ALL), 0.0, (), (one, two), (), (), 1),
        ),
        disputes=(
            Dispute((DisputedValue(ALL, (one, two), (0,)), DisputedValue(ALL, (three,), (1,)))),
        ),
    )  # fmt: skip


def hostile_question():
    """Return the page on one hostile question."""
    return question_page(hostile_consensus(), sources=[ALL, "-"])


def hostile_batch():
    """Return the page on hostile questions."""
    batch = BatchPage([ALL])
    for place in range(3):
        batch.add(hostile_consensus(place))
    return batch.page()


def log_lines():
    """Return a log of two hours with a burst of errors, and hostile messages in it."""
    lines = []
    for n in range(720):
        time = f"2026-03-02 {8 + n // 360:02}:{n // 6 % 60:02}:{n % 6 * 10:02}"
        lines.append(f"{time} INFO order {n} of user u{n % 7} placed, {n % 9} items")
        if n % 10 == 0:
            lines.append(f"{time} WARN item {n} is running low")
        if 300 <= n < 330:
            lines += [f"{time} ERROR payment of order {n}{k} failed after {n} ms" for k in range(9)]
        if n < len(HOSTILE):
            lines.append(f"{time} ERROR {HOSTILE[n]} happened")
    return lines


def hostile_logs(folder):
    """Return the page on a log with hostile messages, file names and patterns."""
    path = folder / "a<svg onload=window.hostile=7>\u202e'\".log"
    path.write_bytes("\n".join(log_lines()).encode("utf-8", "surrogatepass") + b"\n\xff\xfe raw\n")
    summary = analyze_logs(
        path, patterns={ALL.replace("=", "-"): "failed"}, show=20, context=1, templates=True
    )
    return logs_page(summary, zone=None, bucket=None)


def measures_page(folder):
    """Return the page on times by hostile paths, compared with an earlier run."""
    path = folder / "access.log"
    lines = [
        f"10.0.0.1 - - [01/Jan/2026:00:{n // 60:02}:{n % 60:02} +0000] "
        f'"GET /{"<svg/onload=window.hostile=8>" if n % 3 else "login"} HTTP/1.1" 200 {n} "-" "a" '
        f"rt={(n % 50 + 1) / 100:.3f} wait=-{n % 7}\n"
        for n in range(1800)
    ]
    path.write_text("".join(lines))
    name = ALL.encode("utf-8", "replace").decode()  # lone surrogates are refused
    measures = {name: "rt", "wait": "wait", "client": "distinct(client)"}
    summary = analyze_logs(path, measures=measures, by=["path"], step=60)
    return logs_page(summary, zone=None, bucket=None)


def hostile_bench():
    """Return the page on benchmarks with hostile names."""
    rows = [
        Compared(f"{name} {place}", 0.1 + place, 0.12, 0.12 / (0.1 + place), 0.05, verdict)
        for place, name in enumerate(HOSTILE)
        for verdict in (("faster", "slower", "unclear")[place % 3],)
    ]
    return bench_page(rows, list(HOSTILE), old=ALL, new=ALL + "2")


def panel(count, clusters=3):
    """Return the consensus of `count` experts in `clusters` camps."""
    words = ["alpha beta gamma delta epsilon", "one red green blue yellow", "sun moon star sky sea"]
    return find_consensus(
        [
            {"expert_name": f"expert {n:03}", "content": f"{words[n % clusters]} and then {n}"}
            for n in range(count)
        ],
        question="What is it?",
        method="centre",
    )


def batch_page(questions=40):
    """Return a page on questions of which every third is contested."""
    batch = BatchPage(["answers.jsonl"])
    asked = [
        {
            "id": f"q-{n:02}",
            "question": f"Question {n}: which number?",
            "responses": [
                {"expert_name": name, "content": f"The answer is {n if k or n % 3 else n + 1}."}
                for k, name in enumerate(["ann", "bob", "cid"][: 2 + n % 2])
            ],
        }
        for n in range(questions)
    ]
    asked.append({"id": "free", "question": "Why?", "responses": ["It rains.", "Snow fell today."]})
    for result in find_consensus_batch(asked):
        batch.add(result)
    return batch.page()
