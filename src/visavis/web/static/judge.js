// Comparing two faces: zoom, shift, mirror, one laid over the other. Without it both stand side by side, and the whole pictures below.
"use strict";

{
  const compare = document.querySelector("[data-compare]");
  const images = compare ? Array.from(compare.querySelectorAll("img")) : [];
  const over = compare?.querySelector("[data-over]");
  const fade = document.getElementById("fade");
  const mirrored = { searched: false, found: false };
  const least = 1, most = 8;
  let scale = 1, x = 0, y = 0; // x, y: shares of a glass by which the middle is shifted

  const show = () => {
    const reach = (scale - 1) / 2;
    x = Math.max(-reach, Math.min(reach, x));
    y = Math.max(-reach, Math.min(reach, y));
    for (const image of images) {
      const flip = mirrored[image.dataset.of] ? " scaleX(-1)" : "";
      image.style.transform = `translate(${x * 100}%, ${y * 100}%) scale(${scale})${flip}`;
    }
    if (over) over.style.opacity = fade.value / 100;
    for (const button of compare.querySelectorAll("[data-mirror]")) button.setAttribute("aria-pressed", String(mirrored[button.dataset.mirror]));
  };
  const zoom = (factor, atX = 0, atY = 0) => {
    const next = Math.max(least, Math.min(most, scale * factor));
    x = atX - (atX - x) * (next / scale);
    y = atY - (atY - y) * (next / scale);
    scale = next;
    show();
  };
  const reset = () => {
    [scale, x, y, mirrored.searched, mirrored.found] = [1, 0, 0, false, false];
    if (fade) fade.value = 50;
    show();
  };
  const mirror = (which) => { mirrored[which] = !mirrored[which]; show(); };

  if (compare) {
    const acts = { in: () => zoom(1.25), out: () => zoom(0.8), reset };
    for (const button of compare.querySelectorAll("[data-zoom]")) button.addEventListener("click", acts[button.dataset.zoom]);
    for (const button of compare.querySelectorAll("[data-mirror]")) button.addEventListener("click", () => mirror(button.dataset.mirror));
    fade?.addEventListener("input", show);
    for (const glass of compare.querySelectorAll(".glass")) {
      glass.addEventListener("wheel", (event) => {
        event.preventDefault();
        const box = glass.getBoundingClientRect();
        zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, (event.clientX - box.left) / box.width - 0.5, (event.clientY - box.top) / box.height - 0.5);
      }, { passive: false });
      glass.addEventListener("pointerdown", (event) => {
        if (scale === 1) return;
        event.preventDefault();
        glass.setPointerCapture(event.pointerId);
      });
      glass.addEventListener("pointermove", (event) => {
        if (!glass.hasPointerCapture(event.pointerId)) return;
        const box = glass.getBoundingClientRect();
        x += event.movementX / box.width;
        y += event.movementY / box.height;
        show();
      });
    }
    show();
  }

  const click = (key) => document.querySelector(`[data-key=${key}]`)?.click();
  const turn = (by) => { if (fade) { fade.value = Number(fade.value) + by; show(); } };
  const keys = {
    "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8), "0": reset,
    "f": () => mirror("searched"), "g": () => mirror("found"), "[": () => turn(-10), "]": () => turn(10),
    "w": () => click("w"), "z": () => click("z"),
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest("input:not([type=checkbox]):not([type=radio]):not([type=range]), select, textarea, dialog[open]")) return;
    const act = keys[event.key];
    if (act && (compare || "wz".includes(event.key))) { act(); event.preventDefault(); }
  });
}
