//! Merit: job specs as plain text.
