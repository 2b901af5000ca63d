// Conveniences of the officers' desk; every page does its work without this file.
(() => {
  "use strict";
  // Choosing a colleague beside a note writes "@Name" where the cursor stands.
  document.addEventListener("change", (event) => {
    const chosen = event.target.closest("select[data-mention]");
    if (!chosen || !chosen.value) return;
    const text = document.getElementById(chosen.dataset.mention);
    const before = text.value.slice(0, text.selectionStart);
    const space = before && !/\s$/.test(before) ? " " : "";
    text.setRangeText(`${space}@${chosen.value} `, text.selectionStart, text.selectionEnd, "end");
    chosen.value = "";
    text.focus();
  });
})();
