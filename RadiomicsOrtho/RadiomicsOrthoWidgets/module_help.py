"""What Slicer shows under "Help & Acknowledgement" of both modules."""

from slicer.i18n import tr as _

#: branch and folder of the documentation
_DOCUMENTATION = "https://github.com/RadiomicsOrtho/SlicerRadiomicsOrtho/blob/main/"
_TUTORIAL, _MODELS, _PROTOCOLS = "docs/tutorial.md", "docs/models.md", "docs/protocols.md"


def scoringHelp() -> str:
    """Help of the module Radiomics Ortho, as HTML."""
    return _paragraphs(
        _("Scores bone: load a CT and press <b>Score this scan</b>. The vertebrae are found and measured, every "
          "published model that fits is applied, and each result is a score card with its findings, its nomogram "
          "and its limits."),
        _("Or go step by step: choose the scan, the segment of a bone and a model, fill in what the model asks for, "
          "and press <b>Apply</b>. Radiomics features are extracted from scans of any modality."),
        _("Regions are drawn and corrected in the module Radiomics Ortho Segment. A scan to try it on is in the module "
          "Sample Data, under Radiomics Ortho."),
        _researchOnly(), _links())


def segmentHelp() -> str:
    """Help of the module Radiomics Ortho Segment, as HTML."""
    return _paragraphs(
        _("Draws the bone regions that Radiomics Ortho measures: click once in a vertebra or a femoral head to have "
          "the bones proposed, correct them with the Segment Editor or draw them by hand, confirm or drag the levels, "
          "and make the trabecular core."),
        _("Site, level, side and part of each segment are written as SNOMED CT codes. What you edit is marked and "
          "never replaced without asking."),
        _researchOnly(), _links())


def scoringAcknowledgement() -> str:
    """Whose work the module stands on."""
    return _("Published models are cited on their cards. Radiomics features have the definitions and names of "
             "pyradiomics (van Griethuysen et al., Cancer Research 2017).")


def segmentAcknowledgement() -> str:
    """Whose work the module stands on."""
    return _("Segments carry SNOMED CT codes.")


def _researchOnly() -> str:
    return _("<b>Research use only \u2014 not a medical device, not for diagnosis.</b>")


def _links() -> str:
    text = _("Read more: {tutorial}tutorial{end}, {models}the models{end}, {protocols}how each region is drawn{end}.")
    return text.format(tutorial=_link(_TUTORIAL), models=_link(_MODELS), protocols=_link(_PROTOCOLS), end="</a>")


def _link(page: str) -> str:
    return f'<a href="{_DOCUMENTATION}{page}">'


def _paragraphs(*texts: str) -> str:
    return "".join(f"<p>{text}</p>" for text in texts)
