"""Selection of features, as transformers of scikit-learn; their modules are imported when a step asks for them."""

from .steps import SELECTORS, SelectorKind, selection_steps

__all__ = ["SELECTORS", "SelectorKind", "selection_steps"]
