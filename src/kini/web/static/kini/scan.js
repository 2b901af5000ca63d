// Reads QR codes from a camera or a picture, where the browser can (BarcodeDetector); elsewhere codes are typed.
// A button with data-scan-into="ID" scans into that field: the video is the next <video> in its form or section.
const KiniScan = (() => {
  "use strict";
  const LONGEST = 60000, PAUSE = 150;
  const detector = "BarcodeDetector" in window ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
  const canRead = Boolean(detector), canPhotograph = canRead && Boolean(navigator.mediaDevices?.getUserMedia);
  let ends = () => {};

  // Texts of the codes in a picture or a playing video.
  const texts = async (source) => (await detector.detect(source).catch(() => [])).map((each) => each.rawValue);
  async function picture(file) {
    const image = await createImageBitmap(file).catch(() => null);
    return image ? texts(image) : [];
  }
  // Show the camera in a video until `take` returns true for a text, at most a minute; false: there is no camera.
  async function camera(video, take) {
    ends();
    const stream = await navigator.mediaDevices?.getUserMedia({ video: { facingMode: "environment" } }).catch(() => null);
    if (!stream) return false;
    let over = Date.now() + LONGEST;
    ends = () => { over = 0; };
    video.srcObject = stream;
    video.hidden = false;
    await video.play();
    while (Date.now() < over) {
      for (const text of await texts(video)) if (await take(text)) over = 0;
      await new Promise((next) => { setTimeout(next, PAUSE); });
    }
    stream.getTracks().forEach((each) => each.stop());
    video.hidden = true;
    return true;
  }

  document.querySelectorAll("[data-scan-into]").forEach((button) => {
    const field = document.getElementById(button.dataset.scanInto), within = button.closest("form, section");
    const video = within.querySelector("video"), refused = within.querySelector("[data-refused]");
    button.hidden = !canPhotograph;
    button.addEventListener("click", async () => {
      const seen = await camera(video, (text) => {
        field.value = text;
        field.dispatchEvent(new Event("input", { bubbles: true }));
        field.form?.requestSubmit();
        return true;
      });
      if (refused) refused.hidden = seen;
    });
  });
  return { camera, picture, canRead, canPhotograph };
})();
