"""`python -m tools.docs [--check]`: writes the generated pages, or says what is out of date or missing."""

from __future__ import annotations

import sys
from pathlib import Path

from tools.docs.checks import problems
from tools.docs.pages import PAGES

ROOT = Path(__file__).parents[2]


def main(arguments: list[str]) -> int:
    """0 when all is well."""
    found: list[str] = []
    for name, make in PAGES.items():
        page = ROOT / "docs" / "reference" / name
        content = make()
        if "--check" not in arguments:
            page.write_text(content, encoding="utf-8")
        elif not page.exists() or page.read_text(encoding="utf-8") != content:
            found.append(f"docs/reference/{name} is out of date: run `make format`")
    found += problems(ROOT)
    for problem in found:
        print(problem, file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
