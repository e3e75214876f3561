"""The groups that published tables speak of, how they are parts of each other, and which of them must be hidden.

A group is everybody ("") or the respondents who meet some conditions: region is north; region is north and role is chair. Whoever
holds all tables can subtract: everybody less the shown regions leaves the hidden ones and those of no region. Each such *part of*
relation is looked at, for breaks within everybody, for breaks within a group of another table, and for groups that lie within each
other because of what is known of the population (all of "area: capital" is of "region: London").
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

Mask = npt.NDArray[np.bool_]
#: The break and the level of each condition, sorted; everybody has none.
Group = tuple[tuple[str, str], ...]
EVERYBODY: Group = ()
JOINED = " x "
_DEPENDENT = 1e-9


def group_of(within: Group, name: str, level: str) -> Group:
    """The group that a row of a table speaks of, in a book about the group `within`.

    Example:
        >>> group_of((("region", "north"),), "role x rating", "chair x good")
        (('rating', 'good'), ('region', 'north'), ('role', 'chair'))
    """
    if not name:
        return within
    names = name.split(JOINED)
    levels = level.split(JOINED) if len(names) > 1 else [level]
    # A level whose own name holds the joint cannot be told apart; it stays a condition of the crossed break as a whole.
    pairs = zip(names, levels, strict=True) if len(names) == len(levels) else [(name, level)]
    return tuple(sorted({*within, *pairs}))


@dataclass(frozen=True)
class Relation:
    """A group and disjoint parts of it, by their places; `breakdown` if the parts are the levels of a break within the group."""

    parent: int
    parts: tuple[int, ...]
    breakdown: bool = False


@dataclass(frozen=True)
class Lattice:
    """All groups of some tables, and which are parts of which.

    Attributes:
        groups: The groups; a group that two conditions describe alike (the same members of the population) stands once.
        place: From every description to the place of its group.
        relations: Parts of groups, those of everybody first.
        sizes: How many members of the population each group has; None where the population is not known.
        kinds: For each group whose members are known, which kinds of members (all breaks at once) belong to it, as the bits of a number.
        crossed: Whether any group but everybody has parts.
    """

    groups: tuple[Group, ...]
    place: Mapping[Group, int]
    relations: tuple[Relation, ...]
    sizes: tuple[int | None, ...]
    kinds: Mapping[int, int]
    crossed: bool

    def apart(self, group: int, parent: int, shown: Sequence[int]) -> bool:
        """Whether all of a group is known to be within another and outside of these parts of it."""
        own = self.kinds.get(group, 0)
        if not own or own & ~self.kinds.get(parent, 0):
            return False
        return all(one in self.kinds and not own & self.kinds[one] for one in shown)


def lattice_of(groups: Sequence[Group], members: pl.DataFrame | None = None, *, population: bool = True) -> Lattice:
    """The groups with their relations.

    Args:
        groups: Every group that a table speaks of.
        members: One row a member of the population (or a respondent), with a column of text for each break that is known of them.
        population: Whether `members` is the population, so that a group whose members all answered is a census.
    """
    named = sorted({EVERYBODY, *groups}, key=lambda group: (len(group), group))
    members, counts = _kinds(members, {name for group in named for name, _ in group})
    masks = {group: mask for group in named if (mask := _mask(group, members)) is not None}
    place: dict[Group, int] = {}
    by_mask: dict[bytes, int] = {}
    kept: list[Group] = []
    for group in named:
        same = by_mask.get(masks[group].tobytes()) if group in masks and masks[group].any() else None
        place[group] = same if same is not None else len(kept)
        if same is None:
            if group in masks:
                by_mask[masks[group].tobytes()] = len(kept)
            kept.append(group)
    own = {index: masks[group] for index, group in enumerate(kept) if group in masks and masks[group].any()}
    relations = _by_condition(named, place)
    relations += _by_members(relations, own)
    sizes = tuple(int(counts[own[index]].sum()) if population and index in own else None for index in range(len(kept)))
    crossed = any(relation.parent for relation in relations)
    kinds = {index: int.from_bytes(np.packbits(mask).tobytes(), "big") for index, mask in own.items()}
    return Lattice(tuple(kept), place, tuple(relations), sizes, kinds, crossed)


def _kinds(members: pl.DataFrame | None, breaks: AbstractSet[str]) -> tuple[pl.DataFrame | None, npt.NDArray[np.int64]]:
    """Each combination of levels that occurs once, with how many members have it."""
    known = [] if members is None else [name for name in members.columns if name in breaks]
    if members is None or not known:
        return None, np.zeros(0, dtype=np.int64)
    kinds = members.group_by(known, maintain_order=True).len("_members")
    return kinds.select(known), kinds["_members"].cast(pl.Int64).to_numpy()


def _mask(group: Group, members: pl.DataFrame | None) -> Mask | None:
    if members is None or any(name not in members.columns for name, _ in group):
        return None
    found = np.ones(members.height, dtype=bool)
    for name, level in group:
        found &= (members[name].cast(pl.String) == level).fill_null(False).to_numpy()
    return found


def _by_condition(named: Sequence[Group], place: Mapping[Group, int]) -> list[Relation]:
    """The levels of a break are parts of everybody, or of the group in which the break stands."""
    families: dict[tuple[Group, str], dict[int, None]] = defaultdict(dict)
    for group in named:
        for condition in group:
            parent = tuple(one for one in group if one != condition)
            if parent in place and place[parent] != place[group]:
                families[parent, condition[0]][place[group]] = None
    return [
        Relation(place[parent], tuple(parts), breakdown=bool(parent))
        for (parent, _), parts in sorted(families.items(), key=lambda pair: (len(pair[0][0]), pair[0]))
    ]


def _by_members(relations: Sequence[Relation], masks: Mapping[int, Mask]) -> list[Relation]:
    """Levels of one break that lie within a level of another, as the population is known."""
    families = [relation.parts for relation in relations]
    known = {(relation.parent, relation.parts) for relation in relations}
    found = []
    for parent, mask in masks.items():
        if not parent:
            continue
        for family in families:
            if parent in family:
                continue
            parts = tuple(one for one in family if one in masks and not (masks[one] & ~mask).any())
            if parts and (parent, parts) not in known:
                known.add((parent, parts))
                found.append(Relation(parent, parts))
    return found


def hidden_groups(
    lattice: Lattice,
    bases: Mapping[int, int],
    hidden: AbstractSet[int],
    minimum: int,
    tells: Callable[[int, Sequence[int]], bool],
    counts: Sequence[Mapping[int, int]] = (),
) -> set[int]:
    """The groups whose figures on one question must be hidden, given those that are hidden for their own sake.

    Args:
        lattice: The groups.
        bases: The base of each group with respondents, by its place.
        hidden: Groups that are hidden already.
        minimum: What subtraction leaves must be nobody, or this many respondents and more than a single group, with half as many
            beside any group that is hidden for its own sake.
        tells: Whether what is left of a group (its place) after these parts are taken from it tells of everyone in it alike.
        counts: For each answer how many of each group gave it; looked at where groups lie in more than one other.

    Returns:
        All that is hidden. Deeper and smaller groups go first: what is published of everybody does not depend on deeper tables.
    """
    own, hidden = frozenset(hidden), set(hidden)
    while True:
        chosen = _weakest(lattice, bases, own, hidden, minimum, tells)
        if chosen is None and lattice.crossed:
            chosen = _solved(lattice, bases, hidden)
        if chosen is None and lattice.crossed:
            chosen = _squeezed(lattice, bases, own, hidden, counts)
        if chosen is None:
            return hidden
        hidden.add(chosen)


def _weakest(
    lattice: Lattice,
    bases: Mapping[int, int],
    own: AbstractSet[int],
    hidden: AbstractSet[int],
    minimum: int,
    tells: Callable[[int, Sequence[int]], bool],
) -> int | None:
    """A group that must be hidden as well, because subtraction within one relation would tell too much; None if there is none."""
    for relation in lattice.relations:
        parts = [part for part in relation.parts if part in bases]
        shown = [part for part in parts if part not in hidden]
        if relation.parent not in bases:
            continue
        whole = bases[relation.parent]
        nowhere = whole - sum(bases[part] for part in parts)
        left = whole - sum(bases[part] for part in shown)
        # Who is hidden for their own sake are known too well if hardly anyone else is left with them.
        beside = (one for one in own if one in bases and (one in parts or lattice.apart(one, relation.parent, shown)))
        lonely = any(left - bases[one] < minimum // 2 for one in beside)
        if not shown:
            # A level of another break that is hardly more than the hidden one within it tells of that one.
            if lonely and relation.parent and not relation.breakdown and relation.parent not in hidden:
                return relation.parent
            continue
        if relation.parent in hidden:
            # Nothing is told of a hidden group, so neither is its breakdown; and its parts, if all are shown, add up to it.
            if relation.breakdown or (len(shown) == len(parts) and nowhere <= 0):
                return _smallest(shown, bases)
            continue
        if left <= 0:
            continue
        single = nowhere <= 0 and len(parts) - len(shown) == 1
        if left < minimum or single or lonely or tells(relation.parent, shown):
            return _smallest(shown, bases)
    return None


def _smallest(places: Sequence[int], bases: Mapping[int, int]) -> int:
    return min(places, key=lambda one: (bases[one], one))


def _solved(lattice: Lattice, bases: Mapping[int, int], hidden: AbstractSet[int]) -> int | None:
    """A shown group to hide because all relations together determine a hidden one, as in a table whose margins are both shown."""
    equations = []
    unknown: dict[tuple[str, int], int] = {}
    for number, relation in enumerate(lattice.relations):
        parts = [part for part in relation.parts if part in bases]
        if relation.parent not in bases:
            continue
        row = {("group", one): sign for one, sign in [(relation.parent, 1.0), *((part, -1.0) for part in parts)] if one in hidden}
        if bases[relation.parent] > sum(bases[part] for part in parts):
            row["nowhere", number] = -1.0
        if row:
            equations.append((relation, row))
            for name in row:
                unknown.setdefault(name, len(unknown))
    if not equations:
        return None
    matrix = np.zeros((len(equations), len(unknown)))
    for at, (_, row) in enumerate(equations):
        for name, sign in row.items():
            matrix[at, unknown[name]] = sign
    # A column of the identity in the row space: that unknown has one value only.
    inverse = np.linalg.pinv(matrix)
    determined = np.abs(inverse @ matrix - np.eye(len(unknown))).max(axis=1) < _DEPENDENT
    for name, column in unknown.items():
        if name[0] != "group" or not determined[column]:
            continue
        used = np.abs(inverse[column]) > _DEPENDENT
        shown = {
            part for at in np.flatnonzero(used) for part in equations[at][0].parts if part in bases and part not in hidden
        }  # fmt: skip
        if shown:
            return max(shown, key=lambda one: (len(lattice.groups[one]), -bases[one], -one))
    return None


def _squeezed(
    lattice: Lattice, bases: Mapping[int, int], own: AbstractSet[int], hidden: AbstractSet[int], counts: Sequence[Mapping[int, int]]
) -> int | None:
    """A shown group to hide because a hidden one is known to have given an answer so many times, or to a man."""
    for answer in counts:
        low, high = _bounds(lattice, bases, hidden, answer)
        others = _bounds(lattice, bases, hidden, {one: base - answer.get(one, 0) for one, base in bases.items()})[1]
        for group in sorted(own):
            if group in bases and (low[group] == high[group] > 0 or (others[group] == 0 < high[group])):
                beside = {part for relation in lattice.relations if group in relation.parts for part in relation.parts}
                around = {relation.parent for relation in lattice.relations if beside & set(relation.parts)}
                near = {part for relation in lattice.relations if relation.parent in around for part in relation.parts}
                shown = [part for part in near if part in bases and part not in hidden and len(lattice.groups[part]) > 1]
                if shown:
                    return _smallest(shown, bases)
    return None


def _members_of(lattice: Lattice, group: int) -> float:
    size = lattice.sizes[group]
    return float("inf") if size is None else float(size)


def _bounds(
    lattice: Lattice, bases: Mapping[int, int], hidden: AbstractSet[int], answer: Mapping[int, int]
) -> tuple[dict[int, float], dict[int, float]]:
    """What the counts of all groups can be, by the shuttle algorithm (Buzzigoli and Giusti 1999): each relation narrows its parts."""
    low = {one: 0.0 if one in hidden else float(answer.get(one, 0)) for one in bases}
    high = {one: _members_of(lattice, one) if one in hidden else float(answer.get(one, 0)) for one in bases}
    changed = True
    while changed:
        changed = False
        for relation in lattice.relations:
            parts = [part for part in relation.parts if part in bases]
            if relation.parent not in bases:
                continue
            complete = bases[relation.parent] == sum(bases[part] for part in parts)
            least, most = sum(low[part] for part in parts), sum(high[part] for part in parts)
            narrowed = [(relation.parent, least, most if complete else float("inf"))]
            for part in parts:
                others = most - high[part] if high[part] < float("inf") else sum(high[one] for one in parts if one != part)
                narrowed.append((part, low[relation.parent] - others if complete else 0.0, high[relation.parent] - (least - low[part])))
            for one, lower, upper in narrowed:
                if lower > low[one] or upper < high[one]:
                    low[one], high[one], changed = max(low[one], lower), min(high[one], upper), True
    return low, high
