// Each filling of the form has a key of its own in its address, under which it waits on the phone and is stored once.
// The page itself may be a copy from the phone, whose key another record has used.
const form = document.querySelector("form[data-new-key]");
const renew = () => {
  const key = new URLSearchParams(location.search).get("key") || crypto.randomUUID();
  form.action = `${location.pathname}?key=${key}`;
};
renew();
addEventListener("pageshow", (event) => { if (event.persisted) renew(); });
