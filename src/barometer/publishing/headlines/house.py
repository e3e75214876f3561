"""What the editors' page must know beside the findings."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class EditorialHouse:
    """The barometer whose figures stand on the page.

    Attributes:
        title: Of the barometer.
        publisher: Who publishes it.
        synthetic: Whether the responses are made up; the page then says so at its head and with every figure.
        style: The house style in which the page opens: "hsj", "ons" or "plain".
        navigation: Links at the head of the page: label and address, relative to the page.
        background: Questions that describe respondents: they stand last.
        address: Where the page will be on the web, for embedded figures; empty if that is not known.
    """

    title: str
    publisher: str
    synthetic: bool
    style: str = "hsj"
    navigation: tuple[tuple[str, str], ...] = ()
    background: tuple[str, ...] = ()
    address: str = ""
