"""Transcripts of items, without a service: what they show, and that nothing in them gets out."""

from __future__ import annotations

import re
import unicodedata
from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from markdown_it import MarkdownIt
from openai_conversations import InvalidArgumentError, MessageItem, models
from openai_conversations.archive import TranscriptFormat, transcript

from tests.document import alternatives, fields, name_of, resolve, schemas
from tests.offenders import check_drawn
from tests.strategies import disturbed, for_ref, for_schema

FORMATS: tuple[TranscriptFormat, ...] = ("markdown", "text", "html")
PIXEL = "data:image/png;base64,iVBORw0KGgo="
#: Texts that mean something to a browser, a reader of Markdown, or a terminal.
HOSTILE = [
    "<script>alert(1)</script>",
    "</pre></div></article></main><h2>User</h2>",
    "<!-- ",
    "<plaintext>",
    "<img src=x onerror=alert(1)>",
    '"><svg/onload=alert(1)>',
    "' onmouseover='alert(1)",
    "&lt;script&gt;",
    "javascript:alert(1)",
    "java\nscript:alert(1)",
    'https://example.com/" onclick="x',
    "https://example.com/) [x](javascript:x",
    "https://example.com/<b>",
    "https://example.com/\u202egpj",
    "HTTPS://example.com/?a=1&b=2",
    "mailto:a@example.com",
    "data:text/html,<script>alert(1)</script>",
    "data:image/svg+xml;base64,PHN2Zy8+",
    'data:image/png;base64,aaaa" onload="x',
    PIXEL,
    "![x](https://example.com/track.png)",
    "![x][1]\n\n[1]: https://example.com/track.png",
    "[User]: https://example.com 'x'",
    "```\n</details>\n# User\n````\n# User\n",
    "- ```\n  a\n  ```\n<script>",
    "  ```\n```\n<b>\n```",
    "~~~\n\t~~~\n<b>",
    "```\n    ```\n```\n<b>\n```",
    "``` a`b\n<script>\n```",
    "# User\n\nUser\n====\n\n---\n",
    "\r# User\r\n# User\x0b# User\x85# User\u2028# User",
    "\x1b[2J\x1b]0;title\x07\x9b2J\x00\x7f",
    "\u202eevil\u202c \u2066x\u2069",
    "\ud800",
    "{{ x }} {name} %s",
    "\nUser (msg_1)\nYes",
    "",
]
TEXTS = st.one_of(
    st.sampled_from(HOSTILE),
    st.text(),
    st.text(alphabet="`~ \t\n>-<b/!?[]:a\\()*_|1.", max_size=40),
)
#: Fields whose texts people want to read, in any item.
SAID = {
    *("text", "refusal", "arguments", "input", "output", "code", "logs", "stdout", "stderr"),
    *("diff", "path", "command", "commands", "query", "url", "title", "reason"),
}


def everywhere(text: str) -> list[Any]:
    """Return items that have a text wherever a text can stand."""
    cited = {"type": "url_citation", "url": text, "title": text}
    parts = [
        {"type": "output_text", "text": text, "annotations": [cited]},
        {"type": "input_image", "image_url": text},
        {"type": "input_file", "file_url": text, "filename": text},
        {"type": text, "x": text},
    ]
    return [
        {"role": "user", "content": text},
        {"type": "message", "role": text, "id": text, "status": text, "content": parts},
        {"type": "function_call", "name": text, "call_id": text, "arguments": text},
        {"type": text, text: text},
    ]


EVERYWHERE = [item for text in HOSTILE for item in everywhere(text)]


@st.composite
def planted(draw: DrawFn, name: str) -> Any:
    """Draw an item, also one that the document does not allow, with hostile texts all over."""

    def plant(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {name: plant(inner, name) for name, inner in value.items()}
        if isinstance(value, list):
            return [plant(inner, key) for inner in value]
        kept = not isinstance(value, str) or (key in {"type", "role"} and draw(st.booleans()))
        return value if kept else draw(TEXTS)

    return plant(draw(st.one_of(for_schema(name), disturbed(name))))


ITEMS = st.lists(
    st.one_of(
        planted("ConversationItem"),
        st.builds(lambda text: {"role": "user", "content": text}, TEXTS),
    ),
    max_size=3,
)


def check_characters(written: str) -> None:
    """Check that text can be written anywhere: nothing in it moves a cursor or turns the text."""
    written.encode()
    turning = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}
    for character in written:
        assert character in "\n\t" or unicodedata.category(character) != "Cc"
        assert unicodedata.bidirectional(character) not in turning


_ATTRIBUTES: dict[str, dict[str, str]] = {
    "html": {"lang": "en"},
    "meta": {
        "charset": "utf-8",
        "http-equiv": "Content-Security-Policy",
        "content": r"[-a-zA-Z0-9'=;:+/ ,]+",
        "name": "referrer|viewport|color-scheme",
    },
    "article": {"class": "user|assistant|system|tool|other"},
    "h1": {"dir": "auto"},
    "div": {"class": "text", "dir": "auto"},
    "p": {"dir": "auto"},
    "a": {
        "href": r"(?i:https?://|mailto:)[^\s<>\\]*",
        "rel": "noopener noreferrer nofollow",
        "dir": "auto",
    },
    "img": {"src": r"data:image/(png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+", "alt": "(?s:.*)"},
}
_BARE = {
    *("head", "title", "style", "body", "main", "h2"),
    *("bdi", "small", "pre", "details", "summary"),
}


class Seen(HTMLParser):
    """Reads HTML of which every tag has to be one of a few, with attributes of a few forms."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.tags: list[str] = []
        self.declarations: list[str] = []
        self._open: list[str] = []
        self.feed(html)
        self.close()
        assert not self._open
        assert self.declarations == ["DOCTYPE html"]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in _ATTRIBUTES or (tag in _BARE and not attrs), (tag, attrs)
        for name, value in attrs:
            assert re.fullmatch(_ATTRIBUTES[tag][name], value or ""), (tag, name, value)
        self.tags.append(tag)
        if tag not in {"meta", "img"}:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert tag == self._open.pop()

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_decl(self, decl: str) -> None:
        self.declarations.append(decl)

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_pi(self, data: str) -> None:
        raise AssertionError(data)


@given(ITEMS, TEXTS)
@example(EVERYWHERE, "</title><script>")
def test_html_is_of_our_own_making(items: list[Any], title: str) -> None:
    """Let nothing in an item become a tag, an attribute or an address that acts; lose no text."""
    html = transcript(items, format="html", title=title)
    check_characters(html)
    seen = Seen(html)
    assert seen.tags.count("article") == len(items)
    text = "".join(seen.text)
    for item in items:
        if set(item) == {"role", "content"}:
            for run in re.findall(r"[\x20-\x7e]+", item["content"]):
                assert run in text


@given(ITEMS, TEXTS)
@example(EVERYWHERE, "# a\n# b")
def test_markdown_is_of_our_own_making(items: list[Any], title: str) -> None:
    """Let nothing in an item become a heading, HTML, an image or a definition."""
    markdown = transcript(items, title=title)
    check_characters(markdown)
    environment: dict[str, Any] = {}
    tokens = MarkdownIt("commonmark").enable("table").parse(markdown, environment)
    assert "references" not in environment
    headings = [token for token in tokens if token.type == "heading_open" and token.level == 0]
    assert len(headings) == len(items) + bool(title)
    folds = 0
    for token in [one for outer in tokens for one in (outer, *(outer.children or []))]:
        assert token.type not in {"html_inline", "image"}
        if token.type == "html_block":
            folds += 1 if token.content.startswith("<details>") else -1
            ours = r"<details>\n<summary>[^<>]*</summary>\n|</details>\n"
            assert re.fullmatch(ours, token.content), token.content
    assert folds == 0


@given(ITEMS, TEXTS)
@example(EVERYWHERE, "a\nb")
def test_text_keeps_contents_off_the_margin(items: list[Any], title: str) -> None:
    text = transcript(items, format="text", title=title)
    check_characters(text)
    at_the_margin = [line for line in text.split("\n") if line and not line.startswith("    ")]
    assert len(at_the_margin) == len(items) + bool(title.strip())


def kinds() -> Iterator[str]:
    """Yield the names of the schemas of all kinds of items."""
    for each in alternatives(resolve(schemas()["ConversationItem"])):
        name = name_of(each)
        assert name is not None
        yield name


def marked(value: Any, marks: list[str], key: str = "") -> Any:
    """Return JSON with a mark of its own in each text that people want to read."""
    if isinstance(value, dict):
        return {name: marked(inner, marks, name) for name, inner in value.items()}
    if isinstance(value, list):
        return [marked(inner, marks, key) for inner in value]
    if isinstance(value, str) and key in SAID:
        marks.append(f"mark{len(marks)}mark")
        return marks[-1]
    return value


def test_every_kind_of_item_says_what_it_has() -> None:
    def check(_: str, item: Any) -> None:
        marks: list[str] = []
        item = marked(item, marks)
        for format in FORMATS:
            written = transcript([item], format=format)
            assert [mark for mark in marks if mark not in written] == []

    def present(name: str) -> Any:
        properties, _ = fields(schemas()[name])
        return for_ref({"$ref": f"#/components/schemas/{name}"}, present=tuple(properties))

    check_drawn(kinds(), present, check, examples=6)


SAMPLE: list[Any] = [
    MessageItem.user_text("Is it warm in Rome?\n# Please"),
    models.FunctionToolCallResource.from_dict(
        {
            "type": "function_call",
            "id": "fc_1",
            "call_id": "call_1",
            "name": "get_weather",
            "arguments": '{"city":"Rome"}',
            "status": "completed",
        }
    ),
    {"type": "function_call_output", "id": "fco_1", "call_id": "call_1", "output": "21 °C"},
    {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [{"type": "summary_text", "text": "Warm."}],
        "encrypted_content": "x" * 1200,
    },
    {
        "type": "message",
        "id": "msg_1",
        "role": "assistant",
        "status": "incomplete",
        "created_at": 1790000000,
        "content": [
            {
                "type": "output_text",
                "text": "Yes, <b>warm</b>",
                "annotations": [
                    {"type": "url_citation", "url": "https://example.com/a_b", "title": "A [b]_c_"},
                    {"type": "file_citation", "file_id": "file-1", "filename": "a.pdf"},
                ],
            },
            {"type": "refusal", "refusal": "No more."},
            {"type": "input_image", "image_url": PIXEL},
        ],
    },
    {"type": "hologram", "id": "holo_1", "call_id": "call_1"},
]
MARKDOWN = """# Rome

## User

> Is it warm in Rome?
> # Please

## Call of get_weather

*fc_1*

```json
{
  "city": "Rome"
}
```

## Output of get_weather

*fco_1*

```
21 °C
```

## Reasoning

*rs_1*

<details>
<summary>Summary</summary>

> Warm.

</details>

> (1,200 characters, encrypted)

## Assistant

*msg_1 · 2026-09-21 14:13:20 UTC · incomplete*

```markdown
Yes, <b>warm</b>
```

- [A \\[b\\]\\_c\\_](<https://example.com/a_b>)

- a.pdf: file-1

> Refusal: No more.

- Image: image/png, 8 bytes

## Unknown item: hologram

*holo_1*

```json
{
  "type": "hologram",
  "id": "holo_1",
  "call_id": "call_1"
}
```

"""
TEXT = """Rome

User
    Is it warm in Rome?
    # Please

Call of get_weather (fc_1)
    {
      "city": "Rome"
    }

Output of get_weather (fco_1)
    21 °C

Reasoning (rs_1)
    Summary:
        Warm.
    (1,200 characters, encrypted)

Assistant (msg_1 · 2026-09-21 14:13:20 UTC · incomplete)
    Yes, <b>warm</b>
    - A [b]_c_: https://example.com/a_b
    - a.pdf: file-1
    Refusal: No more.
    - Image: image/png, 8 bytes

Unknown item: hologram (holo_1)
    {
      "type": "hologram",
      "id": "holo_1",
      "call_id": "call_1"
    }

"""
HTML = [
    '<div class="text" dir="auto">Is it warm in Rome?\n# Please</div>',
    "<h2><bdi>Call of get_weather</bdi> <small>fc_1</small></h2>",
    "<pre>\n{\n  &quot;city&quot;: &quot;Rome&quot;\n}</pre>",
    "<details><summary><bdi>Summary</bdi></summary>",
    "Yes, &lt;b&gt;warm&lt;/b&gt;",
    '<a href="https://example.com/a_b" rel="noopener noreferrer nofollow" dir="auto">A [b]_c_</a>',
    f'<img src="{PIXEL}" alt="Image">',
]


def test_a_sample() -> None:
    assert transcript(SAMPLE, title="Rome") == MARKDOWN
    assert transcript(iter(SAMPLE), format="text", title="Rome") == TEXT
    html = transcript(SAMPLE, format="html", title="Rome")
    assert [part for part in HTML if part not in html] == []


def test_html_allows_its_style_and_nothing_else() -> None:
    """Hold the policy to the style: a browser drops one whose hash is not there."""
    html = transcript([], format="html")
    [style] = re.findall("<style>(.*)</style>", html, re.DOTALL)
    digest = b64encode(sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; form-action 'none'"
    assert f"content=\"{policy}; base-uri 'none'\"" in html


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ('{"a": 1, "a": 2}', '{"a": 1, "a": 2}'),  # pretty, it would lose one
        ('{"a": 1}', '{\n  "a": 1\n}'),
        ("[" * 100_000, "[[["),
        ({"deep": 1}, '"deep": 1'),
    ],
)
def test_arguments(given: Any, shown: str) -> None:
    call = {"type": "function_call", "name": "f", "call_id": "c", "arguments": given}
    assert shown.replace("\n", "\n    ") in transcript([call], format="text")


def test_deep_nesting_is_told() -> None:
    deep: Any = "x"
    for _ in range(100_000):
        deep = [deep]
    for item in ({"role": "user", "content": deep}, {"type": "hologram", "x": deep}):
        assert "nested too deeply" in transcript([item])


@pytest.mark.parametrize("made", [1e300, -1e300, float("nan"), True, "yesterday"])
def test_times_that_are_none(made: Any) -> None:
    assert transcript([{"role": "user", "content": "Hi", "created_at": made}]).endswith("> Hi\n\n")


def test_arguments_that_are_wrong() -> None:
    with pytest.raises(InvalidArgumentError, match=r"items\[1\]"):
        transcript([{"role": "user", "content": "Hi"}, "Hi"])
    with pytest.raises(InvalidArgumentError, match="format"):
        transcript([], format="pdf")  # type: ignore[arg-type]  # pyright: ignore
