"""Bones from the labels of TotalSegmentator (Wasserthal et al., Radiol Artif Intell 2023;5(5):e230024)."""
