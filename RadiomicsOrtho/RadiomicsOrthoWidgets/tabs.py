"""The tabs of the panel Radiomics Ortho."""

from slicer.i18n import tr as _

from .batch_section import BatchSection
from .load_step import LoadStep
from .one_click_section import OneClickSection
from .regions_step import RegionsStep
from .report_step import ReportStep
from .score_step import ScoreStep
from .study_results_section import StudyResultsSection
from .study_section import StudySection
from .validation_section import ValidationSection
from .view_section import ViewSection


def tabs() -> tuple:
    """Title and sections of each tab, from left to right and from top to bottom.

    A new tab is a line here: its title with the letter of its shortcut, and the classes of its sections (``Section``).
    """
    return (
        (_("&Case"), (OneClickSection, LoadStep, RegionsStep, ScoreStep, ReportStep, ViewSection)),
        (_("&Batch"), (BatchSection,)),
        (_("S&tudy"), (StudySection, StudyResultsSection, ValidationSection)),
    )
