//! The charts of the page: what each is called and what it says.

use crate::words::words;

words! {
    /// A chart.
    Chart as "chart" {
        /// Open issues by severity, now.
        Severity = "by-severity", "Open issues by severity";
        /// Issues by status, now.
        Status = "by-status", "Issues by status";
        /// What came and what went.
        Flow = "flow", "Opened, closed and reopened";
        /// Open issues by severity over time.
        OpenOverTime = "open-over-time", "Open issues over time";
        /// How many issues stood where, over time.
        Cumulative = "cumulative-flow", "Cumulative flow";
        /// Percentiles of lead time over time.
        Lead = "lead-time", "Lead time";
        /// The same of cycle time.
        Cycle = "cycle-time", "Cycle time";
        /// Each finished issue by its lead time.
        Finished = "finished", "Finished issues";
        /// Where work waits.
        Stays = "time-in-status", "Time in each status";
        /// How long open work has been where it is.
        Ageing = "ageing", "Age of open work";
        /// When work is finished, open work counted too.
        Survival = "survival", "How long until it is done";
    }
}

impl Chart {
    /// Whether it takes the whole width of a page.
    pub const fn is_wide(self) -> bool {
        matches!(self, Self::Flow | Self::Finished)
    }

    /// How many pixels it is high; `style/charts.css` says the same.
    pub const fn height(self) -> u16 {
        match self {
            Self::Severity | Self::Status => 180,
            Self::Finished | Self::Ageing => 320,
            _ => 260,
        }
    }

    /// What its numbers are, in one or two sentences.
    pub const fn definition(self) -> &'static str {
        match self {
            Self::Severity => "Issues that are not done at the end of the range, by how much they hurt.",
            Self::Status => "All issues at the end of the range, by where they stand.",
            Self::Flow => {
                "Counts of events in each span. A reopened issue is counted as reopened, not as opened again. The balance is opened less closed plus reopened."
            }
            Self::OpenOverTime => {
                "Issues that are not done at the end of each span, by how much they hurt then."
            }
            Self::Cumulative => {
                "Issues in each status at the end of each span. A band that grows is where work piles up."
            }
            Self::Lead => "From reported to finished, of what was finished in each span and has stayed so.",
            Self::Cycle => {
                "From first in progress to finished. An issue that never was in progress has no cycle time and is counted as such."
            }
            Self::Finished => {
                "Each issue that was finished, by span and lead time; a larger dot is more issues. The lines are the range's percentiles."
            }
            Self::Stays => {
                "How long issues had been in a status when they left it in the range; under OPEN also the time to triage: until the first time."
            }
            Self::Ageing => {
                "How long each open issue has been in its present status. The marks are the 85th percentile of what left that status in the range."
            }
            Self::Survival => {
                "The part of issues that is still open after so long, by the estimate of Kaplan and Meier: what is not finished counts as longer than its age."
            }
        }
    }
}
