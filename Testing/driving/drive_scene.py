"""The whole flow through ``RadiomicsOrthoScene`` alone, on slicer-core without any widget.

    python Testing/driving/drive_scene.py FOLDER [--real]

The same states as on the panels, asserted by what is in the scene; pictures of the slices, the regions and the chart go
into FOLDER.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

sys.path[:0] = [str(Path(__file__).resolve().parents[1])]

from runtime.scene import start_scene

from driving import walk

start_scene()

import slicer

#: longest wait for a whole scan
SCORED_WITHIN_S = 240
STATED = {"kvp": 120.0, "contrast_agent": False}


class SceneWalk(walk.Walk):
    """A script at the bridge with one scan."""

    def __init__(self, folder: Path, case: walk.Case, pictures: bool = True) -> None:
        from RadiomicsOrthoLib.workflow.request import ANY, ScanRequest
        from RadiomicsOrthoScene.one_click import OneClick

        super().__init__(folder)
        self.case, self.job, self.request = case, OneClick(), ScanRequest(ANY)
        self._pictures = pictures
        self.volume = self.node = self.table = self.text = self.outcome = None

    def see(self, state: str, segment_id: str = "") -> None:
        shown = self._pictures and self.node is not None
        self.reached(state, walk.views_picture(self.volume, self.node, segment_id) if shown else None)

    def run(self) -> dict[str, int]:
        """Score, wait, write; how often each stage was computed."""
        from RadiomicsOrthoScene import one_click

        regions = one_click.regions_key(self.node)
        self.looked_for = self.job.start(self.volume, self.node, self.request, STATED, self.text)
        wait(self.job)
        self.outcome, volume = self.job.outcome()
        assert volume is self.volume and self.outcome.result is not None, self.outcome.problem
        if self.outcome.proposal is not None:
            self._write_bones()
            regions = one_click.regions_key(self.node)
        inputs = one_click.inputs_of(self.volume, regions, self.request, STATED)
        self.table, self.text = one_click.write_scan(self.outcome, inputs, self.volume, self.table, self.text)
        assert one_click.changed_since(self.text, inputs) == ()
        return dict(self.outcome.runs)

    def _write_bones(self) -> None:
        from RadiomicsOrthoScene.proposals import add_proposal
        from RadiomicsOrthoScene.segments import new_segmentation

        self.node = new_segmentation(self.volume, "bones")
        add_proposal(self.outcome.proposal, self.node, self.volume)

    def changed(self) -> tuple[str, ...]:
        from RadiomicsOrthoScene import one_click

        return one_click.changed_since(self.text, one_click.inputs_of(
            self.volume, one_click.regions_key(self.node), self.request, STATED))

    def cards(self) -> list[str]:
        """What the stored text tells of the cards."""
        from RadiomicsOrthoScene.one_click import scan_of

        return [f"{entry.region} {entry.card.model.id} {entry.card.value!r}" for entry in scan_of(self.text).cards]

    # -- the states -----------------------------------------------------------------

    def score(self) -> None:
        from RadiomicsOrthoScene.one_click import reason_not_ready
        from RadiomicsOrthoScene.volumes import add_volume

        assert "Load a CT" in reason_not_ready(None)
        self.volume = add_volume(self.case.image, f"CT {self.case.name}")
        assert reason_not_ready(self.volume) == ""
        runs = self.run()
        assert self.looked_for and runs["regions"] == 1 and self.outcome.result.site == self.case.bone
        assert self.table.GetNumberOfRows() == sum(bool(region.measurements) for region in self.outcome.result.regions)
        assert self.outcome.result.cards or self.outcome.result.not_applied
        self.see("scored")

    def show_card(self) -> None:
        """A card as table, text and drawing."""
        from RadiomicsOrthoScene.one_click import segment_of, show_card

        scored = show_card(self.outcome.result, 0, self.volume, self.node)
        assert str(scored.card.model.id) in scored.text.GetText() and "<svg" in scored.nomogramSvg
        assert scored.table.GetNumberOfRows() > 0
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "nomogram.svg").write_text(scored.nomogramSvg, encoding="utf-8")
        self.see("card", segment_of(self.node, self.outcome.result.cards[0].region))

    def what_if(self) -> None:
        """Another value gives another result, and the card stays."""
        from RadiomicsOrthoLib.scoring.what_if import adjustables, what_if

        card = self.outcome.result.cards[0].card
        first = adjustables(card)[0]
        own = card.input_values[first.item.name]
        tried = what_if(card, {first.item.name: next(value for value in first.candidates if value != own)})
        assert tried.value != card.value == self.outcome.result.cards[0].card.value
        self.reached("what-if")

    def look_at_levels(self) -> None:
        """Values, colours and the core over the scan."""
        from RadiomicsOrthoScene import core_overlay, level_labels, score_colours
        from RadiomicsOrthoScene.level_values import quantities

        before = walk.contents()
        quantity = quantities(self.volume)[0]
        assert len({value.place or value.region for value in quantity.values}) == len(quantity.values)
        score_colours.colour_by(self.node, quantity)
        level_labels.show_values(self.node, quantity, self.volume)
        core_overlay.show_core(self.volume, self.node)
        self.see("coloured")
        core_overlay.hide_core(self.volume)
        level_labels.hide_values(self.node, self.volume)
        score_colours.restore_colours(self.node)
        after = walk.contents()
        assert {name: after[name] for name in before} == before

    def correct_region(self) -> None:
        """Only what was edited is measured and scored again."""
        from RadiomicsOrthoScene.generated_flow import cut_lowest_layer

        scan = self.outcome.result
        name = next((entry.region for entry in scan.cards if entry.region), None) or next(
            region.name for region in scan.regions if region.measurements)
        segment_id = self.node.GetSegmentation().GetSegmentIdBySegmentName(name)
        cut_lowest_layer(self.node, segment_id, self.volume)
        assert self.changed() == ("regions",)
        count = sum(entry.region == name for entry in scan.cards)
        assert self.run() == {"measurement": 1, **({"card": count} if count else {})} and not self.looked_for
        self.see("edited", segment_id)

    def change_value(self) -> None:
        """A clinical value: nothing is measured again."""
        from dataclasses import replace

        for age in ("70", "71"):
            self.request = replace(self.request, models=("ost",), clinical={"age": age, "weight": "50"})
            assert self.changed() == ("values",)
            assert self.run() == {"card": 1}
        assert any("ost" in line for line in self.cards())
        self.see("value-changed")

    def cancel(self) -> None:
        """Midway through the search for bones: the scene is as it was."""
        before = walk.contents()
        self.job.start(self.volume, None, self.request, STATED)
        while self.job.progress[0] <= 0:
            time.sleep(0.01)
        assert self.job.running
        self.job.stop()
        assert not self.job.running and self.started.alive == [] and walk.contents() == before
        assert self.run() == {}, "and nothing of what is known is lost"
        self.see("cancelled")

    def save_reports(self) -> None:
        from RadiomicsOrthoScene.one_click import save_scan

        files = save_scan(self.outcome.result, str(self.folder / "reports"))
        assert "index.html" in files and all((self.folder / "reports" / name).is_file() for name in files)
        self.see("reports-saved")

    def reopen(self) -> None:
        """A saved scene holds the same, and computes nothing."""
        from RadiomicsOrthoScene.one_click import SCAN_ATTRIBUTE

        cards, count = self.cards(), self.started.count
        walk.save_and_reopen(self.folder / "scene.mrb")
        self.volume = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLScalarVolumeNode")
        self.node = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLSegmentationNode")
        self.text = next(node for node in slicer.util.getNodesByClass("vtkMRMLTextNode")
                         if node.GetAttribute(SCAN_ATTRIBUTE))
        self.table = None
        assert self.cards() == cards and self.changed() == () and self.started.count == count
        assert self.run() == {}
        self.see("reopened")

    def close_scene(self) -> None:
        """Midway through the work: one sentence, and nothing is left running."""
        from RadiomicsOrthoLib.errors import InputError

        self.job.start(self.volume, self.node, self.request, STATED)
        slicer.mrmlScene.Clear()
        wait(self.job)
        try:
            self.job.outcome()
        except InputError as error:
            assert "was removed" in str(error)
        else:
            raise AssertionError("a result was given for a volume that is gone")
        assert self.started.alive == []
        self.node = None
        self.see("scene-closed")

    def batch(self, cohort: Path) -> None:
        from RadiomicsOrthoLib.batch.request import BatchRequest
        from RadiomicsOrthoScene import batch

        out = str(self.folder / "batch")
        assert batch.reason_not_ready(str(cohort), out) == "" and not batch.continues(out)
        job = batch.Batch()
        job.start(BatchRequest(str(cohort), out, cards=True))
        wait(job)
        assert job.outcome().counts["done"] == 2 and batch.continues(out)
        assert batch.load_tables(out)[0].GetName() == "Batch scores"
        assert self.started.alive == []
        self.see("batch-done")


def wait(job) -> None:
    end = time.monotonic() + SCORED_WITHIN_S
    while job.running:
        assert time.monotonic() < end, "the work does not end"
        time.sleep(0.02)


def drive(folder: Path, case: walk.Case, cohort: Path | None = None, pictures: bool = True) -> list[str]:
    """Walk through everything with one scan, with the batch where a list of cases is given; the names of the states."""
    slicer.mrmlScene.Clear()
    script = SceneWalk(folder, case, pictures)
    with script.started.watched():
        script.score()
        if script.outcome.result.cards:
            script.show_card()
            script.what_if()
        script.look_at_levels()
        script.correct_region()
        script.change_value()
        script.cancel()
        script.save_reports()
        script.reopen()
        script.close_scene()
        if cohort is not None:
            script.batch(cohort)
    slicer.mrmlScene.Clear()
    return script.states


def main() -> None:
    walk.walk_all(__doc__.splitlines()[0], drive)


if __name__ == "__main__":
    main()
