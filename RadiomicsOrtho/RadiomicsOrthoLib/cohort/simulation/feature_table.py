"""A virtual cohort as a table: who each one is, the truth, and radiomics features of the trabecular core."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ...features.engine import Engine
from ...features.extraction import extract_features
from ...features.profile import ExtractionProfile
from ...long_work import Cancelled, CancelledError, Progress, never_cancelled, no_progress
from ...regions.trabecular import trabecular_core
from .patient import VirtualPatient
from .virtual_scan import VirtualScan, virtual_scan

#: digits of a feature in the table: libraries differ in the last ones
DIGITS = 10


def truth(scan: VirtualScan) -> dict[str, float | str]:
    """What is known of a virtual patient and the scan; every name but the patient's is a column of the table."""
    patient, scanner = scan.patient, scan.scanner
    return {"subject": patient.name, "simulated": "yes", "age": patient.age, "sex": patient.sex,
            "fracture": int(patient.fracture), "true_risk": round(patient.risk, 6),
            "true_density": round(scan.true_density, 3), "true_period": round(patient.period, 4),
            "kvp": scanner.kvp, "pixel_mm": scanner.pixel, "slice_mm": scanner.slice_mm, "blur_mm": scanner.blur,
            "noise_hu": scanner.noise}


def simulated_rows(patients: Sequence[VirtualPatient], profile: ExtractionProfile | None, engine: Engine | None,
                   progress: Progress = no_progress,
                   cancelled: Cancelled = never_cancelled) -> Iterator[tuple[VirtualScan, dict]]:
    """Each scan with its row; features of the trabecular core if there is a ``profile``."""
    for number, patient in enumerate(patients):
        if cancelled():
            raise CancelledError
        progress(number / len(patients), f"simulating {patient.name}")
        scan = virtual_scan(patient)
        row = truth(scan)
        if profile is not None and engine is not None:
            vector = extract_features(scan.image, trabecular_core(scan.roi), profile, engine)
            row |= {name: float(f"{value:.{DIGITS}g}") for name, value in vector.values.items()}
        yield scan, row
    progress(1.0, "simulated")
