"""The widget ring: the modules' own panels on the Qt stand-ins, off-screen."""

import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
# generated images and regions
sys.path.insert(0, str(REPOSITORY / "Testing" / "library"))


@pytest.fixture(autouse=True)
def application():
    """Both modules loaded, an empty scene, no messages left from another test."""
    from runtime import harness

    harness.start_widgets()
    harness.reset()
    for name in ("RadiomicsOrtho", "RadiomicsOrthoSegment"):
        harness.load_module(REPOSITORY / name / f"{name}.py")
    yield harness
    harness.reset()


@pytest.fixture
def open_panel(application):
    """Opens a module's panel and closes it at the end."""
    opened = []

    def open_one(name):
        opened.append(application.open_widget(name))
        return opened[-1]

    yield open_one
    for widget in opened:
        application.close_widget(widget)


@pytest.fixture
def panel(request, open_panel):
    """The panel of the module that a test file names as ``MODULE``, without a list of own profiles and forms."""
    import slicer
    from RadiomicsOrthoScene.extraction import PROFILES_SETTING
    from RadiomicsOrthoScene.semantic import FORMS_SETTING
    from RadiomicsOrthoWidgets.recent_models import SETTING
    from RadiomicsOrthoWidgets.report_choices import LANGUAGE_SETTING, PDF_SETTING

    def forget():
        for setting in (PROFILES_SETTING, FORMS_SETTING, LANGUAGE_SETTING, PDF_SETTING, SETTING):
            slicer.app.userSettings().setValue(setting, "")

    forget()
    yield open_panel(request.module.MODULE)
    forget()


@pytest.fixture
def make_case(request, application):
    """Makes the generated case of the self-test of the module that a test file names as ``MODULE``."""
    name = request.module.MODULE
    return getattr(sys.modules[name], f"{name}Test")().makeCase
