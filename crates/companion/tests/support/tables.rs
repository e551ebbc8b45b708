//! Tables of columns as Arrow and as Parquet, the latter as writers of Arrow do it: the types that Parquet lacks stand in
//! the schema of Arrow that is kept beside its own.
#![allow(dead_code, reason = "each test file uses its own part")]
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal128Type, DurationMicrosecondType, DurationMillisecondType, DurationNanosecondType,
    DurationSecondType, Float32Type, Float64Type, Int32Type, Int64Type, Time64MicrosecondType,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt64Type,
};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, RecordBatch};
use arrow_ipc::writer::StreamWriter;
use arrow_schema::{DataType, TimeUnit};
use base64::Engine;
use parquet::basic::{LogicalType, Repetition, TimeUnit as Unit, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DoubleType, FixedLenByteArray, FixedLenByteArrayType};
use parquet::data_type::{DataType as Kind, FloatType, Int32Type as Int32, Int64Type as Int64};
use parquet::file::metadata::KeyValue;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedFileWriter, SerializedRowGroupWriter};
use parquet::schema::types::{Type, TypePtr};
use std::sync::Arc;

/// Names and values.
pub type Table = Vec<(String, ArrayRef)>;

/// A table as a stream of Arrow.
pub fn arrow(table: &Table) -> Vec<u8> {
    // A column is nullable, whether it has nulls or not.
    let batch =
        RecordBatch::try_from_iter_with_nullable(table.iter().map(|(name, values)| (name, values.clone(), true)));
    let (batch, mut bytes) = (batch.unwrap(), Vec::new());
    let mut writer = StreamWriter::try_new(&mut bytes, &batch.schema()).unwrap();
    writer.write(&batch).unwrap();
    writer.finish().unwrap();
    bytes
}

/// A table as a Parquet file.
pub fn parquet(table: &Table) -> Vec<u8> {
    let stream = arrow(table);
    // The schema is the first message of a stream: a mark, its length, and so many bytes.
    let length = u32::from_le_bytes(stream[4..8].try_into().unwrap()) as usize;
    let kept = base64::engine::general_purpose::STANDARD.encode(&stream[..8 + length]);
    let kept = vec![KeyValue::new("ARROW:schema".to_owned(), kept)];
    let fields = table.iter().map(|(name, values)| field(name, values.data_type())).collect();
    let schema = Arc::new(Type::group_type_builder("schema").with_fields(fields).build().unwrap());
    let properties = Arc::new(WriterProperties::builder().set_key_value_metadata(Some(kept)).build());
    let mut file = SerializedFileWriter::new(Vec::new(), schema, properties).unwrap();
    let mut group = file.next_row_group().unwrap();
    table.iter().for_each(|(_, values)| write(&mut group, values));
    group.close().unwrap();
    file.into_inner().unwrap()
}

fn field(name: &str, kind: &DataType) -> TypePtr {
    let one = |physical: Physical, logical: Option<LogicalType>| {
        let builder = Type::primitive_type_builder(name, physical).with_repetition(Repetition::OPTIONAL);
        Arc::new(builder.with_logical_type(logical).build().unwrap())
    };
    match kind {
        DataType::Boolean => one(Physical::BOOLEAN, None),
        DataType::Null => one(Physical::INT32, Some(LogicalType::Unknown)),
        DataType::Int32 => one(Physical::INT32, None),
        DataType::UInt64 => one(Physical::INT64, Some(LogicalType::integer(64, false))),
        DataType::Float32 => one(Physical::FLOAT, None),
        DataType::Float64 => one(Physical::DOUBLE, None),
        DataType::Date32 => one(Physical::INT32, Some(LogicalType::Date)),
        DataType::Time64(_) => one(Physical::INT64, Some(LogicalType::time(false, Unit::MICROS))),
        DataType::Timestamp(unit, zone) => {
            let unit = match unit {
                TimeUnit::Second => return one(Physical::INT64, None),
                TimeUnit::Millisecond => Unit::MILLIS,
                TimeUnit::Microsecond => Unit::MICROS,
                TimeUnit::Nanosecond => Unit::NANOS,
            };
            one(Physical::INT64, Some(LogicalType::timestamp(zone.is_some(), unit)))
        }
        DataType::Int64 | DataType::Date64 | DataType::Duration(_) => one(Physical::INT64, None),
        DataType::Binary => one(Physical::BYTE_ARRAY, None),
        DataType::Decimal128(precision, scale) => {
            let (precision, scale) = (i32::from(*precision), i32::from(*scale));
            let builder = Type::primitive_type_builder(name, Physical::FIXED_LEN_BYTE_ARRAY).with_length(16);
            let builder = builder.with_repetition(Repetition::OPTIONAL).with_precision(precision).with_scale(scale);
            Arc::new(builder.with_logical_type(Some(LogicalType::decimal(scale, precision))).build().unwrap())
        }
        DataType::List(item) => {
            let item = field("element", item.data_type());
            let list = Type::group_type_builder("list").with_repetition(Repetition::REPEATED).with_fields(vec![item]);
            let list = vec![Arc::new(list.build().unwrap())];
            let outer = Type::group_type_builder(name).with_repetition(Repetition::OPTIONAL).with_fields(list);
            Arc::new(outer.with_logical_type(Some(LogicalType::List)).build().unwrap())
        }
        _ => one(Physical::BYTE_ARRAY, Some(LogicalType::String)),
    }
}

fn write(group: &mut SerializedRowGroupWriter<'_, Vec<u8>>, values: &ArrayRef) {
    let DataType::List(_) = values.data_type() else {
        let levels: Vec<i16> =
            (0..values.len()).map(|row| i16::from(!values.is_null(row) && !is_null(values))).collect();
        return write_all(group, values, &levels, None);
    };
    let lists = values.as_list::<i32>();
    let (mut definitions, mut repetitions) = (Vec::new(), Vec::new());
    for row in 0..lists.len() {
        let items = if lists.is_null(row) { None } else { Some(lists.value(row)) };
        let count = items.as_ref().map_or(0, |items| items.len());
        if count == 0 {
            definitions.push(i16::from(items.is_some()));
            repetitions.push(0);
        }
        for item in 0..count {
            definitions.push(if items.as_ref().unwrap().is_null(item) { 2 } else { 3 });
            repetitions.push(i16::from(item > 0));
        }
    }
    // What a list that is none points at is not written.
    write_all(group, lists.values(), &definitions, Some(&repetitions));
}

fn is_null(values: &ArrayRef) -> bool {
    *values.data_type() == DataType::Null
}

fn write_all(
    group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
    values: &ArrayRef,
    definitions: &[i16],
    repetitions: Option<&[i16]>,
) {
    fn put<T: Kind>(
        group: &mut SerializedRowGroupWriter<'_, Vec<u8>>,
        values: Vec<T::T>,
        (definitions, repetitions): (&[i16], Option<&[i16]>),
    ) {
        let mut column = group.next_column().unwrap().unwrap();
        column.typed::<T>().write_batch(&values, Some(definitions), repetitions).unwrap();
        column.close().unwrap();
    }
    fn of<T: ArrowPrimitiveType>(values: &ArrayRef) -> Vec<T::Native> {
        values.as_primitive::<T>().iter().flatten().collect()
    }
    let levels = (definitions, repetitions);
    let text = |text: Option<&str>| text.map(ByteArray::from);
    match values.data_type() {
        DataType::Boolean => put::<BoolType>(group, values.as_boolean().iter().flatten().collect(), levels),
        DataType::Null => put::<Int32>(group, Vec::new(), levels),
        DataType::Int32 => put::<Int32>(group, of::<Int32Type>(values), levels),
        DataType::Date32 => put::<Int32>(group, of::<Date32Type>(values), levels),
        DataType::Int64 => put::<Int64>(group, of::<Int64Type>(values), levels),
        DataType::Date64 => put::<Int64>(group, of::<Date64Type>(values), levels),
        DataType::UInt64 => {
            let numbers = of::<UInt64Type>(values).into_iter().map(u64::cast_signed).collect();
            put::<Int64>(group, numbers, levels);
        }
        DataType::Float32 => put::<FloatType>(group, of::<Float32Type>(values), levels),
        DataType::Float64 => put::<DoubleType>(group, of::<Float64Type>(values), levels),
        DataType::Time64(_) => put::<Int64>(group, of::<Time64MicrosecondType>(values), levels),
        DataType::Timestamp(unit, _) => {
            let numbers = match unit {
                TimeUnit::Second => of::<TimestampSecondType>(values),
                TimeUnit::Millisecond => of::<TimestampMillisecondType>(values),
                TimeUnit::Microsecond => of::<TimestampMicrosecondType>(values),
                TimeUnit::Nanosecond => of::<TimestampNanosecondType>(values),
            };
            put::<Int64>(group, numbers, levels);
        }
        DataType::Duration(unit) => {
            let numbers = match unit {
                TimeUnit::Second => of::<DurationSecondType>(values),
                TimeUnit::Millisecond => of::<DurationMillisecondType>(values),
                TimeUnit::Microsecond => of::<DurationMicrosecondType>(values),
                TimeUnit::Nanosecond => of::<DurationNanosecondType>(values),
            };
            put::<Int64>(group, numbers, levels);
        }
        DataType::Decimal128(..) => {
            let bytes = |number: i128| FixedLenByteArray::from(ByteArray::from(number.to_be_bytes().to_vec()));
            let numbers = of::<Decimal128Type>(values).into_iter().map(bytes).collect();
            put::<FixedLenByteArrayType>(group, numbers, levels);
        }
        DataType::Binary => {
            let bytes = values.as_binary::<i32>().iter().flatten().map(|bytes| ByteArray::from(bytes.to_vec()));
            put::<ByteArrayType>(group, bytes.collect(), levels);
        }
        DataType::Utf8 => {
            put::<ByteArrayType>(group, values.as_string::<i32>().iter().filter_map(text).collect(), levels)
        }
        DataType::LargeUtf8 => {
            put::<ByteArrayType>(group, values.as_string::<i64>().iter().filter_map(text).collect(), levels);
        }
        DataType::Utf8View => {
            put::<ByteArrayType>(group, values.as_string_view().iter().filter_map(text).collect(), levels)
        }
        DataType::Dictionary(..) => {
            let entries = values.as_dictionary::<Int32Type>();
            let words = entries.values().as_string::<i32>();
            let texts = entries.keys().iter().flatten().map(|key| ByteArray::from(words.value(key as usize)));
            put::<ByteArrayType>(group, texts.collect(), levels);
        }
        other => panic!("a column of type {other}"),
    }
}
