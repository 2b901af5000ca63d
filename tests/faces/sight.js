// What a program can see of a page as it is drawn. Every function gives sentences about faults.
window.sight = (() => {
  const shown = (element) => {
    const start = element.cloneNode(false).outerHTML.replace(/<\/[^>]+>$/, "");
    const words = (element.innerText || "").trim().replace(/\s+/g, " ").slice(0, 40);
    return `${start.slice(0, 120)}${words ? ` “${words}”` : ""}`;
  };
  const style = (element, part) => getComputedStyle(element, part);
  const ancestors = (element) => {
    const found = [];
    for (let each = element; each instanceof Element; each = each.parentElement) found.push(each);
    return found;
  };
  const seen = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
  // Text for screen readers alone is cut on purpose.
  const forEars = (element) => ancestors(element).some((each) => style(each).clipPath === "inset(50%)");
  const floats = (element) => ancestors(element).find((each) => ["fixed", "sticky"].includes(style(each).position));
  const scrolls = (element) => ["auto", "scroll"].includes(style(element).overflowX);

  // Whoever reads narrow or large must not scroll sideways.
  function reflow() {
    if (document.scrollingElement.scrollWidth <= innerWidth) return [];
    const wide = [...document.body.querySelectorAll("*")].filter((each) => {
      const box = each.getBoundingClientRect();
      return box.right > innerWidth + 1 && seen(each) && !ancestors(each.parentElement).some(scrolls);
    });
    const deepest = wide.filter((each) => !wide.some((other) => other !== each && each.contains(other)));
    return [`scrolls sideways at ${innerWidth} px because of ${deepest.slice(0, 3).map(shown).join(" and ")}`];
  }

  // Nothing that is written is cut off.
  function cut() {
    const cuts = (overflow) => ["hidden", "clip"].includes(overflow);
    return [...document.body.querySelectorAll("*:not(input, select, textarea, progress, svg, svg *)")].filter((each) => {
      if (!each.innerText?.trim() || !seen(each) || forEars(each)) return false;
      const { overflowX, overflowY } = style(each);
      return (cuts(overflowX) && each.scrollWidth > each.clientWidth + 1)
        || (cuts(overflowY) && each.scrollHeight > each.clientHeight + 1);
    }).map((each) => `cuts its text off: ${shown(each)}`);
  }

  // No line of text lies upon another one.
  function heaps() {
    const lines = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const element = texts.currentNode.parentElement;
      if (!texts.currentNode.data.trim() || element.closest("option, script") || !seen(element)) continue;
      if (forEars(element) || floats(element)) continue;
      const frame = ancestors(element).find(scrolls)?.getBoundingClientRect();
      const range = document.createRange();
      range.selectNodeContents(texts.currentNode);
      for (const box of range.getClientRects()) {
        const left = Math.max(box.left, frame?.left ?? -Infinity), right = Math.min(box.right, frame?.right ?? Infinity);
        if (right - left > 2 && box.height > 2) lines.push({ element, left, right, top: box.top, bottom: box.bottom });
      }
    }
    lines.sort((one, other) => one.top - other.top);
    const found = [];
    lines.forEach((one, at) => {
      for (let next = at + 1; next < lines.length && lines[next].top < one.bottom; next += 1) {
        const other = lines[next];
        if (one.element === other.element) continue;
        const wide = Math.min(one.right, other.right) - Math.max(one.left, other.left);
        const high = Math.min(one.bottom, other.bottom) - other.top;
        const least = Math.min(one.bottom - one.top, other.bottom - other.top);
        if (wide > 2 && high > 0.35 * least) found.push(`lies upon other text: ${shown(one.element)} and ${shown(other.element)}`);
      }
    });
    return found;
  }

  // Whoever asked for less movement gets none.
  function moves() {
    const lasts = (times) => times.split(",").some((time) => parseFloat(time) > 0.01);
    return [...document.querySelectorAll("*")].filter((each) => {
      const { transitionDuration, animationDuration, scrollBehavior } = style(each);
      return lasts(transitionDuration) || lasts(animationDuration) || scrollBehavior === "smooth";
    }).map((each) => `moves although less movement was asked for: ${shown(each)}`);
  }

  // Where the keyboard is can be seen, and nothing that stays in place covers it. A key must have been pressed before.
  function focus() {
    const every = "a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex='0']";
    const marks = (element) => [[element, null], [element, "::after"], ...ancestors(element).slice(1, 4).map((each) => [each, null])]
      .map(([each, part]) => { const { outline, boxShadow } = style(each, part); return `${outline} ${boxShadow}`; }).join();
    const found = [];
    for (const element of document.querySelectorAll(every)) {
      if (element.disabled || !seen(element)) continue;
      document.activeElement.blur();
      const before = marks(element);
      element.focus();
      if (document.activeElement !== element) continue;
      if (marks(element) === before) found.push(`does not show that it has the focus: ${shown(element)}`);
      const box = element.getClientRects()[0];
      if (!box || forEars(element)) continue;
      const across = box.left + box.width / 2, down = box.top + box.height / 2;
      const inside = [[across, down], [box.left + 2, down], [box.right - 2, down], [across, box.top + 2], [across, box.bottom - 2]];
      const hits = inside.map(([x, y]) => document.elementFromPoint(x, y));
      if (!hits.some(Boolean)) found.push(`is out of sight when it has the focus: ${shown(element)}`);
      const over = hits.map((hit) => hit && floats(hit)).find((each) => each && !each.contains(element));
      if (over) found.push(`is covered when it has the focus: ${shown(element)}, by ${shown(over)}`);
    }
    document.activeElement.blur();
    return found;
  }

  // Scripts wait until the page is there; there is one place from which changes are spoken.
  function frame() {
    const scripts = [...document.scripts].filter((each) => each.src && !each.defer && each.type !== "module");
    const found = scripts.map((each) => `keeps the page waiting: ${shown(each)}`);
    const spoken = document.querySelectorAll("#live[role=status], #live[aria-live=polite]").length;
    if (spoken !== 1) found.push(`${spoken} places for what is spoken of changes instead of one (#live)`);
    document.querySelectorAll("[aria-live=assertive], [role=alert]:not([data-error-summary])").forEach((each) => found.push(`interrupts whoever listens: ${shown(each)}`));
    return found;
  }

  // Compressed sizes in bytes, as the server sent them. The icon of the tab is a request that no entry tells of.
  function weight() {
    const entries = performance.getEntriesByType("resource").filter((each) => !each.name.endsWith("/icon.svg"));
    const sum = (end) => entries.filter((each) => new URL(each.name).pathname.endsWith(end)).reduce((all, each) => all + each.encodedBodySize, 0);
    const page = performance.getEntriesByType("navigation")[0];
    const whole = entries.reduce((all, each) => all + each.encodedBodySize, page.encodedBodySize);
    return { html: page.encodedBodySize, css: sum(".css"), js: sum(".js"), whole, requests: entries.length + 2, fonts: document.fonts.size };
  }

  return { reflow, cut, heaps, moves, focus, frame, weight };
})();
