//! Whether what tests expect is written anew: `MERIT_UPDATE=1`, for texts that tests compare themselves and for all
//! snapshots of `insta`, which is asked through the macros here.

#![allow(dead_code, unused_macros)] // each test binary uses a part of it

use std::sync::Once;

/// Whether what is expected is written, not compared.
pub fn updating() -> bool {
    std::env::var_os("MERIT_UPDATE").is_some()
}

/// Tells `insta`, which reads its own variable when it is first asked and has no other way.
pub fn tell_insta() {
    static TOLD: Once = Once::new();
    TOLD.call_once(|| {
        if updating() {
            // SAFETY: whatever else reads the environment meanwhile is Rust, which takes turns.
            unsafe { std::env::set_var("INSTA_UPDATE", "always") };
        }
    });
}

macro_rules! assert_snapshot {
    ($($all:tt)*) => {{
        $crate::snapshots::tell_insta();
        insta::assert_snapshot!($($all)*)
    }};
}

macro_rules! snapshots_of {
    ($($all:tt)*) => {{
        $crate::snapshots::tell_insta();
        insta::glob!($($all)*)
    }};
}
