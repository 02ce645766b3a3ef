// The list of notes: tick all of a page, and count what is ticked.
(() => {
  "use strict";

  const all = document.getElementById("all-notes");
  const ticked = document.getElementById("ticked");
  if (!all) return;
  const boxes = [...document.querySelectorAll("input[name=note]")];

  const count = () => {
    const number = boxes.filter((box) => box.checked).length;
    ticked.textContent = number;
    ticked.hidden = number === 0;
    all.checked = number > 0 && number === boxes.length;
    all.indeterminate = number > 0 && number < boxes.length;
  };

  all.hidden = document.getElementById("all-notes-label").hidden = boxes.length === 0;
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
    count();
  });
  for (const box of boxes) box.addEventListener("change", count);
  // The browser may have kept ticks over a reload.
  count();
})();
