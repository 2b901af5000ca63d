// Takes the code from the fragment of the address, which reaches no server, into the form.
(() => {
  "use strict";
  const code = decodeURIComponent(location.hash.slice(1)), input = document.getElementById("code");
  if (!code || !input) return;
  input.value = code;
  history.replaceState(null, "", location.pathname);
  document.getElementById("reader").focus();
})();
