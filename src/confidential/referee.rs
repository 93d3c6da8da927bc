//! Scores an intruder against the truth and scans produced bytes for identifiers. Answers with counts and places.
