//! What is said of a period that is running.

use super::Words;

impl Words {
    /// `Estimate as of 2026-08-15, no result`
    pub fn no_result_as_of(&self, day: &str, is_estimate: bool) -> String {
        match (self.chinese, is_estimate) {
            (true, true) => format!("截至 {day} 的估计，并非结果"),
            (true, false) => format!("截至 {day} 的中间状态，并非结果"),
            (false, true) => format!("Estimate as of {day}, no result"),
            (false, false) => format!("Interim state on {day}, no result"),
        }
    }

    /// Nothing is carried on.
    pub fn as_it_stands(&self, day: &str) -> String {
        match self.chinese {
            true => format!("仅计截至 {day} 的数据；目标为全期目标"),
            false => format!("what is dated after {day} does not count; targets are those of the whole period"),
        }
    }

    /// The rest goes as stretches that have gone by.
    pub fn rest_at_pace(&self, left: u64, months: &[String], weeks: u64) -> String {
        let days = self.days(left);
        match (self.chinese, months.split_last()) {
            (true, Some(_)) => {
                format!("其余{days}按迄今的平均速度推算；范围为按{}推算的最低与最高", months.join("、"))
            }
            (true, None) => format!("其余{days}按迄今的平均速度推算；范围为按过去{weeks}个整周推算的最低与最高"),
            (false, Some((last, others))) => {
                let of = match others {
                    [] => last.clone(),
                    _ => format!("{} or {last}", others.join(", ")),
                };
                format!(
                    "each of the {days} left goes as the mean of those so far; least and most: as that, or as in {of}"
                )
            }
            (false, None) => {
                let weeks = self.counted(weeks, "whole week", "");
                format!(
                    "each of the {days} left goes as the mean of those so far; least and most: as that, or as in one of the \
                     last {weeks}"
                )
            }
        }
    }

    /// The rest goes as targets say.
    pub fn rest_as_planned(&self, left: u64) -> String {
        let days = self.days(left);
        match self.chinese {
            true => format!(
                "其余{days}按目标完成：总额与计数按剩余天数加上目标的相应部分，其他指标按天数在平均速度的推算值与目标之间加权，无目标的按迄今平均速度；范围的另一端为迄今的平均速度"
            ),
            false => format!(
                "the {days} left go as targets say: sums and counts gain the target's part of these days, other KPIs are \
                 weighted by days between what they come to on the mean so far and the target, those without a target go on \
                 as on the mean; least and most: as this, or all as on the mean"
            ),
        }
    }

    pub fn whole_plan(&self, data: &str) -> String {
        match self.chinese {
            true => format!("{data} 直到期末都有数据，视为计划，全部计入"),
            false => format!("rows up to the end of the period are taken for plans, and count whole: {data}"),
        }
    }

    pub fn known_up_to(&self, data: &str, day: &str) -> String {
        match self.chinese {
            true => format!("`{data}` 的数据截至 {day}"),
            false => format!("`{data}` is known up to {day}"),
        }
    }

    pub fn known_of_nothing(&self, data: &str) -> String {
        match self.chinese {
            true => format!("`{data}` 尚无已结束时段的数据"),
            false => format!("`{data}` has no rows of a time that has ended"),
        }
    }

    pub fn stays(&self, day: &str, what: &str) -> String {
        match self.chinese {
            true => format!("不可累加而保持 {day} 的值：{what}"),
            false => format!("what does not add up stays as it is on {day}: {what}"),
        }
    }

    pub fn vetoes_as_they_stand(&self) -> String {
        match self.chinese {
            true => "一票否决的条件不作推算".to_string(),
            false => "conditions of vetoes are not carried on: what has happened stays".to_string(),
        }
    }
}
