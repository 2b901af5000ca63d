// Papers beside the answers of a case. Without this file each paper is a link.
(() => {
  "use strict";
  const pane = document.querySelector(".papers");
  const view = pane.querySelector(".paper-view");
  const place = pane.querySelector("[data-paper-place]");
  const name = pane.querySelector("[data-paper-name]");
  const live = document.getElementById("live");
  // A file may be named twice, by an answer and by a step.
  const papers = [...new Map([...document.querySelectorAll("a[data-paper]")].map((link) => [link.dataset.paper, link])).values()];
  let at = -1, zoom = 1, turns = 0;
  // Whoever works with papers has the first one opened with the next case too, until they close the pane.
  const memory = { get on() { try { return sessionStorage.getItem("kini-papers") === "on"; } catch { return false; } },
    set on(value) { try { sessionStorage.setItem("kini-papers", value ? "on" : "off"); } catch { /* it lasts for this page only */ } } };

  function show(number) {
    at = (number + papers.length) % papers.length;
    zoom = 1;
    turns = 0;
    const link = papers[at];
    const picture = link.dataset.type.startsWith("image/");
    pane.hidden = false;
    memory.on = true;
    document.querySelectorAll("a[data-paper]").forEach((each) => each.setAttribute("aria-current", String(each.dataset.paper === link.dataset.paper)));
    place.textContent = `${at + 1} / ${papers.length}`;
    name.textContent = titleOf(link);
    name.href = link.href;
    pane.querySelector("[data-paper-picture]").hidden = !picture;
    view.replaceChildren(picture ? drawn(link) : framed(link));
    live.textContent = `${place.textContent}: ${titleOf(link)}`;
  }
  function titleOf({ dataset, textContent }) { return dataset.label ? `${dataset.label}: ${textContent}` : textContent; }
  function drawn(link) {
    const sheet = document.createElement("div");
    sheet.className = "paper-sheet";
    const picture = new Image();
    picture.alt = titleOf(link);
    picture.addEventListener("load", fit);
    picture.src = link.dataset.paper;
    sheet.append(picture);
    return sheet;
  }
  // Zoom, pages and rotation of a PDF are in the browser's own viewer.
  function framed(link) {
    if (navigator.pdfViewerEnabled === false) return name.cloneNode(true);
    const frame = document.createElement("iframe");
    frame.title = titleOf(link);
    frame.src = `${link.dataset.paper}#view=FitH&navpanes=0`;
    return frame;
  }
  // The sheet takes the room of the picture as it is turned and magnified, so that all of it can be scrolled to.
  function fit() {
    const picture = view.querySelector("img");
    if (!picture || !picture.naturalWidth) return;
    const lying = turns % 2;
    const [width, height] = lying ? [picture.naturalHeight, picture.naturalWidth] : [picture.naturalWidth, picture.naturalHeight];
    const scale = Math.min(view.clientWidth / width, Math.max(view.clientHeight, 200) / height) * zoom;
    const sheet = picture.parentElement.style;
    sheet.width = `${width * scale}px`;
    sheet.height = `${height * scale}px`;
    picture.style.width = `${(lying ? height : width) * scale}px`;
    picture.style.height = `${(lying ? width : height) * scale}px`;
    picture.style.transform = `translate(-50%, -50%) rotate(${turns * 90}deg)`;
  }
  function close() {
    const within = pane.contains(document.activeElement);
    pane.hidden = true;
    memory.on = false;
    view.replaceChildren();
    const link = papers[at];
    if (link) {
      link.removeAttribute("aria-current");
      if (within) link.focus();
    }
    at = -1;
  }

  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-paper-step], [data-paper-zoom], [data-paper-turn], [data-paper-close]");
    if (button) {
      const { paperStep, paperZoom } = button.dataset;
      if (paperStep) return show(at < 0 ? 0 : at + Number(paperStep));
      if (button.hasAttribute("data-paper-close")) return close();
      if (paperZoom) zoom = Math.min(Math.max(zoom * paperZoom, 0.5), 8);
      else turns = (turns + 1) % 4;
      return fit();
    }
    const link = event.target.closest("a[data-paper]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    show(papers.findIndex((each) => each.dataset.paper === link.dataset.paper));
    if (!window.matchMedia("(min-width: 820px)").matches) pane.scrollIntoView();
  });
  window.addEventListener("resize", fit);
  if (memory.on) show(0);
})();
