// The page sends what was pasted or dropped, with all corrections, and shows the answers; `reading.js` is its second
// step. It keeps everything in this one object, which "Clear everything" replaces.
"use strict";

const $ = (id) => document.getElementById(id);
const meta = (name) => document.querySelector(`meta[name=${name}]`).content;
const SAVED = { html: ["html", "text/html"], markdown: ["md", "text/markdown"], json: ["json", "application/json"] };

let state = fresh();

function fresh() {
  return { bytes: null, pasted: null, name: "", ...nothingSaid(), from: 0, past: [], kept: null, turns: {}, busy: 0 };
}

// Corrections. They are replaced and never changed, so that an earlier state can be had back.
function nothingSaid() {
  return { format: "", order: null, columns: null, unnamed: null, chat: 0, people: new Map(), marks: new Map() };
}

// What was said so far, as the program takes it.
function said() {
  const speakers = [...state.people].map(([is, about]) => ({ is, name: about.name, role: about.role }));
  const messages = [...state.marks].map(([at, says]) => ({ at, says }));
  const { name, columns, unnamed, chat, from } = state;
  return { name, format: state.format || null, date_order: state.order, columns, unnamed, chat, from, speakers, messages };
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
  Object.assign(state, { bytes, name, pasted: name ? null : text });
  reread({ moveTo: true });
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

// Step 3

$("check").addEventListener("click", () => {
  forgetReport();
  if (state.pasted !== null && state.pasted !== $("text").value) {
    return complain({ error: "The text in the box has changed since it was read.", hint: "Read it again first." });
  }
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
  forgetReading();
  $("problem").replaceChildren();
  $("problem").hidden = true;
  tell("");
}

for (const button of document.querySelectorAll(".clear")) {
  button.addEventListener("click", () => { clear(); tell("Cleared."); $("text").focus(); });
}
addEventListener("pagehide", clear);
