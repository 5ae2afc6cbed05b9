// The page sends what was pasted or dropped, with all corrections, and shows the answers; `reading.js` is its second
// step. It keeps everything in this one object, which "Clear everything" replaces.
"use strict";

const $ = (id) => document.getElementById(id);
const meta = (name) => document.querySelector(`meta[name=${name}]`).content;
const TOO_LARGE = { error: "This file is too large for the page.", hint: "Give the chat without its pictures, or use `rushlight check FILE`." };
const SAVED = { html: ["html", "text/html"], markdown: ["md", "text/markdown"], json: ["json", "application/json"] };

let state = fresh();

// `read` once the conversation was understood; `box` holds the text box of a conversation that was left.
function fresh() {
  return { bytes: null, pasted: null, name: "", ...nothingSaid(), from: 0, past: [], before: null, box: "", read: false, kept: null, turns: {}, busy: 0 };
}

// Corrections. They are replaced and never changed, so that an earlier state can be had back.
function nothingSaid() {
  return { format: "", order: null, columns: null, head: null, unnamed: null, chat: 0, people: new Map(), marks: new Map() };
}

// What was said so far, as the program takes it.
function said() {
  const speakers = [...state.people].map(([is, about]) => ({ is, name: about.name, role: about.role }));
  const messages = [...state.marks].map(([at, says]) => ({ at, says }));
  const { name, columns, head, unnamed, chat, from } = state;
  return { name, format: state.format || null, date_order: state.order, columns, head, unnamed, chat, from, speakers, messages };
}

async function ask(path) {
  const body = new Blob([JSON.stringify(said()), "\n", state.bytes]);
  if (body.size > Number(meta("largest"))) throw TOO_LARGE;
  const send = () => fetch(path, { method: "POST", body, headers: { "x-rushlight-token": meta("token") } });
  let response;
  try {
    response = await send();
    // It was started again since this page was opened.
    if (response.status === 403 && await renew()) response = await send();
  } catch {
    const hint = `Start it again where it was started, with \`rushlight serve --port ${location.port || 80}\`. Nothing on this page is lost.`;
    throw { error: "rushlight does not answer.", hint, again: true };
  }
  const answer = await response.json().catch(() => ({ error: "The answer could not be understood.", hint: "Try again.", again: true }));
  if (!response.ok) throw { ...answer, refused: [422, 500].includes(response.status) };
  return answer;
}

// The token of the run that answers now, which only its own page can ask for; whether there is a new one.
async function renew() {
  const page = new DOMParser().parseFromString(await (await fetch("/")).text(), "text/html");
  const token = page.querySelector("meta[name=token]")?.content;
  const renewed = Boolean(token) && token !== meta("token");
  if (renewed) document.querySelector("meta[name=token]").content = token;
  return renewed;
}

// The last question of a kind counts: an answer that was overtaken is dropped.
async function run(path, doing, show, refuse = () => {}) {
  const mine = state;
  const turn = overtake(path);
  unburden();
  tell(doing);
  mine.busy += 1;
  let answer, problem;
  try { answer = await ask(path); } catch (failed) { problem = failed; }
  mine.busy -= 1;
  if (mine !== state || turn !== state.turns[path]) return;
  if (!problem) return show(answer);
  complain(problem, () => run(path, doing, show, refuse));
  if (problem.refused) refuse();
}

function overtake(path) {
  state.turns[path] = (state.turns[path] ?? 0) + 1;
  return state.turns[path];
}

function tell(words) {
  $("status").textContent = words;
  fit();
}

// What is scrolled to, or focused, is not to lie beneath the bar, however high that is.
function fit() { document.documentElement.style.scrollPaddingTop = `${$("bar").offsetHeight + 8}px`; }
addEventListener("resize", fit);

function complain({ error, hint, again }, repeat) {
  tell("");
  $("problem").replaceChildren(element("p", error), element("p", hint));
  if (again) {
    const button = element("button", "Try again", { type: "button", id: "again" });
    button.addEventListener("click", repeat);
    $("problem").append(button);
  }
  $("problem").hidden = false;
  fit();
}

function unburden() {
  if ($("problem").contains(document.activeElement)) $("read-title").focus({ preventScroll: true });
  $("problem").replaceChildren();
  $("problem").hidden = true;
}

function element(name, text, attributes = {}) {
  const made = document.createElement(name);
  if (text !== undefined) made.textContent = text;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

// Step 1

// Another conversation. The one before can be had back, with all that was said of it, and so can a text that was not read.
function give(bytes, name) {
  const text = $("text").value;
  const before = state.read ? state : state.before ?? fresh();
  Object.assign(before, { before: null, box: name ? text : before.pasted ?? "" });
  state = { ...fresh(), bytes, name, pasted: name ? null : text, before: before.read || before.box ? before : null };
  forgetReport();
  forgetReading();
  reread({ moveTo: true });
}

function goBack() {
  const left = Object.assign(state, { box: $("text").value });
  state = Object.assign(left.before, { before: left.read ? left : null });
  left.before = null;
  $("text").value = state.box;
  showReport();
  forgetReading();
  unburden();
  tell("");
  if (state.bytes) return reread({ moveTo: true, keepReport: true });
  showSaid();
  $("text").focus();
}

async function giveFile(files) {
  if (files.length > 1) return complain({ error: `${files.length} files were given.`, hint: "Give one at a time, or a zip that holds them." });
  const [file] = files;
  if (!file) return;
  if (file.size > Number(meta("largest"))) return complain(TOO_LARGE);
  // Held from here on, so that it does not matter what becomes of the file.
  const bytes = await file.arrayBuffer().catch(() => null);
  if (bytes) give(new Blob([bytes]), file.name);
  else complain({ error: `${file.name} could not be opened.`, hint: "Choose it again. If it is a folder, give a zip of it." });
}

$("give-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = $("text").value;
  if (text.trim() && text !== state.pasted) give(new Blob([text]), "");
  else if (state.bytes && text === (state.pasted ?? "")) reread({ moveTo: true, keepReport: true });
  else complain({ error: "There is nothing to read yet.", hint: "Paste a conversation or choose a file." });
});
$("choose").addEventListener("click", () => $("file").click());
$("file").addEventListener("change", async () => {
  await giveFile($("file").files);
  $("file").value = "";
});
// Text that is dragged is the browser's to drop into the box; a file is ours, wherever it falls.
const dragsFiles = (event) => event.dataTransfer.types.includes("Files");
addEventListener("dragover", (event) => {
  if (dragsFiles(event)) document.body.classList.add("dropping");
  if (dragsFiles(event) || event.target !== $("text")) event.preventDefault();
});
addEventListener("dragleave", (event) => { if (!event.relatedTarget) document.body.classList.remove("dropping"); });
addEventListener("drop", (event) => {
  document.body.classList.remove("dropping");
  if (dragsFiles(event) || event.target !== $("text")) event.preventDefault();
  if (dragsFiles(event)) giveFile(event.dataTransfer.files);
});
addEventListener("paste", (event) => {
  const given = event.clipboardData;
  if (given.files.length && !given.getData("text")) giveFile(given.files);
});

// Step 3

$("check").addEventListener("click", () => {
  if (state.pasted !== null && state.pasted !== $("text").value) {
    return complain({ error: "The text in the box has changed since it was read.", hint: "Read it again first." });
  }
  run("/check", "Checking… a long conversation takes a while.", (checked) => {
    state.kept = checked;
    showReport();
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

// The program escapes every word of the conversation, and the page's content policy lets no script run that is not this one.
function showReport() {
  $("report").innerHTML = state.kept?.report ?? "";
  $("result").hidden = !state.kept;
}

function forgetReport() {
  state.kept = null;
  showReport();
}

function clear() {
  state = fresh();
  for (const form of document.forms) form.reset();
  forgetReport();
  forgetReading();
  unburden();
  tell("");
}

for (const button of document.querySelectorAll(".clear")) {
  button.addEventListener("click", () => { clear(); tell("Cleared."); $("text").focus(); });
}
// Corrections are work: who closes the page over some is asked once.
addEventListener("beforeunload", (event) => { if (state.past.length) event.preventDefault(); });
addEventListener("pagehide", clear);
