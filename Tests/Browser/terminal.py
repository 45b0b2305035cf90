"""Runs a command on a terminal of its own and tells what its screen showed.

    terminal.py COLUMNSxROWS PICTURE CHROMIUM COMMAND ...

Prints one JSON object: the exit status, and every state of the screen that lasted, as lines. PICTURE is a file for a
picture of the screen half way and at the end, drawn by CHROMIUM; `-` for none. The terminal is pyte's.
"""

import fcntl
import html
import json
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time

import pyte

COLOURS = {
    "black": "#20242b", "red": "#e5622a", "green": "#3fd0a0", "brown": "#f2d94a", "blue": "#4f9bf0",
    "magenta": "#e59ad0", "cyan": "#56c8d8", "white": "#dfe3e8",
}


def screens(command, columns, rows):
    """The states of the screen that lasted 20 ms, as (lines, markup), and the command's status."""
    screen = pyte.Screen(columns, rows)
    stream = pyte.ByteStream(screen)
    child, terminal = pty.fork()
    if child == 0:
        os.execvp(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    seen, until = [], time.monotonic() + 120
    while time.monotonic() < until:
        ready, _, _ = select.select([terminal], [], [], 0.02)
        if ready:
            try:
                part = os.read(terminal, 1 << 16)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            stream.feed(part)
        keep(screen, seen)
    _, status = os.waitpid(child, 0)
    keep(screen, seen)
    return seen, os.waitstatus_to_exitcode(status)


def keep(screen, seen):
    """Notes the screen's state if it is a new one."""
    lines = [line.rstrip() for line in screen.display]
    if not seen or seen[-1][0] != lines:
        seen.append((lines, markup(screen)))


def markup(screen):
    """The screen as HTML."""
    text = ""
    for row in range(screen.lines):
        for column in range(screen.columns):
            cell = screen.buffer[row][column]
            style = f"color:{COLOURS.get(cell.fg, '#dfe3e8')}" if cell.fg != "default" else ""
            style += ";font-weight:700" if cell.bold else ""
            text += f"<span style=\"{style}\">{html.escape(cell.data)}</span>" if style else html.escape(cell.data)
        text += "\n"
    return text


def draw(chromium, seen, columns, rows, path):
    """A picture of a screen half way and of the last one."""
    blocks = "".join(f"<pre>{block}</pre>" for _, block in (seen[len(seen) // 2], seen[-1]))
    page = (
        "<meta charset=\"utf-8\"><style>body{margin:0;background:#0d0f12;color:#dfe3e8}"
        "pre{font:14px/18px 'DejaVu Sans Mono',monospace;margin:8px;padding:8px;border:1px solid #59606a}</style>"
        + blocks)
    with tempfile.TemporaryDirectory() as folder:
        with open(folder + "/page.html", "w", encoding="utf-8") as file:
            file.write(page)
        subprocess.run(
            [chromium, "--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--user-data-dir=" + folder + "/profile", f"--screenshot={path}",
             f"--window-size={columns * 9 + 60},{2 * (rows * 18 + 40)}", "file://" + folder + "/page.html"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)


if __name__ == "__main__":
    size, picture, browser = sys.argv[1:4]
    columns, rows = (int(number) for number in size.split("x"))
    os.environ["TERM"] = "xterm-256color"
    for name in ("NO_COLOR", "COLUMNS", "LINES"):  # what test runners set
        os.environ.pop(name, None)
    seen, status = screens(sys.argv[4:], columns, rows)
    if picture != "-":
        draw(browser, seen, columns, rows, picture)
    print(json.dumps({"status": status, "screens": [lines for lines, _ in seen]}))
