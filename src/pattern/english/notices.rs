//! What a reader is told beside claims, and why some claims were not looked for.

use super::text::Text;
use chrono::NaiveDate;

/// Statuses or tags are chosen, and workflows may have run besides.
pub const NOT_WHOLE: &str = "the chosen statuses or tags may leave out some of what workflows ran: schedules, missed runs, failures in a row, silences and stops are not looked for";

/// The end of what is said of claims that a report leaves out. A terminal adds how they are asked for.
pub const CAN_BE_ASKED_FOR: &str = " and can be asked for";

/// That there are claims which a report leaves out.
pub fn more_were_found(more: usize) -> String {
    let pattern = if more == 1 { " more pattern was found" } else { " more patterns were found" };
    Text::default().whole(more as u64).say(pattern).say(CAN_BE_ASKED_FOR).done()
}

/// What of some things is needed for what, where `there` are fewer: "needs 5 weeks to name hours that fail more, 8 for a
/// weekday; there are 4". `None` where they suffice for all.
#[inline(never)]
pub fn too_few(things: &str, needed: &[(usize, &str)], there: usize) -> Option<String> {
    let mut text = Text::default();
    let mut words = ["needs ", things, " to name "];
    for (number, what) in needed.iter().filter(|(number, _)| *number > there) {
        let [begin, things, purpose] = words;
        text.say(begin).whole(*number as u64).say(things).say(purpose).say(what);
        words = [", ", "", " for "];
    }
    let is_enough = words[0] != ", ";
    text.say(if there == 1 { "; there is " } else { "; there are " }).whole(there as u64);
    (!is_enough).then(|| text.done())
}

/// Days that have so many executions.
pub fn whole_days_with(executions: u64) -> String {
    Text::new(" whole days with ").whole(executions).say(" or more executions").done()
}

/// That outcomes and durations of the newest executions, of all or of workflows that take long, are not looked at.
pub fn not_settled(left_out_ms: i64, of_all: bool) -> Option<String> {
    let mut text = Text::new("executions of the last ");
    text.lasting(left_out_ms).say(if of_all { "" } else { " of workflows that take that long" });
    text.say(" are left out of what is said of outcomes and durations: one in a hundred takes that long, and what fails at once ends first");
    (left_out_ms > 0).then(|| text.done())
}

/// That failure rates which seem to have fallen are not told: of all executions, and of so many workflows.
pub fn lacks_successes(of_all: bool, of_workflows: usize) -> Option<String> {
    let mut text = Text::new("that the failure rate");
    text.say(if of_all { " of all executions" } else { "" });
    text.say(if of_all && of_workflows > 0 { " and" } else { "" });
    if of_workflows > 0 {
        text.say(" of ").counted(of_workflows as u64, "workflow");
    }
    text.say(" fell is not told: before, as many executions failed a day and far fewer succeeded, as where a source deletes successes first");
    (of_all || of_workflows > 0).then(|| text.done())
}

/// The most dates that are named.
const MOST_NAMED: usize = 4;

/// "2 days have far fewer executions than is usual of their weekday and are left out of windows of volume: Dec 25, Dec 26".
pub fn quiet_dates(dates: &[NaiveDate], years: bool) -> String {
    let mut text = Text::default();
    text.count(dates.len() as u64).say(if dates.len() == 1 {
        " day has far fewer executions than is usual of its weekday and is left out of windows of volume: "
    } else {
        " days have far fewer executions than is usual of their weekday and are left out of windows of volume: "
    });
    let mut between = "";
    for date in dates.iter().take(MOST_NAMED) {
        text.say(between).month_day(*date, years);
        between = ", ";
    }
    text.say(if dates.len() > MOST_NAMED { " and others" } else { "" }).done()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_there_is_too_little_of_is_said_once_for_all_that_needs_it() {
        let check = |there, expected: Option<&str>| {
            let told = too_few(" weeks", &[(5, "hours that fail more"), (0, "nothing"), (8, "a weekday")], there);
            assert_eq!(told.as_deref(), expected);
        };
        check(0, Some("needs 5 weeks to name hours that fail more, 8 for a weekday; there are 0"));
        check(1, Some("needs 5 weeks to name hours that fail more, 8 for a weekday; there is 1"));
        check(5, Some("needs 8 weeks to name a weekday; there are 5"));
        check(8, None);
    }

    #[test]
    fn rates_that_are_not_told_are_counted() {
        let told = |of_all, of_workflows| {
            let told = lacks_successes(of_all, of_workflows);
            told.as_deref().and_then(|told| told.split_once(" is not told: ")).map(|(of, _)| of.to_owned())
        };
        assert_eq!(told(false, 0), None);
        assert_eq!(told(true, 0).unwrap(), "that the failure rate of all executions fell");
        assert_eq!(told(false, 1).unwrap(), "that the failure rate of 1 workflow fell");
        assert_eq!(told(true, 12).unwrap(), "that the failure rate of all executions and of 12 workflows fell");
    }

    #[test]
    fn quiet_days_are_named_as_far_as_there_is_room() {
        let check = |days: u32, words: &str| {
            let dates: Vec<NaiveDate> =
                (0..days).map(|day| NaiveDate::from_ymd_opt(2025, 12, 24 + day).unwrap()).collect();
            assert_eq!(quiet_dates(&dates, false), words);
        };
        let why = "far fewer executions than is usual of their weekday and are left out of windows of volume:";
        check(
            1,
            "1 day has far fewer executions than is usual of its weekday and is left out of windows of volume: Dec 24",
        );
        check(2, &["2 days have ", why, " Dec 24, Dec 25"].concat());
        check(6, &["6 days have ", why, " Dec 24, Dec 25, Dec 26, Dec 27 and others"].concat());
    }
}
