"""``radiomics-ortho``: exit code 0 done, 2 refused or bad input, 3 done in part, 1 internal fault."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence

from .. import RESEARCH_USE_ONLY, __version__
from ..errors import InputError, RefusedError
from ..report.files import keeping
from . import (
    batch,
    calibrate,
    card,
    check,
    compare,
    deep,
    extract,
    harmonise,
    info,
    models,
    profiles,
    protocols,
    recipes,
    scan,
    score,
    segment,
    semantic,
    simulate,
    table,
    train,
    validate,
    vbq,
)
from .command import INTERRUPTED
from .overwriting import files_read

#: set to any text to see the traceback of an internal fault
DEBUG_VARIABLE = "RADIOMICS_ORTHO_DEBUG"


class _Parser(argparse.ArgumentParser):
    """Bad arguments end like bad input: one sentence."""

    def error(self, message: str) -> None:  # type: ignore[override]
        raise InputError(f"{message[:1].upper()}{message[1:]}; see '{self.prog} --help'.")


def build_parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="radiomics-ortho", allow_abbrev=False,
                     description="From a bone scan to a radiomics score. " + RESEARCH_USE_ONLY)
    parser.add_argument("--version", action="version", version=f"radiomics-ortho {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for module in (info, protocols, segment, check, extract, compare, semantic, calibrate, scan, batch, score, card,
                   profiles, models, table, harmonise, deep, recipes, train, validate, simulate, vbq):
        module.add_command(commands)
    from . import demo

    demo.add_command(commands)
    for command in commands.choices.values():
        command.allow_abbrev = False
        _add_json(command)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    arguments = list(sys.argv[1:] if arguments is None else arguments)
    for stream in (sys.stdout, sys.stderr):
        # a pipe on Windows may not know every sign; a replaced sign is better than a lost result
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
    wants_json = "--json" in arguments
    try:
        options = build_parser().parse_args(arguments)
        with keeping(files_read(arguments, options)):
            result = options.run(options)
        if wants_json:
            sys.stdout.write(json.dumps(result, indent=2, ensure_ascii=False, allow_nan=False) + "\n")
        sys.stdout.flush()
        return result.get("exit_code", 0)
    except RefusedError as error:
        return _fail(str(error), 2, wants_json, error.findings)
    except InputError as error:
        return _fail(str(error), 2, wants_json)
    except KeyboardInterrupt:
        return _fail(INTERRUPTED, 2, wants_json)
    except MemoryError:
        return _fail("The memory of this machine is not enough for this; close other programs, or choose larger "
                     "voxels, fewer filters or a smaller region.", 1, wants_json)
    except BrokenPipeError:
        # the reader of our output went away (``| head``): not our fault, nothing to tell
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:  # noqa: BLE001 - the border to the user: a fault ends in a sentence
        if os.environ.get(DEBUG_VARIABLE):
            raise
        return _fail(f"Internal fault: {type(error).__name__}: {error}. Please report it "
                     f"(set {DEBUG_VARIABLE}=1 to see where).", 1, wants_json)


def _fail(sentence: str, code: int, wants_json: bool, findings: Sequence = ()) -> int:
    sentence = " ".join(sentence.split())
    sys.stderr.write(sentence + "\n")
    if wants_json:
        error = {"sentence": sentence, "exit_code": code, "findings": [finding.to_dict() for finding in findings]}
        sys.stdout.write(json.dumps({"error": error}, indent=2, ensure_ascii=False) + "\n")
    return code


def _add_json(command: argparse.ArgumentParser) -> None:
    for action in command._actions:  # noqa: SLF001 - argparse offers no public list
        if isinstance(action, argparse._SubParsersAction):  # noqa: SLF001
            for nested in action.choices.values():
                _add_json(nested)
            return
    command.add_argument("--json", action="store_true", help="print one JSON object and nothing else")


if __name__ == "__main__":
    sys.exit(main())
