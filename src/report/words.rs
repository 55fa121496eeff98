//! The fixed words of reports, by language.

mod running;

use super::digits::grouped;
use crate::plural::{counted, either, plural};
use crate::provenance::{Provenance, program, short};
use crate::value::Missing;

/// What stands before the line on what made a report, in each language.
pub const MADE_BY: [&str; 2] = ["Made by", "生成"];

/// What a report says of its own, besides the labels of the specs.
pub struct Words {
    /// Units of the language by their names and plurals, where they are called otherwise.
    pub units: &'static [(&'static str, &'static str)],
    pub person: &'static str,
    pub name: &'static str,
    pub team: &'static str,
    pub score: &'static str,
    pub rating: &'static str,
    pub rank: &'static str,
    pub remarks: &'static str,
    pub value: &'static str,
    pub target: &'static str,
    pub weight: &'static str,
    pub adds: &'static str,
    pub combined: &'static str,
    pub bonus: &'static str,
    pub deduction: &'static str,
    pub range: &'static str,
    pub before_rounding: &'static str,
    pub veto: &'static str,
    /// What people decided.
    pub ruling: &'static str,
    pub outputs: &'static str,
    /// Outputs of one stint of several in a post.
    pub in_this_stint: &'static str,
    pub overall: &'static str,
    pub change: &'static str,
    /// What stands before suppositions.
    pub supposed: &'static str,
    /// What stands before how a running period is estimated.
    pub no_result: &'static str,
    pub least: &'static str,
    pub most: &'static str,
    pub may_be: &'static str,
    pub what_changes: &'static str,
    pub before: &'static str,
    pub after: &'static str,
    /// Before a sum over all people.
    pub of_all: &'static str,
    pub complete: &'static str,
    pub ratings: &'static str,
    pub positions: &'static str,
    pub no_rating: &'static str,
    pub not_evaluated: &'static str,
    pub files: &'static str,
    pub repairs: &'static str,
    pub doubts: &'static str,
    pub made_by: &'static str,
    pub incomplete: &'static str,
    pub not_eligible: &'static str,
    pub no_scorecard: &'static str,
    pub draft: &'static str,
    pub redistributed: &'static str,
    pub nobody: &'static str,
    pub score_of_reports: &'static str,
    pub yes: &'static str,
    pub no: &'static str,
    pub colon: &'static str,
    pub semicolon: &'static str,
    pub(super) chinese: bool,
}

static ENGLISH: Words = Words {
    person: "Person",
    name: "Name",
    team: "Team",
    score: "Score",
    rating: "Rating",
    rank: "Rank",
    remarks: "Remarks",
    value: "Value",
    target: "Target",
    weight: "Weight",
    adds: "Adds",
    combined: "All parts together",
    bonus: "Bonus",
    deduction: "Deduction",
    range: "Kept within",
    before_rounding: "Before rounding",
    veto: "Veto",
    ruling: "Ruling",
    outputs: "Outputs",
    in_this_stint: "This stint",
    overall: "Overall",
    change: "Change",
    supposed: "Supposed, no result:",
    no_result: "No result:",
    least: "least",
    most: "most",
    may_be: "May be",
    what_changes: "What",
    before: "Before",
    after: "Then",
    of_all: "All",
    complete: "Complete",
    ratings: "Ratings",
    positions: "Positions",
    no_rating: "none",
    not_evaluated: "Not evaluated",
    files: "Files",
    repairs: "Repairs",
    doubts: "Please check",
    made_by: MADE_BY[0],
    incomplete: "incomplete",
    not_eligible: "not eligible",
    no_scorecard: "no scorecard",
    draft: "draft: results are unofficial",
    redistributed: "weight after redistribution; as stated:",
    nobody: "Nobody to evaluate.",
    score_of_reports: "Score of reports",
    units: &[],
    yes: "yes",
    no: "no",
    colon: ": ",
    semicolon: "; ",
    chinese: false,
};

static CHINESE: Words = Words {
    person: "编号",
    name: "姓名",
    team: "团队",
    score: "得分",
    rating: "等级",
    rank: "排名",
    remarks: "备注",
    value: "实际值",
    target: "目标",
    weight: "权重",
    adds: "贡献",
    combined: "各项合计",
    bonus: "加分",
    deduction: "扣分",
    range: "限定范围",
    before_rounding: "取整前",
    veto: "一票否决",
    ruling: "裁定",
    outputs: "输出",
    in_this_stint: "本段",
    overall: "综合",
    change: "变化",
    supposed: "假设，并非结果：",
    no_result: "并非结果：",
    least: "最低",
    most: "最高",
    may_be: "可能范围",
    what_changes: "项目",
    before: "原来",
    after: "假设后",
    of_all: "全部",
    complete: "完整度",
    ratings: "等级分布",
    positions: "岗位",
    no_rating: "无",
    not_evaluated: "未参评",
    files: "文件",
    repairs: "修正",
    doubts: "请核对",
    made_by: MADE_BY[1],
    incomplete: "数据不全",
    not_eligible: "不符合参评条件",
    no_scorecard: "无计分卡",
    draft: "草稿：结果非正式",
    redistributed: "重新分配后的权重；原定：",
    nobody: "没有参评人员。",
    score_of_reports: "下属得分",
    units: &[
        ("point", "分"),
        ("points", "分"),
        ("second", "秒"),
        ("seconds", "秒"),
        ("minute", "分钟"),
        ("minutes", "分钟"),
        ("hour", "小时"),
        ("hours", "小时"),
        ("day", "天"),
        ("days", "天"),
        ("week", "周"),
        ("weeks", "周"),
        ("month", "个月"),
        ("months", "个月"),
        ("quarter", "个季度"),
        ("quarters", "个季度"),
        ("half", "个半年"),
        ("halfs", "个半年"),
        ("year", "年"),
        ("years", "年"),
    ],
    yes: "是",
    no: "否",
    colon: "：",
    semicolon: "；",
    chinese: true,
};

/// The languages that reports speak of themselves, whatever the labels are in.
pub const LANGUAGES: [&str; 2] = ["en", "zh"];

impl Words {
    /// The words of a language; English where there are none.
    pub fn of(language: Option<&str>) -> &'static Words {
        match language {
            Some(language) if language == "zh" || language.starts_with("zh_") => &CHINESE,
            _ => &ENGLISH,
        }
    }

    fn counted(&self, count: u64, one: &str, chinese: &str) -> String {
        let number = grouped(&count.to_string());
        match self.chinese {
            true => format!("{number}{chinese}"),
            false => format!("{number} {}", either(count, one, &plural(one))),
        }
    }

    pub fn people(&self, count: u64) -> String {
        self.counted(count, "person", "人")
    }

    pub fn days(&self, count: u64) -> String {
        self.counted(count, "day", "天")
    }

    pub fn file_count(&self, count: u64) -> String {
        self.counted(count, "file", "个文件")
    }

    /// The entry that takes in the score of a position.
    pub fn score_of(&self, position: &str) -> String {
        if self.chinese { format!("{position}得分") } else { format!("Score of {position}") }
    }

    /// Whose score an entry takes in, where it is one person's.
    pub fn taken_from(&self, who: &str) -> String {
        if self.chinese { format!("取自 {who}") } else { format!("from {who}") }
    }

    /// Of how many people an entry takes in the mean.
    pub fn mean_of(&self, scored: u64, all: u64) -> String {
        match (self.chinese, scored == all) {
            (true, true) => format!("{all}人的平均分"),
            (true, false) => format!("{all}人中{scored}人的平均分，其余无得分"),
            (false, true) => format!("the mean of {}", self.people(all)),
            (false, false) => format!("the mean of {scored} out of {}; the others have no score", self.people(all)),
        }
    }

    pub fn rows(&self, count: u64) -> String {
        self.counted(count, "row", "行")
    }

    /// By `ignore rows starting`.
    pub fn rows_left_out(&self, count: u64) -> String {
        match self.chinese {
            true => format!("略去 {count} 行"),
            false => format!("{} left out", self.rows(count)),
        }
    }

    pub fn repair_count(&self, count: u64) -> String {
        self.counted(count, "repair", "处修正")
    }

    pub fn posts_held(&self, count: u64) -> String {
        self.counted(count, "stint", "段任职")
    }

    pub fn kpis_missing(&self, count: u64) -> String {
        if self.chinese {
            format!("缺{count}项指标")
        } else {
            format!("{} missing", self.counted(count, "KPI", ""))
        }
    }

    /// `merit 0.2.0 (9a35606f1c2d) · 12 specs 7f3a2b91c0de · --strict`
    pub fn made(&self, made: &Provenance) -> String {
        let mut parts = vec![format!("merit {}", program())];
        let told = |hash: &Option<String>, files: usize, english: &str, chinese: &str| {
            let files = if self.chinese { format!("{files} {chinese}") } else { counted(files, english) };
            hash.as_ref().map(|hash| format!("{files} {}", short(hash)))
        };
        parts.extend(told(&made.specs.sha256, made.specs.files.len(), "spec", "个规格文件"));
        parts.extend(told(&made.data.sha256, made.data.files.len(), "data file", "个数据文件"));
        parts.extend(Some(made.options_written()).filter(|options| !options.is_empty()));
        parts.join(" · ")
    }

    pub fn span(&self, from: impl std::fmt::Display, to: impl std::fmt::Display) -> String {
        if self.chinese { format!("{from} 至 {to}") } else { format!("{from} to {to}") }
    }

    pub fn rating_at_most(&self, grade: &str) -> String {
        if self.chinese { format!("等级最高为 {grade}") } else { format!("rating at most {grade}") }
    }

    pub fn score_at_most(&self, score: &str) -> String {
        if self.chinese { format!("得分最高为 {score}") } else { format!("score at most {score}") }
    }

    pub fn lowered_by_veto(&self, from: &str) -> String {
        if self.chinese {
            format!("按得分为 {from}，因一票否决下调")
        } else {
            format!("{from} by the score, lowered by a veto")
        }
    }

    pub fn lowered_by_distribution(&self, from: &str) -> String {
        if self.chinese {
            format!("按得分为 {from}，因强制分布下调")
        } else {
            format!("{from} by the score, lowered by the distribution")
        }
    }

    pub fn distribution_remark(&self, from: &str) -> String {
        if self.chinese { format!("{from}，强制分布") } else { format!("{from}, distribution") }
    }

    /// By which score somebody is rated, where the one shown is rounded.
    pub fn rated_by(&self, score: &str) -> String {
        if self.chinese {
            format!("按取整前的 {score} 评级")
        } else {
            format!("rated by {score}, before rounding")
        }
    }

    /// How much of the weight is present, and how much must be.
    pub fn completeness(&self, present: &str, needed: Option<&str>) -> String {
        match (self.chinese, needed) {
            (false, None) => format!("{present} of the weight that applies is present"),
            (false, Some(needed)) => format!("{present} of the weight that applies is present; {needed} is needed"),
            (true, None) => format!("适用权重中有数据的占 {present}"),
            (true, Some(needed)) => format!("适用权重中有数据的占 {present}；至少需要 {needed}"),
        }
    }

    pub fn veto_unknown(&self, reason: &str) -> String {
        if self.chinese { format!("无法判定：{reason}") } else { format!("cannot be told: {reason}") }
    }

    pub fn whole_target(&self, target: &str) -> String {
        if self.chinese {
            format!("目标按任职天数折算；全期目标 {target}")
        } else {
            format!("target by the days served; {target} for all of them")
        }
    }

    /// What an entry would give but for its limit.
    pub fn at_most(&self, uncapped: &str, most: &str) -> String {
        if self.chinese {
            format!("得分 {uncapped}，最多为其分值的 {most}")
        } else {
            format!("{uncapped}, at most {most} of its points")
        }
    }

    /// Of an amount: how much there is for all of the period.
    pub fn prorated(&self, whole: &str, days: i64, all: i64) -> String {
        match self.chinese {
            true => format!("{whole} × {days}/{all}天"),
            false => format!("{whole} × {days} of {all} days"),
        }
    }

    /// The amounts of several posts together.
    pub fn of_all_posts(&self) -> &'static str {
        if self.chinese { "各岗位合计" } else { "all posts" }
    }

    /// Own figures are those of all stints in the post, not of this one alone.
    pub fn of_all_stints(&self, stints: &[String]) -> String {
        match self.chinese {
            true => format!("本人数据涵盖该岗位的各段任职：{}", stints.join("、")),
            false => format!("own figures are of all stints in this post: {}", stints.join(" and ")),
        }
    }

    /// How the parts of a group, or of the whole scorecard, make its score, where they are not weighed.
    pub fn combined_by(&self, group: Option<&str>, geometric: bool) -> String {
        match (self.chinese, geometric) {
            (true, true) => format!("{}得分为各项的几何平均", group.unwrap_or("总")),
            (true, false) => format!("{}得分为各项之和", group.unwrap_or("总")),
            (false, true) => format!("{} is the geometric mean of its parts", group.unwrap_or("the score")),
            (false, false) => format!("{} is the sum of its parts", group.unwrap_or("the score")),
        }
    }

    /// What is supposed of somebody's KPI.
    pub fn supposed_value(&self, kpi: &str, who: &str, value: &str) -> String {
        if self.chinese { format!("{who} 的{kpi} = {value}") } else { format!("{kpi} of {who} = {value}") }
    }

    pub fn supposed_missing(&self, reason: &str) -> String {
        if self.chinese { format!("缺失（{reason}）") } else { format!("missing ({reason})") }
    }

    /// A data set and the file that takes the place of its own.
    pub fn read_from(&self, data: &str, files: &str) -> String {
        if self.chinese { format!("{data} 读自 {files}") } else { format!("{data} read from {files}") }
    }

    /// A data set and a file beside its own.
    pub fn read_beside(&self, data: &str, files: &str) -> String {
        if self.chinese { format!("{data} 另加 {files}") } else { format!("{data} with {files} added") }
    }

    /// How many of all who are shown change.
    pub fn so_many_change(&self, changed: u64, shown: u64) -> String {
        match (self.chinese, changed) {
            (true, _) => format!("{shown}人中{changed}人有变化"),
            (false, 0) => format!("nothing changes for {}", self.people(shown)),
            (false, _) => format!("{changed} of {} {}", self.people(shown), either(changed, "changes", "change")),
        }
    }

    /// What was decided in the place of what, why and by whom.
    pub fn ruling(&self, what: &str, ruled: &str, replaced: &str, reason: &str, by: &str) -> String {
        let text = match self.chinese {
            true => format!("{what} {ruled}，按规则为 {replaced}"),
            false => format!("{what} {ruled} instead of {replaced}"),
        };
        let text = if reason.is_empty() { text } else { format!("{text}{}{reason}", self.colon) };
        match (by.is_empty(), self.chinese) {
            (true, _) => text,
            (false, true) => format!("{text}（{by}）"),
            (false, false) => format!("{text} ({by})"),
        }
    }

    /// That something was ruled, with what comes out by rule where that is something else.
    pub fn ruled_remark(&self, plain: &str) -> String {
        match (self.chinese, plain.is_empty()) {
            (true, true) => "有裁定".into(),
            (true, false) => format!("有裁定，按规则 {plain}"),
            (false, true) => "ruled".into(),
            (false, false) => format!("ruled, {plain} by rule"),
        }
    }

    /// The line of a card with the score that the rules give, where another was ruled.
    pub fn score_by_rule(&self) -> &'static str {
        if self.chinese { "按规则得分" } else { "Score by rule" }
    }

    /// A value that was ruled, as it is by rule.
    pub fn by_rule(&self, value: &str) -> String {
        if self.chinese { format!("裁定值，按规则为 {value}") } else { format!("ruled, {value} by rule") }
    }

    /// Why a value is missing.
    pub fn reason(&self, missing: &Missing) -> String {
        if !self.chinese {
            return missing.to_string();
        }
        match missing {
            Missing::NoRows => "没有数据".into(),
            Missing::Blank => "单元格为空".into(),
            Missing::DivisionByZero => "除数为零".into(),
            Missing::TooFew(few) => format!("仅有 {} 行，需要 {} 行", few.got, few.needed),
            Missing::NotApplicable => "不适用".into(),
            Missing::OutsideStints => "早于任职开始".into(),
            Missing::NotClosed => "该期未结账".into(),
            Missing::NotEvaluatedThen => "当时未参评".into(),
            Missing::NoAnswer => "无解".into(),
            Missing::TooLarge(_) => "数值过大".into(),
            Missing::Stated(reason) if reason.is_empty() => "缺失".into(),
            Missing::Ambiguous(reason) | Missing::Stated(reason) => reason.to_string(),
        }
    }
}
