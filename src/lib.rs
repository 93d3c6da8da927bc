//! takeup

pub mod demo;
