# Made from _async/check.py by tools/unasync. Do not edit.
"""`client.conversations.check`: what is wrong with a conversation, and mending it."""

from __future__ import annotations

from functools import partial
from typing import Any

from ..archive.findings import Examination
from ..archive.results import CheckResult, Finding, Repair
from .http_methods import HttpMethods
from .item_pages import read_everything
from .items import Items
from .purge import delete_surely


class Check:
    """Checks one conversation.

    Args:
        client: sends the requests.
        conversation_id: as of the public method.
        options: of each request.
    """

    def __init__(
        self, client: HttpMethods, conversation_id: str, options: dict[str, Any]
    ) -> None:
        self._client = client
        self._id = conversation_id
        self._options = options
        self._items = Items(client)
        self._repairs: list[Repair] = []

    def run(self, *, repair: bool) -> CheckResult:
        """Look for what is wrong; with `repair`, mend it and look again until nothing is new.

        Raises:
            OpenAIError: as of `items.list`, `items.delete` and `items.append`.
        """
        while True:
            examined, findings = self._examine()
            # What was mended once and is there again stays a finding.
            done = {one.finding.item_ids for one in self._repairs}
            left = [one for one in findings if one.is_error and one.item_ids not in done]
            if not (repair and left):
                return CheckResult(self._id, examined.count, findings, tuple(self._repairs))
            for finding in left:
                self._mend(finding, examined)

    def _examine(self) -> tuple[Examination, tuple[Finding, ...]]:
        pages = read_everything(self._items, self._id, self._options, self._client.max_retries)
        examined = Examination()
        while (page := pages.next()) is not None:
            for item in page:
                examined.add(item)
        return examined, examined.finish()

    def _mend(self, finding: Finding, examined: Examination) -> None:
        output: Any = None
        if finding.kind == "call_without_output":
            output = examined.output_for(finding.item_ids[0])
        if output is None:
            for item_id in finding.item_ids:
                delete = partial(
                    self._items.delete, item_id, conversation_id=self._id, **self._options
                )
                delete_surely(delete, self._client.max_retries, self._options["abort"])
            self._repairs.append(Repair(finding, "deleted", finding.item_ids))
        else:
            result = self._items.append(self._id, [output], **self._options)
            self._repairs.append(Repair(finding, "appended", (str(result.first_id),)))
