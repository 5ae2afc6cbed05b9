// Step 2: how the conversation was read, and what the reader corrects of it. Every correction is a small fact that
// goes along with the next question; none is kept anywhere else, and the last one can always be taken back.
"use strict";

const ROLES = [["unknown", "not said"], ["child", "under 18"], ["adult", "adult"], ["staff", "staff"], ["me", "owner of the export"]];
const FATES = { out: "left out", joined: "goes on with the message before", name: "the name of who writes next" };
// People who get a button of their own; others are typed.
const BUTTONS = 8;

let shown = null;

// Read with what was said so far. A report belongs to one reading: when that changes it goes, as soon as there is
// another, and one under way does not come. It stays where only other messages are to be seen.
function reread({ moveTo = false, keepReport = false } = {}) {
  const outdated = keepReport ? null : state.kept;
  if (!keepReport) overtake("/check");
  closeMend();
  const reveal = (understood) => {
    if (outdated && state.kept === outdated) forgetReport();
    $("read").hidden = false;
    $("read").classList.toggle("unread", !understood);
  };
  run("/read", "Reading…", (reading) => {
    reveal(true);
    if (!state.read && state.name) $("text").value = "";
    state.read = true;
    showReading(reading);
    if (state.busy === 0) tell(told(reading, keepReport));
    if (moveTo) $("read-title").focus();
  }, () => reveal(false));
  showSaid();
}

// What there is to hear: what was corrected; the lines, where only others were asked for; or how much was read.
function told({ from, lines, entries, corrected, extent }, turned) {
  if (turned && from + lines.length > 0 && entries > lines.length) return `Lines ${from + 1} to ${from + lines.length} of ${entries}.`;
  return corrected.length ? corrected.join(" ") : `${state.name || "Pasted"}: ${extent}.`;
}

// Correct something: `said` is what is new. What was said before can be had back.
function correct(said) {
  const { format, order, columns, head, unnamed, chat, people, marks } = state;
  state.past.push({ format, order, columns, head, unnamed, chat, people, marks });
  Object.assign(state, said);
  reread();
}

$("undo").addEventListener("click", () => {
  if (state.past.length === 0) return goBack();
  Object.assign(state, state.past.pop());
  reread();
});

function showReading(reading) {
  shown = reading;
  state.from = reading.from;
  $("extent").textContent = `${state.name || "Pasted"}, read as ${reading.format}: ${reading.extent}.`;
  $("several").hidden = reading.all_chats < 2;
  $("all-chats").textContent = reading.all_chats;
  $("chat").replaceChildren(...reading.chats.map((chat, at) => element("option", `${chat.id} (messages: ${chat.messages})`, { value: at })));
  $("chat").value = String(reading.chat);
  note("unlisted", reading.all_chats - reading.chats.length, "more are not listed; use `rushlight check FILE` for them.");
  $("warnings").replaceChildren(...reading.warnings.map((warning) => element("li", warning)));
  $("corrected").replaceChildren(...reading.corrected.map((words) => element("li", words)));
  $("doubts").hidden = reading.warnings.length === 0;
  $("dates").hidden = !reading.date_order_open;
  $("turns").hidden = !reading.unnamed;
  showSpeakers(reading);
  showPages(reading);
  showLines(reading);
  showSaid();
}

// The fields that hold what was said, after it was taken back, too.
function showSaid() {
  const undoing = document.activeElement === $("undo");
  $("undo").hidden = state.past.length === 0 && !state.before;
  $("undo").textContent = state.past.length ? "Take back the last correction" : "Back to what was there before";
  if (undoing && $("undo").hidden) $("read-title").focus({ preventScroll: true });
  $("format").value = state.format;
  for (const [field, value] of [["order", state.order], ["turns", state.unnamed]]) {
    for (const radio of document.getElementsByName(field)) radio.checked = radio.value === value;
  }
  for (const input of document.querySelectorAll("[data-column]")) {
    if (input !== document.activeElement) input.value = state.columns?.[input.dataset.column] ?? "";
  }
  $("columns").hidden = !["csv", "parquet"].includes(state.format || shown?.format) && !state.columns;
  if ($("head") !== document.activeElement) $("head").value = state.head ?? "";
  $("head-field").hidden = (state.format || shown?.format) !== "paste" && !state.head;
}

function note(id, count, words) {
  $(id).hidden = count <= 0;
  $(id).textContent = `${count} ${words}`;
}

function forgetReading() {
  closeMend();
  shown = null;
  for (const id of ["chat", "warnings", "speakers", "lines", "corrected", "page", "names", "mend-names"]) $(id).replaceChildren();
  for (const id of ["extent", "mend-title"]) $(id).textContent = "";
  for (const id of ["read", "undo", "dates", "turns", "columns", "head-field", "doubts", "several", "pages"]) $(id).hidden = true;
  $("read").classList.add("unread");
}

$("correct").addEventListener("submit", (event) => event.preventDefault());
$("format").addEventListener("change", () => correct({ format: $("format").value, chat: 0, people: new Map(), marks: new Map() }));
$("chat").addEventListener("change", () => {
  const chat = Number($("chat").value);
  // What was corrected in it before another was looked at, unless the whole is read otherwise now.
  const same = (said) => ["format", "columns", "head", "unnamed"].every((what) => said[what] === state[what]);
  const left = state.past.findLast((said) => said.chat === chat && same(said));
  correct({ chat, people: left?.people ?? new Map(), marks: left?.marks ?? new Map() });
});
$("dates").addEventListener("change", (event) => correct({ order: event.target.value }));
$("turns").addEventListener("change", (event) => {
  const unnamed = event.target.value;
  // Turns that were assumed and are now the reader's word stay as they stand, with what was put right of them.
  const confirms = state.unnamed === null && unnamed === "alternating";
  correct(confirms ? { unnamed } : { unnamed, people: new Map(), marks: new Map() });
});
$("columns").addEventListener("change", () => {
  const columns = Object.fromEntries([...document.querySelectorAll("[data-column]")].map((input) => [input.dataset.column, input.value]));
  correct({ columns, people: new Map(), marks: new Map() });
});

$("head").addEventListener("change", () => correct({ head: $("head").value.trim() || null, people: new Map(), marks: new Map() }));

// Who writes. A row is a person as the program sees it, perhaps of several names as read.

function aboutPerson(person, what) {
  const people = new Map(state.people);
  for (const is of person.is) people.set(is, { ...roleAndName(is), ...what });
  correct({ people });
}

function roleAndName(is) { return state.people.get(is) ?? { name: "", role: "unknown" }; }

// Rows stay in place while somebody is in them; where people were joined or separated, the focus goes along.
function showSpeakers(reading) {
  const rows = [...$("speakers").children];
  const key = (person) => JSON.stringify([person.is, person.like]);
  if (rows.length === reading.speakers.length && rows.every((row, at) => row.dataset.key === key(reading.speakers[at]))) {
    rows.forEach((row, at) => fillRow(row, reading.speakers[at]));
  } else {
    const busy = document.activeElement.closest(".speaker") && document.activeElement;
    const [is, part, typed] = busy ? [busy.closest(".speaker").person.is[0], busy.dataset.part, busy.value] : [];
    const made = reading.speakers.map(row);
    made.forEach((row, at) => { row.dataset.key = key(reading.speakers[at]); });
    $("speakers").replaceChildren(...made);
    const again = busy && made.find((row) => row.person.is.includes(is))?.querySelector(`[data-part=${part}]`);
    if (again?.matches("input") && typed !== busy.defaultValue) again.value = typed;
    again?.focus();
  }
  note("unlisted-speakers", reading.all_speakers - reading.speakers.length, "more who write here are not listed.");
  $("names").replaceChildren(...reading.speakers.map((person) => element("option", undefined, { value: person.name })));
}

function row(person) {
  const made = element("div", undefined, { class: "speaker" });
  const name = element("input", undefined, { "data-part": "name", dir: "auto", autocomplete: "off", spellcheck: "false", maxlength: 200 });
  const role = element("select", undefined, { "data-part": "role" });
  role.append(...ROLES.map(([value, words]) => element("option", words, { value })));
  name.addEventListener("change", () => aboutPerson(made.person, { name: name.value.trim() }));
  role.addEventListener("change", () => aboutPerson(made.person, { role: role.value }));
  made.append(name, role, element("span"));
  const more = element("p", undefined, { class: "note" });
  if (person.is.length > 1) {
    const apart = element("button", "Separate", { type: "button", "data-part": "apart" });
    apart.addEventListener("click", () => aboutPerson(made.person, { name: "" }));
    more.append("one person of ", ...person.is.flatMap((is, at) => [at ? ", " : "", element("bdi", is)]), " ", apart);
  }
  if (person.like) {
    const join = element("button", "One person", { type: "button", "data-part": "join" });
    join.addEventListener("click", () => aboutPerson(made.person, { name: person.like }));
    more.append("differs in letter case only from ", element("bdi", person.like), " ", join);
  }
  made.append(more, element("p", "Two different things were said of this person; which is right?", { class: "note clash" }));
  fillRow(made, person);
  return made;
}

function fillRow(row, person) {
  row.person = person;
  const [name, role, count] = row.children;
  name.setAttribute("aria-label", `Name of ${person.is.join(", ")}`);
  role.setAttribute("aria-label", `Who ${person.name} is`);
  if (name !== document.activeElement) name.value = person.name;
  name.defaultValue = person.name;
  const roles = new Set(person.is.map((is) => roleAndName(is).role).filter((role) => role !== "unknown"));
  role.value = roles.size === 1 ? [...roles][0] : "unknown";
  count.textContent = person.messages === 1 ? "1 message" : `${person.messages} messages`;
  row.querySelector(".clash").hidden = !person.contradicted;
}

// The conversation, some hundred entries at a time.

function showPages({ from, entries, shown: size }) {
  $("pages").hidden = entries <= size;
  const pages = Array.from({ length: Math.ceil(entries / size) }, (_, page) => page * size);
  if ($("page").children.length !== pages.length) {
    $("page").replaceChildren(...pages.map((first) => element("option", "", { value: first })));
  }
  [...$("page").children].forEach((option, page) => {
    option.textContent = `lines ${pages[page] + 1} to ${Math.min(entries, pages[page] + size)} of ${entries}`;
  });
  $("page").value = String(from);
  $("earlier").disabled = from === 0;
  $("later").disabled = from + size >= entries;
  if (document.activeElement.disabled) $("page").focus();
}

function turnTo(from) {
  state.from = from;
  reread({ keepReport: true });
  $("lines").scrollTop = 0;
}

$("page").addEventListener("change", () => turnTo(Number($("page").value)));
$("earlier").addEventListener("click", () => turnTo(shown.from - shown.shown));
$("later").addEventListener("click", () => turnTo(shown.from + shown.shown));

// Rows of the same entries stay, so that neither the place nor the focus is lost.
function showLines(reading) {
  const rows = [...$("lines").children];
  const same = rows.length === reading.lines.length && rows.every((row, at) => row.entry.at === reading.lines[at].at);
  if (!same) {
    closeMend();
    $("lines").replaceChildren(...reading.lines.map(newLine));
  }
  [...$("lines").children].forEach((row, at) => fillLine(row, reading.lines[at]));
  if (!$("lines").querySelector(".change[tabindex='0']")) $("lines").querySelector(".change")?.setAttribute("tabindex", 0);
}

function newLine(entry) {
  const made = element("li");
  made.entry = entry;
  made.append(element("p", undefined, { class: "place" }), element("p", undefined, { class: "text", dir: "auto" }));
  const change = element("button", "Change", { type: "button", class: "change", tabindex: -1, "aria-expanded": false });
  change.addEventListener("click", () => { if ($("mend").parentElement === made) closeMend(); else openMend(made); });
  made.append(change);
  return made;
}

function fillLine(row, entry) {
  row.entry = entry;
  row.className = entry.fate + (entry.speaker ? "" : " silent") + (state.marks.has(entry.at) ? " marked" : "");
  const [place, text] = row.children;
  place.replaceChildren();
  if (entry.fate === "kept") place.append(`${entry.number} · `, element("bdi", entry.speaker ?? "the app, or a line that is nobody's words here"), entry.time ? ` · ${entry.time}` : "");
  else place.append(FATES[entry.fate]);
  if (entry.line) place.append(` · line ${entry.line}`);
  text.textContent = entry.text;
  row.querySelector(".change").setAttribute("aria-label", `Change ${entry.number ? `message ${entry.number}` : `what is ${FATES[entry.fate]}`}`);
}

// One stop for the Tab key; the arrow keys go from entry to entry.
$("lines").addEventListener("keydown", (event) => {
  if (!event.target.matches(".change")) return;
  const all = [...$("lines").querySelectorAll(".change")];
  const at = all.indexOf(event.target);
  const last = all.length - 1;
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: Math.min(at + 10, last), PageUp: Math.max(at - 10, 0), Home: 0, End: last }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  all[to]?.focus();
});
$("lines").addEventListener("focusin", (event) => {
  if (!event.target.matches(".change")) return;
  for (const button of $("lines").querySelectorAll(".change[tabindex='0']")) button.setAttribute("tabindex", -1);
  event.target.setAttribute("tabindex", 0);
});

// What can be said of one entry: one small form, which goes to where it is needed.

function openMend(row) {
  closeMend();
  const says = state.marks.get(row.entry.at);
  $("mend-title").textContent = row.entry.number ? `Message ${row.entry.number}` : "This line";
  $("mend-names").replaceChildren(...shown.speakers.slice(0, BUTTONS).map((person) => byButton(person, says)));
  $("mend-name").value = "";
  for (const button of $("mend").querySelectorAll("[data-says]")) {
    const own = button.dataset.says === (says ?? "") && !button.dataset.reach;
    button.setAttribute("aria-pressed", own);
    if (!button.dataset.says) button.hidden = !says && row.entry.fate !== "name";
  }
  $("mend").querySelector("[data-says=swapped]").hidden = !shown.unnamed || shown.speakers.length !== 2;
  row.append($("mend"));
  row.querySelector(".change").setAttribute("aria-expanded", true);
  $("mend").hidden = false;
  $("mend").scrollIntoView({ block: "nearest" });
  $("mend-by").querySelector("button").focus();
}

function byButton(person, says) {
  const made = element("button", "By ", { type: "button", "aria-pressed": person.is.includes(says?.by) });
  made.append(element("bdi", person.name));
  made.addEventListener("click", () => mend({ by: person.is[0] }));
  return made;
}

// Back to its place beside the list, so that it is not lost with a row.
function closeMend() {
  const row = $("mend").closest("li");
  if (!row) return;
  $("mend").hidden = true;
  const inside = $("mend").contains(document.activeElement);
  $("lines").after($("mend"));
  row.querySelector(".change").setAttribute("aria-expanded", false);
  if (inside) row.querySelector(".change").focus();
}

// Say something of the entry at hand, or of all from it to an end of the conversation; what was said of them goes.
function mend(says, reach) {
  const entry = $("mend").closest("li").entry;
  const [first, last] = { before: [0, entry.at], after: [entry.at, shown.entries - 1] }[reach] ?? [entry.at, entry.at];
  const marks = new Map(state.marks);
  for (let at = first; at <= last; at += 1) {
    if (says) marks.set(at, says);
    // A line that is a name because another one like it is.
    else if (entry.fate === "name" && !marks.has(at)) marks.set(at, "kept");
    else marks.delete(at);
  }
  closeMend();
  correct({ marks });
}

for (const button of $("mend").querySelectorAll("[data-says]")) {
  button.addEventListener("click", () => mend(button.dataset.says, button.dataset.reach));
}
$("mend-by").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = $("mend-name").value.trim();
  if (name) mend({ by: shown.speakers.find((person) => person.name === name)?.is[0] ?? name });
});
$("mend-close").addEventListener("click", closeMend);
$("mend").addEventListener("keydown", (event) => { if (event.key === "Escape") closeMend(); });
