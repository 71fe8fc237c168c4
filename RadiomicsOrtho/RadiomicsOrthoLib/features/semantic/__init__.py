"""Semantic features: what a reader sees, asked by a form and put beside the radiomics features.

A form (JSON in ``Resources/SemanticForms``, or a site's own in JSON or YAML) defines its questions; answers are
checked against it and become the features ``semantic_<question>``.  Docs: ``docs/semantic-features.md``.
"""
