"""peers.py NAME=VALUE …: processor seconds of the bench's job, native, for the engine and its peers.

Takes `binary` (bench-read), `folder`, `rows`, `rounds`, `first` (the hour of the first cell since 1970) and `count`.
First every peer's cells are compared in full, then rounds are run in turn. All are warm before the clock starts: libraries
in this process, whose threads are counted too, programs in one of their own. Prints lines of words separated by tabs: `same PART PEER`, `absent PART PEER WHY`, `time PART PEER SECONDS`, `fact NAME VALUE`.
"""

import json
import math
import os
import resource
import subprocess
import sys
from datetime import datetime

MS_PER_HOUR = 3_600_000
CHUNK_BYTES = 1 << 20
options = dict(argument.split("=", 1) for argument in sys.argv[1:])
FIRST, COUNT, ROWS = int(options["first"]), int(options["count"]), options["rows"]
PATHS = {form: f"{options['folder']}/rows-{ROWS}.{form}" for form in ("ndjson", "csv", "arrow")}


def say(*words):
    print(*words, sep="\t", flush=True)


def program(way, form):
    """bench-read, which does the job once when it starts and once more for each line that it is given."""
    running = []

    def run():
        if running:
            running[0].stdin.write("\n")
            running[0].stdin.flush()
            return cells(running[0])
        command = [options["binary"], way, PATHS[form], str(FIRST), str(COUNT)]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        running.append(subprocess.Popen(command, text=True, **pipes))
        return cells(running[0])

    def cells(process):
        lines = [process.stdout.readline() for _ in range(COUNT)]
        if not lines[-1]:
            raise RuntimeError(process.stderr.read().strip())
        return {FIRST + place: tuple(float(number) for number in line.split()) for place, line in enumerate(lines)}

    def spent():
        # Nanoseconds of its only thread, by the scheduler's count.
        with open(f"/proc/{running[0].pid}/schedstat") as counts:
            return int(counts.read().split()[0]) / 1e9

    return run, spent


def library(run):
    return run, spent_here


def duckdb_peers():
    import duckdb

    say("fact", "duckdb (native)", duckdb.__version__)
    connection = duckdb.connect()

    def query(source):
        rows = connection.execute(
            f"""SELECT epoch_ms(started_at) // {MS_PER_HOUR} AS hour, count(*), count(*) FILTER (status = 'completed'),
                       count(*) FILTER (status = 'failed'), avg(duration_ms)
                FROM {source} WHERE started_at IS NOT NULL GROUP BY hour"""
        ).fetchall()
        return {hour: cell for hour, *cell in rows}

    def arrow():
        import pyarrow

        with pyarrow.memory_map(PATHS["arrow"]) as source:
            connection.register("arrow_rows", pyarrow.ipc.open_stream(source).read_all())
            try:
                return query("arrow_rows")
            finally:
                connection.unregister("arrow_rows")

    columns = "columns = {status: 'VARCHAR', started_at: 'TIMESTAMP', duration_ms: 'BIGINT'}"
    types = "types = {started_at: 'TIMESTAMP'}"
    yield "native ndjson", "DuckDB read_json", lambda: query(
        f"read_json('{PATHS['ndjson']}', format = 'newline_delimited', {columns})"
    )
    yield "native csv", "DuckDB read_csv", lambda: query(f"read_csv('{PATHS['csv']}', header = true, {types})")
    yield "native arrow", "DuckDB Arrow", arrow


def polars_peers():
    import polars

    say("fact", "polars", polars.__version__)
    column = polars.col

    def query(frame, is_text):
        start = column("started_at")
        if is_text:
            start = start.str.to_datetime("%Y-%m-%dT%H:%M:%S%.3fZ", time_unit="ms")
        status = column("status").cast(polars.String)
        done = (
            frame.select(start.dt.epoch("ms").alias("ms"), status, column("duration_ms"))
            .filter(column("ms").is_not_null())
            .group_by((column("ms") // MS_PER_HOUR).alias("hour"))
            .agg(
                polars.len(),
                (column("status") == "completed").sum().alias("completed"),
                (column("status") == "failed").sum().alias("failed"),
                column("duration_ms").mean(),
            )
            .collect()
        )
        return {hour: cell for hour, *cell in done.iter_rows()}

    schema = {"status": polars.String, "started_at": polars.String, "duration_ms": polars.Int64}
    yield "native ndjson", "Polars scan_ndjson", lambda: query(polars.scan_ndjson(PATHS["ndjson"], schema=schema), True)
    yield "native csv", "Polars scan_csv", lambda: query(
        polars.scan_csv(PATHS["csv"], schema_overrides={"started_at": polars.String}), True
    )
    yield "native arrow", "Polars Arrow", lambda: query(polars.read_ipc_stream(PATHS["arrow"]).lazy(), False)


def datafusion_peers():
    import datafusion
    import pyarrow

    say("fact", "datafusion", datafusion.__version__)
    fields = [("status", pyarrow.string()), ("started_at", pyarrow.string()), ("duration_ms", pyarrow.int64())]

    def query(context):
        rows = context.sql(
            f"""SELECT CAST(CAST(started_at AS TIMESTAMP(3)) AS BIGINT) / {MS_PER_HOUR} AS hour, count(*) AS n,
                       count(*) FILTER (WHERE status = 'completed') AS completed,
                       count(*) FILTER (WHERE status = 'failed') AS failed, avg(duration_ms) AS mean
                FROM executions WHERE started_at IS NOT NULL GROUP BY 1"""
        ).to_pydict()
        return dict(zip(rows["hour"], zip(rows["n"], rows["completed"], rows["failed"], rows["mean"])))

    def ndjson():
        context = datafusion.SessionContext()
        context.register_json("executions", PATHS["ndjson"], schema=pyarrow.schema(fields), file_extension=".ndjson")
        return query(context)

    def csv():
        context = datafusion.SessionContext()
        context.register_csv("executions", PATHS["csv"], has_header=True)
        return query(context)

    yield "native ndjson", "DataFusion json", ndjson
    yield "native csv", "DataFusion csv", csv


def python_peers():
    def loop():
        cells = {}
        with open(PATHS["ndjson"], encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                start = row["started_at"]
                if start is None:
                    continue
                hour = int(datetime.fromisoformat(start).timestamp() * 1000) // MS_PER_HOUR
                cell = cells.get(hour)
                if cell is None:
                    cell = cells[hour] = [0, 0, 0, 0, 0]
                cell[0] += 1
                cell[1] += row["status"] == "completed"
                cell[2] += row["status"] == "failed"
                if row["duration_ms"] is not None:
                    cell[3] += row["duration_ms"]
                    cell[4] += 1
        return {hour: (n, completed, failed, total / timed if timed else math.nan)
                for hour, (n, completed, failed, total, timed) in cells.items()}

    yield "native ndjson", "Python json loop", loop


def same(one, other):
    """Counts are equal and means agree to the last digits of a double; an hour without rows may be absent."""

    def numbers(cell):
        return [math.nan if number is None else float(number) for number in cell]

    def close(a, b):
        return (math.isnan(a) and math.isnan(b)) or math.isclose(a, b, rel_tol=1e-9)

    empty = (0, 0, 0, math.nan)
    return all(
        all(map(close, numbers(one.get(hour, empty)), numbers(other.get(hour, empty))))
        for hour in one.keys() | other.keys()
    )


def spent_here():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def gather():
    yield "native ndjson", "engine", program("engine", "ndjson")
    yield "native ndjson", "serde_json owned", program("owned", "ndjson")
    yield "native ndjson", "serde_json borrowed", program("borrowed", "ndjson")
    yield "native ndjson", "serde_json, three fields alone", program("lean", "ndjson")
    yield "native csv", "engine", program("engine", "csv")
    yield "native arrow", "engine", program("engine", "arrow")
    for name, make in [("duckdb", duckdb_peers), ("polars", polars_peers), ("datafusion", datafusion_peers)]:
        try:
            for part, peer, run in make():
                yield part, peer, library(run)
        except ImportError as error:
            say("absent", "native ndjson", name, f"not installable: {error}")
    for part, peer, run in python_peers():
        yield part, peer, library(run)


def main():
    only = options.get("only", "")
    peers, reference = [], None
    for part, peer, (run, spent) in gather():
        if only not in f"{part} {peer}" and reference is not None:
            continue
        try:
            cells = run()
        except Exception as error:  # A peer that refuses is a row of the table, not the end of it.
            words = " ".join(str(error).split())
            not_yet = "not built yet: " if peer == "engine" and "does not know this form" in words else ""
            say("absent", part, peer, not_yet + words[:200])
            continue
        reference = reference or cells
        if not same(reference, cells):
            sys.exit(f"{part}: the cells of {peer} are not those of the engine's NDJSON")
        say("same", part, peer)
        peers.append((part, peer, run, spent))
    slow = {"Python json loop"}
    for number in range(int(options["rounds"])):
        for part, peer, run, spent in peers:
            # A loop that is thirty times slower needs no nine rounds to be known to be.
            if peer in slow and number >= 3:
                continue
            before = spent()
            run()
            say("time", part, peer, f"{spent() - before:.6f}")


main()
