// Looks again every so many seconds (`data-again`) and puts in place what the page says now; where it has another
// page to show, that one comes. Without this file the page is reloaded as often.
const part = document.querySelector("[data-again]");
const look = async () => {
  if (document.hidden) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" }).catch(() => null);
  if (!answer?.ok) return;
  const now = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-again]");
  if (answer.redirected || !now) location.replace(answer.url);
  else part.replaceChildren(...now.childNodes);
};
setInterval(look, part.dataset.again * 1000);
document.addEventListener("visibilitychange", look);
