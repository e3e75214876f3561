#!/usr/bin/env python3
# ruff: noqa
"""Facts of a rendered document, for comparing one renderer with another.

    facts.py html PAGE.html              facts of an HTML page, JSON on stdout
    facts.py docx FILE.docx              plain text of a DOCX (needs pandoc)
    facts.py pdf  FILE.pdf               plain text of a PDF (needs pdftotext)
    facts.py compare EXPECTED ACTUAL     differences of two .json or two .txt files
                     [--only KEY,KEY] [--skip KEY,KEY]

Needs Python 3.9+ and lxml. Facts are found by meaning (h1..h6, figcaption,
caption, details, role=..., href="#fig-..."), class names are a last resort.
"""

import difflib, json, os, re, shutil, subprocess, sys, tempfile, zipfile

REF = re.compile(r"^#?(fig|tbl|sec|eq|lst|nte|tip|wrn|imp|cau|thm|lem)-", re.I)
FLOAT_ID = re.compile(r"^(fig|tbl|lst)-")
CALLOUT = re.compile(r"^(?:callout|admonition|alert)-(note|tip|warning|important|caution)$")
# Quarto makes the id of a heading before it fills in shortcodes; what stands
# for them is of no use to a reader
MARK = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
KINDS = ("note", "tip", "warning", "important", "caution")
BLOCKS = set(
    "address article aside blockquote body caption center dd details dialog div dl dt "
    "fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 header hr legend li main nav ol p "
    "pre section summary table tbody td tfoot th thead tr ul".split()
)
NEVER = {"script", "style", "noscript", "template", "button", "head", "title", "meta", "link"}
UNSEEN = {"screen-reader-only", "visually-hidden", "sr-only", "code-copy-button", "header-anchor"}
# classes that a renderer adds by itself: an author's class is any other
OWN = re.compile(
    r"^(quarto|callout|admonition|cell|source|code|nav|tab|panel|level\d|math|header-|anchor|"
    r"footnote|column-|page-|g-col|grid|content|figure|img|caption|caption-top|task|smallcaps|mark|"
    r"underline|toc|title|sub|author|date|abstract|section|output|d-|flex|w-|odd|even|header|table|"
    r"layout|fig|tbl|float|display|inline|unnumbered|unlisted|hidden|screen-reader|no-icon|default|"
    r"collapse|active|show|fade|ansi|kbd|tbl-|jupyter|outer|line-block|aside|margin|details|number|uri|email|emoji|citation|"
    r"references|csl|no-row-height|[a-z]{2}$|[A-Z]{2})"
)


def classes(e):
    return (e.get("class") or "").split()


def flat(s):
    """Collapse white space, no-break spaces included."""
    return re.sub(r"\s+", " ", s).strip()


def keep(s):
    """Collapse white space, keep no-break spaces."""
    return re.sub(r"[ \t\r\n\f]+", " ", s).strip(" ")


def is_el(e):
    return isinstance(e.tag, str)


def up(e):
    e = e.getparent()
    while e is not None:
        yield e
        e = e.getparent()


def inside(e, test):
    return any(test(a) for a in up(e))


def toc_like(e):
    return (
        e.get("role") == "doc-toc"
        or e.get("id") == "TOC"
        or (e.tag == "nav" and ("toc" in (e.get("id") or "").lower() or any("toc" in c.lower() for c in classes(e))))
    )


def is_nav(e):
    return e.tag == "nav" or e.get("role") in ("navigation", "doc-toc", "search", "banner") or toc_like(e)


def is_notes(e):
    return e.get("role") == "doc-endnotes" or (e.tag in ("section", "div", "aside") and "footnotes" in classes(e))


def is_noteref(e):
    return e.tag == "a" and (e.get("role") == "doc-noteref" or "footnote-ref" in classes(e))


def is_backlink(e):
    return e.tag == "a" and (e.get("role") == "doc-backlink" or "footnote-back" in classes(e))


def is_tablist(e):
    return e.get("role") == "tablist"


def callout_kind(e):
    for c in classes(e):
        m = CALLOUT.match(c)
        if m:
            return m.group(1)
    if e.tag in ("div", "aside", "section", "details", "blockquote"):
        if e.get("data-callout") in KINDS:
            return e.get("data-callout")
        cs = classes(e)
        if e.get("role") == "note" or "callout" in cs or "admonition" in cs:
            for k in KINDS:
                if k in cs:
                    return k
    return None


def is_callout_title(e):
    if callout_kind(e):
        return False
    if any(re.match(r"(callout|admonition)-title(?!d)", c) for c in classes(e)):
        return True
    if e.tag == "summary" or re.match(r"h[1-6]$", e.tag or ""):
        for a in up(e):
            if callout_kind(a):
                body = a
                break
        else:
            return False
        if any("body" in c or "content" in c for x in up(e) for c in classes(x) if x is not body and body in up(x)):
            return False
        first = next((x for x in body.iter() if is_el(x) and (x.tag == "summary" or re.match(r"h[1-6]$", x.tag))), None)
        return first is e
    return False


def unseen(e):
    return (
        not is_el(e)
        or e.tag in NEVER
        or e.get("hidden") is not None
        or e.get("aria-hidden") == "true"
        and e.tag != "kbd"  # Quarto hides <kbd> and repeats it in words
        or bool(UNSEEN & set(classes(e)))
        or re.search(r"display:\s*none", e.get("style") or "") is not None
        and e.tag != "math"
    )


def text_of(e, skip=lambda x: False, nbsp=False):
    """Visible text of an element on one line."""
    out = []

    def walk(x):
        if unseen(x) and x is not e or skip(x):
            return
        if x.tag == "br":
            out.append(" ")
        if x.tag in BLOCKS and x is not e:
            out.append(" ")
        if is_math(x):
            out.append(tex_words(x))
        elif x.tag == "svg":
            pass
        else:
            out.append(x.text or "")
            for c in x:
                if is_el(c):
                    walk(c)
                out.append(c.tail or "")
        if x.tag in BLOCKS and x is not e:
            out.append(" ")

    walk(e)
    s = "".join(out)
    return keep(s) if nbsp else flat(s)


def lines_of(root, skip):
    """Visible text, one line a block."""
    lines, buf = [], []

    def flush():
        s = flat("".join(buf))
        buf.clear()
        if s:
            lines.append(s)

    def walk(x):
        if unseen(x) or skip(x):
            return
        block = x.tag in BLOCKS
        if block:
            flush()
        if x.tag == "br":
            buf.append(" ")
        if is_math(x):
            buf.append(tex_words(x))
        elif x.tag == "pre":
            for ln in raw_text(x).split("\n"):
                buf.append(ln)
                flush()
        elif x.tag != "svg":
            buf.append(x.text or "")
            for c in x:
                if is_el(c):
                    walk(c)
                buf.append(c.tail or "")
        if block:
            flush()

    walk(root)
    flush()
    return lines


def raw_text(e):
    out = []

    def walk(x):
        if is_el(x) and (x.tag in NEVER or x.get("aria-hidden") == "true" and x.tag != "a"):
            return
        if x.tag == "br":
            out.append("\n")
        out.append(x.text or "")
        for c in x:
            if is_el(c):
                walk(c)
            out.append(c.tail or "")

    walk(e)
    return "".join(out).strip("\n")


def is_math(e):
    return "math" in classes(e) or e.tag == "math"


def tex_of(e):
    """TeX of a formula and its number, without delimiters."""
    ann = e.xpath(".//*[local-name()='annotation']")
    s = flat(ann[0].text or "" if ann else "".join(e.itertext()))
    s = re.sub(r"^(\\\(|\\\[|\$\$?)|(\\\)|\\\]|\$\$?)$", "", s).strip()
    tag = re.search(r"\\(?:tag|qquad)\s*\{?\(?([\w.]+)\)?\}?\s*$", s)
    return (s[: tag.start()].strip(), tag.group(1)) if tag else (s, None)


def tex_words(e):
    tex, number = tex_of(e)
    return f" {tex} ({number}) " if number else tex


def heading_number(e):
    c = next(iter(e), None)
    if c is not None and is_el(c) and not flat(e.text or ""):
        s = flat("".join(c.itertext()))
        if any("number" in k for k in classes(c)) or c.tag == "span" and re.fullmatch(r"(\d+|[A-Z])(\.\w+)*\.?", s):
            return s.rstrip("."), c
    return e.get("data-number"), None


def heading_id(e):
    i = raw_heading_id(e)
    return None if i and MARK.search(i) else i


def raw_heading_id(e):
    if e.get("id"):
        return e.get("id")
    p = e.getparent()
    if p is not None and p.tag in ("section", "div", "article") and p.get("id"):
        first = next((x for x in p.iter() if is_el(x) and re.match(r"h[1-6]$", x.tag)), None)
        if first is e:
            return p.get("id")
    return None


def near_id(e):
    for a in [e] + list(up(e)):
        i = a.get("id") or ""
        if FLOAT_ID.match(i) and "-caption-" not in i:
            return i
    return None


def put(d, k, v):
    if v not in (None, "", [], {}, False):
        d[k] = v
    return d


def html_facts(path):
    from lxml import html

    with open(path, "rb") as f:
        doc = html.document_fromstring(f.read(), parser=html.HTMLParser(encoding="utf-8"))
    body = doc.find("body")
    main = (body.xpath(".//main") or [body])[0]
    facts = {}

    # document and title block
    d = put({}, "lang", doc.get("lang"))
    t = doc.xpath("//head/title")
    put(d, "title", flat(t[0].text_content()) if t else None)
    for m in doc.xpath("//head/meta[@name]"):
        if m.get("name") in ("author", "dcterms.date", "description", "keywords"):
            d.setdefault("meta", []).append([m.get("name"), m.get("content")])
    facts["document"] = d

    tb = None
    for h in body.iter("header"):
        if inside(h, is_nav) or h.xpath(".//nav"):
            continue
        if h.xpath(".//h1") or "title" in (h.get("id") or ""):
            tb = h
            break
    if tb is not None:
        b = {}
        h1 = tb.xpath(".//h1")
        put(b, "title", text_of(h1[0]) if h1 else None)
        sub = [x for x in tb.iter() if is_el(x) and "subtitle" in classes(x)]
        put(b, "subtitle", text_of(sub[0]) if sub else None)
        put(b, "lines", lines_of(tb, is_nav))
        put(facts, "title_block", b)

    in_title = lambda e: tb is not None and (e is tb or inside(e, lambda a: a is tb))

    # contents
    toc = next((e for e in body.iter() if is_el(e) and toc_like(e)), None)
    if toc is not None:
        entries = []
        heads = [x for x in toc.iter() if is_el(x) and (re.match(r"h[1-6]$", x.tag) or "title" in (x.get("id") or ""))]
        for a in toc.iter("a"):
            href = a.get("href") or ""
            if "#" not in href:
                continue
            depth = sum(1 for x in up(a) if x.tag in ("ul", "ol") and (x is toc or inside(x, lambda y: y is toc)))
            num, span = heading_number(a)
            entries.append(
                put(
                    put({"depth": depth, "text": text_of(a, lambda x: x is span), "href": href[href.index("#") :]}, "number", num), "", None
                )
            )
        facts["toc"] = put({"entries": entries}, "title", text_of(heads[0]) if heads else None)

    gone = lambda e: (
        is_nav(e)
        or is_notes(e)
        or is_tablist(e)
        or e is tb
        or e.tag == "footer"
        and not inside(e, lambda a: a.tag in ("blockquote", "figure", "table"))
    )
    els = []

    def collect(x):
        if unseen(x) or gone(x):
            return
        els.append(x)
        for c in x:
            if is_el(c):
                collect(c)

    collect(main)

    # headings
    hs = []
    for e in els:
        if re.match(r"h[1-6]$", e.tag) and not is_callout_title(e):
            num, span = heading_number(e)
            h = {"level": int(e.tag[1]), "text": text_of(e, lambda x: x is span or is_noteref(x))}
            put(h, "number", num)
            put(h, "id", heading_id(e))
            hs.append(h)
    put(facts, "headings", hs)

    # captions
    cs = []
    for e in els:
        if e.tag in ("figcaption", "caption"):
            s = text_of(e, lambda x: is_noteref(x), nbsp=True)
            c = {"text": s}
            put(c, "id", near_id(e.getparent()))
            fig = next((a for a in up(e) if a.tag in ("figure", "table")), None)
            holder = "table" if fig is not None and (fig.tag == "table" or fig.xpath(".//table") and not fig.xpath(".//img")) else "figure"
            c["of"] = holder
            if fig is not None:
                target = fig.xpath(".//img | .//table | .//svg | .//object")
                if e.tag == "caption":
                    c["position"] = "above"
                elif target:
                    order = {id(x): i for i, x in enumerate(fig.iter())}
                    c["position"] = "above" if order[id(e)] < order[id(target[0])] else "below"
            cs.append(c)
    put(facts, "captions", cs)

    # references and links
    ids = {x.get("id") for x in body.iter() if is_el(x) and x.get("id")}
    xs, ls, inner = [], [], []
    notes_root = [e for e in body.iter() if is_el(e) and is_notes(e)]
    link_els = els + [x for n in notes_root for x in n.iter() if is_el(x)]
    for e in link_els:
        if e.tag != "a" or e.get("href") is None or is_noteref(e) or is_backlink(e):
            continue
        if e.get("aria-hidden") == "true" or e.get("role") == "tab" or inside(e, lambda a: a.tag == "pre"):
            continue
        href = e.get("href")
        s = text_of(e, nbsp=True)
        if href.startswith("#") and REF.match(href):
            xs.append({"text": s, "target": href[1:], "found": href[1:] in ids})
        elif href.startswith("#"):
            if s:
                inner.append({"text": s, "target": href[1:], "found": href[1:] in ids})
        elif s or e.xpath(".//img"):
            ls.append({"text": s, "href": href})
    put(facts, "xrefs", xs)
    put(facts, "inner_links", inner)
    put(facts, "links", ls)
    whole = " ".join(lines_of(main, lambda e: is_nav(e) or e.tag == "pre"))
    put(facts, "unresolved", re.findall(r"\?@[\w:.-]*\w|\?(?:meta|var|env):[\w.-]*\w", whole))

    # callouts
    co = []
    for e in els:
        k = callout_kind(e)
        if not k or any(callout_kind(a) == k and "callout" not in classes(a) and a.tag != "details" and a is e.getparent() for a in up(e)):
            continue
        title = next(
            (x for x in e.iter() if is_el(x) and is_callout_title(x) and next((a for a in up(x) if callout_kind(a)), None) is e), None
        )
        c = {"type": k}
        c["title"] = text_of(title, nbsp=True) if title is not None else None
        put(c, "id", e.get("id"))
        tog = [
            x
            for x in e.iter()
            if is_el(x) and x.get("aria-expanded") and next((a for a in [x] + list(up(x)) if callout_kind(a)), None) is e
        ]
        if e.tag == "details":
            c["collapse"] = "open" if e.get("open") is not None else "closed"
        elif tog:
            c["collapse"] = "open" if tog[0].get("aria-expanded") == "true" else "closed"
        else:
            c["collapse"] = "none"
        c["depth"] = 1 + sum(1 for a in up(e) if callout_kind(a))
        c["text"] = text_of(e, lambda x: x is title or is_tablist(x))
        co.append(c)
    put(facts, "callouts", co)

    # tabs
    tabs = []
    for e in main.iter():
        if is_el(e) and is_tablist(e):
            tt = [x for x in e.iter() if is_el(x) and x.get("role") == "tab"]
            tabs.append(
                {
                    "titles": [text_of(x) for x in tt],
                    "active": [i for i, x in enumerate(tt) if x.get("aria-selected") == "true" or "active" in classes(x)],
                }
            )
    put(facts, "tabsets", tabs)

    # footnotes
    fns = []
    for n in notes_root:
        for li in n.iter("li"):
            if not (li.get("id") or li.get("role")):
                continue
            fid = li.get("id") or ""
            calls = [a for a in main.iter("a") if is_noteref(a) and (a.get("href") or "") == "#" + fid]
            fns.append({"text": text_of(li, is_backlink), "number": len(fns) + 1, "calls": [text_of(a) for a in calls]})
    put(facts, "footnotes", fns)
    heads = [text_of(x) for n in notes_root for x in n.iter() if is_el(x) and re.match(r"h[1-6]$", x.tag)]
    put(facts, "footnotes_heading", heads[0] if heads else None)

    # code and results
    code, res = [], []
    for e in els:
        if e.tag != "pre" or inside(e, lambda a: a.tag == "pre"):
            continue
        if any("filename" in c for c in classes(e.getparent())) and not e.xpath("./code"):
            continue
        txt = raw_text(e)
        out = [c for a in [e] + list(up(e)) for c in classes(a) if "output" in c]
        kind = None
        names = classes(e) + out
        if out and not any(c.startswith("sourceCode") for c in classes(e)):
            kind = next((k for k in ("stderr", "stdout", "error") if any(c.endswith(k) for c in names)), "display")
        if kind:
            res.append({"kind": kind, "text": txt})
            continue
        c = {"text": txt}
        inner_code = next(iter(e.xpath("./code")), None)
        for k in classes(e) + (classes(inner_code) if inner_code is not None else []):
            k = re.sub(r"^(language|lang|src)-", "", k)
            if re.match(r"^[a-z][a-z0-9+#]*$", k) and k not in ("sourceCode", "highlight", "code", "hljs", "cell", "numberLines"):
                c["language"] = k
                break
        det = next((a for a in up(e) if a.tag == "details"), None)
        # a hand-written <details> holds more than one block of code and no code alone
        if det is not None and not callout_kind(det):
            c["folded"] = "open" if det.get("open") is not None else "closed"
            sm = det.find("summary")
            put(c, "summary", text_of(sm) if sm is not None else None)
        else:
            c["folded"] = "no"
        for a in list(up(e))[:4]:
            if a.get("data-filename"):
                c["filename"] = a.get("data-filename")
                break
        if {"numberLines", "number-lines", "lineNumbers"} & set(classes(e)) or e.xpath(".//*[contains(@class,'lineno')]"):
            c["numbered"] = True
        code.append(c)
    put(facts, "code", code)
    put(facts, "results", res)

    # images
    im = []
    ext = {"svg": "image/svg+xml", "png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}
    for e in els:
        src = e.get("src") or e.get("data") if e.tag in ("img", "object", "embed") else None
        if e.tag == "svg" and not inside(e, lambda a: a.tag == "svg"):
            mime, alt = "image/svg+xml", e.get("aria-label") or next((flat(t.text or "") for t in e.xpath("./*[local-name()='title']")), "")
        elif src is not None:
            m = re.match(r"data:([\w/+.-]+)", src)
            mime = m.group(1) if m else ext.get(src.split("?")[0].rsplit(".", 1)[-1].lower(), "?")
            alt = e.get("alt")
        else:
            continue
        im.append(put({"mime": mime, "alt": None if alt is None else flat(alt)}, "id", near_id(e)))
    put(facts, "images", im)

    # tables
    ts = []
    for e in els:
        if e.tag != "table" or "sourceCode" in " ".join(classes(e)):
            continue
        mine = lambda r: next(a for a in up(r) if a.tag == "table") is e
        rows = [r for r in e.iter("tr") if mine(r)]
        cells = lambda r: [text_of(c) for c in r if is_el(c) and c.tag in ("td", "th")]
        head = [r for r in rows if inside(r, lambda a: a.tag == "thead")]
        rest = [r for r in rows if r not in head]
        t = {"header": [cells(r) for r in head], "first_row": cells(rest[0]) if rest else [], "rows": len(rest)}
        put(t, "id", near_id(e))
        al = []
        for c in (head or rows)[-1] if rows else []:
            if is_el(c):
                m = re.search(r"text-align:\s*(\w+)", c.get("style") or "")
                al.append(m.group(1) if m else c.get("align") or "default")
        if any(a != "default" for a in al):
            t["align"] = al
        ts.append(t)
    put(facts, "tables", ts)

    # lists with a meaning
    df = []
    for e in els:
        if e.tag == "dl":
            for c in e:
                if is_el(c) and c.tag == "dt":
                    df.append({"term": text_of(c), "definitions": []})
                elif is_el(c) and c.tag == "dd" and df:
                    df[-1]["definitions"].append(text_of(c))
    put(facts, "definitions", df)
    tk = []
    for e in els:
        if e.tag == "input" and e.get("type") == "checkbox":
            li = next((a for a in up(e) if a.tag == "li"), None)
            if li is not None:
                tk.append({"checked": e.get("checked") is not None, "text": text_of(li, lambda x: x.tag in ("ul", "ol"))})
    put(facts, "tasks", tk)

    # mathematics
    ma = []
    for e in els:
        if is_math(e) and not inside(e, is_math):
            tex, number = tex_of(e)
            m = {"display": "display" in classes(e) or e.get("display") == "block", "tex": tex}
            put(m, "number", number)
            i = next((a.get("id") for a in [e] + list(up(e)) if (a.get("id") or "").startswith("eq-")), None)
            ma.append(put(m, "id", i))
    put(facts, "math", ma)

    # what the author's attributes became
    at = []
    for e in els:
        if e.tag in ("div", "span", "section") or re.match(r"h[1-6]$", e.tag):
            if callout_kind(e) or is_math(e) or inside(e, lambda a: a.tag == "pre" or is_math(a)):
                continue
            if any("callout-header" in classes(a) for a in [e] + list(up(e))):
                continue
            # attributes of a heading sit on it, on its section or on both
            title = e if e.tag[0] == "h" else next(iter(e), None) if e.tag == "section" else None
            if title is not None and not (is_el(title) and re.match(r"h[1-6]$", title.tag)):
                title = None
            if title is e and any(x.get("id") == heading_id(e) and x["tag"] == "heading" for x in at):
                continue
            cl = [c for c in classes(e) if not OWN.match(c)]
            data = sorted(
                k
                for k in e.attrib
                if k.startswith("data-")
                and not re.match(
                    r"data-(number|anchor|bs|execution|tbl|fig|ref|quarto|filename|scroll|qmd|layout|group|label|callout|lang|cites|code|tags)",
                    k,
                )
            )
            style = e.get("style") if e.tag == "span" else None
            if not (cl or data or style or e.get("lang")):
                continue
            a = {"tag": "heading" if title is not None else "div" if e.tag == "section" else e.tag}
            put(a, "classes", cl)
            put(a, "id", e.get("id") if title is None else heading_id(title))
            put(a, "data", {k: e.get(k) for k in data})
            put(a, "style", flat(style).rstrip(";") if style else None)
            put(a, "lang", e.get("lang"))
            a["text"] = text_of(e if title is None else title)[:60]
            at.append(a)
    put(facts, "attributes", at)
    put(facts, "page_breaks", sum(1 for e in els if re.search(r"(page-)?break-(after|before):\s*(always|page)", e.get("style") or "")))
    put(facts, "rules", sum(1 for e in els if e.tag == "hr"))

    # site
    nav = next(
        (
            e
            for e in body.iter()
            if is_el(e)
            and (e.tag == "nav" or e.get("role") == "navigation")
            and not toc_like(e)
            and not inside(e, lambda a: a is main)
            and ("navbar" in " ".join(classes(e)) or inside(e, lambda a: a.tag == "header"))
        ),
        None,
    )
    if nav is not None:
        items = []
        for a in nav.iter("a"):
            s = text_of(a)
            if not s or "search" in " ".join(classes(a)):
                continue
            it = {"text": s, "href": a.get("href") or ""}
            if "active" in classes(a) or a.get("aria-current"):
                it["active"] = True
            dep = sum(1 for x in up(a) if x.tag in ("ul", "ol") and inside(x, lambda y: y is nav))
            if dep > 1:
                it["in_menu"] = True
            items.append(it)
        facts["navbar"] = items
    foot = [e for e in body.iter("footer") if not inside(e, lambda a: a is main)]
    if foot:
        put(facts, "footer", text_of(foot[0]))

    # the visible text
    facts["text"] = lines_of(
        main, lambda e: gone(e) or any("filename" in c for c in classes(e)) and e.tag == "div" and not e.xpath(".//code")
    )
    return facts


def pandoc():
    p = os.environ.get("PANDOC") or shutil.which("pandoc")
    if not p:
        import pypandoc

        p = pypandoc.get_pandoc_path()
    return p


def plain_docx(path, to):
    """Copy a DOCX for pandoc: the title block as ordinary paragraphs (pandoc would
    take it for metadata), page breaks in words, and every table with as many grid columns as its widest row has
    cells (pandoc drops the cells of a row that the grid does not announce)."""
    from lxml import etree

    w = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    with zipfile.ZipFile(path) as a, zipfile.ZipFile(to, "w") as b:
        for n in a.namelist():
            data = a.read(n)
            if n == "word/document.xml":
                root = etree.fromstring(data)
                for t in root.iter(w + "tbl"):
                    grid = t.find(w + "tblGrid")
                    most = max((len(r.findall(w + "tc")) for r in t.findall(w + "tr")), default=0)
                    while grid is not None and len(grid) < most:
                        etree.SubElement(grid, w + "gridCol").set(w + "w", "1000")
                for br in list(root.iter(w + "br")):
                    if br.get(w + "type") == "page":
                        br.tag, br.text = w + "t", "[page break]"
                for st in list(root.iter(w + "pStyle")):
                    if st.get(w + "val") in ("Title", "Subtitle", "Author", "Date", "Abstract", "AbstractTitle"):
                        st.getparent().remove(st)
                data = etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)
            b.writestr(n, data)
    return to


def docx_text(path):
    """pandoc -t plain, after tables have been unframed: one line a row of short cells."""

    def cmd(*a, data=None):
        return subprocess.run([pandoc(), *a], input=data, capture_output=True, check=True).stdout

    with tempfile.TemporaryDirectory() as tmp:
        doc = json.loads(cmd("-f", "docx", "-t", "json", plain_docx(path, os.path.join(tmp, "x.docx"))))

    def row(r):
        cells = [walk(c[4]) for c in r[1]]
        if all(len(c) <= 1 and all(b["t"] in ("Plain", "Para") and b["c"] and b["c"][0]["t"] != "Image" for b in c) for c in cells):
            line = []
            for c in cells:
                if c:
                    line += ([{"t": "Str", "c": " | "}] if line else []) + c[0]["c"]
            return [{"t": "Para", "c": line}] if line else []
        return [b for c in cells for b in c]

    def walk(x):
        if isinstance(x, dict):
            return {k: walk(v) for k, v in x.items()}
        if not isinstance(x, list):
            return x
        out = []
        for i in x:
            t = i.get("t") if isinstance(i, dict) else None
            if t == "Table":
                _, cap, _, head, bodies, foot = i["c"]
                out += walk(cap[1])
                for r in head[1] + [r for b in bodies for r in b[2] + b[3]] + foot[1]:
                    out += row(r)
            elif t == "Figure":
                out += walk(i["c"][2]) + walk(i["c"][1][1])
            elif t == "Image":
                out.append({"t": "Str", "c": "[image]"})
            elif t == "HorizontalRule":
                out.append({"t": "Para", "c": [{"t": "Str", "c": "[rule]"}]})
            else:
                out.append(walk(i))
        return out

    doc["blocks"] = walk(doc["blocks"])
    return tidy(cmd("-f", "json", "-t", "plain", "--wrap=none", data=json.dumps(doc).encode()).decode())


def pdf_text(path):
    r = subprocess.run(["pdftotext", "-layout", "-enc", "UTF-8", path, "-"], capture_output=True, check=True)
    t = r.stdout.decode().rstrip("\f\n")
    return tidy(t.replace("\f", "\n---- page ----\n"))


def tidy(t):
    out = []
    for ln in t.split("\n"):
        ln = re.sub(r"\x1b\[[0-9;]*m|[\x00-\x08\x0b-\x1f]", "", ln)
        ln = re.sub(r"[\u2060\u00ad\ue000-\uf8ff]|[\U000f0000-\U0010fffd]", "", ln)  # icons, joiners
        ln = re.sub(r"(?:\s*\.){5,}\s*", " ... ", ln)  # leaders of a contents list
        ln = re.sub(r"[ \t\u00a0]+", " ", ln).strip()
        if ln or (out and out[-1]):
            out.append(ln)
    return "\n".join(out).strip() + "\n"


def dump(facts):
    """JSON with one item a line."""
    one = lambda v: json.dumps(v, ensure_ascii=False)
    parts = []
    for k, v in facts.items():
        if isinstance(v, list) and v:
            parts.append(f" {one(k)}: [\n" + ",\n".join("  " + one(i) for i in v) + "\n ]")
        elif isinstance(v, dict) and v:
            inner = []
            for a, b in v.items():
                if isinstance(b, list) and b:
                    inner.append(f"  {one(a)}: [\n" + ",\n".join("   " + one(i) for i in b) + "\n  ]")
                else:
                    inner.append(f"  {one(a)}: {one(b)}")
            parts.append(f" {one(k)}: {{\n" + ",\n".join(inner) + "\n }")
        else:
            parts.append(f" {one(k)}: {one(v)}")
    return "{\n" + ",\n".join(parts) + "\n}\n"


def words(x):
    return (" ".join(x) if isinstance(x, list) else x).split()


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def compare(a, b, only=None, skip=()):
    """Lines that say how b differs from a; none when it does not."""
    out = []
    if a.endswith(".txt"):
        A, B = read(a), read(b)
        return diff_words("text", words(A), words(B))
    A, B = json.loads(read(a)), json.loads(read(b))
    for k in list(A) + [k for k in B if k not in A]:
        if only and k not in only or k in skip or k == "schema":
            continue
        x, y = A.get(k), B.get(k)
        if k == "text":
            out += diff_words(k, words(x or []), words(y or []))
        elif isinstance(x or y, list):
            x, y = x or [], y or []
            X = [json.dumps(i, ensure_ascii=False, sort_keys=True) for i in x]
            Y = [json.dumps(i, ensure_ascii=False, sort_keys=True) for i in y]
            for op, i1, i2, j1, j2 in difflib.SequenceMatcher(None, X, Y, autojunk=False).get_opcodes():
                if op != "equal":
                    out += [f"{k}: - {s}" for s in X[i1:i2]] + [f"{k}: + {s}" for s in Y[j1:j2]]
        elif x != y:
            out.append(f"{k}: - {json.dumps(x, ensure_ascii=False)}")
            out.append(f"{k}: + {json.dumps(y, ensure_ascii=False)}")
    return out


def diff_words(k, A, B):
    out = []
    for op, i1, i2, j1, j2 in difflib.SequenceMatcher(None, A, B, autojunk=False).get_opcodes():
        if op != "equal":
            before = " ".join(A[max(0, i1 - 4) : i1])
            out.append(f"{k}: ...{before} [- {' '.join(A[i1:i2])} -] [+ {' '.join(B[j1:j2])} +]")
    return out


def main(argv):
    if len(argv) < 2 or argv[0] not in ("html", "docx", "pdf", "compare"):
        print(__doc__)
        return 2
    if argv[0] == "html":
        sys.stdout.write(dump(html_facts(argv[1])))
    elif argv[0] == "docx":
        sys.stdout.write(docx_text(argv[1]))
    elif argv[0] == "pdf":
        sys.stdout.write(pdf_text(argv[1]))
    else:
        opt = {"--only": None, "--skip": ""}
        pos = []
        it = iter(argv[1:])
        for x in it:
            if x in opt:
                opt[x] = next(it)
            else:
                pos.append(x)
        res = compare(pos[0], pos[1], opt["--only"] and opt["--only"].split(","), opt["--skip"].split(","))
        print("\n".join(res) if res else "same")
        return 1 if res else 0
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
