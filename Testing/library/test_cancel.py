"""Cancel at any moment: the caller looks at the button whatever the work does, and every stage of the work looks too.

How long it takes is measured by ``Testing/benchmarks/cancel``; no clock decides here.
"""

import threading
from dataclasses import replace

import numpy as np
import phantoms
import pytest
from RadiomicsOrthoLib.features.background import in_background
from RadiomicsOrthoLib.features.engine import CancelledError, never_cancelled, no_progress
from RadiomicsOrthoLib.features.extraction import extract_features
from RadiomicsOrthoLib.features.fast_engine import FastEngine, FastSettings
from RadiomicsOrthoLib.features.filters.image_types import Region, filter_jobs
from RadiomicsOrthoLib.features.filters.preprocessing import prepare
from RadiomicsOrthoLib.features.filters.settings import IMAGE_TYPES, FilterSettings
from RadiomicsOrthoLib.features.ibsi.diagnostics import diagnostics
from RadiomicsOrthoLib.features.ibsi.families import family_tasks
from RadiomicsOrthoLib.features.ibsi.from_profile import settings_of
from RadiomicsOrthoLib.features.ibsi.identifiers import FAMILIES
from RadiomicsOrthoLib.features.ibsi.image_types import filters_of
from RadiomicsOrthoLib.features.ibsi.preparation import prepare as prepare_by_ibsi
from RadiomicsOrthoLib.features.profile_file import load_profile
from RadiomicsOrthoLib.features.provenance import provenance_of

#: families of IBSI that are a plain pass over the voxels of the region, milliseconds for the largest
SHORT = ("stat", "ih", "ivh")


class Looks:
    """A poll that counts, and stops at a chosen count."""

    def __init__(self, stop_at=None):
        self.count = 0
        self._stop_at = stop_at

    def __call__(self):
        self.count += 1
        if self.count == self._stop_at:
            raise CancelledError


def stops_where_it_looks(stage):
    """How often ``stage(poll)`` looks; it must stop at the first and the last look and at some between."""
    counted = Looks()
    stage(counted)
    for number in sorted({1 + (counted.count - 1) * part // 4 for part in range(5)}):
        with pytest.raises(CancelledError):
            stage(Looks(number))
    return counted.count


@pytest.fixture(scope="module")
def case():
    return phantoms.trunk(spacing=(3.0, 3.0, 3.0))


class TestTheCaller:
    def test_it_does_not_wait_for_work_that_never_looks(self):
        begun, release, asked = threading.Event(), threading.Event(), []

        def work(progress, cancelled):
            begun.set()
            release.wait(60)

        try:
            with pytest.raises(CancelledError):
                in_background(work, no_progress, lambda: asked.append(1) or begun.is_set())
            assert not release.is_set() and asked
        finally:
            release.set()

    def test_an_engine_that_never_looks_is_left_behind(self, case):
        begun, release = threading.Event(), threading.Event()

        class Hanging:
            name, version, polls = "hanging", "1", True

            def extract(self, image, roi, profile, progress, cancelled):
                begun.set()
                release.wait(60)
                return {}

        try:
            with pytest.raises(CancelledError):
                extract_features(*case, load_profile("ct-vertebra-trabecular"), Hanging(), cancelled=begun.is_set)
            assert not release.is_set()
        finally:
            release.set()

    def test_only_the_callers_thread_is_asked_and_told(self, case):
        """Both may belong to a window."""
        threads = set()

        def seen(*_):
            threads.add(threading.current_thread())
            return False

        extract_features(*case, load_profile("ibsi-ct-3d"), FastEngine(2), seen, seen)
        assert threads == {threading.current_thread()}

    def test_errors_and_results_come_back(self):
        assert in_background(lambda progress, cancelled: 7, no_progress, never_cancelled) == 7
        with pytest.raises(ZeroDivisionError):
            in_background(lambda progress, cancelled: 1 / 0, no_progress, never_cancelled)

    def test_every_report_arrives_in_order(self):
        told = []
        in_background(lambda progress, cancelled: [progress(n / 9, str(n)) for n in range(10)],
                      lambda share, text: told.append(text), never_cancelled)
        assert told == [str(n) for n in range(10)]

    @pytest.mark.parametrize("profile", ["ibsi-ct-3d", "ct-vertebra-trabecular"])
    def test_a_request_at_any_report_leaves_no_result(self, case, profile):
        """From the first report to the last: none is too late."""
        told = []
        profile = replace(load_profile(profile), image_types=("Original", "LoG"), resample_mm=(3.0, 3.0, 3.0),
                          filters=FilterSettings(log_sigma_mm=(3,)))
        extract_features(*case, profile, FastEngine(1), lambda share, text: told.append(text))
        assert len(told) > 3
        for last in range(len(told) - 1):
            seen = []
            with pytest.raises(CancelledError):
                extract_features(*case, profile, FastEngine(1), lambda share, text, seen=seen: seen.append(text),
                                 lambda seen=seen, last=last: len(seen) > last)


class TestTheWork:
    """Every stage looks, and stops wherever it looks."""

    def test_hashes_look_every_slice(self, case):
        image, roi = case
        assert stops_where_it_looks(lambda poll: provenance_of(image, roi, None, poll)) \
            == len(image.array) + roi.box.shape[0]

    @pytest.mark.parametrize("image_type", IMAGE_TYPES)
    def test_filters_of_the_fast_engine(self, case, image_type):
        image, roi = case
        settings = FilterSettings(log_sigma_mm=(2,))
        profile = replace(load_profile("ct-vertebra-trabecular"), image_types=(image_type,), filters=settings)

        def stage(poll):
            prepared = prepare(image.array, image.geometry, roi.mask, FastSettings.from_profile(profile).preprocessing,
                               poll)
            region = Region(prepared.voxels, prepared.box, prepared.mask, prepared.spacing_kji)
            for job in filter_jobs(image_type, region, settings, None, 1000.0):
                list(job.images(poll))

        assert stops_where_it_looks(stage) >= 1

    def test_preparation_by_ibsi(self, case):
        image, roi = case
        settings = settings_of(load_profile("ibsi-ct-3d"))
        assert stops_where_it_looks(lambda poll: prepare_by_ibsi(
            image.array, roi.mask, image.geometry.spacing_kji, settings, 0.0, poll)) >= 3
        assert stops_where_it_looks(lambda poll: diagnostics(
            image.array, roi.mask, image.geometry.spacing_kji, settings, poll)) >= 3

    @pytest.mark.parametrize("family", [family for family in FAMILIES if family not in SHORT])
    def test_families_of_ibsi(self, case, family):
        image, roi = case
        settings = replace(settings_of(load_profile("ibsi-ct-3d")), spacing_mm=(3.0, 3.0, 3.0),
                           aggregations=("2D_avg", "3D_avg", "3D_comb"))
        region = prepare_by_ibsi(image.array, roi.mask, image.geometry.spacing_kji, settings, 7.0)
        # once for each aggregation, offset of the sphere, level or transform
        assert stops_where_it_looks(family_tasks(region, settings, [family])[family]) >= 2

    def test_filters_of_ibsi(self):
        profile = replace(load_profile("ibsi-ct-3d"), image_types=("LoG", "Wavelet"),
                          filters=FilterSettings(log_sigma_mm=(2,), wavelet="haar"))
        values = np.random.default_rng(1).normal(0, 1, (9, 9, 9))
        found = filters_of(profile, (1.0, 1.0, 1.0))
        assert len(found) == 9
        for used in found:
            # once along each axis
            assert stops_where_it_looks(lambda poll, used=used: used.respond(values, (1.0, 1.0, 1.0), poll)) >= 3
