"""Names of IBSI's features: family, title, permanent identifier and aggregation of a tag.

A tag is ``<family>_<name>[_<aggregation>]`` as in IBSI's reference table, for example ``cm_joint_entr_3D_comb``.
Identifiers: reference manual arXiv:1612.07003, chapters 3 and 4.2 (nomenclature).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

#: prefix of a family's tags -> its name in the manual
FAMILIES = {
    "morph": "Morphology", "loc": "Local intensity", "stat": "Statistics", "ih": "Intensity histogram",
    "ivh": "Intensity volume histogram", "cm": "Co-occurrence matrix", "rlm": "Run length matrix",
    "szm": "Size zone matrix", "dzm": "Distance zone matrix", "ngt": "Neighbourhood grey tone difference matrix",
    "ngl": "Neighbouring grey level dependence matrix"}
#: image and mask before and after each step of preprocessing: no features, so only where a profile asks for them
DIAGNOSTICS = "diag"
FAMILY_IDENTIFIERS = {"morph": "HCUG", "loc": "9ST6", "stat": "UHIW", "ih": "ZVCW", "ivh": "P88C", "cm": "LFYI",
                      "rlm": "TP0I", "szm": "9SAK", "dzm": "VMDZ", "ngt": "IPET", "ngl": "REK0"}
#: suffix of a tag -> how the manual writes the aggregation, its identifier, and what it means (chapter 4.2)
AGGREGATIONS = {
    "2D_avg": ("2D:avg", "BTW3", "averaged over slices and directions"),
    "2D_comb": ("2D:mrg", "SUJT", "directions merged in each slice, averaged over slices"),
    "2_5D_avg": ("2.5D:avg", "JJUI", "slices merged for each direction, averaged over directions"),
    "2_5D_comb": ("2.5D:mrg", "ZW7Z", "merged over slices and directions"),
    "3D_avg": ("3D:avg", "ITBB", "averaged over the directions in space"),
    "3D_comb": ("3D:mrg", "IAZD", "merged over the directions in space"),
    "2D": ("2D", "8QNN", "averaged over slices"),
    "2_5D": ("2.5D", "62GR", "merged over slices"),
    "3D": ("3D", "KOBO", "one matrix in space"),
}
#: family -> name in a tag -> identifier, title
FEATURES = {
    "morph": {
        "volume": ("RNU0", "Volume (mesh)"), "vol_approx": ("YEKZ", "Volume (voxel counting)"),
        "area_mesh": ("C0JK", "Surface area (mesh)"), "av": ("2PR5", "Surface to volume ratio"),
        "comp_1": ("SKGS", "Compactness 1"), "comp_2": ("BQWJ", "Compactness 2"),
        "sph_dispr": ("KRCK", "Spherical disproportion"), "sphericity": ("QCFX", "Sphericity"),
        "asphericity": ("25C7", "Asphericity"), "com": ("KLMA", "Centre of mass shift"),
        "diam": ("L0JK", "Maximum 3D diameter"), "pca_maj_axis": ("TDIC", "Major axis length"),
        "pca_min_axis": ("P9VJ", "Minor axis length"), "pca_least_axis": ("7J51", "Least axis length"),
        "pca_elongation": ("Q3CK", "Elongation"), "pca_flatness": ("N17B", "Flatness"),
        "vol_dens_aabb": ("PBX1", "Volume density (AABB)"), "area_dens_aabb": ("R59B", "Area density (AABB)"),
        "vol_dens_aee": ("6BDE", "Volume density (AEE)"), "area_dens_aee": ("RDD2", "Area density (AEE)"),
        "vol_dens_conv_hull": ("R3ER", "Volume density (convex hull)"),
        "area_dens_conv_hull": ("7T7F", "Area density (convex hull)"), "integ_int": ("99N0", "Integrated intensity"),
        "moran_i": ("N365", "Moran's I index"), "geary_c": ("NPT7", "Geary's C measure")},
    "loc": {
        "peak_loc": ("VJGA", "Local intensity peak"), "peak_glob": ("0F91", "Global intensity peak")},
    "stat": {
        "mean": ("Q4LE", "Mean"), "var": ("ECT3", "Variance"), "skew": ("KE2A", "Skewness"),
        "kurt": ("IPH6", "Excess kurtosis"), "median": ("Y12H", "Median"), "min": ("1GSF", "Minimum"),
        "p10": ("QG58", "10th percentile"), "p90": ("8DWT", "90th percentile"), "max": ("84IY", "Maximum"),
        "iqr": ("SALO", "Interquartile range"), "range": ("2OJQ", "Range"), "mad": ("4FUA", "Mean absolute deviation"),
        "rmad": ("1128", "Robust mean absolute deviation"), "medad": ("N72L", "Median absolute deviation"),
        "cov": ("7TET", "Coefficient of variation"), "qcod": ("9S40", "Quartile coefficient of dispersion"),
        "energy": ("N8CA", "Energy"), "rms": ("5ZWQ", "Root mean square")},
    "ih": {
        "mean": ("X6K6", "Mean"), "var": ("CH89", "Variance"), "skew": ("88K1", "Skewness"),
        "kurt": ("C3I7", "Excess kurtosis"), "median": ("WIFQ", "Median"), "min": ("1PR8", "Minimum"),
        "p10": ("GPMT", "10th percentile"), "p90": ("OZ0C", "90th percentile"), "max": ("3NCY", "Maximum"),
        "mode": ("AMMC", "Mode"), "iqr": ("WR0O", "Interquartile range"), "range": ("5Z3W", "Range"),
        "mad": ("D2ZX", "Mean absolute deviation"), "rmad": ("WRZB", "Robust mean absolute deviation"),
        "medad": ("4RNL", "Median absolute deviation"), "cov": ("CWYJ", "Coefficient of variation"),
        "qcod": ("SLWD", "Quartile coefficient of dispersion"), "entropy": ("TLU2", "Entropy"),
        "uniformity": ("BJ5W", "Uniformity"), "max_grad": ("12CE", "Maximum histogram gradient"),
        "max_grad_g": ("8E6O", "Maximum histogram gradient intensity"),
        "min_grad": ("VQB3", "Minimum histogram gradient"),
        "min_grad_g": ("RHQZ", "Minimum histogram gradient intensity")},
    "ivh": {
        "v10": ("BC2M", "Volume fraction at 10% intensity"), "v90": ("BC2M", "Volume fraction at 90% intensity"),
        "i10": ("GBPN", "Intensity at 10% volume"), "i90": ("GBPN", "Intensity at 90% volume"),
        "diff_v10_v90": ("DDTU", "Volume fraction difference between 10% and 90% intensity"),
        "diff_i10_i90": ("CNV2", "Intensity difference between 10% and 90% volume")},
    "cm": {
        "joint_max": ("GYBY", "Joint maximum"), "joint_avg": ("60VM", "Joint average"),
        "joint_var": ("UR99", "Joint variance"), "joint_entr": ("TU9B", "Joint entropy"),
        "diff_avg": ("TF7R", "Difference average"), "diff_var": ("D3YU", "Difference variance"),
        "diff_entr": ("NTRS", "Difference entropy"), "sum_avg": ("ZGXS", "Sum average"),
        "sum_var": ("OEEB", "Sum variance"), "sum_entr": ("P6QZ", "Sum entropy"),
        "energy": ("8ZQL", "Angular second moment"), "contrast": ("ACUI", "Contrast"),
        "dissimilarity": ("8S9J", "Dissimilarity"), "inv_diff": ("IB1Z", "Inverse difference"),
        "inv_diff_norm": ("NDRX", "Normalised inverse difference"),
        "inv_diff_mom": ("WF0Z", "Inverse difference moment"),
        "inv_diff_mom_norm": ("1QCO", "Normalised inverse difference moment"), "inv_var": ("E8JP", "Inverse variance"),
        "corr": ("NI2N", "Correlation"), "auto_corr": ("QWB0", "Autocorrelation"),
        "clust_tend": ("DG8W", "Cluster tendency"), "clust_shade": ("7NFM", "Cluster shade"),
        "clust_prom": ("AE86", "Cluster prominence"), "info_corr1": ("R8DG", "Information correlation 1"),
        "info_corr2": ("JN9H", "Information correlation 2")},
    "rlm": {
        "sre": ("22OV", "Short runs emphasis"), "lre": ("W4KF", "Long runs emphasis"),
        "lgre": ("V3SW", "Low grey level run emphasis"), "hgre": ("G3QZ", "High grey level run emphasis"),
        "srlge": ("HTZT", "Short run low grey level emphasis"),
        "srhge": ("GD3A", "Short run high grey level emphasis"), "lrlge": ("IVPO", "Long run low grey level emphasis"),
        "lrhge": ("3KUM", "Long run high grey level emphasis"), "glnu": ("R5YN", "Grey level non-uniformity"),
        "glnu_norm": ("OVBL", "Normalised grey level non-uniformity"), "rlnu": ("W92Y", "Run length non-uniformity"),
        "rlnu_norm": ("IC23", "Normalised run length non-uniformity"), "r_perc": ("9ZK5", "Run percentage"),
        "gl_var": ("8CE5", "Grey level variance"), "rl_var": ("SXLW", "Run length variance"),
        "rl_entr": ("HJ9O", "Run entropy")},
    "szm": {
        "sze": ("5QRC", "Small zone emphasis"), "lze": ("48P8", "Large zone emphasis"),
        "lgze": ("XMSY", "Low grey level emphasis"), "hgze": ("5GN9", "High grey level emphasis"),
        "szlge": ("5RAI", "Small zone low grey level emphasis"),
        "szhge": ("HW1V", "Small zone high grey level emphasis"),
        "lzlge": ("YH51", "Large zone low grey level emphasis"),
        "lzhge": ("J17V", "Large zone high grey level emphasis"), "glnu": ("JNSA", "Grey level non-uniformity"),
        "glnu_norm": ("Y1RO", "Normalised grey level non-uniformity"), "zsnu": ("4JP3", "Zone size non-uniformity"),
        "zsnu_norm": ("VB3A", "Normalised zone size non-uniformity"), "z_perc": ("P30P", "Zone percentage"),
        "gl_var": ("BYLV", "Grey level variance"), "zs_var": ("3NSA", "Zone size variance"),
        "zs_entr": ("GU8N", "Zone size entropy")},
    "dzm": {
        "sde": ("0GBI", "Small distance emphasis"), "lde": ("MB4I", "Large distance emphasis"),
        "lgze": ("S1RA", "Low grey level emphasis"), "hgze": ("K26C", "High grey level emphasis"),
        "sdlge": ("RUVG", "Small distance low grey level emphasis"),
        "sdhge": ("DKNJ", "Small distance high grey level emphasis"),
        "ldlge": ("A7WM", "Large distance low grey level emphasis"),
        "ldhge": ("KLTH", "Large distance high grey level emphasis"), "glnu": ("VFT7", "Grey level non-uniformity"),
        "glnu_norm": ("7HP3", "Normalised grey level non-uniformity"),
        "zdnu": ("V294", "Zone distance non-uniformity"),
        "zdnu_norm": ("IATH", "Normalised zone distance non-uniformity"), "z_perc": ("VIWW", "Zone percentage"),
        "gl_var": ("QK93", "Grey level variance"), "zd_var": ("7WT1", "Zone distance variance"),
        "zd_entr": ("GBDU", "Zone distance entropy")},
    "ngt": {
        "coarseness": ("QCDE", "Coarseness"), "contrast": ("65HE", "Contrast"), "busyness": ("NQ30", "Busyness"),
        "complexity": ("HDEZ", "Complexity"), "strength": ("1X9X", "Strength")},
    "ngl": {
        "lde": ("SODN", "Low dependence emphasis"), "hde": ("IMOQ", "High dependence emphasis"),
        "lgce": ("TL9H", "Low grey level count emphasis"), "hgce": ("OAE7", "High grey level count emphasis"),
        "ldlge": ("EQ3F", "Low dependence low grey level emphasis"),
        "ldhge": ("JA6D", "Low dependence high grey level emphasis"),
        "hdlge": ("NBZI", "High dependence low grey level emphasis"),
        "hdhge": ("9QMG", "High dependence high grey level emphasis"), "glnu": ("FP8K", "Grey level non-uniformity"),
        "glnu_norm": ("5SPA", "Normalised grey level non-uniformity"),
        "dcnu": ("Z87G", "Dependence count non-uniformity"),
        "dcnu_norm": ("OKJI", "Normalised dependence count non-uniformity"),
        "dc_perc": ("6XV8", "Dependence count percentage"), "gl_var": ("1PFV", "Grey level variance"),
        "dc_var": ("DNX2", "Dependence count variance"), "dc_entr": ("FCBV", "Dependence count entropy"),
        "dc_energy": ("CAS9", "Dependence count energy")},
}


@dataclass(frozen=True)
class FeatureTitle:
    """What a tag stands for; identifiers are empty where IBSI gives none."""

    tag: str
    family: str
    title: str
    ibsi_id: str
    aggregation: str = ""
    aggregation_id: str = ""

    def to_dict(self) -> dict[str, str]:
        return asdict(self)


def title_of(tag: str) -> FeatureTitle:
    """The title of an IBSI tag; ``KeyError`` for a tag that is none."""
    family, _, rest = tag.partition("_")
    if family == DIAGNOSTICS:
        return FeatureTitle(tag, "Diagnostics", rest.replace("_", " "), "")
    for suffix, (written, identifier, _) in AGGREGATIONS.items():
        name = rest.removesuffix(f"_{suffix}")
        if name != rest and name in FEATURES[family]:
            return FeatureTitle(tag, FAMILIES[family], FEATURES[family][name][1], FEATURES[family][name][0], written,
                                identifier)
    return FeatureTitle(tag, FAMILIES[family], FEATURES[family][rest][1], FEATURES[family][rest][0])
