"""Press every button and walk through every choice of both panels in Slicer, and see what happens.

    Slicer --no-splash --disable-settings --python-script Testing/press_every_button.py FOLDER

Buttons and choices are found in the panels, not listed here, in four states of the scene: empty, a volume, a volume
with a segment, a scored scan.  Dialogs are answered by a timer; files go into FOLDER, nothing is installed or
downloaded.  Prints what was pressed and what went wrong, writes ``pressed.csv`` and a picture of each panel in each
state.  Exit code 1 for an exception, a warning or an error in the log, or a button that is disabled without a word.
"""

import csv
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

import ctk
import qt
import slicer

MODULES = ("RadiomicsOrtho", "RadiomicsOrthoSegment")
#: longer than this the window stands still for a user
FREEZE_S = 1.0
#: how long a press may go on working in the background
WORK_S = 120.0
#: widgets of Slicer that are tested there; what they choose is walked through from outside
FOREIGN = ("qMRMLSegmentEditorWidget", "qMRMLTableView", "qMRMLSubjectHierarchyTreeView", "qSlicerMarkupsPlaceWidget",
           "qSlicerSimpleMarkupsWidget", "QScrollBar", "QAbstractItemView")
PRESSED = ("QAbstractButton", "QComboBox", "qMRMLNodeComboBox", "ctkSliderWidget", "ctkPathLineEdit")
#: what is one choice for a user
WHOLE = ("qMRMLNodeComboBox", "ctkSliderWidget")
SILENT = "disabled without a word"
#: entries of the log that say nothing about the panels
HARMLESS = ("Switch to module", "GetModuleHomeDirectory", "propagateSizeHints")


class Log:
    """Exceptions of Python, and warnings and errors of Slicer's log, since the last time somebody asked."""

    def __init__(self) -> None:
        self._model, self._seen, self._raised = slicer.app.errorLogModel(), 0, []
        titles = [self._model.headerData(column, qt.Qt.Horizontal) for column in range(self._model.columnCount())]
        self._level, self._text = (next((number for number, title in enumerate(titles) if name in str(title)), default)
                                   for name, default in (("Level", 2), ("Description", 4)))
        sys.excepthook = self._hook
        self.take()

    def _hook(self, kind, error, trace) -> None:
        self._raised.append("".join(traceback.format_exception(kind, error, trace)))

    def take(self) -> list:
        """One line for each."""
        found, self._raised = [text.strip() for text in self._raised], []
        slicer.app.processEvents()
        rows = self._model.rowCount()
        for row in range(min(self._seen, rows), rows):
            level = self._cell(row, self._level)
            text = self._cell(row, self._text)
            if level in ("Warning", "Error", "Critical", "Fatal") and not any(part in text for part in HARMLESS):
                found.append(f"{level}: {text.strip()}")
        self._seen = rows
        return found

    def _cell(self, row: int, column: int) -> str:
        return str(self._model.data(self._model.index(row, column)))


class Dialogs:
    """Answers what would wait for a person: folders and files to be written lie in ``folder``, all else is declined."""

    def __init__(self, folder: str) -> None:
        self._folder, self.shown, self._last = folder, [], None
        self._answer()

    def _answer(self) -> None:
        # a new timer each time: one that is being served is not served again within a dialog's own loop
        qt.QTimer.singleShot(100, self._answer)
        dialog, popup = qt.QApplication.activeModalWidget(), qt.QApplication.activePopupWidget()
        if popup is not None:
            popup.close()
        if dialog is None:
            self._last = None
            return
        isSecondTime = self._last == _title(dialog)
        if not isSecondTime:
            self._last = _title(dialog)
            self.shown.append(self._last)
        if dialog.inherits("QFileDialog") and not isSecondTime:
            self._choose(dialog)
        else:
            dialog.reject()

    def _choose(self, dialog) -> None:
        """A file to be written, or a folder; nothing is there to be read."""
        if dialog.fileMode == qt.QFileDialog.Directory:
            dialog.selectFile(self._folder)
            dialog.accept()
        elif dialog.fileMode == qt.QFileDialog.AnyFile:
            dialog.selectFile(f"{self._folder}/{len(self.shown)}.{dialog.defaultSuffix or 'svg'}")
            dialog.accept()
        else:
            dialog.reject()


def _title(dialog) -> str:
    texts = (getattr(dialog, name, "") for name in ("text", "windowTitle"))
    return next((text for text in texts if isinstance(text, str) and text), dialog.className())


class Heart:
    """Ticks as long as the window is alive; ``longest`` is the longest pause since the last reset."""

    def __init__(self) -> None:
        self.longest, self._last = 0.0, time.monotonic()
        self._timer = qt.QTimer()
        self._timer.setInterval(20)
        self._timer.connect("timeout()", self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = time.monotonic()
        self.longest, self._last = max(self.longest, now - self._last), now

    def reset(self) -> None:
        slicer.app.processEvents()
        self._tick()
        self.longest = 0.0


class Presser:
    """Walks through one panel in one state of the scene."""

    def __init__(self, folder: str) -> None:
        self.folder, self.rows = folder, []
        self._cases = make_cases(folder)
        self.log, self.dialogs, self.heart = Log(), Dialogs(folder), Heart()
        self._module, self._state, self._given, self._stated = "", "", {}, {}
        #: names of what was seen, and of what was pressed, in any state
        self.seen, self.pressed = {}, set()

    def walk(self, module: str, state: str) -> None:
        """Press everything until nothing is left that was not pressed."""
        self._module, self._state = module, state
        print(f"{module}, {state}", flush=True)
        slicer.util.selectModule(module)
        wait(0.5)
        self._given = chosen(module)
        self._stated = stated(self._given["inputVolume"])
        self._restore()
        self._note("(opened)", "")
        root = slicer.util.getModule(module).widgetRepresentation()
        self._picture(root)
        done = set()
        for tabs in [widget for widget in inside(root) if widget.inherits("QTabWidget")] or [None]:
            for number in range(tabs.count if tabs else 1):
                if tabs:
                    tabs.setCurrentIndex(number)
                    wait(0.2)
                self._walk_page(root, tabs.tabText(number) if tabs else "", done)
            if tabs:
                tabs.setCurrentIndex(0)

    def _walk_page(self, root, page: str, done: set) -> None:
        self._unfold(root)
        for widget, key in self._keyed(root):
            self.seen.setdefault((self._module, key), f"{self._module} {page} {name_of(widget)}: {widget.toolTip}")
            if not widget.enabled and not explained(widget):
                self._note(f"{page} {name_of(widget)}", SILENT)
        while True:
            widget, key = next(((widget, key) for widget, key in self._keyed(root) if key not in done
                                and widget.enabled), (None, ""))
            if widget is None:
                return
            done.add(key)
            self.pressed.add((self._module, key))
            self._press(widget, f"{page} {name_of(widget)}")
            if slicer.util.selectedModule() != self._module:
                slicer.util.selectModule(self._module)
                wait(0.3)
            self._restore()
            self._unfold(root)

    def _press(self, widget, name: str) -> None:
        self.heart.reset()
        shown = len(self.dialogs.shown)
        done = "pressed"
        try:
            if widget.inherits("qMRMLNodeComboBox"):
                done = walk_nodes(widget)
            elif widget.inherits("QComboBox"):
                done = walk_choice(widget)
            elif widget.inherits("ctkSliderWidget"):
                widget.value += widget.singleStep if widget.value < widget.maximum else -widget.singleStep
                done = "a step"
            elif widget.inherits("ctkPathLineEdit"):
                isFolder = widget.filters == ctk.ctkPathLineEdit.Dirs
                widget.currentPath = f"{self.folder}/batch" if isFolder else self._cases
                done = "a path"
            elif widget.checkable:
                widget.click()
                self._settle()
                widget.click()
                done = "twice"
            else:
                widget.click()
            self._settle()
        except ValueError:
            # the press took the widget away
            done += ", gone"
        self._note(name, ", ".join([done, *(f"dialog: {text}" for text in self.dialogs.shown[shown:])]))

    def _restore(self) -> None:
        """What the state began with is chosen again: a press on New leads away from all that can be done with it."""
        node = slicer.util.getModuleLogic(self._module).getParameterNode()
        volume = self._given["inputVolume"]
        for name in {*stated(volume), *self._stated}:
            volume.SetAttribute(name, self._stated.get(name))
        for name, value in self._given.items():
            if getattr(node, name) != value:
                setattr(node, name, value)
        editor = getattr(getattr(slicer.modules, f"{self._module}Widget"), "editor", None)
        if editor and editor.segmentationNode() and editor.segmentationNode().GetSegmentation().GetNumberOfSegments():
            editor.setCurrentSegmentID(editor.segmentationNode().GetSegmentation().GetNthSegmentID(0))
        wait(0.1)

    def _settle(self) -> None:
        """Until nothing is at work any more."""
        wait(0.15)
        wait(WORK_S, lambda: not busy())
        wait(0.1)

    def _note(self, name: str, what: str) -> None:
        # what was said in a message box is in the log, too
        problems = [text for text in self.log.take() if text.partition(": ")[2] not in self.dialogs.shown]
        self.rows.append({"module": self._module, "state": self._state, "widget": name.strip(), "done": what,
                          "longest pause (s)": round(self.heart.longest, 2), "problems": "\n".join(problems)})
        self.heart.reset()
        for problem in problems:
            print(f"  {name.strip()}: {problem}", flush=True)

    def _unfold(self, root) -> None:
        for widget in inside(root):
            if any(widget.inherits(f"ctkCollapsible{kind}") for kind in ("Button", "GroupBox")) \
                    and widget.collapsed and widget.visible:
                widget.collapsed = False
        wait(0.05)

    def _keyed(self, root) -> list:
        """Buttons and choices that are seen, each with what tells it from the others."""
        return [(widget, key) for widget, key in keyed(root)
                if widget.visible and any(widget.inherits(kind) for kind in PRESSED)
                and not widget.inherits("ctkCollapsibleButton")]

    def _picture(self, root) -> None:
        root.grab().save(f"{self.folder}/{self._module}-{self._state.replace(' ', '-')}.png")


def keyed(widget, path: str = "") -> list:
    """Widgets below ``widget`` with their paths, Slicer's own parts left out."""
    found = []
    kinds = Counter()
    for child in widget.children():
        if not child.isWidgetType() or any(child.inherits(name) for name in FOREIGN):
            continue
        kind = child.objectName or child.className()
        key = f"{path}/{kind}{kinds[kind]}"
        kinds[kind] += 1
        found.append((child, key))
        if not any(child.inherits(name) for name in WHOLE):
            found += keyed(child, key)
    return found


def inside(widget) -> list:
    return [child for child, _key in keyed(widget)]


def name_of(widget) -> str:
    text = widget.text if widget.inherits("QAbstractButton") else getattr(widget, "currentText", "")
    return f"{widget.className()} {widget.objectName or ''} '{text}'"


def explained(widget) -> bool:
    """Whether it, or what it stands in, says at the mouse why it cannot be used."""
    while widget is not None:
        if widget.toolTip or widget.inherits("ctkCollapsibleButton"):
            return bool(widget.toolTip)
        widget = widget.parentWidget()
    return False


def walk_nodes(box) -> str:
    """No node, every node, and back to the first choice; nothing is made or deleted by the entries below them."""
    before = box.currentNode()
    for node in [None, *(box.nodeFromIndex(number) for number in range(box.nodeCount())), before]:
        box.setCurrentNode(node)
        wait(0.1)
    return f"{box.nodeCount()} nodes"


def chosen(module: str) -> dict:
    """Volume, segmentation, segment and model that a module shows."""
    node = slicer.util.getModuleLogic(module).getParameterNode()
    return {name: getattr(node, name) for name in ("inputVolume", "segmentation", "segmentId", "modelId")
            if hasattr(node, name)}


def stated(volume) -> dict:
    """What is written on a volume, such as its modality."""
    return {name: volume.GetAttribute(name) for name in volume.GetAttributeNames()} if volume else {}


def walk_choice(box) -> str:
    """Every entry by the keyboard, as a user would, and back to the first choice."""
    before, count = box.currentText, box.count
    for entry in [*range(count), before]:
        # a choice may change the entries
        number = entry if isinstance(entry, int) else box.findText(entry)
        if not 0 <= number < box.count:
            continue
        box.setCurrentIndex(max(number - 1, 0))
        key = qt.Qt.Key_Home if number == 0 else qt.Qt.Key_Down
        for kind in (qt.QEvent.KeyPress, qt.QEvent.KeyRelease):
            qt.QApplication.sendEvent(box, qt.QKeyEvent(kind, key, qt.Qt.NoModifier))
        wait(0.03)
    return f"{count} choices"


def busy() -> bool:
    """Whether one of the panels has work going on."""
    for module in MODULES:
        panel = getattr(slicer.modules, f"{module}Widget", None)
        parts = [*getattr(getattr(panel, "panel", None), "sections", ()), getattr(panel, "_proposals", None)]
        if any(getattr(part, "busy", False) for part in parts):
            return True
    return False


def wait(seconds: float, ready=lambda: False) -> None:
    """Let the application work until something is ready, at most so long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and not ready():
        slicer.app.processEvents()
        time.sleep(0.01)


def make_cases(folder: str) -> str:
    """The list of a batch of one generated case."""
    from RadiomicsOrthoScene.generated_flow import write_cases

    place = Path(folder) / "cases"
    place.mkdir(exist_ok=True)
    return str(write_cases(place, (120.0,)))


def make_state(state: str) -> None:
    """The scene that the panels are walked through in; all of it is generated."""
    from RadiomicsOrthoScene.generated_case import generated_vertebra

    slicer.mrmlScene.Clear()
    wait(0.3)
    if state == "empty":
        return
    volume, segmentation, segmentId = generated_vertebra()
    if state == "volume":
        slicer.mrmlScene.RemoveNode(segmentation)
    slicer.util.setSliceViewerLayers(background=volume, fit=True)
    for module in MODULES:
        node = slicer.util.getModuleLogic(module).getParameterNode()
        node.inputVolume = volume
        if state != "volume":
            node.segmentation = segmentation
            if hasattr(node, "segmentId"):
                node.segmentId = segmentId
    if state == "scored":
        slicer.util.selectModule("RadiomicsOrtho")
        wait(0.5)
        slicer.util.findChild(slicer.modules.radiomicsortho.widgetRepresentation(), "oneClickButton").click()
        wait(WORK_S, lambda: not busy())


def main(folder: str) -> int:
    """The exit code."""
    slicer.util.mainWindow().resize(1500, 1100)
    presser = Presser(folder)
    for state in ("empty", "volume", "segment", "scored"):
        for module in MODULES:
            make_state(state)
            presser.walk(module, state)
    with open(f"{folder}/pressed.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(presser.rows[0]))
        writer.writeheader()
        writer.writerows(presser.rows)
    for key in presser.seen.keys() - presser.pressed:
        print(f"never to be pressed: {presser.seen[key]}")
    return report(presser.rows)


def report(rows: list) -> int:
    for (module, state), count in Counter((row["module"], row["state"]) for row in rows).items():
        print(f"{module:24}{state:10}{count:5} pressed")
    faulty = [row for row in rows if row["problems"] or row["done"] == SILENT]
    slow = [row for row in rows if row["longest pause (s)"] > FREEZE_S]
    for title, found in (("faults", faulty), (f"pauses over {FREEZE_S:g} s", slow)):
        print(f"{len(found)} {title}")
        for row in found:
            print("  {module} ({state}) {widget}: {done} {longest pause (s)} s {problems}".format(**row)[:600])
    return 1 if faulty else 0


if __name__ == "__main__":
    code = 2
    try:
        if len(sys.argv) == 2:
            code = main(sys.argv[1])
        else:
            print(__doc__, file=sys.stderr)
    except Exception:  # without this, Slicer would stay open
        traceback.print_exc()
        code = 1
    slicer.util.exit(code)
