"""How peers read histories and write what they say of them: lines of JSON, as README.md describes them. Judges nothing."""

import json
import time
from importlib.metadata import version


class Teller:
    """Reads the histories of a folder and writes what peers tell of them."""

    def __init__(self, folder, output, histories):
        self.folder, self.output, self.histories = folder, open(output, "w", encoding="utf-8"), int(histories)

    def run(self, group, name, versions, settings, inputs, look, histories=None, looks=1):
        """Lets `look` see every history: it gives for each setting a list of claims, each a list of numbers.

        `settings` are words, the default first. `inputs` are pairs of words and of what makes an input of a history. One
        call of `look` does the work of so many `looks`: of one, where all settings are bars for the same numbers."""
        told = ", ".join(f"{package} {version(package)}" for package in versions) or "own lines in peers/windows.py"
        self._line(group=group, peer=name, version=told, settings=settings)
        most = min(self.histories, histories or self.histories)
        with open(f"{self.folder}/{group}.ndjson", encoding="utf-8") as lines:
            for line in lines:
                history = json.loads(line)
                if history["number"] >= most:
                    continue
                for words, made in inputs:
                    given = made(history)
                    start = time.perf_counter()
                    claims = look(given)
                    ms = (time.perf_counter() - start) * 1000 / looks
                    self._line(
                        group=group, peer=name, input=words, corpus=history["corpus"], number=history["number"], ms=ms,
                        told=[[[int(number) for number in claim] for claim in of] for of in claims],
                    )

    def _line(self, **fields):
        self.output.write(json.dumps(fields, separators=(",", ":")) + "\n")
        self.output.flush()


def daily():
    """Both inputs of a daily series: its known days, and the same as the engine's own test sees them."""
    return [
        ("raw", lambda history: (history["places"], history["raw"])),
        ("without weekdays", lambda history: (history["places"], history["adjusted"])),
    ]
