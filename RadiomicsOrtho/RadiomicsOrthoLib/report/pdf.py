"""The report on paper: its sections set as a PDF, without a browser."""

from __future__ import annotations

import io
from collections.abc import Mapping

from .. import RESEARCH_USE_ONLY
from ..errors import InputError
from ..scoring.card import ScoreCard
from .html import Picture, report_footer, report_sections
from .language import ENGLISH, html_language, local, speaking
from .nomogram_svg import nomogram_svg
from .wording import place_text

#: width of the nomogram in user units: its text comes to about 8 points on the width of a page
CHART_WIDTH = 900.0


def check_packages() -> None:
    """InputError if the package that sets a PDF is missing."""
    try:
        import reportlab  # noqa: F401
    except ImportError:
        raise InputError("A PDF needs the Python package reportlab; install it with "
                         "\"pip install 'radiomics-ortho[pdf]'\", or write the report as HTML.") from None


def report_pdf(card: ScoreCard, pictures: Mapping[str, Picture] | None = None, language: str = ENGLISH) -> bytes:
    """The report of ``card`` as a PDF of A4 pages; equal cards give equal bytes.

    The sections are those of the HTML report without the table of features.  ``pictures`` as in
    :func:`.html.report_html`.  Text is text and the nomogram is drawn with lines; faces are in the file but for Chinese
    on a computer without a TrueType face of it (see :mod:`.pdf_fonts`).  InputError if reportlab is missing.
    """
    check_packages()
    from .page_tree import page_tree
    from .pdf_flow import Sheet, flow

    with speaking(language, card.model.card):
        sections = page_tree("".join(report_sections(card, nomogram_svg(card, CHART_WIDTH), pictures)))
        sheet = Sheet(title=local(card.model.title), subtitle=place_text(card), notice=local(RESEARCH_USE_ONLY),
                      footer=report_footer(card), language=html_language())
        content = io.BytesIO()
        flow(sections, sheet, content)
    return content.getvalue()
