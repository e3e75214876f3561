"""What a row of estimates is about, and the id of its finding."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from barometer.errors import UsageError, did_you_mean
from barometer.findings.numbers import spelt

if TYPE_CHECKING:
    from barometer.questionnaire.model import Item, Net, Option, Question, Questionnaire

#: Statistics that are shares of respondents.
SHARES = ("share", "net")


@dataclass(frozen=True)
class Subject:
    """What a row of estimates is about, found in the questionnaire."""

    question: Question
    item: Item | None
    choice: Option | Net | None
    statistic: str

    @property
    def option(self) -> str:
        """The code of the option or the id of the net, or ""."""
        return "" if self.choice is None else str(getattr(self.choice, "code", None) or getattr(self.choice, "id", ""))

    @property
    def key(self) -> str:
        """The id without the wave.

        `question.option` for single, multiple and scale questions; `question.item` for the headline option or net of a battery, and
        `question.item.option` for its others; `question.item` for the share that a ranking put among the ranks asked for, or first;
        `question.mean` and `question.item.mean` for means, but `question.item` has no other meaning in an allocation.
        """
        parts = [self.question.id]
        if self.item is not None:
            parts.append(self.item.id)
        if self.statistic == "mean":
            parts.append("mean")
        elif self.choice is not None and not (self.item is not None and self.option == self.question.headline):
            parts.append(self.option)
        return ".".join(parts)

    @property
    def order(self) -> tuple[int, int, int]:
        """Its place within the question: by item, the headline first, then options, nets and the mean."""
        question = self.question
        items = [item.id for item in question.items]
        choices = [*(option.code for option in question.options), *(net.id for net in question.nets)]
        item = items.index(self.item.id) if self.item else -1
        if self.statistic == "mean":
            return item, len(choices), 1
        if self.item is not None and self.option == question.headline:
            return item, -1, 0
        return item, choices.index(self.option) if self.choice else -1, 0

    @property
    def label(self) -> str:
        """A label for lists: the question, the item and the option."""
        parts = [self.question.short, *(part.label for part in (self.item, self.choice) if part is not None)]
        return ": ".join([parts[0], ", ".join(parts[1:])]) if parts[1:] else parts[0]


def subject_of(row: dict[str, Any], questionnaire: Questionnaire) -> Subject | None:
    """What a row is about, or None if such rows make no finding.

    Raises:
        UsageError: If the questionnaire has no such question, item or option.
    """
    question = questionnaire.question(row["question"])
    statistic = row["statistic"]
    item = question.item(row["item"]) if row["item"] else None
    top = question.kind == "ranking" and _is_top(statistic, row["option"], question)
    if question.kind == "text" or not (statistic in (*SHARES, "mean") or top):
        return None
    if row["item"] and item is None:
        known = [item.id for item in question.items]
        raise UsageError(
            f"The question '{question.id}' has no such item.", got=row["item"], expected="one of " + ", ".join(known),
            hint=did_you_mean(row["item"], known),
        )  # fmt: skip
    if statistic == "mean":
        return Subject(question, item, None, "mean")
    if top:
        return Subject(question, item, None, "share")
    choice = question.option(row["option"]) or question.net(row["option"])
    if choice is None:
        known = [*(option.code for option in question.options), *(net.id for net in question.nets)]
        raise UsageError(
            f"The question '{question.id}' has no such option or net.", got=row["option"] or "nothing",
            expected="one of " + ", ".join(known), hint=did_you_mean(row["option"], known),
        )  # fmt: skip
    return Subject(question, item, choice, "net" if question.net(row["option"]) else "share")


def ranks_all(question: Question) -> bool:
    """Whether a ranking asks to put every item in order; then only who put one first says anything, as all items are ranked."""
    return question.kind == "ranking" and (question.ranks is None or question.ranks >= len(question.items))


def told_of_ranking(question: Question) -> str:
    """The statistic of a ranking that becomes a finding: the share that put an item among the ranks asked for, or first of all.

    Example:
        >>> from barometer.questionnaire import Item, Question
        >>> items = tuple(Item(id=id, label=id) for id in "abcd")
        >>> some = Question(id="q", kind="ranking", theme="t", text="?", short="Q", items=items, ranks=3)
        >>> told_of_ranking(some), told_of_ranking(some.model_copy(update={"ranks": None}))
        ('share_top_three', 'share_first')
    """
    return "share_first" if ranks_all(question) else f"share_top_{spelt(question.ranks or len(question.items))}"


def _is_top(statistic: str, option: str, question: Question) -> bool:
    return (statistic == "share" and not option) or statistic in (told_of_ranking(question), f"share_top_{question.ranks}")
