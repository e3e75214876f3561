"""Codes the made-up answers: what two coders saw, and the coding on which they settled.

The theme for which a text was written is always agreed. A second theme is agreed where the text has words of it; each coder misses
or adds one here and there, so that there is an agreement to measure.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence

from synthetic.draws import Draws

#: Words by which a text speaks of a second theme as well.
WORDS = {
    "money": ("money", "fund", "capital", "afford", "savings", "investment"),
    "workforce": ("nurses", "clinician", "recruit", "workforce", "colleagues"),
    "alignment": ("regulator", "one body", "centre", "both bodies"),
    "payment": ("contract", "tariff", "risk share", "activity payments"),
    "information": ("data", "evidence", "numbers", "record"),
    "decisions": ("decision", "decide", "governing body", "authority"),
    "reporting": ("returns", "assurance", "template"),
    "time": ("deadline", "year-end", "time"),
}
CODERS = ("coder A", "coder B")
FINAL = "agreed"
QUOTED = 5
_MISSED, _ADDED = 0.06, 0.015


def coded(answers: Sequence[tuple[str, str]], themes: Mapping[str, Sequence[str]], draws: Draws, question: str) -> bytes:
    """The coded rows of a question as CSV: respondent, coder, code, synthetic.

    Args:
        answers: Respondent and text, in the order of the export.
        themes: The texts that were written for each theme.
        draws: Random numbers of the wave.
        question: The question's id.
    """
    home = {text: theme for theme, texts in themes.items() for text in texts}
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["respondent", "coder", "code", "synthetic"])
    names = sorted(themes)
    seen = {coder: draws.uniform(f"{question}.{coder}", len(answers) * len(names)).reshape(len(answers), -1) for coder in CODERS}
    for row, (respondent, text) in enumerate(answers):
        agreed = [theme for theme in names if theme == home[text] or any(word in text.lower() for word in WORDS.get(theme, ()))]
        for coder in CODERS:
            chance = seen[coder][row]
            found = [name for place, name in enumerate(names) if (chance[place] >= _MISSED if name in agreed else chance[place] < _ADDED)]
            writer.writerows([respondent, coder, theme, "yes"] for theme in found or ["none"])
        writer.writerows([respondent, FINAL, theme, "yes"] for theme in agreed)
    return out.getvalue().encode()


def quotes(answers: Sequence[tuple[str, str]], themes: Mapping[str, Sequence[str]], question: str) -> bytes:
    """A quote for each of the first themes, cut after its first sentence, as TOML: released by nobody real, of texts that nobody said."""
    parts = ["# Quotes that were released one by one. Synthetic: nobody said them."]
    for number, (theme, texts) in enumerate(list(themes.items())[:QUOTED], start=1):
        respondent, text = next((respondent, text) for respondent, text in answers if text in texts)
        first, stop, rest = text.partition(". ")
        shown = f"{first}. [...]" if stop and rest and len(first) > 40 else text
        values = {
            "id": f"{question}_{number}",
            "respondent": respondent,
            "question": question,
            "code": theme,
            "text": shown,
            "consent": "made up for a worked example",
            "released_by": "the worked example",
        }
        parts.append("[[quotes]]\n" + "\n".join(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in values.items()))
    return ("\n\n".join(parts) + "\n").encode()
