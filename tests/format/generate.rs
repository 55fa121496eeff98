//! Random specs: every form of the language, in a random layout, with comments wherever a line may end.

/// xorshift64*: the same seed gives the same file everywhere.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Random {
        Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) as usize % end
    }

    fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    fn of<'w>(&mut self, words: &[&'w str]) -> &'w str {
        words[self.below(words.len())]
    }
}

/// A whole file.
pub fn file(seed: u64) -> String {
    let mut random = Random::new(seed);
    // Some files are tidy, some are wild, most have a few comments.
    let wild = [0, 10, 30][random.below(3)];
    let comments = [0, 5, 15][random.below(3)];
    let mut spec = Spec { random, out: String::new(), depth: 0, wild, comments, begins: true, choices: 0 };
    for _ in 0..spec.random.below(5) {
        spec.between();
        spec.declaration();
    }
    spec.between();
    spec.out
}

struct Spec {
    random: Random,
    out: String,
    /// Open round brackets.
    depth: usize,
    /// How often a line ends where it may, and how often with a comment, in percent.
    wild: usize,
    comments: usize,
    /// A line may begin with the next word.
    begins: bool,
    choices: usize,
}

const NAMES: &[&str] = &["a", "b", "premium_of_the_year", "标准保费", "x_1", "persistency_13m", "k"];
const UNITS: &[&str] = &["CNY", "person", "CNY/person", "point", "months", "policy/agent/month"];
const CONTINUES: &[&str] = &[
    "and", "or", "in", "is", "between", "as", "default", "over", "then", "of", "where", "during", "to", "else", "+",
    "-", "*", "/", "<", ">=", "=", ",", "!=", ")",
];

impl Spec {
    // ---------------------------------------------------------------- layout

    /// One or more words of a clause, each a token of its own.
    fn put(&mut self, words: &str) {
        for word in words.split(' ').filter(|word| !word.is_empty()) {
            self.word(word);
        }
    }

    fn any(&mut self, choices: &[&str]) {
        let words = self.random.of(choices);
        self.put(words);
    }

    fn word(&mut self, word: &str) {
        let may_break = !self.begins && (self.depth > 0 || CONTINUES.contains(&word));
        if may_break && self.random.chance(self.wild) {
            self.break_line();
        } else if !self.begins {
            let tight = matches!(word, "," | ")") || self.out.ends_with('(');
            let space = if tight { self.random.of(&["", " "]) } else { self.random.of(&[" ", " ", "  ", "\t"]) };
            self.out.push_str(space);
        }
        self.begins = false;
        self.depth += usize::from(word == "(");
        self.depth -= usize::from(word == ")");
        self.out.push_str(word);
    }

    fn break_line(&mut self) {
        while {
            let comment = self.random.chance(self.comments * 2);
            if comment {
                let text = self.random.of(&["  # why", "# 说明 \"x\" { | }  ", " #"]);
                self.out.push_str(text);
            }
            self.out.push_str(self.random.of(&["\n", "\n", "\r\n", "\n\n"]));
            self.indent();
            comment && self.random.chance(30)
        } {}
    }

    fn indent(&mut self) {
        let indent = self.random.of(&["", "  ", "        ", "\t"]);
        self.out.push_str(indent);
    }

    /// Ends a line: blank lines and comments before the next one.
    fn between(&mut self) {
        if self.random.chance(self.comments) && !self.out.is_empty() {
            self.out.push_str(self.random.of(&[" # behind", "# 后面  "]));
        }
        self.out.push('\n');
        while self.random.chance(self.comments) {
            self.out.push_str(self.random.of(&["", "\n", "\n\n\n"]));
            self.indent();
            self.out.push_str(self.random.of(&["# above\n", "#above, \"too\"   \r\n", "##\n"]));
        }
        self.out.push_str(self.random.of(&["", "", "\n", "\n \n\n"]));
        self.indent();
        self.begins = true;
    }

    /// A block of clauses; each is written by the function.
    fn block(&mut self, clauses: Vec<fn(&mut Spec)>) {
        if self.random.chance(self.wild / 2) {
            self.between();
        } else {
            self.out.push(' ');
        }
        self.out.push('{');
        let one_line = clauses.len() == 1 && self.random.chance(40);
        for clause in clauses {
            if one_line {
                self.out.push(' ');
                self.begins = true;
            } else {
                self.between();
            }
            clause(self);
        }
        if one_line {
            self.out.push(' ')
        } else {
            self.between()
        }
        self.out.push('}');
    }

    /// Some of the clauses, each at most once, in order.
    fn some(&mut self, clauses: &[fn(&mut Spec)]) -> Vec<fn(&mut Spec)> {
        clauses.iter().copied().filter(|_| self.random.chance(60)).collect()
    }

    fn times(&mut self, most: usize, clause: fn(&mut Spec)) -> Vec<fn(&mut Spec)> {
        vec![clause; self.random.below(most) + 1]
    }

    // ---------------------------------------------------------------- names and literals

    fn name(&mut self) {
        let name = self.random.of(NAMES);
        self.word(name);
    }

    fn names(&mut self) {
        self.name();
        while self.random.chance(40) {
            self.word(",");
            self.name();
        }
    }

    fn text(&mut self) {
        let text = self.random.of(&["\"text\"", "\"标签 # {\"", "\"a \\\"b\\\" \\\\ \\n\"", "\"\"", "\"a b  c\""]);
        self.word(text);
    }

    fn long_text(&mut self) {
        let texts = [
            "\"\"\"one\n      two # no comment\n\n    three  \"\"\"",
            "\"\"\"\n\t\tone\n\t\t  two\n\"\"\"",
            "\"\"\" \"x\" \"\"\"",
        ];
        let text = self.random.of(&texts);
        if self.random.chance(30) { self.word(text) } else { self.text() }
    }

    fn label(&mut self) {
        if self.random.chance(50) {
            self.text();
        }
        if self.random.chance(30) {
            self.put("zh");
            self.text();
        }
    }

    fn number(&mut self) {
        let number =
            self.random.of(&["0", "7", "1_000_000", "0.850", "20%", "5‰", "3 days", "50_000 CNY/person", "1.0"]);
        self.word(number);
    }

    fn limit(&mut self) {
        let sign = self.random.of(&[">=", ">", "<", "<=", "=", "!="]);
        self.word(sign);
        self.value(1);
    }

    fn ty(&mut self) {
        match self.random.below(7) {
            0 => {
                self.put("one of");
                self.choice();
                while self.random.chance(60) {
                    self.word(",");
                    self.choice();
                }
            }
            1 => {
                self.name();
                self.put("by (");
                self.names();
                self.word(")");
            }
            2 => self.word("text"),
            3 => self.word("%"),
            4 => self.name(),
            _ => self.unit(),
        }
    }

    fn choice(&mut self) {
        // No two of a set are the same.
        self.choices += 1;
        let choice = format!("{}{}", self.random.of(NAMES), self.choices);
        self.word(&choice);
        if self.random.chance(40) {
            self.word("(");
            self.text();
            self.word(",");
            self.text();
            self.word(")");
        }
    }

    fn unit(&mut self) {
        let unit = self.random.of(UNITS);
        self.word(unit);
    }

    // ---------------------------------------------------------------- expressions

    fn expr(&mut self, depth: usize) {
        if depth > 0 && self.random.chance(12) {
            self.word("if");
            self.expr(depth - 1);
            self.word("then");
            self.expr(depth - 1);
            self.word("else");
            return self.expr(depth - 1);
        }
        self.test(depth);
        while self.random.chance(25) {
            let word = self.random.of(&["and", "or", "and"]);
            self.word(word);
            self.test(depth);
        }
    }

    fn test(&mut self, depth: usize) {
        while self.random.chance(10) {
            self.word("not");
        }
        self.value(depth);
        match self.random.below(12) {
            0 => self.put("is missing"),
            1 => self.put("is not missing"),
            2 => {
                self.word("between");
                self.value(depth);
                self.word("and");
                self.value(depth);
            }
            3 => {
                let words = self.random.of(&["in (", "not in ("]);
                self.put(words);
                self.expr(depth.saturating_sub(1));
                self.word(",");
                self.expr(0);
                self.word(")");
            }
            4 => {
                self.word("in");
                self.window();
            }
            5 | 6 => self.limit(),
            _ => {}
        }
    }

    fn window(&mut self) {
        let window = self.random.of(&[
            "period",
            "previous period",
            "3 months earlier",
            "last 12 months",
            "year to date",
            "2026-Q3",
        ]);
        // A number and its word stand on one line.
        self.word(window);
    }

    fn value(&mut self, depth: usize) {
        // Beside arithmetic `default` needs brackets.
        if self.random.chance(15) {
            self.unsigned(depth);
            while self.random.chance(40) {
                self.word("default");
                self.unsigned(depth);
            }
            return;
        }
        self.operand(depth);
        while self.random.chance(30) {
            let sign = self.random.of(&["+", "-", "*", "/"]);
            self.word(sign);
            self.operand(depth);
        }
    }

    fn operand(&mut self, depth: usize) {
        while self.random.chance(6) {
            self.word("-");
        }
        self.unsigned(depth);
    }

    fn unsigned(&mut self, depth: usize) {
        self.primary(depth);
        while self.random.chance(12) {
            match self.random.below(3) {
                0 => {
                    let window = self.random.of(&["1 year earlier", "previous period", "year to date", "whole year"]);
                    self.word(window);
                }
                1 => self.any(&["over own", "over team", "over company"]),
                _ => {
                    self.word("as");
                    let unit = self.random.of(&["%", "point", "CNY/person"]);
                    self.word(unit);
                }
            }
        }
    }

    fn primary(&mut self, depth: usize) {
        match self.random.below(if depth == 0 { 7 } else { 12 }) {
            0 | 1 => self.number(),
            2 => self.word("person.base_pay"),
            3 => self.any(&["2026-07-01", "2026-Q3", "yes", "no", "missing"]),
            4 => self.text(),
            5 | 6 => self.name(),
            7 | 8 => {
                self.word("(");
                self.expr(depth - 1);
                self.word(")");
            }
            9 => {
                self.put("round (");
                self.expr(depth - 1);
                self.put("to");
                self.word("0.01 CNY");
                self.word(")");
            }
            10 => {
                self.put("max (");
                self.expr(depth - 1);
                self.word(",");
                self.expr(depth - 1);
                self.word(")");
            }
            _ => self.aggregate(depth - 1),
        }
    }

    fn aggregate(&mut self, depth: usize) {
        if self.random.chance(30) {
            self.put("count ( policies");
        } else {
            let function = self.random.of(&["sum (", "average (", "count distinct (", "share ("]);
            self.put(function);
            self.expr(depth);
            self.put("of policies");
        }
        if self.random.chance(20) {
            self.put("dated by paid");
        }
        if self.random.chance(50) {
            self.word("where");
            self.expr(depth);
        }
        if self.random.chance(30) {
            self.word("during");
            self.window();
        }
        if self.random.chance(20) {
            self.put("at least 5 rows");
        }
        self.word(")");
    }

    // ---------------------------------------------------------------- declarations

    fn declaration(&mut self) {
        match self.random.below(14) {
            0 => {
                self.word("company");
                self.text();
                let clauses = self.some(&[
                    |s| s.put("currency CNY"),
                    |s| s.put("fiscal year starts April named by its end"),
                    |s| s.put("scores to 2 decimals"),
                    |s| s.put("language en , zh"),
                ]);
                self.block(clauses);
            }
            1 => {
                self.word("unit");
                self.name();
                if self.random.chance(50) {
                    self.word(",");
                    self.name();
                }
                self.label();
                if self.random.chance(40) {
                    self.put("= 10_000");
                }
            }
            2 | 3 => self.data(),
            4 => {
                self.word("constant");
                self.name();
                self.label();
                self.word(":");
                self.ty();
                self.word("=");
                self.dated();
            }
            5 => {
                let head =
                    self.random.of(&["function f (", "function growth ( first ,", "function 增长 ( 本期 , 上期 ,"]);
                self.put(head);
                self.put("last_one ) =");
                self.expr(2);
            }
            6 | 7 => self.kpi(),
            8 => self.index(),
            9 => self.scale(),
            10 => self.matrix(),
            11 => self.rating(),
            12 => self.position(),
            _ if self.random.chance(50) => {
                self.put("house rules");
                self.block(vec![
                    |s| s.put("every scorecard has 3 to 10 kpis"),
                    |s| s.put("every weight at least 5% , at most 60% ( warning )"),
                    |s| s.put("weight of results at least 20% , at most weight of others"),
                    |s| s.put("every responsibility has measured by"),
                ]);
            }
            _ => self.test_case(),
        }
    }

    fn dated(&mut self) {
        self.value(1);
        while self.random.chance(30) {
            self.word(",");
            if self.random.chance(50) {
                self.put("from 2026-Q1");
                self.value(1);
            } else {
                self.value(1);
                self.put("in Q2");
            }
        }
    }

    fn data(&mut self) {
        self.word("data");
        self.name();
        self.label();
        let mut clauses = self.some(&[
            |s| s.put("roster as clerk"),
            |s| s.put("file \"policies*.csv\" sheet \"x\""),
            |s| s.put("row policy"),
            |s| s.put("dated by issued"),
        ]);
        clauses.extend(self.times(6, Spec::column));
        clauses.extend(self.some(&[
            |s| s.put("ignore rows starting \"合计\" , \"Total\""),
            |s| s.put("ignore columns \"Note\",\"合计\""),
            |s| s.put("blank \"-\" ,\"n.a.\""),
        ]));
        self.block(clauses);
    }

    fn column(&mut self) {
        self.word("column");
        self.name();
        self.label();
        self.word(":");
        self.ty();
        if self.random.chance(20) {
            self.put("between 1 and 10");
        }
        if self.random.chance(30) {
            self.put("optional");
        }
        if self.random.chance(40) {
            self.put("from \"Policy\" , \"保单号\"");
        }
        if self.random.chance(20) {
            self.put("in wan");
        }
        if self.random.chance(10) {
            self.put("blank \"-\" , \"n.a.\"");
        }
        if self.random.chance(20) {
            self.word("=");
            self.expr(2);
        }
    }

    fn kpi(&mut self) {
        self.word("kpi");
        self.name();
        self.label();
        self.word(":");
        self.unit();
        let clauses = self.some(&[
            |s| {
                s.put("value =");
                s.expr(4);
            },
            |s| s.put("higher is better"),
            |s| s.put("scope team"),
            |s| {
                s.put("note");
                s.long_text();
            },
            |s| s.put("effective from 2026-01-01"),
        ]);
        self.block(clauses);
    }

    fn index(&mut self) {
        self.word("index");
        self.name();
        self.put(": point");
        let mut clauses = self.times(4, |s| {
            let weight = s.random.of(&["5%", "40%", "12.5%", "25 points"]);
            s.word(weight);
            s.name();
        });
        clauses.extend(self.some(&[|s| {
            s.word("equal");
            s.names();
        }]));
        self.block(clauses);
    }

    fn scale(&mut self) {
        self.word("scale");
        self.name();
        self.label();
        self.put(": % -> CNY");
        let mut clauses = self.some(&[|s| s.put("effective from 2026-Q1")]);
        clauses.push(Spec::curve);
        self.block(clauses);
    }

    fn curve(&mut self) {
        match self.random.below(5) {
            0 => {
                self.put("linear < 80% -> 0");
                while self.random.chance(70) {
                    self.word(",");
                    self.value(0);
                    self.word("->");
                    self.value(0);
                }
            }
            1 => {
                self.put("steps");
                for _ in 0..self.random.below(5) {
                    self.limit();
                    self.put("-> 100 ,");
                }
                self.put("else -> 50");
            }
            2 => self.put("deduct 10 for each full 1 above target from 100 at least 0"),
            3 => self.put("brackets 5% to 100_000 USD , 7% above"),
            _ => {
                self.word("formula");
                self.expr(2);
            }
        }
    }

    fn matrix(&mut self) {
        self.word("matrix");
        self.name();
        self.put(": % , % -> %");
        self.block(vec![|s| s.put("rows >= 20% , else"), |s| s.put("columns < 55% , else"), |s| {
            s.put("values 2% , 1_000% ; 1% , 0%")
        }]);
    }

    fn rating(&mut self) {
        self.word("rating");
        self.name();
        let mut clauses = self.times(4, |s| {
            s.name();
            s.label();
            if s.random.chance(30) { s.word("else") } else { s.limit() }
        });
        clauses.extend(self.some(&[|s| s.put("at most 20% A within position of 5 or more")]));
        self.block(clauses);
    }

    fn position(&mut self) {
        self.word("position");
        self.name();
        self.label();
        let mut clauses = self.some(&[
            |s| s.put("status approved"),
            |s| s.put("reports to b"),
            |s| {
                s.word("purpose");
                s.long_text();
            },
            |s| {
                s.put("eligible when");
                s.expr(2);
            },
            |s| {
                s.put("rank within");
                s.expr(2);
            },
            |s| {
                s.word("responsibilities");
                let clauses = s.times(4, Spec::duty);
                s.block(clauses);
            },
            |s| {
                s.any(&["scorecard", "scorecard total 210 points"]);
                let mut clauses = s.times(6, |s| s.entry(2));
                clauses.extend(s.some(&[
                    |s| s.put("when missing redistribute"),
                    |s| s.put("range 0 to 120"),
                    |s| {
                        s.word("veto");
                        s.expr(2);
                        s.put("gives rating at most D");
                        s.label();
                    },
                    |s| s.put("bonus awards add 2 for each 1 up to 10 \"Awards\""),
                    |s| s.put("rating grades"),
                ]));
                s.block(clauses);
            },
        ]);
        clauses.extend(self.some(&[|s| {
            s.put("output bonus");
            s.label();
            s.put(": CNY =");
            s.expr(3);
        }]));
        self.block(clauses);
    }

    fn duty(&mut self) {
        let share = self.random.of(&["20%", "5%", "?"]);
        self.word(share);
        self.name();
        self.label();
        if self.random.chance(70) {
            let clauses = self.some(&[
                |s| s.long_text(),
                |s| s.put("outcome \"done\""),
                |s| {
                    s.put("measured by");
                    s.names();
                },
            ]);
            self.block(clauses);
        }
    }

    fn entry(&mut self, depth: usize) {
        let weight = self.random.of(&["5%", "40%", "60 points"]);
        self.word(weight);
        if depth > 0 && self.random.chance(20) {
            self.put("group");
            self.name();
            self.label();
            let clauses = if depth == 2 { self.times(4, |s| s.entry(1)) } else { self.times(4, |s| s.entry(0)) };
            return self.block(clauses);
        }
        self.name();
        if self.random.chance(20) {
            self.put("over company");
        }
        if self.random.chance(50) {
            self.word("target");
            self.dated();
        }
        match self.random.below(4) {
            0 => self.put("score attainment up to 120"),
            1 => self.put("score grade_scale"),
            2 => {
                self.word("score");
                self.curve();
            }
            _ => {}
        }
        if self.random.chance(20) {
            self.put("applies when");
            self.expr(1);
        }
    }

    fn test_case(&mut self) {
        self.word("test");
        self.text();
        self.block(vec![
            |s| s.put("period 2026-Q3"),
            |s| {
                s.put("given people");
                s.block(vec![|s| s.word("| staff_no | 部门 |"), |s| s.word("|P1|  营业区 |"), |s| {
                    s.word("| \"P|#2\" ||")
                }]);
            },
            |s| {
                s.put("expect score of \"P1\" =");
                s.value(1);
            },
        ]);
    }
}
