"""The unit of bone mineral density."""

#: mg of equivalent material in a cm³
DENSITY_UNIT = "mg/cm³"
