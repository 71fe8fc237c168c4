"""The network: it learns what is there, its columns are made without the person, and the ONNX file is the network."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import numpy as np
import phantoms
import pytest
from RadiomicsOrthoLib.cli.main import main
from RadiomicsOrthoLib.errors import InputError
from RadiomicsOrthoLib.features.roi_crop import CropSettings
from RadiomicsOrthoLib.long_work import CancelledError
from RadiomicsOrthoLib.models.encoder import load_encoder

torch = pytest.importorskip("torch", reason="training a network needs PyTorch (pip install radiomics-ortho[deep])")
pytest.importorskip("onnxruntime", reason="networks are run with onnxruntime")
pytest.importorskip("onnx", reason="networks are written with the package onnx")

from RadiomicsOrthoLib.modelling.deep.cross_fitting import cross_fit, deal_folds
from RadiomicsOrthoLib.modelling.deep.encoder_of import check_equal, encoder_of
from RadiomicsOrthoLib.modelling.deep.network import KINDS, NetworkDesign, build
from RadiomicsOrthoLib.modelling.deep.study import train_study
from RadiomicsOrthoLib.modelling.deep.training import TrainedNetwork, TrainingPlan, train_network
from RadiomicsOrthoLib.statistics.roc import auc

TINY = NetworkDesign("3d", (4, 6), dropout=0.0)
PLAN = TrainingPlan(epochs=3, patience=3, batch=8, rate=1e-2, shift=1, threads=1, design=TINY)
SIDE = (8, 8, 8)
CROP = CropSettings(SIDE, 5.0)


def people(count: int = 32, seed: int = 1, strength: float = 0.25):
    """Boxes with a ball that is brighter by ``strength`` in those with the outcome."""
    generator = np.random.default_rng(seed)
    outcome = np.arange(count) % 2
    places = np.stack(np.indices(SIDE), -1) - 3.5
    ball = (np.linalg.norm(places, axis=-1) < 3.5).astype(np.float32)
    boxes = ball * (0.4 + strength * outcome + 0.05 * generator.standard_normal(count))[:, None, None, None]
    boxes = boxes + ball * generator.normal(0, 0.05, boxes.shape)
    return boxes.astype(np.float32), outcome, np.array([f"p{number}" for number in range(count)], object)


def test_a_network_learns_what_is_to_be_seen_and_stops_early() -> None:
    boxes, outcome, names = people(48)
    network = train_network(boxes, outcome, names, replace(PLAN, epochs=20, patience=5), seed=1)
    others, truth, _ = people(40, seed=2)
    assert auc(truth, network.encode(others)[1]) > 0.9 and len(network.losses) <= 20
    assert network.losses[network.best_epoch][1] == min(loss for _, loss in network.losses)


def test_the_same_seed_gives_the_same_network_and_another_one_another() -> None:
    data = people()
    first, again, other = (train_network(*data, PLAN, seed).encode(data[0])[0] for seed in (1, 1, 2))
    assert np.array_equal(first, again) and not np.allclose(first, other)


def test_the_rarer_outcome_weighs_as_much() -> None:
    """One in eight has the outcome, and nothing can be seen: a network without weights would say 1/8 of everybody."""
    boxes, _, names = people(64, strength=0.0)
    network = train_network(boxes, (np.arange(64) % 8 == 0).astype(int), names, replace(PLAN, epochs=15), seed=3)
    assert 0.3 < network.encode(boxes)[1].mean() < 0.7


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_has_as_many_numbers_as_it_says(kind) -> None:
    design = NetworkDesign(kind)
    counted = sum(one.numel() for one in build(design).parameters())
    assert design.parameters == counted < 300_000


@pytest.mark.parametrize("kind", KINDS)
def test_onnxruntime_and_pytorch_give_the_same(kind) -> None:
    data = people()
    network = train_network(*data, replace(PLAN, design=replace(TINY, kind=kind)), seed=1)
    encoder = encoder_of(network, data[0], CROP, simulated=True, facts={})
    features, probability = network.encode(data[0])
    found = encoder.encode(data[0])
    assert np.allclose(np.column_stack(list(found.values())), np.column_stack([features, probability]), atol=1e-5)
    assert np.ptp(probability) > 0 and list(found)[-1] == "dl_probability"


def test_a_file_that_is_not_the_network_is_noticed() -> None:
    data = people()
    network = train_network(*data, PLAN, seed=1)
    encoder = encoder_of(network, data[0], CROP, simulated=False, facts={})
    with torch.no_grad():
        network.module.head.bias += 0.5
    with pytest.raises(ValueError, match="other numbers than PyTorch"):
        check_equal(encoder, network, data[0])


# -- no leak -----------------------------------------------------------------------------------------

@pytest.fixture(scope="module")
def crossed():
    """The same people twice: as they are, and with the outcomes of fold 2 exchanged."""
    boxes, outcome, names = people(36, strength=0.05)
    fold = deal_folds(outcome, names, 3, seed=1)
    exchanged = np.where(fold == 2, 1 - outcome, outcome)
    return fold, *(cross_fit(boxes, one, names, fold, PLAN, seed=1) for one in (outcome, exchanged))


def test_nobody_of_a_fold_has_a_part_in_the_columns_by_which_it_is_judged(crossed) -> None:
    """Whatever the outcomes of fold 2 are: its columns, and those that a study learns from beside it, stay."""
    _, first, second = crossed
    assert np.array_equal(first.without[2].features, second.without[2].features)
    assert np.array_equal(first.without[2].probability, second.without[2].probability)


def test_the_probability_of_a_person_is_made_without_the_person(crossed) -> None:
    fold, first, second = crossed
    assert np.array_equal(first.whole.probability[fold == 2], second.whole.probability[fold == 2])


def test_outcomes_of_others_do_matter(crossed) -> None:
    """Or the two tests above would show nothing."""
    fold, first, second = crossed
    assert not np.allclose(first.whole.probability[fold != 2], second.whole.probability[fold != 2])
    for other in (1, 3):
        assert not np.allclose(first.without[other].features, second.without[other].features)


def test_each_person_has_the_network_without_the_own_fold_and_the_judged_one(crossed) -> None:
    fold, first, _ = crossed
    for one in (1, 2, 3):
        # people of the fold itself: as the columns of all folds have them, not turned into the frozen network's axes
        assert np.array_equal(first.without[one].probability[fold == one], first.whole.probability[fold == one])
        assert not np.allclose(first.without[one].probability[fold != one], first.whole.probability[fold != one])


def test_rows_of_one_person_are_in_one_fold() -> None:
    outcome = np.repeat([0, 1], 30)
    names = np.repeat(np.arange(20), 3)
    fold = deal_folds(outcome, names, 4, seed=2)
    assert all(len(set(fold[names == one])) == 1 for one in range(20)) and set(fold) == {1, 2, 3, 4}
    with pytest.raises(InputError, match="3 folds at least"):
        deal_folds(outcome, names, 2, seed=2)
    with pytest.raises(InputError, match="12 folds need as many people"):
        deal_folds(outcome, names, 12, seed=2)


def known(names, outcome, **columns):
    found = {"subject": names, "set": np.full(len(names), "", object), "simulated": np.full(len(names), "yes", object),
             "ill": np.where(outcome == 1, "yes", "no").astype(object)}
    return found | columns


def study(boxes, columns, folds=3, **more):
    return train_study(boxes, columns, ("ill", ("no", "yes")), CROP, PLAN, folds, 1, **more)


def test_rows_that_are_not_learned_from_get_the_columns_of_the_frozen_network() -> None:
    boxes, outcome, names = people(40)
    held = np.arange(40) >= 32
    columns = known(names, outcome, set=np.where(held, "validation", "development").astype(object))
    found = study(boxes, columns)
    frozen = found.encoder.encode(boxes[held])
    assert (found.columns["network_fold"][held] == "").all() and found.learned == 32
    for ending in ("", "_without_2"):
        assert np.array_equal(found.columns[f"dl_03{ending}"][held], frozen["dl_03"])
    assert found.encoder.seen(boxes[~held][:3]) == [0, 1, 2] and found.encoder.seen(boxes[held]) == []
    # what their outcomes are is nobody's business
    columns["ill"] = np.where(held, "", columns["ill"])
    again = study(boxes, columns)
    assert all(np.array_equal(found.columns[name], again.columns[name]) for name in found.columns)


@pytest.mark.parametrize(("change", "sentence"), [
    ({"ill": np.array(["maybe"] * 32, object)}, "holds 'maybe', which is neither 'no' nor 'yes'"),
    ({"ill": np.array(["no"] * 30 + ["yes"] * 2, object)}, "Fewer than 6 subjects have the outcome 'yes'"),
    ({"set": np.array(["development", "validation"] * 16, object),
      "subject": np.array([f"p{n // 2}" for n in range(32)], object)}, "Fewer than 6 subjects|would be learned from"),
])
def test_people_from_whom_nothing_can_be_learned_are_refused(change, sentence) -> None:
    boxes, outcome, names = people()
    with pytest.raises(InputError, match=sentence):
        study(boxes, known(names, outcome) | change)


def test_training_can_be_watched_and_ended() -> None:
    boxes, outcome, names = people()
    seen: list[float] = []
    study(boxes, known(names, outcome), progress=lambda share, text: seen.append(share))
    assert seen == sorted(seen) and seen[-1] == 1.0
    left = iter([False] * 5 + [True] * 100)
    with pytest.raises(CancelledError):
        study(boxes, known(names, outcome), cancelled=lambda: next(left))
    assert isinstance(train_network(boxes, outcome, names, PLAN, 1), TrainedNetwork)


# -- command -----------------------------------------------------------------------------------------

def write_list(folder, count=18):
    lines = ["case,subject,image,mask,modality,simulated,ill"]
    for number in range(count):
        image, roi = phantoms.trunk(spacing=(4.0, 4.0, 4.0), core_hu=100 + 150 * (number % 2), seed=number)
        scan, mask = (phantoms.write(array, image.geometry, folder / f"{name}{number}.nrrd")
                      for name, array in (("scan", image.array), ("mask", roi.mask.astype(np.uint8))))
        lines.append(f"c{number},p{number},{scan.name},{mask.name},CT,yes,{('no', 'yes')[number % 2]}")
    (folder / "list.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / "list.csv"


def test_the_command_trains_writes_and_knows_its_people_again(tmp_path, capsys) -> None:
    listed = write_list(tmp_path)
    arguments = ["deep", "train", str(listed), "--outcome", "ill=no,yes", "--size", "8,8,10", "--voxel", "6", "--folds",
                 "3", "--epochs", "3", "--features", "6", "--threads", "1", "-o"]
    assert main([*arguments, str(tmp_path / "net"), "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["networks"] == 7 and result["simulated"] is True and result["rows"] == 18
    rows = list(csv.DictReader((tmp_path / "net" / "deep.csv").open(encoding="utf-8")))
    assert {row["network_fold"] for row in rows} == {"1", "2", "3"}
    assert {"dl_01", "dl_06", "dl_probability", "dl_06_without_3", "dl_probability_without_1"} <= set(rows[0])
    assert (tmp_path / "net" / "learning.svg").read_text(encoding="utf-8").count("<polyline") >= 8
    assert load_encoder(tmp_path / "net").manifest.title.startswith("SIMULATED")
    assert main(["table", "check", str(tmp_path / "net" / "deep.csv")]) == 0
    assert main(["deep", "encode", str(listed), "--encoder", str(tmp_path / "net"), "-o", str(tmp_path / "d.csv")]) == 2
    assert "learned from 18 of these regions" in capsys.readouterr().err
    assert main([*arguments, str(tmp_path / "net")]) == 2 and "is there already" in capsys.readouterr().err


@pytest.mark.parametrize(("more", "sentence"), [
    (["--outcome", "ill"], "--outcome is COLUMN=NO,YES"),
    (["--outcome", "ill=no,yes", "--size", "2,2"], "cannot be cut"),
    (["--outcome", "ill=no,yes", "--epochs", "0"], "cannot be trained so"),
    (["--outcome", "ill=no,yes", "--window", "9,1"], "two rising numbers"),
    (["--outcome", "age=no,yes"], "no column 'age'")])
def test_a_wrong_wish_ends_before_any_work(tmp_path, capsys, more, sentence) -> None:
    listed = write_list(tmp_path, 2)
    assert main(["deep", "train", str(listed), *more, "-o", str(tmp_path / "net")]) == 2
    assert sentence in capsys.readouterr().err and not (tmp_path / "net").exists()
