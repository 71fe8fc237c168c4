"""Editors of files and folders that remember what was chosen before."""

import ctk


def fileEdit(name: str, filters: list, tip: str, changed):
    """An editor of a file of the kinds ``filters``; calls ``changed(path)``."""
    return _edit(name, ctk.ctkPathLineEdit.Files, filters, tip, changed)


def folderEdit(name: str, tip: str, changed):
    """An editor of a folder; calls ``changed(path)``."""
    return _edit(name, ctk.ctkPathLineEdit.Dirs, [], tip, changed)


def _edit(name: str, kind, filters: list, tip: str, changed):
    edit = ctk.ctkPathLineEdit()
    edit.objectName = f"{name[:1].lower()}{name[1:]}Edit"
    edit.filters = kind
    if filters:
        edit.nameFilters = filters
    edit.settingKey = f"RadiomicsOrtho/{name}"
    edit.toolTip = tip
    edit.connect("currentPathChanged(QString)", changed)
    return edit
