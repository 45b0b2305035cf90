"""Opens an HTML file in headless Chromium, as a telephone and a desktop show it, light and dark, and tells what is wrong.

    look.py CHROMIUM PAGE [FOLDER]

Prints one JSON object a view on a line each: errors of the console, requests to elsewhere, figures that are not drawn,
elements wider than the window, letters that are too small or overlap. With FOLDER a picture of each whole view is kept
there. Needs nothing but Python's own library: the browser is driven through two pipes (Chrome DevTools Protocol).
"""

import base64
import json
import os
import select
import subprocess
import sys
import tempfile
import time

VIEWS = [(390, 844), (1280, 900)]

PROBLEMS = """
(() => {
  const found = {figures: 0, undrawn: [], wide: [], small: [], overlapping: []};
  const name = e => e.tagName + '.' + (e.getAttribute('class') || '') + ' ' + (e.textContent || '').trim().slice(0, 40);
  const box = e => e.getBoundingClientRect();
  for (const figure of document.querySelectorAll('figure')) {
    found.figures += 1;
    const drawn = [...figure.querySelectorAll('svg, img')].filter(e => {
      const r = box(e);
      return r.width > 20 && r.height > 8 && (e.tagName !== 'IMG' || (e.complete && e.naturalWidth > 0));
    });
    if (!drawn.length || !box(figure).height) found.undrawn.push(name(figure));
    for (const e of drawn) {
      if (!e.getAttribute('aria-label') || e.getAttribute('role') !== 'img') found.undrawn.push('unnamed ' + name(e));
    }
  }
  const width = document.documentElement.clientWidth;
  for (const e of document.querySelectorAll('body *')) {
    const r = box(e);
    if (r.width && (r.right > width + 0.5 || r.left < -0.5)) found.wide.push(name(e));
  }
  if (document.documentElement.scrollWidth > width) found.wide.push('the page scrolls sideways');
  for (const svg of document.querySelectorAll('svg')) {
    const texts = [...svg.querySelectorAll('text')].filter(e => !e.classList.contains('rim'));
    const scale = box(svg).width / svg.viewBox.baseVal.width;
    for (const e of texts) {
      const size = parseFloat(getComputedStyle(e).fontSize) * scale;
      if (size < 9) found.small.push(name(e) + ' ' + size.toFixed(1) + ' px');
    }
    texts.forEach((a, i) => texts.slice(i + 1).forEach(b => {
      const [p, q] = [box(a), box(b)];
      const across = Math.min(p.right, q.right) - Math.max(p.left, q.left);
      const down = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
      if (across > 1 && down > 4) found.overlapping.push(name(a) + ' / ' + name(b));
    }));
  }
  return JSON.stringify(found);
})()
"""


class Browser:
    """Chromium, spoken to through its file descriptors 3 and 4."""

    def __init__(self, program, profile):
        to_read, self.write_end = os.pipe()
        self.read_end, to_write = os.pipe()

        def arrange():
            # Copies first: one of the two may have the other's number.
            a, b = os.dup(to_read), os.dup(to_write)
            high = [os.dup2(a, 60), os.dup2(b, 61)]
            os.dup2(high[0], 3)
            os.dup2(high[1], 4)

        self.process = subprocess.Popen(
            [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe",
             "--no-first-run", "--disable-extensions", "--disable-background-networking",
             "--disable-component-update", "--disable-dev-shm-usage", "--hide-scrollbars",
             "--user-data-dir=" + profile],
            preexec_fn=arrange, close_fds=False, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(to_write)
        self.bytes, self.number, self.events = b"", 0, []

    def message(self, until):
        while b"\0" not in self.bytes:
            ready, _, _ = select.select([self.read_end], [], [], max(0, until - time.monotonic()))
            part = os.read(self.read_end, 1 << 16) if ready else b""
            if not part:
                raise SystemExit("the browser does not answer")
            self.bytes += part
        text, self.bytes = self.bytes.split(b"\0", 1)
        return json.loads(text)

    def call(self, method, session=None, **parameters):
        """Sends a command and returns its result; events on the way are kept."""
        self.number += 1
        command = {"id": self.number, "method": method, "params": parameters}
        if session:
            command["sessionId"] = session
        os.write(self.write_end, json.dumps(command).encode() + b"\0")
        until = time.monotonic() + 60
        while True:
            answer = self.message(until)
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def wait(self, method):
        """Waits for an event."""
        until = time.monotonic() + 60
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self.message(until))

    def end(self):
        self.process.terminate()
        self.process.wait()


def complaints(events):
    """What a reader would find red in the console, and what the page asked of others."""
    for event in events:
        what, more = event.get("method"), event.get("params", {})
        if what == "Runtime.exceptionThrown":
            yield "exception: " + more["exceptionDetails"]["text"]
        elif what == "Runtime.consoleAPICalled" and more["type"] in ("error", "warning", "assert"):
            yield "console: " + json.dumps(more["args"])
        elif what == "Log.entryAdded" and more["entry"]["level"] in ("error", "warning"):
            yield "log: " + more["entry"]["text"]
        elif what == "Network.requestWillBeSent" and not more["request"]["url"].startswith(("data:", "file:")):
            yield "request: " + more["request"]["url"]


def look(browser, page, width, height, scheme, folder):
    """One view of the page."""
    target = browser.call("Target.createTarget", url="about:blank")["targetId"]
    session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
    for domain in ("Page", "Runtime", "Log", "Network"):
        browser.call(domain + ".enable", session)
    browser.call("Emulation.setDeviceMetricsOverride", session, width=width, height=height, deviceScaleFactor=1,
                 mobile=width < 600)
    browser.call("Emulation.setEmulatedMedia", session,
                 features=[{"name": "prefers-color-scheme", "value": scheme}])
    browser.events = []
    browser.call("Page.navigate", session, url="file://" + os.path.abspath(page))
    browser.wait("Page.loadEventFired")
    answer = browser.call("Runtime.evaluate", session, expression=PROBLEMS, returnByValue=True)
    found = {"view": f"{width}x{height} {scheme}", "complaints": list(complaints(browser.events))}
    found.update(json.loads(answer["result"]["value"]))
    if folder:
        whole = browser.call("Page.getLayoutMetrics", session)["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": width, "height": whole["height"], "scale": 1}
        shot = browser.call("Page.captureScreenshot", session, format="png", captureBeyondViewport=True, clip=clip)
        with open(os.path.join(folder, f"{width}-{scheme}.png"), "wb") as file:
            file.write(base64.b64decode(shot["data"]))
    browser.call("Target.closeTarget", targetId=target)
    return found


def main():
    program, page = sys.argv[1:3]
    folder = sys.argv[3] if len(sys.argv) > 3 else None
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as profile:
        browser = Browser(program, profile)
        try:
            for width, height in VIEWS:
                for scheme in ("light", "dark"):
                    print(json.dumps(look(browser, page, width, height, scheme, folder)), flush=True)
        finally:
            browser.end()


main()
