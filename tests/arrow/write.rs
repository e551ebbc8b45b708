//! Rows as Arrow, written by the arrow crates: the oracle of the engine's own reader. Each column is written in the
//! type that a [`Shape`] names.

use arrow_array::builder::{GenericListBuilder, ListBuilder, StringBuilder, StringDictionaryBuilder};
use arrow_array::types::*;
use arrow_array::*;
use arrow_ipc::writer::{DictionaryHandling, FileWriter, IpcWriteOptions, StreamWriter};
use arrow_schema::{Field, Schema};
use std::sync::Arc;

/// A row as it was meant.
#[derive(Clone, Debug, Default)]
pub struct Row {
    pub id: Option<String>,
    pub workflow_id: Option<String>,
    pub workflow: Option<String>,
    pub status: Option<String>,
    /// Whole seconds, so that every type can say it; a whole day where the type is a date.
    pub started_at: Option<i64>,
    pub finished_at: Option<i64>,
    /// Milliseconds.
    pub duration_ms: Option<i64>,
    pub tags: Vec<String>,
    pub attempt: Option<i64>,
    pub error: Option<String>,
}

/// In which types the columns are written; each number chooses one of a list.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shape {
    pub text: usize,
    pub start: usize,
    pub duration: usize,
    pub tags: usize,
    pub is_file: bool,
    pub has_delta: bool,
}

pub const TEXTS: usize = 11;
pub const STARTS: usize = 14;
pub const DURATIONS: usize = 12;
pub const TAGS: usize = 4;

fn dictionary<K: ArrowDictionaryKeyType>(texts: &[Option<&str>]) -> ArrayRef {
    let mut builder = StringDictionaryBuilder::<K>::new();
    for text in texts {
        match text {
            Some(text) => builder.append_value(text),
            None => builder.append_null(),
        }
    }
    Arc::new(builder.finish())
}

fn texts(shape: usize, texts: &[Option<&str>]) -> ArrayRef {
    let all = || texts.iter().copied();
    match shape {
        0 => Arc::new(all().collect::<StringArray>()),
        1 => Arc::new(all().collect::<LargeStringArray>()),
        2 => Arc::new(all().collect::<StringViewArray>()),
        3 => dictionary::<Int8Type>(texts),
        4 => dictionary::<UInt8Type>(texts),
        5 => dictionary::<Int16Type>(texts),
        6 => dictionary::<UInt16Type>(texts),
        7 => dictionary::<Int32Type>(texts),
        8 => dictionary::<UInt32Type>(texts),
        9 => dictionary::<Int64Type>(texts),
        _ => dictionary::<UInt64Type>(texts),
    }
}

/// True if a start of this shape says its zone.
pub fn has_zone(start: usize) -> bool {
    !matches!(start, 4..=7 | 11 | 12)
}

/// True if a start of this shape is a whole day.
pub fn is_day(start: usize) -> bool {
    matches!(start, 11 | 12)
}

fn starts(shape: usize, seconds: &[Option<i64>]) -> ArrayRef {
    let scaled = |by: i64| seconds.iter().map(move |second| second.map(|second| second * by));
    match shape {
        0 => Arc::new(scaled(1).collect::<TimestampSecondArray>().with_timezone("UTC")),
        1 => Arc::new(scaled(1_000).collect::<TimestampMillisecondArray>().with_timezone("Asia/Kathmandu")),
        2 => Arc::new(scaled(1_000_000).collect::<TimestampMicrosecondArray>().with_timezone("+05:45")),
        3 => Arc::new(scaled(1_000_000_000).collect::<TimestampNanosecondArray>().with_timezone("UTC")),
        4 => Arc::new(scaled(1).collect::<TimestampSecondArray>()),
        5 => Arc::new(scaled(1_000).collect::<TimestampMillisecondArray>()),
        6 => Arc::new(scaled(1_000_000).collect::<TimestampMicrosecondArray>()),
        7 => Arc::new(scaled(1_000_000_000).collect::<TimestampNanosecondArray>()),
        8 => Arc::new(scaled(1_000).collect::<Int64Array>()),
        9 => Arc::new(seconds.iter().map(|second| second.map(|second| second as f64)).collect::<Float64Array>()),
        10 => Arc::new(seconds.iter().map(|second| second.map(|second| second as u64)).collect::<UInt64Array>()),
        11 => Arc::new(
            seconds.iter().map(|second| second.map(|second| (second / 86_400) as i32)).collect::<Date32Array>(),
        ),
        12 => Arc::new(scaled(1_000).collect::<Date64Array>()),
        _ => Arc::new(seconds.iter().map(|second| second.map(|second| format!("{second}"))).collect::<StringArray>()),
    }
}

fn durations(shape: usize, ms: &[Option<i64>]) -> ArrayRef {
    let scaled = |by: i64| ms.iter().map(move |ms| ms.map(|ms| ms * by));
    match shape {
        0 => Arc::new(scaled(1).collect::<DurationMillisecondArray>()),
        1 => Arc::new(scaled(1_000).collect::<DurationMicrosecondArray>()),
        2 => Arc::new(scaled(1_000_000).collect::<DurationNanosecondArray>()),
        3 => Arc::new(ms.iter().map(|ms| ms.map(|ms| ms / 1000)).collect::<DurationSecondArray>()),
        4 => Arc::new(ms.iter().map(|ms| ms.map(|ms| ms as i8)).collect::<Int8Array>()),
        5 => Arc::new(ms.iter().map(|ms| ms.map(|ms| ms as u8)).collect::<UInt8Array>()),
        6 => Arc::new(ms.iter().map(|ms| ms.map(|ms| ms as i16)).collect::<Int16Array>()),
        7 => Arc::new(ms.iter().map(|ms| ms.map(|ms| ms as u16)).collect::<UInt16Array>()),
        8 => Arc::new(ms.iter().map(|ms| ms.map(|ms| ms as i32)).collect::<Int32Array>()),
        9 => Arc::new(ms.iter().map(|ms| ms.map(|ms| ms as u32)).collect::<UInt32Array>()),
        10 => Arc::new(ms.iter().map(|ms| ms.map(|ms| ms as f32)).collect::<Float32Array>()),
        _ => Arc::new(ms.iter().map(|ms| ms.map(|ms| ms as f64)).collect::<Float64Array>()),
    }
}

/// The milliseconds that a duration of this shape can carry of those that were meant.
pub fn carried_duration(shape: usize, ms: i64) -> i64 {
    match shape {
        3 => ms / 1000 * 1000,
        4 => i64::from(ms as i8),
        5 => i64::from(ms as u8),
        6 => i64::from(ms as i16),
        7 => i64::from(ms as u16),
        8 => i64::from(ms as i32),
        9 => i64::from(ms as u32),
        10 => ms as f32 as i64,
        _ => ms,
    }
}

fn tags(shape: usize, rows: &[Row]) -> ArrayRef {
    fn list<O: OffsetSizeTrait>(rows: &[Row]) -> ArrayRef {
        let mut builder = GenericListBuilder::<O, _>::new(StringBuilder::new());
        for row in rows {
            row.tags.iter().for_each(|tag| builder.values().append_value(tag));
            builder.append(!row.tags.is_empty());
        }
        Arc::new(builder.finish())
    }
    match shape {
        0 => list::<i32>(rows),
        1 => list::<i64>(rows),
        2 => {
            let mut builder = ListBuilder::new(StringDictionaryBuilder::<Int16Type>::new());
            for row in rows {
                row.tags.iter().for_each(|tag| builder.values().append_value(tag));
                builder.append(true);
            }
            Arc::new(builder.finish())
        }
        _ => Arc::new(rows.iter().map(|row| Some(row.tags.join("|"))).collect::<StringArray>()),
    }
}

/// A column of a type that the reader passes, so that those behind it are found all the same.
fn passed(rows: usize) -> Vec<(&'static str, ArrayRef)> {
    let schema_types = [
        ("nothing", arrow_schema::DataType::Null),
        ("decimal", arrow_schema::DataType::Decimal128(10, 2)),
        ("binary", arrow_schema::DataType::LargeBinary),
        ("view", arrow_schema::DataType::BinaryView),
        ("fixed", arrow_schema::DataType::FixedSizeBinary(3)),
        (
            "struct",
            arrow_schema::DataType::Struct(vec![Field::new("inner", arrow_schema::DataType::Utf8View, true)].into()),
        ),
    ];
    schema_types.map(|(name, data_type)| (name, new_null_array(&data_type, rows))).into()
}

fn batch(rows: &[Row], shape: Shape) -> RecordBatch {
    let text = |part: fn(&Row) -> &Option<String>, offset: usize| {
        let parts: Vec<_> = rows.iter().map(|row| part(row).as_deref()).collect();
        texts((shape.text + offset) % TEXTS, &parts)
    };
    let mut columns = passed(rows.len());
    columns.splice(
        2..2,
        [
            ("id", text(|row| &row.id, 0)),
            ("Started_At", starts(shape.start, &rows.iter().map(|row| row.started_at).collect::<Vec<_>>())),
        ],
    );
    columns.extend([
        ("workflow_id", text(|row| &row.workflow_id, 3)),
        ("workflow", text(|row| &row.workflow, 5)),
        ("status", text(|row| &row.status, 7)),
        ("finished_at", starts((shape.start + 1) % 4, &rows.iter().map(|row| row.finished_at).collect::<Vec<_>>())),
        ("duration_ms", durations(shape.duration, &rows.iter().map(|row| row.duration_ms).collect::<Vec<_>>())),
        ("tags", tags(shape.tags, rows)),
        ("attempt", Arc::new(rows.iter().map(|row| row.attempt).collect::<Int64Array>())),
        ("error", text(|row| &row.error, 2)),
    ]);
    let fields: Vec<_> =
        columns.iter().map(|(name, column)| Field::new(*name, column.data_type().clone(), true)).collect();
    let columns = columns.into_iter().map(|(_, column)| column).collect();
    RecordBatch::try_new(Arc::new(Schema::new(fields)), columns).unwrap()
}

/// The bytes of rows, `size` a batch.
pub fn write(rows: &[Row], size: usize, shape: Shape) -> Vec<u8> {
    let handling =
        if shape.has_delta || shape.is_file { DictionaryHandling::Delta } else { DictionaryHandling::Resend };
    let options = IpcWriteOptions::default().with_dictionary_handling(handling);
    let schema = batch(&[], shape).schema();
    let batches = rows.chunks(size.max(1)).map(|rows| batch(rows, shape));
    if shape.is_file {
        // A file may have one version of each dictionary: all rows are one batch.
        let mut writer = FileWriter::try_new_with_options(Vec::new(), &schema, options).unwrap();
        writer.write(&batch(rows, shape)).unwrap();
        writer.finish().unwrap();
        writer.into_inner().unwrap()
    } else {
        let mut writer = StreamWriter::try_new_with_options(Vec::new(), &schema, options).unwrap();
        batches.for_each(|batch| writer.write(&batch).unwrap());
        writer.finish().unwrap();
        writer.into_inner().unwrap()
    }
}

/// The same, compressed.
pub fn compressed(rows: &[Row]) -> Vec<u8> {
    let options = IpcWriteOptions::default().try_with_compression(Some(arrow_ipc::CompressionType::LZ4_FRAME)).unwrap();
    let batch = batch(rows, Shape::default());
    let mut writer = StreamWriter::try_new_with_options(Vec::new(), &batch.schema(), options).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

/// A stream whose start is of a type that no instant is.
pub fn with_start_as_decimal() -> Vec<u8> {
    let starts: ArrayRef = Arc::new(Decimal128Array::from(vec![1_770_870_600]));
    let statuses: ArrayRef = Arc::new(StringArray::from(vec!["completed"]));
    let batch = RecordBatch::try_from_iter([("started_at", starts), ("status", statuses)]).unwrap();
    let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

/// The messages of a stream: where each begins, and its parts.
fn messages(stream: &[u8]) -> Vec<(usize, arrow_ipc::Message<'_>)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at + 8 <= stream.len() {
        let length = u32::from_le_bytes(stream[at + 4..at + 8].try_into().unwrap()) as usize;
        if length == 0 {
            break;
        }
        let message = arrow_ipc::root_as_message(&stream[at + 8..at + 8 + length]).unwrap();
        found.push((at, message));
        at += 8 + length + message.bodyLength() as usize;
    }
    found
}

/// Where the last message of a stream says how long its body is.
pub fn place_of_body_length(stream: &[u8]) -> usize {
    let (at, message) = *messages(stream).last().unwrap();
    let length = message.bodyLength().to_le_bytes();
    at + stream[at..].windows(8).position(|bytes| bytes == length).unwrap()
}

/// A stream with an empty batch at its end, whose metadata have a key and a value.
pub fn with_end(stream: &[u8], key: &str, value: &str) -> Vec<u8> {
    let schema = messages(stream)[0].1.header_as_schema().unwrap();
    let buffers = |field: arrow_ipc::Field<'_>| buffers_of(&field);
    let fields: Vec<_> = schema.fields().unwrap().iter().collect();
    let nodes: usize = fields.iter().map(nodes_of).sum();
    let buffer_count: usize = fields.iter().copied().map(buffers).sum();
    let views = fields.iter().map(views_of).sum::<usize>();
    let mut builder = flatbuffers::FlatBufferBuilder::new();
    let nodes = builder.create_vector(&vec![arrow_ipc::FieldNode::new(0, 0); nodes]);
    let buffers = builder.create_vector(&vec![arrow_ipc::Buffer::new(0, 0); buffer_count]);
    let variadic = builder.create_vector(&vec![0_i64; views]);
    let batch = arrow_ipc::RecordBatch::create(
        &mut builder,
        &arrow_ipc::RecordBatchArgs {
            length: 0,
            nodes: Some(nodes),
            buffers: Some(buffers),
            compression: None,
            variadicBufferCounts: Some(variadic),
        },
    );
    let (key, value) = (builder.create_string(key), builder.create_string(value));
    let pair =
        arrow_ipc::KeyValue::create(&mut builder, &arrow_ipc::KeyValueArgs { key: Some(key), value: Some(value) });
    let pairs = builder.create_vector(&[pair]);
    let message = arrow_ipc::Message::create(
        &mut builder,
        &arrow_ipc::MessageArgs {
            version: arrow_ipc::MetadataVersion::V5,
            header_type: arrow_ipc::MessageHeader::RecordBatch,
            header: Some(batch.as_union_value()),
            bodyLength: 0,
            custom_metadata: Some(pairs),
        },
    );
    builder.finish(message, None);
    let mut metadata = builder.finished_data().to_vec();
    metadata.resize(metadata.len().next_multiple_of(8), 0);
    let end = [0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];
    let mut out = stream.strip_suffix(&end).unwrap_or(stream).to_vec();
    out.extend([0xff; 4]);
    out.extend((metadata.len() as u32).to_le_bytes());
    out.extend(metadata);
    out.extend(end);
    out
}

fn children<'a>(field: &arrow_ipc::Field<'a>) -> Vec<arrow_ipc::Field<'a>> {
    let is_encoded = field.dictionary().is_some();
    field.children().filter(|_| !is_encoded).into_iter().flatten().collect()
}

fn nodes_of(field: &arrow_ipc::Field<'_>) -> usize {
    1 + children(field).iter().map(nodes_of).sum::<usize>()
}

fn views_of(field: &arrow_ipc::Field<'_>) -> usize {
    let is_view = matches!(field.type_type(), arrow_ipc::Type::Utf8View | arrow_ipc::Type::BinaryView);
    usize::from(is_view && field.dictionary().is_none()) + children(field).iter().map(views_of).sum::<usize>()
}

fn buffers_of(field: &arrow_ipc::Field<'_>) -> usize {
    use arrow_ipc::Type;
    let own = match field.type_type() {
        _ if field.dictionary().is_some() => 2,
        Type::Null => 0,
        Type::Utf8 | Type::LargeUtf8 | Type::LargeBinary => 3,
        Type::Struct_ => 1,
        _ => 2,
    };
    own + children(field).iter().map(buffers_of).sum::<usize>()
}

/// One batch of columns of any types.
pub fn of_columns(columns: Vec<(&str, ArrayRef)>) -> Vec<u8> {
    let batch = RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)));
    let batch = batch.unwrap();
    let mut writer = StreamWriter::try_new(Vec::new(), &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.into_inner().unwrap()
}

/// Texts, or none.
pub fn texts_of(texts: &[Option<&str>]) -> ArrayRef {
    Arc::new(texts.iter().copied().collect::<StringArray>())
}

/// The same as numbers of a dictionary's entries.
pub fn coded(texts: &[Option<&str>]) -> ArrayRef {
    dictionary::<Int8Type>(texts)
}

/// Whole numbers.
pub fn wholes(numbers: &[i64]) -> ArrayRef {
    Arc::new(Int64Array::from(numbers.to_vec()))
}

/// Columns within one; `are_there` says in which rows there is one, whatever its columns hold there.
pub fn within(columns: Vec<(&str, ArrayRef)>, are_there: Option<Vec<bool>>) -> ArrayRef {
    let (fields, arrays): (Vec<Field>, Vec<ArrayRef>) =
        columns.into_iter().map(|(name, array)| (Field::new(name, array.data_type().clone(), true), array)).unzip();
    Arc::new(StructArray::new(fields.into(), arrays, are_there.map(Into::into)))
}

/// A map of one pair a row.
pub fn pairs(rows: usize) -> ArrayRef {
    let mut builder = arrow_array::builder::MapBuilder::new(None, StringBuilder::new(), StringBuilder::new());
    for _ in 0..rows {
        builder.keys().append_value("k");
        builder.values().append_value("v");
        builder.append(true).unwrap();
    }
    Arc::new(builder.finish())
}
