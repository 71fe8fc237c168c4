"""Items 58 to 71: the features, the software, and the parameters of textures."""

from __future__ import annotations

from ..ibsi.identifiers import AGGREGATIONS, FAMILIES
from .acquisition_answers import Answering
from .facts import Answer, Facts, by_profile, by_software, does_not_apply, number

_NOT_COMPUTED = "not computed"
_PYRADIOMICS = "van Griethuysen et al., Cancer Res 2017;77:e104"
_MANUAL = "IBSI reference manual, arXiv:1612.07003"


def feature_set(facts: Facts) -> Answer:
    classes = facts.settings["feature_classes"]
    if facts.by_ibsi:
        titles = ", ".join(FAMILIES.get(name, name).lower() for name in classes)
        return by_profile(f"{titles}; definitions: {_MANUAL}")
    return by_profile(f"{', '.join(classes)}; definitions: pyradiomics, {_PYRADIOMICS}")


def compliance(facts: Facts) -> Answer:
    if facts.by_ibsi:
        return by_software("yes: the reference values of the digital phantom and of configurations A to E are "
                           "reproduced (docs/ibsi.md); this profile's own settings have no reference values")
    return by_software("no: definitions of pyradiomics, which deviate from the IBSI's (docs/ibsi.md)")


def software(facts: Facts) -> Answer:
    versions, engine = facts.provenance["software"], facts.provenance["engine"]
    libraries = ", ".join(f"{name} {version}" for name, version in versions.items() if name != "radiomics-ortho")
    return by_software(f"RadiomicsOrtho {versions['radiomics-ortho']}, engine {engine['name']} {engine['version']} "
                       f"({libraries})")


def aggregation(facts: Facts) -> Answer:
    if facts.by_ibsi:
        chosen = facts.options["aggregations"]
        return by_profile("; ".join(f"{AGGREGATIONS[name][0]} ({AGGREGATIONS[name][2]})" for name in chosen))
    merged = facts.settings["texture"].get("weighting_norm") is not None
    name = ("2_5D" if facts.settings["force_2d"] else "3D") + ("_comb" if merged else "_avg")
    return by_profile(f"{AGGREGATIONS[name][0]} ({AGGREGATIONS[name][2]})")


def distance_weighting(facts: Facts) -> Answer:
    return by_profile(facts.settings["texture"].get("weighting_norm") or "none")


def symmetry(facts: Facts) -> Answer:
    if not facts.computes("cm", "glcm"):
        return does_not_apply(_NOT_COMPUTED)
    return by_profile("symmetric" if facts.settings["texture"].get("symmetrical_glcm", True) else "asymmetric")


def cooccurrence_distance(facts: Facts) -> Answer:
    return _distances(facts) if facts.computes("cm", "glcm") else does_not_apply(_NOT_COMPUTED)


def size_zones(facts: Facts) -> Answer:
    return by_software("Chebyshev distance 1") if facts.computes("szm", "glszm") else does_not_apply(_NOT_COMPUTED)


def distance_zones(facts: Facts) -> Answer:
    return by_software("Chebyshev distance 1") if facts.computes("dzm", "-") else does_not_apply(_NOT_COMPUTED)


def distance_to_border(facts: Facts) -> Answer:
    return by_software("Manhattan distance") if facts.computes("dzm", "-") else does_not_apply(_NOT_COMPUTED)


def tone_difference_neighbourhood(facts: Facts) -> Answer:
    return _distances(facts) if facts.computes("ngt", "ngtdm") else does_not_apply(_NOT_COMPUTED)


def dependence_neighbourhood(facts: Facts) -> Answer:
    return _distances(facts) if facts.computes("ngl", "gldm") else does_not_apply(_NOT_COMPUTED)


def coarseness(facts: Facts) -> Answer:
    if not facts.computes("ngl", "gldm"):
        return does_not_apply(_NOT_COMPUTED)
    alpha = facts.options["dependence_alpha"] if facts.by_ibsi else facts.settings["texture"].get("gldm_a", 0)
    return by_profile(number(alpha))


def _distances(facts: Facts) -> Answer:
    distances = facts.settings["texture"].get("distances", [1])
    return by_profile(f"Chebyshev distance {', '.join(map(number, distances))}")


ANSWERS: dict[str, Answering] = {
    "58": feature_set, "59": compliance, "61": software, "62": aggregation, "63": distance_weighting, "64": symmetry,
    "65": cooccurrence_distance, "66": size_zones, "67": distance_zones, "68": distance_to_border,
    "69": tone_difference_neighbourhood, "70": dependence_neighbourhood, "71": coarseness,
}
