"""Items of METRICS, CLEAR and TRIPOD+AI, by number; topics are in our own short words.

METRICS: Kocak et al., Insights Imaging 2024;15:8 (doi:10.1186/s13244-023-01572-w, CC BY); weights and conditions of its
table 1, meaning of the items after METRICS-E3 (radiomic.github.io/METRICS-E3).  CLEAR: Kocak et al., Insights Imaging
2023;14:75 (doi:10.1186/s13244-023-01415-8), numbers and meaning after CLEAR-E3 (doi:10.1186/s41747-024-00471-z).
TRIPOD+AI: Collins et al., BMJ 2024;385:e078378; numbers and meaning compared with a public transcript of the checklist,
which lacks 5b and 20a, not with the paper.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Item:
    """``weight`` and ``condition`` (segmentation, automatic, features, table, deep) belong to METRICS."""

    number: str
    topic: str
    weight: float = 0.0
    condition: str = ""


METRICS = (
    Item("1", "adherence to a checklist or guideline", .0368), Item("2", "eligibility criteria", .0735),
    Item("3", "reference standard of high quality", .0919), Item("4", "more than one centre", .0438),
    Item("5", "imaging by an established standard", .0292), Item("6", "acquisition protocol", .0438),
    Item("7", "time between imaging and reference standard", .0292),
    Item("8", "description of the segmentation", .0337, "segmentation"),
    Item("9", "evaluation of automatic segmentation", .0225, "automatic"),
    Item("10", "test masks of a single reader or a machine", .0112, "segmentation"),
    Item("11", "preprocessing of images", .0622), Item("12", "standardised extraction software", .0311, "features"),
    Item("13", "parameters of the extraction", .0415),
    Item("14", "removal of features that are not robust", .0200, "table"),
    Item("15", "removal of redundant features", .0200, "table"),
    Item("16", "number of features fits the number of people", .0300, "table"),
    Item("17", "robustness of the deep learning pipeline", .0200, "deep"), Item("18", "partition of the data", .0599),
    Item("19", "confounders", .0300), Item("20", "metrics of performance", .0352), Item("21", "uncertainty", .0234),
    Item("22", "calibration", .0176), Item("23", "radiomics of one kind of image alone", .0117),
    Item("24", "comparison with something that is not radiomics", .0293),
    Item("25", "comparison with a simple model", .0176), Item("26", "internal testing", .0375),
    Item("27", "external testing", .0749), Item("28", "data shared", .0075), Item("29", "code shared", .0075),
    Item("30", "model shared", .0075))

CLEAR = tuple(Item(str(number), topic) for number, topic in enumerate((
    "title names radiomics", "structured abstract", "keywords", "background", "why radiomics", "objectives",
    "guidelines followed", "ethics", "sample size", "prospective or retrospective", "eligibility",
    "flow chart of the methods", "source of the data", "overlap with earlier data", "split of the data",
    "imaging protocol", "predictors that are not radiomics", "reference standard", "segmentation strategy",
    "who segmented", "preprocessing", "resampling", "discretisation", "image types", "extraction software",
    "feature classes", "number of features", "default settings stated", "missing data", "imbalance of classes",
    "reliability of segmentation", "scaling of features", "reduction of dimensions", "algorithm",
    "training and tuning", "confounders", "selection of the model", "testing", "metrics", "uncertainty",
    "statistical comparison", "comparison with and without radiomics", "explanation", "baseline characteristics",
    "flow of eligibility", "statistics of features", "performance", "results with and without radiomics",
    "main findings", "earlier work", "practical meaning", "strengths and limitations",
    "images and segmentations shared", "feature data shared", "scripts of preprocessing shared",
    "code of modelling shared", "model files shared", "ready-to-use system shared"), start=1))

TRIPOD = tuple(Item(number, topic) for number, topic in (
    ("1", "title"), ("2", "abstract"), ("3a", "healthcare context and rationale"),
    ("3b", "target population and purpose"), ("3c", "known health inequalities"), ("4", "objectives"),
    ("5a", "sources of data"), ("5b", "dates"), ("6a", "setting"), ("6b", "eligibility"), ("6c", "treatments"),
    ("7", "data preparation"), ("8a", "outcome"), ("8b", "outcome assessors"), ("8c", "blinding of the outcome"),
    ("9a", "choice of initial predictors"), ("9b", "definition of predictors"), ("9c", "predictor assessors"),
    ("10", "sample size"), ("11", "missing data"), ("12a", "use of the data (development, evaluation)"),
    ("12b", "handling of predictors"), ("12c", "kind of model, building, internal validation"),
    ("12d", "heterogeneity across clusters"), ("12e", "measures and plots of performance"), ("12f", "model updating"),
    ("12g", "how predictions were calculated"), ("13", "class imbalance"), ("14", "fairness"),
    ("15", "output of the model and cut-offs"), ("16", "differences between training and evaluation"),
    ("17", "ethics approval"), ("18a", "funding"), ("18b", "conflicts of interest"), ("18c", "protocol"),
    ("18d", "registration"), ("18e", "data sharing"), ("18f", "code sharing"),
    ("19", "patient and public involvement"), ("20a", "flow of participants"), ("20b", "characteristics"),
    ("20c", "comparison of development and evaluation data"), ("21", "numbers in each analysis"),
    ("22", "full model"), ("23a", "performance with intervals"), ("23b", "heterogeneity of performance"),
    ("24", "results of updating"), ("25", "interpretation"), ("26", "limitations"),
    ("27a", "poor or missing input data"), ("27b", "interaction with users"), ("27c", "next steps"))
)
