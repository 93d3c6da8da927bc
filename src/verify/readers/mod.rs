//! Readers of released files, a file a format, written without a look at how render writes them. Comes in: bytes. Goes
//! out: what a stranger can read from them, and what should not be there.

pub mod csv;
pub mod csvw;
pub mod disk;
pub mod domain;
pub mod expectation;
pub mod folder;
pub mod html;
pub mod manifest;
pub mod microdata;
pub mod nesting;
pub mod ods;
pub mod package;
pub mod png;
pub mod register;
pub mod svg;
pub mod workbook;
pub mod xml;
