"""PySERA: IBSI's definitions; the CT goes in as it is, in bins of a fixed size."""

from __future__ import annotations

import tempfile
from pathlib import Path

from adapter import BIN_WIDTH, ending, main


def extract(work: str, image: Path, mask: Path) -> dict:
    import pandas
    import pysera

    with tempfile.TemporaryDirectory() as folder:
        pysera.process_batch(
            image_input=ending(image, ".nii"), mask_input=ending(mask, ".nii"), output_path=folder,
            temporary_files_path=folder, apply_preprocessing=False, enable_parallelism=False, num_workers="1",
            categories="stat,ih,morph,glcm,glrlm,glszm,ngtdm,ngldm", dimensions="1st,3d", bin_size=int(BIN_WIDTH),
            min_roi_volume=1, report="none",
            IBSI_based_parameters={"radiomics_DataType": "CT", "radiomics_DiscType": "FBS", "radiomics_isScale": 0})
        (table,) = Path(folder).rglob("*.xlsx")
        sheets = pandas.read_excel(table, sheet_name=None)
        for sheet in sheets.values():
            if len(sheet) == 1:
                return sheet.iloc[0].to_dict()
        raise SystemExit(f"no row of features in {', '.join(sheets)}")


if __name__ == "__main__":
    main(extract)
