(function () {
  "use strict";
  var data = JSON.parse(document.getElementById("data").textContent);
  var articles = Array.prototype.slice.call(document.querySelectorAll("article"));
  var byId = function (id) { return document.getElementById(id); };
  var words = byId("words"), theme = byId("theme"), wave = byId("wave"), told = byId("told"), clear = byId("clear");
  var style = data.open;

  /* Styles: the page's own texts are kept when another style takes their places. */
  data.styles = Object.assign({}, data.styles);
  data.styles[data.open] = articles.map(function (article) {
    return Array.prototype.map.call(article.querySelectorAll(".v"), function (place) { return place.textContent; });
  });
  var order = Object.keys(data.styles);
  function textOf(chosen, number, at) {
    var held = data.styles[chosen][number][at], shown = data.styles[data.open][number][at];
    if (held === 1) return textOf(order[order.indexOf(chosen) - 1], number, at);
    return typeof held === "string" ? held : shown.slice(0, held[0]) + held[1] + shown.slice(shown.length - held[2]);
  }
  function dress(chosen) {
    style = chosen;
    articles.forEach(function (article, number) {
      var texts = data.styles[data.open][number].map(function (shown, at) { return textOf(chosen, number, at); });
      article.querySelectorAll(".v").forEach(function (place, at) { place.textContent = texts[at]; });
      var mark = article.querySelector(".mark"), edited = data.charts[number].slice(8).indexOf(chosen) >= 0;
      if (edited && !mark) {
        mark = document.createElement("span");
        mark.className = "mark";
        mark.textContent = "[edited]";
        article.querySelector(".said").append(" ", mark);
      } else if (!edited && mark) mark.remove();
    });
  }

  /* Search: the same words and weights as `barometer findings --search`. */
  var stop = new Set(data.stop), weights = data.weights, index = null, vocabulary = null;
  function singular(word) {
    if (word.length > 4 && word.endsWith("ies")) return word.slice(0, -3) + "y";
    return word.length > 3 && word.endsWith("s") && !word.endsWith("ss") ? word.slice(0, -1) : word;
  }
  function wordsOf(text) {
    return (text.toLowerCase().replace(/_/g, " ").replace(/’/g, "'").match(/[a-z0-9]+(?:'[a-z]+)?/g) || []).map(singular);
  }
  function learn() {
    var all = new Set();
    index = articles.map(function (article) {
      var section = article.closest(".question"), found = new Map();
      function add(text, weight) {
        wordsOf(text).forEach(function (word) { found.set(word, Math.max(found.get(word) || 0, weight)); all.add(word); });
      }
      add(article.firstElementChild.textContent, weights.option_label);
      add(article.dataset.k, weights.keywords);
      add(article.id, weights.id);
      add(section.querySelector("h3, h4").textContent, weights.question_short);
      add(section.querySelector(".asked").textContent, weights.question_text);
      add(section.closest(".theme").firstElementChild.textContent, weights.theme_title);
      return found;
    });
    vocabulary = Array.from(all).sort();
  }
  /* How alike two words are: twice the letters in their matching blocks by all their letters (Ratcliff and Obershelp 1988). */
  function matching(a, b) {
    var best = 0, atA = 0, atB = 0;
    for (var i = 0; i < a.length; i++) for (var j = 0; j < b.length; j++) {
      var n = 0;
      while (i + n < a.length && j + n < b.length && a[i + n] === b[j + n]) n++;
      if (n > best) { best = n; atA = i; atB = j; }
    }
    if (!best) return 0;
    return best + matching(a.slice(0, atA), b.slice(0, atB)) + matching(a.slice(atA + best), b.slice(atB + best));
  }
  function known(word) {
    if (vocabulary.indexOf(word) >= 0) return word;
    var longer = word.length > 3 && vocabulary.find(function (other) { return other.startsWith(word); });
    if (longer) return longer;
    var best = word, most = 0.8;
    vocabulary.forEach(function (other) {
      var alike = 2 * matching(other, word) / (other.length + word.length);
      if (alike > most || (alike === most && best === word)) { most = alike; best = other; }
    });
    return best;
  }
  function fitting(text) {
    if (!index) learn();
    var asked = Array.from(new Set(wordsOf(text).filter(function (word) { return !stop.has(word); })));
    if (!asked.length) return text.trim() ? articles.map(function () { return false; }) : articles.map(function () { return true; });
    var meant = asked.map(known);
    var counts = index.map(function (found) { return meant.filter(function (word) { return found.has(word); }).length; });
    var most = Math.max.apply(null, counts);
    return counts.map(function (count) { return most > 0 && count === most; });
  }
  function show() {
    var fits = fitting(words.value), number = 0, among = new Set();
    articles.forEach(function (article, place) {
      var section = article.closest(".question");
      var shown = fits[place] && (!theme.value || section.dataset.theme === theme.value) && (!wave.value || section.dataset.wave === wave.value);
      article.hidden = !shown;
      if (shown) { number++; among.add(section.dataset.wave); }
    });
    [".question", ".theme", ".wave"].forEach(function (kind) {
      document.querySelectorAll(kind).forEach(function (box) { box.hidden = !box.querySelector("article:not([hidden])"); });
    });
    var narrowed = Boolean(words.value.trim() || theme.value || wave.value), leads = document.querySelector(".leads");
    if (leads) leads.hidden = narrowed;
    clear.hidden = !narrowed;
    byId("count").textContent = number === 0 ? "No figure fits" : number === 1 ? "1 figure" : number.toLocaleString("en-GB") + " figures";
  }
  var waiting = 0;
  words.addEventListener("input", function () { clearTimeout(waiting); waiting = setTimeout(show, 120); });
  [theme, wave].forEach(function (choice) { choice.addEventListener("change", show); });
  document.querySelectorAll("[name=style]").forEach(function (choice) { choice.addEventListener("change", function () { dress(choice.value); }); });
  function reset() { words.value = theme.value = wave.value = ""; show(); }
  clear.addEventListener("click", function () { reset(); words.focus(); });
  byId("find").addEventListener("submit", function (event) { event.preventDefault(); show(); });
  byId("find").addEventListener("reset", function () { setTimeout(show, 0); });

  /* Copying and downloads */
  var quiet = 0;
  function say(text) {
    told.textContent = text;
    clearTimeout(quiet);
    quiet = setTimeout(function () { told.textContent = ""; }, 6000);
  }
  function byHand(text, what) {
    var box = document.createElement("textarea");
    box.value = text;
    box.readOnly = true;
    box.setAttribute("aria-label", what);
    told.textContent = "This browser does not let the page copy. Copy it from here:";
    clearTimeout(quiet);
    told.append(box);
    box.focus();
    box.select();
  }
  function oldWay(text) {
    var box = document.createElement("textarea"), before = document.activeElement, done = false;
    box.value = text;
    box.className = "told";
    document.body.append(box);
    box.select();
    try { done = document.execCommand("copy"); } catch (problem) { done = false; }
    box.remove();
    if (before) before.focus();
    return done;
  }
  function copy(text, what, button) {
    function done() {
      say(what + " copied: " + (text.length > 160 ? text.slice(0, 157) + "…" : text));
      button.classList.add("done");
      setTimeout(function () { button.classList.remove("done"); }, 1500);
    }
    function otherwise() { if (oldWay(text)) done(); else byHand(text, what); }
    if (navigator.clipboard && navigator.clipboard.writeText) navigator.clipboard.writeText(text).then(done, otherwise);
    else otherwise();
  }
  function text(article, selector) { return article.querySelector(selector + " .v").textContent; }
  function citation(article) {
    var own = article.querySelector(".cite .v");
    if (own) return own.textContent;
    var parts = article.closest(".question").querySelectorAll(".source span");
    return [parts[0].textContent, text(article, ".figure") + ".", article.id + ".", parts[1].textContent].join(" ").trim();
  }
  function address(article) {
    var base = document.querySelector("meta[name=address]").content;
    if (!base) base = /^https?:$/.test(location.protocol) ? location.href.split("#")[0] : location.pathname.split("/").pop();
    return base + "#" + article.id;
  }
  function safe(words) { return words.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;"); }
  function embedded(article) {
    return "<figure>\n  <blockquote>\n    <p>" + safe(text(article, ".said")) + "</p>\n  </blockquote>\n  <figcaption>" +
      safe(citation(article)) + ' <a href="' + safe(address(article)) + '">Figure and method</a></figcaption>\n</figure>\n';
  }
  function saved(blob, name) {
    var link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(function () { URL.revokeObjectURL(link.href); }, 10000);
    say(name + " saved.");
  }
  function named(article, kind) { return article.id.replace(/[^A-Za-z0-9-]+/g, "_") + "." + kind; }

  /* The chart as a picture of its own, with its sentence, base and source. */
  function lines(words, width) {
    var made = [""];
    words.split(/\s+/).forEach(function (word) {
      var last = made[made.length - 1];
      if (last && (last + " " + word).length > width) made.push(word);
      else made[made.length - 1] = last ? last + " " + word : word;
    });
    return made;
  }
  function fonts() {
    var css = document.querySelector("style").textContent;
    return (css.match(/@font-face\{[^}]*\}/g) || []).join("");
  }
  function drawn(article) {
    var row = data.charts[articles.indexOf(article)], share = row[3] === 0 && row[4] === 100;
    var left = 40, right = 680, y = 40, parts = [];
    function at(value) { return Math.round((left + (right - left) * (value - row[3]) / (row[4] - row[3])) * 10) / 10; }
    function write(x, text, more) { parts.push('<text x="' + x + '" y="' + y + '" ' + (more || "") + ">" + safe(text) + "</text>"); }
    lines(text(article, ".said"), 62).forEach(function (line) { write(left, line, 'font-size="20" font-weight="600"'); y += 26; });
    write(left, text(article, ".figure"), 'font-size="15" fill="#56636f"');
    y += 46;
    write(left, row[7], 'font-size="13" fill="#56636f"');
    y += 16;
    var top = y - 8;
    if (row[1] !== null) parts.push('<path d="M' + at(row[1]) + " " + y + "H" + at(row[2]) + '" stroke="#0b4f6c" stroke-width="4"/>');
    parts.push('<circle cx="' + at(row[0]) + '" cy="' + y + '" r="8" fill="#0b4f6c"/>');
    if (row[5] !== null) {
      y += 36;
      write(left, row[6], 'font-size="13" fill="#56636f"');
      y += 16;
      parts.push('<circle cx="' + at(row[5]) + '" cy="' + y + '" r="7" fill="#fff" stroke="#56636f" stroke-width="3"/>');
    }
    y += 24;
    parts.push('<path d="M' + left + " " + y + "H" + right + '" stroke="#7b8894"/>');
    [0, 0.25, 0.5, 0.75, 1].forEach(function (part) {
      var value = row[3] + part * (row[4] - row[3]), x = at(value);
      parts.push('<path d="M' + x + " " + top + "V" + (y + 5) + '" stroke="#d5dce2"/>');
      parts.push('<text x="' + x + '" y="' + (y + 22) + '" font-size="13" text-anchor="' + (part === 1 ? "end" : "middle") + '" fill="#56636f">' + value + (share && part === 1 ? " per cent" : "") + "</text>");
    });
    y += 52;
    if (row[1] !== null) { write(left, "The line is the 95 per cent interval for everybody who might have been asked.", 'font-size="12" fill="#56636f"'); y += 18; }
    lines("Source: " + citation(article), 105).forEach(function (line) { write(left, line, 'font-size="12" fill="#56636f"'); y += 17; });
    var height = y + 8, grid = parts.filter(function (part) { return part.indexOf("#d5dce2") > 0; });
    parts = grid.concat(parts.filter(function (part) { return part.indexOf("#d5dce2") < 0; }));
    return {
      height: height,
      svg: '<svg xmlns="http://www.w3.org/2000/svg" width="720" height="' + height + '" viewBox="0 0 720 ' + height + '" role="img" aria-label="' +
        safe(article.querySelector(".plot").getAttribute("aria-label")) + '" font-family="\'Fira Sans\', Arial, sans-serif" fill="#1b2733"><style>' + fonts() +
        '</style><rect width="720" height="' + height + '" fill="#fff"/>' + parts.join("") + "</svg>\n"
    };
  }
  function asSvg(article) { saved(new Blob([drawn(article).svg], { type: "image/svg+xml" }), named(article, "svg")); }
  function asPng(article) {
    var chart = drawn(article), picture = new Image();
    picture.onload = function () {
      var canvas = document.createElement("canvas");
      canvas.width = 1440;
      canvas.height = 2 * chart.height;
      var pen = canvas.getContext("2d");
      pen.scale(2, 2);
      pen.drawImage(picture, 0, 0, 720, chart.height);
      canvas.toBlob(function (blob) { saved(blob, named(article, "png")); }, "image/png");
    };
    picture.onerror = function () { say("The picture could not be made."); };
    picture.src = "data:image/svg+xml;charset=utf-8," + encodeURIComponent(chart.svg);
  }
  var tools = [
    ["Copy sentence", function (article, button) { copy(text(article, ".said"), "Sentence", button); }],
    ["Copy figure", function (article, button) { copy(text(article, ".figure"), "Figure", button); }],
    ["Copy citation", function (article, button) { copy(citation(article), "Citation", button); }]
  ];
  var more = [
    ["Copy link", function (article, button) { copy(address(article), "Link", button); }],
    ["Copy embed code", function (article, button) { copy(embedded(article), "Embed code", button); }],
    ["Chart as SVG", asSvg],
    ["Chart as PNG", asPng]
  ];
  function box(article, listed) {
    var made = document.createElement("div"), name = article.firstElementChild.textContent;
    made.className = "tools";
    listed.forEach(function (tool) {
      var button = document.createElement("button");
      button.type = "button";
      button.textContent = tool[0];
      button.setAttribute("aria-label", tool[0] + ": " + name);
      button.addEventListener("click", function () { tool[1](article, button); });
      made.append(button);
    });
    return made;
  }
  articles.forEach(function (article) {
    var details = article.querySelector("details");
    details.before(box(article, tools));
    details.append(box(article, more));
  });

  /* Permalinks */
  function go() {
    var id = decodeURIComponent(location.hash.slice(1)), target = id && byId(id);
    document.querySelectorAll("article.here").forEach(function (other) { other.classList.remove("here"); });
    if (!target) {
      if (id.indexOf("/") > 0) say("This page has no figure called " + id + ".");
      return;
    }
    if (target.tagName !== "ARTICLE") return;
    if (target.hidden) reset();
    target.classList.add("here");
    target.querySelector("details").open = true;
    target.focus({ preventScroll: true });
    target.scrollIntoView({ block: "start" });
  }
  window.addEventListener("hashchange", go);
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details:not([open])").forEach(function (fold) { fold.open = true; fold.dataset.folded = ""; });
  });
  window.addEventListener("afterprint", function () {
    document.querySelectorAll("details[data-folded]").forEach(function (fold) { fold.open = false; delete fold.dataset.folded; });
  });
  byId("find").hidden = false;
  if (words.value || theme.value || wave.value) show();
  var chosen = document.querySelector("[name=style]:checked");
  if (chosen && chosen.value !== style) dress(chosen.value);
  if (location.hash) go();
})();
