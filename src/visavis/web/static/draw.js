// A box drawn by hand around a face that was missed: the four numbers of its form are written as it is dragged.
"use strict";

for (const photo of document.querySelectorAll("[data-photo]")) {
  const svg = photo.querySelector(".frame svg");
  const details = photo.querySelector("details.draw");
  const field = (name) => details.querySelector(`input[name=box_${name}]`);
  const [width, height] = svg.getAttribute("viewBox").split(" ").slice(2).map(Number);
  const unit = Math.max(width, height) / 100;
  const made = (cls, stroke) => {
    const rect = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    rect.setAttribute("class", cls);
    rect.setAttribute("stroke-width", String(stroke * unit));
    svg.append(rect);
    return rect;
  };
  let rects = [];
  let from = null;

  const at = (event) => {
    const frame = svg.getBoundingClientRect();
    const within = (value) => Math.min(1, Math.max(0, value));
    return { x: within((event.clientX - frame.left) / frame.width), y: within((event.clientY - frame.top) / frame.height) };
  };
  const show = () => {
    const [left, top, wide, high] = ["left", "top", "width", "height"].map((name) => Number(field(name).value) / 100);
    if (!rects.length) rects = [made("drawn under", 0.9), made("drawn", 0.5)];
    for (const rect of rects) {
      rect.setAttribute("x", String(left * width));
      rect.setAttribute("y", String(top * height));
      rect.setAttribute("width", String(wide * width));
      rect.setAttribute("height", String(high * height));
    }
  };
  const write = (one, other) => {
    const said = { left: Math.min(one.x, other.x), top: Math.min(one.y, other.y), width: Math.abs(one.x - other.x), height: Math.abs(one.y - other.y) };
    for (const [name, value] of Object.entries(said)) field(name).value = (Math.floor(value * 1000) / 10).toFixed(1);
    show();
  };

  const open = () => svg.parentElement.classList.toggle("drawing", details.open);
  details.addEventListener("toggle", open);
  open();
  for (const name of ["left", "top", "width", "height"]) field(name).addEventListener("input", show);
  svg.addEventListener("pointerdown", (event) => {
    if (!details.open || event.button !== 0) return;
    from = at(event);
    svg.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  svg.addEventListener("pointermove", (event) => { if (from) write(from, at(event)); });
  svg.addEventListener("pointerup", (event) => { if (from) { write(from, at(event)); from = null; } });
  svg.addEventListener("pointercancel", () => { from = null; });
}
