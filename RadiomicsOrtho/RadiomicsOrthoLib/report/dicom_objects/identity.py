"""What makes an object one of its own: UIDs, series, time, and the equipment that made it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from ... import RESEARCH_USE_ONLY, __version__

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

MANUFACTURER, PRODUCT = "RadiomicsOrtho contributors", "RadiomicsOrtho"
#: of a series (PS3.5, LO: at most 64 characters)
SERIES_DESCRIPTION = "RadiomicsOrtho, research use only: {what}"
#: series numbers above those of a scanner
FIRST_SERIES_NUMBER = 9701
_MADE_BY_LIBRARY = "1.2.826.0.1.3680043.10.511.3."       # highdicom's root


@dataclass(frozen=True)
class Identity:
    """The same ``seed`` and time give the same UIDs: what is exported twice is the same object, not a second one."""

    seed: str
    made: datetime

    def uid(self, name: str) -> str:
        """A UID derived from a UUID (PS3.5, B.2), version 5 (RFC 4122)."""
        return f"2.25.{uuid.uuid5(uuid.NAMESPACE_OID, f'{self.seed} {self.made.isoformat()} {name}').int}"

    def series(self, what: str, number: int) -> dict[str, object]:
        """The arguments of highdicom's objects that say which object this is."""
        return {"series_instance_uid": self.uid(f"{what} series"), "series_number": FIRST_SERIES_NUMBER + number,
                "sop_instance_uid": self.uid(what), "instance_number": 1,
                "series_description": SERIES_DESCRIPTION.format(what=what), "manufacturer": MANUFACTURER,
                "manufacturer_model_name": PRODUCT, "software_versions": __version__, "device_serial_number": "none",
                "series_date": self.made.date(), "series_time": self.made.time(),
                "content_date": self.made.date(), "content_time": self.made.time(),
                "specific_character_set": "ISO_IR 192"}

    def settle(self, data: Dataset) -> Dataset:
        """``data`` with the time of this identity, and UIDs from its seed where the library drew some by lot."""
        data.InstanceCreationDate = data.ContentDate = self.made.strftime("%Y%m%d")
        data.InstanceCreationTime = data.ContentTime = self.made.strftime("%H%M%S")
        found: dict[str, str] = {}

        def replace(_: Dataset, element) -> None:
            if element.VR == "DT" and element.keyword == "ObservationDateTime":
                element.value = self.made.strftime("%Y%m%d%H%M%S")
            if element.VR == "UI" and str(element.value).startswith(_MADE_BY_LIBRARY):
                element.value = found.setdefault(str(element.value), self.uid(f"{data.SOPInstanceUID} {len(found)}"))

        data.walk(replace)
        data.ContributingEquipmentSequence = [_equipment()]
        return data


def _equipment() -> Dataset:
    """The place where an object may say what it is not for (PS3.3, C.12.1)."""
    from pydicom.dataset import Dataset
    from pydicom.sr.codedict import codes

    purpose = Dataset()
    purpose.CodeValue, purpose.CodingSchemeDesignator = codes.DCM.ProcessingEquipment.value, "DCM"
    purpose.CodeMeaning = codes.DCM.ProcessingEquipment.meaning
    equipment = Dataset()
    equipment.PurposeOfReferenceCodeSequence = [purpose]
    equipment.Manufacturer, equipment.ManufacturerModelName = MANUFACTURER, PRODUCT
    equipment.SoftwareVersions = __version__
    equipment.ContributionDescription = RESEARCH_USE_ONLY
    return equipment
