// What a keyboard and a mouse make easier; every page works without it.
"use strict";

document.documentElement.classList.add("scripted");

const typing = (target) => target.closest("input:not([type=checkbox]):not([type=radio]), select, textarea, dialog[open]") !== null;

// ---- a photograph: dropped, pasted, chosen
const form = document.getElementById("drop");
if (form) {
  const photo = document.getElementById("photo");
  const send = (files) => {
    const known = (file) => file.type.startsWith("image/") || /\.(heic|heif|dng|nef|cr2|arw)$/i.test(file.name);
    const pictures = Array.from(files).filter(known);
    if (!pictures.length) return;
    const chosen = new DataTransfer();
    for (const picture of pictures) chosen.items.add(picture);
    photo.files = chosen.files;
    form.requestSubmit();
  };
  form.addEventListener("submit", () => { document.getElementById("reading").hidden = false; });
  photo.addEventListener("change", () => { if (photo.files.length) form.requestSubmit(); });
  document.addEventListener("paste", (event) => send(event.clipboardData.files));
  document.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("over"); });
  document.addEventListener("dragleave", () => form.classList.remove("over"));
  document.addEventListener("drop", (event) => { event.preventDefault(); form.classList.remove("over"); send(event.dataTransfer.files); });
}

// ---- faces: boxes and ticks say the same
const ticks = Array.from(document.querySelectorAll("input[name=face]"));
const show = (tick) => {
  const box = document.querySelector(`[data-face="${tick.value}"]`);
  if (box) box.classList.toggle("picked", tick.checked);
};
for (const tick of ticks) {
  tick.addEventListener("change", () => show(tick));
  const box = document.querySelector(`[data-face="${tick.value}"]`);
  if (box) {
    box.classList.add("clickable");
    box.addEventListener("click", () => { tick.checked = !tick.checked; show(tick); });
  }
  show(tick);
}

// ---- keys
const dialog = document.getElementById("keys");
for (const button of document.querySelectorAll("[data-keys]")) button.addEventListener("click", () => dialog.showModal());

const cards = () => Array.from(document.querySelectorAll(".card > .open"));  // more come as the page is scrolled
const step = (by) => {
  const link = document.querySelector(by > 0 ? "[data-key=j]" : "[data-key=k]");
  if (link) { link.click(); return; }
  const all = cards();
  const now = all.indexOf(document.activeElement);
  const next = all[Math.min(all.length - 1, Math.max(0, now + by))];
  if (next) next.focus();
};
const say = (word) => {
  const radio = document.querySelector(`input[name=says][value=${word}]`);
  if (!radio) return;
  radio.checked = true;
  document.getElementById("grounds").focus();
};
const keys = {
  "s": () => say("same"),
  "d": () => say("not-the-same"),
  "c": () => say("cannot-say"),
  "?": () => dialog.showModal(),
  "j": () => step(1),
  "k": () => step(-1),
  "u": () => document.querySelector("[data-key=u]")?.click(),
  "n": () => { if (document.querySelector("nav")) location.assign("/"); },
  "/": () => document.querySelector("main input:not([type=hidden])")?.focus(),
};
document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || typing(event.target)) return;
  const tick = ticks.find((one) => one.value === event.key);
  if (tick) { tick.checked = !tick.checked; show(tick); event.preventDefault(); return; }
  const act = keys[event.key];
  if (act) { act(); event.preventDefault(); }
});
