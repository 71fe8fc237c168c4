"""``batch LIST --out DIR``: many scans, on several workers; what is done stays done."""

from __future__ import annotations

import argparse
import hashlib
import re
import sys
from pathlib import Path

from ..batch.case import BatchCase
from ..batch.case_folder import case_rows, find_cases
from ..batch.case_list import COLUMNS, read_case_list
from ..batch.computation import DONE, FAILED, REFUSED
from ..batch.run import BatchEnd, Part, merge_batch, run_batch
from ..batch.settings import BatchSettings, models_to_try
from ..batch.tables import FAILURES, FEATURES, MISSING, SCORES
from ..batch.workers import LOKY, Workers, planned
from ..errors import InputError
from ..features.profile_file import load_profile, profile_names
from ..models.bundle import ModelBundle
from ..regions.request import SITES
from ..regions.trabecular import DEFAULT_DEPTH_MM
from ..report.files import write_folder
from ..report.tables import features_csv
from .extract_several import DONE_IN_PART
from .output import ProgressBar
from .report_options import add_report_arguments

LIST = "cohort.csv"
_REFUSED = 2


def add_command(commands) -> None:
    columns = "".join(f"\n  {name:15} {meaning}" for name, (meaning, _) in COLUMNS.items())
    command = commands.add_parser(
        "batch", help="score and measure many scans: a list or a folder in, tables and cards out",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog=f"columns of LIST (CSV, UTF-8, comma; 'case' and 'image' are needed):{columns}\n\nAll other columns are "
               "carried into the tables; models take clinical values from them by name.")
    command.add_argument("table", type=Path, metavar="LIST", help="a CSV file with a row for each case, or a folder "
                         "whose scans are taken")
    command.add_argument("--out", required=True, type=Path, metavar="DIR", help="folder for tables and cases")
    command.add_argument("--profile", metavar="P", help="also extract radiomics features: "
                         f"{', '.join(profile_names())}, or a YAML file")
    command.add_argument("--model", action="append", default=[], metavar="ID", help="apply this model only; "
                         "repeatable (default: every model that fits)")
    command.add_argument("--site", choices=SITES, default=SITES[0], help="which bone, where the list does not say "
                         "(default %(default)s)")
    command.add_argument("--core-depth", type=float, default=DEFAULT_DEPTH_MM, metavar="MM",
                         help="how much is removed below the surface for a trabecular core (default %(default)s mm)")
    command.add_argument("--cards", action="store_true", help="also write the report and chart of each card")
    add_report_arguments(command)
    work = command.add_argument_group("work")
    work.add_argument("--jobs", type=int, metavar="N", help="how many cases at once, each in a process of its own "
                      "(default 1)")
    work.add_argument("--threads", type=int, metavar="N", help="threads of each (default: the processors shared out)")
    work.add_argument("--memory", type=float, metavar="GIB", help="the most memory that each may take (default: that "
                      "of the machine shared out)")
    where = work.add_mutually_exclusive_group()
    where.add_argument("--dask", metavar="ADDRESS", default="", help="have the workers of this dask scheduler do it; "
                       "they must see the same files under the same paths")
    where.add_argument("--backend", default=LOKY, metavar="NAME", help="another backend of joblib, such as threading")
    work.add_argument("--resume", action="store_true", help="continue in the folder of an earlier run")
    work.add_argument("--retry-failed", action="store_true", help="with --resume: compute failed cases again")
    part = work.add_mutually_exclusive_group()
    part.add_argument("--shard", type=_part, default=Part(), metavar="I/N", help="do the I-th of N parts only, as a "
                      "task of a cluster's array; --merge afterwards makes the tables")
    part.add_argument("--merge", action="store_true", help="compute nothing, make the tables of what is done")
    command.set_defaults(run=run)


def run(options: argparse.Namespace) -> dict:
    if options.retry_failed and not options.resume:
        raise InputError("--retry-failed goes with --resume.")
    if options.out.exists() and not options.out.is_dir():
        raise InputError(f"'{options.out}' is a file; name a folder to write into.")
    models = models_to_try(options.model)
    settings = BatchSettings(options.site, tuple((model.id, model.version, model.sha256) for model in models),
                             tuple(options.model), load_profile(options.profile) if options.profile else None,
                             options.core_depth, options.cards, options.language, options.pdf)
    workers = planned(options.jobs, options.threads, options.memory, options.backend, options.dask)
    cases, source = _cases(options, models)
    if options.merge:
        if not options.out.is_dir():
            raise InputError(f"There is no folder '{options.out}' whose tables could be made.")
        end = merge_batch(cases, options.out, settings, source)
    else:
        end = _run(options, cases, settings, workers, source)
    if options.table.is_dir():
        write_folder(options.out, {LIST: features_csv(case_rows(cases))})
    return _told(options, end)


def _run(options: argparse.Namespace, cases: tuple[BatchCase, ...], settings: BatchSettings, workers: Workers,
         source: dict[str, str]) -> BatchEnd:
    if options.shard.number > len(cases):
        raise InputError(f"There are {len(cases)} cases only; the part {options.shard.number} is empty.")
    if not options.json:
        print(_workers_text(workers, len(options.shard.of(cases))))
    bar = ProgressBar(options.json)
    try:
        return run_batch(cases, options.out, settings, workers, options.shard, options.resume, options.retry_failed,
                         source, bar, say=lambda sentence: sys.stderr.write(sentence + "\n"))
    except KeyboardInterrupt:
        raise InputError(f"Interrupted; what is done is kept in '{options.out}': continue with --resume.") from None
    finally:
        bar.close()


def _cases(options: argparse.Namespace, models: tuple[ModelBundle, ...]) -> tuple[tuple[BatchCase, ...],
                                                                                dict[str, str]]:
    """The cases, and what they come from."""
    if options.table.is_dir():
        return find_cases(options.table), {"kind": "folder"}
    cases = read_case_list(options.table, models, options.model)
    digest = hashlib.sha256(options.table.read_bytes()).hexdigest()
    return cases, {"kind": "list", "name": options.table.name, "sha256": digest}


def _part(text: str) -> Part:
    found = re.fullmatch(r"(\d+)/(\d+)", text)
    if not found or not 1 <= int(found[1]) <= int(found[2]):
        raise argparse.ArgumentTypeError(f"'{text}' is no part; write such as 3/20, the third of twenty")
    return Part(int(found[1]), int(found[2]))


def _workers_text(workers: Workers, cases: int) -> str:
    if workers.address:
        return f"{cases} cases for the dask cluster at {workers.address}, {workers.threads} threads each."
    memory = f", at most {workers.memory_bytes / 2**30:.1f} GiB each" if workers.memory_bytes else ""
    return f"{cases} cases for {workers.jobs} workers ({workers.backend}), {workers.threads} threads{memory}."


def _told(options: argparse.Namespace, end: BatchEnd) -> dict:
    without = end.counts[REFUSED] + end.counts[FAILED] + end.counts[MISSING]
    tables = [] if not options.shard.is_all else [FEATURES, SCORES, FAILURES]
    if not options.json:
        print(", ".join(f"{number} {how}" for how, number in end.counts.items() if number or how == DONE) + ".")
        if tables:
            print(f"Written to {options.out}: {', '.join(tables)}")
    if end.failure:
        sys.stderr.write(f"{without} cases gave nothing; the first, '{end.failure[0]}': {end.failure[1]}\n")
    code = 0 if not without else DONE_IN_PART if end.counts[DONE] else _REFUSED
    return {"cases": end.counts, "output": str(options.out), "tables": tables, "exit_code": code}
