"""The result that a scene was saved with."""

from html import escape

from RadiomicsOrthoLib.errors import InputError

from .translation import shown


def storedResult(parameterNode) -> tuple:
    """The ``ScoredNodes`` of an opened scene, or ``None``, and what stands in the place of one that cannot be read."""
    from RadiomicsOrthoScene.results import stored_result

    try:
        return stored_result(parameterNode.resultText, parameterNode.resultTable), ""
    except InputError as error:
        return None, f"<p>{escape(shown(str(error)))}</p>"


def markOutdated(parameterNode, outdated: bool) -> None:
    """Keep with the scene whether its result is still that of the inputs."""
    from RadiomicsOrthoScene.results import mark_outdated

    mark_outdated(parameterNode.resultText, outdated)
