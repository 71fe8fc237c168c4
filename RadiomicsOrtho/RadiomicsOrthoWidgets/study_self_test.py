"""The part of the module's self-test that runs a study, of simulated people."""

from __future__ import annotations

import tempfile
from pathlib import Path


class StudySelfTest:
    """Mixed into the test of the module; where scikit-learn is not installed it says so and does nothing.

    Imports stand inside: the module file is read before any package is there.
    """

    def test_a_study_of_simulated_people(self):
        from RadiomicsOrthoLib.workbench.request import StudyRequest
        from RadiomicsOrthoLib.workbench.results import read_study
        from RadiomicsOrthoLib.workbench.trial import trial_recipe, trial_table
        from RadiomicsOrthoScene.dependencies import missing
        from RadiomicsOrthoScene.generated_flow import finished
        from RadiomicsOrthoScene.study_results import show_study_chart, show_study_table
        from RadiomicsOrthoScene.workbench import StudyJob, requirements_file

        packages = missing(requirements_file())
        if packages:
            self.delayDisplay(f"No study: {', '.join(packages)} are not installed.")
            return
        with tempfile.TemporaryDirectory() as folder:
            recipe = trial_recipe(Path(folder), "jiang-2022", model="mean-hu")
            table, out = trial_table(recipe, Path(folder) / "cohort", 40), f"{folder}/out"
            job = StudyJob()
            job.train(StudyRequest(str(recipe), str(table), out))
            self.assertEqual(finished(job).problem, "")
            study = read_study(out)
            self.assertTrue(study.simulated and study.models)
            self.assertIn("SIMULATED", show_study_chart(study, "roc-1").GetTitle())
            shown = show_study_table(study, "performance.csv", "Performance")
            self.assertEqual(shown.GetTable().GetValueByName(0, "model").ToString(), "Mean attenuation")
