"""The page of results that the benchmarks write, a section each."""

from __future__ import annotations

from pathlib import Path

RESULTS = Path(__file__).resolve().parent / "RESULTS.md"


def write_section(text: str, by_hand: str | None = None, page: Path = RESULTS) -> None:
    """Put ``text``, which begins with its ``## heading``, in the place of the section of that heading, or at the end.

    What an older section has from the line ``by_hand`` on was written by a person, and stays.
    """
    old = page.read_text(encoding="utf-8") if page.exists() else "# Benchmark results\n"
    heading = text.partition("\n")[0]
    before, found, after = old.partition(heading + "\n")
    section, _, others = after.partition("\n## ") if found else ("", "", "")
    if by_hand and by_hand in section:
        text = text.rstrip() + "\n\n" + section[section.index(by_hand):]
    page.write_text(before.rstrip() + "\n\n" + text.rstrip() + "\n" + (f"\n## {others}" if others else ""),
                    encoding="utf-8")
