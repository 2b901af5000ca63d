// With the sign-out the phone forgets the days of vaccination sites and their keys; what was not sent stays, encrypted.
self.addEventListener("fetch", (event) => {
  if (event.request.method !== "POST" || new URL(event.request.url).pathname !== KINI.signOut) return;
  event.waitUntil(new Promise((done) => {
    const asked = indexedDB.open("kini-vaccination");
    asked.onerror = done;
    asked.onsuccess = () => {
      const names = ["keys", "days"].filter((each) => asked.result.objectStoreNames.contains(each));
      if (!names.length) { asked.result.close(); indexedDB.deleteDatabase("kini-vaccination"); done(); return; }
      const change = asked.result.transaction(names, "readwrite");
      names.forEach((each) => change.objectStore(each).clear());
      change.oncomplete = change.onerror = () => { asked.result.close(); done(); };
    };
  }));
});
