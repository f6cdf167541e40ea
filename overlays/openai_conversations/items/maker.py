"""What the makers of items have in common: they are not the classes of what they make."""

from __future__ import annotations

from typing import Any

from .._request.validation import mismatch


class Maker(type):
    """The class of the makers. Nothing is an instance of one, so that to ask for it is a mistake.

    Attributes:
        _classes: the classes that objects of its kind have, those that are read first.
    """

    _classes: tuple[str, ...] = ()

    def __instancecheck__(cls, instance: Any) -> bool:
        """Raise `InvalidArgumentError`, which names the classes to ask for."""
        names = [name if name.islower() else f"models.{name}" for name in cls._classes]
        expected = f"{' or '.join(names)} (or a comparison of the object's `type`)"
        received = f"{cls.__name__}, which makes such objects and is the class of none"
        raise mismatch("isinstance(…, class_or_tuple)", expected, received)
