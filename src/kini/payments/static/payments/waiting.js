// Looks every few seconds whether the money has arrived: the page leads on to the case then.
const look = async () => {
  if (document.hidden) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" }, cache: "no-store" }).catch(() => null);
  if (!answer) return;
  if (answer.redirected) location.replace(answer.url);
  else if (answer.ok && !(await answer.text()).includes("data-waiting")) location.reload();
};
setInterval(look, 5000);
document.addEventListener("visibilitychange", look);
