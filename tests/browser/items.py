"""Items that try to do something to a page that shows them."""

from __future__ import annotations

from typing import Any

#: Changes the title of the document wherever a part of it runs.
HOSTILE = (
    "<img src='http://elsewhere.example/x' onerror=\"document.title='run'\">"
    "<script>document.title='run'</script><iframe srcdoc='<script>top.document.title=1</script>'>"
    "</iframe><a href=\"javascript:document.title='run'\">press</a>"
    "<style>*{background:url(http://elsewhere.example/y)}</style>"
)
RIGHT_TO_LEFT = "שלום עולם"
SVG = "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"
DOT = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwAD"
    "hgGAWjR9awAAAABJRU5ErkJggg=="
)


def message(text: str, role: str = "user") -> dict[str, Any]:
    return {"type": "message", "role": role, "content": text}


def picture(url: str) -> dict[str, Any]:
    part = {"type": "input_image", "image_url": url, "detail": "auto"}
    return {"type": "message", "role": "user", "content": [part]}


EVERY_PLACE = (
    message(HOSTILE),
    message(RIGHT_TO_LEFT),
    {"type": "function_call", "name": "look", "call_id": "call_1", "arguments": HOSTILE},
    {"type": "function_call_output", "call_id": "call_1", "output": HOSTILE},
    {
        "type": "reasoning",
        "id": "rs_1",
        "summary": [{"type": "summary_text", "text": HOSTILE}],
    },
    {"type": "brand_new", "told": HOSTILE},
    picture("http://elsewhere.example/z.png"),
    picture(SVG),
    picture(DOT),
)
