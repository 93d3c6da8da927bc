//! takeup
