(function () {
  "use strict";
  document.querySelectorAll(".tabset").forEach(function (set) {
    var tabs = Array.prototype.slice.call(set.querySelectorAll(":scope > [role=tablist] > [role=tab]"));
    function choose(tab, focus) {
      tabs.forEach(function (other) {
        var on = other === tab;
        other.setAttribute("aria-selected", on ? "true" : "false");
        other.tabIndex = on ? 0 : -1;
        document.getElementById(other.getAttribute("aria-controls")).hidden = !on;
      });
      if (focus) tab.focus();
    }
    tabs.forEach(function (tab, place) {
      tab.addEventListener("click", function () { choose(tab, false); });
      tab.addEventListener("keydown", function (event) {
        var step = { ArrowRight: place + 1, ArrowLeft: place - 1, Home: 0, End: tabs.length - 1 }[event.key];
        if (step === undefined) return;
        event.preventDefault();
        choose(tabs[(step + tabs.length) % tabs.length], true);
      });
    });
    set.classList.add("live");
    choose(tabs[0], false);
  });
  function reach() {
    document.querySelectorAll(".table-scroll, .figure-scroll, pre").forEach(function (box) {
      if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
      else box.removeAttribute("tabindex");
    });
  }
  reach();
  window.addEventListener("resize", reach);
  function reveal() {
    var name = decodeURIComponent(location.hash.slice(1));
    var target = name && document.getElementById(name);
    if (!target) return;
    for (var box = target; box; box = box.parentElement) {
      if (box.tagName === "DETAILS") box.open = true;
      if (box.getAttribute("role") === "tabpanel" && box.hidden) document.getElementById(box.getAttribute("aria-labelledby")).click();
    }
    target.scrollIntoView();
  }
  window.addEventListener("hashchange", reveal);
  if (location.hash) reveal();
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("details:not([open])").forEach(function (box) { box.open = true; box.dataset.folded = ""; });
  });
  window.addEventListener("afterprint", function () {
    document.querySelectorAll("details[data-folded]").forEach(function (box) { box.open = false; delete box.dataset.folded; });
  });
})();
