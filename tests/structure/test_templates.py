"""Templates: lines that fit on a screen, indented by djhtml, with icons that there are."""

import re
import subprocess
import sys
from pathlib import Path

from kini.core.environment import ROOT
from kini.web import icons

TEMPLATES = sorted((ROOT / "src").rglob("templates/**/*.html"))
MAX_LENGTH = 160


def test_no_line_of_a_template_is_too_long() -> None:
    """White space shows between inline elements: break inside of a tag, or beside a block-level element."""
    long = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in TEMPLATES
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if len(line) > MAX_LENGTH
    ]
    assert long == []


def test_the_content_of_a_textarea_begins_in_the_line_of_its_tag() -> None:
    """Indentation would become part of what somebody typed."""
    indented = [
        str(path.relative_to(ROOT))
        for path in TEMPLATES
        if re.search(r"<textarea[^<]*?>\s+\{\{", path.read_text("utf-8"))
    ]
    assert indented == []


def test_icons_of_templates_exist() -> None:
    """Another name would be drawn as a document."""
    named = re.compile(r'icon="([a-z0-9-]+)"|{% icon "([a-z0-9-]+)"')
    unknown = [
        f"{path.relative_to(ROOT)}: {name}"
        for path in TEMPLATES
        for names in named.findall(path.read_text("utf-8"))
        if (name := "".join(names)) not in icons.ICONS
    ]
    assert unknown == []


def test_templates_are_indented() -> None:
    """`.venv/bin/djhtml --tabwidth 2 src` indents them."""
    program = Path(sys.executable).with_name("djhtml")
    command = [program, "--check", "--tabwidth", "2", *TEMPLATES]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
