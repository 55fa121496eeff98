//! The results of all people in a period, without their cards: these are made as they are asked for.
//!
//! - first pass: all cards, for the scores, and for what is wrong; then distribution, rank and sums of outputs
//! - a pass over the outputs, for what is wrong there
//! - second pass, person by person, as somebody is shown: the same cards once more, with what all have decided together

use std::convert::Infallible;
use std::ops::Range;
use std::sync::Arc;

use super::card::{LoweredBy, PersonResult, Results};
use super::distribute::Line;
use super::others::{self, Others};
use super::outputs::{Given, Order, Posts, Wrong};
use super::people::{self, Done, Draft, Kept, Lines, Standing, grade_seen, overall};
use super::problem::{Problem, Problems};
use super::rulings;
use super::rulings::Follow;
use super::{Scorer, Seat, TOGETHER, Tapes, seats};
use crate::eval::{Evaluator, Supposed, Tape};
use crate::model::data::DataId;
use crate::model::{Model, PositionId, RatingId, RuledOn};
use crate::number::Number;
use crate::parallel;
use crate::plan::Plan;
use crate::plan::query::{Answers, PersonPost};
use crate::time::Day;
use crate::value::Value;

/// Everyone's results in a period.
pub struct Scored<'a> {
    /// Without the people.
    pub results: Results,
    scorer: Scorer<'a>,
    /// The first seat of each person, and behind the last one.
    starts: Vec<u32>,
    people: Vec<Kept>,
    /// Where forced distributions cut.
    lines: Lines,
    order: Order,
    /// Cards keep the values behind them.
    pub(super) explained: bool,
}

/// What is known of a person without cards.
#[derive(Clone, Debug)]
pub struct Brief {
    pub roster: DataId,
    pub person: Arc<str>,
    pub name: Arc<str>,
    pub overall: Option<Number>,
    /// Index into the grades of the last card's rating.
    pub grade: Option<usize>,
    pub rank: Option<u64>,
    /// In the order of their days.
    pub cards: Vec<BriefCard>,
}

/// A card before it is made.
#[derive(Clone, Debug)]
pub struct BriefCard {
    pub position: PositionId,
    /// The key of the team.
    pub team: Option<Arc<str>>,
    pub from: Day,
    pub to: Day,
}

/// Who would have a grade within a group, and who keeps it.
#[derive(Clone, Debug)]
pub struct DistributionLine {
    pub rating: RatingId,
    /// Index into the rating's distribution.
    pub rule: usize,
    /// How many there are in the group, and how many of them may have the grade.
    pub members: u64,
    pub limit: u64,
    /// The best first.
    pub holders: Vec<Holder>,
}

/// Somebody who would have a grade by score and vetoes.
#[derive(Clone, Debug)]
pub struct Holder {
    pub person: Arc<str>,
    pub name: Arc<str>,
    /// The score as the rating sees it.
    pub seen: Number,
    pub keeps: bool,
}

/// What outputs go by, of each seat.
struct OfSeat {
    score: Value,
    grade: Option<u16>,
    barred: bool,
}

/// What the first pass finds of some people.
#[derive(Default)]
struct Found {
    kept: Vec<Kept>,
    parts: Vec<Option<Value>>,
    seats: Vec<OfSeat>,
    /// By the place of the card in the order, then by seat.
    wrong: Vec<Wrong>,
    /// Overall scores that are too large.
    too_large: Vec<(usize, Problem)>,
}

impl Found {
    fn take_in(&mut self, more: Found) -> Result<(), Infallible> {
        self.kept.extend(more.kept);
        self.parts.extend(more.parts);
        self.seats.extend(more.seats);
        self.wrong.extend(more.wrong);
        self.too_large.extend(more.too_large);
        Ok(())
    }
}

/// Why a person has no standing.
pub(super) enum Failed {
    /// By seat.
    Cards(Vec<(usize, Problem)>),
    Overall(Problem),
}

impl<'a> Scored<'a> {
    /// Nothing where there were problems.
    pub(super) fn of(
        (model, plan, answers): (&'a Model, &'a Plan, &'a Answers),
        supposed: Supposed,
        follow: Follow,
        problems: &mut Problems,
    ) -> Option<Scored<'a>> {
        let (seats, without_position) = seats(model, plan, answers, problems)?;
        let rulings = match follow {
            Follow::Not => Default::default(),
            Follow::Within | Follow::However => {
                let (mut rulings, wrong) = rulings::read(model, plan, answers, &seats);
                rulings.bounded = follow == Follow::Within;
                if !wrong.is_empty() {
                    problems.tell(wrong);
                    return None;
                }
                rulings
            }
        };
        let eval = Evaluator::new(model, plan, answers).supposing(supposed).ruling(&rulings.values());
        let others = Others::of(model, plan, answers, &seats);
        let tapes = Tapes::of(plan, &eval);
        let starts = starts(answers, &seats);
        let scorer = Scorer { model, plan, answers, eval, others, rulings, tapes, seats };
        let order = scorer.output_order();
        let results = Results {
            period: plan.period,
            months: plan.months,
            first_day: plan.first_day,
            last_day: plan.last_day,
            people: Vec::new(),
            without_position,
            files: answers.files.clone(),
            doubts: answers.doubts.clone(),
        };
        let mut scored =
            Scored { results, scorer, starts, people: Vec::new(), lines: Lines::default(), order, explained: true };
        let of_seats = scored.first_pass(problems)?;
        scored.outputs(&of_seats, problems)?;
        Some(scored)
    }

    /// Scores, distribution and rank.
    fn first_pass(&mut self, problems: &mut Problems) -> Option<Vec<OfSeat>> {
        let scorer = &self.scorer;
        let cards = others::order(scorer.model, scorer.plan);
        if scorer.others.are_taken_in() && !scorer.taken_in(&cards, problems) {
            return None;
        }
        let mut place = vec![0; cards.len()];
        cards.iter().enumerate().for_each(|(at, card)| place[*card] = at);
        let count = self.starts.len() - 1;
        let mut all = Found::default();
        all.kept.reserve_exact(count);
        all.seats.reserve_exact(scorer.seats.len());
        let is_ranked_in_parts = scorer.plan.program.cards.iter().any(|card| card.rank_within.is_some());
        let of_some = |some: Range<usize>| {
            let mut found = Found::default();
            for person in some {
                match scorer.standing(self.seats_of(person), &scorer.tapes.scores) {
                    Ok(standing) => {
                        found.seats.extend(of_seats(&standing, self.seats_of(person)));
                        found.kept.push(standing.kept());
                        found.parts.extend(is_ranked_in_parts.then_some(standing.part));
                    }
                    Err(Failed::Cards(wrong)) => found.wrong.extend(
                        wrong.into_iter().map(|(seat, problem)| (place[scorer.seats[seat].card()], seat, problem)),
                    ),
                    Err(Failed::Overall(problem)) => found.too_large.push((self.seats_of(person).start, problem)),
                }
            }
            found
        };
        let Ok(()) = parallel::pieces_in_order(count, TOGETHER, of_some, |found| all.take_in(found));
        if scorer.told(all.wrong, problems) {
            return None;
        }
        // Only where all cards are right.
        let too_large = all.too_large.into_iter().map(|(seat, problem)| (0, seat, problem)).collect();
        if scorer.told(too_large, problems) {
            return None;
        }
        let lines = people::distribution(scorer, &mut all.kept);
        if self.scorer.told(self.ruled_ratings(&mut all.kept), problems) {
            return None;
        }
        people::rank(scorer, &mut all.kept, &all.parts);
        (self.people, self.lines) = (all.kept, lines);
        Some(all.seats)
    }

    /// Puts grades that people decided in the place of those that scores and distribution give.
    fn ruled_ratings(&self, people: &mut [Kept]) -> Vec<Wrong> {
        let (scorer, mut wrong) = (&self.scorer, Vec::new());
        if scorer.rulings.is_empty() {
            return wrong;
        }
        for (at, person) in people.iter_mut().enumerate() {
            let Some((position, last)) = person.last(scorer) else { continue };
            let mut seen = None;
            for seat in self.seats_of(at) {
                let post = scorer.seats[seat].post();
                if seen.replace(post) == Some(post) {
                    continue;
                }
                let Some(decided) = scorer.rulings.on(post, RuledOn::Rating) else { continue };
                let replaced = match person.grade {
                    Some(grade) => Value::Choice(grade.into()),
                    None => Value::stated("no rating"),
                };
                if post != scorer.seats[last].post() {
                    wrong.push((0, seat, decided.not_the_last(&scorer.model.positions[position.0].name)));
                    continue;
                }
                match scorer.rulings.check(scorer.model, decided, position, &replaced) {
                    // Without a rating there is none to be ruled on.
                    Ok(()) if person.grade.is_none() => {
                        wrong.extend(scorer.rulings.bounded.then(|| (0, seat, decided.without_rating())))
                    }
                    Ok(()) => {
                        if let Value::Choice(grade) = decided.to {
                            person.rule(u16::try_from(grade).unwrap_or(u16::MAX));
                        }
                    }
                    Err(problem) => wrong.push((0, seat, problem)),
                }
            }
        }
        wrong
    }

    /// Sums of outputs, and whether all outputs are right.
    fn outputs(&mut self, of_seats: &[OfSeat], problems: &mut Problems) -> Option<()> {
        let mut order = std::mem::take(&mut self.order);
        self.scorer
            .add_up(self.people.len(), &mut order, |at, order| self.outputs_of(at, of_seats, order, &mut Vec::new()));
        self.order = order;
        if self.scorer.plan.program.cards.iter().all(|card| card.outputs.is_empty()) {
            return Some(());
        }
        let of_some = |some: Range<usize>| {
            let mut wrong = Vec::new();
            some.for_each(|at| drop(self.outputs_of(at, of_seats, &self.order, &mut wrong)));
            wrong
        };
        let mut wrong: Vec<Wrong> = Vec::new();
        let Ok(()) = parallel::pieces_in_order(self.people.len(), TOGETHER, of_some, |more| {
            wrong.extend(more);
            Ok::<(), Infallible>(())
        });
        // Those of other periods are told first.
        let mut found = Problems::default();
        let any = self.scorer.told(wrong, &mut found);
        problems.take_in(found);
        (!any).then_some(())
    }

    /// The outputs of somebody without their cards.
    fn outputs_of(&self, at: usize, of_seats: &[OfSeat], order: &Order, wrong: &mut Vec<Wrong>) -> Posts {
        let (scorer, kept) = (&self.scorer, &self.people[at]);
        let last = kept.last(scorer).map(|(position, _)| position);
        let given = |seat: usize| {
            let OfSeat { score, grade, barred } = &of_seats[seat];
            let (subject, card) = (scorer.seats[seat].subject(), scorer.seats[seat].card());
            let position = scorer.plan.program.cards[card].position;
            Given {
                seat,
                values: scorer.eval.values(subject, &scorer.tapes.outputs[card]),
                score: score.clone(),
                grade: grade_seen(scorer.model, position, last, kept.grade.map(usize::from), grade.map(usize::from)),
                barred: *barred,
            }
        };
        scorer.outputs(self.in_order(at).into_iter().map(given), order, wrong)
    }

    /// The same with cards that keep the values behind them.
    #[must_use]
    pub fn keeping_values(self) -> Scored<'a> {
        Scored { explained: true, ..self }
    }

    /// Changes the names of files in what each person's result says of them.
    pub fn rename_files(&mut self, rename: &dyn Fn(&mut String)) {
        self.scorer.rulings.rename_files(rename);
    }

    /// How many people there are.
    pub fn len(&self) -> usize {
        self.people.len()
    }

    pub fn is_empty(&self) -> bool {
        self.people.is_empty()
    }

    /// A person's result, with all cards, made afresh.
    pub fn person(&self, at: usize) -> PersonResult {
        let (scorer, kept) = (&self.scorer, &self.people[at]);
        let mut standing = match scorer.standing(self.seats_of(at), &scorer.tapes.both) {
            Ok(standing) => standing,
            Err(_) => unreachable!("the first pass found nothing wrong with the cards"),
        };
        standing.settle(kept);
        let mut result = self.paid(standing, self.explained, &mut Vec::new());
        result.rulings = scorer.rulings_of(&self.in_order(at), &result, kept.replaced.map(usize::from));
        result
    }

    /// What somebody would be paid with another grade, all else as it is.
    pub fn person_graded(&self, at: usize, grade: usize) -> Option<PersonResult> {
        let mut standing = self.scorer.standing(self.seats_of(at), &self.scorer.tapes.both).ok()?;
        standing.settle(&self.people[at]);
        standing.set_grade(grade, LoweredBy::Ruling);
        let mut wrong = Vec::new();
        let result = self.paid(standing, false, &mut wrong);
        wrong.is_empty().then_some(result)
    }

    /// A read of the query for somebody, in the last of the seats.
    pub fn read(&self, at: usize, read: usize) -> Option<&Value> {
        let subject = self.scorer.seats[*self.in_order(at).last()?].subject();
        let roster = self.scorer.plan.query.reads.get(read)?.roster;
        (self.scorer.plan.query.rosters[subject.roster] == roster).then_some(())?;
        self.scorer.answers.reads.get(read)?.get(subject.post)?.get(subject.stint)
    }

    /// A result with what is paid: `standing` has cards, grade and values, and outputs go by these.
    pub(super) fn paid(&self, mut standing: Standing, explained: bool, wrong: &mut Vec<Wrong>) -> PersonResult {
        let scorer = &self.scorer;
        let grades: Vec<Option<usize>> =
            (0..standing.result.cards.len()).map(|card| standing.grade(scorer.model, card)).collect();
        let drafts = std::mem::take(&mut standing.drafts);
        let mut result = standing.result;
        let barred = |card: usize| result.cards[card].eligible == Some(false);
        let given = drafts.into_iter().zip(grades).enumerate().map(|(at, (draft, grade))| {
            let Draft { seat, values, score } = draft;
            Given { seat, values, score, grade, barred: barred(at) }
        });
        let posts = scorer.outputs(given, &self.order, wrong);
        posts.fill(scorer, explained, &mut result);
        result
    }

    /// What outputs add up of all people, as somebody in a seat reads it; in step with the program's sums.
    pub(super) fn sums_seen(&self, seat: usize) -> Vec<Value> {
        self.scorer.sums_seen(seat, &self.order)
    }

    /// Where a forced distribution left somebody, or the rule that moved the grade last.
    pub fn line(&self, at: usize) -> Option<DistributionLine> {
        let moved_by = self.people[at].moved_by().map(usize::from);
        let is_it = |(_, line): &&(RatingId, Line)| match moved_by {
            Some(rule) => line.rule == rule && line.holders[line.keep..].contains(&at),
            None => line.holders[..line.keep].contains(&at),
        };
        // A grade that follows from a ruled score is another distribution's.
        let is_ruled = self.people[at].by_rule.is_some() && !self.lines.of_ruled.is_empty();
        let lines = if is_ruled { &self.lines.of_ruled } else { &self.lines.by_rule };
        let (rating, line) = lines.iter().rfind(is_it)?;
        let holder = |(place, one): (usize, &usize)| {
            let post = self.scorer.holder(self.starts[*one] as usize);
            Holder {
                person: post.person.clone(),
                name: post.name.clone(),
                seen: match is_ruled {
                    true => self.people[*one].seen(),
                    false => self.people[*one].seen_by_rule(),
                }
                .cloned()
                .unwrap_or(Number::ZERO),
                keeps: place < line.keep,
            }
        };
        Some(DistributionLine {
            rating: *rating,
            rule: line.rule,
            members: line.members,
            limit: line.limit as u64,
            holders: line.holders.iter().enumerate().map(holder).collect(),
        })
    }

    /// What is known of a person already.
    pub fn brief(&self, at: usize) -> Brief {
        let (scorer, kept) = (&self.scorer, &self.people[at]);
        let (seats, post) = (self.in_order(at), scorer.holder(self.starts[at] as usize));
        let card = |seat: usize| {
            let seat = &scorer.seats[seat];
            let team = seat.team(scorer.answers).and_then(|team| scorer.answers.teams.get(team));
            BriefCard {
                position: scorer.plan.program.cards[seat.card()].position,
                team: team.map(|team| team.key.clone()),
                from: seat.from,
                to: seat.to,
            }
        };
        Brief {
            roster: scorer.plan.query.rosters[scorer.seats[self.starts[at] as usize].roster as usize],
            person: post.person.clone(),
            name: post.name.clone(),
            overall: kept.overall.clone(),
            grade: kept.grade.map(usize::from),
            rank: kept.rank.map(u64::from),
            cards: seats.into_iter().map(card).collect(),
        }
    }

    /// All of it at once.
    pub(super) fn all(self) -> Results {
        let mut results = self.results.clone();
        let mut people = Vec::with_capacity(self.len());
        let Ok(()) = parallel::pieces_in_order(
            self.len(),
            TOGETHER,
            |some| some.map(|at| self.person(at)).collect::<Vec<_>>(),
            |some| {
                people.extend(some);
                Ok::<(), Infallible>(())
            },
        );
        results.people = people;
        results
    }

    pub(super) fn scorer(&self) -> &Scorer<'a> {
        &self.scorer
    }

    pub(super) fn kept(&self, person: usize) -> &Kept {
        &self.people[person]
    }

    pub(super) fn seats_of(&self, person: usize) -> Range<usize> {
        self.starts[person] as usize..self.starts[person + 1] as usize
    }

    /// The seats of somebody in the order of their cards.
    fn in_order(&self, person: usize) -> Vec<usize> {
        let mut seats: Vec<usize> = self.seats_of(person).collect();
        seats.sort_by_key(|seat| (self.scorer.seats[*seat].from, self.scorer.seats[*seat].to));
        seats
    }
}

fn of_seats(standing: &Standing, seats: Range<usize>) -> Vec<OfSeat> {
    let of = |seat: usize| {
        let of_seat = |(draft, card): (&Draft, &super::Card)| {
            let rating = card.scorecard.as_ref().and_then(|scorecard| scorecard.rating.as_ref());
            let of_seat = OfSeat {
                score: draft.score.clone(),
                grade: rating.and_then(|rating| u16::try_from(rating.grade).ok()),
                barred: card.eligible == Some(false),
            };
            (draft.seat == seat).then_some(of_seat)
        };
        standing.drafts.iter().zip(&standing.result.cards).find_map(of_seat)
    };
    seats.filter_map(of).collect()
}

/// Where each person's seats begin, and where the last one's end.
fn starts(answers: &Answers, seats: &[Seat]) -> Vec<u32> {
    let person = |seat: &Seat| (seat.roster, &answers.rosters[seat.roster as usize].posts[seat.post as usize].person);
    let begins = |at: &usize| *at == 0 || person(&seats[*at - 1]) != person(&seats[*at]);
    (0..seats.len()).filter(begins).chain([seats.len()]).map(|at| at as u32).collect()
}

impl Scorer<'_> {
    /// The person in a seat, in its post.
    fn holder(&self, seat: usize) -> &PersonPost {
        self.eval.post(self.seats[seat].subject())
    }

    /// The cards of somebody and what they come to together.
    fn standing(&self, seats: Range<usize>, tapes: &[Tape]) -> Result<Standing, Failed> {
        self.standing_of(seats, |seat| self.card(seat, tapes))
    }

    /// The same of cards that are made otherwise.
    pub(super) fn standing_of(
        &self,
        seats: Range<usize>,
        card: impl Fn(usize) -> Result<Done, Problem>,
    ) -> Result<Standing, Failed> {
        let first = seats.start;
        let mut cards: Vec<Done> = Vec::with_capacity(seats.len());
        let mut wrong = Vec::new();
        for seat in seats {
            match card(seat) {
                Ok(done) => cards.push(done),
                Err(problem) => wrong.push((seat, problem)),
            }
        }
        if !wrong.is_empty() {
            return Err(Failed::Cards(wrong));
        }
        cards.sort_by_key(|one| (one.card.from, one.card.to));
        let roster = self.plan.query.rosters[self.seats[first].roster as usize];
        overall(self.model, roster, self.holder(first), cards).map_err(Failed::Overall)
    }

    /// Computes the scores that other cards take in, card after card; whether nothing is wrong.
    fn taken_in(&self, order: &[usize], problems: &mut Problems) -> bool {
        let mut wrong: Vec<Wrong> = Vec::new();
        for (place, card) in order.iter().enumerate() {
            let of_card: Vec<usize> = (0..self.seats.len()).filter(|seat| self.seats[*seat].card() == *card).collect();
            let scores = |some: Range<usize>| {
                let score = |seat: &usize| {
                    let done = self.card(*seat, &self.tapes.scores).map(|done| people::seen_by_others(&done.card));
                    (*seat, done)
                };
                of_card[some].iter().map(score).collect::<Vec<_>>()
            };
            let Ok(()) = parallel::pieces_in_order(of_card.len(), TOGETHER, scores, |some| {
                for (seat, score) in some {
                    match score {
                        Ok(score) => self.others.finish(seat, score),
                        Err(problem) => wrong.push((place, seat, problem)),
                    }
                }
                Ok::<(), Infallible>(())
            });
        }
        !self.told(wrong, problems)
    }

    /// Tells problems in one order, whatever the order in which they were found; whether there are any.
    fn told(&self, mut wrong: Vec<Wrong>, problems: &mut Problems) -> bool {
        wrong.sort_by_key(|(place, seat, _)| (*place, *seat));
        let any = !wrong.is_empty();
        wrong.into_iter().for_each(|(_, seat, problem)| problems.add(problem, &self.named(seat)));
        any
    }
}
