// Conveniences of the officers' desk; every page does its work without this file.
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const side = document.querySelector(".desk-side");
  const live = document.getElementById("live");
  const wide = window.matchMedia("(min-width: 1180px)");

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

  // "All on this page" is ticked exactly as long as every row is.
  document.addEventListener("change", (event) => {
    const whole = event.target.form && event.target.form.querySelector("[data-check-all]");
    if (!whole) return;
    const boxes = all("tbody input[type=checkbox]:enabled", whole.form);
    if (event.target === whole) boxes.forEach((box) => { box.checked = whole.checked; });
    const ticked = boxes.filter((box) => box.checked).length;
    whole.checked = ticked > 0 && ticked === boxes.length;
    whole.indeterminate = ticked > 0 && ticked < boxes.length;
  });

  // The table of cases: one row at a time has the focus, and perhaps its summary beside the list.
  const rows = () => all("[data-keys] tbody tr");
  const linkOf = (row) => row.querySelector("a[data-peek]");
  let last = null;
  document.addEventListener("focusin", (event) => { last = event.target.closest("[data-keys] tbody tr") || last; });
  const here = () => (last && last.isConnected ? last : null);

  function step(by) {
    const list = rows();
    const at = list.indexOf(here());
    const next = list[at < 0 ? 0 : at + by];
    if (!next) return;
    linkOf(next).focus();
    if (side.firstElementChild) peek(next);
  }

  // Fetches the summary of a row's case and puts it beside the list; the focus stays where it is.
  let asking = null;
  async function peek(row) {
    const link = linkOf(row);
    if (asking) asking.abort();
    asking = new AbortController();
    try {
      const answer = await fetch(link.dataset.peek, { signal: asking.signal, headers: { "HX-Request": "true" } });
      if (!answer.ok || answer.redirected) return link.click();
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      unmark();
      link.setAttribute("aria-current", "true");
      side.replaceChildren(...page.body.children);
      live.textContent = side.querySelector("h2").textContent;
    } catch (error) {
      if (error.name !== "AbortError") link.click();
    }
  }
  function unmark() { all("a[data-peek][aria-current]").forEach((link) => link.removeAttribute("aria-current")); }
  function close() {
    if (asking) asking.abort();
    const within = side.contains(document.activeElement);
    side.replaceChildren();
    unmark();
    if (within && here()) linkOf(here()).focus();
  }
  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-close]")) return close();
    if (event.target.closest("[data-keys-help]")) return showKeys();
    const link = event.target.closest("a[data-peek]");
    // A click by mouse only: Enter, a middle click and "open in a new tab" go to the page of the case.
    if (!link || !event.detail || !wide.matches || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    peek(link.closest("tr"));
  });

  // What is held back counts its seconds down; what was fetched again is announced.
  setInterval(() => all("[data-countdown]").forEach((each) => {
    each.textContent = Math.max(0, each.textContent - 1);
    if (each.textContent === "0" && each.closest(".undo")) each.closest("li").remove();
  }), 1000);
  document.addEventListener("htmx:afterSettle", (event) => {
    const now = event.target.closest("#revealed")?.querySelector("h2") || document.querySelector("#bulk h1");
    if (now) live.textContent = now.textContent;
  });

  // A refused look says why on a page of its own.
  document.addEventListener("htmx:responseError", (event) => { if (event.target.matches("form.reveal")) event.target.submit(); });

  // Keys. Each leads to something that is on the page anyway; the list of them switches them off.
  const dialog = document.getElementById("keys");
  const memory = { get off() { try { return localStorage.getItem("kini-keys") === "off"; } catch { return false; } },
    set off(value) { try { localStorage.setItem("kini-keys", value ? "off" : "on"); } catch { /* it lasts for this page only */ } } };
  let off = memory.off;
  function showKeys() {
    if (dialog.open) return;
    dialog.showModal();
  }
  const box = dialog && dialog.querySelector("[name=keys]");
  if (box) {
    box.checked = !off;
    box.addEventListener("change", () => { off = memory.off = !box.checked; });
  }

  function focusStep() {
    const steps = all("[data-step]");
    const next = steps[(steps.indexOf(document.activeElement) + 1) % steps.length];
    if (next) next.focus();
  }
  async function toSteps() {
    if (!rows().length || side.contains(document.activeElement)) return focusStep();
    const row = here();
    if (!row) return;
    if (!wide.matches) return linkOf(row).click();
    await peek(row);
    focusStep();
  }
  function tick() {
    const tickbox = here() && here().querySelector("input[type=checkbox]:enabled");
    if (tickbox) tickbox.click();
  }
  const keyed = (key) => all("[data-key]").find((each) => each.dataset.key === key && !each.closest("[hidden]"));
  const keys = {
    j: () => step(1),
    k: () => step(-1),
    o: () => here() && linkOf(here()).click(),
    p: () => here() && (side.firstElementChild && linkOf(here()).ariaCurrent ? close() : wide.matches ? peek(here()) : linkOf(here()).click()),
    m: toSteps,
    x: tick,
    "/": () => { const search = document.querySelector("[data-search] input[type=search]"); if (search) search.focus(); },
    "?": showKeys,
  };
  const TYPING = "input:not([type=checkbox]):not([type=radio]):not([type=submit]), textarea, select, [contenteditable]";
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.matches(TYPING) || (dialog && dialog.open)) return;
    if (event.key === "Escape" && side && side.querySelector("[data-close]")) return close();
    if (event.key === "Escape") { const shut = document.querySelector(".papers:not([hidden]) [data-paper-close]"); if (shut) return shut.click(); }
    if (off) return;
    // A key that the page has a link or button for (data-key) presses it.
    const target = keyed(event.key);
    const action = Object.hasOwn(keys, event.key) ? keys[event.key] : target && (() => target.click());
    if (!action) return;
    event.preventDefault();
    action();
  });
})();
