"""YAML as plain data."""

from __future__ import annotations

import functools


def parse_yaml(text: str) -> object:
    """The data in ``text``.

    ``yaml.YAMLError`` on what is no YAML, and on a name that a mapping holds twice (YAML 1.2, section 3.2.1.3): PyYAML
    would silently take the last one.
    """
    import yaml

    return yaml.load(text, Loader=_strict_loader())


@functools.cache
def _strict_loader() -> type:
    import yaml

    class StrictLoader(yaml.SafeLoader):
        def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict:
            # before entries that are merged in (<<), which may be replaced
            names = [key.value for key, _ in node.value if isinstance(key, yaml.ScalarNode)]
            if twice := next((name for name in names if names.count(name) > 1), None):
                raise yaml.constructor.ConstructorError(None, None, f"'{twice}' is there twice", node.start_mark)
            return super().construct_mapping(node, deep)

    return StrictLoader
