"""arrow.py CSV ARROW: the rows of a CSV file as an Arrow IPC stream, uncompressed, texts as dictionaries.

The times are milliseconds in UTC, `duration_ms` is an integer; nothing is computed. Written aside and renamed.
"""

import os
import sys

import pyarrow as pa
import pyarrow.csv

ROWS_A_BATCH = 65_536
TEXT = pa.dictionary(pa.int32(), pa.string())
INSTANT = pa.timestamp("ms", tz="UTC")
COLUMNS = {
    "id": pa.int64(),
    "workflow_id": TEXT,
    "workflow": TEXT,
    "status": TEXT,
    "mode": TEXT,
    "started_at": INSTANT,
    "finished_at": INSTANT,
    "duration_ms": pa.int64(),
    "attempt": pa.int32(),
    "tags": TEXT,
    "error": TEXT,
}


def main(source, target):
    table = pyarrow.csv.read_csv(
        source,
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=COLUMNS, include_columns=list(COLUMNS), strings_can_be_null=True
        ),
    )
    # One dictionary a column for the whole stream: readers need not know how to replace one.
    table = table.unify_dictionaries().combine_chunks()
    staging = target + ".partial"
    with pa.ipc.new_stream(staging, table.schema) as writer:
        for batch in table.to_batches(max_chunksize=ROWS_A_BATCH):
            writer.write_batch(batch)
    os.rename(staging, target)


main(*sys.argv[1:])
