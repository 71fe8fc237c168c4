"""``batch LIST --out DIR``: many scans, on several workers; what is done stays done."""

from __future__ import annotations

import argparse
import re
import sys
from pathlib import Path

from ..batch.case_list import COLUMNS
from ..batch.computation import DONE, FAILED, REFUSED
from ..batch.request import BatchRequest, PreparedBatch, prepare
from ..batch.run import BatchEnd, Part
from ..batch.tables import FAILURES, FEATURES, MISSING, SCORES
from ..batch.workers import LOKY, Workers, planned
from ..errors import InputError
from ..features.profile_file import profile_names
from ..regions.request import SITES
from ..regions.trabecular import DEFAULT_DEPTH_MM
from .extract_several import DONE_IN_PART
from .output import ProgressBar
from .report_options import add_report_arguments

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
    batch = prepare(BatchRequest(
        str(options.table), str(options.out), options.profile or "", tuple(options.model), options.site,
        options.core_depth, options.cards, options.language, options.pdf, options.resume, options.retry_failed))
    workers = planned(options.jobs, options.threads, options.memory, options.backend, options.dask)
    if options.merge:
        if not options.out.is_dir():
            raise InputError(f"There is no folder '{options.out}' whose tables could be made.")
        return _told(options, batch.merge())
    if options.shard.number > len(batch.cases):
        raise InputError(f"There are {len(batch.cases)} cases only; the part {options.shard.number} is empty.")
    return _told(options, _run(options, batch, workers))


def _run(options: argparse.Namespace, batch: PreparedBatch, workers: Workers) -> BatchEnd:
    if not options.json:
        print(_workers_text(workers, len(options.shard.of(batch.cases))))
    bar = ProgressBar(options.json)
    try:
        return batch.run(workers, options.shard, bar, say=lambda sentence: sys.stderr.write(sentence + "\n"))
    except KeyboardInterrupt:
        raise InputError(f"Interrupted; what is done is kept in '{options.out}': continue with --resume.") from None
    finally:
        bar.close()


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
