//! What rows are read as: what the flags that `analyze` and `import` share say of it.

use crate::cli::{Input, ReadingArgs};
use crate::failure::Failure;
use crate::files::{Opening, Parquet};
use execution_heatmap::ingest::{Expected, Form};
use execution_heatmap::problem::Problems;

/// The preset of counts, which come in several forms.
const CUBE: &str = "cube";

/// What the flags say of the files.
///
/// # Errors
/// Flags that do not go together, a name that is not known, or a mapping that cannot be read.
pub fn opening(args: &ReadingArgs) -> Result<Opening, Failure> {
    let parquet = match args.input {
        // Counts come in any form.
        Input::Auto | Input::Cube => Parquet::Recognise,
        Input::Parquet => Parquet::Require,
        _ => Parquet::Never,
    };
    let form = match args.input {
        Input::Auto | Input::Parquet | Input::Cube => None,
        Input::Ndjson => Some(Form::Ndjson),
        Input::Json => Some(Form::Json),
        Input::Csv => Some(Form::Csv),
        Input::Tsv => Some(Form::Tsv),
        Input::Swf => Some(Form::Swf),
        Input::Arrow => Some(Form::Arrow),
    };
    let preset = match args.input {
        Input::Cube if args.map.is_some() || !matches!(&*args.preset, "auto" | CUBE) => {
            return Err(Failure::Usage("--input cube: it goes with neither --preset nor --map".to_owned()));
        }
        Input::Cube => CUBE,
        _ => &args.preset,
    };
    let mut expected = Expected::anything().preset(preset).map_err(Failure::Usage)?;
    if let Some(file) = &args.map {
        if args.preset != "auto" {
            return Err(Failure::Usage(
                "--map: it does not go with --preset, since of both only the mapping would count".to_owned(),
            ));
        }
        let map = std::fs::read_to_string(file)
            .map_err(|error| Failure::Failed(format!("{} cannot be read: {error}", file.display())))?;
        expected = expected.map(&map).map_err(|words| Failure::Usage(format!("{}: {words}", file.display())))?;
    }
    let expected = form.into_iter().fold(expected, Expected::form);
    Ok(Opening { expected, parquet, most_decompressed: args.most_decompressed })
}

/// What files of which no row can be placed should have been, in words; `system` is what their rows were taken for,
/// `problems` what is wrong with them.
pub fn takes(args: &ReadingArgs, system: Option<&str>, problems: &Problems) -> String {
    let is_told = args.preset != "auto" || args.input != Input::Auto;
    if !is_told && !problems.firsts().is_empty() && !problems.any_lacks() {
        "why is said above".to_owned()
    } else if args.map.is_some() {
        "the mapping that was given has to say which fields hold start and status".to_owned()
    } else if args.preset != "auto" {
        format!("--preset {} was given; without it, the fields of a row tell the system", args.preset)
    } else if args.input != Input::Auto {
        "--input was given; without it, the first bytes tell the form".to_owned()
    } else if let Some(system) = system {
        format!("the fields are those of --preset {system}; what the first row lacks is said above")
    } else {
        "it takes rows with a start and a status, under the names `started_at` and `status`, those of a system that is known, or those that --map tells".to_owned()
    }
}
