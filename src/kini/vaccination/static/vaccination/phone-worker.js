// With the sign-out the phone forgets the days of vaccination sites and their keys; what was not sent stays, encrypted.
forgetters.push(() => new Promise((done) => {
  const opening = indexedDB.open("kini-vaccination");
  opening.onerror = done;
  opening.onsuccess = () => {
    const database = opening.result, names = ["keys", "days"].filter((each) => database.objectStoreNames.contains(each));
    if (!names.length) { database.close(); indexedDB.deleteDatabase("kini-vaccination"); done(); return; }
    const change = database.transaction(names, "readwrite");
    names.forEach((each) => change.objectStore(each).clear());
    change.oncomplete = change.onerror = () => { database.close(); done(); };
  };
}));
