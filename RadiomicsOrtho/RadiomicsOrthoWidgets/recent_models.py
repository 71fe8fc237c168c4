"""The models that were used last: remembered between sessions, without anything of a patient."""

import slicer

SETTING = "RadiomicsOrtho/RecentModels"
MOST = 5


def recentModels() -> tuple:
    """Ids of the models that gave a result, the last one first."""
    return tuple(filter(None, str(slicer.app.userSettings().value(SETTING, "") or "").split(" ")))


def remember(modelId: str) -> None:
    """``modelId`` was used now."""
    found = [modelId, *(other for other in recentModels() if other != modelId)]
    slicer.app.userSettings().setValue(SETTING, " ".join(found[:MOST]))
