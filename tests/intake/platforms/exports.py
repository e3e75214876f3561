"""Synthetic answers to a small questionnaire of every kind, written out as each platform exports them.

The structures repeat what the platforms write: header rows, names of their own columns, how several answers of one respondent are
stored, and the personal details that stand beside the answers. Nothing here is a real person's.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

ROLES = {"chair": "Clinical chair", "ao": "Accountable officer"}
PLANS = {
    "acs": "Accountable care system, or partnership",
    "alliance": "Alliance contract",
    "other": "Other (please specify)",
    "none": "None of these",
}
LEADS = {"trust": "An acute trust", "gp": "GPs, in a federation"}
QUALITY = {"good": "Good", "fair": "Neither good, nor poor", "poor": "Poor"}
RATED = {"values": "Shared values", "records": "Shared records"}
RANKED = {"money": "Money", "staff": "Staff", "time": "Time"}
SPENT = {"local": "My own organisation", "system": "The wider system"}

WORDINGS = {
    "role": "What is your post?",
    "plans": "Which of these do you expect, if any?",
    "lead": "Who leads it?",
    "rated": "How good is each of these?",
    "confidence": "How confident are you (0 to 10)?",
    "needs": "What do you need most?",
    "spent": "How do you divide your time?",
    "why": "Why do you say so?",
}


def _options(labels: dict[str, str], **more: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"code": code, "label": label, **more.get(code, {})} for code, label in labels.items()]


def _items(labels: dict[str, str]) -> list[dict[str, Any]]:
    return [{"id": code, "label": label} for code, label in labels.items()]


TABLES: dict[str, Any] = {
    "title": "A synthetic barometer",
    "themes": [{"id": "t", "title": "Theme"}],
    "questions": [
        {"theme": "t", "short": id, "text": WORDINGS[id], "id": id, **more}
        for id, more in {
            "role": {"kind": "single", "options": _options(ROLES)},
            "plans": {"kind": "multiple", "options": _options(PLANS, other={"other": True}, none={"exclusive": True})},
            "lead": {"kind": "single", "options": _options(LEADS), "shown_if": {"question": "plans", "any_of": ["acs", "alliance"]}},
            "rated": {"kind": "battery", "options": _options(QUALITY), "items": _items(RATED)},
            "confidence": {"kind": "numeric"},
            "needs": {"kind": "ranking", "items": _items(RANKED)},
            "spent": {"kind": "allocation", "items": _items(SPENT)},
            "why": {"kind": "text"},
        }.items()
    ],
}

Answers = dict[str, Any]


def synthetic_answers(number: int = 12) -> list[Answers]:
    """Made-up answers in which every option, a blank of every question and an unshown question occur."""
    made = []
    for n in range(number):
        plans: set[str] | None = [{"acs", "other"}, {"alliance"}, {"none"}, None, {"acs", "alliance"}, {"acs"}][n % 6]  # type: ignore[list-item]
        shown = plans is not None and bool(plans & {"acs", "alliance"})
        made.append(
            {
                "id": f"R_{n:03d}",
                "start": f"2016-03-{n % 20 + 1:02d} 09:{n % 60:02d}:00",
                "end": f"2016-03-{n % 20 + 1:02d} 10:{n % 60:02d}:30",
                "role": [*ROLES, None][n % 3] if n % 5 else "chair",
                "plans": plans,
                "other": "A hub; shared, with others" if plans is not None and "other" in plans else None,
                "lead": list(LEADS)[n % 2] if shown and n != 4 else None,
                "rated": {"values": list(QUALITY)[n % 3], "records": None if n % 4 == 3 else list(QUALITY)[(n + 1) % 3]},
                "confidence": None if n == 5 else n % 11,
                "needs": None if n == 6 else {item: (place + n) % 3 + 1 for place, item in enumerate(RANKED)},
                "spent": None if n == 7 else {"local": 10 * (n % 10), "system": 100 - 10 * (n % 10)},
                "why": [None, "It is said, and hoped", 'So it "is"', "Two\nlines"][n % 4],
            }
        )
    return made


def expected_rows(answers: Iterable[Answers]) -> list[dict[str, Any]]:
    """The typed responses that every platform's export must give."""
    rows = []
    for one in answers:
        row: dict[str, Any] = {"role": one["role"], "lead": one["lead"], "why": one["why"], "plans.other_text": one["other"]}
        row["confidence"] = None if one["confidence"] is None else float(one["confidence"])
        row |= {f"plans.{code}": None if one["plans"] is None else int(code in one["plans"]) for code in PLANS}
        row |= {f"rated.{item}": one["rated"][item] for item in RATED}
        row |= {f"needs.{item}": None if one["needs"] is None else float(one["needs"][item]) for item in RANKED}
        row |= {f"spent.{item}": None if one["spent"] is None else float(one["spent"][item]) for item in SPENT}
        rows.append(row)
    return rows


def write_rows(path: Path, rows: Sequence[Sequence[Any]], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows(["" if cell is None else cell for cell in row] for row in rows)
    return path


def write_book(path: Path, sheets: dict[str, Sequence[Sequence[Any]]]) -> Path:
    import openpyxl

    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    book.close()
    return path


def _label(labels: dict[str, str], code: str | None) -> str | None:
    return None if code is None else labels[code]


def _number(labels: dict[str, str], code: str | None) -> int | None:
    return None if code is None else list(labels).index(code) + 1


# ---------------------------------------------------------------------------------------------------------------------- Qualtrics

QUALTRICS_OWN = [
    ("StartDate", "Start Date", "startDate"),
    ("EndDate", "End Date", "endDate"),
    ("Status", "Response Type", "status"),
    ("IPAddress", "IP Address", "ipAddress"),
    ("Progress", "Progress", "progress"),
    ("Duration (in seconds)", "Duration (in seconds)", "duration"),
    ("Finished", "Finished", "finished"),
    ("RecordedDate", "Recorded Date", "recordedDate"),
    ("ResponseId", "Response ID", "_recordId"),
    ("RecipientLastName", "Recipient Last Name", "recipientLastName"),
    ("RecipientFirstName", "Recipient First Name", "recipientFirstName"),
    ("RecipientEmail", "Recipient Email", "recipientEmail"),
    ("ExternalReference", "External Data Reference", "externalDataReference"),
    ("LocationLatitude", "Location Latitude", "locationLatitude"),
    ("LocationLongitude", "Location Longitude", "locationLongitude"),
    ("DistributionChannel", "Distribution Channel", "distributionChannel"),
    ("UserLanguage", "User Language", "userLanguage"),
]


def qualtrics(path: Path, answers: list[Answers], *, joined: bool = False, numeric: bool = False) -> Path:
    """Choice text or numeric values; select-all in columns of their own or joined by commas."""
    say = _number if numeric else _label
    columns: list[tuple[str, str, str, Callable[[Answers], Any]]] = [
        ("Q1", WORDINGS["role"], "QID1", lambda one: say(ROLES, one["role"])),
    ]
    if joined:

        def choices(one: Answers) -> str | None:
            return None if one["plans"] is None else ",".join(str(say(PLANS, code)) for code in PLANS if code in one["plans"])

        columns.append(("Q2", f"{WORDINGS['plans']} - Selected Choice", "QID3", choices))
    else:
        for n, (code, label) in enumerate(PLANS.items(), start=1):

            def tick(one: Answers, code: str = code) -> Any:
                return say(PLANS, code) if one["plans"] is not None and code in one["plans"] else None

            columns.append((f"Q2_{n}", f"{WORDINGS['plans']} - Selected Choice - {label}", f"QID3_{n}", tick))
    columns.append(("Q2_3_TEXT", f"{WORDINGS['plans']} - {PLANS['other']} - Text", "QID3_3_TEXT", lambda one: one["other"]))
    columns += [(f"Q2_DO_{n}", f"{WORDINGS['plans']} - Display Order", f"QID3_DO_{n}", lambda _: 1) for n in (1, 2)]
    columns.append(("Q3", f"<p>{WORDINGS['lead']}&nbsp;</p>", "QID4", lambda one: say(LEADS, one["lead"])))
    for n, (item, label) in enumerate(RATED.items(), start=1):
        columns.append((f"Q4_{n}", f"{WORDINGS['rated']} - {label}", f"QID5_{n}", lambda one, item=item: say(QUALITY, one["rated"][item])))
    columns.append(("Q5", WORDINGS["confidence"], "QID6_TEXT", lambda one: one["confidence"]))
    for n, (item, label) in enumerate(RANKED.items(), start=1):
        columns.append(
            (f"Q6_{n}", f"{WORDINGS['needs']} - {label}", f"QID7_{n}", lambda one, item=item: one["needs"] and one["needs"][item])
        )
    for n, (item, label) in enumerate(SPENT.items(), start=1):

        def share(one: Answers, item: str = item) -> Any:
            return None if one["spent"] is None else one["spent"][item]

        columns.append((f"Q7_{n}", f"{WORDINGS['spent']} - {label}", f"QID8_{n}", share))
    columns.append(("Q8", WORDINGS["why"], "QID9_TEXT", lambda one: one["why"]))
    rows: list[list[Any]] = [
        [name for name, _, _ in QUALTRICS_OWN] + [name for name, *_ in columns],
        [text for _, text, _ in QUALTRICS_OWN] + [text for _, text, *_ in columns],
        [json.dumps({"ImportId": id, "timeZone": "Europe/London"} if "Date" in id else {"ImportId": id}) for _, _, id in QUALTRICS_OWN]
        + [json.dumps({"ImportId": id}) for _, _, id, _ in columns],
    ]
    for one in answers:
        own = [one["start"], one["end"], "IP Address", "192.0.2.7", 100, 630, "True", one["end"], one["id"], "Doe", "Jo", "jo@example.org"]
        rows.append([*own, "X-1", "51.5", "-0.1", "email", "EN", *(value(one) for *_, value in columns)])
    return write_rows(path, rows)


# ------------------------------------------------------------------------------------------------------------------- SurveyMonkey

MONKEY_OWN = [
    "Respondent ID",
    "Collector ID",
    "Start Date",
    "End Date",
    "IP Address",
    "Email Address",
    "First Name",
    "Last Name",
    "Custom Data 1",
]


def _american(time: str) -> str:
    day, clock = time.split(" ")
    year, month, date = day.split("-")
    return f"{month}/{date}/{year} {clock} AM"


def _monkey(one: Answers) -> list[Any]:
    return [one["id"], 77, _american(one["start"]), _american(one["end"]), "192.0.2.7", "jo@example.org", "Jo", "Doe", "X-1"]


def surveymonkey(path: Path, answers: list[Answers]) -> Path:
    """Two header rows; the box of 'other' holds what was written."""
    parts: list[tuple[str, list[str]]] = [
        (WORDINGS["role"], ["Response"]),
        (WORDINGS["plans"], list(PLANS.values())),
        (WORDINGS["lead"], ["Response"]),
        (WORDINGS["rated"], list(RATED.values())),
        (WORDINGS["confidence"], ["Open-Ended Response"]),
        (WORDINGS["needs"], list(RANKED.values())),
        (WORDINGS["spent"], list(SPENT.values())),
        (WORDINGS["why"], ["Open-Ended Response"]),
    ]
    first = [*MONKEY_OWN, *(cell for question, own in parts for cell in [question, *[""] * (len(own) - 1)])]
    second = [""] * len(MONKEY_OWN) + [cell for _, own in parts for cell in own]
    rows: list[list[Any]] = [first, second]
    for one in answers:
        plans = one["plans"] or set()
        ticks = [None if code not in plans else one["other"] if code == "other" else label for code, label in PLANS.items()]
        row = [*_monkey(one), _label(ROLES, one["role"]), *ticks, _label(LEADS, one["lead"])]
        row += [*(_label(QUALITY, one["rated"][item]) for item in RATED), one["confidence"]]
        row += [
            *(one["needs"] and one["needs"][item] for item in RANKED),
            *(None if one["spent"] is None else one["spent"][item] for item in SPENT),
        ]
        rows.append([*row, one["why"]])
    return write_rows(path, rows)


def surveymonkey_condensed(path: Path, answers: list[Answers]) -> Path:
    """One header row, several answers in one cell; only questions with one column a question."""
    rows: list[list[Any]] = [[*MONKEY_OWN, WORDINGS["role"], WORDINGS["plans"], WORDINGS["why"]]]
    for one in answers:
        plans = None if one["plans"] is None else ", ".join(label for code, label in PLANS.items() if code in one["plans"])
        rows.append([*_monkey(one), _label(ROLES, one["role"]), plans, one["why"]])
    return write_rows(path, rows)


# ---------------------------------------------------------------------------------------------------------------- Microsoft Forms


def forms(path: Path, answers: list[Answers]) -> Path:
    """A workbook; several answers end in semicolons each, a ranking is the items in order, a Likert statement heads its column."""
    header = ["ID", "Start time", "Completion time", "Email", "Name", "Last modified time", WORDINGS["role"], WORDINGS["plans"]]
    header += [WORDINGS["lead"], *RATED.values(), WORDINGS["confidence"], WORDINGS["needs"]]
    header += [f"{WORDINGS['spent']} [{label}]" for label in SPENT.values()] + [WORDINGS["why"]]
    rows: list[list[Any]] = [header]
    for one in answers:
        plans = None
        if one["plans"] is not None:
            # What was written takes the place of the option.
            chosen = [one["other"] if code == "other" else label for code, label in PLANS.items() if code in one["plans"]]
            plans = "".join(f"{label};" for label in chosen)
        needs = one["needs"] and "".join(f"{RANKED[item]};" for item in sorted(RANKED, key=lambda item: one["needs"][item]))
        row = [
            one["id"],
            one["start"],
            one["end"],
            "anonymous",
            "Jo Doe",
            None,
            _label(ROLES, one["role"]),
            plans,
            _label(LEADS, one["lead"]),
        ]
        row += [*(_label(QUALITY, one["rated"][item]) for item in RATED), one["confidence"], needs]
        rows.append([*row, *(None if one["spent"] is None else one["spent"][item] for item in SPENT), one["why"]])
    return write_book(path, {"Form1": rows})


# --------------------------------------------------------------------------------------------------------------------- LimeSurvey

LIME_OWN = ["id", "submitdate", "lastpage", "startlanguage", "seed", "token", "startdate", "datestamp", "ipaddr", "refurl"]
LIME_FULL = [
    "Response ID",
    "Date submitted",
    "Last page",
    "Start language",
    "Seed",
    "Token",
    "Date started",
    "Date last action",
    "IP address",
    "Referrer URL",
]


def limesurvey(path: Path, answers: list[Answers], *, heading: str = "code") -> Path:
    """Headings by code, by full text or both; codes and Y, or full answers."""
    full = heading == "full"

    def head(code: str, wording: str, sub: str | None = None, part: str | None = None) -> str:
        by_code = f"{code}[{sub}]" if sub else code
        by_text = f"{wording} [{part}]" if part else wording
        return {"code": by_code, "full": by_text, "both": f"{by_code}. {by_text}"}[heading]

    def say(labels: dict[str, str], code: str | None) -> str | None:
        return None if code is None else labels[code] if full else f"A{list(labels).index(code) + 1}"

    own = (
        LIME_FULL
        if full
        else [f"{code}. {text}" for code, text in zip(LIME_OWN, LIME_FULL, strict=True)]
        if heading == "both"
        else LIME_OWN
    )
    header = [*own, head("Q1", WORDINGS["role"])]
    header += [
        head("Q2", WORDINGS["plans"], f"SQ00{n}", label) for n, (code, label) in enumerate(PLANS.items(), start=1) if code != "other"
    ]
    header += [head("Q2", WORDINGS["plans"], "other", PLANS["other"]), head("Q3", WORDINGS["lead"])]
    header += [head("Q4", WORDINGS["rated"], f"SQ00{n}", label) for n, label in enumerate(RATED.values(), start=1)]
    header += [head("Q5", WORDINGS["confidence"])]
    header += [head("Q6", WORDINGS["needs"], str(n), f"Rank {n}") for n in (1, 2, 3)]
    header += [head("Q7", WORDINGS["spent"], f"SQ00{n}", label) for n, label in enumerate(SPENT.values(), start=1)]
    header += [head("Q8", WORDINGS["why"]), "interviewtime", "groupTime12", "Q1Time"]
    rows: list[list[Any]] = [header]
    for one in answers:
        row: list[Any] = [one["id"], one["end"], 3, "en", 99, "tok", one["start"], one["end"], "192.0.2.7", ""]
        row.append(say(ROLES, one["role"]))
        for code in PLANS:
            if code != "other":
                ticked = one["plans"] is not None and code in one["plans"]
                row.append("Yes" if ticked and full else "Y" if ticked else "No" if full and one["plans"] is not None else None)
        shown = one["plans"] is not None and bool(one["plans"] & {"acs", "alliance"})
        row += [one["other"], say(LEADS, one["lead"]) if shown else "N/A" if full else "{question_not_shown}"]
        row += [say(QUALITY, one["rated"][item]) for item in RATED]
        row.append(one["confidence"])
        order = sorted(RANKED, key=lambda item: one["needs"][item]) if one["needs"] else [None] * 3
        row += [say(RANKED, item) for item in order]
        row += [None if one["spent"] is None else one["spent"][item] for item in SPENT]
        rows.append([*row, one["why"], 630.1, 12.2, 3.4])
    return write_rows(path, rows, delimiter=";" if heading == "both" else ",", encoding="utf-8-sig")


# --------------------------------------------------------------------------------------------------------------------------- Kobo

KOBO_END = [
    "_id",
    "_uuid",
    "_submission_time",
    "_validation_status",
    "_notes",
    "_status",
    "_submitted_by",
    "__version__",
    "_tags",
    "_index",
]


def kobo(path: Path, answers: list[Answers], *, columns: str = "both", labels: bool = False) -> Path:
    """Names or labels; select_multiple joined by blanks, in columns of 1 and 0, or both."""

    def say(known: dict[str, str], code: str | None) -> str | None:
        return None if code is None else known[code] if labels else code

    group = "" if labels else "main/"

    def named(id: str) -> str:
        return WORDINGS[id] if labels else f"{group}{id}"

    header = ["start", "end", "username", "deviceid", named("role")]
    header += [named("plans")] if columns in ("both", "joined") else []
    header += [f"{named('plans')}/{say(PLANS, code)}" for code in PLANS] if columns in ("both", "split") else []
    header += ["Which other?" if labels else f"{group}plans_other", named("lead")]
    header += [RATED[item] if labels else f"{group}rated/{item}" for item in RATED]
    header += [named("confidence"), named("needs")]
    header += [SPENT[item] if labels else f"{group}spent/{item}" for item in SPENT]
    header += [named("why"), "_place_latitude", "_place_longitude", *KOBO_END]
    rows: list[list[Any]] = [header]
    for n, one in enumerate(answers):
        row: list[Any] = [f"{one['start'].replace(' ', 'T')}.000+00:00", f"{one['end'].replace(' ', 'T')}.000+00:00", "jo", "dev-1"]
        row.append(say(ROLES, one["role"]))
        chosen = None if one["plans"] is None else [say(PLANS, code) for code in PLANS if code in one["plans"]]
        row += [None if chosen is None else " ".join(str(code) for code in chosen)] if columns in ("both", "joined") else []
        row += [None if one["plans"] is None else int(code in one["plans"]) for code in PLANS] if columns in ("both", "split") else []
        row += [one["other"], say(LEADS, one["lead"]), *(say(QUALITY, one["rated"][item]) for item in RATED), one["confidence"]]
        needs = one["needs"] and sorted(RANKED, key=lambda item: one["needs"][item])
        row.append(needs and " ".join(str(say(RANKED, item)) for item in needs))
        row += [None if one["spent"] is None else one["spent"][item] for item in SPENT]
        row += [one["why"], "51.5", "-0.1", 9000 + n, one["id"], one["end"], "", "", "submitted_via_web", "jo", "v1", "", n + 1]
        rows.append(row)
    return write_rows(path, rows, delimiter=";")


def xlsform(path: Path) -> Path:
    """The form of `kobo`."""
    survey: list[list[Any]] = [
        ["type", "name", "label::English (en)", "required"],
        ["start", "start", None, None],
        ["end", "end", None, None],
        ["username", "username", None, None],
        ["begin_group", "main", "Main part", None],
        ["select_one roles", "role", WORDINGS["role"], "yes"],
        ["select_multiple plans", "plans", WORDINGS["plans"], None],
        ["text", "plans_other", "Which other?", None],
        ["select_one leads", "lead", WORDINGS["lead"], None],
        ["begin_group", "rated", WORDINGS["rated"], None],
        *([f"select_one quality", item, label, None] for item, label in RATED.items()),  # noqa: F541
        ["end_group", None, None, None],
        ["integer", "confidence", WORDINGS["confidence"], None],
        ["rank needs", "needs", WORDINGS["needs"], None],
        ["begin_group", "spent", WORDINGS["spent"], None],
        *(["integer", item, label, None] for item, label in SPENT.items()),
        ["end_group", None, None, None],
        ["text", "why", WORDINGS["why"], None],
        ["end_group", None, None, None],
    ]
    lists = {"roles": ROLES, "plans": PLANS, "leads": LEADS, "quality": QUALITY, "needs": RANKED}
    choices = [["list_name", "name", "label::English (en)"]] + [
        [name, code, label] for name, own in lists.items() for code, label in own.items()
    ]
    return write_book(path, {"survey": survey, "choices": choices, "settings": [["form_title"], ["Synthetic"]]})
