//! The one writer of JSON: every surface passes its bytes on. Numbers are the shortest decimals that read back as the
//! same number, whole ones without a fraction.
