//! Where executions are kept. One module a database; SQLite is the only one so far.

pub mod sqlite;

use crate::failure::Failure;
use std::path::PathBuf;

/// The file that a database URL names: `sqlite:PATH`, `sqlite://PATH`, or a plain path.
///
/// # Errors
/// The URL names a database of another kind.
pub fn sqlite_path(url: &str) -> Result<PathBuf, Failure> {
    let path = match url.split_once(':') {
        Some(("sqlite", path)) => path.strip_prefix("//").unwrap_or(path),
        // One letter is a drive, not a scheme.
        Some((scheme, _)) if scheme.len() > 1 && scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            return Err(Failure::Usage(format!(
                "--database: '{scheme}' is not a database that is read here; it takes sqlite:PATH or a path"
            )));
        }
        _ => url,
    };
    if path.is_empty() {
        return Err(Failure::Usage("--database: it takes sqlite:PATH or a path, and the path is empty".to_owned()));
    }
    Ok(PathBuf::from(path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_or_a_path_names_the_file() {
        let check = |url: &str, expected: &str| assert_eq!(sqlite_path(url).unwrap(), PathBuf::from(expected), "{url}");
        check("sqlite:runs.sqlite", "runs.sqlite");
        check("sqlite:/var/runs.sqlite", "/var/runs.sqlite");
        check("sqlite:///var/runs.sqlite", "/var/runs.sqlite");
        check("runs.sqlite", "runs.sqlite");
        check("./a:b.sqlite", "./a:b.sqlite");
        check(r"C:\runs.sqlite", r"C:\runs.sqlite");
    }

    #[test]
    fn another_database_is_refused_by_name() {
        assert!(sqlite_path("postgres://localhost/runs").unwrap_err().to_string().contains("'postgres'"));
        assert!(sqlite_path("sqlite:").is_err());
    }
}
