//! Which declaration an item is; company, unit, constant, function, kpi, index and house rules.

use super::grammar::{BlockKind, Rule};
use super::nodes::Node;
use super::outline::Item;
use super::reader::{Once, Reader};
use super::scan::TokenKind;
use super::tree::*;
use super::{forms, words};
use crate::diagnostic::{Code, Diagnostic, Help, Level, Mend};
use crate::source::Span;

const DECLARATION: BlockKind = BlockKind { name: "a file", rule: Rule::declaration };
const COMPANY: BlockKind = BlockKind { name: "`company`", rule: Rule::company_clause };
const KPI: BlockKind = BlockKind { name: "a kpi", rule: Rule::kpi_clause };
const INDEX: BlockKind = BlockKind { name: "an index", rule: Rule::index_clause };
const HOUSE_RULES: BlockKind = BlockKind { name: "the house rules", rule: Rule::house_clause };

impl<'s> Reader<'s> {
    pub fn declarations(&mut self, items: &[Item]) -> Vec<Declaration> {
        let mut declarations = Vec::new();
        let mut lost = false;
        for item in items {
            let word = self.first_word(item);
            if !words::DECLARATIONS.contains(&word) {
                self.not_a_declaration(item, word, &mut lost);
                continue;
            }
            lost = false;
            declarations.extend(self.declaration(item, word));
        }
        declarations
    }

    fn declaration(&mut self, item: &Item, word: &str) -> Option<Declaration> {
        let head = self.read(item, DECLARATION);
        if words::WITHOUT_BLOCK.contains(&word) {
            let head = head?;
            self.refuse_block(item, "the file");
            return match word {
                "unit" => self.unit(&head).map(Declaration::Unit),
                "constant" => self.constant(&head).map(Declaration::Constant),
                _ => self.function(&head).map(Declaration::Function),
            };
        }
        match word {
            "company" => self.company(item, head).map(Declaration::Company),
            "data" => self.data(item, head).map(Declaration::Data),
            "kpi" => self.kpi(item, head).map(Declaration::Kpi),
            "index" => self.index(item, head).map(Declaration::Index),
            "scale" => self.scale(item, head).map(Declaration::Scale),
            "matrix" => self.matrix(item, head).map(Declaration::Matrix),
            "rating" => self.rating(item, head).map(Declaration::Rating),
            "position" => self.position(item, head).map(|position| Declaration::Position(Box::new(position))),
            "house" => self.house_rules(item, head).map(Declaration::HouseRules),
            _ => self.test_case(item, head).map(Declaration::Test),
        }
    }

    /// A line of a file that starts no declaration: of several in a row only the first is reported.
    fn not_a_declaration(&mut self, item: &Item, word: &str, lost: &mut bool) {
        if item.broken || std::mem::replace(lost, true) {
            return;
        }
        let token = &self.scan.tokens[item.first];
        let found = self.scan.word(token).lines().next().unwrap_or("");
        let near = words::spelt_like(word, words::DECLARATIONS.iter().copied()).filter(|_| !word.is_empty());
        let near = near.or((word.to_lowercase() == "houserules").then_some("house"));
        let near = near.or_else(|| words::synonym(word).filter(|meant| words::DECLARATIONS.contains(meant)));
        let help = match near {
            Some(near) => {
                let near = if near == "house" { "house rules" } else { near };
                Help::of("did you mean `{}`?", [Mend::replace(self.scan.span(token.start, token.end), near)])
            }
            None if matches!(word, "include" | "import" | "use" | "load") => {
                let line = self.scan.span(item.start, item.end);
                Help::of(
                    "take the line away: all `.merit` files of the folder and those below it are read together",
                    [Mend::remove(line)],
                )
            }
            None if self.is_sentence(item) => {
                let line = self.scan.span(item.start, item.end);
                Help::of("text that explains stands behind `{}`", [Mend::before(line, "#")])
            }
            None if forms::elsewhere(word, Rule::declaration).is_some() => {
                forms::elsewhere(word, Rule::declaration).unwrap_or_default().into()
            }
            None => "a file holds declarations, as in `company`, `unit`, `data`, `constant`, `function`, `kpi`, `index`, `scale`, `matrix`, \
                     `rating`, `position`, `house rules` and `test`; a clause stands between the braces of one of them"
                .into(),
        };
        let message = format!("`{found}` does not start a declaration");
        let code = if word.is_empty() { Code::Unexpected } else { Code::UnknownClause };
        let span = self.scan.span(token.start, token.start + found.len());
        self.report(Diagnostic::new(code, message).at(span, "a declaration is expected here").help(help));
    }

    /// Words on a line, and none that is declared.
    fn is_sentence(&self, item: &Item) -> bool {
        let tokens = self.scan.tokens[item.first..].iter().take_while(|token| token.start < item.end);
        let words = tokens.filter(|token| token.kind == TokenKind::Word).count();
        words > 3 && item.block.is_none() && !self.scan.text[item.start..item.end].contains(['"', '=', '{', '\n'])
    }

    // ---------------------------------------------------------------- company

    fn company(&mut self, item: &Item, head: Option<Node<'s>>) -> Option<Company> {
        let block = self.block(item, "`company`")?;
        let mut settings = Vec::new();
        let mut seen: Vec<(Rule, Span)> = Vec::new();
        for clause in &block.items {
            let Some(node) = self.clause(clause, COMPANY) else { continue };
            let span = node.span();
            if let Some((_, first)) = seen.iter().find(|(rule, _)| *rule == node.rule()) {
                let what = format!("`{}`", self.first_word(clause));
                let first = *first;
                self.twice(&what, span, first);
                continue;
            }
            seen.push((node.rule(), span));
            settings.extend(self.setting(&node, span));
        }
        Some(Company { name: self.text_of(&head?)?, settings, span: self.extent(item) })
    }

    fn setting(&mut self, node: &Node<'s>, span: Span) -> Option<Setting> {
        let name = |reader: &Self, rule| node.child(rule).map(|name| reader.name(&name));
        Some(match node.rule() {
            Rule::requires => Setting::Requires(span),
            Rule::files_say => Setting::Files(self.written_in_files(node)),
            Rule::currency => Setting::Currency(name(self, Rule::name)?),
            Rule::fiscal_year => {
                Setting::FiscalYear { month: name(self, Rule::month)?, named_by_end: node.has(Rule::named_by_end) }
            }
            Rule::calendar => Setting::Calendar(name(self, Rule::name)?),
            Rule::score_decimals => Setting::ScoreDecimals(self.whole_number(node)?),
            Rule::rounding => Setting::Rounding { half_even: node.has(Rule::kw_even), span },
            Rule::sees_raw => Setting::RatingSeesRawScore(span),
            Rule::allow_codes => self.levels(Level::Allow, node)?,
            Rule::warn_codes => self.levels(Level::Warn, node)?,
            Rule::deny_codes => self.levels(Level::Deny, node)?,
            _ => Setting::Languages(self.names(&node.child(Rule::names)?)),
        })
    }

    /// `numbers "…"`, `dates "…"`, `blank "…", "…"` and `encoding "…"`.
    pub fn written_in_files(&mut self, node: &Node<'s>) -> Written {
        let mut numbers = Once::default();
        let mut dates = Once::default();
        let mut blank = Once::default();
        let mut encoding = Once::default();
        for part in node.kids() {
            let text = self.text_of(&part);
            match part.rule() {
                Rule::blank_signs => {
                    let texts = self.texts(&part);
                    self.once(&mut blank, "`blank`", part.span(), Some(texts));
                }
                Rule::number_signs => self.once(&mut numbers, "`numbers`", part.span(), text),
                Rule::dates_say => self.once(&mut dates, "`dates`", part.span(), text),
                Rule::encoding_say => self.once(&mut encoding, "`encoding`", part.span(), text),
                _ => {}
            }
        }
        Written {
            numbers: numbers.value,
            dates: dates.value,
            blank: blank.value.unwrap_or_default(),
            encoding: encoding.value,
        }
    }

    fn levels(&self, level: Level, node: &Node<'s>) -> Option<Setting> {
        let codes = node.child(Rule::codes)?.all(Rule::code).map(|code| self.name(&code)).collect();
        Some(Setting::Levels { level, codes })
    }

    // ---------------------------------------------------------------- unit, constant, function

    fn unit(&mut self, head: &Node<'s>) -> Option<Unit> {
        let name = self.name(&head.child(Rule::name)?);
        let plural = head.child(Rule::plural).and_then(|plural| plural.child(Rule::name)).map(|name| self.name(&name));
        let label = self.label(head);
        let multiple = match head.has(Rule::number) {
            true => Some(self.number_of(head)?),
            false => None,
        };
        Some(Unit { name, plural, label, multiple, span: head.span() })
    }

    fn constant(&mut self, head: &Node<'s>) -> Option<Constant> {
        Some(Constant {
            name: self.declared(head)?,
            label: self.label(head),
            ty: self.ty(head)?,
            values: self.dated(head)?,
            span: head.span(),
        })
    }

    fn function(&mut self, head: &Node<'s>) -> Option<Function> {
        let parameters = head.child(Rule::names).map_or_else(Vec::new, |names| self.names(&names));
        for (index, name) in parameters.iter().enumerate() {
            if let Some(first) = parameters[..index].iter().find(|known| known.text == name.text) {
                self.twice(&format!("the parameter `{}`", name.text), name.span, first.span);
            }
        }
        Some(Function { name: self.declared(head)?, parameters, body: self.expr_of(head)?, span: head.span() })
    }

    // ---------------------------------------------------------------- kpi, index

    fn kpi(&mut self, item: &Item, head: Option<Node<'s>>) -> Option<Kpi> {
        let block = self.block(item, "a kpi")?;
        let mut value = Once::default();
        let mut direction = Once::default();
        let mut scope = Once::default();
        let mut effective = Once::default();
        let mut about = AboutParts::default();
        for clause in &block.items {
            let Some(node) = self.clause(clause, KPI) else { continue };
            let span = node.span();
            match node.rule() {
                Rule::kpi_value => {
                    let formula = self.expr_of(&node);
                    self.once(&mut value, "`value`", span, formula);
                }
                Rule::higher => self.once(&mut direction, "the direction", span, Some(Direction::Higher(span))),
                Rule::lower => self.once(&mut direction, "the direction", span, Some(Direction::Lower(span))),
                Rule::closest => {
                    let best = self.value_of(&node).map(|best| Direction::Closest(best, span));
                    self.once(&mut direction, "the direction", span, best);
                }
                Rule::scope => {
                    let word = self.scope_word(&node);
                    self.once(&mut scope, "`scope`", span, word);
                }
                Rule::effective => {
                    let moment = self.moment(&node);
                    self.once(&mut effective, "`effective from`", span, moment);
                }
                _ => self.about(&mut about, &node),
            }
        }
        let head = head?;
        Some(Kpi {
            name: self.declared(&head)?,
            label: self.label(&head),
            ty: self.ty(&head)?,
            limits: self.limits_of(&head)?,
            value: value.value,
            direction: direction.value,
            scope: scope.value,
            about: about.done(),
            effective: effective.value,
            span: self.extent(item),
        })
    }

    fn about(&mut self, about: &mut AboutParts, node: &Node<'s>) {
        let (slot, word) = match node.rule() {
            Rule::note => (&mut about.note, "`note`"),
            Rule::owner => (&mut about.owner, "`owner`"),
            _ => (&mut about.source, "`source`"),
        };
        let text = self.text_of(node);
        self.once(slot, word, node.span(), text);
    }

    fn index(&mut self, item: &Item, head: Option<Node<'s>>) -> Option<Index> {
        let block = self.block(item, "an index")?;
        let mut entries = Vec::new();
        let mut effective = Once::default();
        let mut about = AboutParts::default();
        for clause in &block.items {
            let Some(node) = self.clause(clause, INDEX) else { continue };
            match node.rule() {
                Rule::index_entry => entries.extend(self.index_entry(&node)),
                Rule::effective => {
                    let moment = self.moment(&node);
                    self.once(&mut effective, "`effective from`", node.span(), moment);
                }
                _ => self.about(&mut about, &node),
            }
        }
        let head = head?;
        Some(Index {
            name: self.declared(&head)?,
            label: self.label(&head),
            ty: self.ty(&head)?,
            entries,
            about: about.done(),
            effective: effective.value,
            span: self.extent(item),
        })
    }

    fn index_entry(&mut self, node: &Node<'s>) -> Option<IndexEntry> {
        let weight = self.weight(&node.child(Rule::weight)?)?;
        let kpis = self.names(&node.child(Rule::names)?);
        self.one_unless_equal(&weight, &kpis);
        Some(IndexEntry { weight, kpis, span: node.span() })
    }

    /// Several names stand only behind `equal`.
    pub fn one_unless_equal(&mut self, weight: &Weight, kpis: &[Name]) {
        if let (Weight::Share(_) | Weight::Points(_), Some(second)) = (weight, kpis.get(1)) {
            self.report(
                Diagnostic::new(Code::Unexpected, "a weight belongs to one entry")
                    .at(second.span, "a second name")
                    .help(
                        "give each a line and a weight of its own, or let them share what is left, as in `equal a, b`",
                    ),
            );
        }
    }

    // ---------------------------------------------------------------- house rules

    fn house_rules(&mut self, item: &Item, head: Option<Node<'s>>) -> Option<HouseRules> {
        let block = self.block(item, "`house rules`")?;
        let mut rules = Vec::new();
        for clause in &block.items {
            let Some(node) = self.clause(clause, HOUSE_RULES) else { continue };
            rules.extend(self.house_rule(&node));
        }
        head?;
        Some(HouseRules { rules, span: self.extent(item) })
    }

    fn house_rule(&mut self, node: &Node<'s>) -> Option<HouseRule> {
        let inside = node.kids().find(|part| {
            matches!(part.rule(), Rule::size_rule | Rule::weight_rule | Rule::one_weight_rule | Rule::has_rule)
        })?;
        let kind = match inside.rule() {
            Rule::size_rule => {
                let limits: Vec<Number> =
                    inside.all(Rule::whole).map(|number| self.whole(&number)).collect::<Option<_>>()?;
                let [least, most] = <[Number; 2]>::try_from(limits).ok()?;
                HouseRuleKind::ScorecardSize { least, most }
            }
            Rule::weight_rule | Rule::one_weight_rule => {
                let mut limit = |rule| match inside.child(rule) {
                    Some(limit) => match limit.child(Rule::weight_of) {
                        Some(of) => Some(Some(WeightLimit::Of(self.name(&of.child(Rule::name)?)))),
                        None => self.number_of(&limit).map(|number| Some(WeightLimit::Number(number))),
                    },
                    None => Some(None),
                };
                let (least, most) = (limit(Rule::least)?, limit(Rule::most)?);
                HouseRuleKind::WeightLimits { of: inside.child(Rule::name).map(|name| self.name(&name)), least, most }
            }
            _ => HouseRuleKind::Has {
                what: self.name(&inside.child(Rule::name)?),
                parts: inside.all(Rule::part).map(|part| self.spoken(&part)).collect(),
            },
        };
        Some(HouseRule { kind, warning: node.place(Rule::warning), span: node.span() })
    }

    /// Words as one name, with single spaces: `measured by`.
    fn spoken(&self, node: &Node<'s>) -> Name {
        let name = self.name(node);
        Name { text: name.text.split_whitespace().collect::<Vec<_>>().join(" "), span: name.span }
    }
}

#[derive(Default)]
struct AboutParts {
    note: Once<Text>,
    owner: Once<Text>,
    source: Once<Text>,
}

impl AboutParts {
    fn done(self) -> About {
        About { note: self.note.value, owner: self.owner.value, source: self.source.value }
    }
}
