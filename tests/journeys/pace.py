"""Estimate of the time a person needs on a phone, from what they read, tap, type and photograph."""

from dataclasses import dataclass, field

from playwright.sync_api import Frame, Locator, Page

#: Seconds: a page is read, a finger finds its place, a letter is typed, a photo is taken and sent.
PAGE, TAP, LETTER, PHOTO = 4.0, 1.5, 0.35, 5.0
#: Words in sight on a page, without those of lists that open and of head and foot.
WORDS = r"""
() => {
  const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT)
  let words = 0
  while (texts.nextNode()) {
    const { parentElement, data } = texts.currentNode
    if (!parentElement.checkVisibility() || parentElement.closest("select, svg, .hidden-visually")) continue
    words += data.split(/\s+/).filter(word => /[\p{L}\p{N}]/u.test(word)).length
  }
  return words
}
"""


@dataclass
class Pace:
    """Performs actions and adds up their estimated duration."""

    page: Page
    pages: int = 0
    taps: int = 0
    letters: int = 0
    photos: int = 0
    words: int = 0
    read: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("framenavigated", self._turned)

    def _turned(self, frame: Frame) -> None:
        if frame.parent_frame is None:
            self.pages += 1
            self.read.append(frame.url)

    @property
    def seconds(self) -> float:
        return self.pages * PAGE + self.taps * TAP + self.letters * LETTER + self.photos * PHOTO

    def finish(self) -> None:
        """Read the page that is open."""
        self.words += int(self.page.evaluate(WORDS))

    def turn(self, control: Locator) -> None:
        """Read the page, tap what opens another one, and wait for that."""
        self.finish()
        self.taps += 1
        with self.page.expect_navigation():
            control.click()

    def tap(self, control: Locator) -> None:
        self.taps += 1
        control.click()
        self.page.wait_for_load_state()

    def type(self, line: Locator, text: str) -> None:
        self.taps += 1
        self.letters += len(text)
        line.fill(text)

    def choose(self, box: Locator, label: str) -> None:
        """Choose from a list; a search in it costs its letters."""
        self.taps += 2
        if box.evaluate("each => each.tagName") == "INPUT":
            some = label[:5]
            self.letters += len(some)
            box.press_sequentially(some)
            self.page.get_by_role("option", name=label).first.click()
        else:
            box.select_option(label=label)

    def photograph(self, control: Locator, *pictures: bytes) -> None:
        self.taps += 1
        self.photos += len(pictures)
        control.set_input_files(
            [{"name": f"foto-{n}.png", "mimeType": "image/png", "buffer": each} for n, each in enumerate(pictures)]
        )

    def __str__(self) -> str:
        return (
            f"{self.pages} pages, {self.taps} taps, {self.letters} letters, {self.photos} photos: {self.seconds:.0f} s"
        )
