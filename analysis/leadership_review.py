"""A worked example beside the barometer: a leadership review by interviews, and what became of its recommendations (synthetic).

Interviews are not a sample of respondents: counts of interviews are given, and no intervals.
"""

from __future__ import annotations

from pathlib import Path

from barometer.coding import crossed, follow_up, load_codeframe, load_recommendations, read_coded
from barometer.findings.numbers import capitalised, in_text, spelt
from barometer.publishing import Column, Table

FOLDER = Path(__file__).parents[1] / "data" / "leadership-review"


def strengths_and_weaknesses(folder: Path = FOLDER) -> Table:
    """How many interviews spoke of strengths and of weaknesses, by element of the assessment."""
    codeframe = load_codeframe(folder / "codeframe.toml")
    found = crossed(read_coded(folder / "excerpts.csv", codeframe))
    counts = {(row["level"], row["valence"]): row["sources"] for row in found.iter_rows(named=True)}
    columns = (Column("Element", "left"), *(Column(valence.label) for valence in codeframe.valences))
    rows = [(element.label, *(str(counts[element.id, valence.id]) for valence in codeframe.valences)) for element in codeframe.elements]
    return Table(columns, tuple(rows), (f"Interviews that spoke of it, of {found['base'][0]} (synthetic). One may speak of both.",))


def main_weakness(folder: Path = FOLDER) -> str:
    """The element of whose weaknesses most interviews spoke, in a sentence with its count."""
    found = crossed(read_coded(folder / "excerpts.csv", load_codeframe(folder / "codeframe.toml")))
    worst = found.filter(found["valence"] == "weakness").sort("sources", descending=True, maintain_order=True).row(0, named=True)
    count, base = worst["sources"], worst["base"]
    return capitalised(f"{spelt(count)} of the {in_text(base)} interviews spoke of weaknesses in {worst['label'].lower()}.")


def progress(folder: Path = FOLDER) -> Table:
    """The status of each recommendation at each follow-up."""
    codeframe = load_codeframe(folder / "progress.toml")
    table = follow_up(read_coded(folder / "progress.csv", codeframe), load_recommendations(folder / "recommendations.toml"))
    labels = {valence.id: valence.label for valence in codeframe.valences}
    columns = (Column("Recommendation", "left"), *(Column(code.label, "left") for code in codeframe.codes))
    rows = [(row["text"], *(labels.get(row[code.id], "[x]") for code in codeframe.codes)) for row in table.iter_rows(named=True)]
    return Table(columns, tuple(rows), ("[x]: nothing on record. Synthetic.",))


def followed(folder: Path = FOLDER) -> str:
    """How many recommendations are done, and how many have gone back, in a sentence."""
    codeframe = load_codeframe(folder / "progress.toml")
    asked = load_recommendations(folder / "recommendations.toml")
    table = follow_up(read_coded(folder / "progress.csv", codeframe), asked)
    last = codeframe.codes[-1]
    done = table[last.id].to_list().count(codeframe.valences[-1].id)
    back = table["moved"].to_list().count("back")
    unknown = table["latest"].null_count()
    return capitalised(
        f"{spelt(done)} of the {in_text(len(asked))} recommendations were done by {last.label[:1].lower()}{last.label[1:]}; "
        f"{in_text(back)} had gone back, and of {in_text(unknown)} nothing is on record."
    )
