# Copyright: (c) 2026, the tenantkit.connectors contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE: for use inside this collection only.
"""The script of the page: it filters and sorts the rows that are there, keeps both in the address, and copies request ids. It asks nothing of any server."""

from __future__ import annotations

SCRIPT = r"""
(function () {
  "use strict";
  var root = document.documentElement, table = document.getElementById("tenants");
  root.classList.add("js");
  document.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("button.copy") : null;
    if (!button) { return; }
    var text = button.previousElementSibling.textContent, told = function (said) { button.textContent = said; };
    if (navigator.clipboard) { navigator.clipboard.writeText(text).then(function () { told("copied"); }, function () { told("not copied"); }); return; }
    var chosen = window.getSelection(), range = document.createRange();
    range.selectNodeContents(button.previousElementSibling);
    chosen.removeAllRanges();
    chosen.addRange(range);
    told("selected");
  });
  var opened = [];
  window.addEventListener("beforeprint", function () {
    document.querySelectorAll("tbody tr:not([hidden]) details:not([open])").forEach(function (part) {
      if (part.closest("tr").dataset.l !== "good") { part.open = true; opened.push(part); }
    });
  });
  window.addEventListener("afterprint", function () { opened.splice(0).forEach(function (part) { part.open = false; }); });
  if (!table) { return; }
  var body = table.tBodies[0], rows = Array.prototype.slice.call(body.rows);
  var words = document.getElementById("words"), state = document.getElementById("state"), connector = document.getElementById("connector");
  var count = document.getElementById("count"), heads = Array.prototype.slice.call(table.tHead.rows[0].cells), timer = 0, sort = "";
  var known = rows.map(function (row, index) {
    row.dataset.index = index;
    return { row: row, text: row.textContent.toLowerCase() };
  });

  function key(row, column) {
    var cell = row.cells[column];
    if (column === 1) { return state.querySelector('[value="' + row.dataset.s + '"]').index; }
    return cell.firstChild ? cell.firstChild.textContent.toLowerCase() : "";
  }

  function sorted(column, down) {
    var order = rows.slice().sort(function (one, other) {
      var a = key(one, column), b = key(other, column);
      var found = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), undefined, { numeric: true });
      return (down ? -found : found) || one.dataset.index - other.dataset.index;
    });
    var piece = document.createDocumentFragment();
    order.forEach(function (row) { piece.appendChild(row); });
    body.appendChild(piece);
  }

  function shown() {
    var wanted = words.value.trim().toLowerCase().split(/\s+/).filter(Boolean), one = state.value, column = connector.value, number = 0;
    known.forEach(function (entry) {
      var row = entry.row, fits = !one || row.dataset.s === one || row.dataset.l === one || row.dataset[one] === "1";
      fits = fits && (!column || row.cells[Number(column)].firstChild !== null);
      fits = fits && wanted.every(function (word) { return entry.text.indexOf(word) >= 0; });
      row.hidden = !fits;
      number += fits ? 1 : 0;
    });
    count.textContent = number + " of " + rows.length + " tenants";
    document.querySelectorAll(".tiles a").forEach(function (tile) {
      if (one && tile.hash === "#state=" + one) { tile.setAttribute("aria-current", "true"); } else { tile.removeAttribute("aria-current"); }
    });
  }

  function mark() {
    heads.forEach(function (head, index) {
      var way = sort === String(index) ? "ascending" : sort === "-" + index ? "descending" : "";
      if (way) { head.setAttribute("aria-sort", way); } else { head.removeAttribute("aria-sort"); }
    });
  }

  function save() {
    var parts = new URLSearchParams();
    [["q", words.value], ["state", state.value], ["connector", connector.value && heads[Number(connector.value)].textContent], ["sort", sort]].forEach(
      function (pair) { if (pair[1]) { parts.set(pair[0], pair[1]); } });
    var hash = parts.toString();
    history.replaceState(null, "", hash ? "#" + hash : location.pathname + location.search);
  }

  function restore() {
    var parts = new URLSearchParams(location.hash.slice(1));
    words.value = parts.get("q") || "";
    state.value = parts.get("state") || "";
    if (state.selectedIndex < 0) { state.value = ""; }
    connector.value = "";
    heads.forEach(function (head, index) { if (index && head.textContent === parts.get("connector")) { connector.value = String(index); } });
    if (connector.selectedIndex < 0) { connector.value = ""; }
    sort = /^-?\d+$/.test(parts.get("sort") || "") && heads[Math.abs(Number(parts.get("sort")))] ? parts.get("sort") : "";
    if (sort) { sorted(Math.abs(Number(sort)), sort[0] === "-"); } else { known.forEach(function (entry) { body.appendChild(entry.row); }); }
    mark();
    shown();
  }

  table.tHead.addEventListener("click", function (event) {
    var button = event.target.closest("button");
    if (!button) { return; }
    var index = heads.indexOf(button.closest("th"));
    sort = sort === String(index) ? "-" + index : String(index);
    sorted(index, sort[0] === "-");
    mark();
    save();
  });
  [state, connector].forEach(function (field) { field.addEventListener("change", function () { shown(); save(); }); });
  words.addEventListener("input", function () {
    clearTimeout(timer);
    timer = setTimeout(function () { shown(); save(); }, 120);
  });
  document.getElementById("clear").addEventListener("click", function () {
    words.value = state.value = connector.value = "";
    shown();
    save();
    words.focus();
  });
  document.addEventListener("keydown", function (event) {
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName)) { event.preventDefault(); words.focus(); }
    if (event.key === "Escape" && document.activeElement === words) { words.value = ""; shown(); save(); }
  });
  window.addEventListener("hashchange", restore);
  var shownAt = document.getElementById("local");
  if (shownAt) { shownAt.textContent = " (" + new Date(shownAt.dataset.time).toLocaleString() + " here)"; }
  restore();
}());
""".strip()
