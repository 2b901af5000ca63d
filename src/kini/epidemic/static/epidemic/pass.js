// Replaces the entry pass before it ends.
(() => {
  "use strict";
  const card = document.querySelector("[data-pass]"), MINUTES = 5;
  async function renew() {
    if (document.hidden) return;
    const answer = await fetch(card.dataset.new, { method: "POST" }).catch(() => null);
    if (!answer?.ok) return;
    const { pass, mayEnter } = await answer.json(), picture = KiniQr.svg(pass);
    picture.classList.add("qr");
    picture.setAttribute("aria-hidden", "true");
    card.querySelector("figure").replaceChildren(picture);
    document.querySelectorAll("[data-may]").forEach((each) => { each.hidden = !mayEnter; });
    document.querySelectorAll("[data-not]").forEach((each) => { each.hidden = mayEnter; });
    const until = new Date(Date.now() + MINUTES * 60000);
    card.querySelector("[data-until]").textContent = new Intl.DateTimeFormat(document.documentElement.lang, { timeStyle: "short" }).format(until);
  }
  setInterval(renew, (MINUTES - 1) * 60000);
  document.addEventListener("visibilitychange", renew);
})();
