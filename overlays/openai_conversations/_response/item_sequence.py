"""The items that an object has at hand: as a sequence, and in a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, TypeVar, overload

_T_co = TypeVar("_T_co", covariant=True)


class ItemSequence(Generic[_T_co]):
    """What has items in `data`: their number, one or several of them, and their looks.

    `len`, indexes, slices and truth are those of `data`: what holds no items is false. Over what it
    iterates, each subclass says.
    """

    if TYPE_CHECKING:

        @property
        def data(self) -> list[_T_co]: ...

    else:
        # Else Python would iterate by the indexes, and `for` over an `AsyncPage` end with the page.
        __iter__ = None

    def __len__(self) -> int:
        return len(self.data)

    @overload
    def __getitem__(self, index: int) -> _T_co: ...

    @overload
    def __getitem__(self, index: slice) -> list[_T_co]: ...

    def __getitem__(self, index: int | slice) -> _T_co | list[_T_co]:
        return self.data[index]

    def _repr_html_(self) -> str | None:
        from ..archive.notebook import list_in_notebook

        return list_in_notebook(self.data, "html")

    def _repr_markdown_(self) -> str | None:
        from ..archive.notebook import list_in_notebook

        return list_in_notebook(self.data, "markdown")
