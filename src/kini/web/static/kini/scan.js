// Reads QR codes from a camera or a picture: by the browser where it can, else by jsQR (vendor/), which is loaded then.
// A button with data-scan-into="ID" scans into that field: the video is the next <video> in its form or section.
const KiniScan = (() => {
  "use strict";
  const address = document.currentScript.dataset.decoder, LONGEST = 60000, PAUSE = 150, PIXELS = 900;
  const own = (async () => {
    const formats = "BarcodeDetector" in window ? await BarcodeDetector.getSupportedFormats().catch(() => []) : [];
    return formats.includes("qr_code") ? new BarcodeDetector({ formats: ["qr_code"] }) : null;
  })();
  const canvas = document.createElement("canvas"), canPhotograph = Boolean(navigator.mediaDevices?.getUserMedia);
  let loading = null, ends = () => {};

  function decoder() {
    loading ??= new Promise((done, failed) => {
      const script = document.createElement("script");
      script.src = address;
      script.onload = () => done(window.jsQR);
      script.onerror = () => { loading = null; failed(new Error("no decoder")); };
      document.head.append(script);
    });
    return loading;
  }
  // Texts of the codes in a picture or a playing video; jsQR reads one of them.
  async function texts(source) {
    const detector = await own;
    if (detector) return (await detector.detect(source).catch(() => [])).map((each) => each.rawValue);
    const decode = await decoder().catch(() => null), [wide, high] = [source.videoWidth ?? source.width, source.videoHeight ?? source.height];
    if (!decode || !wide) return [];
    const scale = Math.min(1, PIXELS / Math.max(wide, high));
    canvas.width = Math.round(wide * scale);
    canvas.height = Math.round(high * scale);
    const context = canvas.getContext("2d", { willReadFrequently: true });
    context.drawImage(source, 0, 0, canvas.width, canvas.height);
    const { data } = context.getImageData(0, 0, canvas.width, canvas.height), code = decode(data, canvas.width, canvas.height);
    return code?.data ? [code.data] : [];
  }
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
  // Where jsQR is needed it is loaded with the page, so that it is there when the net is not.
  addEventListener("load", async () => { if (!await own) decoder().catch(() => {}); });
  return { camera, picture, canPhotograph };
})();
