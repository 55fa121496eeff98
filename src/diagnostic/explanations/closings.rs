//! Closings of periods, and the chain of them.

use super::{Explanation, Setting};
use crate::diagnostic::Code;

pub(super) const ALL: &[Explanation] = &[
    Explanation {
        code: Code::PeriodClosed,
        title: "a period that is closed is to be closed once more",
        text: "What was closed, and paid, stays as it was. Where data that came late, or a rule, changes the results of a \
               closed period, `merit restate` tells whose and by how much, and with `--write` adds them to the chain as \
               the next version.",
        wrong: "merit close specs --period 2026-Q3 --by \"Wang Fang\", for the second time",
        right: "merit restate specs --periods 2026-Q3",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::PeriodNotOver,
        title: "a period is closed before it is over, or on a day that cannot be",
        text: "A period is closed when its last day has passed. `--on` says on which day it was closed, where that is not \
               today: a day behind the period, not before that of the closing before it, and none that is still to come.",
        wrong: "merit close specs --period 2026-Q4 --by \"Wang Fang\" --on 2026-12-15",
        right: "merit close specs --period 2026-Q4 --by \"Wang Fang\" --on 2027-01-08",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::DraftResults,
        title: "a period is closed in which a draft evaluates somebody",
        text: "Results of a position with `status draft` are unofficial: nobody has decided its rules yet. When they are \
               decided, say so there, and close the period then.",
        wrong: "status draft",
        right: "status approved",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::ChangedFiles,
        title: "data files changed while a period was closed",
        text: "A closing names each data file by its SHA-256, so the file that was read and the file that is named must be \
               the same. Somebody, or another program, wrote into the data folder meanwhile.",
        wrong: "an export that still runs when `merit close` begins",
        right: "the same command once more when the export has ended",
        setting: Setting::Words,
    },
    Explanation {
        code: Code::BrokenChain,
        title: "closings that are not as they were",
        text: "Each closing names the SHA-256 of the one before it, and the file `chain` has those of all. A closing that \
               was changed, taken away or put among them shows by that, and so does a signature that is not of it.\n\
               Bring the files back from where they are kept safely: a backup, a repository, the last one whose head \
               somebody has noted. Nothing is added to a chain that is broken.",
        wrong: "closed/2026-Q3.1.json, after somebody has opened it and corrected a bonus in it",
        right: "the file as it was, and `merit restate` for the bonus",
        setting: Setting::Words,
    },
];
