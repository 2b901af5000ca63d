// Tables on the phone (IndexedDB), and the encryption (AES-GCM) of what is personal in them, for the service worker.
// Keys cannot be read out (`extractable` is false).
const KiniTables = (() => {
  "use strict";
  const finished = (request) => new Promise((done, failed) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => failed(request.error);
  });

  // The tables of a database, whose rows are found by the property `keyPath`.
  function open(database, names, keyPath) {
    let opened;
    async function table(name, mode) {
      if (!opened) {
        const asked = indexedDB.open(database, 1);
        asked.onupgradeneeded = () => names.forEach((each) => asked.result.createObjectStore(each, { keyPath }));
        opened = finished(asked);
      }
      return (await opened).transaction(name, mode).objectStore(name);
    }
    const reading = (name) => table(name, "readonly"), writing = (name) => table(name, "readwrite");
    return {
      read: async (name, key) => finished((await reading(name)).get(key)),
      all: async (name) => finished((await reading(name)).getAll()),
      write: async (name, row) => finished((await writing(name)).put(row)),
      drop: async (name, key) => finished((await writing(name)).delete(key)),
      clear: async (name) => finished((await writing(name)).clear()),
    };
  }

  const newKey = () => crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);

  // {iv, data} of bytes or of what JSON can express, and back.
  async function sealBytes(key, bytes) {
    const iv = crypto.getRandomValues(new Uint8Array(12));
    return { iv, data: await crypto.subtle.encrypt({ name: "AES-GCM", iv }, key, bytes) };
  }
  const unsealBytes = (key, { iv, data }) => crypto.subtle.decrypt({ name: "AES-GCM", iv }, key, data);
  const seal = (key, content) => sealBytes(key, new TextEncoder().encode(JSON.stringify(content)));
  const unseal = async (key, row) => JSON.parse(new TextDecoder().decode(await unsealBytes(key, row)));
  return { open, newKey, sealBytes, unsealBytes, seal, unseal };
})();
