// The page sends what was pasted or dropped, with all corrections, and shows the answers. It keeps everything in this
// one object, which "Clear everything" replaces.
"use strict";

const $ = (id) => document.getElementById(id);
const meta = (name) => document.querySelector(`meta[name=${name}]`).content;
const ROLES = [["unknown", "not said"], ["child", "under 18"], ["adult", "adult"], ["staff", "staff"], ["me", "owner of the export"]];
const SAVED = { html: ["html", "text/html"], markdown: ["md", "text/markdown"], json: ["json", "application/json"] };

let state = fresh();

function fresh() {
  return { bytes: null, name: "", format: "", order: null, columns: null, unnamed: null, chat: 0, people: new Map(), kept: null, turns: {}, busy: 0 };
}

// What was said so far, as the program takes it.
function said() {
  const speakers = [...state.people].map(([is, about]) => ({ is, name: about.name, role: about.role }));
  return { name: state.name, format: state.format || null, date_order: state.order, columns: state.columns, unnamed: state.unnamed, chat: state.chat, speakers };
}

async function ask(path) {
  const body = new Blob([JSON.stringify(said()), "\n", state.bytes]);
  if (body.size > Number(meta("largest"))) {
    throw { error: "This file is too large for the page.", hint: "Give the chat without its pictures, or use `rushlight check FILE`." };
  }
  let response;
  try {
    response = await fetch(path, { method: "POST", body, headers: { "x-rushlight-token": meta("token") } });
  } catch {
    throw { error: "rushlight does not answer.", hint: "Is it still running where you started it? Then reload this page." };
  }
  const answer = await response.json().catch(() => ({ error: "The answer could not be understood.", hint: "Reload the page." }));
  if (!response.ok) throw answer;
  return answer;
}

// The last question of a kind counts: an answer that was overtaken is dropped.
async function run(path, doing, show) {
  const mine = state;
  const turn = overtake(path);
  $("problem").hidden = true;
  tell(doing);
  mine.busy += 1;
  let answer, problem;
  try { answer = await ask(path); } catch (failed) { problem = failed; }
  mine.busy -= 1;
  if (mine !== state || turn !== state.turns[path]) return;
  if (problem) complain(problem); else show(answer);
  if (path === "/read") $("read").classList.toggle("unread", problem !== undefined);
}

function overtake(path) {
  state.turns[path] = (state.turns[path] ?? 0) + 1;
  return state.turns[path];
}

function tell(words) { $("status").textContent = words; }

function complain({ error, hint }) {
  tell("");
  $("problem").replaceChildren(element("p", error), element("p", hint));
  $("problem").hidden = false;
  $("problem").scrollIntoView({ block: "nearest" });
}

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

// Step 1

function give(bytes, name) {
  const text = $("text").value;
  clear();
  if (!name) $("text").value = text;
  Object.assign(state, { bytes, name });
  reread(true);
}

function giveFile(files) {
  if (files.length > 1) return complain({ error: `${files.length} files were given.`, hint: "Give one at a time." });
  if (files.length === 1) give(files[0], files[0].name);
}

$("give-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("text").value;
  if (text.trim()) give(new Blob([text]), "");
  else if ($("file").files.length) giveFile($("file").files);
  else complain({ error: "There is nothing to read yet.", hint: "Paste a conversation or choose a file." });
});
$("file").addEventListener("change", () => { giveFile($("file").files); });
addEventListener("dragover", (event) => { event.preventDefault(); document.body.classList.add("dropping"); });
addEventListener("dragleave", (event) => { if (!event.relatedTarget) document.body.classList.remove("dropping"); });
addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("dropping");
  const text = event.dataTransfer.getData("text");
  if (event.dataTransfer.files.length) giveFile(event.dataTransfer.files);
  else if (text) { $("text").value = text; give(new Blob([text]), ""); }
});

// Step 2

function reread(moveTo) {
  forgetReport();
  run("/read", "Reading…", (reading) => {
    showReading(reading);
    if (state.busy === 0) tell(`Read: ${reading.extent}.`);
    if (moveTo) $("read-title").focus();
  });
  // Shown before it succeeds: a reading that failed may be mended by naming the format or the columns.
  $("read").hidden = false;
  showColumns(state.format);
}

function showReading(reading) {
  $("extent").textContent = `${state.name || "Pasted"}, read as ${reading.format}: ${reading.extent}.`;
  $("several").hidden = reading.all_chats < 2;
  $("all-chats").textContent = reading.all_chats;
  $("chat").replaceChildren(...reading.chats.map((chat, at) => element("option", `${chat.id} (messages: ${chat.messages})`, { value: at })));
  $("chat").value = String(reading.chat);
  note("unlisted", reading.all_chats - reading.chats.length, "more are not listed; use `rushlight check FILE` for them.");
  $("warnings").replaceChildren(...reading.warnings.map((warning) => element("li", warning)));
  $("doubts").hidden = reading.warnings.length === 0;
  $("dates").hidden = !reading.date_order_open;
  $("turns").hidden = !reading.unnamed;
  showColumns(reading.format);
  showSpeakers(reading);
  $("first").replaceChildren(...reading.first.map(line));
  $("more").textContent = reading.more ? `${reading.more} more follow.` : "";
}

function showColumns(format) {
  $("columns").hidden = !["csv", "parquet"].includes(format) && !state.columns;
}

function note(id, count, words) {
  $(id).hidden = count <= 0;
  $(id).textContent = `${count} ${words}`;
}

// Rows stay in place while somebody types in them.
function showSpeakers(reading) {
  const names = reading.speakers.map((speaker) => speaker.is);
  const rows = [...$("speakers").children];
  if (rows.length !== names.length || rows.some((row, at) => row.dataset.is !== names[at])) {
    $("speakers").replaceChildren(...reading.speakers.map(row));
  }
  note("unlisted-speakers", reading.all_speakers - reading.speakers.length, "more who write here are not listed.");
}

function row({ is, messages }) {
  const about = state.people.get(is) ?? { name: "", role: "unknown" };
  const name = element("input", undefined, { "aria-label": `Name of ${is}`, dir: "auto", autocomplete: "off", spellcheck: "false", maxlength: 200 });
  name.value = about.name || is;
  const role = element("select", undefined, { "aria-label": `Who ${is} is` });
  role.append(...ROLES.map(([value, words]) => element("option", words, { value })));
  role.value = about.role;
  const made = element("div", undefined, { class: "speaker" });
  made.dataset.is = is;
  const change = () => {
    if (!name.value.trim()) name.value = is;
    state.people.set(is, { name: name.value.trim(), role: role.value });
    reread(false);
  };
  name.addEventListener("change", change);
  role.addEventListener("change", change);
  made.append(name, role, element("span", messages === 1 ? "1 message" : `${messages} messages`));
  return made;
}

function line({ number, speaker, time, text }) {
  const made = element("li");
  const place = element("p", `${number} · `, { class: "place" });
  place.append(element("bdi", speaker ?? "the app"), time ? ` · ${time}` : "");
  made.append(place, element("p", text, { class: "text", dir: "auto" }));
  return made;
}

$("correct").addEventListener("submit", (event) => event.preventDefault());
$("format").addEventListener("change", () => {
  Object.assign(state, { format: $("format").value, chat: 0, people: new Map() });
  reread(false);
});
$("chat").addEventListener("change", () => {
  Object.assign(state, { chat: Number($("chat").value), people: new Map() });
  reread(false);
});
$("dates").addEventListener("change", (event) => { state.order = event.target.value; reread(false); });
$("turns").addEventListener("change", (event) => { state.unnamed = event.target.value; state.people.clear(); reread(false); });
$("columns").addEventListener("change", () => {
  state.columns = Object.fromEntries([...document.querySelectorAll("[data-column]")].map((input) => [input.dataset.column, input.value]));
  state.people = new Map();
  reread(false);
});

// Step 3

$("check").addEventListener("click", () => {
  forgetReport();
  run("/check", "Checking… a long conversation takes a while.", (checked) => {
    state.kept = checked;
    // The program escapes every word of the conversation, and the page's content policy lets no script run that is not this one.
    $("report").innerHTML = checked.report;
    $("result").hidden = false;
    tell(`Done: ${checked.said}`);
    $("report").querySelector("h2").focus({ preventScroll: true });
    $("result").scrollIntoView({ block: "start" });
  });
});
$("report").addEventListener("click", (event) => {
  const link = event.target.closest("a[href^='#m']");
  if (!link) return;
  event.preventDefault();
  const message = document.getElementById(link.getAttribute("href").slice(1));
  message.closest("details").open = true;
  message.scrollIntoView({ block: "center" });
  message.focus({ preventScroll: true });
});
$("print").addEventListener("click", () => print());
for (const button of document.querySelectorAll("[data-save]")) {
  button.addEventListener("click", () => {
    const [ending, type] = SAVED[button.dataset.save];
    const address = URL.createObjectURL(new Blob([state.kept[button.dataset.save]], { type }));
    element("a", "", { href: address, download: `rushlight-report.${ending}` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10000);
  });
}

// A report belongs to one reading; when that changes, it goes, and one under way does not come.
function forgetReport() {
  overtake("/check");
  state.kept = null;
  $("report").replaceChildren();
  $("result").hidden = true;
}

function clear() {
  state = fresh();
  for (const form of document.forms) form.reset();
  forgetReport();
  for (const id of ["chat", "warnings", "speakers", "first", "problem"]) $(id).replaceChildren();
  for (const id of ["extent", "more"]) $(id).textContent = "";
  for (const id of ["read", "problem", "dates", "turns", "columns", "doubts", "several"]) $(id).hidden = true;
  $("read").classList.add("unread");
  tell("");
}

for (const button of document.querySelectorAll(".clear")) {
  button.addEventListener("click", () => { clear(); tell("Cleared."); $("text").focus(); });
}
addEventListener("pagehide", clear);
