"""What is needed to show a score, imported while a scan is being scored: the window would stand still for it then."""

import importlib

_NEEDED = ("quality.finding", "scoring.what_if", "report.svg", "report.nomogram_svg", "report.brief_html",
           "report.wording", "workflow.scan_result")


def warmUp():
    """Import one module at each step."""
    for name in _NEEDED:
        importlib.import_module(f"RadiomicsOrthoLib.{name}")
        yield
